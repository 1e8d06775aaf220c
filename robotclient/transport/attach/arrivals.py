"""When datagrams came, by the kernel's clock and not by when this process had time to look.

A report on arrivals that has the process's own pauses in it looks to the far side like a queue on the path, and it
sends less: to a machine that is busy otherwise two thirds of the rate (docs/benchmarks.md). asyncio's transports do not
hand on what the kernel tells beside a datagram, so a socket that listens to it takes the place of theirs.
"""

import asyncio
import socket
import struct
import time
from typing import Any

SO_TIMESTAMPNS = 35
"""socket(7): a `struct timespec` of CLOCK_REALTIME beside each datagram. Python's `socket` does not have it."""
TIMESPEC = struct.Struct("@ll")
SPACE = socket.CMSG_SPACE(TIMESPEC.size)
FIRST_MEDIA = b"\x14"
"""The least first octet of DTLS and media (RFC 7983, section 7). STUN is handled elsewhere: its arrival would stay."""
OLDEST = 1.0
"""Seconds: what has waited longer than that came while the clock was set."""


class Arrivals:
    """Of the sockets of one connection."""

    def __init__(self) -> None:
        self._latest: float | None = None

    def listen(self, transport: asyncio.BaseTransport) -> None:
        """Be told by a transport's socket; nothing happens where it is not asyncio's own kind."""
        found = vars(transport).get("_sock")
        if isinstance(found, socket.socket):
            found.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            vars(transport)["_sock"] = _Listening(found, self)

    def note(self, ancillary: list[tuple[int, int, bytes]]) -> None:
        """What came beside a datagram that was read just now, and is about to be handled."""
        self._latest = None
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = TIMESPEC.unpack(data)
                age = time.time() - seconds - nanoseconds / 1e9
                self._latest = time.monotonic() - (age if 0 <= age <= OLDEST else 0.0)

    def take(self) -> float:
        """When that datagram came, in seconds of the monotonic clock; now, where nobody knows."""
        latest, self._latest = self._latest, None
        return time.monotonic() if latest is None else latest


class _Listening:
    """A datagram socket for asyncio, in all but `recvfrom` the one that it was made of."""

    def __init__(self, real: socket.socket, arrivals: Arrivals) -> None:
        self._real = real
        self._arrivals = arrivals

    def recvfrom(self, size: int) -> tuple[bytes, Any]:
        """As `socket.recvfrom`."""
        data, ancillary, _, address = self._real.recvmsg(size, SPACE)
        self._arrivals.note([] if data[:1] < FIRST_MEDIA else ancillary)
        return data, address

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a socket has
        return getattr(self._real, name)
