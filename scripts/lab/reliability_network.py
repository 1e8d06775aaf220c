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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.lab.netcall import NetworkCall, over
from scripts.lab.netfaults import TCP, UDP, hole, logged, moved, noticed, seen_again, turn_restarted
from scripts.lab.netns import Nat

WITHIN = 90.0
CALM = 4.0
"""Seconds between two blows: media must flow, or nothing could fall silent."""

Figures = dict[str, float]


async def media_hole(seconds: float, call: NetworkCall) -> Figures:
    """UDP is dropped; the signaling link lives."""
    began = time.monotonic()
    at_page, at_robot = await noticed(call, lambda: call.network.cut("robot", UDP), WITHIN)
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    back = await seen_again(call, lambda: call.network.mend("robot"), WITHIN)
    return {"until the page notices": at_page, "until the robot notices": at_robot, "from its end to pictures": back}


async def whole_hole(seconds: float, call: NetworkCall) -> Figures:
    """Everything is dropped."""
    return {"from its end to pictures": await hole(call, seconds, "", WITHIN)}


async def address(side: str, call: NetworkCall) -> Figures:
    last = 100 + int(time.monotonic()) % 100
    return {"to pictures over the new one": await moved(call, side, last, WITHIN)}


async def half_open(call: NetworkCall) -> Figures:
    lost = await logged(call, "signaling link: lost", lambda: call.network.cut("robot", TCP), WITHIN)
    back = await logged(call, "in the room", lambda: call.network.mend("robot"), WITHIN)
    return {"until the robot notices": lost, "from its end to the room": back}


async def hung_server(seconds: float, call: NetworkCall) -> Figures:
    os.kill(call.server.pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    back = await logged(call, "in the room", lambda: os.kill(call.server.pid, signal.SIGCONT), WITHIN)
    return {"from its end to the room": back}


async def relay(call: NetworkCall) -> Figures:
    return {"to pictures": await turn_restarted(call, WITHIN)}


@dataclass(frozen=True)
class Row:
    """One fault, and the network that it is struck in."""

    name: str
    strike: Callable[[NetworkCall], Awaitable[Figures]]
    nat: Nat = Nat.ENDPOINT_INDEPENDENT


ROWS = (
    *(Row(f"N1 no media for {seconds} s", partial(media_hole, seconds)) for seconds in (5, 25, 84)),
    *(Row(f"N1 robot cut off for {seconds} s", partial(whole_hole, seconds)) for seconds in (5, 25)),
    *(Row(f"N4 {side}'s address changes", partial(address, side)) for side in ("robot", "guest")),
    Row("N5 TCP half open", half_open),
    *(Row(f"N7 server stopped for {seconds} s", partial(hung_server, seconds)) for seconds in (15, 60, 600)),
    Row("N10 relay killed and started again", relay, Nat.SYMMETRIC),
)


async def run(rows: list[Row], repeats: int, workspace: Path) -> None:
    """Strike each row so many times, all of one kind of network in one call."""
    for nat in dict.fromkeys(row.nat for row in rows):
        async with over(workspace / nat.name.lower(), nat, "udp", minutes=240) as call:
            await call.meet()
            for row in (each for each in rows if each.nat is nat):
                await _strike(row, call, repeats)


async def _strike(row: Row, call: NetworkCall, repeats: int) -> None:
    took: dict[str, list[float]] = {}
    for _ in range(repeats):
        await seen_again(call, lambda: None, WITHIN)
        await asyncio.sleep(CALM)
        for what, seconds in (await row.strike(call)).items():
            took.setdefault(what, []).append(seconds)
            print(f"{row.name}, {what}: {seconds:.2f} s", file=sys.stderr, flush=True)
    for what, seen in took.items():
        seen.sort()
        p50, p95 = (seen[math.ceil(share * len(seen)) - 1] for share in (0.5, 0.95))
        print(f"| {row.name}, {what} | {len(seen)} | {p50:.1f} | {p95:.1f} | {seen[-1]:.1f} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/reliability-network", description=__doc__)
    names = ", ".join(row.name for row in ROWS)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"part of a row's name: {names}")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--workspace", type=Path, help="where the logs stay; without it they go")
    arguments = parser.parse_args()
    chosen = [row for row in ROWS if not arguments.rows or any(part in row.name for part in arguments.rows)]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    print("| fault | times | p50 s | p95 s | longest s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        asyncio.run(run(chosen, arguments.repeats, arguments.workspace or Path(directory)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
