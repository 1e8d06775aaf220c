"""Decoded pictures on their way from the daemon to the screen's child, in memory that both have mapped.

There is a fixed number of slots, one per participant, with two buffers each: the writer always fills the older one, so
the newest picture wins and nobody waits. A buffer's sequence number is odd while it is written (a seqlock): the reader
draws straight from the memory and looks at the number again afterwards. Pages that were never written cost nothing.
"""

import mmap
import os
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SLOTS: Final = 8
MOST_PIXELS: Final = 1920 * 1088
HEADER: Final = 4096
BUFFER: Final = HEADER + MOST_PIXELS * 3 // 2
SEQUENCE, OWNER, WIDTH, HEIGHT = range(4)

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class I420Picture:
    """Three planes as arrays of rows; the rows may lie apart (strides). `u` and `v` have half the size of `y`."""

    y: Plane
    u: Plane
    v: Plane


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """The newest picture of a slot, still in the shared memory: `planes` are views, not copies."""

    planes: I420Picture
    sequence: int


class SharedPictures:
    """All slots. The daemon writes and keeps the memory over the child's lives; the child reads."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        memory = np.frombuffer(mmap.mmap(descriptor, SLOTS * 2 * BUFFER), np.uint8)
        self._buffers = memory.reshape(SLOTS, 2, BUFFER)
        self._headers: NDArray[np.uint64] = self._buffers[:, :, :32].view(np.uint64)

    @classmethod
    def create(cls) -> "SharedPictures":
        """New memory without a name, gone with its last process."""
        descriptor = os.memfd_create("pictures")
        os.truncate(descriptor, SLOTS * 2 * BUFFER)
        return cls(descriptor)

    def write(self, slot: int, owner: int, picture: I420Picture) -> None:
        """Put a picture into the slot's older buffer; one that is too large is thinned out, an odd edge cut off."""
        picture = fitted(picture)
        height, width = picture.y.shape
        headers = self._headers[slot]
        newest = int(headers[:, SEQUENCE].max()) & ~1
        buffer = newest // 2 % 2 ^ 1
        header = headers[buffer]
        header[SEQUENCE] = newest + 1
        header[OWNER], header[WIDTH], header[HEIGHT] = owner, width, height
        target = _planes(self._buffers[slot, buffer], width, height)
        for name in ("y", "u", "v"):
            np.copyto(getattr(target, name), getattr(picture, name))
        header[SEQUENCE] = newest + 2

    def read(self, slot: int, owner: int, seen: int) -> SharedPicture | None:
        """The slot's newest whole picture of that owner, if it is newer than sequence `seen`."""
        headers = self._headers[slot]
        numbers = headers[:, SEQUENCE].tolist()  # each is looked at once: the writer may change it at any time
        whole = [(number, buffer) for buffer, number in enumerate(numbers) if number % 2 == 0]
        sequence, buffer = max(whole, default=(0, 0))
        if sequence <= seen or int(headers[buffer][OWNER]) != owner:
            return None
        width, height = int(headers[buffer][WIDTH]), int(headers[buffer][HEIGHT])
        return SharedPicture(_planes(self._buffers[slot, buffer], width, height), sequence)

    def still_whole(self, slot: int, picture: SharedPicture) -> bool:
        """False where the writer has come round and the picture that was just used is torn."""
        return bool((self._headers[slot][:, SEQUENCE] == picture.sequence).any())

    def close(self) -> None:
        """Close the descriptor; the mapping goes with the last view of it."""
        os.close(self.descriptor)


def fitted(picture: I420Picture) -> I420Picture:
    """Of even size, and every n-th pixel of a picture that is larger than a buffer."""
    step = 1
    while picture.y[::step, ::step].size > MOST_PIXELS:
        step += 1
    u, v = picture.u[::step, ::step], picture.v[::step, ::step]
    rows = min(picture.y[::step].shape[0] // 2, u.shape[0])
    columns = min(picture.y[:, ::step].shape[1] // 2, u.shape[1])
    return I420Picture(picture.y[::step, ::step][: 2 * rows, : 2 * columns], u[:rows, :columns], v[:rows, :columns])


def _planes(buffer: Plane, width: int, height: int) -> I420Picture:
    pixels = width * height
    luma, blue, red = np.split(buffer[HEADER : HEADER + pixels * 3 // 2], (pixels, pixels * 5 // 4))
    half = (height // 2, width // 2)
    return I420Picture(luma.reshape(height, width), blue.reshape(half), red.reshape(half))
