"""A leaky bucket for packets: frames leave spread out, so that they do not fill the queues of the path at once.

Draft, section 4; libwebrtc's `pacing_controller`. Sound is not held up, but what it takes is taken from the rest;
repetitions go before pictures, and spread out like them: thirty that are asked for at once would fill the queue again
in which they were lost. Pure.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from robotclient.transport.congestion.probing import Probe

BURST = 0.005
"""Seconds: packets due within the next of them leave together, which saves timers and delays no one."""
LONGEST_QUEUE = 0.4
"""Seconds: what would take longer leaves faster than the rate (libwebrtc: 2 s)."""
MOST_QUEUED = 1024
"""Packets; the oldest go when more come."""
FILLER = 1200
"""Octets of a packet that only fills a probe."""

Item = TypeVar("Item")


class Rank(Enum):
    """Who goes first, after sound, which does not come here."""

    REPETITION = "repetition"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Release(Generic[Item]):
    """A packet whose time has come, and the number of the probe that it is part of."""

    item: Item
    probe: int | None


class Pacer(Generic[Item]):
    """Times in seconds, sizes in octets, rates in bits per second."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._queues: dict[Rank, deque[tuple[Item, int]]] = {rank: deque() for rank in Rank}
        self._queued = 0
        self._free_at = 0.0
        self._probe: Probe | None = None
        self._probe_packets = self._probe_octets = 0

    @property
    def queued(self) -> int:
        """Octets that wait."""
        return self._queued

    @property
    def next_deadline(self) -> float | None:
        """When `poll` or `filler` has something to give; None while nothing waits."""
        return self._free_at - BURST if self._next() or self._probe else None

    def put(self, item: Item, size: int, rank: Rank = Rank.PICTURE) -> None:
        """Queue a packet."""
        queue = self._queues[rank]
        if len(queue) >= MOST_QUEUED:
            self._take(rank)
        queue.append((item, size))
        self._queued += size

    def passed_by(self, size: int, now: float) -> None:
        """Sound of this size went out, without waiting; the rest pays for it."""
        self._charge(size, now)

    def begin_probe(self, probe: Probe) -> None:
        """Send the next packets, and fillers where there are none, at the probe's rate."""
        self._probe = probe
        self._probe_packets = self._probe_octets = 0

    def poll(self, now: float) -> list[Release[Item]]:
        """The packets whose time has come, in order."""
        released = []
        while self._free_at - BURST <= now and (rank := self._next()) is not None:
            item, size = self._take(rank)
            released.append(Release(item, self._probe.number if self._probe else None))
            self._charge(size, now)
            self._count(size)
        return released

    def filler(self, now: float) -> int | None:
        """The number of the probe that wants a filler now, since nothing waits; None mostly. See `fill`."""
        due = self._probe is not None and self._next() is None and self._free_at - BURST <= now
        return self._probe.number if due and self._probe else None

    def fill(self, size: int, now: float) -> None:
        """A filler of this size went out."""
        self._charge(size, now)
        self._count(size)

    def _next(self) -> Rank | None:
        return next((rank for rank in Rank if self._queues[rank]), None)

    def _take(self, rank: Rank) -> tuple[Item, int]:
        item, size = self._queues[rank].popleft()
        self._queued -= size
        return item, size

    def _charge(self, size: int, now: float) -> None:
        rate = self._probe.rate if self._probe else max(self.rate, 8 * self._queued / LONGEST_QUEUE)
        self._free_at = max(self._free_at, now) + 8 * size / rate

    def _count(self, size: int) -> None:
        if self._probe is None:
            return
        self._probe_packets += 1
        self._probe_octets += size
        if self._probe_packets >= self._probe.packets and self._probe_octets >= self._probe.octets:
            self._probe = None
