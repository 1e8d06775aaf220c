"""A queue of samples between a writer and a reader whose clocks differ. Pure.

It absorbs jitter, never grows beyond its limit, and bends instead of clicking: it fades in when it starts, fades out
when it runs dry, and cross-fades where it has to skip.
"""

import numpy as np

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import RAMP, Samples, fade_in, fade_out, skip

EMPTY: Samples = np.zeros(0, np.int16)
WATCHED = 2 * RATE
"""Samples over which the lowest filling is watched before delay is taken out."""


class JitterQueue:
    """Samples in any portions in, samples in any portions out; silence where there are none."""

    def __init__(self, target: int = 2 * BLOCK, limit: int = 10 * BLOCK, reserve: int = RATE // 40) -> None:
        """All in samples. `target` are gathered before playing, more after each time that the queue ran dry.

        `limit` is never passed. `reserve` is the lowest filling that is aimed at: delay beyond it is cut out.
        """
        self._least_target = self._target = target
        self._limit = limit
        self._reserve = reserve
        self._samples = EMPTY
        self._playing = False
        self._ended = False
        self._lowest: int = limit
        self._unwatched: int = 0

    def __len__(self) -> int:
        return len(self._samples)

    def put(self, samples: Samples) -> None:
        """Append; beyond the limit only the newest `target` samples stay."""
        self._ended = False
        self._samples = np.concatenate((self._samples, samples))
        if len(self._samples) > self._limit:
            self._skip(len(self._samples) - self._target)

    def end(self) -> None:
        """The writer has left: fade out with the next `take`."""
        self._ended = True

    def take(self, count: int) -> Samples:
        """The next `count` samples, `RAMP` or more."""
        if not self._playing and not self._start(count):
            return np.zeros(count, np.int16)
        if self._ended or len(self._samples) < count + RAMP:
            return self._run_dry(count)
        taken, self._samples = self._samples[:count], self._samples[count:]
        self._cut_delay(count)
        return taken

    def _start(self, count: int) -> bool:
        if self._ended:
            self._samples = EMPTY
        if len(self._samples) < max(self._target, count + RAMP):
            return False
        self._playing = True
        self._samples = fade_in(self._samples)
        self._watch()
        return True

    def _run_dry(self, count: int) -> Samples:
        if not self._ended:
            self._target = min(self._target + BLOCK, self._limit // 2)
        last = fade_out(self._samples[:count])
        self._playing = False
        self._samples = EMPTY
        return np.concatenate((last, np.zeros(count - len(last), np.int16)))

    def _cut_delay(self, count: int) -> None:
        """While playing at least `RAMP` samples are left, so that there is something to fade out."""
        self._lowest = min(self._lowest, len(self._samples))
        self._unwatched -= count
        if self._unwatched <= 0:
            surplus = self._lowest - max(self._reserve, RAMP)
            if surplus > RAMP:
                self._skip(surplus)
            self._target = max(self._target - BLOCK, self._least_target)
            self._watch()

    def _skip(self, count: int) -> None:
        self._samples = skip(self._samples, count) if self._playing else self._samples[count:]

    def _watch(self) -> None:
        self._lowest = self._limit
        self._unwatched = WATCHED
