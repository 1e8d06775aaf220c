"""A steady rate on the monotonic clock: what comes late is left out, never made up for."""

import math
import time


class Pace:
    """Ticks at `start`, `start + interval`, ...; times in seconds of CLOCK_MONOTONIC."""

    def __init__(self, per_second: float, start: float) -> None:
        self._interval = 1 / per_second
        self._start = start
        self._index = 0

    def wait(self, limit: float) -> tuple[int, float] | None:
        """Sleep until the next tick, `limit` seconds at most: its number and time, or None where it has not come."""
        index, due = self.next(time.monotonic())
        left = due - time.monotonic()
        if left > limit:
            time.sleep(limit)
            return None
        if left > 0:
            time.sleep(left)
        self._index = index + 1
        return index, due

    def next(self, now: float) -> tuple[int, float]:
        """The tick to wait for: the next one, or where that is more than one interval late the latest that was due."""
        latest = math.floor((now - self._start) / self._interval)
        index = max(self._index, latest)
        return index, self._start + index * self._interval
