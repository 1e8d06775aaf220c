"""One participant's decoder, and the count of what it gave: said, recovered or guessed. Pure."""

from typing import Final

from robotclient.native.opus import STEP, OpusDecoder, OpusError, Samples
from robotclient.transport.playout_packets import Waiting
from robotclient.transport.playout_statistics import PlayoutStatistics
from robotclient.transport.playout_stretch import QUIET, loudness

MOST_GUESSED: Final = 480
"""Samples guessed at a time: 10 ms, so that what comes late is not kept waiting for long."""


class Sound:
    """What it is asked for must follow in the order of the packets."""

    def __init__(self, statistics: PlayoutStatistics) -> None:
        self._statistics = statistics
        self._decoder = OpusDecoder()
        self._loud = False
        self._guessing = False

    def decode(self, packet: Waiting) -> Samples:
        """All its samples; guessed ones where it is broken."""
        try:
            samples = self._decoder.decode(packet.payload)
        except OpusError:
            return self._broken(packet.duration)
        self._loud = loudness(samples) > QUIET
        self._guessing = False
        return samples

    def recover(self, packet: Waiting, count: int) -> Samples:
        """The last `count` samples before it, from the copy that it carries; guessed ones where it is broken."""
        try:
            samples = self._decoder.recover(packet.payload)[-count:]
        except OpusError:
            return self._broken(count)
        self._statistics.recovered += count
        self._guessing = False
        return samples

    def guess(self, count: int) -> Samples:
        """How it may have gone on for `count` samples, a multiple of 2.5 ms."""
        self._statistics.concealments += not self._guessing
        self._statistics.concealed += count
        self._statistics.silent_concealed += 0 if self._loud else count
        self._guessing = True
        return self._decoder.conceal(count)

    def _broken(self, count: int) -> Samples:
        self._statistics.discarded += 1
        return self.guess(-(-count // STEP) * STEP)[:count]
