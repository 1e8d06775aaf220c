"""What is offered and within which limits: aiortc's and aioice's own tables, changed once for the whole process."""

import aioice.stun
import aiortc.codecs
import aiortc.rtcrtpsender
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpHeaderExtensionParameters

TRANSPORT_NUMBER = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TRANSPORT_NUMBER_ID = 4
"""Free in aiortc's table, whose ids hold for all media of a connection."""
HISTORY = 1024
"""Packets that can be sent once more: a second and a half of 2 Mbit/s, where aiortc's 128 are a fifth of one."""
STUN_TIMER = 0.1
"""Seconds to a request's first repetition, doubling; aioice waits 0.5. RFC 8489, section 6.2.1, would
have the round trip, and connectivity checks of RFC 8445 (section 14.3) may be repeated sooner still."""
KEPT_CODECS = {"video": "video/vp8", "audio": "audio/opus"}
"""What the device children encode, and every browser has (RFC 7742, RFC 7874)."""
OPUS = {"minptime": 10, "useinbandfec": 1}
"""RFC 7587, section 6.1: we can use a copy of a lost packet in the one behind it."""


def apply() -> None:
    """Change the tables; a second time changes nothing."""
    aioice.stun.RETRY_RTO = STUN_TIMER
    aiortc.rtcrtpsender.RTP_HISTORY_SIZE = HISTORY  # type: ignore[attr-defined]  # imported there by name
    for kind, kept in KEPT_CODECS.items():
        _keep_codec(kind, kept)
        _offer_feedback(kind)
    aiortc.codecs.CODECS["audio"][0].parameters.update(OPUS)


def _keep_codec(kind: str, mime_type: str) -> None:
    """Offer one codec, with its retransmission format (RFC 4588)."""
    codecs = aiortc.codecs.CODECS[kind]
    chosen = [codec for codec in codecs if codec.mimeType.lower() == mime_type]
    payload_types = {codec.payloadType for codec in chosen}
    codecs[:] = [codec for codec in codecs if codec in chosen or codec.parameters.get("apt") in payload_types]


def _offer_feedback(kind: str) -> None:
    """Number the packets of all media in one row, and ask for reports on them."""
    extensions = aiortc.codecs.HEADER_EXTENSIONS[kind]
    if all(each.uri != TRANSPORT_NUMBER for each in extensions):
        extensions.append(RTCRtpHeaderExtensionParameters(id=TRANSPORT_NUMBER_ID, uri=TRANSPORT_NUMBER))
        for codec in aiortc.codecs.CODECS[kind]:
            if not is_rtx(codec):
                codec.rtcpFeedback.append(RTCRtcpFeedback(type="transport-cc"))
