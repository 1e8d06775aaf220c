"""The configuration file: the sample is the defaults, and every mistake gets its line and its remedy."""

import itertools
import re
from pathlib import Path

import pytest
import yaml

from robotclient import configfile
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError

SAMPLE = Path(__file__).parents[2] / "config" / "robot.yaml"


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configfile, "DEFAULT_PATH", Path("/nonexistent/robot.yaml"))
    monkeypatch.delenv("ROBOTCLIENT_CONFIG", raising=False)


def complaint(tmp_path: Path, text: str) -> str:
    path = tmp_path / "robot.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        configfile.load(path)
    return str(caught.value).replace(str(path), "FILE")


def test_the_sample_is_the_defaults() -> None:
    assert configfile.load(SAMPLE) == RobotConfig()
    assert yaml.safe_load(SAMPLE.read_text()) == RobotConfig().model_dump(mode="json"), "a key is missing in the sample"


def test_every_key_of_the_sample_is_explained() -> None:
    lines = SAMPLE.read_text().splitlines()
    for above, line in itertools.pairwise(lines):
        key = re.match(r" *(\w+):( \S|$)", line)
        shares_a_comment = key is not None and key.group(1) == "height"
        if key and key.group(2).strip() and not shares_a_comment:
            assert above.strip().startswith("#"), f"{key.group(1)} has no comment"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("langauge: es", "FILE, line 1: unknown key 'langauge'. Did you mean 'language'?"),
        ("server:\n  pol_seconds: 3", "FILE, line 2: unknown key 'server.pol_seconds'. Did you mean 'poll_seconds'?"),
        ("call:\n  zzz: 3", "FILE, line 2: unknown key 'call.zzz'. Known here: no_show_minutes, alone_seconds."),
        (
            "camera:\n  width: wide",
            "FILE, line 2: camera.width: 'wide': input should be a valid integer,"
            " unable to parse string as an integer.",
        ),
        (
            "timezone: Mars/Base",
            "FILE, line 1: timezone: 'Mars/Base': is not a time zone; write one like Europe/Madrid.",
        ),
        (
            "server: {url: ftp://x}",
            "FILE, line 1: server.url: 'ftp://x': must begin with https:// (or http:// on a test machine).",
        ),
        ("a: [", "FILE, line 1: this is not YAML: expected the node content, but found '<stream end>'."),
        ("- a list", "FILE, line 1: expected lines such as `language: es`."),
    ],
)
def test_a_mistake_is_named_with_its_line_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    assert complaint(tmp_path, text) == expected


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(complaint(tmp_path, "langauge: es\ntimezone: X\ncall: {alone_seconds: -1}").splitlines()) == 3


def test_a_missing_file_is_an_error_and_not_skipped(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"robot.yaml: cannot be read: No such file .* --config"):
        configfile.load(tmp_path / "robot.yaml")


def test_without_a_file_the_defaults_hold() -> None:
    assert configfile.load(None) == RobotConfig()


def test_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text("server: {url: 'https://file.example', poll_seconds: 3}")
    monkeypatch.setenv("ROBOTCLIENT_SERVER__URL", "https://environment.example")
    config = configfile.load(path)
    assert config.server.url == "https://environment.example"
    assert config.server.poll_seconds == 3
