"""What can be in place of a speaker: nothing, or a file."""

import os
import struct
from pathlib import Path
from typing import Protocol

from robotclient.media.audio.messages import RATE
from robotclient.media.audio.samples import Samples

HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
LONGEST = 2**31
"""Bytes; a WAV file cannot say more than 4 GiB."""


class Sink(Protocol):
    """Where the mixed voices go."""

    name: str

    @property
    def delay(self) -> float:
        """Seconds until what is played now is heard."""

    def play(self, block: Samples) -> None:
        """Queue one block; never waits."""

    def works(self) -> bool:
        """It has been seen to do what it is for."""

    def fault(self) -> str:
        """What is wrong, or nothing."""

    def close(self) -> None:
        """Give the device back."""


class NoSink:
    """Nobody listens."""

    name = "none"
    delay = 0.0

    def play(self, block: Samples) -> None:
        """Drop it."""

    def works(self) -> bool:
        """From the start."""
        return True

    def fault(self) -> str:
        """Nothing can go wrong."""
        return ""

    def close(self) -> None:
        """Nothing is held."""


class FileSink:
    """A WAV file of all that would be heard, silence too. Its header is true after every block, whoever is killed."""

    delay = 0.0

    def __init__(self, path: Path) -> None:
        """Begin the file anew. Raises `OSError`."""
        self.name = f"file:{path}"
        self._fault = ""
        self._written = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.pwrite(self._file, _header(0), 0)

    def play(self, block: Samples) -> None:
        """Write one block."""
        if self._fault:
            return
        try:
            self._written += os.pwrite(self._file, block.tobytes(), HEADER.size + self._written)
            os.pwrite(self._file, _header(self._written), 0)
        except OSError as error:
            self._fault = f"cannot be written: {error.strerror}"
        if self._written > LONGEST:
            self._fault = "is full; it begins anew"

    def works(self) -> bool:
        """From the start."""
        return True

    def fault(self) -> str:
        """Why nothing more is written."""
        return self._fault

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _header(size: int) -> bytes:
    return HEADER.pack(
        *(b"RIFF", HEADER.size - 8 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", size)
    )


def synthetic_sink(name: str) -> NoSink | FileSink | None:
    """`none` or `file:PATH`; None for the name of a device. Raises `OSError`."""
    if name == "none":
        return NoSink()
    kind, _, path = name.partition(":")
    return FileSink(Path(path)) if kind == "file" else None
