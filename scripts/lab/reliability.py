"""Each fault of the robot's own (R of the fault catalogue), struck again and again in a call with a real browser.

A row is the time from the blow until all is well, p50, p95 and the longest. Prints a table for docs/reliability.md.
Those of a whole machine boot a container and need root.
"""

import argparse
import asyncio
import itertools
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from scripts.lab import seconds
from scripts.lab.blows import CALM, ON_ITS_OWN, ON_THIS_MACHINE, WITHIN, Call, Row
from scripts.lab.browser import Guest, guest
from scripts.lab.display import Display
from scripts.lab.process import LabError
from scripts.lab.robot import LabRobot
from scripts.lab.robot_machine import RobotMachine
from scripts.lab.server import LabServer

MISSES = (TimeoutError, LabError, subprocess.TimeoutExpired)


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


async def measure(rows: Sequence[Row], repeats: int, make: Callable[[Path], Any]) -> None:
    """Strike each blow so many times in one call, in turns, and print the rows."""
    if not rows:
        return
    took: dict[str, list[float]] = {row.name: [] for row in rows}
    struck: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        async with make(Path(directory)) as call:
            for row in itertools.chain.from_iterable(itertools.repeat(rows, repeats)):
                rested = time.monotonic() - struck.get(row.target, -math.inf)
                await asyncio.sleep(max(CALM, row.rest - rested))
                took[row.name].append(await _strike(row, call))
                struck[row.target] = time.monotonic()
                print(f"{row.name}: {took[row.name][-1]:.2f} s", file=sys.stderr, flush=True)
    for name, each in took.items():
        print(seconds.row(name, each), flush=True)


async def _strike(row: Row, call: Call) -> float:
    try:
        return await row.strike(call)
    except MISSES as error:  # a bad figure stays, with what the robot says
        why = str(error) or f"not within {WITHIN:.0f} s"
        print(f"{row.name}: {why}; the robot:\n{_said(call.robot)}", file=sys.stderr)
        return math.inf


def _said(robot: LabRobot | RobotMachine) -> str:
    """The end of the robot's log."""
    if isinstance(robot, LabRobot):
        return robot.log.read_text()[-8000:]
    try:
        return robot.journal("-n", "80")
    except MISSES as error:
        return f"its machine does not answer: {error}"


async def run(wanted: list[str], repeats: int) -> None:
    for rows, make in ((ON_THIS_MACHINE, call_here), (ON_ITS_OWN, call_there)):
        chosen = tuple(row for row in rows if not wanted or any(word in row.name for word in wanted))
        await measure(chosen, repeats, make)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/reliability", description=__doc__)
    names = ", ".join(row.name for row in (*ON_THIS_MACHINE, *ON_ITS_OWN))
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"part of a row's name: {names}")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    print(seconds.HEAD)
    asyncio.run(run(arguments.rows, arguments.repeats))
    return 0


if __name__ == "__main__":
    sys.exit(main())
