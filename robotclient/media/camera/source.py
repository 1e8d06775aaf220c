"""What every source of pictures is: the synthetic one, a file, a V4L2 device, the slate."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

LONGEST_READ = 0.4
"""A source returns at least so often (seconds), a device that works also: the child's heart beats between reads."""


class CaptureError(Exception):
    """The source cannot be opened or has ended; the text is for staff."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: I420, even width and height. `at` is when it was captured, in seconds of CLOCK_MONOTONIC."""

    frame: VideoFrame
    at: float

    def luma(self) -> NDArray[np.uint8]:
        """Its brightness as rows of pixels, not copied."""
        plane = self.frame.planes[0]
        return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:, : self.frame.width]


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
