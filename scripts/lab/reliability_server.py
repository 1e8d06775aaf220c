"""Faults on the server's side of the network (N8, S6, S8, S10 of the fault catalogue), at a real server process.

Prints a table for docs/reliability.md, one row each, and ends with 1 where a target was missed. The robots are the
robot's own signaling; no media flows, which never passes the server.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import aiohttp
import psutil
import socketio
from websockets.asyncio.client import connect

from scripts.lab.herd import Herd, Place, furnish
from scripts.lab.process import LabError, wait_for
from scripts.lab.server import LabServer

WITHIN: Final = 600.0
"""For what has no target of its own: the first coming of a herd, on a busy machine."""
BACK_WITHIN, STOPPED_WITHIN = 30.0, 20.0
"""All back after a restart; and the unit's TimeoutStopSec."""
DESCRIPTORS, OLD_CALLS, NEWCOMERS = 64, 12, 100
DEAF, GROWTH_MIB = 5, 150.0
"""So many who do not read, and what they may cost together while they are there: 500 messages of 60 kB each."""

Seen = tuple[str, bool]
"""What the table says, and whether the target was met."""


def herd(directory: Path, count: int) -> Seen:
    """N8: the server is killed and started again under so many robots."""
    with LabServer(directory) as server, Herd(server.url, asyncio.run(furnish(server.config, count))) as robots:
        wait_for(robots.all_here, WITHIN, "the herd is in its rooms", every=0.2)
        known, said = dict(robots.participants), robots.refused.total()
        server.kill()
        wait_for(robots.all_lost, WITHIN, "the herd has noticed", every=0.2)
        server.start()
        took = _back(robots)
        same = sum(robots.participants[each] == known[each] for each in known)
        refused = robots.refused.total() - said
    seen = f"{count} robots: all back after {took:.1f} s, {same} as the same participants, {refused} refused"
    return seen, took <= BACK_WITHIN and same == count and not refused


def drain(directory: Path, count: int) -> Seen:
    """S8: SIGTERM while robots are in their rooms."""
    with LabServer(directory) as server, Herd(server.url, asyncio.run(furnish(server.config, count))) as robots:
        wait_for(robots.all_here, WITHIN, "the herd is in its rooms", every=0.2)
        known, began = dict(robots.participants), time.monotonic()
        status = server.stop()
        stopped = time.monotonic() - began
        wait_for(robots.all_lost, WITHIN, "the herd has noticed", every=0.1)
        told = max(robots.lost.values()) - began
        server.start()
        took = _back(robots)
        ordered = sorted(robots.came.values())
        same = sum(robots.participants[each] == known[each] for each in known)
    spread = ordered[-1] - ordered[0]
    seen = (
        f"{count} robots: told within {told:.1f} s, ended with {status} after {stopped:.1f} s; "
        f"back after {took:.1f} s, spread over {spread:.1f} s, {same} as the same participants"
    )
    return seen, status == 0 and stopped <= STOPPED_WITHIN and took <= BACK_WITHIN and same == count


def _back(robots: Herd) -> float:
    """Seconds from now, when the server answers again, until all are in their rooms."""
    began = time.monotonic()
    wait_for(robots.all_here, WITHIN, "the herd is back", every=0.1)
    return max(robots.came.values()) - began


def full(directory: Path, newcomers: int) -> Seen:
    """S10: the process may have 64 descriptors; one newcomer after another wants in, and stays."""
    with LabServer(directory) as server:
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        with Herd(server.url, asyncio.run(furnish(server.config, OLD_CALLS)), processes=1) as robots:
            wait_for(robots.all_here, WITHIN, "the old calls", every=0.2)
            answers = asyncio.run(_crowd(server.url, newcomers))
            robots.listen()
            kept = OLD_CALLS - len(robots.lost)
    silent = newcomers - answers["admitted"] - answers["503"]
    seen = (
        f"old calls {kept}/{OLD_CALLS}; {answers['admitted']} came in, {answers['503']} were told 503, {silent} nothing"
    )
    return seen, kept == OLD_CALLS and answers["503"] > 0 and not silent


async def _crowd(url: str, newcomers: int) -> Counter[str]:
    """What each was answered; who came in stays, and answers pings, beyond the time that a ping has."""
    answers: Counter[str] = Counter()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)))
        for _ in range(newcomers):
            try:
                address = f"{url}/socket.io/?EIO=4&transport=websocket"
                await stack.enter_async_context(session.ws_connect(address))
                answers["admitted"] += 1
            except aiohttp.WSServerHandshakeError as error:
                answers[str(error.status)] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                answers[type(error).__name__] += 1
        await asyncio.sleep(1)
    return answers


