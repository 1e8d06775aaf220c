"""What is sent once more on request, and when not: a full link must not be filled with repetitions. Pure.

Where a link suddenly carries a fifth of what it did, more gets lost within half a second than can be repeated in three,
and browsers wait that long before they ask for a keyframe. So the sender says itself when repeating has become
hopeless: a keyframe is there sooner, and nothing before it is needed any more.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from itertools import islice
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

FILLERS = 8
"""Of so many packets the largest fills a probe."""
HOPELESS = 0.4
"""Seconds that the repetitions owed would take."""
HOPELESS_FOR = 0.15
"""Seconds for which that must be so: by then the rate follows the link, and the keyframe's size the rate."""
GIVING_UP_PAUSE = 1.0
"""Seconds from one giving up to the next at least; the keyframe between them must get its chance."""

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
        self._owed: dict[int, tuple[float, int]] = {}
        """By sequence number: when a packet was asked for that the budget did not allow, and its size."""
        self._hopeless_since: float | None = None
        self._gave_up_at = float("-inf")

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
        too_much = 8 * kept.size / WINDOW + self.rate(now) > _budget(rate)
        if soon or too_much:
            self.refused += 1
            if not soon:
                self._owed[sequence] = (now, kept.size)
            return None
        self._owed.pop(sequence, None)
        kept.repeated_at = now
        self.count += 1
        self._spent.append((now, kept.size))
        return kept.packet

    def hopeless(self, rate: float, now: float) -> bool:
        """Whether more is owed, for a while now, than can be repeated in time at a sending rate of `rate`."""
        self._owed = {sequence: owed for sequence, owed in self._owed.items() if now - owed[0] < WINDOW}
        if 8 * sum(size for _, size in self._owed.values()) < HOPELESS * _budget(rate):
            self._hopeless_since = None
            return False
        if self._hopeless_since is None:
            self._hopeless_since = now
        return now - self._hopeless_since >= HOPELESS_FOR and now - self._gave_up_at >= GIVING_UP_PAUSE

    def give_up(self, now: float) -> None:
        """Repeat nothing that was sent until now."""
        self._gave_up_at, self._hopeless_since = now, None
        self._kept.clear()
        self._owed.clear()

    def filler(self) -> Packet | None:
        """A packet that was sent just now, and not a small one: sent again it fills a probe, and may even be of use."""
        latest = islice(reversed(self._kept.values()), FILLERS)
        largest = max(latest, key=lambda kept: kept.size, default=None)
        return None if largest is None else largest.packet

    def rate(self, now: float) -> float:
        """What retransmissions took lately, in bits per second."""
        while self._spent and now - self._spent[0][0] > WINDOW:
            self._spent.popleft()
        return 8 * sum(size for _, size in self._spent) / WINDOW


def _budget(rate: float) -> float:
    return max(LEAST, SHARE * rate)
