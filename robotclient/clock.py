"""The server's clock as the robot knows it.

The robot's own clock may be wrong, or be set while a call runs (faults T1, T2).

All planning uses `now()`: the server's time at one monotonic instant plus the monotonic time since. Before the first
answer of the server the robot's wall clock is the best guess there is, unless it is plainly wrong: a machine without a
battery for its clock wakes up in 1970.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No robot with this software has lived before."""


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

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        earliest: datetime | None = None,
    ) -> None:
        """`earliest` is a time that is past for certain."""
        self._monotonic = monotonic
        self._wall = wall
        self._earliest = EARLIEST if earliest is None else max(earliest, EARLIEST)
        self._samples: deque[Sample] = deque(maxlen=8)

    @property
    def synchronised(self) -> bool:
        """Whether the server has been heard since the start."""
        return bool(self._samples)

    @property
    def trusted(self) -> bool:
        """Whether anything may be planned by this clock."""
        return self.synchronised or self.now() >= self._earliest

    def observe(self, server: datetime, sent: float, received: float) -> None:
        """Learn from a request that was sent and answered at these monotonic times, in seconds."""
        self._samples.append(Sample(server, (sent + received) / 2, received - sent))
        newest = self._samples[-1]
        kept = [each for each in self._samples if abs(each.offset() - newest.offset()) < 1 + newest.round_trip]
        if len(kept) < len(self._samples):  # the server's clock was set: what was known before is void
            self._samples.clear()
            self._samples.append(newest)

    def now(self) -> datetime:
        """The server's time, UTC."""
        return datetime.fromtimestamp(self._monotonic() + self._offset(), UTC)

    def skew(self) -> timedelta:
        """How far the robot's wall clock is ahead of the server's."""
        return timedelta(seconds=self._wall() - self._monotonic() - self._offset())

    def _offset(self) -> float:
        """Before the first answer the wall clock is followed, and if somebody sets it, it has become better."""
        if not self._samples:
            return self._wall() - self._monotonic()
        return min(self._samples, key=lambda each: each.round_trip).offset()