def again(directory: Path, times: int) -> Seen:
    """S6: the same robot comes again and again while its former connection still lives; a guest counts its tiles."""
    with LabServer(directory) as server:
        (place,) = asyncio.run(furnish(server.config, 1))
        wrong = asyncio.run(_again(server.url, place, times))
    return f"{times - wrong}/{times} times one tile", wrong == 0


async def _again(url: str, place: Place, times: int) -> int:
    tiles: set[str] = set()
    guest = await _client(url)
    guest.on("participant_joined", lambda each: tiles.add(each["id"]))
    guest.on("participant_left", lambda each: tiles.discard(each["participant"]))
    await guest.call("join", {"version": 1, "room": place.link, "name": "Guest"})
    join: dict[str, Any] = {"version": 1, "room": place.room}
    former, wrong = None, 0
    for _ in range(times):
        robot = await _client(url, {"token": place.token})
        joined = await robot.call("join", join)
        join["resume"] = {"participant": joined["participant"], "secret": joined["secret"]}
        # What was said to the guest before this answer has come.
        await guest.call("chat", {"text": "."})
        wrong += tiles != {joined["participant"]}
        if former is not None:
            await former.disconnect()
        former = robot
    await asyncio.gather(guest.disconnect(), former.disconnect() if former else asyncio.sleep(0))
    return wrong


async def _client(url: str, auth: dict[str, str] | None = None) -> socketio.AsyncClient:
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(url, auth=auth, transports=["websocket"])
    return client


def deaf(directory: Path, seconds: int) -> Seen:
    """Guests who never read, to whom a robot sends all that it may."""
    with LabServer(directory) as server:
        (place,) = asyncio.run(furnish(server.config, 1))
        process = psutil.Process(server.pid)
        most, left = asyncio.run(_deaf(server.url, place, seconds, process))
    return f"{DEAF} guests: {most:.0f} MiB more at most, {left} connections left", most <= GROWTH_MIB and left == 1


async def _deaf(url: str, place: Place, seconds: int, process: psutil.Process) -> tuple[float, int]:
    """How many MiB the server grew at most, and how many connections it has in the end."""
    robot, known = await _client(url, {"token": place.token}), set[str]()
    robot.on("participant_joined", lambda each: known.add(each["id"]))
    await robot.call("join", {"version": 1, "room": place.room})
    before, most = process.memory_info().rss, 0
    async with AsyncExitStack() as stack:
        for number in range(DEAF):
            address = f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
            guest = await stack.enter_async_context(connect(address, compression=None, close_timeout=0.1))
            await guest.recv()
            await guest.send("40")
            await guest.recv()
            await guest.send(f'421["join",{{"version":1,"room":"{place.link}","name":"Guest {number}"}}]')
            await guest.recv()
            guest.transport.pause_reading()
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            for each in sorted(known):
                offer = {"to": each, "connection": "c", "tracks": {}, "sdp": "a" * 60_000}
                answer = await robot.call("offer", offer)
                # Whoever does not heed it is closed.
                await asyncio.sleep(answer.get("retry_after", 0))
            most = max(most, process.memory_info().rss - before)
            await asyncio.sleep(0)
        left = sum(each.status == psutil.CONN_ESTABLISHED for each in process.net_connections("tcp"))
    await robot.disconnect()
    return most / 2**20, left


ROWS: Final[dict[str, tuple[Callable[[Path, int], Seen], int, str]]] = {
    "N8 herd after a restart": (herd, 1000, "all back within 30 s, 0 errors"),
    "S6 the same robot connects again": (again, 1000, "one tile each time"),
    "S8 SIGTERM in calls": (drain, 100, "ended within 20 s, all back within 30 s"),
    "S10 64 descriptors": (full, NEWCOMERS, "old calls N/N, newcomers answered"),
    "clients that do not read": (deaf, 40, f"{GROWTH_MIB:.0f} MiB at most, nothing kept"),
}
"""By name: what is done, how many (or, of the last, for how many seconds), and the target."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/reliability-server", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"part of a row's name: {', '.join(ROWS)}")
    parser.add_argument("--count", type=int, help="in the place of each row's own number")
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("| fault | seen | target | met |\n|---|---|---|---|")
    missed = False
    for name, (strike, count, target) in ROWS.items():
        if arguments.rows and not any(part in name for part in arguments.rows):
            continue
        with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
            try:
                seen, met = strike(Path(directory), arguments.count or count)
            except LabError as error:  # a bad figure stays
                seen, met = str(error), False
        missed = missed or not met
        print(f"| {name} | {seen} | {target} | {'yes' if met else '**no**'} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
