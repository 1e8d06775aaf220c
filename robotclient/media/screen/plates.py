"""What lies over the pictures: names, the LIVE sign, messages. Drawn once, because text is dear."""

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from robotclient.media.screen.drawing import Canvas, fill
from robotclient.media.screen.icons import draw_icon
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.lettering import BOLD, Line, draw_column, shortened, text_width, wrapped, write
from robotclient.media.screen.theme import DARK, Colour
from robotclient.media.screen.views import Trouble

PLATE: Final = DARK.plate
TEXT: Final = DARK.plate_text


@lru_cache(maxsize=64)
def name_plate(name: str, size: int, most: int, *, muted: bool) -> Canvas:
    """A name on a dark box, with a struck microphone where nothing is heard of him."""
    pad, sign = size // 2, size * 3 // 2 if muted else 0
    text = shortened(name, size, max(1, most - 2 * pad - sign))
    plate = _plate(min(most, text_width(text, size) + 2 * pad + sign), size * 3 // 2, PLATE)
    if muted:
        square = Rect(pad, size // 4, size, size)
        draw_icon(plate, Trouble.MICROPHONE, square, DARK.alarm, struck=True)
    write(plate, Line(text, size, TEXT), pad + sign, 0)
    return plate


@lru_cache(maxsize=4)
def live_plate(text: str, size: int) -> Canvas:
    """The sign that camera and microphone are open: a point and a word on red."""
    pad = size // 2
    plate = _plate(text_width(text, size, BOLD) + 2 * pad + size, size * 3 // 2, DARK.live)
    cv2.circle(plate, (pad + size // 3, size * 3 // 4), size // 3, DARK.live_text, cv2.FILLED, cv2.LINE_AA)
    write(plate, Line(text, size, DARK.live_text, BOLD), pad + size, 0)
    return plate


@lru_cache(maxsize=8)
def words_plate(words: tuple[str, ...], size: int, most: int, lines: int) -> Canvas:
    """Sentences under one another, each in at most `lines` lines."""
    pad = size // 2
    broken = [part for each in words for part in wrapped(Line(each, size, TEXT), most - 2 * pad, lines)]
    width = max(text_width(line.text, size) for line in broken) + 2 * pad
    plate = _plate(min(most, width), sum(line.height for line in broken), PLATE)
    draw_column(plate, Rect(0, 0, plate.shape[1], plate.shape[0]), broken)
    return plate


def paste(canvas: Canvas, plate: Canvas, x: int, y: int, within: Rect) -> None:
    """Put a plate with its upper left corner there; what would lie outside is left out."""
    height, width = min(plate.shape[0], within.bottom - y), min(plate.shape[1], within.right - x)
    if height > 0 and width > 0:
        canvas[y : y + height, x : x + width] = plate[:height, :width]


def _plate(width: int, height: int, colour: Colour) -> Canvas:
    plate = np.empty((height, max(1, width), 3), np.uint8)
    fill(plate, Rect(0, 0, plate.shape[1], height), colour)
    return plate
