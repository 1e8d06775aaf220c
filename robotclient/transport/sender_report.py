"""What a sender says of its clock, handed on with what it sends. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SenderReport:
    """Two names of one moment (RTCP SR: RFC 3550, section 6.4.1)."""

    ntp: int
    """The sender's clock, which all its media share: 64 bits, the upper half seconds."""
    timestamp: int
    """RTP time of this medium, 32 bits."""
