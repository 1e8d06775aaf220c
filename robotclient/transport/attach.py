"""The one place that touches aiortc's inside. Nothing is forked: two subclasses and four settings, put in by `install`.

What is changed, and why (figures in docs/benchmarks.md, causes in docs/transport.md once it is there):

- `Receiver` gives out video frames on the marker bit and counts octets, which aiortc's statistics do not have.
- `Sender` hands keyframe requests (PLI, FIR: RFC 4585, RFC 5104) to the track, because the encoder is in the camera's
  process, and tells what bit rate the far side estimates (REMB: draft-alvestrand-rmcat-remb).
- Only VP8 and Opus are offered: that is what the device children encode, and every browser has both (RFC 7742, 7874).
- The bounds within which a REMB is believed are widened; aiortc's floor of 250 kbit/s is more than a weak link carries.

The names below were proved on the versions in `PROVED`. On others, or where a name is missing, `install` says so
loudly and aiortc stays as it is: calls work, later and coarser.
"""

import importlib.metadata
import logging

import aiortc.codecs
import aiortc.rtcpeerconnection
from aiortc import RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import vpx
from aiortc.rtp import RtpPacket

from robotclient.tracks import PacketTrack
from robotclient.transport.frames import MarkerJitterBuffer

log = logging.getLogger(__name__)

PROVED = {"aiortc": "1.16.0", "aioice": "0.13.0"}
LOWEST_BITRATE = 100_000
HIGHEST_BITRATE = 8_000_000
BUFFERED_PACKETS = 512

_PRIVATE_NAMES = (
    (RTCRtpReceiver, "_handle_rtp_packet"),
    (RTCRtpSender, "_send_keyframe"),
    (aiortc.rtcpeerconnection, "RTCRtpReceiver"),
    (aiortc.rtcpeerconnection, "RTCRtpSender"),
    (vpx, "MIN_BITRATE"),
    (vpx, "MAX_BITRATE"),
)
_KEPT_CODECS = {"video": "video/vp8", "audio": "audio/opus"}


class Receiver(RTCRtpReceiver):
    """aiortc's receiver with our frame buffer and a count of what came."""

    def __init__(self, kind: str, transport: aiortc.RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.octets = 0
        if kind == "video":
            self._RTCRtpReceiver__jitter_buffer = MarkerJitterBuffer(BUFFERED_PACKETS)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.octets += len(packet.payload)
        await super()._handle_rtp_packet(packet, arrival_time_ms)


class Sender(RTCRtpSender):
    """aiortc's sender for packets that were coded elsewhere."""

    def _send_keyframe(self) -> None:
        if isinstance(self.track, PacketTrack):
            self.track.request_keyframe()
        else:
            super()._send_keyframe()


def install() -> bool:
    """Attach everything; False, with the reason in the log, where this aiortc is not the one it was made for."""
    wrong = [
        f"{name} is {importlib.metadata.version(name)}, proved on {version}"
        for name, version in PROVED.items()
        if importlib.metadata.version(name) != version
    ]
    wrong += [f"{owner.__name__}.{name} is missing" for owner, name in _PRIVATE_NAMES if not hasattr(owner, name)]
    if wrong:
        log.error("aiortc is used as it is, without our changes: %s", "; ".join(wrong))
        return False
    aiortc.rtcpeerconnection.RTCRtpReceiver = Receiver  # type: ignore[attr-defined]
    aiortc.rtcpeerconnection.RTCRtpSender = Sender  # type: ignore[attr-defined]
    vpx.MIN_BITRATE = LOWEST_BITRATE
    vpx.MAX_BITRATE = HIGHEST_BITRATE
    for kind, kept in _KEPT_CODECS.items():
        _keep_codec(kind, kept)
    return True


def _keep_codec(kind: str, mime_type: str) -> None:
    """Offer one codec, with its retransmission format (RFC 4588)."""
    codecs = aiortc.codecs.CODECS[kind]
    chosen = [codec for codec in codecs if codec.mimeType.lower() == mime_type]
    payload_types = {codec.payloadType for codec in chosen}
    codecs[:] = [codec for codec in codecs if codec in chosen or codec.parameters.get("apt") in payload_types]


def estimated_bitrate(sender: RTCRtpSender) -> int | None:
    """What the far side can take, in bit/s, by its last REMB; None before the first packet was sent."""
    encoder = getattr(sender, "_RTCRtpSender__encoder", None)
    return getattr(encoder, "target_bitrate", None)


def received_octets(receiver: RTCRtpReceiver) -> int:
    """Octets of payload received; 0 on an aiortc without our changes."""
    return receiver.octets if isinstance(receiver, Receiver) else 0


def codec_name(transceiver: RTCRtpTransceiver) -> str:
    """The negotiated codec, as `VP8`; empty before the negotiation."""
    codecs = transceiver._codecs
    return codecs[0].name if codecs else ""
