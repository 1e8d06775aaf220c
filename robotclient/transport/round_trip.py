"""How long an answer takes, and how long to wait for one. Pure.

Every answer gives an upper bound, the time since the first of the requests that it may belong to. Of the last bounds
the lower quartile is taken for the round trip: it stays true while a quarter of the first requests is answered, and it
follows a queue that grows. (RFC 6298 leaves out what was asked for twice, and so learns nothing where its first guess
is low; the median of the bounds drives itself up where half of the packets get lost.)
"""

from collections import deque

DEFAULT = 0.1
SHORTEST, LONGEST = 0.005, 1.5
MARGIN = 0.01
WINDOW = 15
"""Answers that are remembered."""


class RoundTrip:
    """The round trip time, in seconds."""

    def __init__(self) -> None:
        self._bounds: deque[float] = deque(maxlen=WINDOW)
        self.usual = DEFAULT
        """The lower quartile."""
        self.timeout = 1.4 * DEFAULT
        """After so long the answer is not to be expected any more."""

    def add(self, bound: float) -> None:
        """Take in one measurement."""
        self._bounds.append(min(LONGEST, max(SHORTEST, bound)))
        ordered = sorted(self._bounds)
        self.usual = ordered[len(ordered) // 4]
        self.timeout = min(LONGEST, self.usual + 4 * (self.usual - ordered[0]) + MARGIN)
