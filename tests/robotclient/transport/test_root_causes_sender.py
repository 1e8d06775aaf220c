"""Why aiortc sends badly on narrow and lossy paths (docs/transport.md, 7 to 10): its classes beside ours."""

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport, RTCRtpSender
from aiortc.codecs import CODECS, vpx
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtpPacket,
    pack_remb_fci,
)
from av import VideoFrame

from robotclient.media.camera.encoder import Vp8Encoder
from robotclient.media.camera.source import Picture
from robotclient.tracks import PacketTrack
from robotclient.transport.attach.outgoing import Outgoing
from robotclient.transport.attach.sender import Sender
from robotclient.transport.attach.transport import Transport
from robotclient.transport.pacer import Rank

FPS = 30
STOCK_HISTORY = 128


class StockWire(RTCDtlsTransport):
    """aiortc's transport up to the encryption: what it would send is kept."""

    async def _send_rtp(self, data: bytes) -> None:
        vars(self).setdefault("sent", []).append(data)


class OurWire(Transport):
    """Ours, likewise."""

    async def _send_rtp(self, data: bytes) -> None:
        vars(self).setdefault("sent", []).append(data)


def stock_sender(of: MediaStreamTrack | str = "video") -> RTCRtpSender:
    return RTCRtpSender(of, StockWire(RTCIceTransport(RTCIceGatherer([])), [RTCCertificate.generateCertificate()]))


def our_sender(of: MediaStreamTrack | str = "video") -> Sender:
    return Sender(of, OurWire(RTCIceTransport(RTCIceGatherer([])), [RTCCertificate.generateCertificate()]))


def sent(sender: RTCRtpSender) -> list[bytes]:
    found: list[bytes] = vars(sender.transport).get("sent", [])
    return found


def loss_report(ssrc: int, lost: float) -> RtcpRrPacket:
    info = RtcpReceiverInfo(
        ssrc=ssrc, fraction_lost=int(lost * 256), packets_lost=0, highest_sequence=0, jitter=0, lsr=0, dlsr=0
    )
    return RtcpRrPacket(ssrc=1, reports=[info])


def remb(ssrc: int, rate: int) -> RtcpPsfbPacket:
    return RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(rate, [ssrc]))


def noise(number: int, width: int = 320, height: int = 240) -> VideoFrame:
    """As hard for an encoder as a picture can be."""
    random = np.random.default_rng(number)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = random.integers(16, 235, (height // 8, width // 8), np.uint8).repeat(8, 0).repeat(8, 1)
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = 3000 * number, Fraction(1, 90_000)
    return frame


def run_stock(count: int, rate: Callable[[int], int]) -> list[tuple[int, bool]]:
    """The size of each frame, and whether it is a keyframe."""
    encoder, frames = vpx.Vp8Encoder(), []
    for number in range(count):
        encoder.target_bitrate = rate(number)
        payloads, _ = encoder.encode(noise(number))
        _, first = VpxPayloadDescriptor.parse(payloads[0])
        frames.append((sum(map(len, payloads)), not first[0] & 1))
    return frames


def run_ours(count: int, rate: Callable[[int], int]) -> list[tuple[int, bool]]:
    encoder, frames = Vp8Encoder(FPS, rate(0)), []
    for number in range(count):
        encoder.set_bitrate(rate(number))
        coded = encoder.encode(Picture(noise(number), 100 + number / FPS))
        frames.append((len(coded.data), coded.keyframe) if coded else (0, False))
    return frames


def bitrate(frames: list[tuple[int, bool]]) -> float:
    return 8 * FPS * sum(size for size, _ in frames) / len(frames)


async def test_7_stock_sends_on_at_full_rate_into_a_path_that_loses_two_fifths() -> None:
    sender = stock_sender()
    encoder = vpx.Vp8Encoder()
    vars(sender)["_RTCRtpSender__encoder"] = encoder
    before = encoder.target_bitrate
    for _ in range(10):
        await sender._handle_rtcp_packet(loss_report(sender._ssrc, 0.4))
    assert encoder.target_bitrate == before
    await sender._handle_rtcp_packet(remb(sender._ssrc, 1_200_000))
    assert encoder.target_bitrate == 1_200_000  # whatever the losses


async def test_7_ours_sends_less_and_an_estimate_alone_does_not_raise_it() -> None:
    sender = our_sender()
    before = sender.video_rate(time.monotonic())
    await sender._handle_rtcp_packet(loss_report(sender._ssrc, 0.4))
    after = sender.video_rate(time.monotonic())
    assert after < 0.85 * before
    await sender._handle_rtcp_packet(remb(sender._ssrc, 1_200_000))
    assert sender.video_rate(time.monotonic()) == after
    await sender._handle_rtcp_packet(remb(sender._ssrc, 150_000))
    assert sender.video_rate(time.monotonic()) < 100_000


def wavering(number: int) -> int:
    """A rate that goes up and down by a fifth each half second, as an estimate does."""
    return 500_000 if number // 15 % 2 else 400_000


def test_8_stock_makes_a_keyframe_of_every_change_of_the_rate() -> None:
    assert sum(keyframe for _, keyframe in run_stock(90, wavering)) == 6


def test_8_ours_makes_none() -> None:
    assert sum(keyframe for _, keyframe in run_ours(90, wavering)) == 1


def test_8_ffmpeg_ignores_another_rate_once_its_encoder_is_open() -> None:
    encoder = vpx.Vp8Encoder()
    encoder.target_bitrate = 800_000
    encoder.encode(noise(0))
    assert encoder.codec is not None
    encoder.codec.bit_rate = 300_000
    sizes = [sum(len(bytes(packet)) for packet in encoder.codec.encode(noise(number))) for number in range(1, 91)]
    assert 8 * FPS * sum(sizes[30:]) / len(sizes[30:]) > 600_000
    assert bitrate(run_ours(91, lambda number: 300_000 if number else 800_000)[31:]) < 400_000


def test_9_stock_never_goes_below_250_kbit_s() -> None:
    encoder = vpx.Vp8Encoder()
    encoder.target_bitrate = 100_000
    assert encoder.target_bitrate == 250_000
    assert bitrate(run_stock(90, lambda _: 100_000)[30:]) > 200_000


def test_9_ours_goes_as_low_as_the_path() -> None:
    assert bitrate(run_ours(150, lambda _: 100_000)[60:]) < 130_000
    assert bitrate(run_ours(150, lambda _: 60_000)[60:]) < 85_000


def remember(sender: RTCRtpSender, count: int, kept: int) -> None:
    """As if `count` packets had been sent, of which aiortc's own history holds the last `kept`."""
    for number in range(count):
        packet = RtpPacket(payload_type=97, sequence_number=number)
        packet.payload = bytes(1100)
        vars(sender)["_RTCRtpSender__rtp_history"][number % kept] = packet
        if isinstance(sender, Sender):
            sender.retransmissions.put(number, number, 1200)


def nack(sender: RTCRtpSender, lost: list[int]) -> RtcpRtpfbPacket:
    return RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=sender._ssrc, lost=lost)


async def test_10_stock_repeats_as_often_as_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", STOCK_HISTORY)
    sender = stock_sender()
    remember(sender, 100, STOCK_HISTORY)
    for _ in range(30):
        await sender._handle_rtcp_packet(nack(sender, list(range(100))))
    assert len(sent(sender)) == 3000


async def test_10_ours_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 1024)
    sender = our_sender()
    remember(sender, 100, 1024)
    for _ in range(30):
        await sender._handle_rtcp_packet(nack(sender, list(range(100))))
    assert 0 < len(sent(sender)) <= 10
    assert sender.retransmissions.refused > 2900


