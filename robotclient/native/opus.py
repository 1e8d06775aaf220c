"""libopus for what FFmpeg's wrapper does not reach: concealment, and the copy of a lost frame in the packet after it.

The decoder gives one channel at 48 kHz, whatever was encoded. Its calls follow the order of the packets: each lost
frame is concealed or recovered before the packet that follows it is decoded (RFC 6716, section 4.4).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from robotclient.native._opus import ffi, lib

RATE: Final = 48_000
STEP: Final = RATE // 400
"""Concealment comes in multiples of 2.5 ms, the shortest frame."""
LONGEST: Final = RATE * 120 // 1000
"""Samples in the longest packet (RFC 6716, section 3.2.5)."""

Samples = npt.NDArray[np.int16]


class OpusError(Exception):
    """libopus refused a packet; the text is its own."""


class OpusDecoder:
    """One sender's packets as samples."""

    def __init__(self) -> None:
        error = ffi.new("int *")
        decoder = lib.opus_decoder_create(RATE, 1, error)
        _checked(error[0])
        self._decoder = ffi.gc(decoder, lib.opus_decoder_destroy)
        self._samples: Samples = np.empty(LONGEST, np.int16)
        self._buffer = ffi.from_buffer("int16_t[]", self._samples)

    def decode(self, packet: bytes) -> Samples:
        """The packet's samples. Raises `OpusError`."""
        return self._decode(packet, LONGEST, 0)

    def recover(self, packet: bytes) -> Samples:
        """The frame before this packet, if `carries_previous`, before this one is decoded. Raises `OpusError`."""
        return self._decode(packet, duration(packet), 1)

    def conceal(self, count: int) -> Samples:
        """A guess at the next `count` samples, a multiple of `STEP`; it fades into noise as loud as the background."""
        return self._decode(None, count, 0)

    def _decode(self, packet: bytes | None, count: int, recovers: int) -> Samples:
        data, length = (ffi.NULL, 0) if packet is None else (packet, len(packet))
        got = _checked(lib.opus_decode(self._decoder, data, length, self._buffer, count, recovers))
        return self._samples[:got].copy()


def duration(packet: bytes) -> int:
    """Samples that the packet decodes to. Raises `OpusError`."""
    samples = _checked(lib.opus_packet_get_nb_samples(packet, len(packet), RATE))
    if samples == 0:  # libopus does not mind, but neither decodes nor conceals so little
        raise OpusError("a packet without frames")
    return samples


def carries_previous(packet: bytes) -> bool:
    """Whether the frame before is in the packet once more, coarser (LBRR: RFC 6716, sections 4.2.3 and 4.2.4).

    Packets of several frames are taken for ones without it: no browser puts speech into such.
    """
    if len(packet) < 2 or packet[0] & 0b11:
        return False
    configuration = packet[0] >> 3
    if configuration >= 16:  # CELT alone
        return False
    silk_frames = {2: 2, 3: 3}.get(configuration % 4, 1) if configuration < 12 else 1
    flags = packet[1] >> (7 - silk_frames)  # after one bit of voice activity for each frame
    if packet[0] & 0b100:  # two channels, each with its flags
        return bool(flags & 1 or packet[1] >> (6 - 2 * silk_frames) & 1)
    return bool(flags & 1)


def _checked(result: int) -> int:
    if result < lib.OPUS_OK:
        raise OpusError(ffi.string(lib.opus_strerror(result)).decode())
    return result
