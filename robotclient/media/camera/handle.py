"""The daemon's side of the camera: opens and closes it, gets coded pictures, survives the child's deaths."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from robotclient.children import Child, Patience
from robotclient.config import PictureSection
from robotclient.media.camera.messages import (
    CameraSettings,
    CloseCamera,
    CodedPicture,
    OpenCamera,
    RequestKeyframe,
    SetRates,
)
from robotclient.media.channel import DeviceReport, PipeMessage
from robotclient.transport.allocation import Layer
from wire.rest import DeviceStatus

CLOCK_RATE = 90_000
SILENCE = 1.5
"""Seconds without a beat, several times what a busy child leaves between two; a picture that stands is soon noticed."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
STEADY = 60.0
"""A child that lived so many seconds did not die of its device."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One VP8 frame. `timestamp` is in 90 kHz since the camera was first opened and never goes back."""

    data: bytes
    timestamp: int
    keyframe: bool
    width: int
    height: int
    layer: Layer = Layer.MAIN


class Camera:
    """One camera over all lives of its child; open or closed, which a fresh child is told."""

    def __init__(
        self,
        config: PictureSection,
        *,
        on_packet: Callable[[EncodedPicture], None],
        on_report: Callable[[DeviceStatus], None],
    ) -> None:
        self.child = Child(
            "robotclient.media.camera",
            (CodedPicture, DeviceReport),
            self._receive,
            self._greet,
            patience=Patience(silence=SILENCE),
        )
        self._config = config
        self._on_packet = on_packet
        self._on_report = on_report
        self._is_open = False
        self._rates: Mapping[Layer, int] = {}
        self._epoch: float | None = None
        self._timestamps = dict.fromkeys(Layer, -1)
        self._wait = 0.0
        self._greeted_at: float | None = None

    async def run(self) -> None:
        """Keep the child alive until cancelled. Raises `ChildGaveUpError`."""
        await self.child.run()

    def configure(self, config: PictureSection) -> None:
        """Use another device, size or rate from now on; for another device alone its child need not start afresh."""
        same_form = config.model_copy(update={"device": self._config.device}) == self._config
        changed, self._config = config != self._config, config
        if changed and not (same_form and self.child.send(CameraSettings(section=config))):
            self.child.renew()

    def open(self) -> None:
        """Take the device; pictures come from now on, a slate where the device is lost."""
        self._epoch = self._epoch or time.monotonic()
        self._is_open = True
        self.child.send(OpenCamera())

    def close(self) -> None:
        """Release the device; no picture comes after this, and rates are forgotten."""
        self._is_open = False
        self._rates = {}
        self.child.send(CloseCamera())

    def request_keyframe(self, layer: Layer = Layer.MAIN) -> None:
        """Soon send a picture that stands alone (the encoder limits how often)."""
        self.child.send(RequestKeyframe(layer=layer))

    def set_rates(self, rates: Mapping[Layer, int]) -> None:
        """Follow the network, in bits per second up to `camera.max_kbps`; a layer with 0 is not coded."""
        if rates != self._rates:
            self._rates = dict(rates)
            self.child.send(SetRates(rates=self._rates))

    def _greet(self) -> Iterable[PipeMessage]:
        yield CameraSettings(section=self._config)
        if self._rates:
            yield SetRates(rates=self._rates)
        self._lengthen_wait()
        if self._is_open:
            yield OpenCamera(wait_seconds=self._wait)

    def _lengthen_wait(self) -> None:
        """A device in which a child hung is left alone, behind a slate, and longer each time, or the budget would end.

        So is one in which child after child dies; of one death alone it may be innocent.
        """
        now = time.monotonic()
        if self._greeted_at is not None:
            if now - self._greeted_at > STEADY + self._wait:
                self._wait = FIRST_WAIT if self.child.hung else 0.0
            else:
                self._wait = min(LONGEST_WAIT, 2 * self._wait + FIRST_WAIT)
        self._greeted_at = now

    def _receive(self, message: PipeMessage, body: bytes) -> None:
        if isinstance(message, DeviceReport):
            self._on_report(message.status)
        elif isinstance(message, CodedPicture) and self._is_open and self._epoch is not None:
            timestamp = max(self._timestamps[message.layer] + 1, round((message.at - self._epoch) * CLOCK_RATE))
            self._timestamps[message.layer] = timestamp
            self._on_packet(
                EncodedPicture(body, timestamp, message.keyframe, message.width, message.height, message.layer),
            )
