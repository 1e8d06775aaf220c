"""Which size and frame rate a bit rate can fill: small and clear before large and smeared, with hysteresis.

After libwebrtc: the quantizers of `quality_scaler`, its periods, and its rule that a size must be affordable
(`encoder_info_settings.cc`) before it is tried again. Sizes go first; the frame rate falls only at the smallest.
Pure: time comes with the pictures, in seconds.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

SCALES = (Fraction(1), Fraction(3, 4), Fraction(1, 2), Fraction(3, 8), Fraction(1, 4))
"""1280x720, 960x540, 640x360, 480x270, 320x180, or the like in the camera's aspect."""
FEWEST_PIXELS = 320 * 180
"""`kMinPixelsPerFrame`: smaller is not worth looking at."""
LEFT_OUT = (2, 4)
"""At the smallest size, each how many-th of the camera's pictures is coded."""
HIGH_QUANTIZER, LOW_QUANTIZER = 95, 29
"""`kHighVp8QpThreshold`, `kLowVp8QpThreshold`: coarser is smeared, finer is wasted."""
MOST_DROPPED = 0.6
"""`kFramedropPercentThreshold`."""
PERIOD, FEWEST_PICTURES = 2.0, 8
"""`kSamplePeriodMs`: quantizers are judged once in so many seconds, where there are so many."""
LEAST, START, ENOUGH = 0.5, 0.7, 1.6
"""Bits for a pixel in a second: below the first a size is left at once, with the second it is tried, with the third at
once. (libwebrtc starts 720p with 1.6 and 360p with 2.2; faces are served well by less.)"""
BETTER = 1.25
"""A rung that was too much for a rate is tried again with so much more of it, or once the quantizers are low."""
CLIMB_PAUSE = 2.0
"""A larger size costs a keyframe and must not be left again at once."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What to encode: even lengths, and each how many-th picture."""

    width: int
    height: int
    every: int

    @property
    def cost(self) -> float:
        """Pixels a second, as a share of the camera's frame rate."""
        return self.width * self.height / self.every


def rungs(width: int, height: int, largest: Fraction) -> tuple[Rung, ...]:
    """From the best to the smallest; not above `largest` of the camera's width and height."""
    sizes = [
        (even(width * scale), even(height * scale))
        for scale in SCALES
        if scale <= largest and (scale == largest or width * height * scale * scale >= FEWEST_PIXELS)
    ]
    return (*(Rung(*size, 1) for size in sizes), *(Rung(*sizes[-1], every) for every in LEFT_OUT))


def even(length: Fraction) -> int:
    """I420 has one colour sample for two pixels."""
    return max(2, round(length) & ~1)


class Ladder:
    """The rung to stand on; told what each picture cost."""

    def __init__(self, choices: tuple[Rung, ...]) -> None:
        self._choices = choices
        self._failed_with = [0] * len(choices)
        self._index: int | None = None
        self._changed_at = -math.inf
        self._period_from = 0.0
        self._quantizers: list[int] = []
        self._dropped = 0

    def choose(self, bits_per_second: int, now: float) -> Rung:
        """The rung for the next picture."""
        wanted = self._start(bits_per_second) if self._index is None else self._next(self._index, bits_per_second, now)
        if wanted != self._index:
            if self._index is not None:  # the first step up may come at once: most calls begin below what they find
                self._changed_at = now
            self._index = wanted
            self._begin_period(now)
        elif now - self._period_from >= PERIOD:
            self._begin_period(now)
        return self._choices[wanted]

    def took(self, quantizer: int | None) -> None:
        """A picture was coded with this quantizer, or dropped (None)."""
        if quantizer is None:
            self._dropped += 1
        else:
            self._quantizers.append(quantizer)

    def _start(self, rate: int) -> int:
        fitting = (index for index, rung in enumerate(self._choices) if rate >= START * rung.cost)
        return next(fitting, len(self._choices) - 1)

    def _next(self, index: int, rate: int, now: float) -> int:
        if rate < LEAST * self._choices[index].cost:
            return max(index, self._start(rate))
        if now - self._changed_at >= CLIMB_PAUSE and (easy := self._easy(rate)) < index:
            return easy
        if now - self._period_from < PERIOD or len(self._quantizers) + self._dropped < FEWEST_PICTURES:
            return index
        return self._judge(index, rate)

    def _easy(self, rate: int) -> int:
        """The best rung that this rate fills beyond doubt, unless it failed with hardly less."""
        fitting = (
            index
            for index, rung in enumerate(self._choices)
            if rate >= max(ENOUGH * rung.cost, BETTER * self._failed_with[index])
        )
        return next(fitting, len(self._choices))

    def _judge(self, index: int, rate: int) -> int:
        """By the quantizers of the period."""
        pictures = len(self._quantizers) + self._dropped
        mean = sum(self._quantizers) / max(1, len(self._quantizers))
        if mean > HIGH_QUANTIZER or self._dropped > MOST_DROPPED * pictures:
            self._failed_with[index] = rate
            return min(index + 1, len(self._choices) - 1)
        if index > 0 and mean < LOW_QUANTIZER and rate >= START * self._choices[index - 1].cost:
            return index - 1
        return index

    def _begin_period(self, now: float) -> None:
        self._period_from = now
        self._quantizers.clear()
        self._dropped = 0
