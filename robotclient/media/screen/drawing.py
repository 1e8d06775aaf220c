"""Boxes and pictures on the canvas, which is BGR, `height x width x 3`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from robotclient.media.screen.layout import Rect
from robotclient.media.screen.pictures import I420Picture
from robotclient.media.screen.theme import Colour

Canvas = NDArray[np.uint8]


def fill(canvas: Canvas, area: Rect, colour: Colour) -> None:
    """One colour over a rectangle."""
    canvas[area.rows, area.columns] = colour


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
