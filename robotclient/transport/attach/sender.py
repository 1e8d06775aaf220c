"""aiortc's senders, for packets that were coded elsewhere, and within the budget of the path."""

import time
from dataclasses import dataclass

from aiortc import MediaStreamTrack, RTCDtlsTransport, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    AnyRtcpPacket,
    HeaderExtensions,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)

from robotclient.tracks import PacketTrack
from robotclient.transport.allocation import video_rate
from robotclient.transport.attach.private import private
from robotclient.transport.attach.settings import TRANSPORT_NUMBER
from robotclient.transport.attach.transport import Transport
from robotclient.transport.retransmission import Retransmissions

UNKNOWN_ROUND_TRIP = 0.04
"""Seconds, until the first receiver report: too short costs a repetition, too long a frozen picture."""


@dataclass(frozen=True, slots=True)
class SendingCounts:
    """Of one sender of pictures, since the connection was made."""

    estimate: int
    """Bits per second for all that goes to the peer, as congestion control sees it."""
    loss: float
    """Share of the packets of the last seconds."""
    nacks: int
    """Packets asked for again."""
    keyframe_requests: int
    retransmissions: int


class Sender(RTCRtpSender):
    """One sender, of video or sound."""

    def __init__(self, track_or_kind: MediaStreamTrack | str, transport: RTCDtlsTransport) -> None:
        super().__init__(track_or_kind, transport)
        self._RTCRtpSender__rtp_header_extensions_map = _NumberedExtensions()
        self.retransmissions: Retransmissions[int] = Retransmissions()
        """By sequence number; aiortc keeps the packets themselves."""
        self.nacks = self.keyframe_requests = 0
        """Packets, and keyframes, that the far side asked for."""

    def counts(self) -> "SendingCounts":
        """What is known of the way to the far side."""
        controller = self._attached.outgoing.controller
        return SendingCounts(
            estimate=self._rate(time.monotonic()),
            loss=controller.loss,
            nacks=self.nacks,
            keyframe_requests=self.keyframe_requests,
            retransmissions=self.retransmissions.count,
        )

    @property
    def round_trip(self) -> float | None:
        """Seconds, by the far side's receiver reports."""
        found: float | None = private(RTCRtpSender, self, "rtt")
        return found

    def video_rate(self, now: float) -> int:
        """Bits per second for the encoder."""
        return video_rate(self._rate(now), round(self.retransmissions.rate(now)))

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        """Say that it has ended whatever the track raises then, or `stop` would wait for ever (fault R11)."""
        try:
            await super()._run_rtp(codec)
        finally:
            private(RTCRtpSender, self, "rtp_exited").set()

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        """Tell the transport what it needs to know of us."""
        for extension in parameters.headerExtensions:
            if extension.uri == TRANSPORT_NUMBER:
                self._attached.outgoing.extension = extension.id
        if self.kind == "video":
            self._attached.add_picture(self._ssrc, self._rtx_ssrc, self)
        await super().send(parameters)

    async def send_filler(self) -> None:
        """Send a packet of just now once more."""
        sequence = self.retransmissions.filler()
        if sequence is not None:
            await super()._retransmit(sequence)

    @property
    def _attached(self) -> Transport:
        assert isinstance(self.transport, Transport)
        return self.transport

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRtpfbPacket):
            self.nacks += len(packet.lost)
        await super()._handle_rtcp_packet(packet)
        if self.kind != "video":
            return
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._attached.take_report(report.fraction_lost / 256, self.round_trip)
        elif isinstance(packet, RtcpRtpfbPacket):
            self._begin_anew_if_hopeless()
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._take_estimate(packet.fci)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
            self.keyframe_requests += 1

    def _take_estimate(self, fci: bytes) -> None:
        try:
            bits_per_second, ssrcs = unpack_remb_fci(fci)
        except ValueError:  # another application's feedback
            return
        if self._ssrc in ssrcs:
            self._attached.outgoing.controller.remb(bits_per_second)

    async def _retransmit(self, sequence_number: int) -> None:
        now = time.monotonic()
        rate, round_trip = self._rate(now), self.round_trip or UNKNOWN_ROUND_TRIP
        if self.retransmissions.request(sequence_number, rate, round_trip, now) is not None:
            await super()._retransmit(sequence_number)

    def _begin_anew_if_hopeless(self) -> None:
        now = time.monotonic()
        if self.retransmissions.hopeless(self._rate(now), now):
            self.retransmissions.give_up(now)
            self._send_keyframe()

    def _rate(self, now: float) -> int:
        return self._attached.outgoing.controller.target(now).total

    def _send_keyframe(self) -> None:
        if isinstance(self.track, PacketTrack):
            self.track.request_keyframe()
        else:
            super()._send_keyframe()


class _NumberedExtensions(HeaderExtensionsMap):
    """Keeps a place in every packet for the number that it gets when it leaves."""

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        """See aiortc."""
        values.transport_sequence_number = 0
        return super().set(values)
