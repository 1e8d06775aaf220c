"""Requests to a sender of video, as RTCP packets: packets once more, or a keyframe (RFC 4585). Pure.

aiortc's own generic NACK cannot be written where the sequence numbers wrap around.
"""

import struct
from collections.abc import Iterable, Iterator

_RTPFB, _PSFB = 205, 206
_GENERIC_NACK, _PLI = 1, 1
_HEADER = struct.Struct("!BBHLL")


def nack(ssrc: int, media_ssrc: int, sequences: Iterable[int]) -> bytes:
    """Ask for packets once more (section 6.2.1); `sequences` of 16 bits, in the order in which they were sent."""
    entries = b"".join(struct.pack("!HH", first, others) for first, others in _entries(sequences))
    return _HEADER.pack(0x80 | _GENERIC_NACK, _RTPFB, 2 + len(entries) // 4, ssrc, media_ssrc) + entries


def pli(ssrc: int, media_ssrc: int) -> bytes:
    """Ask for a keyframe: a picture was lost (section 6.3.1)."""
    return _HEADER.pack(0x80 | _PLI, _PSFB, 2, ssrc, media_ssrc)


def _entries(sequences: Iterable[int]) -> Iterator[tuple[int, int]]:
    """A sequence number, and a bit for each of the 16 after it."""
    first, others = -1, 0
    for sequence in sequences:
        ahead = (sequence - first) & 0xFFFF
        if first >= 0 and 0 < ahead <= 16:
            others |= 1 << ahead - 1
            continue
        if first >= 0:
            yield first, others
        first, others = sequence, 0
    if first >= 0:
        yield first, others
