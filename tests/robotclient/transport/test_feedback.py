"""Transport-wide feedback: written by us, read as a browser reads it, and what a browser wrote."""

import random
import struct

import pytest
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.feedback import (
    IDLE_INTERVAL,
    INTERVAL,
    MOST_KEPT,
    TICKS,
    FeedbackWriter,
    parse,
    split,
)
from robotclient.transport.feedback_requests import nack, pli

DAYS = 12.43
"""The reference time wraps after so many."""


def report_all(writer: FeedbackWriter, now: float) -> list[bytes]:
    reports = []
    while (report := writer.poll(now)) is not None:
        reports.append(report)
    return reports


@given(
    first=st.integers(0, 0xFFFF),
    start=st.floats(0, 86_400 * 2 * DAYS),
    fates=st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.0003, 0.01, 0.07, 1.5])), max_size=200),
    late=st.integers(0, 3),
)
def test_what_is_read_is_what_came(first: int, start: float, fates: list[tuple[bool, float]], late: int) -> None:
    """Packets are lost, bunched, swapped; every arrival is told once at least, to a quarter of a millisecond."""
    writer, now, near = FeedbackWriter(1, 2), start, start
    arrivals, told, waiting = {}, {}, []
    for index, (comes, pause) in enumerate(fates):
        now += pause
        if comes:
            waiting.append((first + index) & 0xFFFF)
        while len(waiting) > late:
            sequence = waiting.pop()
            arrivals[sequence] = now
            writer.put(sequence, now)
        for report in report_all(writer, now):
            found = parse(report, near)
            assert len(report) % 4 == 0
            for sequence, arrival in found.statuses:
                if arrival is not None:
                    told[sequence] = near = arrival
    for report in report_all(writer, now + 1):
        told |= {sequence: arrival for sequence, arrival in parse(report, near).statuses if arrival is not None}
    assert told.keys() == arrivals.keys()
    assert all(abs(told[sequence] - arrivals[sequence]) <= 1.01 / TICKS for sequence in told)


def test_what_did_not_come_is_told_as_missing_until_it_comes() -> None:
    writer = FeedbackWriter(1, 2)
    for sequence in (65_534, 1):
        writer.put(sequence, 10.0)
    (report,) = report_all(writer, 10.0)
    assert parse(report).statuses == ((65_534, 10.0), (65_535, None), (0, None), (1, 10.0))
    writer.put(3, 10.02)
    assert report_all(writer, 10.02 + INTERVAL / 2) == []
    writer.put(65_535, 10.1)
    (report,) = report_all(writer, 10.1 + IDLE_INTERVAL)
    assert parse(report).statuses == ((65_535, 10.1), (0, None), (1, 10.0), (2, None), (3, 10.02))


def test_what_is_lost_between_two_reports_is_told() -> None:
    writer = FeedbackWriter(1, 2)
    writer.put(1, 1.0)
    writer.poll(1.0)
    writer.put(4, 1.2)
    assert parse(writer.poll(1.2) or b"").statuses == ((2, None), (3, None), (4, 1.2))


def test_the_first_packet_is_told_at_once_and_few_less_often_than_many() -> None:
    assert FeedbackWriter(1, 2).next_deadline is None
    writer = FeedbackWriter(1, 2)
    writer.put(0, 5.0)
    assert writer.poll(5.0) is not None
    for sequence in range(1, 20):
        writer.put(sequence, 5.0)
    assert writer.next_deadline == 5.0 + IDLE_INTERVAL
    assert writer.poll(5.0 + IDLE_INTERVAL - 0.001) is None
    assert writer.poll(5.0 + IDLE_INTERVAL) is not None
    writer.put(20, 5.11)
    assert writer.next_deadline == 5.0 + IDLE_INTERVAL + INTERVAL


def test_reports_are_counted_and_name_both_sides() -> None:
    writer = FeedbackWriter(0xAABBCCDD, 0x11223344)
    for sequence in range(300):
        writer.put(sequence, sequence / 4)
        found = parse(writer.poll(sequence / 4) or b"")
        assert (found.number, found.ssrc, found.media_ssrc) == (sequence & 0xFF, 0xAABBCCDD, 0x11223344)


def test_a_report_stays_below_the_size_of_a_datagram() -> None:
    chance, writer = random.Random(1), FeedbackWriter(1, 2)
    for sequence in range(3000):
        if chance.random() < 0.7:
            writer.put(sequence, 1 + sequence / 3000 + chance.random() / 5)
    reports = report_all(writer, 2.3)
    assert len(reports) > 4
    assert max(map(len, reports)) < 1200
    assert len(b"".join(reports)) < 3 * 3000


