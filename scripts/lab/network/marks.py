"""Marks in pictures: when a picture was taken and which of the clip it is, in black and white blocks at its top.

32 blocks in one row: 24 bits of Unix time in milliseconds, 6 of the number in the clip, 2 of a checksum. Coarse enough
to survive a coder at its worst, and read from any size. `endpoint.js` does the same.
"""

import numpy as np
from numpy.typing import NDArray

BLOCKS = 32
ROWS = 16
"""A block is a 32nd of the picture's width and a 16th of its height."""
TIME_BITS, NUMBER_BITS = 24, 6
TIME_SPAN = 1 << TIME_BITS
Luma = NDArray[np.uint8]


def draw(luma: Luma, milliseconds: int, number: int) -> None:
    """Mark a picture in place."""
    value = milliseconds % TIME_SPAN | number << TIME_BITS
    bits = np.array([value >> bit & 1 for bit in range(TIME_BITS + NUMBER_BITS)], np.uint8)
    bits = np.append(bits, [bits[::2].sum() & 1, bits[1::2].sum() & 1])
    height, width = luma.shape
    luma[: height // ROWS] = np.where(np.repeat(bits, width // BLOCKS), 235, 16)


def read(luma: Luma) -> tuple[int, int] | None:
    """Milliseconds and number; None where the marks do not fit their checksum."""
    height, width = luma.shape
    columns = (np.arange(BLOCKS) * 2 + 1) * width // (2 * BLOCKS)
    bits = luma[height // ROWS // 2, columns] > 125
    if bits[:-2:2].sum() & 1 != bits[-2] or bits[1:-2:2].sum() & 1 != bits[-1]:
        return None
    value = sum(int(bit) << place for place, bit in enumerate(bits[:-2]))
    return value % TIME_SPAN, value >> TIME_BITS
