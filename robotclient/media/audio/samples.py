"""Blocks of samples: their type, silence, ramps and loudness. Pure."""

import math
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from robotclient.media.audio.messages import BLOCK, RATE

Samples = npt.NDArray[np.int16]

SILENCE: Final[Samples] = np.zeros(BLOCK, np.int16)
RAMP: Final = RATE // 200
"""5 ms: short enough to go unnoticed, long enough not to click."""
RISING: Final = np.linspace(0, 1, RAMP, endpoint=False, dtype=np.float32)
FALLING: Final = RISING[::-1]


def from_bytes(data: bytes) -> Samples:
    """Samples of s16le bytes; an odd byte at the end is dropped."""
    return np.frombuffer(data, "<i2", count=len(data) // 2)


def mono(frame: av.AudioFrame) -> bytes:
    """Samples as s16le, one channel, of what aiortc decodes (s16, interleaved)."""
    samples = np.frombuffer(memoryview(frame.planes[0]), np.int16)[: frame.samples * len(frame.layout.channels)]
    channels = samples.reshape(-1, len(frame.layout.channels)).astype(np.int32)
    mixed: bytes = (channels.sum(axis=1) // channels.shape[1]).astype(np.int16).tobytes()
    return mixed


def fade_in(samples: Samples) -> Samples:
    """A copy that begins softly. At least `RAMP` samples."""
    return np.concatenate(((samples[:RAMP] * RISING).astype(np.int16), samples[RAMP:]))


def fade_out(samples: Samples) -> Samples:
    """A copy that ends softly. At least `RAMP` samples."""
    return np.concatenate((samples[:-RAMP], (samples[-RAMP:] * FALLING).astype(np.int16)))


def skip(samples: Samples, count: int) -> Samples:
    """A copy without the first `count` samples, cross-faded so that the jump is not heard. `RAMP` must remain."""
    head = samples[:RAMP] * FALLING + samples[count : count + RAMP] * RISING
    return np.concatenate((head.astype(np.int16), samples[count + RAMP :]))


def level(samples: Samples) -> int:
    """Loudness in -dBov: 0 is a square wave at full scale, 127 is silence (RFC 6464, section 3)."""
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(samples) / 32768.0**2
    return 127 if power == 0 else min(127, max(0, round(-10 * math.log10(power))))
