"""The parts of the video receiver: descriptor, order, references, requests, round trip, what is told."""

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.round_trip import DEFAULT, RoundTrip
from robotclient.transport.video_keyframes import LONGEST_PAUSE, PATIENCE, KeyframeRequests
from robotclient.transport.video_losses import AT_ONCE, ECHO, LONGEST_WAIT, MOST_REORDERING, Losses
from robotclient.transport.video_packet import Descriptor, VideoPacket, parse_descriptor
from robotclient.transport.video_references import References
from robotclient.transport.video_source import Source
from robotclient.transport.video_statistics import Tally
from robotclient.transport.wrapping import step, unwrap


@given(st.integers(0, 1 << 40), st.integers(-(1 << 15) + 1, (1 << 15) - 1))
def test_a_counter_is_unwrapped_to_the_nearest(near: int, ahead: int) -> None:
    assert unwrap((near + ahead) & 0xFFFF, near, 16) == near + ahead
    assert step((near + ahead) & 0xFFFF, near & 0xFFFF, 16) == ahead


@given(
    st.integers(0, 1),
    st.integers(0, 8),
    st.none() | st.integers(0, 0x7FFF),
    st.none() | st.integers(0, 255),
    st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    st.none() | st.integers(0, 31),
    st.binary(min_size=1, max_size=3),
)
def test_the_descriptor_is_read_as_aiortc_reads_it(
    start: int,
    partition: int,
    picture: int | None,
    base: int | None,
    layer: tuple[int, int] | None,
    key: int | None,
    data: bytes,
) -> None:
    head = bytes(VpxPayloadDescriptor(start, partition, picture, base, layer, key))
    found = parse_descriptor(head + data)
    starts = bool(start) and not partition & 7
    assert (found.size, found.starts, found.picture, found.base) == (len(head), starts, picture, base)
    assert (found.layer, found.synchronised) == ((None, False) if layer is None else (layer[0], bool(layer[1])))
    assert found.keyframe == (starts and not data[0] & 1)


def test_short_picture_ids_and_the_discardable_bit() -> None:
    found = parse_descriptor(bytes([0xB0, 0x80, 0x11, 1]))
    assert (found.picture, found.picture_bits, found.discardable) == (0x11, 7, True)


@pytest.mark.parametrize("payload", [b"", b"\x80", b"\x90\x80", b"\x90\x80\x81", b"\x90\xe0\x01\x02", b"\x10"])
def test_a_payload_that_is_cut_off_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=f"VP8 payload of {len(payload)} octets"):
        parse_descriptor(payload)


def packet(sequence: int, ssrc: int = 1, *, retransmitted: bool = False) -> VideoPacket:
    return VideoPacket(ssrc, sequence & 0xFFFF, 0, False, b"", retransmitted)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-200, 400), max_size=300))
def test_numbers_follow_the_sequence_and_never_wrap(first: int, steps: list[int]) -> None:
    source, number = Source(), first
    assert [each for each, _ in source.place(packet(first))] == [first]
    for ahead in steps:
        assert [each for each, _ in source.place(packet(number + ahead))] == [number + ahead]
        number = max(number, number + ahead)
    assert source.generation == 0


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(1, 2))
def test_a_new_start_takes_two_packets_and_loses_none(last: int, sequence: int, ssrc: int) -> None:
    source = Source()
    source.place(packet(last))
    if ssrc == 1 and abs(step(sequence, last, 16)) < 3100:
        return
    assert source.place(packet(sequence, ssrc)) == []
    assert source.place(packet(sequence, ssrc, retransmitted=True)) == []
    found = source.place(packet(sequence + 1, ssrc))
    assert [each.sequence for _, each in found] == [sequence, (sequence + 1) & 0xFFFF]
    assert [number & 0xFFFF for number, _ in found] == [sequence, (sequence + 1) & 0xFFFF]
    assert found[0][0] > last + 3000
    assert source.generation == 1
    assert source.place(packet(last, 1)) == [] or ssrc == 1


def frame(
    picture: int | None,
    *,
    key: bool = False,
    layer: int | None = None,
    base: int = 0,
    sync: bool = False,
    bits: int = 15,
) -> Descriptor:
    tl0 = None if layer is None else base & 0xFF
    return Descriptor(3, True, key, False, picture, bits, tl0, layer, sync)


@pytest.mark.parametrize("bits", [7, 15])
def test_without_layers_a_frame_needs_the_one_before(bits: int) -> None:
    last = (1 << bits) - 1
    references = References()
    assert not references.admit(frame(last, bits=bits), 0)
    references.take(frame(last, key=True, bits=bits), 0)
    assert references.admit(frame(0, bits=bits), 0)
    assert references.admit(frame(0, bits=bits), 1), "only padding was lost"
    assert not references.admit(frame(1, bits=bits), 1)
    assert not references.admit(frame(0, bits=bits), 1 << bits), "a whole round of pictures may be missing"
    assert references.admit(frame(99, key=True), 1000)
    references.clear()
    assert not references.admit(frame(0, bits=bits), 0)


def test_without_picture_ids_the_packets_decide() -> None:
    references = References()
    references.take(frame(None, key=True), 0)
    assert references.admit(frame(None), 0)
    assert not references.admit(frame(None), 1)


