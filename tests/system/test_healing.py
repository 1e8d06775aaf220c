"""Devices that die, hang or are not there in a real call: the rest goes on, and they come back (faults R1 to R8)."""

import asyncio
import signal
import socket
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from scripts.lab.display import Display
from scripts.lab.process import Process, program, wait_for
from scripts.lab.recovery import back_in_call, frames, heard_again
from scripts.lab.robot import LabRobot
from tests.system.conftest import Lab

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(300)]
WITHIN = 40


def child(robot: LabRobot, name: str) -> psutil.Process:
    mine = psutil.Process(robot.pid).children()
    return next(each for each in mine if f"robotclient.media.{name}" in each.cmdline())


def device(robot: LabRobot, kind: str) -> str | None:
    return next((each["state"] for each in robot.file().get("devices", ()) if each["kind"] == kind), None)


async def test_r2_r4_r7_each_device_child_heals_alone(lab: Lab) -> None:
    with Display(640, 480) as display:
        robot = lab.robot(screen={"display": display.name})
        _, visitor = await lab.together(robot)
        daemon = robot.pid

        await back_in_call(visitor, lambda: child(robot, "camera").send_signal(signal.SIGSTOP), WITHIN)
        assert robot.file()["child_starts"] == {"camera": 2, "audio": 1, "screen": 1}

        await heard_again(visitor, lambda: child(robot, "audio").send_signal(signal.SIGSEGV), WITHIN)
        assert robot.file()["child_starts"]["audio"] == 2

        before = await frames(visitor)
        display.kill()
        await asyncio.to_thread(wait_for, lambda: device(robot, "screen") == "lost", WITHIN, "the screen is lost")
        display.start()
        await asyncio.to_thread(wait_for, lambda: device(robot, "screen") == "working", WITHIN, "the window is back")
        assert await frames(visitor) > before, "the guest's picture stood still while the screen was away"

        assert robot.pid == daemon
        assert robot.ended() is None
        assert robot.file()["state"] == "in_call"


async def test_r8_without_devices_it_joins_on_time_and_says_what_is_missing(lab: Lab) -> None:
    nobody = {"microphone": "No such microphone", "speaker": "No such speaker"}
    robot = lab.robot(camera={"device": "No such camera"}, audio=nobody)
    booked, _ = await lab.together(robot)
    call = robot.file()["call"]
    late = datetime.fromisoformat(call["joined_at"]) - datetime.fromisoformat(booked["starts_at"])
    assert late.total_seconds() < 10
    lost = ("camera", "microphone", "speaker")
    await asyncio.to_thread(
        wait_for, lambda: all(device(robot, kind) == "lost" for kind in lost), WITHIN, "what is missing is told"
    )


def test_ready_is_said_when_the_schedule_is_known_and_not_before(lab: Lab, tmp_path: Path) -> None:
    robot = lab.robot(running=False)
    lab.server.kill()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(WITHIN)
        command = [program("robotclient"), "run", "--config", str(robot.config)]
        with Process(command, tmp_path / "robot.log", {"NOTIFY_SOCKET": str(tmp_path / "notify")}):
            while not systemd.recv(4096).startswith(b"EXTEND_TIMEOUT_USEC="):
                pass
            lab.server.start()
            said = b""
            while said != b"READY=1":
                said = systemd.recv(4096)
                assert said != b"WATCHDOG=1"
