"""The camera child's loop: obey the daemon, read a picture, encode it, send it, beat."""

import time
from typing import Never

from robotclient.config import CameraSection
from robotclient.media.camera.capture import Capture
from robotclient.media.camera.encoder import Vp8Encoder
from robotclient.media.camera.messages import (
    CameraSettings,
    CloseCamera,
    CodedPicture,
    OpenCamera,
    RequestKeyframe,
    SetBitrate,
)
from robotclient.media.camera.source import Picture
from robotclient.media.channel import Beat, ChildChannel, DeviceReport, PipeMessage
from wire.rest import DeviceStatus

RECEIVES = (CameraSettings, OpenCamera, CloseCamera, RequestKeyframe, SetBitrate)
BEAT_INTERVAL = 0.4


class Worker:
    """Everything happens in `run`, so a device call that hangs stops the heart."""

    def __init__(self, channel: ChildChannel, section: CameraSection) -> None:
        self._channel = channel
        self._section = section
        self._encoder = Vp8Encoder(section.fps, section.max_kbps * 1000)
        self._capture: Capture | None = None
        self._beat_at = 0.0

    def run(self) -> Never:
        """Until the daemon is gone."""
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

    def _obey(self, message: PipeMessage) -> None:
        match message:
            case OpenCamera() if self._capture is None:
                self._encoder.restart()
                self._capture = Capture(self._section, self._report, message.wait_seconds)
            case CloseCamera() if self._capture is not None:
                self._capture.close()
                self._capture = None
            case RequestKeyframe():
                self._encoder.request_keyframe()
            case SetBitrate():
                self._encoder.set_bitrate(message.bits_per_second)
            case _:  # opened or closed already
                pass

    def _send(self, picture: Picture) -> None:
        width, height = picture.frame.width, picture.frame.height
        for coded in self._encoder.encode(picture):
            message = CodedPicture(at=picture.at, keyframe=coded.keyframe, width=width, height=height)
            self._channel.send(message, coded.data)

    def _report(self, status: DeviceStatus) -> None:
        self._channel.send(DeviceReport(status=status))
