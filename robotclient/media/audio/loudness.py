"""How loud something was over the last second, for people who look at devices. Pure."""

import math

import numpy as np

from robotclient.media.audio.samples import Samples

FLOOR = -96.0
"""dBFS of what is quieter than 16 bits can say."""


class LevelMeter:
    """Adds up power until it is read."""

    def __init__(self) -> None:
        self._power = 0.0
        self._count = 0

    def add(self, samples: Samples) -> None:
        """One more block."""
        wide = samples.astype(np.float32)
        self._power += float(np.dot(wide, wide))
        self._count += len(samples)

    def read(self) -> float | None:
        """The level since the last reading in dBFS: 0 is a square wave at full scale; None where nothing came."""
        power, count = self._power, self._count
        self._power, self._count = 0.0, 0
        if not count:
            return None
        mean = power / count / 32768.0**2
        return round(max(FLOOR, 10 * math.log10(mean)), 1) if mean else FLOOR
