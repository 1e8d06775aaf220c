"""Each fault of the network (N of the fault catalogue), struck again and again in a call with a real browser.

Robot, guest and server are hosts of their own, behind routers (scripts/lab/netns.py). Prints rows for
docs/reliability.md: p50, p95 and the longest. It needs root.
"""

import argparse
import asyncio
import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.lab import seconds
from scripts.lab.netcall import NetworkCall, over
from scripts.lab.netfaults import TCP, UDP, hole, logged, moved, noticed, seen_again, turn_restarted
from scripts.lab.netns import Nat
from scripts.lab.process import LabError

WITHIN = 90.0
CALM = 4.0
"""Seconds between two blows: media must flow, or nothing could fall silent."""

Figures = AsyncIterator[float]
"""Seconds, one after the other as they come about. Raises `TimeoutError` or `LabError` at the first that does not."""


async def media_hole(length: float, call: NetworkCall) -> Figures:
    """UDP is dropped; the signaling link lives."""
    began = time.monotonic()
    for each in await noticed(call, lambda: call.network.cut("robot", UDP), WITHIN):
        yield each
    await asyncio.sleep(max(0.0, began + length - time.monotonic()))
    yield await seen_again(call, lambda: call.network.mend("robot"), WITHIN)


async def whole_hole(length: float, call: NetworkCall) -> Figures:
    """Everything is dropped."""
    yield await hole(call, length, "", WITHIN)


async def address(side: str, call: NetworkCall) -> Figures:
    yield await moved(call, side, 100 + int(time.monotonic()) % 100, WITHIN)


async def half_open(call: NetworkCall) -> Figures:
    yield await logged(call, "signaling link: lost", lambda: call.network.cut("robot", TCP), WITHIN)
    yield await logged(call, "in the room", lambda: call.network.mend("robot"), WITHIN)


async def hung_server(length: float, call: NetworkCall) -> Figures:
    os.kill(call.server.pid, signal.SIGSTOP)
    await asyncio.sleep(length)
    yield await logged(call, "in the room", lambda: os.kill(call.server.pid, signal.SIGCONT), WITHIN)


async def relay(call: NetworkCall) -> Figures:
    yield await turn_restarted(call, WITHIN)


@dataclass(frozen=True)
class Row:
    """One fault, what its figures say, and the network that it is struck in."""

    name: str
    strike: Callable[[NetworkCall], Figures]
    figures: tuple[str, ...]
    nat: Nat = Nat.ENDPOINT_INDEPENDENT


NOTICED = "until the robot notices"
PICTURES, ROOM = "from its end to pictures", "from its end to the room"
ROWS = (
    *(
        Row(f"N1 no media for {length} s", partial(media_hole, length), ("until the page notices", NOTICED, PICTURES))
        for length in (5, 25, 84)
    ),
    *(Row(f"N1 robot cut off for {length} s", partial(whole_hole, length), (PICTURES,)) for length in (5, 25)),
    *(
        Row(f"N4 {side}'s address changes", partial(address, side), ("to pictures over the new one",))
        for side in ("robot", "guest")
    ),
    Row("N5 TCP half open", half_open, (NOTICED, ROOM)),
    *(Row(f"N7 server stopped for {length} s", partial(hung_server, length), (ROOM,)) for length in (15, 60, 600)),
    Row("N10 relay killed and started again", relay, ("to pictures",), Nat.SYMMETRIC),
)


async def run(rows: list[Row], repeats: int, workspace: Path) -> None:
    """Strike each row so many times, all of one kind of network in one call."""
    for nat in dict.fromkeys(row.nat for row in rows):
        async with over(workspace / nat.name.lower(), nat, "udp", minutes=240) as call:
            await call.meet()
            for row in (each for each in rows if each.nat is nat):
                await _repeat(row, call, repeats)


async def _repeat(row: Row, call: NetworkCall, repeats: int) -> None:
    took: dict[str, list[float]] = {what: [] for what in row.figures}
    for _ in range(repeats):
        for what, each in zip(row.figures, await _strike(row, call), strict=True):
            took[what].append(each)
            print(f"{row.name}, {what}: {each:.2f} s", file=sys.stderr, flush=True)
    for what, seen in took.items():
        print(seconds.row(f"{row.name}, {what}", seen), flush=True)


async def _strike(row: Row, call: NetworkCall) -> list[float]:
    """One time each figure; afterwards the network and the server are whole in any case."""
    found: list[float] = []
    try:
        await seen_again(call, lambda: None, WITHIN)
        await asyncio.sleep(CALM)
        async for each in row.strike(call):
            found.append(each)
    except (TimeoutError, LabError) as error:  # a bad figure stays
        print(f"{row.name}: {str(error) or f'not within {WITHIN:.0f} s'}; read {call.robot.log}", file=sys.stderr)
    finally:
        call.network.mend("robot")
        os.kill(call.server.pid, signal.SIGCONT)
    return found + [math.inf] * (len(row.figures) - len(found))


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/reliability-network", description=__doc__)
    names = ", ".join(row.name for row in ROWS)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"part of a row's name: {names}")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--workspace", type=Path, help="where the logs stay; without it they go")
    arguments = parser.parse_args()
    chosen = [row for row in ROWS if not arguments.rows or any(part in row.name for part in arguments.rows)]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    print(seconds.HEAD)
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        asyncio.run(run(chosen, arguments.repeats, arguments.workspace or Path(directory)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
