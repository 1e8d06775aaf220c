"""What a datagram does that cannot be used: it costs itself alone.

aiortc's loop of reception ends with the first exception of a parser or a handler, and the connection with it.
"""

import contextlib
import logging
import struct
from collections.abc import Iterator

log = logging.getLogger(__name__)

UNREADABLE = (ValueError, LookupError, ArithmeticError, TypeError, struct.error)
"""What parsers raise that trust a datagram too much: aiortc's of header extensions `struct.error`, for one."""


class Unreadable:
    """Counts them, for one connection."""

    def __init__(self) -> None:
        self.count = 0

    @contextlib.contextmanager
    def survived(self, kind: str) -> Iterator[None]:
        """Around whatever is done with one datagram, of `RTP` or `RTCP`."""
        try:
            yield
        except UNREADABLE as error:
            self.count += 1
            if self.count.bit_count() == 1:  # the 1st, 2nd, 4th, 8th ...
                log.warning("%s datagram %d that cannot be used: %r", kind, self.count, error)
