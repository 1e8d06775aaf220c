"""Signs of the robot's parts, drawn from lines and circles: they need no font that has them."""

import itertools
import math
from collections.abc import Callable
from typing import Final

import cv2

from robotclient.media.screen.drawing import Canvas
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.theme import Colour
from robotclient.media.screen.views import Trouble

Point = tuple[int, int]


class _Pen:
    """Draws in units of a hundredth of a square."""

    def __init__(self, canvas: Canvas, square: Rect, colour: Colour) -> None:
        self._canvas = canvas
        self._square = square
        self._colour = colour
        self.thick = max(2, square.width // 12)

    def at(self, x: float, y: float) -> Point:
        """A point of the canvas."""
        side = self._square.width / 100
        return round(self._square.x + x * side), round(self._square.y + y * side)

    def lines(self, *points: tuple[float, float]) -> None:
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            cv2.line(self._canvas, self.at(x, y), self.at(to_x, to_y), self._colour, self.thick, cv2.LINE_AA)

    def disc(self, x: float, y: float, radius: float) -> None:
        size = round(radius * self._square.width / 100)
        cv2.circle(self._canvas, self.at(x, y), size, self._colour, cv2.FILLED, cv2.LINE_AA)

    def arc(self, x: float, y: float, radius: float, begin: float, end: float) -> None:
        """Degrees, clockwise from the right."""
        size = round(radius * self._square.width / 100)
        place, axes = self.at(x, y), (size, size)
        cv2.ellipse(self._canvas, place, axes, 0, begin, end, self._colour, self.thick, cv2.LINE_AA)

    def box(self, x: float, y: float, width: float, height: float, *, filled: bool = False) -> None:
        thick = cv2.FILLED if filled else self.thick
        cv2.rectangle(self._canvas, self.at(x, y), self.at(x + width, y + height), self._colour, thick, cv2.LINE_AA)


def _server(pen: _Pen) -> None:
    """Waves over a point, as everybody's telephone has them."""
    pen.disc(50, 80, 8)
    for radius in (25, 45, 65):
        pen.arc(50, 80, radius, 225, 315)


def _camera(pen: _Pen) -> None:
    pen.box(8, 30, 54, 42, filled=True)
    pen.lines((68, 45), (92, 32), (92, 70), (68, 57), (68, 45))


def _microphone(pen: _Pen) -> None:
    pen.box(40, 12, 20, 40, filled=True)
    pen.arc(50, 46, 26, 0, 180)
    pen.lines((50, 74), (50, 90))
    pen.lines((34, 90), (66, 90))


def _speaker(pen: _Pen) -> None:
    pen.box(12, 38, 16, 26, filled=True)
    pen.lines((30, 38), (52, 18), (52, 84), (30, 64))
    for radius in (18, 34):
        pen.arc(56, 51, radius, -45, 45)


def _clock(pen: _Pen) -> None:
    pen.arc(50, 50, 38, 0, 360)
    pen.lines((50, 26), (50, 50), (66, 62))


def _configuration(pen: _Pen) -> None:
    """A sheet of paper with a mark of exclamation."""
    pen.lines((22, 8), (62, 8), (80, 28), (80, 92), (22, 92), (22, 8))
    pen.lines((50, 36), (50, 62))
    pen.disc(50, 77, 5)


SIGNS: Final[dict[Trouble, Callable[[_Pen], None]]] = {
    Trouble.SERVER: _server,
    Trouble.CAMERA: _camera,
    Trouble.MICROPHONE: _microphone,
    Trouble.SPEAKER: _speaker,
    Trouble.CLOCK: _clock,
    Trouble.CONFIGURATION: _configuration,
}
WHOLE: Final = (Trouble.CLOCK, Trouble.CONFIGURATION)
"""These are only ever shown in trouble, so no stroke is needed to say so."""


def draw_icon(canvas: Canvas, sign: Trouble, square: Rect, colour: Colour, *, struck: bool) -> None:
    """One sign; `struck` through where the thing does not work, so that it is not said by colour alone (1.4.1)."""
    pen = _Pen(canvas, square, colour)
    SIGNS[sign](pen)
    if struck and sign not in WHOLE:
        pen.lines((8, 92), (92, 8))


def icons_width(count: int, side: int) -> int:
    """Of a row, in pixels."""
    return math.ceil(count * side * 1.5 - side / 2) if count else 0
