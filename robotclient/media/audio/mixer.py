"""All participants' voices as one. Pure."""

import numpy as np

from robotclient.media.audio.jitter import JitterQueue
from robotclient.media.audio.limiter import Limiter
from robotclient.media.audio.messages import BLOCK
from robotclient.media.audio.samples import Samples


class Mixer:
    """One jitter queue for each participant who is heard now, and their limited sum."""

    def __init__(self) -> None:
        self._queues: dict[str, JitterQueue] = {}
        self._limiter = Limiter()

    @property
    def participants(self) -> frozenset[str]:
        """Who is heard now or about to be."""
        return frozenset(self._queues)

    def put(self, participant: str, samples: Samples) -> None:
        """What a participant says next; he joins by this."""
        self._queues.setdefault(participant, JitterQueue()).put(samples)

    def forget(self, participant: str) -> None:
        """The participant has left; his voice fades out with the next block."""
        if participant in self._queues:
            self._queues[participant].end()

    def mix(self) -> Samples:
        """The next block of `BLOCK` samples."""
        total = np.zeros(BLOCK, np.int32)
        for queue in self._queues.values():
            total += queue.take(BLOCK)
        self._queues = {participant: queue for participant, queue in self._queues.items() if len(queue)}
        return self._limiter.limit(total)
