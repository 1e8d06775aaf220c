"""Several files, mistakes in any of them, and the copy that keeps a robot alive whose file is broken (R4, D6)."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient import configfile, lastgood, yamlfile
from robotclient.configfile import ConfigError


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROBOTCLIENT_CONFIG", raising=False)
    monkeypatch.delenv("ROBOTCLIENT_STATE_DIRECTORY", raising=False)


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "robot.yaml"
    path.write_text(f"language: en\nstate_directory: {tmp_path}/state\ncamera: {{width: 640, height: 480}}\n")
    (tmp_path / "conf.d").mkdir()
    return path


def test_files_in_conf_d_are_read_on_top_by_name(main: Path) -> None:
    (main.parent / "conf.d" / "20-ward.yaml").write_text("camera: {fps: 15, width: 800}\n")
    (main.parent / "conf.d" / "10-site.yaml").write_text(
        "camera: {width: 320}\nserver: {url: 'https://site.example'}\n"
    )
    (main.parent / "conf.d" / "old.yaml.bak").write_text("not read: [")
    config = configfile.load(main)
    assert (config.camera.width, config.camera.height, config.camera.fps) == (800, 480, 15)
    assert config.server.url == "https://site.example"


def test_mistakes_in_all_files_are_told_at_once_with_their_file(main: Path) -> None:
    ward = main.parent / "conf.d" / "ward.yaml"
    ward.write_text("camera:\n  fps: often\n")
    main.write_text("langauge: en\n")
    with pytest.raises(ConfigError) as caught:
        configfile.load(main)
    assert sorted((problem.file, problem.line) for problem in caught.value.problems) == [(str(ward), 2), (str(main), 1)]


def test_two_files_that_are_no_yaml_are_both_told(main: Path) -> None:
    (main.parent / "conf.d" / "ward.yaml").write_text("a: [")
    main.write_text("x\n  - y: {")
    with pytest.raises(ConfigError) as caught:
        configfile.load(main)
    assert len(caught.value.problems) == 2


def test_what_stands_twice_is_told_and_not_silently_the_second() -> None:
    with pytest.raises(yamlfile.YamlError, match=r"FILE, line 3: 'camera.fps' stands on line 2 already"):
        yamlfile.parse("camera:\n  fps: 10\n  fps: 20\n", "FILE")


@pytest.mark.parametrize("device", ["0", "/dev/video0", "12"])
def test_a_number_is_no_name_of_a_device(main: Path, device: str) -> None:
    main.write_text(f"camera: {{device: '{device}'}}\naudio: {{microphone: '{device}', speaker: '{device}'}}\n")
    with pytest.raises(ConfigError) as caught:
        configfile.load(main)
    assert len(caught.value.problems) == 3
    assert all("run `robotclient devices`" in problem.text for problem in caught.value.problems)


def test_a_broken_file_leaves_the_last_good_configuration_in_force(main: Path) -> None:
    good, problem = lastgood.load(main)
    assert problem is None
    lastgood.keep(good)
    main.write_text(main.read_text() + "kamera: {}\n")
    kept, problem = lastgood.load(main)
    assert kept == good
    assert problem is not None
    assert problem.first_line == 4


def test_the_environment_beats_the_last_good_configuration_too(main: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lastgood.keep(lastgood.load(main)[0])
    main.write_text(f"state_directory: '{main.parent}/state' # there\nlangauge: en\n")
    monkeypatch.setenv("ROBOTCLIENT_SERVER__URL", "https://environment.example")
    assert lastgood.load(main)[0].server.url == "https://environment.example"


def test_without_a_good_one_the_mistake_is_told(main: Path) -> None:
    main.write_text(main.read_text() + "kamera: {}\n")
    with pytest.raises(ConfigError, match="line 4: unknown key 'kamera'"):
        lastgood.load(main)


def test_a_file_cut_at_any_byte_costs_nothing(main: Path) -> None:
    good = lastgood.load(main)[0]
    lastgood.keep(good)
    whole = main.read_bytes()
    with_state = whole.index(b"camera")
    for length in range(with_state, len(whole)):
        main.write_bytes(whole[:length])
        config, problem = lastgood.load(main)
        assert config == good if problem else config.state_directory == good.state_directory


def test_a_last_good_copy_cut_at_any_byte_is_not_trusted(main: Path) -> None:
    lastgood.keep(lastgood.load(main)[0])
    copy = main.parent / "state" / lastgood.FILE_NAME
    whole = copy.read_bytes()
    main.write_text(main.read_text() + "kamera: {}\n")
    for length in range(len(whole) - 1):
        copy.write_bytes(whole[:length])
        with pytest.raises(ConfigError):
            lastgood.load(main)


@given(st.text())
def test_whatever_is_typed_is_values_or_a_mistake(text: str) -> None:
    with contextlib.suppress(yamlfile.YamlError):
        assert isinstance(yamlfile.parse(text, "FILE").values, dict)
