"""The one VP8 encoder of the robot: its pictures go to all peers.

Settings by measurement (`docs/benchmarks.md`): cpu-used -16 costs 0.8 of -12 for 0.2 dB; a second thread costs CPU
and only gains delay that is not missed below 1080p.
"""

from dataclasses import dataclass
from fractions import Fraction

from av import CodecContext, VideoCodecContext
from av.video.frame import PictureType

from robotclient.media.camera.source import Picture

CLOCK_RATE = 90_000
LEAST_BITRATE = 100_000
KEYFRAME_INTERVAL = 0.3
"""Seconds between two keyframes at least, however many peers ask for one."""
REBUILD_STEP = 0.2
REBUILD_INTERVAL = 2.0
"""FFmpeg cannot change libvpx's rate in place; a new encoder starts with a keyframe: for large steps, and seldom."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One VP8 frame."""

    data: bytes
    keyframe: bool


class Vp8Encoder:
    """Rates in bits per second; time comes with the pictures (seconds of CLOCK_MONOTONIC)."""

    def __init__(self, fps: int, most_bits_per_second: int) -> None:
        self._fps = fps
        self._most = most_bits_per_second
        self._wanted = self._built = most_bits_per_second
        self._built_at = 0.0
        self._keyframe_at = 0.0
        self._keyframe_wanted = False
        self._codec: VideoCodecContext | None = None

    def set_bitrate(self, bits_per_second: int) -> None:
        """Aim at this rate, within the limits."""
        self._wanted = max(LEAST_BITRATE, min(self._most, bits_per_second))

    def restart(self) -> None:
        """Begin a new stream with the next picture, as after a pause."""
        self._codec = None

    def request_keyframe(self) -> None:
        """Make one of the next pictures a keyframe."""
        self._keyframe_wanted = True

    def encode(self, picture: Picture) -> list[Coded]:
        """No frame or one: libvpx is told not to look ahead."""
        frame, at = picture.frame, picture.at
        codec = self._codec_for(frame.width, frame.height, at)
        force = self._keyframe_wanted and at - self._keyframe_at >= KEYFRAME_INTERVAL
        # Always set: a decoded JPEG says I of itself and would make every picture a keyframe.
        frame.pict_type = PictureType.I if force else PictureType.NONE
        frame.pts = round(at * CLOCK_RATE)
        frame.time_base = Fraction(1, CLOCK_RATE)
        coded = [Coded(bytes(packet), packet.is_keyframe) for packet in codec.encode(frame)]
        if any(one.keyframe for one in coded):
            self._keyframe_at = at
            self._keyframe_wanted = False
        return coded

    def _codec_for(self, width: int, height: int, at: float) -> VideoCodecContext:
        codec = self._codec
        if codec is None or (codec.width, codec.height) != (width, height) or self._rate_is_far_off(at):
            self._built, self._built_at = self._wanted, at
            codec = self._codec = _build(width, height, self._fps, self._built)
        return codec

    def _rate_is_far_off(self, at: float) -> bool:
        off = abs(self._wanted - self._built)
        return off > REBUILD_STEP * self._built and at - self._built_at >= REBUILD_INTERVAL


def _build(width: int, height: int, fps: int, bits_per_second: int) -> VideoCodecContext:
    codec = CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.framerate, codec.time_base = Fraction(fps), Fraction(1, CLOCK_RATE)
    codec.bit_rate = bits_per_second
    codec.qmin, codec.qmax = 2, 56
    codec.gop_size = 3000
    codec.thread_count = 1
    codec.options = {
        "deadline": "realtime",
        "cpu-used": "-16",
        "noise-sensitivity": "0",
        "static-thresh": "1",
        "lag-in-frames": "0",
        "minrate": str(bits_per_second),
        "maxrate": str(bits_per_second),
        "bufsize": str(bits_per_second),
        "undershoot-pct": "100",
        "overshoot-pct": "15",
        "max-intra-rate": "300",  # percent of a picture's share of bits: a keyframe must not fill the link's queue
    }
    return codec