def test_what_is_never_asked_for_does_not_fill_the_memory() -> None:
    writer = FeedbackWriter(1, 2)
    for sequence in range(3 * MOST_KEPT):
        writer.put(sequence & 0xFFFF, sequence / 1000)
    assert len(writer._arrivals) == MOST_KEPT


def test_a_row_that_begins_anew_is_followed() -> None:
    writer = FeedbackWriter(1, 2)
    writer.put(5, 1.0)
    writer.poll(1.0)
    writer.put(40_000, 2.0)
    assert parse(writer.poll(2.0) or b"").statuses == ((40_000, 2.0),)


CHUNKS = [
    ("20dd", "01" * 221, [1] * 221),
    ("9f1c", "04" * 8, [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]),
]


@pytest.mark.parametrize(("chunk", "deltas", "symbols"), CHUNKS)
def test_the_chunks_of_the_draft(chunk: str, deltas: str, symbols: list[int]) -> None:
    """Sections 3.1.3 and 3.1.4."""
    body = struct.pack("!LLHHL", 1, 2, 7, len(symbols), 0x000002_00) + bytes.fromhex(chunk + deltas)
    body += bytes(-len(body) % 4)
    found = parse(struct.pack("!BBH", 0x8F, 205, len(body) // 4) + body)
    assert [arrival is not None for _, arrival in found.statuses] == [symbol > 0 for symbol in symbols]


def test_a_time_that_goes_back_is_read() -> None:
    body = struct.pack("!LLHHL", 1, 2, 7, 3, 0x000002_00) + bytes.fromhex("da00" + "08" + "fffc" + "0010" + "00")
    found = parse(struct.pack("!BBH", 0x8F, 205, len(body) // 4) + body)
    times = [round((arrival or 0) * TICKS) - 512 for _, arrival in found.statuses]
    assert times == [8, 4, 20]


@pytest.mark.parametrize(
    ("packet", "message"),
    [
        (b"", "no transport-wide feedback"),
        (nack(1, 2, range(9)), "no transport-wide feedback"),
        (struct.pack("!BBHLLHHL", 0x8F, 205, 9, 1, 2, 0, 1, 0), "length field says 40"),
        (struct.pack("!BBHLLHHL", 0x8F, 205, 4, 1, 2, 0, 1, 0), "ends after 0 of 1 packets"),
        (struct.pack("!BBHLLHHLHH", 0x8F, 205, 5, 1, 2, 0, 9, 0, 0x2009, 0), "ends before the time of packet 3 of 9"),
        (struct.pack("!BBHLLHHLHH", 0x8F, 205, 5, 1, 2, 0, 9, 0, 0x6009, 0), "reserved symbol 3"),
    ],
)
def test_what_is_no_report_is_refused(packet: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(packet)


@given(st.binary(max_size=80))
def test_no_octets_do_harm(octets: bytes) -> None:
    reports, _ = split(octets)
    for report in [*reports, octets, b"\x8f\xcd" + octets]:
        try:
            parse(report)
        except ValueError:
            continue


@given(st.lists(st.sampled_from("rtnp"), max_size=6))
def test_reports_are_taken_out_of_a_compound_packet(kinds: str) -> None:
    writer = FeedbackWriter(1, 2)
    writer.put(1, 1.0)
    packets = {"r": bytes(RtcpRrPacket(ssrc=1)), "t": writer.poll(1.0) or b"", "n": nack(1, 2, [5]), "p": pli(1, 2)}
    reports, rest = split(b"".join(packets[kind] for kind in kinds))
    assert reports == [packets["t"]] * kinds.count("t")
    assert rest == b"".join(packets[kind] for kind in kinds if kind != "t")


@given(st.integers(0, 0xFFFF), st.sets(st.integers(0, 400), max_size=60))
def test_a_request_names_every_packet(first: int, missing: set[int]) -> None:
    numbers = [(first + each) & 0xFFFF for each in sorted(missing)]
    (packet,) = RtcpPacket.parse(nack(1, 2, numbers))
    assert isinstance(packet, RtcpRtpfbPacket)
    assert [number & 0xFFFF for number in packet.lost] == numbers  # aiortc forgets to wrap around
    assert (packet.ssrc, packet.media_ssrc) == (1, 2)


def test_a_keyframe_request() -> None:
    assert RtcpPacket.parse(pli(1, 2)) == [RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=2)]
