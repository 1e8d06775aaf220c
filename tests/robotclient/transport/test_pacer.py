"""The pacer: spread out, in order, bounded; sound at once; probes at their own rate."""

from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.congestion.probing import Probe
from robotclient.transport.pacer import BURST, FILLER, MOST_QUEUED, Pacer, Rank

RATE = 960_000  # 1200 octets in 10 ms


def drain(pacer: Pacer[int], start: float, seconds: float) -> list[tuple[float, int, int | None]]:
    """All that leaves, each at its time."""
    left = []
    for tick in range(round(seconds * 1000)):
        now = start + tick / 1000
        left += [(now, release.item, release.probe) for release in pacer.poll(now)]
    return left


def test_a_frame_leaves_spread_out() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    for number in range(6):
        pacer.put(number, 1200)
    left = drain(pacer, 100, 0.2)
    assert [number for _, number, _ in left] == [0, 1, 2, 3, 4, 5]
    times = [at - 100 for at, *_ in left]
    assert times[0] == 0
    assert times[-1] >= 0.05 - BURST
    assert pacer.next_deadline is None
    assert pacer.queued == 0


def test_a_pause_is_not_made_up_for() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    drain(pacer, 0, 1)
    for number in range(6):
        pacer.put(number, 1200)
    assert len(pacer.poll(10)) <= 2


def test_sound_that_passes_by_is_paid_for() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    for number in range(4):
        pacer.put(number, 1200)
    pacer.poll(0)
    pacer.passed_by(1200, 0)
    assert pacer.poll(0.012) == []
    assert len(pacer.poll(0.016)) == 1


def test_repetitions_go_before_pictures_and_spread_out_like_them() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    for number in range(2):
        pacer.put(number, 1200)
    for number in range(10, 14):
        pacer.put(number, 1200, Rank.REPETITION)
    left = drain(pacer, 100, 0.2)
    assert [number for _, number, _ in left] == [10, 11, 12, 13, 0, 1]
    times = [at - 100 for at, *_ in left]
    assert times[3] >= 0.03 - BURST


def test_the_deadline_is_when_the_next_one_leaves() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    for number in range(3):
        pacer.put(number, 1200)
    pacer.poll(0)
    deadline = pacer.next_deadline
    assert deadline is not None
    assert pacer.poll(deadline - 0.0001) == []
    assert len(pacer.poll(deadline)) == 1


def test_a_queue_that_is_too_long_leaves_faster_and_one_without_end_loses_its_oldest() -> None:
    pacer: Pacer[int] = Pacer(10_000)
    for number in range(MOST_QUEUED + 10):
        pacer.put(number, 1200)
    left = drain(pacer, 0, 3)
    assert left[0][1] == 10
    assert len(left) > 0.8 * MOST_QUEUED
    assert pacer.queued < 0.2 * MOST_QUEUED * 1200


def test_a_probe_takes_what_waits_and_asks_for_fillers() -> None:
    pacer: Pacer[int] = Pacer(RATE)
    pacer.begin_probe(Probe(7, 4_800_000, 5, 3000))
    for number in range(2):
        pacer.put(number, 1200)
    sent: list[tuple[float, int | None]] = []
    for tick in range(50):
        now = tick / 1000
        sent += [(now, release.probe) for release in pacer.poll(now)]
        if (probe := pacer.filler(now)) is not None:
            pacer.fill(FILLER, now)
            sent.append((now, probe))
    assert [probe for _, probe in sent] == [7] * 5
    assert sent[-1][0] - sent[0][0] < 0.012
    assert pacer.filler(1) is None


@given(
    st.lists(st.tuples(st.floats(0, 0.1), st.integers(50, 1300), st.sampled_from(Rank)), max_size=80),
    st.integers(50_000, 5_000_000),
)
def test_nothing_is_lost_or_changes_its_place(packets: list[tuple[float, int, Rank]], rate: int) -> None:
    pacer: Pacer[int] = Pacer(rate)
    now, left = 0.0, []
    for number, (pause, size, rank) in enumerate(packets):
        now += pause
        pacer.put(number, size, rank)
        left += [release.item for release in pacer.poll(now)]
    while (deadline := pacer.next_deadline) is not None:
        now = max(now, deadline)
        left += [release.item for release in pacer.poll(now)]
    assert sorted(left) == list(range(len(packets)))
    for rank in Rank:
        of_rank = [number for number in left if packets[number][2] is rank]
        assert of_rank == sorted(of_rank)
