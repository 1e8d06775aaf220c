"""A picture for machines without a camera: colour bars, a ball that moves, a clock and the number of the picture."""

import datetime
import math
import time

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from robotclient.media.camera.digits import draw_digits
from robotclient.media.camera.pace import Pace
from robotclient.media.camera.source import LONGEST_READ, Picture, even

BARS = ((180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58), (84, 184, 198), (65, 100, 212), (35, 212, 114))
"""The seven colour bars at 75 % as Y, U, V (ITU-R BT.601, limited range)."""
WHITE = 235


class SyntheticSource:
    """Drawn straight into I420, so that it costs next to nothing beside the encoder."""

    name = "synthetic"
    detail = ""

    def __init__(self, width: int, height: int, fps: int) -> None:
        self._width, self._height = even(width), even(height)
        self._background = _background(self._width, self._height)
        self._ball = _disc(self._height // 10)
        self._pace = Pace(fps, time.monotonic())

    def read(self) -> Picture | None:
        """The next picture, at its time."""
        tick = self._pace.wait(LONGEST_READ)
        if tick is None:
            return None
        index, due = tick
        picture = self._background.copy()
        luma = picture[: self._height]
        self._draw_ball(luma, due)
        now = datetime.datetime.now(datetime.UTC)
        text = f"{now:%H:%M:%S} {index % 10_000_000:7}"
        draw_digits(luma, text, self._width // 20, self._height * 11 // 20, self._width // 16, WHITE)
        return Picture(VideoFrame.from_ndarray(picture, format="yuv420p"), due)

    def close(self) -> None:
        """Nothing to release."""

    def _draw_ball(self, luma: NDArray[np.uint8], at: float) -> None:
        size = len(self._ball)
        x = round((self._width - size) * (0.5 + 0.45 * math.sin(at)))
        y = round((self._height * 0.5 - size) * (0.5 + 0.4 * math.cos(2 * at)))
        luma[y : y + size, x : x + size][self._ball] = WHITE


def _disc(radius: int) -> NDArray[np.bool_]:
    along = np.arange(-radius, radius + 1)
    return along[:, None] ** 2 + along**2 <= radius**2


def _background(width: int, height: int) -> NDArray[np.uint8]:
    """A dusk sky over seven bars, as one I420 array of `height * 3 / 2` rows."""
    picture = np.empty((height * 3 // 2, width), np.uint8)
    flat = picture.reshape(-1)
    luma = picture[:height]
    luma[:] = np.linspace(60, 110, height, dtype=np.uint8)[:, None]
    chroma = (height // 2, width // 2)
    pixels = width * height
    blue = flat[pixels : pixels * 5 // 4].reshape(chroma)
    red = flat[pixels * 5 // 4 :].reshape(chroma)
    blue[:], red[:] = 150, 116
    top = even(height * 3 // 4)
    for plane, part, first in ((luma, 0, top), (blue, 1, top // 2), (red, 2, top // 2)):
        bar = np.arange(plane.shape[1]) * len(BARS) // plane.shape[1]
        plane[first:] = np.array([colour[part] for colour in BARS], np.uint8)[bar]
    return picture
