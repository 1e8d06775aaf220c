"""Video on bad networks: whatever is lost, doubled or late, the decoder gets frames that it can decode, in order."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotclient.transport.video import MOST_PACKETS, FrameAssembler
from robotclient.transport.video_frame import Frame
from robotclient.transport.video_losses import LONGEST_WAIT
from robotclient.transport.video_packet import VideoPacket
from tests.robotclient.transport.video_rig import Marked, Network, Path, check, descriptor, told

PATHS = st.builds(
    Path,
    loss=st.sampled_from([0.0, 0.01, 0.05, 0.2, 0.5]),
    burst=st.sampled_from([1.0, 5.0, 30.0]),
    delay=st.sampled_from([0.0, 0.02, 0.3]),
    jitter=st.sampled_from([0.0, 0.005, 0.2]),
    duplicates=st.sampled_from([0.0, 0.3]),
)


@given(
    path=PATHS,
    layers=st.integers(1, 3),
    bits=st.sampled_from([7, 15, None]),
    padding=st.sampled_from([0.0, 0.2]),
    first=st.integers(0, 0xFFFF),
    seed=st.integers(0, 1 << 32),
)
@settings(max_examples=40)
def test_every_frame_can_be_decoded_and_pictures_come_again(
    path: Path, layers: int, bits: int | None, padding: float, first: int, seed: int
) -> None:
    chance = random.Random(seed)
    coder = Marked(chance, layers=layers, bits=bits, first_picture=chance.randrange(1 << 15))
    network = Network(coder, path, chance, first=first)
    network.padding = padding
    network.run(3)
    network.path = Path(delay=path.delay)
    network.run(3)
    check(network.frames)
    assert told(network.frames[-1]).index >= network.sent - 2 - 30 * path.delay, "the picture stands still"


@given(path=PATHS, seed=st.integers(0, 1 << 32))
@settings(max_examples=10)
def test_counts_agree_with_what_happened(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    network = Network(Marked(chance), path, chance)
    network.run(4)
    found = network.assembler.statistics(network.now)
    assert found.frames == len(network.frames)
    assert found.keyframes == sum(told(frame).keyframe for frame in network.frames)
    assert found.packets_recovered <= found.packets_asked
    pauses = [later - sooner for (sooner, _), (later, _) in pairwise(network.shown)]
    assert found.freezes - sum(pause > 0.3 for pause in pauses) in (0, 1)  # one may last
    assert found.frozen >= sum(pause for pause in pauses if pause > 0.3) - 1e-9


def packets(frames: list[list[bytes]], first: int = 65_530) -> list[VideoPacket]:
    """Frames, given as their packets' payloads, at 30 a second."""
    found: list[VideoPacket] = []
    for index, payloads in enumerate(frames):
        for part, payload in enumerate(payloads):
            sequence = (first + len(found)) & 0xFFFF
            found.append(VideoPacket(1, sequence, 3000 * index, part == len(payloads) - 1, payload))
    return found


def marked(count: int, layers: int = 1, *, keyframes: tuple[int, ...] = (0,), seed: int = 1) -> list[list[bytes]]:
    coder = Marked(random.Random(seed), layers=layers)
    return [coder.encode(index, keyframe=index in keyframes) for index in range(count)]


@given(data=st.data(), layers=st.integers(1, 3))
@settings(max_examples=60)
def test_any_order_any_loss_any_repetition(data: st.DataObject, layers: int) -> None:
    sent = packets(marked(12, layers, keyframes=(0, 8)))
    order = data.draw(st.lists(st.sampled_from(range(len(sent))), max_size=3 * len(sent)))
    assembler, frames, now = FrameAssembler(), [], 0.0
    for index in order:
        now += data.draw(st.sampled_from([0.0, 0.001, 0.2]))
        frames += assembler.put(sent[index], now)
        frames += assembler.poll(now).frames
    check(frames)


def feed(assembler: FrameAssembler, arriving: list[VideoPacket], now: float = 0.0) -> list[Frame]:
    return [frame for packet in arriving for frame in assembler.put(packet, now)]


def test_a_hole_that_is_never_filled_does_not_fill_the_memory() -> None:
    sent = packets(marked(3000))
    del sent[40]
    assembler, now, keyframes = FrameAssembler(), 0.0, 0
    for packet in sent:
        now += 0.005
        assembler.put(packet, now)
        keyframes += assembler.poll(now).keyframe
        assert len(assembler._queue) <= LONGEST_WAIT / 0.005 + 10, "what nobody can decode is kept"
        assert len(assembler._losses) <= 1
    assert 5 < keyframes < 60, "asked for a keyframe too seldom or too often"


@pytest.mark.parametrize(("rate", "most"), [(1000, MOST_PACKETS), (100, 100 * LONGEST_WAIT + 1)])
def test_frames_that_never_end_do_not_fill_the_memory(rate: int, most: float) -> None:
    """By their number, or by their age."""
    assembler = FrameAssembler()
    for number in range(3 * MOST_PACKETS):
        payload = descriptor(number, 15, None, starts=True) + b"\1"
        assembler.put(VideoPacket(1, number & 0xFFFF, number, False, payload), number / rate)
        assembler.poll(number / rate)
        assert len(assembler._queue) <= most


def test_a_packet_that_comes_a_thousand_times_is_one_packet() -> None:
    first, last = packets([[descriptor(1, 15, None, starts=True) + b"\0", descriptor(1, 15, None, starts=False)]])
    assert len(feed(FrameAssembler(), [first] * 2 * MOST_PACKETS + [last])) == 1


