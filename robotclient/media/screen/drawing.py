"""Drawing into the canvas: text, boxes, pictures. The canvas is BGR, `height x width x 3`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from robotclient.media.screen.layout import Rect, name_box
from robotclient.media.screen.pictures import I420Picture

Canvas = NDArray[np.uint8]
Colour = tuple[int, int, int]

BACKGROUND: Final = (38, 28, 22)
PANEL: Final = (58, 46, 38)
WHITE: Final = (255, 255, 255)
SOFT: Final = (215, 205, 195)
"""Colours are blue, green, red; SOFT on BACKGROUND has a contrast of over 10:1 (WCAG 2.2 asks for 4.5:1)."""
BOLD: Final = 600
ELLIPSIS: Final = "…"

FONT = cv2.FontFace("sans")


@lru_cache(maxsize=256)
def text_width(text: str, size: int, weight: int = 400) -> int:
    """In pixels, of one line."""
    _, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), FONT, size, weight)
    return width


def shortened(text: str, size: int, most: int) -> str:
    """The text, or as much of its beginning as fits into `most` pixels, with an ellipsis."""
    if text_width(text, size) <= most:
        return text
    kept = next((end for end in range(len(text), 0, -1) if text_width(text[:end] + ELLIPSIS, size) <= most), 0)
    return text[:kept].rstrip() + ELLIPSIS


@dataclass(frozen=True, slots=True)
class Line:
    """One centred line of text."""

    text: str
    size: int
    colour: Colour = WHITE
    weight: int = 400


def draw_lines(canvas: Canvas, within: Rect, lines: list[Line]) -> None:
    """Lines under one another in the middle of a rectangle, each as high as 1.5 times its size."""
    total = sum(line.size * 3 // 2 for line in lines)
    top = within.y + (within.height - total) // 2
    for line in lines:
        text = shortened(line.text, line.size, within.width)
        left = within.x + (within.width - text_width(text, line.size, line.weight)) // 2
        cv2.putText(canvas, text, (left, top + line.size * 9 // 8), line.colour, FONT, line.size, line.weight)
        top += line.size * 3 // 2


def fill(canvas: Canvas, area: Rect, colour: Colour) -> None:
    """One colour over a rectangle."""
    canvas[area.rows, area.columns] = colour


@lru_cache(maxsize=32)
def name_plate(name: str, size: int, most: int) -> Canvas:
    """A name on a dark box, drawn once: text is dear, and a tile is drawn 30 times a second."""
    text = shortened(name, size, most - 2 * (size // 2))
    box = name_box(text_width(text, size), size, Rect(0, 0, most, size * 2))
    plate = np.full((box.height, box.width, 3), BACKGROUND, np.uint8)
    cv2.putText(plate, text, (size // 2, size * 9 // 8), WHITE, FONT, size)
    return plate


def draw_name(canvas: Canvas, within: Rect, name: str, size: int) -> None:
    """A participant's name in the lower left corner of his tile."""
    plate = name_plate(name, size, within.width)
    height = min(len(plate), within.height)
    canvas[within.bottom - height : within.bottom, within.x : within.x + plate.shape[1]] = plate[:height]


def scale(picture: I420Picture, target: I420Picture) -> None:
    """Resize all three planes into those of `target`: before the conversion to BGR it costs a quarter of after it."""
    for name in ("y", "u", "v"):
        source, into = getattr(picture, name), getattr(target, name)
        if source.shape == into.shape:
            np.copyto(into, source)
        else:
            cv2.resize(source, into.shape[::-1], dst=into, interpolation=cv2.INTER_LINEAR)


class Scratch:
    """A private I420 picture of the size that it has on the screen."""

    def __init__(self, width: int, height: int) -> None:
        self._rows = np.empty((height * 3 // 2, width), np.uint8)
        pixels = width * height
        luma, blue, red = np.split(self._rows.reshape(-1), (pixels, pixels * 5 // 4))
        half = (height // 2, width // 2)
        self.size = (width, height)
        self.picture = I420Picture(luma.reshape(height, width), blue.reshape(half), red.reshape(half))

    def paste(self, canvas: Canvas, area: Rect) -> None:
        """Convert straight into its place on the canvas."""
        cv2.cvtColor(self._rows, cv2.COLOR_YUV2BGR_I420, dst=canvas[area.rows, area.columns])
