"""A real camera through FFmpeg's V4L2 input.

A read that never returns (a stuck USB camera) is not handled here: the child stops beating and is killed.
"""

import time
from fractions import Fraction

import av
from av import Packet, VideoStream
from av.video.reformatter import VideoReformatter

from robotclient.media.camera.source import CaptureError, Picture, even
from robotclient.media.devices import (
    JPEG_FORMATS,
    RAW_FORMATS,
    CameraMode,
    DeviceNotFoundError,
    find_camera,
    nearest_mode,
)

STALE_INTERVALS = 2
"""The kernel queues pictures while we are late; those older than so many intervals are not even decoded."""
MOST_BROKEN = 30
"""A broken JPEG now and then is normal on USB; so many in a row are a broken camera."""


class Video4LinuxSource:
    """One camera, opened in the nearest mode that it really has: an unknown size makes FFmpeg fail in mid-read."""

    def __init__(self, device: str, width: int, height: int, fps: int) -> None:
        try:
            camera = find_camera(device)
        except DeviceNotFoundError as error:
            raise CaptureError(str(error)) from error
        if camera.problem:
            raise CaptureError(f"{camera.node} {camera.problem}")
        mode = nearest_mode(camera.modes, width, height, fps)
        if mode is None:
            raise CaptureError(f"{camera.node} offers no format that can be used (raw or JPEG)")
        self.name = camera.name
        self.detail = _difference(mode, width, height, fps)
        self._interval = 1 / min(fps, mode.fps or fps)
        self._reformatter = VideoReformatter()
        self._broken = 0
        options = {
            "input_format": RAW_FORMATS.get(mode.pixel_format) or JPEG_FORMATS[mode.pixel_format],
            "video_size": f"{mode.width}x{mode.height}",
            "framerate": f"{1 / self._interval:g}",
        }
        try:
            self._container = av.open(str(camera.node), format="v4l2", options=options)
        except av.FFmpegError as error:
            raise CaptureError(f"{camera.node} cannot be opened: {error.strerror}") from error
        self._packets = self._container.demux(video=0)

    def read(self) -> Picture | None:
        """The next picture that is not stale."""
        try:
            packet = next(self._packets)
            at = captured_at(packet.pts, packet.time_base, time.monotonic())
            if time.monotonic() - at > STALE_INTERVALS * self._interval:
                return None
            return self._decoded(packet, at)
        except av.error.InvalidDataError as error:
            self._broken += 1
            if self._broken > MOST_BROKEN:
                raise CaptureError(f"{self.name} delivers only broken pictures") from error
            return None
        except (av.FFmpegError, StopIteration) as error:
            raise CaptureError(f"{self.name} has stopped: {getattr(error, 'strerror', 'no more pictures')}") from error

    def close(self) -> None:
        """Release the device."""
        self._container.close()

    def _decoded(self, packet: "Packet[VideoStream]", at: float) -> Picture | None:
        for frame in self._container.streams.video[0].decode(packet):
            self._broken = 0
            size = {"width": even(frame.width), "height": even(frame.height)}
            return Picture(self._reformatter.reformat(frame, format="yuv420p", **size), at)
        return None


def captured_at(pts: int | None, time_base: Fraction | None, now: float) -> float:
    """When the kernel captured it, where its time stamp is on the monotonic clock (it is with UVC); else `now`."""
    if pts is None or time_base is None:
        return now
    stamp = float(pts * time_base)
    return stamp if now - 10 < stamp <= now else now


def _difference(mode: CameraMode, width: int, height: int, fps: int) -> str:
    """What staff should know where the camera cannot do what the configuration asks for."""
    size = (
        "" if (mode.width, mode.height) == (width, height) else f"{width}x{height}, it gives {mode.width}x{mode.height}"
    )
    rate = f"{fps} pictures a second, it gives {mode.fps:g}" if 0 < mode.fps < fps - 0.5 else ""
    return "; ".join(f"the camera does not offer {part}" for part in (size, rate) if part)
