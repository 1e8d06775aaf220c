"""Somebody edits robot.yaml while the robot runs: a mistake costs nothing, a device follows without ending the call."""

import asyncio
import os
import signal

import pytest
import yaml

from scripts.lab.process import wait_for
from scripts.lab.robot import LabRobot
from tests.system.conftest import Lab

pytestmark = pytest.mark.system

SIZE = "() => { const v = document.querySelector('#tiles li:not([data-kind=self]) video'); return v && v.videoWidth; }"


def edit(robot: LabRobot, **camera: object) -> None:
    values = yaml.safe_load(robot.config.read_text())
    values["camera"].update(camera)
    robot.config.write_text(yaml.safe_dump(values))


@pytest.mark.long
async def test_a_mistake_is_told_and_a_device_follows_while_the_call_goes_on(lab: Lab) -> None:
    robot = lab.robot()
    _, visitor = await lab.together(robot)
    whole = robot.config.read_text()
    robot.config.write_text("kamera: {}\n" + whole)
    error = wait_for(lambda: robot.file().get("last_error") or None, 30, "the mistake is told")
    assert "line 1: unknown key 'kamera'. Did you mean 'camera'?" in error
    assert robot.file()["state"] == "in_call"

    robot.config.write_text(whole)
    edit(robot, width=320, height=240)
    os.kill(robot.pid, signal.SIGHUP)
    wait_for(lambda: not robot.file().get("last_error") or None, 30, "the mistake is taken back")
    await visitor.wait(f"() => ({SIZE})() === 320", 45)
    assert robot.file()["state"] == "in_call"
    assert robot.file()["child_starts"] == {"camera": 2, "audio": 1, "screen": 1}
    await visitor.leave()
    assert (await asyncio.to_thread(robot.wait_for_call, "left_at", 60))["leave_reason"] == "last_participant"


@pytest.mark.long
async def test_a_robot_starts_on_its_last_good_configuration(lab: Lab) -> None:
    robot = lab.robot()
    robot.stop()
    robot.config.write_text(robot.config.read_text() + "kamera: {}\n")
    with robot:
        robot.wait_for_state("idle", 45)
        wait_for(lambda: "unknown key 'kamera'" in robot.file().get("last_error", ""), 30, "the mistake is told")
        wait_for(lambda: robot.file()["server_reachable"], 30, "the robot reaches its server")
