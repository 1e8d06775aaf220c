"""The acknowledged bit rate: what really got through, after libwebrtc's `robust_throughput_estimator`.

The rate at which packets came, and the rate at which the same packets were sent; the smaller one counts, since packets
held up somewhere may arrive faster than anything could carry them for long.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

WINDOW = 0.5
"""Seconds. Draft, section 3: "between 0.5 and 1 second"."""
FEWEST, MOST = 20, 500
"""Packets in the window, however long that takes."""
REQUIRED = 10
SHORTEST = 0.001


@dataclass(frozen=True, slots=True)
class _Arrived:
    arrival: float
    sent_at: float
    size: int


class Throughput:
    """Told of packets in the order of their arrival."""

    def __init__(self) -> None:
        self._window: deque[_Arrived] = deque()

    def add(self, sent_at: float, arrival: float, size: int) -> None:
        """A packet of `size` octets came."""
        self._window.append(_Arrived(arrival, sent_at, size))
        while len(self._window) > MOST or (len(self._window) > FEWEST and arrival - self._window[0].arrival > WINDOW):
            self._window.popleft()

    def rate(self) -> float | None:
        """Bits per second; None while too few packets have come."""
        if len(self._window) < REQUIRED:
            return None
        arrivals = sorted(each.arrival for each in self._window)
        octets = sum(each.size for each in self._window)
        first = min(self._window, key=lambda each: each.arrival)
        last = max(self._window, key=lambda each: each.sent_at)
        # The first packet's arrival begins the time that is measured, the last one's sending ends it.
        came = 8 * (octets - first.size) / _duration(arrivals)
        left = 8 * (octets - last.size) / _duration(sorted(each.sent_at for each in self._window))
        return min(came, left)


def _duration(times: Iterable[float]) -> float:
    """From first to last, the one longest gap (nothing was sent, a channel slept) taken for as long as the second."""
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    return max(SHORTEST, sum(gaps) - gaps[-1] + gaps[-2])
