"""Two notes that say: somebody is about to be seen here."""

import numpy as np

from robotclient.media.audio.messages import RATE

NOTES = ((659.3, 0.0), (523.3, 0.35))
"""E5, then C5: each with its frequency in Hz and when it begins, in seconds."""
RINGS = 0.9
AMPLITUDE = 0.25 * 32767
DECAY = 5.0


def chime() -> bytes:
    """As samples: s16le, mono, at `RATE`."""
    length = max(begin for _, begin in NOTES) + RINGS
    sound = np.zeros(int(length * RATE))
    times = np.arange(int(RINGS * RATE)) / RATE
    attack = np.minimum(1, times / 0.01)
    for hertz, begin in NOTES:
        ringing = attack * np.exp(-DECAY * times) * (np.sin(2 * np.pi * hertz * times))
        start = int(begin * RATE)
        sound[start : start + len(ringing)] += ringing
    samples: bytes = (AMPLITUDE * sound / np.abs(sound).max()).astype("<i2").tobytes()
    return samples
