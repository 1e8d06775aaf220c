"""All participants' voices as one. Pure."""

from collections.abc import Mapping

import numpy as np

from robotclient.media.audio.jitter import JitterQueue
from robotclient.media.audio.limiter import Limiter
from robotclient.media.audio.loudness import LevelMeter
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples, fade_out
from robotclient.media.audio.volume import Volume
from robotclient.transport.playout import Playout
from robotclient.transport.playout_packets import OpusPacket

LONGEST_ANNOUNCEMENT = 60 * RATE
"""Samples."""


class Mixer:
    """A playout, or a queue of decoded samples, for each participant who is heard; and their limited sum."""

    def __init__(self) -> None:
        self._playouts: dict[str, Playout] = {}
        self._meters: dict[str, LevelMeter] = {}
        self._queues: dict[str, JitterQueue] = {}
        self._announcement = np.zeros(0, np.int16)
        self._last_words = np.zeros(BLOCK, np.int32)
        self.volume = Volume()
        self._limiter = Limiter()

    @property
    def participants(self) -> frozenset[str]:
        """Who is heard now or about to be."""
        return frozenset(self._queues) | frozenset(self._playouts)

    @property
    def playouts(self) -> Mapping[str, Playout]:
        """Of those whose packets come here."""
        return self._playouts

    def level(self, participant: str) -> float | None:
        """How loud he was since this was asked last, in dBFS; None where nothing of him was played."""
        return self._meters[participant].read() if participant in self._meters else None

    def put(self, participant: str, samples: Samples) -> None:
        """What a participant says next; he joins by this."""
        self._queues.setdefault(participant, JitterQueue()).put(samples)

    def receive(self, participant: str, packet: OpusPacket) -> None:
        """The same, as it came from the network."""
        if participant not in self._playouts:  # a `setdefault` would make a decoder for each packet
            self._playouts[participant] = Playout()
        self._playouts[participant].put(packet)

    def delay(self, participant: str, least: float) -> None:
        """Let a participant's packets wait at least so many seconds."""
        if participant in self._playouts:
            self._playouts[participant].least = least

    def forget(self, participant: str, now: float) -> None:
        """The participant has left; his voice fades out with the next block."""
        if participant in self._queues:
            self._queues[participant].end()
        if playout := self._playouts.pop(participant, None):
            self._last_words += fade_out(playout.pull(BLOCK, now))

    def say(self, samples: Samples) -> None:
        """Announce this, after what is being announced; beyond `LONGEST_ANNOUNCEMENT` the rest is dropped."""
        self._announcement = np.concatenate((self._announcement, samples))[:LONGEST_ANNOUNCEMENT]

    def hush(self) -> None:
        """Break the announcement off, softly."""
        left = self._announcement[:BLOCK]
        self._announcement = fade_out(left) if len(left) == BLOCK else left[:0]

    def mix(self, now: float) -> Samples:
        """The next block of `BLOCK` samples. `now` is the clock of `OpusPacket.arrival`."""
        total, self._last_words = self._last_words, np.zeros(BLOCK, np.int32)
        for queue in self._queues.values():
            total += queue.take(BLOCK)
        for who, playout in self._playouts.items():
            heard = playout.pull(BLOCK, now)
            self._meters.setdefault(who, LevelMeter()).add(heard)
            total += heard
        said, self._announcement = self._announcement[:BLOCK], self._announcement[BLOCK:]
        total[: len(said)] += said
        self._queues = {participant: queue for participant, queue in self._queues.items() if len(queue)}
        self._playouts = {who: playout for who, playout in self._playouts.items() if not playout.abandoned(now)}
        self._meters = {who: meter for who, meter in self._meters.items() if who in self._playouts}
        return self._limiter.limit(self.volume.apply(total))
