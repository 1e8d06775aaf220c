"""One VP8 layer of the robot's picture: the rate, and with it size and frame rate, follow the network in place."""

from fractions import Fraction

from av.video.reformatter import VideoReformatter

from robotclient.media.camera.ladder import Ladder, Rung, rungs
from robotclient.media.camera.source import Picture
from robotclient.native.vpx import CLOCK_RATE, Coded, Plane, Vp8

KEYFRAME_INTERVAL = 0.3
"""Seconds between two keyframes at least, however many peers ask for one."""
EARLY = 0.3
"""A picture may come so much of an interval early and still count as the next one."""
LONGEST_DURATION = CLOCK_RATE // 2
"""After a pause the rate control must not think that it may spend seconds of bits at once."""


class Vp8Encoder:
    """Rates in bits per second; time comes with the pictures (seconds of CLOCK_MONOTONIC)."""

    def __init__(self, fps: int, bits_per_second: int, largest: Fraction = Fraction(1)) -> None:
        """`largest` is of the camera's width and height."""
        self._interval = 1 / fps
        self._rate = bits_per_second
        self._largest = largest
        self._source: tuple[int, int] | None = None
        self._ladder = Ladder(())
        self._codec: Vp8 | None = None
        self._rung: Rung | None = None
        self._coded_at = 0.0
        self._timestamp = 0
        self._keyframe_at = 0.0
        self._keyframe_wanted = False
        self._reformatter = VideoReformatter()

    def set_bitrate(self, bits_per_second: int) -> None:
        """Aim at this rate from the next picture on."""
        if bits_per_second != self._rate:
            self._rate = bits_per_second
            if self._codec is not None:
                self._codec.set_bitrate(bits_per_second)

    def restart(self) -> None:
        """Begin a new stream with the next picture, as after a pause."""
        self._codec = None

    def request_keyframe(self) -> None:
        """Make one of the next pictures a keyframe."""
        self._keyframe_wanted = True

    def encode(self, picture: Picture) -> Coded | None:
        """A frame; None where the picture is left out to keep the frame rate or the bit rate."""
        rung = self._choose(picture)
        if picture.at - self._coded_at < (rung.every - EARLY) * self._interval:
            return None
        codec = self._codec_for(rung)
        frame = picture.frame
        if (frame.width, frame.height) != (rung.width, rung.height):
            frame = self._reformatter.reformat(frame, width=rung.width, height=rung.height)
        force = self._keyframe_wanted and picture.at - self._keyframe_at >= KEYFRAME_INTERVAL
        planes = [Plane(plane, plane.line_size) for plane in frame.planes]
        coded = codec.encode(planes, *self._times(picture.at), keyframe=force)
        self._coded_at = picture.at
        self._ladder.took(coded.quantizer if coded else None)
        if coded is not None and coded.keyframe:
            self._keyframe_at, self._keyframe_wanted = picture.at, False
        return coded

    def _choose(self, picture: Picture) -> Rung:
        source = (picture.frame.width, picture.frame.height)
        if source != self._source:
            self._source = source
            self._ladder = Ladder(rungs(*source, self._largest))
        return self._ladder.choose(self._rate, picture.at)

    def _codec_for(self, rung: Rung) -> Vp8:
        assert self._source is not None
        if self._codec is None or not self._codec.fits(rung.width, rung.height):
            largest = rungs(*self._source, self._largest)[0]
            self._codec, self._rung = Vp8(largest.width, largest.height, self._rate), largest
        if self._rung is None or (rung.width, rung.height) != (self._rung.width, self._rung.height):
            self._codec.resize(rung.width, rung.height)
        self._rung = rung
        return self._codec

    def _times(self, at: float) -> tuple[int, int]:
        """Time stamp and duration; the first goes forward always."""
        stamp = max(self._timestamp + 1, round(at * CLOCK_RATE))
        duration = max(1, min(LONGEST_DURATION, stamp - self._timestamp))
        self._timestamp = stamp
        return stamp, duration
