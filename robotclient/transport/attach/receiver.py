"""aiortc's receivers, whose packets go other ways: video through our assembler to aiortc's decoder, sound as it came.

Of aiortc stay the table of codecs, the statistics behind its receiver reports, the decoder's thread and the track.
Left out are its jitter buffers, its NACK generator, and its estimate of the bit rate where the sender numbers packets
for the whole transport.
"""

import asyncio
import queue
import threading
import time

from aiortc import RTCDtlsTransport, RTCRtpReceiver
from aiortc.codecs import is_rtx
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack, StreamStatistics
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtcpSrPacket, RtpPacket, unwrap_rtx

from robotclient.transport import feedback_requests
from robotclient.transport.attach.private import private
from robotclient.transport.attach.transport import Transport
from robotclient.transport.playout_packets import OpusPacket
from robotclient.transport.sender_report import SenderReport
from robotclient.transport.video import FrameAssembler
from robotclient.transport.video_frame import Frame
from robotclient.transport.video_packet import VideoPacket
from robotclient.transport.video_statistics import VideoStatistics
from robotclient.transport.wrapping import unwrap

MOST_UNDECODED = 60
"""Frames that may wait for the decoder. All that waited for a retransmission come at once: two seconds of them may."""
MOST_UNHEARD = 100
"""Packets of sound that may wait for their reader."""


class Receiver(RTCRtpReceiver):
    """One receiver, of video or sound.

    Its sound track gives `OpusPacket` instead of decoded frames, and both tracks give each `SenderReport` that comes.
    """

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.octets = 0
        """Of payload, retransmissions included."""
        self._kind = kind
        self._video: _Video | None = None

    def video_statistics(self) -> VideoStatistics | None:
        """Counts of the picture; None for sound, and before the first packet."""
        return None if self._video is None else self._video.assembler.statistics(time.monotonic())

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Learn of the round trip too."""
        if self._kind == "video" and isinstance(self.transport, Transport):
            self.transport.on_round_trip.append(self._put_round_trip)
        await super().receive(parameters)

    async def stop(self) -> None:
        """End timers too."""
        if self._video is not None:
            self._video.stop()
        await super().stop()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket):
            info = packet.sender_info
            self._hand_on(SenderReport(info.ntp_timestamp, info.rtp_timestamp))
        if isinstance(packet, RtcpByePacket) and self._video is not None:
            self._video.stop()
        await super()._handle_rtcp_packet(packet)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        codec = _codecs(self).get(packet.payload_type)
        if not self._enabled or codec is None:
            return
        now = time.monotonic()
        self.octets += len(packet.payload)
        _streams(self).setdefault(packet.ssrc, StreamStatistics(codec.clockRate)).add(packet)
        retransmitted = is_rtx(codec)
        if retransmitted:
            unwrapped = self._unwrap(packet, codec)
            if unwrapped is None:
                return
            packet, codec = unwrapped
        if self._kind == "audio":
            self._hand_on(OpusPacket(packet.sequence_number, packet.timestamp, packet.payload, now))
        else:
            self._video = self._video or self._see(codec)
            self._video.take(packet, retransmitted, now)

    def _put_round_trip(self, seconds: float) -> None:
        if self._video is not None:
            self._video.assembler.put_round_trip(seconds)

    def _see(self, codec: RTCRtpCodecParameters) -> "_Video":
        assert isinstance(self.transport, Transport)
        return _Video(self, self.transport, codec)

    def _hand_on(self, packet: OpusPacket | SenderReport) -> None:
        """To whoever reads the track; the newest wins where nobody does."""
        assert isinstance(self.track, RemoteStreamTrack)
        if self.track._queue.qsize() >= MOST_UNHEARD:
            self.track._queue.get_nowait()
        self.track._queue.put_nowait(packet)

    def _unwrap(
        self, packet: RtpPacket, codec: RTCRtpCodecParameters
    ) -> tuple[RtpPacket, RTCRtpCodecParameters] | None:
        """The original of a retransmission (RFC 4588, section 4); None for one that belongs to nothing."""
        ssrc = private(RTCRtpReceiver, self, "rtx_ssrc").get(packet.ssrc)
        original = _codecs(self).get(codec.parameters.get("apt"))
        if ssrc is None or original is None or original.payloadType is None or len(packet.payload) < 2:
            return None
        return unwrap_rtx(packet, payload_type=original.payloadType, ssrc=ssrc), original


class _Video:
    """Drives one assembler: packets, timers, requests, decoder."""

    def __init__(self, receiver: Receiver, transport: Transport, codec: RTCRtpCodecParameters) -> None:
        self.assembler = FrameAssembler()
        self._transport = transport
        self._codec = codec
        self._ssrc = 0
        self._timestamp = 0
        """RTP time of the last frame, counted on where it wraps around."""
        self._timer: asyncio.TimerHandle | None = None
        self._decoded: queue.Queue[object] = private(RTCRtpReceiver, receiver, "decoder_queue")
        self._failed: threading.Event = private(RTCRtpReceiver, receiver, "decoder_error")

    def take(self, packet: RtpPacket, retransmitted: bool, now: float) -> None:
        """One packet, unwrapped."""
        self._ssrc = packet.ssrc
        if self._failed.is_set():
            self._failed.clear()
            self.assembler.decoder_failed(now)
        coming = VideoPacket(
            packet.ssrc, packet.sequence_number, packet.timestamp, bool(packet.marker), packet.payload, retransmitted
        )
        try:
            self._decode(self.assembler.put(coming, now), now)
        except ValueError:  # not VP8: costs this packet, which is then missing
            return
        self._poll(now)

    def stop(self) -> None:
        """No timer after this."""
        if self._timer is not None:
            self._timer.cancel()

    def _poll(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        wishes = self.assembler.poll(now)
        self._decode(wishes.frames, now)
        own = self._transport.own_ssrc
        if wishes.nacks:
            self._transport.post(feedback_requests.nack(own, self._ssrc, wishes.nacks))
        if wishes.keyframe:
            self._transport.post(feedback_requests.pli(own, self._ssrc))
        deadline = self.assembler.next_deadline
        if deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, deadline - time.monotonic()), self._wake)

    def _wake(self) -> None:
        self._poll(time.monotonic())

    def _decode(self, frames: "list[Frame] | tuple[Frame, ...]", now: float) -> None:
        for frame in frames:
            if self._decoded.qsize() >= MOST_UNDECODED:
                self.assembler.decoder_failed(now)
                return
            self._timestamp = unwrap(frame.timestamp, self._timestamp, 32)
            self._decoded.put((self._codec, JitterFrame(frame.data, self._timestamp)))


def _streams(receiver: RTCRtpReceiver) -> dict[int, StreamStatistics]:
    streams: dict[int, StreamStatistics] = private(RTCRtpReceiver, receiver, "remote_streams")
    return streams


def _codecs(receiver: RTCRtpReceiver) -> dict[object, RTCRtpCodecParameters]:
    """By payload type."""
    codecs: dict[object, RTCRtpCodecParameters] = private(RTCRtpReceiver, receiver, "codecs")
    return codecs
