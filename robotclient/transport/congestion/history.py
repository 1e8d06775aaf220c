"""What was sent under which transport-wide number, and what the far side says became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from robotclient.transport.wrapping import unwrap

MOST_KEPT = 4096
"""Packets: 10 s at 3 Mbit/s."""
REORDERING = 0.1
"""Seconds of sending: a packet counts as lost once another one, sent so much later, has come."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet of `size` octets that left at `at`; `probe` is the cluster that it belongs to."""

    number: int
    size: int
    at: float
    probe: int | None


@dataclass(frozen=True, slots=True)
class Fate:
    """`arrival` is in seconds of the far side's clock; None for a packet that was lost."""

    sent: Sent
    arrival: float | None


class History:
    """The packets of which nothing good is known yet."""

    def __init__(self) -> None:
        self._packets: dict[int, Sent] = {}
        self._missing: dict[int, Sent] = {}
        self._last = 0
        self._newest = 0.0

    def put(self, sequence: int, size: int, now: float, probe: int | None) -> None:
        """Note a packet under its number of 16 bits."""
        self._last = unwrap(sequence, self._last, 16)
        self._packets[self._last] = Sent(self._last, size, now, probe)
        while len(self._packets) > MOST_KEPT:
            oldest = next(iter(self._packets))
            del self._packets[oldest]
            self._missing.pop(oldest, None)

    def resolve(self, statuses: Iterable[tuple[int, float | None]]) -> list[Fate]:
        """What is new in a report, each packet's fate once; libwebrtc takes what is merely late for lost."""
        fates = []
        for sequence, arrival in statuses:
            number = unwrap(sequence, self._last, 16)
            sent = self._packets.get(number)
            if sent is None:
                continue
            if arrival is None:
                self._missing[number] = sent
            else:
                del self._packets[number]
                self._missing.pop(number, None)
                self._newest = max(self._newest, sent.at)
                fates.append(Fate(sent, arrival))
        return fates + [Fate(sent, None) for sent in self._take_lost()]

    def _take_lost(self) -> list[Sent]:
        lost = list(takewhile(lambda sent: sent.at < self._newest - REORDERING, self._missing.values()))
        for sent in lost:
            del self._missing[sent.number], self._packets[sent.number]
        return lost
