"""One picture of a camera into a PNG file, in a process of its own: a read that never returns is killed by a deadline.

`python -m robotclient.media.camera.snapshot SECTION FILE`, the section as JSON.
"""

import subprocess
import sys
import time
from pathlib import Path

import cv2

from robotclient.config import CameraSection
from robotclient.media.camera.capture import open_source
from robotclient.media.camera.source import CaptureError, Picture, Source

SETTLED = 15
"""Pictures until a camera's exposure has found the light of the room."""
READ_WITHIN = 8.0
DEADLINE = 15.0
FAILED = 3


class SnapshotError(Exception):
    """There is no picture; the text says why."""


def take_snapshot(section: CameraSection, file: Path) -> float:
    """Write the file; returns for how many seconds the camera was open. Raises `SnapshotError`."""
    began = time.monotonic()
    command = [sys.executable, "-m", __name__, section.model_dump_json(), str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise SnapshotError(
            f"{section.device} did not answer within {DEADLINE:.0f} s; unplug it, plug it in"
        ) from error
    if done.returncode:
        told = done.stderr.strip() if done.returncode == FAILED else f"the camera's process ended: {done.returncode}"
        raise SnapshotError(told)
    return time.monotonic() - began


def _settled_picture(source: Source) -> Picture:
    deadline, seen = time.monotonic() + READ_WITHIN, 0
    picture: Picture | None = None
    while time.monotonic() < deadline and seen < SETTLED:
        if (read := source.read()) is not None:
            picture, seen = read, seen + 1
    if picture is None:
        raise CaptureError(f"{source.name} gave no picture within {READ_WITHIN:.0f} s")
    return picture


def main(section: str, file: str) -> None:
    """The process itself; ends with `FAILED` and the reason on standard error."""
    try:
        source = open_source(CameraSection.model_validate_json(section))
        try:
            pixels = _settled_picture(source).frame.to_ndarray(format="bgr24")
        finally:
            source.close()
        written = cv2.imwrite(file, pixels)
    except (CaptureError, cv2.error) as error:
        sys.exit(_complain(str(error)))
    if not written:
        sys.exit(_complain(f"{file} cannot be written"))


def _complain(text: str) -> int:
    sys.stderr.write(text + "\n")
    return FAILED


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
