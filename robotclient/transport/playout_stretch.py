"""Sound made shorter or longer by one period of its pitch, so that the delay changes and the voice does not. Pure.

This is WSOLA, as in NetEq's Accelerate and PreemptiveExpand: two places that look alike are cross-faded. Where nothing
is heard any place will do; where no place looks alike, ever less alike ones are taken, since the delay has to change.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Levels = npt.NDArray[np.float32]

RATE: Final = 48_000
OVERLAP: Final = RATE * 5 // 1000
SHORTEST: Final = RATE * 25 // 10_000
LONGEST: Final = RATE * 15 // 1000
"""Periods of voices: 67 to 400 Hz."""
RISING: Final = np.linspace(0, 1, OVERLAP, endpoint=False, dtype=np.float32)
FALLING: Final = 1 - RISING

TOO_LATE: Final = 0.020
LATE_NO_MORE: Final = 0.008
TOO_EARLY: Final = -0.010
"""Seconds against the wanted delay: when shortening begins and ends, and when lengthening begins."""
URGENT: Final = 0.1
REST: Final = RATE * 60 // 1000
"""Samples between two changes, where it is not urgent and something is heard."""
ALIKE: Final = 0.9
ALIKE_IF_URGENT: Final = 0.6
NOTHING_ALIKE: Final = -1.0
CONCESSION: Final = 0.05
"""What `ALIKE` gives way with each refusal."""
QUIET: Final = 100.0
"""-50 dBov."""


class Stretcher:
    """Changes of one participant's sound, and what they need to remember."""

    def __init__(self) -> None:
        self._shortening = False
        self._resting = 0
        self._refused = 0

    def fit(self, samples: Samples, before: Samples, surplus: float) -> Samples:
        """The sound that comes next, `before` being the `LONGEST` samples that precede it.

        It is shortened while it comes `surplus` seconds later than wanted, lengthened if that is negative.
        """
        self._resting -= len(samples)
        self._shortening = surplus > (LATE_NO_MORE if self._shortening else TOO_LATE)
        if not self._shortening and surplus > TOO_EARLY:
            self._refused = 0
            return samples
        quiet = loudness(samples) < QUIET
        urgent = abs(surplus) > URGENT
        if self._resting > 0 and not quiet and not urgent:
            return samples
        alike = NOTHING_ALIKE if quiet else (ALIKE_IF_URGENT if urgent else ALIKE) - CONCESSION * self._refused
        most = min(LONGEST, round(abs(surplus) * RATE))
        changed = shortened(samples, most, alike) if self._shortening else lengthened(samples, before, alike)
        self._refused = 0 if changed is not None else self._refused + 1
        if changed is None:
            return samples
        self._resting = REST
        return changed


def shortened(samples: Samples, most: int, alike: float) -> Samples | None:
    """Without one period of at most `most` samples; None where no two places are so much alike (1 is equal)."""
    most = min(most, len(samples) - OVERLAP)
    if most < SHORTEST:
        return None
    period = _best(samples[:OVERLAP], samples[SHORTEST : most + OVERLAP], alike)
    if period is None:
        return None
    cut = most if alike <= NOTHING_ALIKE else SHORTEST + period
    return np.concatenate((_blend(samples[:OVERLAP], samples[cut : cut + OVERLAP]), samples[cut + OVERLAP :]))


def lengthened(samples: Samples, before: Samples, alike: float) -> Samples | None:
    """With the last period of what was `before` once more; None where no two places are so much alike (1 is equal)."""
    if len(samples) < OVERLAP:
        return None
    start = _best(samples[:OVERLAP], before, alike)
    if start is None:
        return None
    again = before if alike <= NOTHING_ALIKE else before[start:]
    return np.concatenate((_blend(samples[:OVERLAP], again[:OVERLAP]), again[OVERLAP:], samples))


def loudness(samples: Samples) -> float:
    """The root of the mean square."""
    wide = samples.astype(np.float32)
    return float(np.sqrt(np.dot(wide, wide) / max(1, len(wide))))


def _best(pattern: Samples, samples: Samples, alike: float) -> int | None:
    """Where in `samples` it looks most like `pattern`, if it does so by at least `alike`, from -1 to 1."""
    sought, searched = pattern.astype(np.float32), samples.astype(np.float32)
    sums = np.concatenate((np.zeros(1), np.cumsum(searched.astype(np.float64) ** 2)))
    energies = sums[len(pattern) :] - sums[: -len(pattern)]
    likeness = np.correlate(searched, sought, "valid") / np.sqrt(energies * float(np.dot(sought, sought)) + 1)
    place = int(np.argmax(likeness))
    return place if likeness[place] >= alike else None


def _blend(leaving: Samples, coming: Samples) -> Samples:
    blended: Samples = (leaving * FALLING + coming * RISING).astype(np.int16)
    return blended
