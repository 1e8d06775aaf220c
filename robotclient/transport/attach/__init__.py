"""The one place that touches aiortc's inside. Nothing is forked: `install` puts in some subclasses and some settings.

| here | in the place of | what is different |
|---|---|---|
| `Receiver` | `RTCRtpReceiver` | frames by our assembler, sound not decoded |
| `Sender` | `RTCRtpSender` | keyframe requests go to the encoder, retransmissions have a budget |
| `Transport` | `RTCDtlsTransport` | packets are numbered, paced, reported; the handshake has a deadline |
| `IceConnection` | aioice's `Connection` | consent on long and lossy paths, a relay by any way there is |
| `UdpTurnClient`, `TcpTurnClient` | aioice's TURN clients | a relay lives as long as the call |
| `settings` | tables of codecs, extensions, timers | VP8 and Opus alone, transport-wide reports, shorter timers |

Why, and by which RFC: docs/transport.md. The names used were proved on the versions in `proof`. On others `install`
says so loudly and aiortc stays as it is: calls work, and hold less well on bad networks.
"""

import logging
import ssl

import aioice.turn
import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver

from robotclient.transport.attach import proof, settings
from robotclient.transport.attach.ice import IceConnection, connection_settings
from robotclient.transport.attach.private import private
from robotclient.transport.attach.receiver import Receiver
from robotclient.transport.attach.sender import Sender, SendingCounts
from robotclient.transport.attach.transport import Transport
from robotclient.transport.attach.turn_client import TcpTurnClient, UdpTurnClient
from robotclient.transport.video_statistics import VideoStatistics

log = logging.getLogger(__name__)


def install(tls: ssl.SSLContext | None = None) -> bool:
    """Attach everything; False, with the reason in the log, where this aiortc is not the one it was made for.

    `tls` says whom TURN servers are trusted by; None: whom this machine trusts.
    """
    if wrong := proof.faults():
        log.error("aiortc is used as it is, without our changes: %s", "; ".join(wrong))
        return False
    aiortc.rtcpeerconnection.RTCRtpReceiver = Receiver  # type: ignore[attr-defined]
    aiortc.rtcpeerconnection.RTCRtpSender = Sender  # type: ignore[attr-defined, assignment]
    aiortc.rtcpeerconnection.RTCDtlsTransport = Transport  # type: ignore[attr-defined]
    aiortc.rtcicetransport.Connection = IceConnection  # type: ignore[attr-defined, assignment]
    aiortc.rtcicetransport.connection_kwargs = connection_settings
    aioice.turn.TurnClientUdpProtocol = UdpTurnClient  # type: ignore[misc]
    aioice.turn.TurnClientTcpProtocol = TcpTurnClient  # type: ignore[misc]
    IceConnection.tls = tls or True
    settings.apply()
    return True


def wait_for_hello(pc: RTCPeerConnection, offer: str) -> None:
    """Let the offerer begin the DTLS handshake where he leaves it open; call this before the answer is made.

    Browsers repeat a lost hello after 50 ms (RFC 5763, section 5, would have the answerer begin).
    """
    if "a=setup:actpass" in offer:
        for transceiver in pc.getTransceivers():
            transceiver.receiver.transport._set_role("server")


def close_sockets(pc: RTCPeerConnection) -> None:
    """Leave none open, though a part of the connection did not end. Does nothing on an aiortc without our changes."""
    for transport in {each.receiver.transport.transport for each in pc.getTransceivers()}:
        if isinstance(transport._connection, IceConnection):
            transport._connection.close_sockets()


def video_rate(pc: RTCPeerConnection, now: float) -> int | None:
    """Bits per second that a connection has for its picture; None where it sends none, or not yet."""
    for sender in pc.getSenders():
        if sender.kind != "video":
            continue
        if isinstance(sender, Sender):
            return sender.video_rate(now)
        # Without our changes the far side's last REMB is all that is known, after the first packet.
        return getattr(private(RTCRtpSender, sender, "encoder"), "target_bitrate", None)
    return None


def sending_counts(sender: RTCRtpSender) -> SendingCounts | None:
    """What is known of the way to the far side; None for sound, and on an aiortc without our changes."""
    return sender.counts() if isinstance(sender, Sender) and sender.kind == "video" else None


def receiving_counts(receiver: RTCRtpReceiver) -> VideoStatistics | None:
    """How the picture of the far side comes in; None for sound, before it, and on an aiortc without our changes."""
    return receiver.video_statistics() if isinstance(receiver, Receiver) else None


def received_octets(receiver: RTCRtpReceiver) -> int:
    """Octets of payload received; 0 on an aiortc without our changes."""
    return receiver.octets if isinstance(receiver, Receiver) else 0


def heard_octets(pc: RTCPeerConnection) -> int | None:
    """Octets of all that came over a connection, reports included; None on an aiortc without our changes."""
    transports = [each.transport for each in pc.getSenders() if isinstance(each.transport, Transport)]
    return transports[0].octets if transports else None


def codec_name(transceiver: RTCRtpTransceiver) -> str:
    """The negotiated codec, as `VP8`; empty before the negotiation."""
    codecs = transceiver._codecs
    return codecs[0].name if codecs else ""
