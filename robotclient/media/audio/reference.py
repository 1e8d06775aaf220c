"""What was played, held back until shortly before it is heard again. Pure."""

from typing import Final

import numpy as np

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples

COMFORTABLE: Final = 0.1
"""Seconds that the canceller itself finds best; it looks back half a second, but cancels less there (benchmarks.md)."""
SLACK: Final = 0.06
"""The measured delay may wander so far: each change makes the canceller learn anew."""
LONGEST: Final = 2.0
MEASURED_OVER: Final = RATE // BLOCK
"""Blocks whose mean counts: a second's."""


class Reference:
    """Holds back what was played where the way from here to the loudspeaker and back is long."""

    def __init__(self) -> None:
        self._line: Samples = np.zeros(0, np.int16)
        self._measured: list[float] = []

    @property
    def held(self) -> float:
        """Seconds by which it is late."""
        return len(self._line) / RATE

    def follow(self, played: Samples, delay: float) -> Samples:
        """One block in, one out. `delay`: seconds from here to the loudspeaker and from the microphone to here, now."""
        self._measured.append(delay)
        if len(self._measured) >= MEASURED_OVER:
            self._adjust(sum(self._measured) / len(self._measured))
            self._measured.clear()
        line = np.concatenate((self._line, played))
        self._line = line[len(played) :]
        return line[: len(played)]

    def _adjust(self, delay: float) -> None:
        wanted = min(LONGEST, max(0.0, delay - COMFORTABLE))
        if abs(wanted - self.held) > SLACK:
            missing = int(wanted * RATE) - len(self._line)
            padding = np.zeros(max(0, missing), np.int16)
            self._line = np.concatenate((padding, self._line[max(0, -missing) :]))
