"""Why video fails on bad networks in aiortc 1.16, cause by cause: its own classes beside ours, on the same packets.

The numbers are those of docs/transport.md. Pictures are real: libvpx codes them, aiortc's packetiser cuts them up.
"""

import random
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Protocol

import av
import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Decoder, Vp8Encoder, vp8_depayload
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpRtpfbPacket, RtpPacket
from numpy.typing import NDArray

from robotclient.transport.feedback import FeedbackWriter, parse, split
from robotclient.transport.feedback_requests import nack
from robotclient.transport.video import FrameAssembler
from robotclient.transport.video_frame import Frame
from robotclient.transport.video_packet import VideoPacket
from tests.robotclient.transport.video_rig import FIRST_TIMESTAMP, Network, Path

WIDTH, HEIGHT = 192, 144
GOOD = 30.0
"""dB; what libvpx makes of these pictures lies above, a picture without its reference far below."""


@dataclass
class Seen:
    """What a receiver did."""

    frames: list[JitterFrame | Frame] = field(default_factory=list)
    asked: list[tuple[float, int]] = field(default_factory=list)
    """Time and sequence number of each request for a packet."""
    keyframe_asked: list[float] = field(default_factory=list)


class Receiver(Protocol):
    """aiortc's or ours."""

    def put(self, packet: VideoPacket, now: float) -> Seen:
        """All that was done so far."""


class Stock:
    """What aiortc's `RTCRtpReceiver` does with a packet of video."""

    def __init__(self, capacity: int = 512) -> None:
        self._buffer = JitterBuffer(capacity, is_video=True)
        self._nacks = NackGenerator()
        self._seen = Seen()

    def put(self, packet: VideoPacket, now: float) -> Seen:
        rtp = RtpPacket(sequence_number=packet.sequence, timestamp=packet.timestamp, marker=int(packet.marker))
        rtp._data = vp8_depayload(packet.payload)  # type: ignore[attr-defined]  # as aiortc does
        if self._nacks.add(rtp):
            self._seen.asked += [(now, sequence) for sequence in sorted(self._nacks.missing)]
        pli, frame = self._buffer.add(rtp)
        self._seen.keyframe_asked += [now] if pli else []
        self._seen.frames += [frame] if frame else []
        return self._seen


class Ours:
    """The same for `FrameAssembler`."""

    def __init__(self) -> None:
        self._assembler = FrameAssembler()
        self._seen = Seen()

    def put(self, packet: VideoPacket, now: float) -> Seen:
        self._seen.frames += self._assembler.put(packet, now)
        wishes = self._assembler.poll(now)
        self._seen.frames += wishes.frames
        self._seen.asked += [(now, sequence) for sequence in wishes.nacks]
        self._seen.keyframe_asked += [now] if wishes.keyframe else []
        return self._seen


