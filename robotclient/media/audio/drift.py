"""The queue between our clock, which is the microphone's, and the speaker's: it bends time instead of cutting it. Pure.

Two sound cards never agree on what 48 kHz is: up to 200 parts in a million apart, they drift by a block in two minutes.
The lowest filling of each second tells the drift; a controller turns it into the ratio at which the samples are read.
What no ratio can mend in time, a stall or a burst, is cut with a cross-fade or padded between two fades.
"""

from typing import Final

import numpy as np

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.resampler import CENTRE, TAPS, Resampler
from robotclient.media.audio.samples import RAMP, Samples, fade_in, fade_out, skip

LIMIT: Final = 8 * BLOCK
"""Samples that may wait; then all but what is needed goes."""
LEAST_RESERVE: Final = RATE // 100
MOST_RESERVE: Final = 3 * BLOCK
FORGOTTEN: Final = 1
"""Samples by which the reserve shrinks each second: one bad moment costs delay for minutes, not for ever."""
SURPLUS: Final = 3 * BLOCK
"""More than this above the reserve for a whole second is cut at once: 60 ms would take minutes to bend away."""
WATCHED: Final = RATE
BEND: Final = 0.002
"""The most by which the pace may differ: a thirtieth of a semitone."""
PROPORTIONAL, INTEGRAL = 0.05, 0.0006
"""Per second, and per second squared: critically damped, settled within a minute or two."""


class SpeakerQueue:
    """Blocks in at our pace, samples out at the speaker's; silence where there are none."""

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(0, np.int16)
        self._resampler = Resampler()
        self.playing = False
        self._reserve = LEAST_RESERVE
        self._integral = 0.0
        self.ratio = 1.0
        """Samples that are read for each one that is played."""
        self._lowest, self._unwatched = LIMIT, WATCHED

    def __len__(self) -> int:
        return len(self._samples)

    def put(self, block: Samples) -> None:
        """Append; beyond the limit only the newest samples stay."""
        self._samples = np.concatenate((self._samples, block))
        if len(self._samples) > LIMIT:
            self._cut(len(self._samples) - self._reserve - BLOCK)

    def take(self, count: int) -> Samples:
        """The next `count` samples, `RAMP` or more."""
        if not self.playing and not self._start(count):
            return np.zeros(count, np.int16)
        if len(self._samples) < self._resampler.needs(count, self.ratio) + CENTRE + RAMP:
            return self._run_dry(count)
        taken, used = self._resampler.resample(self._samples, count, self.ratio)
        self._samples = self._samples[used:]
        self._observe(count)
        return taken

    def _start(self, count: int) -> bool:
        if len(self._samples) < self._reserve + count + TAPS + CENTRE + RAMP:
            return False
        self.playing = True
        self._samples = fade_in(self._samples)
        self._watch()
        return True

    def _run_dry(self, count: int) -> Samples:
        """What is left fades out; the next time there will be more in reserve."""
        self._reserve = min(self._reserve + LEAST_RESERVE, MOST_RESERVE)
        self.playing = False
        last = fade_out(self._samples[CENTRE : CENTRE + count])
        self._samples = np.zeros(0, np.int16)
        return np.concatenate((last, np.zeros(count - len(last), np.int16)))

    def _observe(self, count: int) -> None:
        self._lowest = min(self._lowest, len(self._samples))
        self._unwatched -= count
        if self._unwatched > 0:
            return
        self._reserve = max(self._reserve - FORGOTTEN, LEAST_RESERVE)
        if self._lowest - self._reserve > SURPLUS:
            self._cut(self._lowest - self._reserve)
        else:
            self._steer((self._lowest - self._reserve) / RATE)
        self._watch()

    def _steer(self, error: float) -> None:
        """`error` is the surplus in seconds; once each second."""
        self._integral = _within(self._integral + INTEGRAL * error)
        self.ratio = 1 + _within(PROPORTIONAL * error + self._integral)

    def _cut(self, count: int) -> None:
        self._samples = skip(self._samples, count) if self.playing else self._samples[count:]

    def _watch(self) -> None:
        self._lowest, self._unwatched = LIMIT, WATCHED


def _within(bend: float) -> float:
    return max(-BEND, min(BEND, bend))
