"""Each fault of the robot's own (R of the fault catalogue), struck again and again in a call with a real browser.

A row is the time from the blow until all is well, p50, p95 and the longest. Prints a table for docs/reliability.md.
Those of a whole machine boot a container and need root.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.lab.browser import Guest, guest
from scripts.lab.display import Display
from scripts.lab.process import wait_for
from scripts.lab.recovery import back_in_call, frames, heard_again
from scripts.lab.robot import LabRobot
from scripts.lab.robot_machine import UNIT, RobotMachine
from scripts.lab.server import LabServer

WITHIN = 60.0
CALM = 3.0
"""Seconds between two blows: the robot must be at rest, and its children's budget of failures is ten a minute."""


@dataclass
class Call:
    """A robot and a guest who see each other."""

    robot: LabRobot | RobotMachine
    visitor: Guest
    display: Display | None = None

    def child(self, name: str) -> psutil.Process:
        """One of the device children of a robot that is no machine of its own."""
        assert isinstance(self.robot, LabRobot)
        for child in psutil.Process(self.robot.pid).children():
            if f"robotclient.media.{name}" in child.cmdline():
                return child
        raise RuntimeError(f"the robot has no {name} child")


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
    await asyncio.to_thread(wait_for, lambda: _screen(robot) == "lost" or None, WITHIN, "the screen is lost")
    await asyncio.to_thread(call.display.start)
    began = time.monotonic()
    await asyncio.to_thread(wait_for, lambda: _screen(robot) == "working" or None, WITHIN, "the window is back")
    took = time.monotonic() - began
    if await frames(call.visitor) <= before:
        raise RuntimeError("the guest's picture stood still while the screen was away")
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
        os.truncate(torn, random.randrange(torn.stat().st_size + 1))
        machine.boot()

    return await back_in_call(call.visitor, cut, WITHIN)


ON_THIS_MACHINE: dict[str, Blow] = {
    "R2 camera child hangs (SIGSTOP), picture": camera_stopped,
    "R1 camera child dies (SIGSEGV), picture": camera_killed,
    "R4 audio child dies (SIGSEGV), sound": sound_killed,
    "R4 audio child hangs (SIGSTOP), sound": sound_stopped,
    "R7 X server killed, back: window": screen_gone,
}
ON_ITS_OWN: dict[str, Blow] = {
    "R9 daemon kill -9, picture": daemon_killed,
    "R10 daemon SIGSTOP, picture": daemon_stopped,
    "reboot in the call, picture": rebooted,
    "D6 power cut, a file torn, picture": power_cut,
}


@asynccontextmanager
async def call_here(directory: Path) -> AsyncIterator[Call]:
    """A call with a robot among this machine's processes."""
    async with AsyncExitStack() as stack:
        display = stack.enter_context(Display(1280, 720))
        server = stack.enter_context(LabServer(directory / "server"))
        robot = LabRobot(directory / "robot", server, screen={"display": display.name})
        stack.enter_context(robot)
        robot.wait_for_state("idle", WITHIN)
        yield Call(robot, await _visit(stack, directory, server, robot.name), display)


@asynccontextmanager
async def call_there(directory: Path) -> AsyncIterator[Call]:
    """A call with a robot on a machine of its own."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(LabServer(directory / "server"))
        robot = stack.enter_context(RobotMachine(directory / "robot", server))
        await asyncio.to_thread(robot.prepare)
        yield Call(robot, await _visit(stack, directory, server, robot.name))


async def _visit(stack: AsyncExitStack, directory: Path, server: LabServer, robot: str) -> Guest:
    visitor = await stack.enter_async_context(guest(directory / "guest"))
    words = ("--robot", robot, "--starts", "now+0s", "--minutes", "240", "--title", "Reliability")
    booked: dict[str, Any] = server.json("book", *words)
    await visitor.enter(booked["link"], "Guest")
    await visitor.first_frame(WITHIN)
    return visitor


async def measure(chosen: dict[str, Blow], repeats: int, make: Callable[[Path], Any]) -> None:
    """Strike each blow so many times in one call, and print its row."""
    if not chosen:
        return
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        async with make(Path(directory)) as call:
            for name, blow in chosen.items():
                took = []
                for _ in range(repeats):
                    await asyncio.sleep(CALM if isinstance(call.robot, RobotMachine) else 2 * CALM)
                    took.append(await blow(call))
                    print(f"{name}: {took[-1]:.2f} s", file=sys.stderr, flush=True)
                _print(name, sorted(took))


def _print(name: str, took: list[float]) -> None:
    p50, p95 = (took[min(len(took) - 1, round(share * len(took)))] for share in (0.5, 0.95))
    print(f"| {name} | {len(took)} | {p50:.1f} | {p95:.1f} | {took[-1]:.1f} |", flush=True)


async def run(wanted: list[str], repeats: int) -> None:
    for rows, make in ((ON_THIS_MACHINE, call_here), (ON_ITS_OWN, call_there)):
        chosen = {name: blow for name, blow in rows.items() if not wanted or any(word in name for word in wanted)}
        await measure(chosen, repeats, make)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/reliability", description=__doc__)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"part of a row's name: {', '.join([*ON_THIS_MACHINE, *ON_ITS_OWN])}"
    )
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    print("| fault | times | p50 s | p95 s | longest s |\n|---|---|---|---|---|")
    asyncio.run(run(arguments.rows, arguments.repeats))
    return 0


if __name__ == "__main__":
    sys.exit(main())
