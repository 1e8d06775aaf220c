"""The whiteboard as a picture: dark lines on white, as large as its tile allows."""

from typing import Final

import cv2
import numpy as np

from robotclient.media.screen.drawing import Canvas, fill
from robotclient.media.screen.layout import Rect, letterbox
from robotclient.media.screen.messages import BoardStroke
from robotclient.media.screen.theme import Colour
from wire.channels import Colour as PenColour
from wire.channels.board import BOARD_HEIGHT, BOARD_WIDTH

PAPER: Final = (255, 255, 255)
COLOURS: Final[dict[PenColour, Colour]] = {
    PenColour.BLACK: (32, 28, 24),
    PenColour.BLUE: (170, 80, 0),
    PenColour.RED: (30, 30, 190),
    PenColour.GREEN: (50, 110, 10),
    PenColour.ORANGE: (0, 95, 185),
}
"""As on the pages (server/static/easel.js); each has a contrast of 4.5:1 or more with the paper."""


class Easel:
    """Holds what is on the board; `version` says whether it is still what was painted."""

    def __init__(self) -> None:
        self.version = 1
        self._strokes: tuple[BoardStroke, ...] = ()

    def put(self, strokes: tuple[BoardStroke, ...]) -> None:
        """What is on the board now, the lowest line first."""
        self._strokes = strokes
        self.version += 1

    def paint(self, canvas: Canvas, area: Rect) -> None:
        """The whole board, in the middle of the area."""
        inner = letterbox(BOARD_WIDTH, BOARD_HEIGHT, area)
        fill(canvas, inner, PAPER)
        sheet = canvas[inner.rows, inner.columns]
        scale = inner.width / BOARD_WIDTH
        for stroke in self._strokes:
            points = np.round(np.reshape(stroke.points, (-1, 2)) * scale).astype(np.int32)
            points = np.concatenate((points, points[-1:]))  # a single point is a line too
            thick = max(1, round(stroke.width * scale))
            cv2.polylines(
                sheet, [points], isClosed=False, color=COLOURS[stroke.colour], thickness=thick, lineType=cv2.LINE_AA
            )
