"""Opus packets on their way from the network to the decoder. Pure."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

MOST_PACKETS: Final = 100
"""Two seconds of 20 ms; beyond them the oldest go."""


@dataclass(frozen=True, slots=True)
class OpusPacket:
    """As it came (RFC 3550, section 5.1; RFC 7587, section 4)."""

    sequence: int
    """16 bits."""
    timestamp: int
    """32 bits, ticks of 48 kHz."""
    payload: bytes
    arrival: float
    """Seconds of the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A packet whose numbers were unwrapped."""

    sequence: int
    timestamp: int
    duration: int
    """Samples that it decodes to."""
    payload: bytes
    arrival: float


class PacketQueue:
    """Packets in the order of their timestamps, each once."""

    def __init__(self) -> None:
        self._packets: list[Waiting] = []

    def __len__(self) -> int:
        return len(self._packets)

    @property
    def first(self) -> Waiting | None:
        """The earliest, which stays."""
        return self._packets[0] if self._packets else None

    def put(self, packet: Waiting) -> bool:
        """False for a duplicate."""
        place = bisect_left(self._packets, packet.timestamp, key=_timestamp)
        if place < len(self._packets) and self._packets[place].timestamp == packet.timestamp:
            return False
        self._packets.insert(place, packet)
        del self._packets[:-MOST_PACKETS]
        return True

    def pop(self) -> Waiting:
        """The earliest. Raises `IndexError`."""
        return self._packets.pop(0)

    def drop_before(self, timestamp: int) -> None:
        """Forget what is older, but never the latest."""
        place = bisect_left(self._packets, timestamp, key=_timestamp)
        del self._packets[: max(0, min(place, len(self._packets) - 1))]


def _timestamp(packet: Waiting) -> int:
    return packet.timestamp
