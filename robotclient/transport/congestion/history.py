"""What was sent under which transport-wide number, and what the far side says became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from robotclient.transport.wrapping import unwrap

MOST_KEPT = 4096
"""Packets: 10 s at 3 Mbit/s."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet of `size` octets that left at `at`; `probe` is the cluster that it belongs to."""

    number: int
    size: int
    at: float
    probe: int | None


@dataclass(frozen=True, slots=True)
class Fate:
    """`arrival` is in seconds of the far side's clock; None for a packet that has not come (yet)."""

    sent: Sent
    arrival: float | None


class History:
    """The packets of which nothing is known yet, and those that seem to be lost."""

    def __init__(self) -> None:
        self._packets: dict[int, Sent] = {}
        self._missing: set[int] = set()
        self._last = 0

    def put(self, sequence: int, size: int, now: float, probe: int | None) -> None:
        """Note a packet under its number of 16 bits."""
        self._last = unwrap(sequence, self._last, 16)
        self._packets[self._last] = Sent(self._last, size, now, probe)
        while len(self._packets) > MOST_KEPT:
            oldest = next(iter(self._packets))
            del self._packets[oldest]
            self._missing.discard(oldest)

    def resolve(self, statuses: Iterable[tuple[int, float | None]]) -> list[Fate]:
        """What is new in a report: a packet is missing once, and may still come after that, once."""
        fates = []
        for sequence, arrival in statuses:
            number = unwrap(sequence, self._last, 16)
            sent = self._packets.get(number)
            if sent is None or (arrival is None and number in self._missing):
                continue
            if arrival is None:
                self._missing.add(number)
            else:
                del self._packets[number]
                self._missing.discard(number)
            fates.append(Fate(sent, arrival))
        return fates
