"""What every source of pictures is: the synthetic one, a file, a V4L2 device, the slate."""

from dataclasses import dataclass
from typing import Protocol

from av import VideoFrame

LONGEST_READ = 0.4
"""A source returns at least so often (seconds), a device that works also: the child's heart beats between reads."""


class CaptureError(Exception):
    """The source cannot be opened or has ended; the text is for staff."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: I420, even width and height. `at` is when it was captured, in seconds of CLOCK_MONOTONIC."""

    frame: VideoFrame
    at: float


class Source(Protocol):
    """Pictures in real time; `detail` says where they are not what the configuration asks for."""

    name: str
    detail: str

    def read(self) -> Picture | None:
        """The next picture; None where none has come yet or one was too late and is dropped. Raises `CaptureError`."""

    def close(self) -> None:
        """Release the device."""


def even(length: int) -> int:
    """I420 has one colour sample for two pixels."""
    return length & ~1
