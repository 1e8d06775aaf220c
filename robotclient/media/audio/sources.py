"""What can be heard in place of a microphone: silence, a tone, a beep, a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import SILENCE, Samples

AMPLITUDE = 0.3 * 32767
BEEP_EVERY = RATE
BEEP_LENGTH = RATE // 5
LONGEST_FILE = 600 * RATE


class Source(Protocol):
    """Where the microphone's samples come from."""

    name: str
    keeps_time: bool
    """Its `read` waits for a real device; where False, a block is always there."""

    @property
    def delay(self) -> float:
        """Seconds since the end of a block was heard."""

    def read(self, timeout: float) -> Samples | None:
        """The next block, or None where none comes in `timeout` seconds."""

    def works(self) -> bool:
        """It has been seen to do what it is for."""

    def fault(self) -> str:
        """What is wrong, or nothing."""

    def close(self) -> None:
        """Give the device back."""


class SyntheticSource:
    """Endless blocks out of an iterator."""

    keeps_time = False
    delay = 0.0

    def __init__(self, name: str, blocks: Iterator[Samples]) -> None:
        self.name = name
        self._blocks = blocks

    def read(self, timeout: float) -> Samples:
        """The next block."""
        return next(self._blocks)

    def works(self) -> bool:
        """From the start."""
        return True

    def fault(self) -> str:
        """Nothing can go wrong."""
        return ""

    def close(self) -> None:
        """Nothing is held."""


def synthetic_source(name: str) -> SyntheticSource | None:
    """`none`, `tone:HZ`, `beep:HZ` or `file:PATH`; None for the name of a device.

    Raises `ValueError` where HZ is no frequency, `OSError` or `av.FFmpegError` where the file cannot be read.
    """
    kind, colon, value = name.partition(":")
    match kind:
        case "none" if not colon:
            return SyntheticSource(name, _silence())
        case "tone":
            return SyntheticSource(name, _tone(_frequency(name, value)))
        case "beep":
            return SyntheticSource(name, _beeps(_frequency(name, value)))
        case "file":
            return SyntheticSource(name, _looped(_decoded(Path(value))))
    return None


def _frequency(name: str, value: str) -> float:
    try:
        hertz = float(value)
    except ValueError:
        hertz = 0
    if not 1 <= hertz <= RATE / 2:
        raise ValueError(f"{name!r} needs a frequency from 1 to {RATE // 2} Hz after the colon, such as 440")
    return hertz


def _silence() -> Iterator[Samples]:
    while True:
        yield SILENCE


def _tone(hertz: float) -> Iterator[Samples]:
    times = np.arange(BLOCK) / RATE
    phase = 0.0
    while True:
        yield (AMPLITUDE * np.sin(2 * np.pi * (hertz * times + phase))).astype(np.int16)
        phase = (phase + hertz * BLOCK / RATE) % 1.0


def _beeps(hertz: float) -> Iterator[Samples]:
    """200 ms of tone at the start of every second."""
    tone = _tone(hertz)
    while True:
        for start in range(0, BEEP_EVERY, BLOCK):
            yield next(tone) if start < BEEP_LENGTH else SILENCE


def _looped(samples: Samples) -> Iterator[Samples]:
    position = 0
    while True:
        yield np.take(samples, np.arange(position, position + BLOCK), mode="wrap")
        position = (position + BLOCK) % len(samples)


def _decoded(path: Path) -> Samples:
    """A file's first audio track, at most ten minutes of it."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    parts: list[Samples] = []
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ValueError(f"{path} has no sound in it")
        for frame in container.decode(audio=0):
            parts += [np.asarray(part.to_ndarray()[0], np.int16) for part in resampler.resample(frame)]
            if sum(map(len, parts)) > LONGEST_FILE:
                break
    if not parts:
        raise ValueError(f"{path} has no sound in it")
    return np.concatenate(parts)
