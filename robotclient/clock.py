"""The server's clock as the robot knows it.

The robot's own clock may be wrong, or be set while a call runs (faults T1, T2).

All planning uses `now()`: the server's time at one monotonic instant plus the monotonic time since. Before the first
answer of the server the robot's wall clock is the best guess there is.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Sample:
    """One answer of the server: its clock, when the answer was on its way (monotonic), and how long that took."""

    server: datetime
    at: float
    round_trip: float

    def offset(self) -> float:
        """Server time minus monotonic time, in seconds; off by half the round trip at most (as in RFC 5905)."""
        return self.server.timestamp() - self.at


class ServerClock:
    """Server time from the best of the last samples: the one with the shortest round trip."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._wall = wall
        self._samples: deque[Sample] = deque(maxlen=8)

    @property
    def synchronised(self) -> bool:
        """Whether the server has been heard since the start."""
        return bool(self._samples)

    def observe(self, server: datetime, sent: float, received: float) -> None:
        """Learn from a request that was sent and answered at these monotonic times, in seconds."""
        self._samples.append(Sample(server, (sent + received) / 2, received - sent))
        newest = self._samples[-1]
        kept = [each for each in self._samples if abs(each.offset() - newest.offset()) < 1 + newest.round_trip]
        if len(kept) < len(self._samples):  # the server's clock was set: what was known before is void
            self._samples.clear()
            self._samples.append(newest)
        self._offset = min(self._samples, key=lambda each: each.round_trip).offset()

    def now(self) -> datetime:
        """The server's time, UTC."""
        return datetime.fromtimestamp(self._monotonic() + self._offset, UTC)

    def skew(self) -> timedelta:
        """How far the robot's wall clock is ahead of the server's."""
        return timedelta(seconds=self._wall() - self._monotonic() - self._offset)
