"""What is wrong with a camera that still delivers: nothing comes, nothing moves, nothing is to be seen. Pure.

A real picture is never the same twice, because a sensor has noise: the same bytes again and again are a driver that
hangs (fault R3). A dark picture may be the same, and may be meant, so it is told and not acted on.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

FIRST_WITHIN = 5.0
"""Seconds from the opening to the first picture."""
NEXT_WITHIN = 1.5
FROZEN_AFTER = 2.0
DARK_AFTER = 5.0
DARK = 24
"""Mean luma (16 is black in limited range) below which nobody sees anything."""
ROWS = 8
"""Of so many rows one is looked at."""


class Watch:
    """Judges one opened camera; times are seconds of CLOCK_MONOTONIC."""

    def __init__(self, opened: float) -> None:
        self.moves = False
        """Two different pictures have been seen."""
        self.light = False
        """Something is to be seen on the last one."""
        self._expected_by = opened + FIRST_WITHIN
        self._print: int | None = None
        self._changed_at = self._light_at = opened + FIRST_WITHIN

    def see(self, luma: NDArray[np.uint8], now: float) -> None:
        """Take in a picture's brightness, as rows of pixels."""
        sample = luma[::ROWS]
        mark = zlib.crc32(sample.tobytes())
        self.light = float(sample.mean()) >= DARK
        if self.light or self._print is None:
            self._light_at = now
        if mark != self._print or not self.light:
            self._changed_at = now
        self.moves = self.moves or self._print not in (None, mark)
        self._print = mark
        self._expected_by = now + NEXT_WITHIN

    def fault(self, now: float) -> str:
        """Why the camera must be opened again, or nothing."""
        if now > self._expected_by:
            return "delivers no pictures"
        return "delivers the same picture again and again" if now - self._changed_at > FROZEN_AFTER else ""

    def dark(self, now: float) -> bool:
        """Whether nothing has been seen for a while: the lens is covered, or the room is dark."""
        return now - self._light_at > DARK_AFTER
