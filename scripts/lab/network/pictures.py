"""The clip that all ends send, and how like its source a received picture still is."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.lab.clip import FRAMES, write_clip
from scripts.lab.network.marks import ROWS, Luma

MARKER = b"FRAME\n"


def load_clip(directory: Path, width: int, height: int) -> NDArray[np.uint8]:
    """All pictures of the clip as I420 rows: an array of (number, height * 3 / 2, width)."""
    data = write_clip(directory / f"clip-{width}x{height}.y4m", width, height).read_bytes()
    size = width * height * 3 // 2
    pictures = np.frombuffer(data, np.uint8, offset=data.index(b"\n") + 1).reshape(FRAMES, len(MARKER) + size)
    return np.ascontiguousarray(pictures[:, len(MARKER) :]).reshape(FRAMES, height * 3 // 2, width)


def similarity(source: Luma, received: Luma) -> float:
    """Structural similarity (Wang et al., 2004), 0 to 1, below the marks; another size is scaled to the source's."""
    if received.shape != source.shape:
        received = cv2.resize(received, (source.shape[1], source.shape[0]), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    top = source.shape[0] // ROWS + 8
    x, y = source[top:].astype(np.float32), received[top:].astype(np.float32)
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x, variance_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    together = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * mean_x * mean_y + c1) * (2 * together + c2)
    return float((like / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2))).mean())


def _blurred(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.GaussianBlur(plane, (11, 11), 1.5)  # type: ignore[return-value]
