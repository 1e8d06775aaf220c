"""Measure the media of a call: one sample per peer, direction and medium, over the time since the last look."""

import time
from dataclasses import dataclass
from datetime import datetime

from aiortc import RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver, RTCStatsReport

from robotclient.body import Body
from robotclient.peer import Peer
from robotclient.transport import attach
from wire.rest import MediaSample

Counters = tuple[int, int]
"""Octets and frames (or packets, for sound) so far."""


@dataclass(frozen=True)
class Link:
    """What RTCP told of a medium (RFC 3550, section 6.4)."""

    packets_lost: int = 0
    jitter_ms: float = 0
    round_trip_ms: float | None = None


class Meter:
    """Keeps the last counters, so that each look gives rates."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._last: dict[tuple[str, ...], tuple[float, Counters]] = {}

    async def measure(self, peers: dict[str, Peer], now: datetime) -> tuple[MediaSample, ...]:
        """Samples of all connections that carry media."""
        samples: list[MediaSample] = []
        for participant, peer in peers.items():
            for transceiver in peer.pc.getTransceivers():
                codec = attach.codec_name(transceiver)
                samples.append(await self._sent(participant, transceiver.sender, codec, now))
                samples.append(await self._received(participant, transceiver, now))
        return tuple(samples)

    async def _sent(self, participant: str, sender: RTCRtpSender, codec: str, now: datetime) -> MediaSample:
        report = await sender.getStats()
        octets = sum(each.bytesSent for each in report.values() if each.type == "outbound-rtp")
        width, height = self._body.sent_size if sender.kind == "video" else (0, 0)
        frames = self._body.sent_frames if sender.kind == "video" else 0
        kbps, fps = self._rates((participant, "sent", sender.kind), (octets, frames))
        link = _link(report, "remote-inbound-rtp", 90_000 if sender.kind == "video" else 48_000)
        return MediaSample(
            at=now,
            peer=participant,
            direction="sent",
            kind=sender.kind,
            codec=codec,
            width=width,
            height=height,
            fps=fps,
            kbps=kbps,
            packets_lost=link.packets_lost,
            jitter_ms=link.jitter_ms,
            round_trip_ms=link.round_trip_ms,
            **_sending(sender),
        )

    async def _received(self, participant: str, transceiver: RTCRtpTransceiver, now: datetime) -> MediaSample:
        receiver, codec = transceiver.receiver, attach.codec_name(transceiver)
        kind = transceiver.kind
        report = await receiver.getStats()
        octets = attach.received_octets(receiver)
        picture = self._body.received.get(participant) if kind == "video" else None
        kbps, fps = self._rates((participant, "received", kind), (octets, picture.frames if picture else 0))
        link = _link(report, "inbound-rtp", 90_000 if kind == "video" else 48_000)
        return MediaSample(
            at=now,
            peer=participant,
            direction="received",
            kind=kind,
            codec=codec,
            width=picture.width if picture else 0,
            height=picture.height if picture else 0,
            fps=fps,
            kbps=kbps,
            packets_lost=link.packets_lost,
            jitter_ms=link.jitter_ms,
            **(_receiving(receiver) if kind == "video" else self._hearing(participant)),
        )

    def _hearing(self, participant: str) -> dict[str, float]:
        """How the sound is played; nothing before it is, and where aiortc decodes it."""
        if (counts := self._body.heard(participant)) is None:
            return {}
        (played, concealed), (packets, waited) = (
            self._grown((participant, name), pair)
            for name, pair in (
                ("sound", (counts.played, counts.concealed)),
                ("waiting", (counts.packets, round(1000 * counts.waited))),
            )
        )
        return {
            "concealed_percent": round(100 * concealed / max(1, played), 2),
            "jitter_buffer_ms": round(waited / max(1, packets), 1),
        }

    def _grown(self, key: tuple[str, ...], counters: Counters) -> Counters:
        """By how much counters have grown since the last look; from 0 where they begin anew."""
        _, last = self._last.get(key, (0.0, (0, 0)))
        self._last[key] = (time.monotonic(), counters)
        if counters[0] < last[0]:
            return counters
        return counters[0] - last[0], counters[1] - last[1]

    def _rates(self, key: tuple[str, ...], counters: Counters) -> tuple[float, float]:
        """Kilobits and frames per second since the last look; zeros at the first."""
        now = time.monotonic()
        then, last = self._last.get(key, (now, counters))
        self._last[key] = (now, counters)
        if now <= then:
            return 0.0, 0.0
        octets, frames = (max(0, new - old) / (now - then) for new, old in zip(counters, last, strict=True))
        return round(octets * 8 / 1000, 1), round(frames, 1)


def _sending(sender: RTCRtpSender) -> dict[str, float]:
    if (counts := attach.sending_counts(sender)) is None:
        return {}
    return {
        "estimated_kbps": round(counts.estimate / 1000, 1),
        "loss_percent": round(100 * counts.loss, 2),
        "nacks": counts.nacks,
        "keyframe_requests": counts.keyframe_requests,
        "retransmissions": counts.retransmissions,
    }


def _receiving(receiver: RTCRtpReceiver) -> dict[str, float]:
    if (counts := attach.receiving_counts(receiver)) is None:
        return {}
    return {
        "nacks": counts.packets_asked,
        "keyframe_requests": counts.keyframes_asked,
        "retransmissions": counts.packets_recovered,
        "freezes": counts.freezes,
        "frozen_seconds": round(counts.frozen, 2),
    }


def _link(report: RTCStatsReport, kind: str, clock_rate: int) -> Link:
    for each in report.values():
        if each.type == kind:
            round_trip = getattr(each, "roundTripTime", None)
            return Link(
                packets_lost=max(0, each.packetsLost),
                jitter_ms=round(1000 * each.jitter / clock_rate, 1),
                round_trip_ms=None if round_trip is None else round(1000 * round_trip, 1),
            )
    return Link()
