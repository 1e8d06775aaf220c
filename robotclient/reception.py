"""One participant as he comes in: what was seen of him so far, and his lips in step with his voice."""

import asyncio
import time
from collections.abc import Callable

import av
import numpy as np

from robotclient.media.audio.messages import Heard
from robotclient.media.screen.pictures import I420Picture
from robotclient.transport.lipsync import LipSync
from robotclient.transport.sender_report import SenderReport

SOUND_STEP = 0.005
"""Seconds by which the sound's wait must change to be worth a message."""


class Reception:
    """`draw` shows a picture; `delay_sound` lets the sound wait at least so many seconds."""

    def __init__(self, draw: Callable[[I420Picture], None], delay_sound: Callable[[float], None]) -> None:
        self.frames = self.width = self.height = 0
        self._draw = draw
        self._delay_sound = delay_sound
        self._sync = LipSync()
        self._heard: Heard | None = None
        self._sound_wait = 0.0
        self._drawn_until = 0.0
        self._closed = False

    def see(self, frame: av.VideoFrame) -> None:
        """Show a picture, now or when its sound will be heard."""
        self.frames += 1
        self.width, self.height = frame.width, frame.height
        now = time.monotonic()
        self._sync.seen(frame.pts or 0, now)
        # Never before an earlier picture that still waits.
        self._drawn_until = max(self._drawn_until, now + self._sync.picture_wait)
        if self._drawn_until <= now:
            self._draw(i420(frame))
        else:
            asyncio.get_running_loop().call_later(self._drawn_until - now, self._draw_late, frame)

    def hear(self, heard: Heard | None) -> None:
        """How his sound fared lately; the same again changes nothing."""
        if heard is None or heard is self._heard:
            return
        self._heard = heard
        self._sync.heard(heard.timestamp, heard.at, heard.statistics.target)
        if abs(self._sync.sound_wait - self._sound_wait) > SOUND_STEP:
            self._sound_wait = self._sync.sound_wait
            self._delay_sound(self._sound_wait)

    def report(self, report: SenderReport, *, sound: bool) -> None:
        """His clock, beside one medium's."""
        clock = self._sync.sound if sound else self._sync.picture
        clock.report(report.ntp, report.timestamp)

    def close(self) -> None:
        """What still waits is not shown."""
        self._closed = True

    def _draw_late(self, frame: av.VideoFrame) -> None:
        if not self._closed:
            self._draw(i420(frame))


def i420(frame: av.VideoFrame) -> I420Picture:
    """The three planes of a decoded frame, not copied."""
    if frame.format.name != "yuv420p":
        frame = frame.reformat(format="yuv420p")
    width, height = frame.width, frame.height
    sizes = ((height, width), ((height + 1) // 2, (width + 1) // 2), ((height + 1) // 2, (width + 1) // 2))
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:rows, :columns]
        for plane, (rows, columns) in zip(frame.planes, sizes, strict=True)
    )
    return I420Picture(y, u, v)
