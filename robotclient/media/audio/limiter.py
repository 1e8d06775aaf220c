"""A soft limiter: what many loud voices add up to, within 16 bits and without hard clipping. Pure."""

import numpy as np
import numpy.typing as npt

from robotclient.media.audio.samples import RAMP, Samples

KNEE = 24_000.0
"""Up to here (-2.7 dB) nothing is changed."""
CEILING = 32_600.0
RECOVERY = 0.02
"""How much of the full gain comes back with each block: from nothing in one second."""


class Limiter:
    """Turns the gain down within 5 ms when the sum is too loud and back up within a second."""

    def __init__(self) -> None:
        self._gain = 1.0

    def limit(self, mix: npt.NDArray[np.int32]) -> Samples:
        """One block of at least `RAMP` samples."""
        peak = float(np.abs(mix).max(initial=0))
        wanted = KNEE / peak if peak > KNEE else 1.0
        if self._gain == wanted == 1.0:
            return mix.astype(np.int16)
        gain = min(wanted, self._gain + RECOVERY)
        ramp = RAMP if gain < self._gain else len(mix)
        curve = np.full(len(mix), gain, np.float32)
        curve[:ramp] = np.linspace(self._gain, gain, ramp, dtype=np.float32)
        self._gain = gain
        return _bend(mix * curve)


def _bend(samples: npt.NDArray[np.floating]) -> Samples:
    """Approach the ceiling ever more slowly: for the few samples that are louder while the gain still goes down."""
    size = np.abs(samples)
    room = CEILING - KNEE
    bent = KNEE + room * np.tanh((size - KNEE) / room)
    limited: Samples = np.copysign(np.where(size > KNEE, bent, size), samples).astype(np.int16)
    return limited
