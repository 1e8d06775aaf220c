"""The camera child's loop: obey the daemon, read a picture, encode it, send it, beat."""

import time
from fractions import Fraction
from typing import Never

from robotclient.config import PictureSection
from robotclient.media.camera.capture import Capture
from robotclient.media.camera.encoder import Vp8Encoder
from robotclient.media.camera.messages import (
    CameraSettings,
    CloseCamera,
    CodedPicture,
    OpenCamera,
    RequestKeyframe,
    SetRates,
)
from robotclient.media.camera.source import Picture
from robotclient.media.channel import Beat, ChildChannel, DeviceReport, PipeMessage
from robotclient.transport.allocation import Layer
from wire.rest import DeviceKind, DeviceState, DeviceStatus

RECEIVES = (CameraSettings, OpenCamera, CloseCamera, RequestKeyframe, SetRates)
BEAT_INTERVAL = 0.4
OPENING = 8.0
"""Seconds: a camera on a slow bus takes a few to be asked what it offers and to begin."""
FIRST_RATE = 300_000
"""Bits per second until the daemon says what the network takes: half a second of more would clog a narrow one."""
LARGEST_REDUCED = Fraction(1, 2)
"""Of the camera's width and height."""


class Worker:
    """Everything happens in `run`, so a device call that hangs stops the heart."""

    def __init__(self, channel: ChildChannel, section: PictureSection) -> None:
        self._channel = channel
        self._section = section
        self._rates = self._first_rates()
        self._encoders = {
            Layer.MAIN: Vp8Encoder(section.fps, self._rates[Layer.MAIN]),
            Layer.REDUCED: Vp8Encoder(section.fps, 0, LARGEST_REDUCED),
        }
        self._capture: Capture | None = None
        self._beat_at = 0.0

    def run(self) -> Never:
        """Until the daemon is gone. At first it is closed, whatever a child before this one said last."""
        name = self._section.device[:200]
        self._report(DeviceStatus(kind=DeviceKind.CAMERA, state=DeviceState.OFF, name=name))
        while True:
            self._beat()
            for message, _ in self._channel.received(wait=0 if self._capture else BEAT_INTERVAL):
                self._obey(message)
            if self._capture is not None and (picture := self._capture.read()) is not None:
                self._send(picture)

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at >= BEAT_INTERVAL:
            self._channel.send(Beat())
            self._beat_at = time.monotonic()

    def _beat_before_opening(self) -> None:
        self._channel.send(Beat(busy=OPENING))

    def _obey(self, message: PipeMessage) -> None:
        match message:
            case OpenCamera() if self._capture is None:
                for layer, encoder in self._encoders.items():
                    encoder.set_bitrate(self._rates[layer])
                    encoder.restart()
                self._capture = Capture(self._section, self._report, self._beat_before_opening, message.wait_seconds)
            case CameraSettings():
                self._turn_to(message.section)
            case CloseCamera() if self._capture is not None:
                self._capture.close()
                self._capture = None
                self._rates = self._first_rates()
            case RequestKeyframe():
                self._encoders[message.layer].request_keyframe()
            case SetRates():
                for layer, rate in message.rates.items():
                    self._set_rate(layer, rate)
            case _:  # opened or closed already
                pass

    def _turn_to(self, section: PictureSection) -> None:
        """Another device, in the same form; whoever looks keeps the last picture of the one before meanwhile."""
        self._section = section
        if self._capture is not None:
            self._capture.turn_to(section)
            for encoder in self._encoders.values():
                encoder.request_keyframe()

    def _send(self, picture: Picture) -> None:
        for layer, encoder in self._encoders.items():
            if self._rates[layer] > 0 and (coded := encoder.encode(picture)) is not None:
                size = {"width": coded.width, "height": coded.height}
                message = CodedPicture(layer=layer, at=picture.at, keyframe=coded.keyframe, **size)
                self._channel.send(message, coded.data)

    def _first_rates(self) -> dict[Layer, int]:
        return {Layer.MAIN: min(FIRST_RATE, self._section.max_kbps * 1000), Layer.REDUCED: 0}

    def _set_rate(self, layer: Layer, bits_per_second: int) -> None:
        if self._rates[layer] == 0:
            self._encoders[layer].restart()
        self._rates[layer] = min(bits_per_second, self._section.max_kbps * 1000)
        self._encoders[layer].set_bitrate(self._rates[layer])

    def _report(self, status: DeviceStatus) -> None:
        self._channel.send(DeviceReport(status=status))