@cache
def picture(index: int) -> NDArray[np.uint8]:
    """Something that moves, yuv420p."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    luma = 128 + 60 * np.sin((x + 3 * index) / 9) + 50 * np.cos((y - 2 * index) / 7)
    chroma = np.full((HEIGHT // 2, WIDTH), 128)
    return np.vstack((luma, chroma)).astype(np.uint8)


class Camera:
    """libvpx through aiortc."""

    def __init__(self) -> None:
        self._encoder = Vp8Encoder()
        self._encoder.target_bitrate = 1_000_000

    def encode(self, index: int, *, keyframe: bool) -> list[bytes]:
        frame = av.VideoFrame.from_ndarray(picture(index), format="yuv420p")
        frame.pts, frame.time_base = 3000 * index, Fraction(1, 90_000)
        return self._encoder.encode(frame, force_keyframe=keyframe)[0]


@cache
def camera_packets(count: int) -> tuple[VideoPacket, ...]:
    camera, found = Camera(), list[VideoPacket]()
    for index in range(count):
        payloads = camera.encode(index, keyframe=index == 0)
        for part, payload in enumerate(payloads):
            found.append(VideoPacket(1, len(found), 3000 * index, part == len(payloads) - 1, payload))
    return tuple(found)


def qualities(frames: list[JitterFrame | Frame], first: int = 0) -> list[float]:
    """PSNR of each frame against the picture that was coded, in dB; the decoder may not complain."""
    decoder, found = Vp8Decoder(), []
    for frame in frames:
        (decoded,) = decoder.decode(JitterFrame(frame.data, frame.timestamp))
        assert isinstance(decoded, av.VideoFrame)
        index = ((frame.timestamp - first) & 0xFFFFFFFF) // 3000
        error = decoded.to_ndarray(format="yuv420p")[:HEIGHT].astype(float) - picture(index)[:HEIGHT]
        found.append(float(10 * np.log10(255**2 / max(1e-9, (error**2).mean()))))
    return found


def play(receiver: Receiver, packets: list[VideoPacket], *, without: set[int]) -> Seen:
    """All packets, 30 frames a second, except the ones with these sequence numbers."""
    seen = Seen()
    for packet in packets:
        if packet.sequence not in without:
            seen = receiver.put(packet, packet.timestamp / 90_000)
    return seen


def script(frames: int, size: int = 5) -> list[VideoPacket]:
    """Frames of so many packets, without pictures in them."""
    return [
        VideoPacket(
            1,
            number,
            3000 * (number // size),
            number % size == size - 1,
            bytes([0x10 if number % size == 0 else 0, 1 if number >= size else 0]),
        )
        for number in range(frames * size)
    ]


@pytest.mark.parametrize(("receiver", "good"), [(Stock(), False), (Ours(), True)])
def test_2_a_keyframe_is_asked_for_while_the_hole_is_young(receiver: Receiver, good: bool) -> None:
    seen = play(receiver, script(200), without={100})
    waited = seen.keyframe_asked[0] - 20 / 30
    assert (waited < 0.6) is good
    assert waited > 3 or good


@pytest.mark.parametrize(("receiver", "good"), [(Stock(), False), (Ours(), True)])
def test_3_a_request_that_was_lost_is_made_again(receiver: Receiver, good: bool) -> None:
    seen = play(receiver, script(30), without={100})
    assert {sequence for _, sequence in seen.asked} == {100}
    assert (len({now for now, _ in seen.asked}) >= 3) is good


@pytest.mark.parametrize(("receiver", "good"), [(Stock(), False), (Ours(), True)])
def test_4_a_frame_comes_with_its_last_packet(receiver: Receiver, good: bool) -> None:
    seen = play(receiver, script(1), without=set())
    assert (len(seen.frames) == 1) is good


@pytest.mark.parametrize(("receiver", "good"), [(Stock(), False), (Ours(), True)])
def test_4_frames_that_waited_for_a_hole_come_as_soon_as_it_is_filled(receiver: Receiver, good: bool) -> None:
    packets = script(8)
    late = packets.pop(7)
    play(receiver, packets, without=set())
    assert (len(receiver.put(late, 0.3).frames) == 8) is good


@pytest.mark.parametrize(("receiver", "good"), [(Stock(capacity=32), False), (Ours(), True)])
def test_5_nothing_is_shown_whose_reference_is_missing(receiver: Receiver, good: bool) -> None:
    """The decoder reports no error, the picture decays: nobody would ask for a keyframe on account of it."""
    packets = list(camera_packets(90))
    lost = {packet.sequence for packet in packets if packet.timestamp == 3000 * 20}
    seen = play(receiver, packets, without=lost)
    assert (min(qualities(seen.frames)) > GOOD) is good
    assert seen.frames[0].timestamp == 0
    assert seen.keyframe_asked


def test_6_the_sender_is_told_at_once_how_its_packets_arrive() -> None:
    """aiortc tells an estimate (REMB) after seconds; a browser's own congestion control wants each arrival."""
    stock, ours = RemoteBitrateEstimator(), FeedbackWriter(1, 2)
    estimates, told = [], 0
    for index in range(500):  # 1 Mbit/s
        now = 1 + index / 100
        sent = int(now * (1 << 18)) & 0xFFFFFF
        estimate = stock.add(int(now * 1000), sent, payload_size=1250, ssrc=2)
        estimates += [now - 1] if estimate else []
        ours.put(index, now)
        if (report := ours.poll(now)) is not None:
            told += len(parse(report).statuses)
            assert told > index - 10, "an arrival older than a tenth of a second was not told yet"
    assert estimates[0] > 0.9


def test_13_padding_in_a_report_does_not_cost_the_whole_packet() -> None:
    writer = FeedbackWriter(1, 2)
    for sequence in range(9):
        writer.put(sequence, 1.0)
    report = writer.poll(1.0) or b""
    assert report[0] & 0x20, "there is no padding in it"
    news = RtcpRrPacket(ssrc=1, reports=[RtcpReceiverInfo(2, 25, 7, 99, 3, 0, 0)])
    with pytest.raises(ValueError, match="RTP feedback length is invalid"):
        RtcpPacket.parse(bytes(news) + report)
    reports, rest = split(bytes(news) + report)
    assert len(parse(reports[0]).statuses) == 9
    assert RtcpPacket.parse(rest) == [news]


def test_a_request_across_the_wrap_around_can_be_written() -> None:
    """Found on the way: aiortc's own generic NACK raises, and the packets are lost for good."""
    with pytest.raises(ValueError, match="negative shift count"):
        bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=[65_535, 0]))
    (packet,) = RtcpPacket.parse(nack(1, 2, [65_535, 0]))
    assert isinstance(packet, RtcpRtpfbPacket)
    assert [each & 0xFFFF for each in packet.lost] == [65_535, 0]


@pytest.mark.parametrize("path", [Path(loss=0.05), Path(loss=0.1, burst=4, jitter=0.01), Path(loss=0.05, delay=0.05)])
def test_real_pictures_stay_sharp_and_flow(path: Path) -> None:
    chance = random.Random(7)
    network = Network(Camera(), path, chance)
    network.run(5)
    assert min(qualities(list(network.frames), first=FIRST_TIMESTAMP)) > GOOD
    assert len(network.frames) > 0.9 * network.sent
