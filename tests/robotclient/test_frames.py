"""Frames out of RTP packets, beside aiortc's own buffer: ours gives a frame one frame earlier and skips padding."""

from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.frames import MarkerJitterBuffer


def packet(number: int, timestamp: int, data: bytes, *, marker: bool) -> RtpPacket:
    made = RtpPacket(sequence_number=number & 0xFFFF, timestamp=timestamp, marker=int(marker))
    made._data = data  # type: ignore[attr-defined]  # as aiortc's receiver does
    return made


def stream(sizes: list[int], first: int = 65_500) -> list[RtpPacket]:
    """Frames of so many packets each; the sequence numbers wrap around."""
    packets: list[RtpPacket] = []
    for frame, size in enumerate(sizes):
        for part in range(size):
            data = f"{frame}.{part};".encode()
            packets.append(packet(first + len(packets), 3000 * frame, data, marker=part == size - 1))
    return packets


def feed(buffer: JitterBuffer, packets: list[RtpPacket]) -> list[tuple[int, bytes]]:
    frames = (buffer.add(each)[1] for each in packets)
    return [(frame.timestamp, frame.data) for frame in frames if frame is not None]


def test_a_frame_comes_with_its_last_packet_and_not_with_the_next_frame() -> None:
    packets = stream([3])
    assert feed(MarkerJitterBuffer(512), packets) == [(0, b"0.0;0.1;0.2;")]
    assert feed(JitterBuffer(512, is_video=True), packets) == []


@given(st.lists(st.integers(1, 6), min_size=1, max_size=60))
def test_every_frame_comes_once_and_in_order(sizes: list[int]) -> None:
    found = feed(MarkerJitterBuffer(512), stream(sizes))
    assert [timestamp for timestamp, _ in found] == [3000 * frame for frame in range(len(sizes))]
    assert all(data.count(b";") == size for (_, data), size in zip(found, sizes, strict=True))


def test_a_frame_whose_packets_come_in_disorder_is_put_right() -> None:
    first, *rest = stream([1, 4])
    assert feed(MarkerJitterBuffer(512), [first, *reversed(rest)]) == [(0, b"0.0;"), (3000, b"1.0;1.1;1.2;1.3;")]


def test_padding_is_no_frame() -> None:
    """An empty frame would be the end of the stream to the decoder; browsers send padding to probe the network."""
    packets = [
        packet(0, 0, b"a", marker=True),
        packet(1, 0, b"", marker=False),
        packet(2, 0, b"", marker=False),
        packet(3, 3000, b"b", marker=True),
    ]
    assert feed(MarkerJitterBuffer(512), packets) == [(0, b"a"), (3000, b"b")]
