"""Reads samples a little faster or slower than they were written: a windowed sinc at any fractional position. Pure."""

from typing import Final

import numpy as np
import numpy.typing as npt

from robotclient.media.audio.samples import Samples

TAPS: Final = 16
CENTRE: Final = TAPS // 2 - 1
"""What comes out lies so many samples after the place."""
PHASES: Final = 1024
"""Positions between two samples; the nearest one is 72 dB under a voice's highest overtones."""


def _coefficients() -> npt.NDArray[np.float32]:
    """One low-pass filter for each phase, a Kaiser window wide, whose gain at 0 Hz is 1."""
    offsets = np.arange(TAPS) - CENTRE - np.arange(PHASES)[:, None] / PHASES
    window = np.i0(8 * np.sqrt(np.maximum(0, 1 - (offsets / (TAPS / 2)) ** 2)))
    filters = np.sinc(0.96 * offsets) * window
    coefficients: npt.NDArray[np.float32] = (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
    return coefficients


FILTERS: Final = _coefficients()


class Resampler:
    """A place between two samples that moves on with every block."""

    def __init__(self) -> None:
        self._place = 0.0

    def needs(self, count: int, ratio: float) -> int:
        """How many samples must be there to make `count` at that ratio."""
        return int(self._place + ratio * count) + TAPS

    def resample(self, samples: Samples, count: int, ratio: float) -> tuple[Samples, int]:
        """`count` samples, each `ratio` (near 1) samples after the one before; and how many were used up.

        `samples` begins where the last call left off, and has at least `needs`.
        """
        places = self._place + ratio * np.arange(count)
        whole = places.astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(samples, TAPS)[whole]
        filters = FILTERS[((places - whole) * PHASES).astype(np.int64)]
        made = np.einsum("ij,ij->i", windows.astype(np.float32), filters)
        self._place += ratio * count
        used = int(self._place)
        self._place -= used
        return np.clip(np.rint(made), -32768, 32767).astype(np.int16), used
