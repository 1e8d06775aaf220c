"""Seven-segment digits drawn by slices: a clock in a picture without a library for text in the camera's process."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SEGMENTS: Final = {
    "0": "abcdef",
    "1": "bc",
    "2": "abdeg",
    "3": "abcdg",
    "4": "bcfg",
    "5": "acdfg",
    "6": "acdefg",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
    ":": "",
    " ": "",
}
"""a is the top, then clockwise to f, g the middle."""


def draw_digits(plane: NDArray[np.uint8], text: str, left: int, top: int, height: int, value: int) -> None:
    """Draw digits, colons and spaces into a plane; each is `height` pixels high and half as wide, with gaps."""
    thick = max(1, height // 8)
    for index, character in enumerate(text):
        x = left + index * (height * 3 // 4)
        cell = plane[top : top + height, x : x + height // 2]
        for part in _slices(character, height, thick):
            cell[part] = value


def _slices(character: str, height: int, thick: int) -> list[tuple[slice, slice]]:
    width, middle = height // 2, height // 2
    bar = slice(0, width)
    upper, lower = slice(0, middle), slice(middle, height)
    left, right = slice(0, thick), slice(width - thick, width)
    if character == ":":
        centre = slice(width // 2 - thick // 2, width // 2 + thick - thick // 2)
        return [(slice(at - thick // 2, at + thick - thick // 2), centre) for at in (height // 3, 2 * height // 3)]
    places = {
        "a": (slice(0, thick), bar),
        "b": (upper, right),
        "c": (lower, right),
        "d": (slice(height - thick, height), bar),
        "e": (lower, left),
        "f": (upper, left),
        "g": (slice(middle - thick // 2, middle + thick - thick // 2), bar),
    }
    return [places[segment] for segment in SEGMENTS[character]]
