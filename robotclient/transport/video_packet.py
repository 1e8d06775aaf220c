"""RTP packets of VP8 and the descriptor in front of their data (RFC 7741, section 4.2). Pure."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class VideoPacket:
    """One RTP packet; of a retransmission (RFC 4588) the original, unwrapped."""

    ssrc: int
    sequence: int
    """16 bits."""
    timestamp: int
    """32 bits, 90 kHz."""
    marker: bool
    payload: bytes
    """Descriptor and data; empty in a packet of padding alone."""
    retransmitted: bool = False

    @cached_property
    def descriptor(self) -> "Descriptor":
        """Raises ValueError for a payload that is cut off."""
        return parse_descriptor(self.payload)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a packet says of its frame."""

    size: int
    """Octets of the descriptor itself."""
    starts: bool
    """The first packet of its frame: start (S) of partition (PID) 0."""
    keyframe: bool
    """Known from the first packet alone."""
    discardable: bool
    """No other frame refers to this one (N)."""
    picture: int | None = None
    """PictureID."""
    picture_bits: int = 15
    """7 or 15."""
    base: int | None = None
    """TL0PICIDX: counts the frames of the lowest temporal layer, modulo 256."""
    layer: int | None = None
    """TID, 0 is the lowest temporal layer."""
    synchronised: bool = False
    """Refers to the lowest layer only (Y)."""


def parse_descriptor(payload: bytes) -> Descriptor:
    """Read the descriptor, and from the first octet of the data whether a keyframe starts (section 4.3, P bit)."""
    try:
        return _parse(payload)
    except IndexError:
        raise ValueError(f"VP8 payload of {len(payload)} octets ends within its descriptor") from None


def _parse(payload: bytes) -> Descriptor:
    first, position = payload[0], 1
    extension = payload[1] if first & 0x80 else 0
    position += first >> 7
    picture, picture_bits, base, layer, synchronised = None, 15, None, None, False
    if extension & 0x80:
        picture, picture_bits = payload[position], 7
        position += 1
        if picture & 0x80:
            picture, picture_bits = (picture & 0x7F) << 8 | payload[position], 15
            position += 1
    if extension & 0x40:
        base = payload[position]
        position += 1
    if extension & 0x30:
        if extension & 0x20:
            layer, synchronised = payload[position] >> 6, bool(payload[position] & 0x20)
        position += 1
    starts = bool(first & 0x10) and not first & 0x07
    keyframe = starts and not payload[position] & 1
    return Descriptor(position, starts, keyframe, bool(first & 0x20), picture, picture_bits, base, layer, synchronised)
