"""What one connection sends, between aiortc's senders and its encryption: paced, numbered, and within its share.

The pure parts decide (`Pacer`, `Controller`); here are the clock, the timer and the octets.
"""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable

from robotclient.transport.congestion.controller import Controller
from robotclient.transport.feedback import Feedback
from robotclient.transport.pacer import FILLER, Pacer, Rank

START, LOWEST, HIGHEST = 300_000, 40_000, 3_500_000
"""Bits per second for all that goes out: at first as libwebrtc; sound alone at least; the largest picture at most."""
OVERHEAD = 38
"""Octets that SRTP, UDP and IP add to each packet (RFC 3711, section 8.2: a tag of 10)."""
STEER_EVERY = 0.02
"""Seconds between two looks at the rate that no report has changed."""
LONGEST_NAP = 0.1
"""Seconds after which is looked whether to send a probe."""

Send = Callable[[bytes], Awaitable[None]]


class Outgoing:
    """The packets of one connection on their way out."""

    def __init__(self, send: Send, fill: Callable[[], Awaitable[None]]) -> None:
        """`send` encrypts and sends; `fill` has a packet sent that nobody needs, for a probe, by `send_filler`."""
        self.controller = Controller(START, LOWEST, HIGHEST)
        self.extension: int | None = None
        """The id under which packets carry their numbers; None where the far side knows none."""
        self._send = send
        self._fill = fill
        self._pacer: Pacer[bytes] = Pacer(self.controller.target(0.0).pacing)
        self._number = 0
        self._wake = asyncio.Event()
        self._probe: int | None = None
        self._filled = False
        self._steer_at = 0.0

    async def send_at_once(self, packet: bytes) -> None:
        """Send an RTP packet of sound. Raises `ConnectionError` where the connection has ended."""
        now = time.monotonic()
        self._pacer.passed_by(len(packet) + OVERHEAD, now)
        await self._send_numbered(packet, None, now)

    def put(self, packet: bytes, rank: Rank) -> None:
        """Have any other RTP packet sent, spread out."""
        self._pacer.put(packet, len(packet) + OVERHEAD, rank)
        self._wake.set()

    def take(self, feedback: Feedback) -> None:
        """What became of packets, by a report of the far side."""
        self.controller.feedback(feedback.statuses, time.monotonic())
        self._steer_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. Raises `ConnectionError` where the connection has ended."""
        while True:
            self._wake.clear()
            now = time.monotonic()
            if now >= self._steer_at:
                self._steer(now)
            for release in self._pacer.poll(now):
                await self._send_numbered(release.item, release.probe, now)
            if (probe := self._pacer.filler(now)) is not None:
                await self._fill_probe(probe, now)
            await self._nap()

    async def send_filler(self, packet: bytes) -> None:
        """Called by `fill`."""
        now = time.monotonic()
        self._pacer.fill(len(packet) + OVERHEAD, now)
        self._filled = True
        await self._send_numbered(packet, self._probe, now)

    @property
    def filling(self) -> bool:
        """Whether what is sent now is a filler."""
        return self._probe is not None

    async def _fill_probe(self, probe: int, now: float) -> None:
        self._probe, self._filled = probe, False
        try:
            await self._fill()
        finally:
            self._probe = None
        if not self._filled:  # there was nothing to fill with; the probe ends all the same
            self._pacer.fill(FILLER, now)

    def _steer(self, now: float) -> None:
        self._steer_at = now + STEER_EVERY
        self._pacer.rate = self.controller.target(now).pacing
        if (probe := self.controller.probe(now)) is not None:
            self._pacer.begin_probe(probe)

    async def _send_numbered(self, packet: bytes, probe: int | None, now: float) -> None:
        if self.extension is not None:
            self._number = (self._number + 1) & 0xFFFF
            packet = stamp(packet, self.extension, self._number)
            self.controller.sent(self._number, len(packet) + OVERHEAD, now, probe)
        await self._send(packet)

    async def _nap(self) -> None:
        deadline = self._pacer.next_deadline
        pause = LONGEST_NAP if deadline is None else min(LONGEST_NAP, deadline - time.monotonic())
        if pause > 0:  # a hundred times a second, so without the exceptions of `asyncio.timeout`
            timer = asyncio.get_running_loop().call_later(pause, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                timer.cancel()


def stamp(packet: bytes, extension: int, number: int) -> bytes:
    """Write a number into the place that was kept for it in a header extension (RFC 8285, section 4.2)."""
    position = 12 + 4 * (packet[0] & 0x0F)
    if not packet[0] & 0x10 or packet[position : position + 2] != b"\xbe\xde":
        return packet
    end = position + 4 + 4 * int.from_bytes(packet[position + 2 : position + 4], "big")
    position += 4
    while position < end:
        if packet[position] >> 4 == extension:
            return packet[: position + 1] + struct.pack("!H", number) + packet[position + 3 :]
        position += 1 if packet[position] == 0 else 2 + (packet[position] & 0x0F)
    return packet
