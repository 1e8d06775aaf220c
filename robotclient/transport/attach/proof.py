"""Whether this is the aiortc that everything here was proved on.

A name that has gone would else be found in the middle of a call.
"""

import importlib.metadata
from types import ModuleType

import aioice.ice
import aioice.stun
import aioice.turn
import aiortc.codecs
import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
import aiortc.rtcrtpsender
from aioice import Connection
from aioice.ice import StunProtocol
from aioice.turn import TurnClientMixin
from aiortc import RTCDtlsTransport, RTCIceTransport, RTCRtpReceiver, RTCRtpSender
from aiortc.rtcdtlstransport import RtpRouter

PROVED = {"aiortc": "1.16.0", "aioice": "0.13.0"}
NAMES: tuple[tuple[type | ModuleType, tuple[str, ...]], ...] = (
    (aiortc.rtcpeerconnection, ("RTCRtpReceiver", "RTCRtpSender", "RTCDtlsTransport")),
    (aiortc.rtcicetransport, ("Connection", "connection_kwargs")),
    (aioice.turn, ("TurnClientUdpProtocol", "TurnClientTcpProtocol")),
    (aioice.ice, ("relayed_candidate", "get_host_addresses")),
    (TurnClientMixin, ("refresh", "request_with_retry", "channel_bind")),
    (aiortc.rtcrtpsender, ("RTP_HISTORY_SIZE",)),
    (aiortc.codecs, ("CODECS", "HEADER_EXTENSIONS")),
    (aioice.stun, ("RETRY_RTO",)),
    (RTCRtpReceiver, ("_handle_rtp_packet", "_handle_rtcp_packet")),
    (RTCRtpSender, ("_run_rtp", "_send_keyframe", "_handle_rtcp_packet", "_retransmit")),
    (
        RTCDtlsTransport,
        (
            "_do_handshake",
            "_write_ssl",
            "_recv_next",
            "_handle_rtp_data",
            "_handle_rtcp_data",
            "_send_rtp",
            "_set_state",
        ),
    ),
    (RtpRouter, ("route_rtp",)),
    (Connection, ("query_consent", "build_request", "get_component_candidates", "data_received", "recv")),
    (StunProtocol, ("send_stun",)),
)
MADE: tuple[tuple[type, tuple[str, ...]], ...] = (
    (
        RTCRtpReceiver,
        ("__codecs", "__rtx_ssrc", "__remote_streams", "__decoder_queue", "__decoder_error"),
    ),
    (RTCRtpSender, ("__rtp_header_extensions_map", "__rtp_exited", "__rtp_history", "__rtt")),
    (RTCDtlsTransport, ("_rtp_router", "_rtp_header_extensions_map", "_ssl", "_role")),
    (Connection, ("_nominated", "_query_consent_task", "_protocols", "_transport_policy")),
    (TurnClientMixin, ("channel_to_peer", "lifetime")),
    (RTCIceTransport, ("_connection",)),
)
"""Attributes that instances get in `__init__`: looked for among the names that its code uses."""


def faults() -> list[str]:
    """What is not as it was proved; nothing if all is."""
    found = [
        f"{name} is {importlib.metadata.version(name)}, proved on {version}"
        for name, version in PROVED.items()
        if importlib.metadata.version(name) != version
    ]
    found += [
        f"{_name(owner)}.{name} is missing" for owner, names in NAMES for name in names if not hasattr(owner, name)
    ]
    return found + [
        f"{owner.__name__}.{name} is missing"
        for owner, names in MADE
        for name in names
        if _mangled(owner, name) not in owner.__init__.__code__.co_names  # type: ignore[misc]
    ]


def _mangled(owner: type, name: str) -> str:
    return f"_{owner.__name__}{name}" if name.startswith("__") else name


def _name(owner: type | ModuleType) -> str:
    return owner.__name__
