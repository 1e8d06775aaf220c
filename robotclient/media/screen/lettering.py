"""Text: how wide it is, where it breaks, and drawing it. Sizes are heights in pixels."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2

from robotclient.media.screen.drawing import Canvas
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.theme import Colour

BOLD: Final = 600
REGULAR: Final = 400
ELLIPSIS: Final = "…"
MOST_LINES: Final = 6
FONT = cv2.FontFace("sans")


@dataclass(frozen=True, slots=True)
class Line:
    """One centred line of text."""

    text: str
    size: int
    colour: Colour
    weight: int = REGULAR

    @property
    def height(self) -> int:
        """With the space to the next line."""
        return self.size * 3 // 2


@lru_cache(maxsize=512)
def text_width(text: str, size: int, weight: int = REGULAR) -> int:
    """In pixels, of one line."""
    _, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), FONT, size, weight)
    return width


def shortened(text: str, size: int, most: int, weight: int = REGULAR) -> str:
    """The text, or as much of its beginning as fits into `most` pixels, with an ellipsis."""
    if text_width(text, size, weight) <= most:
        return text
    ends = range(len(text), 0, -1)
    kept = next((end for end in ends if text_width(text[:end] + ELLIPSIS, size, weight) <= most), 0)
    return text[:kept].rstrip() + ELLIPSIS


def wrapped(line: Line, most: int, lines: int) -> list[Line]:
    """The line broken between words so that each part fits into `most` pixels; what does not fit is cut off."""
    parts: list[str] = []
    for word in line.text.split():
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and (text_width(longer, line.size, line.weight) <= most or len(parts) == lines):
            parts[-1] = longer
        else:
            parts.append(word)
    return [
        Line(shortened(part, line.size, most, line.weight), line.size, line.colour, line.weight)
        for part in parts or [""]
    ]


def column(lines: Iterable[Line], within: Rect, least: int) -> list[Line]:
    """Lines wrapped to a rectangle's width; what is larger than `least` shrinks until no word is cut and all fits."""
    most = within.width - least
    wished = [_with_whole_words(line, most, least) for line in lines]
    while True:
        broken = [part for line in wished for part in wrapped(line, most, MOST_LINES)]
        if sum(line.height for line in broken) <= within.height or all(line.size <= least for line in wished):
            return broken
        wished = [_smaller(line, least) for line in wished]


def _with_whole_words(line: Line, most: int, least: int) -> Line:
    while line.size > least and any(text_width(word, line.size, line.weight) > most for word in line.text.split()):
        line = _smaller(line, least)
    return line


def _smaller(line: Line, least: int) -> Line:
    size = line.size if line.size <= least else max(least, line.size * 9 // 10)
    return Line(line.text, size, line.colour, line.weight)


def draw_column(canvas: Canvas, within: Rect, lines: list[Line]) -> None:
    """Lines under one another, in the middle of a rectangle."""
    top = within.y + (within.height - sum(line.height for line in lines)) // 2
    for line in lines:
        left = within.x + (within.width - text_width(line.text, line.size, line.weight)) // 2
        write(canvas, line, left, top)
        top += line.height


def write(canvas: Canvas, line: Line, left: int, top: int) -> None:
    """One line with its upper left corner there."""
    cv2.putText(canvas, line.text, (left, top + line.size * 9 // 8), line.colour, FONT, line.size, line.weight)
