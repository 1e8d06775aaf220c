"""Join and leave, again and again: does anything of the call machinery stay behind (faults R11, R12)?

Each cycle is the robot's own `Attendance` in a room of this process: a real Socket.IO link, an offer, ICE, DTLS, sound,
the farewell. In each hundredth a track cannot be stopped. Prints a table for
docs/reliability.md, and fails where descriptors, tasks or threads have grown.
"""

import argparse
import asyncio
import contextlib
import gc
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil

from robotclient import call
from robotclient.attendance import Attendance, RoomNews
from robotclient.body import Body, Occurrences
from robotclient.config import RobotConfig
from robotclient.tracks import PacketTrack
from robotclient.transport import attach
from scripts.lab.call_room import GUEST, PING, CallRoom
from scripts.lab.process import LabError, until
from wire.rest import Policy, Reservation
from wire.signaling import Source

OPUS_SILENCE = bytes.fromhex("f8fffe")
WITHIN = 60.0
WARM_UP = 100
"""Cycles until all caches of the libraries are filled."""
FAULT_EVERY = 100
LANES = 8
"""Robots side by side, each in a room of its own."""


@dataclass(frozen=True)
class Traces:
    """What is in use after so many cycles, once garbage is collected."""

    cycles: int
    descriptors: int
    tasks: int
    threads: int
    mebibytes: float

    @classmethod
    def take(cls, cycles: int) -> "Traces":
        gc.collect()
        process = psutil.Process()
        return cls(
            cycles,
            process.num_fds(),
            len(asyncio.all_tasks()),
            threading.active_count(),
            round(process.memory_info().rss / 2**20, 1),
        )

    def more_than(self, other: "Traces") -> list[str]:
        """What there is more of; memory is judged by its slope over many cycles."""
        return [what for what in ("descriptors", "tasks", "threads") if getattr(self, what) > getattr(other, what)]


class Unstoppable(PacketTrack):
    """A track whose `stop` raises, as aiortc calls it too: its sender never says that it has ended."""

    def stop(self) -> None:
        raise RuntimeError("this track cannot be stopped")


class Voice(Body):
    """A body without devices: what it says is put into its tracks from outside."""

    def __init__(self) -> None:
        super().__init__(RobotConfig(), Occurrences(device_changed=lambda _: None, picture_drawn=lambda _: None))
        self.sound: PacketTrack | None = None
        self.unstoppable = False

    def outgoing(self, participant: str) -> Mapping[Source, PacketTrack]:
        if not self.unstoppable:
            tracks = super().outgoing(participant)
            self.sound = tracks[Source.MICROPHONE]
            return tracks
        self.sound = Unstoppable("audio", lambda: None)
        return {Source.MICROPHONE: self.sound, Source.CAMERA: PacketTrack("video", lambda: None)}


class Cycles:
    """One robot that joins and leaves the same room."""

    def __init__(self, room: CallRoom) -> None:
        self._room = room
        self._body = Voice()
        self._errors: list[BaseException] = []
        self._reservation = _reservation()

    async def run(self, *, unstoppable: bool = False) -> None:
        """One visit from the join to the farewell. Raises `LabError`, `TimeoutError`, or what went wrong inside."""
        news: asyncio.Queue[RoomNews] = asyncio.Queue()
        self._body.unstoppable = unstoppable
        attendance = Attendance(
            self._reservation,
            self._body,
            server_url=self._room.url,
            token="t" * 32,
            tls=None,
            tell=news.put_nowait,
            on_error=self._errors.append,
        )
        pump = asyncio.create_task(_pump(attendance, news))
        self._body.admit(frozenset({GUEST}))
        await until(lambda: attendance.peers is not None and attendance.peers.connected(), "a connection", WITHIN)
        await self._talk()
        self._body.admit(frozenset())
        await attendance.leave(call.LeaveReason.LAST_PARTICIPANT)
        pump.cancel()
        await asyncio.wait({pump})
        if failed := [*self._errors, *self._room.guest.errors]:
            raise failed[0]

    async def _talk(self) -> None:
        """Until the guest has got some of the robot's sound."""
        heard = self._room.guest.packets
        number = 0
        async with asyncio.timeout(WITHIN):
            while self._room.guest.packets < heard + 5:
                for track in (self._body.sound, self._room.guest.sound):
                    if track is not None and track.readyState == "live":
                        track.put(OPUS_SILENCE, 960 * number, keyframe=True)
                number += 1
                await asyncio.sleep(0.02)


async def _pump(attendance: Attendance, news: "asyncio.Queue[RoomNews]") -> None:
    while True:
        await attendance.take((await news.get()).news)


def _reservation() -> Reservation:
    now = datetime.now(UTC)
    return Reservation(
        id="soak",
        room="soak",
        title="Soak",
        starts_at=now,
        ends_at=now + timedelta(hours=4),
        language="en",
        policy=Policy(),
    )


async def soak(count: int, every: int) -> AsyncIterator[Traces]:
    """Traces after the warm-up and then after each so many cycles; some visits are always on at the same time."""
    attach.install()
    async with AsyncExitStack() as stack:
        lanes = [Cycles(await stack.enter_async_context(CallRoom().open())) for _ in range(LANES)]
        done = 0
        for until_now in sorted({min(WARM_UP, count // 2), *range(every, count, every), count}):
            numbers = iter(range(done, until_now))
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(_run_through(lane, numbers))
            done = until_now
            await _settle()
            yield Traces.take(done)


async def _run_through(lane: Cycles, numbers: Iterator[int]) -> None:
    """One cycle after the other, as long as there are numbers; all lanes share them."""
    for number in numbers:
        await lane.run(unstoppable=number % FAULT_EVERY == FAULT_EVERY // 2)


async def _settle() -> None:
    """Let the room's server end what it has for connections that are closed."""
    named = "AsyncSocket._send_ping"
    with contextlib.suppress(LabError):
        await until(lambda: not any(named in str(each.get_coro()) for each in asyncio.all_tasks()), "rest", 4 * PING)


def slope(traces: list[Traces]) -> float:
    """KiB of memory a cycle, by least squares."""
    mean_x = sum(each.cycles for each in traces) / len(traces)
    mean_y = sum(each.mebibytes for each in traces) / len(traces)
    spread = sum((each.cycles - mean_x) ** 2 for each in traces)
    return 1024 * sum((each.cycles - mean_x) * (each.mebibytes - mean_y) for each in traces) / spread


async def run(count: int, every: int) -> int:
    print("| cycles | descriptors | tasks | threads | memory MiB |\n|---|---|---|---|---|")
    began, traces = time.monotonic(), list[Traces]()
    async for each in soak(count, every):
        traces.append(each)
        row = (each.cycles, each.descriptors, each.tasks, each.threads, each.mebibytes)
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
    print(f"\n{slope(traces):+.2f} KiB a cycle, {(time.monotonic() - began) / count:.2f} s a cycle", flush=True)
    grown = traces[-1].more_than(traces[0])
    if grown:
        print(f"grown: {', '.join(grown)}", file=sys.stderr)
    return 1 if grown else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/soak-calls", description=__doc__)
    parser.add_argument("--cycles", type=int, default=5000)
    parser.add_argument("--every", type=int, default=500, help="cycles between two rows")
    arguments = parser.parse_args()
    return asyncio.run(run(arguments.cycles, arguments.every))


if __name__ == "__main__":
    sys.exit(main())