def test_an_outage_is_answered_by_a_keyframe_and_not_by_a_thousand_retransmissions() -> None:
    chance = random.Random(5)
    network = Network(Marked(chance), Path(), chance)
    network.run(2)
    network.path.loss = 1.0
    network.run(3)
    network.path.loss = 0.0
    shown = len(network.frames)
    network.run(0.3)
    check(network.frames)
    assert network.assembler.statistics(network.now).packets_asked == 0
    assert len(network.frames) > shown + 3
    assert network.keyframes == 2


def test_a_sender_that_starts_anew_is_followed() -> None:
    chance = random.Random(6)
    network = Network(Marked(chance), Path(jitter=0.01), chance)
    network.run(1)
    for ssrc, sequence in ((2, 7), (2, 30_000), (3, 30_001)):
        network.restart(ssrc=ssrc, sequence=sequence)
        network.run(1)
        assert told(network.frames[-1]).index >= network.sent - 3
    check(network.frames)


def test_one_stray_packet_changes_nothing() -> None:
    *before, last = packets(marked(20))
    stray = VideoPacket(9, 1, 5, True, descriptor(1, 15, None, starts=True) + b"\0")
    assembler = FrameAssembler()
    frames = feed(assembler, [*before, stray, VideoPacket(1, 30_000, 5, True, stray.payload), last])
    assert [told(frame).index for frame in frames] == list(range(20))
    assert assembler.poll(0.0).nacks == ()


def test_a_stream_that_does_not_begin_with_a_keyframe_is_asked_for_one_soon_and_ever_more_seldom() -> None:
    sent = packets(marked(200))[80:]
    assembler, asked = FrameAssembler(), []
    for index, packet in enumerate(sent):
        assert assembler.put(packet, index / 50) == []
        asked += [index / 50] if assembler.poll(index / 50).keyframe else []
    assert asked[0] <= 0.06
    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert 0.3 < pauses[0] < 0.5
    assert 1.9 < pauses[-1] < 2.1


def test_nobody_is_asked_who_is_not_heard() -> None:
    assembler = FrameAssembler()
    assembler.put(packets(marked(40))[100], 0.0)
    assert assembler.poll(1.0).keyframe
    assert not any(assembler.poll(1.0 + second).keyframe for second in range(100))


def test_a_keyframe_that_is_on_its_way_is_not_asked_for_again() -> None:
    """On a weak link it takes longer than the patience: another would come on top of it."""
    *parts, end = packets([[descriptor(1, 15, None, starts=part == 0) + b"\0" * 900 for part in range(30)]])
    assembler = FrameAssembler()
    for index, packet in enumerate(parts):
        assembler.put(packet, index / 10)
        assert not assembler.poll(index / 10).keyframe
    assert len(assembler.put(end, 3.0)) == 1


def test_padding_is_no_frame_and_its_loss_no_hole() -> None:
    frames = marked(4)
    sent = packets(frames)
    begin, after = sent[: len(frames[0])], sent[len(frames[0]) :]
    padding = [VideoPacket(1, (begin[-1].sequence + 1 + each) & 0xFFFF, 0, False, b"") for each in range(2)]
    moved = [VideoPacket(1, (each.sequence + 2) & 0xFFFF, each.timestamp, each.marker, each.payload) for each in after]
    for arriving in (padding, padding[1:], []):
        shown = feed(FrameAssembler(), begin + arriving + moved)
        assert [told(frame).index for frame in shown] == [0, 1, 2, 3]


def test_the_lowest_layer_goes_on_where_a_higher_one_is_lost() -> None:
    """Chromium's screen share: two temporal layers; the loss of a frame of the higher one stops nothing."""
    frames = marked(8, layers=2)
    sent = [packet for packet in packets(frames) if packet.timestamp != 3 * 3000]
    assembler, shown = FrameAssembler(), []
    for packet in sent:
        now = packet.timestamp / 90_000
        shown += assembler.put(packet, now)
        wishes = assembler.poll(now)
        shown += wishes.frames
        assert not wishes.keyframe
    shown += assembler.poll(1.0).frames
    assert [told(frame).index for frame in shown] == [0, 1, 2, 4, 5, 6, 7]


def test_a_frame_that_nothing_refers_to_is_not_waited_for() -> None:
    """N is set and one of its packets came, so its loss breaks nothing, temporal layers or not."""
    begin = [bytes([0x90, 0x80, 1]) + b"\0"]
    discardable = [bytes([0xB0, 0x80, 2]) + b"\1", bytes([0xA0, 0x80, 2]) + b"\1"]
    after = [bytes([0x90, 0x80, 3]) + b"\1"]
    first, there, _, last = packets([begin, discardable, after])
    assembler = FrameAssembler()
    assert len(feed(assembler, [first, there, last])) == 1
    frames = [frame for step in range(20) for frame in assembler.poll(step / 20).frames]
    assert [frame.timestamp for frame in frames] == [6000]


def test_the_assembler_sleeps_while_all_is_well() -> None:
    assembler = FrameAssembler()
    assert assembler.next_deadline is None
    feed(assembler, packets(marked(50)))
    assert assembler.poll(0.0) == assembler.poll(100.0)
    assert assembler.next_deadline is None


def test_a_decoder_that_failed_gets_a_keyframe_next() -> None:
    assembler = FrameAssembler()
    sent = packets(marked(6, keyframes=(0, 4)))
    split = sum(packet.timestamp <= 3000 for packet in sent)
    assert len(feed(assembler, sent[:split])) == 2
    assembler.decoder_failed(0.1)
    feed(assembler, sent[split : split + 1], 0.1)
    assert assembler.poll(0.1).keyframe
    frames = feed(assembler, sent[split + 1 :], 0.2)
    assert [told(frame).index for frame in frames] == [4, 5]
