"""The command line: every foreseen failure is one clear message, a status other than 0, and never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import yaml

from robotclient.store import Identity, Store
from scripts.lab.server import free_port

pytestmark = pytest.mark.slow

IDENTITY = Identity(robot_id="r1", name="Robot Año 1", token="secret-token")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path)


def write(directory: Path, **settings: object) -> Path:
    path = directory / "robot.yaml"
    values = {
        "state_directory": str(directory / "state"),
        "runtime_directory": str(directory / "run"),
        "server": {"url": f"http://127.0.0.1:{free_port()}"},
        "audio": {"microphone": "none", "speaker": "none"},
        **settings,
    }
    path.write_text(yaml.safe_dump(values))
    return path


def robotclient(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robotclient", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def fails(expected: str, status: int, *words: str) -> None:
    done = robotclient(*words)
    assert done.returncode == status, done.stderr
    assert expected in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "check", "check-config", "show-config", "status"])
def test_a_wrong_configuration_is_told_with_its_line(tmp_path: Path, command: str) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text("language: es\nkamera: {}\n")
    fails(f"{path}, line 2: unknown key 'kamera'. Did you mean 'camera'?", 2, command, "--config", str(path))


def test_a_missing_configuration_is_told(tmp_path: Path) -> None:
    fails("cannot be read: No such file", 2, "run", "--config", str(tmp_path / "none.yaml"))


def test_a_robot_that_is_not_enrolled_says_how(config: Path) -> None:
    fails("this robot is not enrolled; get a code from the portal", 1, "run", "--config", str(config))


def test_a_server_that_cannot_be_reached_is_named(config: Path) -> None:
    fails("cannot be reached", 1, "enroll", "ABCD-EFGH", "--config", str(config))


def test_an_identity_is_not_replaced_by_mistake(config: Path, tmp_path: Path) -> None:
    Store(tmp_path / "state").save_identity(IDENTITY)
    fails("enrolled as 'Robot Año 1' already; add --replace", 1, "enroll", "ABCD-EFGH", "--config", str(config))


def test_the_status_of_a_robot_that_never_ran(config: Path) -> None:
    fails("has not run here yet", 1, "status", "--config", str(config))


def test_an_unknown_device_is_named_with_what_there_is(tmp_path: Path) -> None:
    Store(tmp_path / "state").save_identity(IDENTITY)
    audio = {"microphone": "Micro of nobody", "speaker": "none"}
    path = write(tmp_path, camera={"device": "/dev/v4l/by-id/none"}, audio=audio)
    done = robotclient("check", "--config", str(path), "--json")
    assert done.returncode == 1
    found = {each["check"]: each for each in json.loads(done.stdout)["findings"]}
    assert "'/dev/v4l/by-id/none' is not a camera" in found["camera"]["detail"]
    assert "there is no microphone 'Micro of nobody'" in found["sound"]["detail"]
    assert "cannot be reached" in found["server"]["detail"]
    assert found["disk"]["good"]
    assert Store(tmp_path / "state").readiness() is not None, "the daemon would not find it"


def test_a_check_says_what_to_do(tmp_path: Path) -> None:
    Store(tmp_path / "state").save_identity(IDENTITY)
    path = write(tmp_path, camera={"device": "synthetic"})
    fails("BAD   server: the server at http://127.0.0.1", 1, "check", "--config", str(path))
    fails("look at the network cable", 1, "check", "--config", str(path))


def test_a_robot_that_is_not_enrolled_is_not_fit(config: Path) -> None:
    fails("robotclient enroll CODE", 1, "check", "--config", str(config))


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    Store(tmp_path / "state").save_identity(IDENTITY)
    path = write(tmp_path, server={"url": "https://127.0.0.1:1", "ca_file": str(tmp_path / "robot.yaml")})
    fails("server.ca_file", 2, "check", "--config", str(path))


def test_show_config_prints_what_is_in_force(config: Path) -> None:
    shown = json.loads(robotclient("show-config", "--config", str(config)).stdout)
    assert shown["audio"]["microphone"] == "none"
    assert shown["call"]["alone_seconds"] == 10


def test_devices_lists_what_is_there_as_json() -> None:
    listed = json.loads(robotclient("devices", "--json").stdout)
    assert listed.keys() == {"cameras", "sound"}


def test_a_snapshot_of_the_camera_is_written_and_said(tmp_path: Path) -> None:
    path, file = write(tmp_path, camera={"device": "synthetic", "width": 320, "height": 180}), tmp_path / "cam.png"
    told = json.loads(robotclient("devices", "--snapshot", str(file), "--json", "--config", str(path)).stdout)
    assert told["file"] == str(file)
    picture = cv2.imread(str(file))
    assert picture is not None
    assert picture.shape == (180, 320, 3)
    assert picture.std() > 10, "there is nothing in the picture"


def test_a_snapshot_of_no_camera_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, camera={"device": "Camera of nobody"})
    fails("no camera is named", 1, "devices", "--snapshot", str(tmp_path / "cam.png"), "--config", str(path))
