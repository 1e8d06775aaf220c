"""The configured camera over its losses: opened, read, and where it is lost tried again behind a slate.

Lost is also what delivers nothing, or the same picture again and again; it is shown again once its picture moves.
"""

import random
import time
from collections.abc import Callable

from robotclient.config import PictureSection
from robotclient.media.camera.player import FileSource
from robotclient.media.camera.source import CaptureError, Picture, Source
from robotclient.media.camera.synthetic import SyntheticSource
from robotclient.media.camera.video4linux import Video4LinuxSource
from robotclient.media.camera.watch import Watch
from wire.rest import DeviceKind, DeviceState, DeviceStatus

SHORTEST_RETRY = 0.5
LONGEST_RETRY = 3.0
"""Seconds between attempts: asking for a device that is not there costs nothing, and one plugged in is soon back."""
DARK = "the picture is black: is the lens covered, or the room dark?"

Report = Callable[[DeviceStatus], None]


def open_source(section: PictureSection) -> Source:
    """The source that `camera.device` names. Raises `CaptureError`."""
    if section.device == "synthetic":
        return SyntheticSource(section.width, section.height, section.fps)
    if section.device.startswith("file:"):
        return FileSource(section.device.removeprefix("file:"), section.width, section.height)
    return Video4LinuxSource(section.device, section.width, section.height, section.fps)


class Capture:
    """Pictures from the device, or of the slate; it never fails."""

    def __init__(
        self,
        section: PictureSection,
        report: Report,
        opening: Callable[[], None],
        wait: float = 0,
    ) -> None:
        """`opening` is called before each attempt, which may take long; there is none in the first `wait` seconds."""
        self._section = section
        self._report = report
        self._opening = opening
        self._device: Source | None = None
        self._slate: Source | None = None
        self._watch = Watch(time.monotonic())
        self._told: tuple[DeviceState, str] | None = None
        self._retry = SHORTEST_RETRY
        self._retry_at = time.monotonic() + wait
        if wait:
            self._tell(DeviceState.LOST, f"it did not answer; next attempt in {wait:.0f} s")

    def read(self) -> Picture | None:
        """The next picture of the device or the slate; None where none has come yet."""
        try:
            if self._device is None and time.monotonic() >= self._retry_at:
                self._open()
            if self._device is not None:
                return self._read_device(self._device)
        except CaptureError as error:
            self._lose(str(error))
        return self._read_slate()

    def turn_to(self, section: PictureSection) -> None:
        """Another device from the next picture on. LIVE stays lit: nothing says that a camera was closed."""
        self._release()
        self._section, self._slate, self._told = section, None, None
        self._retry, self._retry_at = SHORTEST_RETRY, time.monotonic()

    def close(self) -> None:
        """Release the device."""
        self._release()
        self._tell(DeviceState.OFF)

    def _release(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def _open(self) -> None:
        if not self._is_lost():  # an attempt after a loss is no news
            self._tell(DeviceState.OPENING)
        self._opening()
        self._device = open_source(self._section)
        self._watch = Watch(time.monotonic())

    def _read_device(self, device: Source) -> Picture | None:
        picture = device.read()
        if picture is not None:
            self._watch.see(picture.luma(), time.monotonic())
        if fault := self._watch.fault(time.monotonic()):
            raise CaptureError(f"{device.name} {fault}")
        if self._is_lost() and not self._watch.moves:
            return self._read_slate()
        if picture is not None:
            self._tell(DeviceState.WORKING, DARK if self._watch.dark(time.monotonic()) else device.detail)
            self._slate, self._retry = None, SHORTEST_RETRY
        return picture

    def _is_lost(self) -> bool:
        return self._told is not None and self._told[0] is DeviceState.LOST

    def _read_slate(self) -> Picture | None:
        if self._slate is None:
            # OpenCV only draws its text: a camera that works does without those 25 MB.
            from robotclient.media.camera.slate import Slate  # noqa: PLC0415

            self._slate = Slate(self._section.width, self._section.height)
        return self._slate.read()

    def _lose(self, detail: str) -> None:
        self._release()
        self._tell(DeviceState.LOST, detail)
        self._retry_at = time.monotonic() + random.uniform(0.5, 1) * self._retry  # noqa: S311
        self._retry = min(LONGEST_RETRY, 2 * self._retry)

    def _tell(self, state: DeviceState, detail: str = "") -> None:
        repeated = self._is_lost() and state is DeviceState.LOST
        if not repeated and (state, detail) != self._told:
            self._told = (state, detail)
            name = self._device.name if self._device is not None else self._section.device
            self._report(DeviceStatus(kind=DeviceKind.CAMERA, state=state, name=name[:200], detail=detail[:200]))
