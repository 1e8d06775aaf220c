"""The still picture that the far side sees while the camera is lost."""

import time

import cv2
import numpy as np
from av import VideoFrame

from robotclient.media.camera.pace import Pace
from robotclient.media.camera.source import LONGEST_READ, Picture, even

LINES = ("Cámara no disponible", "Camera not available")
RATE = 5
"""Pictures per second: low, and yet a keyframe that somebody needs comes soon."""


class Slate:
    """Light text on grey; both languages, for nobody here knows the guest's."""

    name = "slate"
    detail = ""

    def __init__(self, width: int, height: int) -> None:
        width, height = even(width), even(height)
        picture = np.full((height * 3 // 2, width), 128, np.uint8)
        luma = picture[:height]
        luma[:] = 70
        font, size = cv2.FontFace("sans"), max(8, width // 16)
        for line, middle in zip(LINES, (0.45, 0.6), strict=True):
            _, _, text_width, _ = cv2.getTextSize((width, height), line, (0, 0), font, size)
            cv2.putText(luma, line, ((width - text_width) // 2, round(height * middle)), (200,), font, size)
        self._frame = VideoFrame.from_ndarray(picture, format="yuv420p")
        self._pace = Pace(RATE, time.monotonic())

    def read(self) -> Picture | None:
        """The slate again."""
        tick = self._pace.wait(LONGEST_READ)
        return None if tick is None else Picture(self._frame, tick[1])

    def close(self) -> None:
        """Nothing to release."""