async def test_10_ours_makes_a_keyframe_where_repeating_is_hopeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers wait three seconds for all that was lost when a link became narrow, before they ask for a keyframe."""
    keyframes: list[None] = []
    sender = our_sender(PacketTrack("video", lambda: keyframes.append(None)))
    remember(sender, 100, 1024)
    before = len(keyframes)
    async with asyncio.timeout(10):
        while len(keyframes) == before:
            await sender._handle_rtcp_packet(nack(sender, list(range(100))))
            await asyncio.sleep(0.03)
    assert len(sent(sender)) < 20
    assert sender.retransmissions.filler() is None, "all from before it is forgotten"


async def test_10_stock_has_forgotten_what_was_sent_a_second_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", STOCK_HISTORY)
    sender = stock_sender()
    remember(sender, 1000, STOCK_HISTORY)
    await sender._handle_rtcp_packet(nack(sender, [1000 - 200]))
    assert sent(sender) == []


async def test_10_ours_remembers_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 1024)
    sender = our_sender()
    remember(sender, 1000, 1024)
    await sender._handle_rtcp_packet(nack(sender, [1000 - 200, 5]))
    assert len(sent(sender)) == 2


async def test_10_stock_sends_a_frame_in_one_burst() -> None:
    track = PacketTrack("video", lambda: None)
    sender = stock_sender(track)
    track.put(bytes(12_000), 0, keyframe=True)
    running = asyncio.create_task(sender._run_rtp(CODECS["video"][0]))
    async with asyncio.timeout(10):
        while not sent(sender):
            await asyncio.sleep(0)
    assert len(sent(sender)) == 10
    running.cancel()
    await asyncio.wait({running})


async def test_10_ours_spreads_a_frame_out() -> None:
    times: list[float] = []

    async def send(packet: bytes) -> None:
        times.append(time.monotonic())

    async def fill() -> None:
        raise AssertionError("nothing to probe before anything was reported")

    outgoing = Outgoing(send, fill)
    running = asyncio.create_task(outgoing.run())
    for _ in range(10):
        outgoing.put(bytes(1100), Rank.PICTURE)
    async with asyncio.timeout(10):
        while len(times) < 10:
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.wait({running})
    at_the_pacing_rate = 9 * 8 * 1138 / outgoing.controller.target(time.monotonic()).pacing
    assert times[-1] - times[0] > 0.8 * at_the_pacing_rate
