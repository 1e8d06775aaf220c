"""Ask a screenshot what is on it."""

from pathlib import Path

import cv2
import numpy as np

NEAR = 30
"""How far a part of a colour may be off, of 255: codecs and colour spaces shift it a little."""


def share_of_colour(picture: Path, colour: tuple[int, int, int]) -> float:
    """The part of all pixels, 0 to 1, that is near a colour (Y, U, V)."""
    image = cv2.imread(str(picture))
    if image is None:
        raise ValueError(f"{picture} is not a picture")
    off = np.abs(cv2.cvtColor(image, cv2.COLOR_BGR2YUV).astype(np.int16) - np.array(colour))
    return float((off.max(axis=2) <= NEAR).mean())