def test_three_layers_after_the_loss_of_a_higher_frame() -> None:
    references = References()
    references.take(frame(0, key=True, layer=0, base=255), 0)
    lost, after, middle = (
        frame(1, layer=2, base=255, sync=True),
        frame(2, layer=1, base=255, sync=True),
        frame(3, layer=2),
    )
    assert references.admit(lost, 0)
    assert references.admit(after, 1), "refers to the lowest layer alone"
    references.take(after, 1)
    assert not references.admit(frame(3, layer=2, base=255), 0), "may refer to the lost one"
    assert not references.admit(middle, 0), "its base is not there"
    assert references.admit(frame(4, layer=0, base=0), 1)
    assert not references.admit(frame(8, layer=0, base=1), 5)
    assert not references.admit(frame(4, layer=0, base=0), 256), "a whole round of bases may be missing"
    references.take(frame(4, layer=0, base=0), 1)
    references.take(frame(5, layer=2, base=0, sync=True), 0)
    assert references.admit(frame(6, layer=1, base=0), 0), "synchronised since its base"


def test_what_is_missing_is_asked_for_until_it_comes() -> None:
    losses = Losses(RoundTrip())
    losses.note(range(10, 12), 0.0)
    assert losses.ask(0.0) == ((10, 11), 0)
    assert losses.ask(ECHO / 2) == ((), 0)
    assert losses.ask(ECHO) == ((10, 11), 0), "the request may have been lost"
    assert losses.find(11, 0.1, retransmitted=True)
    times, now = [], ECHO
    while losses.next_deadline is not None:
        now = losses.next_deadline
        asked, given_up = losses.ask(now)
        times += [now] if asked else []
    assert given_up == 1
    assert now == pytest.approx(LONGEST_WAIT)
    assert 10 < len(times) < 60


def test_a_packet_that_was_overtaken_teaches_patience() -> None:
    losses = Losses(RoundTrip())
    losses.note(range(1), 0.0)
    assert not losses.find(0, 0.04, retransmitted=False)
    losses.note(range(2, 3), 1.0)
    assert losses.next_deadline == pytest.approx(1.04)
    assert losses.ask(1.03) == ((), 0)
    for _ in range(10_000):
        losses.calm()
    losses.note(range(3, 4), 2.0)
    assert losses.ask(2.001)[0] == (2, 3)
    assert not losses.find(1000, 3.0, retransmitted=False), "nobody missed it"
    losses.note(range(4, 5), 10.0)
    assert not losses.find(4, 11.0, retransmitted=False)
    assert losses.reordering == MOST_REORDERING


def test_many_holes_are_asked_for_in_few_packets() -> None:
    """A link that has become narrow loses something of each frame, and all the answers."""
    losses = Losses(RoundTrip())
    requests = 0
    for hole in range(100):
        now = hole / 100
        losses.note(range(10 * hole, 10 * hole + 5), now)
        while (deadline := losses.next_deadline) is not None and deadline < now + 0.01:
            requests += bool(losses.ask(max(now, deadline))[0])
    assert requests < 150


def test_one_request_fits_into_one_packet() -> None:
    losses = Losses(RoundTrip())
    losses.note(range(500), 0.0)
    asked = [losses.ask(0.0)[0] for _ in range(3)]
    assert list(map(len, asked)) == [AT_ONCE, AT_ONCE, 500 - 2 * AT_ONCE]
    assert [number for each in asked for number in each] == list(range(500))


def test_an_answer_to_what_is_not_needed_any_more_still_tells_the_round_trip() -> None:
    """Else a first guess that is too low would lead from keyframe to keyframe for ever."""
    round_trip = RoundTrip()
    losses = Losses(round_trip)
    losses.note(range(1), 0.0)
    losses.ask(0.0)
    assert losses.forget(5) == 1
    assert not losses.find(0, 0.6, retransmitted=True)
    assert round_trip.usual == 0.6


def test_the_round_trip_is_not_driven_up_by_losses_and_follows_a_queue() -> None:
    round_trip = RoundTrip()
    assert round_trip.usual == DEFAULT
    for index in range(30):
        round_trip.add(0.2 if index % 3 else 0.05)
    assert round_trip.usual == 0.05
    assert round_trip.timeout == pytest.approx(0.06)
    for _ in range(15):
        round_trip.add(0.5)
    assert round_trip.usual == 0.5


def test_a_keyframe_is_asked_for_once_in_a_while() -> None:
    round_trip = RoundTrip()
    requests = KeyframeRequests(round_trip)
    assert requests.patience == PATIENCE
    assert requests.deadline(5.0) == 5.0
    pauses, now = [], 5.0
    for _ in range(8):
        requests.ask(now)
        assert requests.deadline(5.0) is None
        requests.hear()
        later = requests.deadline(5.0)
        assert later is not None
        pauses.append(later - now)
        now = later
    assert pauses[0] == pytest.approx(PATIENCE)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE)
    round_trip.add(0.6)
    assert requests.patience > 0.6


def test_a_pause_of_the_sender_is_no_freeze() -> None:
    tally = Tally()
    for second in range(4):
        tally.show(90_000 * second, float(second), keyframe=False, skipped=False)
    assert tally.freezes == 0
    tally.show(90_000 * 4, 4.0, keyframe=False, skipped=True)
    tally.show(90_000 * 4 + 3000, 4.5, keyframe=False, skipped=False)
    assert tally.freezes == 2
    assert tally.frozen == pytest.approx(1.5)
    assert tally.snapshot(9.5, 0.1, 0, stuck=True).frozen == pytest.approx(6.5)
    assert tally.snapshot(9.5, 0.1, 0, stuck=False).freezes == 2


def test_the_jitter_is_that_of_rfc_3550() -> None:
    tally = Tally()
    for index in range(2000):
        sent = VideoPacket(1, index, 3000 * index, True, b"\x10\1")
        tally.receive(sent, index / 30 + (0.02 if index % 2 else 0.0))
    assert tally.snapshot(0.0, 0.1, 0, stuck=False).jitter == pytest.approx(0.02, rel=0.01)
