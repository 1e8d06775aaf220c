"""A clip as a camera before a face gives it, the same for all that are compared."""

from pathlib import Path

import numpy as np

FRAMES = 60


def write_clip(path: Path, width: int, height: int) -> Path:
    """A y4m of two seconds at 30 frames per second that loops without a jump: a still room, a head that moves in it."""
    noise = np.random.default_rng(1)
    grain = noise.normal(0, 4, (height, width))
    y, x = np.mgrid[0:height, 0:width] / height
    room = 110 + 25 * np.sin(7 * x) * np.sin(9 * y) + grain
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            sway = np.sin(2 * np.pi * number / FRAMES)
            across, down = (x - width / height / 2 - 0.06 * sway) / 0.22, (y - 0.5 - 0.02 * sway) / 0.32
            head = across**2 + down**2 < 1
            face = 150 + 25 * np.sin(8 * across) * np.cos(10 * down + sway) + np.roll(grain, int(40 * sway), axis=1)
            luma = np.clip(np.where(head, face, room), 16, 235).astype(np.uint8)
            skin = np.where(head[::2, ::2], 145, 122).astype(np.uint8)
            file.write(b"FRAME\n" + luma.tobytes() + (255 - skin).tobytes() + skin.tobytes())
    return path
