"""What is sent once more on request, and when not: a full link must not be filled with repetitions. Pure."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_KEPT = 1024
"""Packets: 5 s at 1.7 Mbit/s. aiortc keeps 128, less than a round trip on a long way."""
WINDOW = 0.5
SHARE = 0.5
"""Of the rate, for retransmissions within the window."""
LEAST = 60_000
"""Bits per second that they may always take."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
ROUND_TRIP_SHARE = 0.7
"""Seconds between two repetitions of one packet, around a round trip: the first may still be on its way."""

Packet = TypeVar("Packet")


@dataclass(slots=True)
class _Kept(Generic[Packet]):
    packet: Packet
    size: int
    repeated_at: float | None = None


class Retransmissions(Generic[Packet]):
    """The last packets of one RTP stream; sequence numbers of 16 bits, sizes in octets, times in seconds."""

    def __init__(self) -> None:
        self.count = 0
        """Repeated so far."""
        self.refused = 0
        """Asked for, and kept back by the budget or because it was repeated just now."""
        self._kept: OrderedDict[int, _Kept[Packet]] = OrderedDict()
        self._spent: deque[tuple[float, int]] = deque()

    def put(self, sequence: int, packet: Packet, size: int) -> None:
        """Remember a packet that was sent."""
        self._kept.pop(sequence, None)  # of a whole round of numbers ago
        self._kept[sequence] = _Kept(packet, size)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def request(self, sequence: int, rate: float, round_trip: float, now: float) -> Packet | None:
        """The packet, if it may be sent once more at a sending rate of `rate`."""
        kept = self._kept.get(sequence)
        if kept is None:
            return None
        pause = max(SHORTEST_PAUSE, min(LONGEST_PAUSE, ROUND_TRIP_SHARE * round_trip))
        soon = kept.repeated_at is not None and now - kept.repeated_at < pause
        if soon or 8 * kept.size / WINDOW + self.rate(now) > max(LEAST, SHARE * rate):
            self.refused += 1
            return None
        kept.repeated_at = now
        self.count += 1
        self._spent.append((now, kept.size))
        return kept.packet

    def latest(self) -> Packet | None:
        """The packet sent last: sent again it fills a probe, and may even be of use."""
        return next(reversed(self._kept.values())).packet if self._kept else None

    def rate(self, now: float) -> float:
        """What retransmissions took lately, in bits per second."""
        while self._spent and now - self._spent[0][0] > WINDOW:
            self._spent.popleft()
        return 8 * sum(size for _, size in self._spent) / WINDOW
