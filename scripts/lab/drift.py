"""A speaker whose clock runs away from ours, block by block, without a speaker and without waiting."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robotclient.media.audio.drift import SpeakerQueue
from robotclient.media.audio.messages import BLOCK, RATE

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Drift:
    """What came of it."""

    heard: Samples
    ratios: npt.NDArray[np.float64]
    """The queue's pace at each 10 ms."""
    dry: int
    """How often there was nothing to play."""
    longest: float
    """Seconds: the most that waited in the queue in the second half."""


def simulate(ppm: float, seconds: float, jitter: float = 0.0, seed: int = 1) -> Drift:
    """A tone of 230 Hz is written by a clock that is `ppm` parts in a million faster than the speaker that reads it.

    `jitter`: by how many seconds a block comes late on average.
    """
    second = (10_000 * np.sin(2 * np.pi * 230 * np.arange(RATE) / RATE)).astype(np.int16)
    blocks = np.split(second, RATE // BLOCK)
    due = np.arange(seconds * RATE / BLOCK) * (BLOCK / RATE) * (1 - ppm * 1e-6)
    late = np.random.default_rng(seed).exponential(jitter, len(due)) if jitter else 0
    arrivals = np.maximum.accumulate(due + late)
    queue, written, dry = SpeakerQueue(), 0, 0
    heard, ratios, lengths = [], [], []
    for turn in range(int(seconds * 100)):
        while written < len(arrivals) and arrivals[written] <= turn / 100:
            queue.put(blocks[written % len(blocks)])
            written += 1
        played = queue.playing
        heard.append(queue.take(BLOCK // 2))
        dry += played and not queue.playing
        ratios.append(queue.ratio)
        lengths.append(len(queue) / RATE)
    return Drift(np.concatenate(heard), np.array(ratios), dry, max(lengths[len(lengths) // 2 :]))
