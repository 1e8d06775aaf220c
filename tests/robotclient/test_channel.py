"""The channel between daemon and children: frames, limits, and a reader that does not keep up."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media import channel
from robotclient.media.channel import Beat, ChannelError, DaemonChannel, PipeMessage


class Sample(PipeMessage):
    number: int = 0
    text: str = ""


def parts(frame: bytes) -> tuple[bytes, bytes, bytes]:
    head, rest = frame[: channel.LENGTHS.size], frame[channel.LENGTHS.size :]
    kind, fields, body = channel.split_lengths(head)
    assert len(rest) == kind + fields + body
    return rest[:kind], rest[kind : kind + fields], rest[kind + fields :]


@given(st.integers(), st.text(), st.binary())
def test_what_is_encoded_is_decoded(number: int, text: str, body: bytes) -> None:
    message = Sample(number=number, text=text)
    kind, fields, same_body = parts(channel.encode(message, body))
    assert channel.decode(kind, fields, (Beat, Sample)) == message
    assert same_body == body


def test_a_message_of_another_release_is_an_error() -> None:
    kind, fields, _ = parts(channel.encode(Sample()))
    with pytest.raises(ChannelError, match="unexpected message 'Sample'"):
        channel.decode(kind, fields, (Beat,))


def test_lengths_that_cannot_be_true_are_an_error() -> None:
    with pytest.raises(ChannelError, match="over the limit"):
        channel.split_lengths(channel.LENGTHS.pack(4, 2, channel.MAX_FRAME))


async def test_the_daemon_reads_frames_that_come_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    reading = await DaemonChannel.open(ours, (Sample,))
    frames = channel.encode(Sample(number=1), b"abc") + channel.encode(Sample(number=2))
    with theirs:
        for byte in frames:
            theirs.send(bytes([byte]))
            await asyncio.sleep(0)
        assert await asyncio.wait_for(reading.receive(), 5) == (Sample(number=1), b"abc")
        assert await asyncio.wait_for(reading.receive(), 5) == (Sample(number=2), b"")
    assert await asyncio.wait_for(reading.receive(), 5) is None
    reading.close()


async def test_a_frame_cut_off_by_the_childs_death_is_the_end() -> None:
    ours, theirs = socket.socketpair()
    reading = await DaemonChannel.open(ours, (Sample,))
    with theirs:
        theirs.send(channel.encode(Sample(), b"abc")[:-1])
    assert await asyncio.wait_for(reading.receive(), 5) is None
    reading.close()


async def test_a_slow_reader_costs_messages_and_no_memory() -> None:
    ours, theirs = socket.socketpair()
    writing = await DaemonChannel.open(ours, ())
    body = bytes(10_000)
    with theirs:
        sent = 0
        while writing.send(Sample(), body):
            sent += 1
            assert sent < 1000, "nothing stops the sender"
        assert sent * len(body) >= channel.WRITE_BUFFER_LIMIT
        assert not writing.send(Sample())
        theirs.setblocking(False)
        await asyncio.wait_for(_drain(theirs, writing), 5)
        assert writing.send(Sample())
    writing.close()


async def _drain(end: socket.socket, writing: DaemonChannel) -> None:
    """Read until the daemon may send again."""
    loop = asyncio.get_running_loop()
    while not writing.send(Sample()):
        await loop.sock_recv(end, 1 << 20)


async def test_after_the_end_nothing_is_sent() -> None:
    ours, theirs = socket.socketpair()
    writing = await DaemonChannel.open(ours, ())
    theirs.close()
    writing.close()
    assert not writing.send(Sample())
