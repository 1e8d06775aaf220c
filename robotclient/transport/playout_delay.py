"""How long sound has to wait so that nearly all of its packets come in time. Pure.

After NetEq's delay manager: the wait follows a high percentile of how late packets are against the earliest. Of each
quarter of a second the latest packet counts, so that one stall, which delays ten packets at once, counts once.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

INTERVAL: Final = 0.25
WINDOW: Final = 8.0
"""Seconds: long enough to see how bad the path is, short enough to forget within seconds that it was."""
SPARED: Final = 10
"""One interval of so many, one at least, may be worse than what is provided for."""
SHORTER: Final = 0.1
"""Seconds by which the path, or the sender's clock, changes at once: what was seen before does not count any more."""
LEAST: Final = 0.02
MOST: Final = 0.5
"""Seconds: bounds of the target."""
MARGIN: Final = 0.01
"""Seconds from the network to the playout, and what the card's wishes jitter."""
KNOWN_AFTER: Final = 1.0
UNKNOWN: Final = 0.06
"""Seconds after which the path is known, and the least target until then."""
LOSSY_FOR: Final = 10.0
COPY: Final = 0.02
"""Seconds after a loss in which a frame more is waited for, so that the copy behind the lost frame is there in time."""


@dataclass(slots=True)
class _Interval:
    begins: float
    lowest: float
    highest: float


class ArrivalDelays:
    """Transit times: arrival minus timestamp, in seconds between two unrelated clocks; only differences mean much."""

    def __init__(self) -> None:
        self._intervals: deque[_Interval] = deque()
        self._first: float | None = None
        self._spread = 0.0
        self._known = False
        self._lossy_until = 0.0
        self.base = 0.0
        """The transit time of the earliest packet of the window."""

    def add(self, transit: float, arrival: float) -> None:
        """A packet came."""
        if self._first is None:
            self._first = arrival
        self._known = arrival - self._first >= KNOWN_AFTER
        if self._intervals and transit < self.base - SHORTER:
            self._intervals.clear()
        if not self._intervals or arrival >= self._intervals[-1].begins + INTERVAL:
            self._intervals.append(_Interval(arrival, transit, transit))
            while self._intervals[0].begins < arrival - WINDOW:
                self._intervals.popleft()
            return self._measure()
        newest = self._intervals[-1]
        if transit < newest.lowest:
            newest.lowest = transit
        elif transit > newest.highest:
            newest.highest = transit
        else:
            return None
        return self._measure()

    def expect_loss(self, now: float) -> None:
        """A frame was lost whose copy can be had."""
        self._lossy_until = now + LOSSY_FOR

    def target(self, now: float) -> float:
        """Seconds that the earliest packets have to wait."""
        copy = COPY if now < self._lossy_until else 0.0
        return max(LEAST if self._known else UNKNOWN, min(MOST, self._spread + MARGIN + copy))

    def _measure(self) -> None:
        self.base = min(interval.lowest for interval in self._intervals)
        highest = sorted((interval.highest for interval in self._intervals), reverse=True)
        spared = max(1, len(highest) // SPARED)
        self._spread = highest[spared] - self.base if len(highest) > spared else 0.0
