"""libvpx's VP8 encoder for pictures that come in real time: rate, size and frame rate change while it runs.

FFmpeg's wrapper takes them at the opening only, drops no frame and cannot be asked for a quantizer; those three are
what a narrow network needs. Settings after libwebrtc's `libvpx_vp8_encoder.cc` where nothing else is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from robotclient.native._vpx import ffi, lib

CLOCK_RATE = 90_000
"""Time stamps and durations are in its units."""
FAST, CAREFUL = -14, -8
"""`cpu-used`. By measurement at 640x480 the second costs 1.2 of the first; at 1.7 Mbit/s it gains nothing that is seen,
at 300 kbit/s a structural similarity of 0.87 instead of 0.86. (-16 saves 4 % more, and falls to 0.79 there.)"""
SCARCE = 1.5
"""Bits for a pixel in a second, below which it is worth that."""
NO_ERROR_RESILIENCE = 0
"""With retransmissions and keyframes on demand, error resilience would only cost bits."""
BUFFER, INITIAL_BUFFER, OPTIMAL_BUFFER = 1000, 500, 600
"""Milliseconds of the rate that the rate control may be in advance or behind."""
DROP_BELOW = 30
"""Percent of the buffer: emptier than that, pictures are dropped until the rate is kept."""
LOWEST_QUANTIZER, HIGHEST_QUANTIZER = 2, 56
MOST_INTRA_PERCENT = 300
"""A keyframe is at most three pictures' share of bits, so that it does not fill the link's queue."""


class EncoderError(Exception):
    """libvpx refused; the text is its own."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One VP8 frame; `quantizer` is the index in its header, 0 (best) to 127."""

    data: bytes
    keyframe: bool
    width: int
    height: int
    quantizer: int


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of an I420 picture: its bytes, and how many of them are one row."""

    data: object
    stride: int


class Vp8:
    """One encoder, of at most the size that it was opened with. Raises `EncoderError`."""

    def __init__(self, width: int, height: int, bits_per_second: int) -> None:
        self._largest = (width, height)
        self._configuration = ffi.new("vpx_codec_enc_cfg_t *")
        self._check(lib.default_configuration(self._configuration))
        self._fill(width, height, bits_per_second)
        context = ffi.new("vpx_codec_ctx_t *")
        self._check(lib.open_encoder(context, self._configuration))
        self._context = ffi.gc(context, lib.vpx_codec_destroy)
        self._check(lib.set_noise_sensitivity(self._context, 0))
        self._check(lib.set_static_threshold(self._context, 1))
        self._check(lib.set_most_intra_bitrate(self._context, MOST_INTRA_PERCENT))
        self._tune()
        self._image = ffi.new("vpx_image_t *")
        self._frame = ffi.new("coded_frame *")
        self._quantizer = ffi.new("int *")
        lib.wrap_i420(self._image, width, height)

    def fits(self, width: int, height: int) -> bool:
        """Whether `resize` can take this size."""
        return width <= self._largest[0] and height <= self._largest[1]

    def set_bitrate(self, bits_per_second: int) -> None:
        """From the next picture on; no keyframe comes of it."""
        self._configuration.rc_target_bitrate = max(1, bits_per_second // 1000)
        self._check(lib.vpx_codec_enc_config_set(self._context, self._configuration))
        self._tune()

    def resize(self, width: int, height: int) -> None:
        """From the next picture on, which becomes a keyframe (in VP8 only they carry a size)."""
        self._configuration.g_w, self._configuration.g_h = width, height
        self._check(lib.vpx_codec_enc_config_set(self._context, self._configuration))
        self._tune()
        lib.wrap_i420(self._image, width, height)

    def encode(self, planes: Sequence[Plane], timestamp: int, duration: int, *, keyframe: bool = False) -> Coded | None:
        """Encode a picture of the size set, given as Y, U and V; None where the rate control dropped it.

        `duration` is the time since the last picture: the rate control takes the frame rate from it.
        """
        kept = [ffi.from_buffer("unsigned char[]", plane.data) for plane in planes]  # must outlive the call
        for index, (data, plane) in enumerate(zip(kept, planes, strict=True)):
            self._image.planes[index], self._image.stride[index] = data, plane.stride
        flags = lib.VPX_EFLAG_FORCE_KF if keyframe else 0
        self._check(lib.vpx_codec_encode(self._context, self._image, timestamp, duration, flags, lib.VPX_DL_REALTIME))
        if not lib.next_frame(self._context, self._frame):
            return None
        self._check(lib.get_quantizer(self._context, self._quantizer))
        data = bytes(ffi.buffer(self._frame.data, self._frame.size))
        size = self._configuration.g_w, self._configuration.g_h
        return Coded(data, bool(self._frame.keyframe), *size, self._quantizer[0])

    def _tune(self) -> None:
        """Search as well as the rate for the size makes worth it."""
        configuration = self._configuration
        scarce = configuration.rc_target_bitrate * 1000 < SCARCE * configuration.g_w * configuration.g_h
        self._check(lib.set_speed(self._context, CAREFUL if scarce else FAST))

    def _fill(self, width: int, height: int, bits_per_second: int) -> None:
        configuration = self._configuration
        configuration.g_w, configuration.g_h, configuration.g_threads = width, height, 1
        configuration.g_timebase.num, configuration.g_timebase.den = 1, CLOCK_RATE
        configuration.g_error_resilient, configuration.g_lag_in_frames = NO_ERROR_RESILIENCE, 0
        configuration.rc_end_usage = lib.VPX_CBR
        configuration.rc_dropframe_thresh = DROP_BELOW
        configuration.rc_target_bitrate = max(1, bits_per_second // 1000)
        configuration.rc_min_quantizer, configuration.rc_max_quantizer = LOWEST_QUANTIZER, HIGHEST_QUANTIZER
        configuration.rc_undershoot_pct, configuration.rc_overshoot_pct = 100, 15
        configuration.rc_buf_sz, configuration.rc_buf_initial_sz = BUFFER, INITIAL_BUFFER
        configuration.rc_buf_optimal_sz = OPTIMAL_BUFFER
        configuration.kf_min_dist, configuration.kf_max_dist = 0, 3000

    def _check(self, error: int) -> None:
        if error:
            detail = lib.vpx_codec_err_to_string(error)
            raise EncoderError(ffi.string(detail).decode())
