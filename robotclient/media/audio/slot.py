"""One of the two devices: which is wanted, what is open in its place, when to try again, and what staff are told."""

import random
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import av

from robotclient.media.audio.devices import DeviceError
from wire.rest import DeviceKind, DeviceState, DeviceStatus

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 3.0
LONGEST_TEXT = 200
"""What `DeviceStatus` takes."""


class Endpoint(Protocol):
    """What an open device has, source or sink."""

    name: str

    def works(self) -> bool:
        """It has been seen to do what it is for."""

    def fault(self) -> str:
        """What is wrong, or nothing."""

    def close(self) -> None:
        """Give the device back."""


E = TypeVar("E", bound=Endpoint)


class Slot(Generic[E]):
    """The place of one device. Only the keeper's thread changes it; other threads read `device` and set `wanted`."""

    def __init__(self, kind: DeviceKind, opener: Callable[[str], E], report: Callable[[DeviceStatus], None]) -> None:
        self.kind = kind
        self.wanted: str | None = None
        self.device: E | None = None
        self._opener = opener
        self._report = report
        self._last_report: DeviceStatus | None = None
        self._failures = 0
        self._retry_at = 0.0

    def look(self, now: float) -> None:
        """Bring what is open in line with what is wanted, as far as that can be done now. `now` in seconds."""
        wanted = self.wanted
        if self.device is not None and (fault := self.device.fault()):
            self._lose(fault, now)
        if wanted is None:
            self._release()
        elif self.device is None and now >= self._retry_at:
            self._open(wanted, now)
        if self.device is not None and self.device.works():
            self._failures = 0
            self._tell(DeviceState.OFF if wanted == "none" else DeviceState.WORKING, self.device.name)

    def close(self) -> None:
        """Give the device back without a word to anybody; the next look opens it again."""
        device, self.device = self.device, None
        self._retry_at = 0.0
        if device is not None:
            device.close()

    def _open(self, wanted: str, now: float) -> None:
        if not self._failures:
            self._tell(DeviceState.OPENING, wanted)
        try:
            self.device = self._opener(wanted)
        except (DeviceError, OSError, ValueError, av.FFmpegError) as error:
            self._lose(str(error), now)

    def _lose(self, reason: str, now: float) -> None:
        self._tell(DeviceState.LOST, self.wanted or "", reason)  # before closing, which may hang
        self.close()
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self._failures)
        self._failures += 1
        self._retry_at = now + pause * random.uniform(0.5, 1)  # noqa: S311

    def _release(self) -> None:
        self.close()
        self._failures = 0
        self._tell(DeviceState.OFF)

    def _tell(self, state: DeviceState, name: str = "", detail: str = "") -> None:
        status = DeviceStatus(kind=self.kind, state=state, name=name[:LONGEST_TEXT], detail=detail[:LONGEST_TEXT])
        if status != self._last_report:
            self._last_report = status
            self._report(status)
