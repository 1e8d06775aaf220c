"""Where everything goes on the screen: pure arithmetic in pixels, no drawing."""

import math
from dataclasses import dataclass
from typing import Final

TEXT_SHARE: Final = 20
"""Text is at least 1/20 of the screen's height, to be read from a bed."""
ASPECT: Final = 16 / 9
GAP: Final = 12
"""Pixels between two tiles."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle: its left upper corner and its size."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row under it."""
        return self.y + self.height

    @property
    def rows(self) -> slice:
        """For an array's first axis."""
        return slice(self.y, self.bottom)

    @property
    def columns(self) -> slice:
        """For an array's second axis."""
        return slice(self.x, self.right)


def text_height(screen: Rect) -> int:
    """Of the smallest text on the screen."""
    return math.ceil(screen.height / TEXT_SHARE)


def tile(count: int, screen: Rect) -> list[Rect]:
    """`count` equal tiles in rows, as large for 16:9 pictures as can be; a last row that is not full is centred."""
    if count == 0:
        return []
    columns = max(range(1, count + 1), key=lambda columns: (_picture_width(count, columns, screen), columns))
    rows = math.ceil(count / columns)
    width, height = screen.width // columns, screen.height // rows
    tiles = []
    for index in range(count):
        row, column = divmod(index, columns)
        in_row = min(columns, count - row * columns)
        left = screen.x + (screen.width - in_row * width) // 2
        cell = Rect(left + column * width, screen.y + row * height, width, height)
        tiles.append(cell if count == 1 else _inset(cell, GAP // 2))
    return tiles


def _picture_width(count: int, columns: int, screen: Rect) -> float:
    rows = math.ceil(count / columns)
    return min(screen.width / columns, screen.height / rows * ASPECT)


def _inset(area: Rect, by: int) -> Rect:
    return Rect(area.x + by, area.y + by, area.width - 2 * by, area.height - 2 * by)


def letterbox(width: int, height: int, within: Rect) -> Rect:
    """The largest rectangle of these proportions in the middle of another; even in size, as I420 must be."""
    scale = min(within.width / width, within.height / height)
    fit_width = max(2, min(within.width, round(width * scale)) & ~1)
    fit_height = max(2, min(within.height, round(height * scale)) & ~1)
    left = within.x + (within.width - fit_width) // 2
    top = within.y + (within.height - fit_height) // 2
    return Rect(left, top, fit_width, fit_height)


def grown(area: Rect, by: int, within: Rect) -> Rect:
    """The rectangle with a border around it, as far as there is room."""
    left, top = max(within.x, area.x - by), max(within.y, area.y - by)
    return Rect(left, top, min(within.right, area.right + by) - left, min(within.bottom, area.bottom + by) - top)
