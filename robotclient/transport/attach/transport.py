"""aiortc's DTLS transport, with what belongs to a whole connection rather than to one medium.

Every packet is numbered on its way out and its arrival reported on its way in (transport-wide congestion control); the
handshake repeats lost flights soon and has a deadline; a report that aiortc cannot read costs nobody else's.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Protocol

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import RTCDtlsParameters, State
from aiortc.rtp import RtpPacket, is_rtcp
from OpenSSL import SSL

from robotclient.tasks import Tasks
from robotclient.transport import feedback
from robotclient.transport.attach.ice import IceConnection
from robotclient.transport.attach.outgoing import OVERHEAD, Outgoing
from robotclient.transport.attach.unreadable import Unreadable
from robotclient.transport.feedback import FeedbackWriter
from robotclient.transport.pacer import Rank
from robotclient.transport.retransmission import Retransmissions

log = logging.getLogger(__name__)

HANDSHAKE_DEADLINE = 10.0
FIRST_REPETITION, LONGEST_PAUSE = 0.1, 1.2
"""Seconds until our last flight goes out again, doubling. OpenSSL's own timer begins at 1 s, and RFC 6347, section
4.2.4.1, leaves shorter ones to those who know their path; repetitions are dropped by who has them already."""
LONGEST_DATAGRAM = 1500


class Picture(Protocol):
    """A sender of pictures."""

    retransmissions: Retransmissions[int]

    async def send_filler(self) -> None:
        """Send a packet of just now once more."""


class Transport(RTCDtlsTransport):
    """One connection's transport."""

    def __init__(self, transport: RTCIceTransport, certificates: list[RTCCertificate]) -> None:
        super().__init__(transport, certificates)
        self._tasks = Tasks(self._take_error)
        self._flight: list[bytes] = []
        self._writer: FeedbackWriter | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._far_time = 0.0
        """The far side's clock at its last report, in seconds."""
        self._pictures: dict[bytes, Picture] = {}
        """Those who send pictures, by SSRC as it stands in packets."""
        self._repetitions: set[bytes] = set()
        """The SSRCs of their repetitions."""
        self.outgoing = Outgoing(super()._send_rtp, self._fill)
        self.octets = 0
        """Of all authentic packets received, media and reports."""
        self.unreadable = Unreadable()
        self.on_round_trip: list[Callable[[float], None]] = []
        """Who wants to know the round trip, in seconds."""

    @property
    def own_ssrc(self) -> int:
        """One of ours, in whose name reports go out."""
        return next(iter(self._rtp_router.senders), 1)

    def post(self, packet: bytes) -> None:
        """Send an RTCP packet; nothing happens where the connection has ended."""
        self._tasks.spawn(self._send_quietly(packet), "rtcp")

    def add_picture(self, ssrc: int, repetitions: int, picture: "Picture") -> None:
        """Somebody will send pictures, whose packets are spread out and may be asked for again under another SSRC."""
        self._pictures[ssrc.to_bytes(4, "big")] = picture
        self._repetitions.add(repetitions.to_bytes(4, "big"))

    def take_report(self, lost: float, round_trip: float | None) -> None:
        """A receiver report on our pictures: the share lost since the last one, and the round trip in seconds."""
        self.outgoing.controller.reported(lost, round_trip, time.monotonic())
        if round_trip is not None:
            for listener in self.on_round_trip:
                listener(round_trip)

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:  # noqa: N803
        """Begin to send once the handshake is done."""
        await super().start(remoteParameters)
        if self._state is State.CONNECTED:
            self._tasks.spawn(self._pace(), "pacer")

    async def stop(self) -> None:
        """End timers too."""
        if self._timer is not None:
            self._timer.cancel()
        await super().stop()
        await self._tasks.cancel()

    async def _do_handshake(self) -> None:
        repeating = asyncio.create_task(self._repeat_flight())
        try:
            async with asyncio.timeout(HANDSHAKE_DEADLINE):
                await super()._do_handshake()
        except TimeoutError:
            log.info("the DTLS handshake took longer than %.0f s and is abandoned", HANDSHAKE_DEADLINE)
            self._set_state(State.FAILED)
        finally:
            repeating.cancel()

    async def _repeat_flight(self) -> None:
        pause, flight = FIRST_REPETITION, self._flight
        while True:
            await asyncio.sleep(pause)
            if flight is not self._flight:
                pause, flight = FIRST_REPETITION, self._flight
                continue
            pause = min(LONGEST_PAUSE, 2 * pause)
            await self._send_flight()

    async def _write_ssl(self) -> None:
        flight = list(iter(self._read_ssl, b""))
        if flight:
            self._flight = flight
            await self._send_flight()

    async def _send_flight(self) -> None:
        with contextlib.suppress(ConnectionError):
            for datagram in self._flight:
                await self.transport._send(datagram)

    def _read_ssl(self) -> bytes:
        try:
            return b"" if self._ssl is None else bytes(self._ssl.bio_read(LONGEST_DATAGRAM))
        except SSL.Error:
            return b""

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self.octets += len(data)
        with self.unreadable.survived("RTP"):
            await self._take_rtp(RtpPacket.parse(data, self._rtp_header_extensions_map), arrival_time_ms)

    async def _take_rtp(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        number = packet.extensions.transport_sequence_number
        if number is not None:
            self._note_arrival(number, packet.ssrc)
        receiver = self._rtp_router.route_rtp(packet)
        if receiver is not None:
            await receiver._handle_rtp_packet(packet, arrival_time_ms=arrival_time_ms)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self.octets += len(data)
        with self.unreadable.survived("RTCP"):
            reports, rest = feedback.split(data)
            for report in reports:
                self._take_feedback(report)
            if rest:
                await super()._handle_rtcp_data(rest)

    async def _send_rtp(self, data: bytes) -> None:
        """RTCP and sound leave at once; all else by the pacer."""
        if self._state is not State.CONNECTED or is_rtcp(data):
            await super()._send_rtp(data)
        elif self.outgoing.filling:
            await self.outgoing.send_filler(data)
        elif (picture := self._pictures.get(ssrc := data[8:12])) is not None:
            sequence = int.from_bytes(data[2:4], "big")
            picture.retransmissions.put(sequence, sequence, len(data) + OVERHEAD)
            self.outgoing.put(data, Rank.PICTURE)
        elif ssrc in self._repetitions:
            self.outgoing.put(data, Rank.REPETITION)
        else:
            await self.outgoing.send_at_once(data)

    async def _pace(self) -> None:
        with contextlib.suppress(ConnectionError):
            await self.outgoing.run()

    async def _fill(self) -> None:
        if (picture := next(iter(self._pictures.values()), None)) is not None:
            await picture.send_filler()

    def _take_feedback(self, report: bytes) -> None:
        try:
            taken = feedback.parse(report, self._far_time)
        except ValueError as error:
            log.debug("a transport-wide report is not usable: %s", error)
            return
        self._far_time = max((at for _, at in taken.statuses if at is not None), default=self._far_time)
        self.outgoing.take(taken)

    def _note_arrival(self, number: int, ssrc: int) -> None:
        self._writer = self._writer or FeedbackWriter(self.own_ssrc, ssrc)
        connection = self.transport._connection
        self._writer.put(number, connection.arrived if isinstance(connection, IceConnection) else time.monotonic())
        if self._timer is None:
            self._report()

    def _report(self) -> None:
        """Send the reports that are due, and come again when the next one is."""
        assert self._writer is not None
        while (report := self._writer.poll(time.monotonic())) is not None:
            self.post(report)
        deadline = self._writer.next_deadline
        loop = asyncio.get_running_loop()
        self._timer = None
        if deadline is not None:
            self._timer = loop.call_later(max(0.0, deadline - time.monotonic()), self._report)

    async def _send_quietly(self, packet: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            await self._send_rtp(packet)

    def _take_error(self, error: BaseException) -> None:
        log.error("the transport of a connection failed", exc_info=error)
