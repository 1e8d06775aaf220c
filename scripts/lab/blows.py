"""What a robot is struck with in a call, and how long until all is well: the rows of scripts/reliability."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

from scripts.lab.browser import Guest
from scripts.lab.display import Display
from scripts.lab.process import LabError, wait_for
from scripts.lab.recovery import back_in_call, frames, heard_again
from scripts.lab.robot import LabRobot
from scripts.lab.robot_machine import UNIT, RobotMachine

WITHIN = 60.0
STEADY = 62.0
"""Seconds between two blows to one child: it is left alone longer, the more often it fails within a minute."""
CALM = 3.0
"""Seconds between any two blows."""


@dataclass
class Call:
    """A robot and a guest who see each other."""

    robot: LabRobot | RobotMachine
    visitor: Guest
    display: Display | None = None

    def child(self, name: str) -> psutil.Process:
        """One of the device children of a robot that is no machine of its own. Raises `LabError`."""
        assert isinstance(self.robot, LabRobot)
        for child in psutil.Process(self.robot.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # another one has just ended
                if f"robotclient.media.{name}" in child.cmdline():
                    return child
        raise LabError(f"the robot has no {name} child; read {self.robot.log}")


Blow = Callable[[Call], Awaitable[float]]


async def camera_stopped(call: Call) -> float:
    return await back_in_call(call.visitor, lambda: call.child("camera").send_signal(signal.SIGSTOP), WITHIN)


async def camera_killed(call: Call) -> float:
    return await back_in_call(call.visitor, lambda: call.child("camera").send_signal(signal.SIGSEGV), WITHIN)


async def sound_killed(call: Call) -> float:
    return await heard_again(call.visitor, lambda: call.child("audio").send_signal(signal.SIGSEGV), WITHIN)


async def sound_stopped(call: Call) -> float:
    return await heard_again(call.visitor, lambda: call.child("audio").send_signal(signal.SIGSTOP), WITHIN)


async def screen_gone(call: Call) -> float:
    """From the return of the X server to the window; the guest must not have noticed."""
    assert call.display is not None
    robot = call.robot
    before = await frames(call.visitor)
    await asyncio.to_thread(call.display.kill)
    try:
        await asyncio.to_thread(wait_for, lambda: _screen(robot) == "lost", WITHIN, "the screen is lost")
    finally:
        await asyncio.to_thread(call.display.start)
    began = time.monotonic()
    await asyncio.to_thread(wait_for, lambda: _screen(robot) == "working", WITHIN, "the window is back")
    took = time.monotonic() - began
    if await frames(call.visitor) <= before:
        raise LabError("the guest's picture stood still while the screen was away")
    return took


def _screen(robot: LabRobot | RobotMachine) -> str | None:
    states: dict[str, str] = {each["kind"]: each["state"] for each in robot.file().get("devices", ())}
    return states.get("screen")


async def daemon_killed(call: Call) -> float:
    return await _struck(call, signal.SIGKILL)


async def daemon_stopped(call: Call) -> float:
    return await _struck(call, signal.SIGSTOP)


async def _struck(call: Call, number: int) -> float:
    machine = call.robot
    assert isinstance(machine, RobotMachine)
    pid = await asyncio.to_thread(machine.pid_of, UNIT)
    return await back_in_call(call.visitor, lambda: os.kill(pid, number), WITHIN)


async def rebooted(call: Call) -> float:
    assert isinstance(call.robot, RobotMachine)
    return await back_in_call(call.visitor, call.robot.reboot, WITHIN)


async def power_cut(call: Call) -> float:
    """With one of the robot's files torn at some byte."""
    machine = call.robot
    assert isinstance(machine, RobotMachine)

    def cut() -> None:
        machine.cut_power()
        torn = random.choice(sorted(machine.state.glob("*.json")))
        length = random.randrange(torn.stat().st_size + 1)
        print(f"{torn.name} cut at byte {length} of {torn.stat().st_size}", file=sys.stderr)
        os.truncate(torn, length)
        machine.boot()

    return await back_in_call(call.visitor, cut, WITHIN)


@dataclass(frozen=True)
class Row:
    """A blow to a `target`, which then has `rest` seconds at least."""

    name: str
    strike: Blow
    target: str
    rest: float = CALM


ON_THIS_MACHINE = (
    Row("R2 camera child hangs (SIGSTOP), picture or slate", camera_stopped, "camera", STEADY),
    Row("R4 audio child dies (SIGSEGV), sound", sound_killed, "audio", STEADY),
    Row("R7 X server killed, back: window", screen_gone, "screen", STEADY),
    Row("R1 camera child dies (SIGSEGV), picture or slate", camera_killed, "camera", STEADY),
    Row("R4 audio child hangs (SIGSTOP), sound", sound_stopped, "audio", STEADY),
)
ON_ITS_OWN = (
    Row("R9 daemon kill -9, picture", daemon_killed, "machine"),
    Row("R10 daemon SIGSTOP, picture", daemon_stopped, "machine"),
    Row("reboot in the call, picture", rebooted, "machine"),
    Row("D6 power cut, a file torn, picture", power_cut, "machine"),
)
