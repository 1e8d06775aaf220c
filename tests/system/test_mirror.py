"""`robotclient test-call`: the robot sees and hears itself, or says what is missing."""

import json
import subprocess
from typing import Any

import pytest

from scripts.lab.process import program
from tests.system.conftest import Lab

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(300)]


def hold(lab: Lab, **settings: Any) -> tuple[int, dict[str, object]]:
    robot = lab.robot(running=False, **settings)
    command = [program("robotclient"), "test-call", "--seconds", "2", "--json", "--config", str(robot.config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    report: dict[str, object] = json.loads(done.stdout)
    return done.returncode, report


def test_a_fit_robot_sees_and_hears_itself(lab: Lab) -> None:
    status, report = hold(lab)
    assert status == 0
    assert (report["good"], report["width"], report["height"]) == (True, 640, 480)


def test_a_robot_without_a_camera_says_so(lab: Lab) -> None:
    status, report = hold(lab, camera={"device": "No such camera"})
    assert status == 1
    assert "No such camera" in str(report["missing"])
