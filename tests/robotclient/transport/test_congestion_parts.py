"""The parts of congestion control alone: what each one sees of the path."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.congestion.aimd import RateControl
from robotclient.transport.congestion.arrivals import ArrivalGroups, Deltas
from robotclient.transport.congestion.capacity import LinkCapacity
from robotclient.transport.congestion.history import MOST_KEPT, Fate, History, Sent
from robotclient.transport.congestion.loss import LossControl
from robotclient.transport.congestion.probing import Probe, Prober, ProbeResults
from robotclient.transport.congestion.standing import StandingQueue
from robotclient.transport.congestion.throughput import Throughput
from robotclient.transport.congestion.trendline import Trendline, Usage


def test_a_packet_s_fate_is_told_once_across_the_wrap_of_the_numbers() -> None:
    history = History()
    for index in range(10):
        history.put((65_530 + index) & 0xFFFF, 100 + index, index, None)
    arrived = history.resolve([(65_534, 1.0), (65_535, 1.1), (0, 1.2), (1, 1.3)])
    assert [(fate.sent.size, fate.arrival) for fate in arrived] == [(104, 1.0), (105, 1.1), (106, 1.2), (107, 1.3)]
    assert history.resolve([(65_534, 1.0), (1, 1.3)]) == []
    assert history.resolve([(12_345, 1.0)]) == []


def test_late_is_not_lost_and_lost_is_lost_once() -> None:
    history = History()
    for index in range(6):
        history.put(index, 100, index * 0.03, None)
    assert [fate.arrival for fate in history.resolve([(0, None), (1, None), (2, 5.0)])] == [5.0]
    assert [fate.arrival for fate in history.resolve([(1, 5.01)])] == [5.01]
    lost = [fate for fate in history.resolve([(4, 5.1), (5, 5.2)]) if fate.arrival is None]
    assert [fate.sent.number for fate in lost] == [0]
    assert history.resolve([(0, None), (0, 6.0)]) == []


def test_the_history_is_bounded() -> None:
    history = History()
    for index in range(3 * MOST_KEPT):
        history.put(index & 0xFFFF, 1, index, None)
        history.resolve([(index & 0xFFFF, None)])
    assert len(history._packets) == MOST_KEPT
    assert len(history._missing) == MOST_KEPT


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)), st.integers(0, 0xFFFF))
def test_in_whatever_order_packets_come_each_has_one_fate(order: list[int], lost: set[int], first: int) -> None:
    history = History()
    for index in range(20):
        history.put((first + index) & 0xFFFF, index, index * 0.04, None)
    told: list[int] = []
    for index in [*(each for each in order if each not in lost), *range(12, 20)]:
        report = [((first + index) & 0xFFFF, 1.0 + index)] + [((first + each) & 0xFFFF, None) for each in lost]
        told += [fate.sent.size for fate in history.resolve(report)]
    assert sorted(told) == list(range(20))


def test_the_throughput_is_what_came_not_what_was_sent_nor_what_came_in_a_heap() -> None:
    throughput = Throughput()
    assert throughput.rate() is None
    for index in range(100):  # sent at 2 Mbit/s, carried at 1
        throughput.add(index * 0.004, index * 0.008, 1000)
    assert throughput.rate() == pytest.approx(1_000_000, rel=0.05)
    heap = Throughput()
    for index in range(100):  # held up, then all at once
        heap.add(index * 0.008, 10 + index * 0.0001, 1000)
    assert heap.rate() == pytest.approx(1_000_000, rel=0.05)


def test_a_pause_of_the_sender_is_no_low_throughput() -> None:
    throughput = Throughput()
    for index in range(60):
        at = index * 0.008 + (0.3 if index >= 30 else 0)
        throughput.add(at, at + 0.05, 1000)
    assert throughput.rate() == pytest.approx(1_000_000, rel=0.1)


def groups(count: int, step: float, growth: float) -> list[Deltas]:
    """Of bursts of three packets that come `growth` seconds later each time."""
    found, arrivals = [], ArrivalGroups()
    for index in range(count):
        for packet in range(3):
            sent = index * step + packet * 0.001
            if (deltas := arrivals.add(sent, 7 + sent + index * growth)) is not None:
                found.append(deltas)
    return found


def test_a_burst_is_one_group_and_its_delay_is_seen() -> None:
    found = groups(10, 0.03, 0.002)
    assert len(found) == 8
    assert all(each.arrived - each.sent == pytest.approx(0.002) for each in found)


def test_an_earlier_group_s_late_packet_says_nothing() -> None:
    arrivals = ArrivalGroups()
    for index in range(5):
        arrivals.add(index * 0.03, 1 + index * 0.03)
    assert arrivals.add(0.01, 1.2) is None
    assert arrivals.add(0.15, 1.15 + 0.06) is not None


def test_a_jump_of_the_far_clock_begins_anew() -> None:
    arrivals = ArrivalGroups()
    found = [arrivals.add(index * 0.03, (1000 if index > 5 else 1) + index * 0.03) for index in range(12)]
    assert all(each is None or each.arrived - each.sent == pytest.approx(0) for each in found)
    assert found[-1] is not None


@pytest.mark.parametrize(
    ("growth", "usage"), [(0.0, Usage.NORMAL), (0.003, Usage.OVER), (-0.002, Usage.UNDER), (0.0001, Usage.NORMAL)]
)
def test_the_trendline_tells_a_growing_queue_from_a_steady_one(growth: float, usage: Usage) -> None:
    trendline = Trendline()
    for each in groups(60, 0.03, growth):
        trendline.update(each)
    assert trendline.usage is usage


def test_a_growing_queue_is_seen_within_a_second() -> None:
    trendline = Trendline()
    steady = groups(60, 0.03, 0)
    for each in steady:
        trendline.update(each)
    last = steady[-1].arrival
    for index in range(1, 60):
        if trendline.update(Deltas(0.03, 0.036, last + index * 0.036)) is Usage.OVER:
            break
    assert index * 0.036 < 1


def cuts(queue: StandingQueue, way: float, start: float, seconds: float) -> list[float]:
    """When the rate is cut, at 20 reports a second with this shortest way."""
    times = [start + step / 20 for step in range(round(seconds * 20))]
    return [at for at in times if queue.judge(way, Usage.NORMAL, at, starting=False) is Usage.OVER]


def test_a_queue_that_stands_cuts_the_rate_until_it_is_gone_or_proves_to_be_another_s() -> None:
    queue = StandingQueue()
    assert cuts(queue, 5.02, 0, 5) == []
    assert cuts(queue, 5.20, 5, 0.6) == []  # a moment is the trendline's business
    assert cuts(queue, 5.02, 5.6, 1) == []
    assert cuts(queue, 5.20, 7, 9) == pytest.approx([7.7, 9.2], abs=0.1)
    assert cuts(queue, 5.20, 16, 10) == pytest.approx([20.7, 22.2], abs=0.1)
    assert cuts(queue, 5.02, 26, 0.2) == []
    assert cuts(queue, 5.20, 45, 1) == pytest.approx([45.7], abs=0.1)


def test_at_the_start_a_long_queue_needs_no_patience() -> None:
    queue = StandingQueue()
    assert queue.judge(0.02, Usage.NORMAL, 0, starting=True) is Usage.NORMAL
    assert queue.judge(0.15, Usage.NORMAL, 0.1, starting=True) is Usage.OVER
    assert queue.judge(0.15, Usage.NORMAL, 0.2, starting=True) is Usage.UNDER  # wait for its effect


def test_a_clock_that_drifts_is_no_queue() -> None:
    queue = StandingQueue()
    usages = {queue.judge(at * 1e-4, Usage.NORMAL, at, starting=True) for at in range(3600)}
    assert usages == {Usage.NORMAL}


def test_the_capacity_settles_and_its_bounds_follow_the_spread() -> None:
    steady, wild = LinkCapacity(), LinkCapacity()
    assert steady.upper == math.inf
    for index in range(50):
        steady.overused(1_000_000)
        wild.overused(1_000_000 + (150_000 if index % 2 else -150_000))
    assert steady.estimate == 1_000_000
    assert steady.lower < 1_000_000 < steady.upper
    assert wild.upper - wild.lower > steady.upper - steady.lower


def test_the_rate_falls_below_what_gets_through_once_in_a_round_trip() -> None:
    control = RateControl(1_000_000, 50_000)
    control.round_trip = 0.1
    control.update(Usage.OVER, 800_000, 10)
    assert control.rate == pytest.approx(0.85 * 800_000 - 5_000)
    control.update(Usage.OVER, 500_000, 10.05)
    assert control.rate == pytest.approx(675_000)
    control.update(Usage.OVER, 500_000, 10.11)
    assert control.rate == pytest.approx(420_000)


def test_an_empty_queue_is_waited_for_and_growth_near_the_capacity_is_slow() -> None:
    control = RateControl(1_000_000, 50_000)
    control.update(Usage.OVER, 1_000_000, 0)
    rate = control.rate
    control.update(Usage.UNDER, 800_000, 1)
    assert control.rate == rate
    for tenth in range(11):
        control.update(Usage.NORMAL, 840_000, 2 + tenth / 10)
    assert rate < control.rate < rate + 40_000
    assert control.capacity.estimate == 1_000_000
    control.update(Usage.NORMAL, 1_200_000, 4)
    assert control.capacity.estimate is None


def test_what_was_never_tried_is_not_claimed() -> None:
    control = RateControl(1_000_000, 50_000)
    for second in range(100):
        control.update(Usage.NORMAL, 500_000, second)
    assert control.rate == 1_000_000


def observed(control: LossControl, rate: float, loss: float, seconds: float, start: int = 0) -> int:
    """Report packets of 1000 octets sent at a rate, each how-many-th lost; gives the next packet's number."""
    number, interval = start, 8000 / rate
    for _ in range(round(seconds / 0.1)):
        fates = []
        for _ in range(max(1, round(0.1 / interval))):
            lost = int((number + 1) * loss) > int(number * loss)
            fates.append(Fate(Sent(number, 1000, number * interval, None), None if lost else number * interval))
            number += 1
        control.update(fates, by_delay=rate, acknowledged=rate * (1 - loss))
    return number


@pytest.mark.parametrize("loss", [0.0, 0.02, 0.10])
def test_the_path_s_own_losses_do_not_limit(loss: float) -> None:
    control = LossControl(2_300_000)
    observed(control, 1_500_000, loss, 10)
    assert control.rate is not None
    assert control.rate > 0.9 * 1_500_000
    assert control.loss == pytest.approx(loss, abs=0.02)


def test_heavy_losses_limit_and_clean_air_frees_again() -> None:
    control = LossControl(2_300_000)
    last = observed(control, 1_500_000, 0.35, 10)
    assert control.rate is not None
    assert control.rate < 700_000
    observed(control, 1_500_000, 0.0, 20, last)
    assert control.rate == math.inf


def test_the_start_is_probed_at_three_times_and_a_success_further() -> None:
    prober = Prober(300_000, 5_000_000)
    first = prober.next(300_000, 0.1, 0.0)
    assert first is not None
    assert first.rate == 900_000
    assert prober.next(300_000, 0.1, 0.1) is None, "two at once are a queue on a narrow link"
    prober.result(850_000, 0.2)
    second = prober.next(850_000, 0.1, 0.2)
    assert second is not None
    assert second.rate == 1_700_000


def test_probes_that_fail_get_rarer_and_over_use_forbids_them() -> None:
    prober = Prober(300_000, 5_000_000)
    times = []
    for tenth in range(1200):
        now = tenth / 10
        if prober.next(400_000, 0.1, now) is not None:
            times.append(now)
            prober.result(420_000, now)
    pauses = [later - earlier for earlier, later in pairwise(times[1:])]
    assert pauses == pytest.approx([4.5, 6.75] + [10] * (len(pauses) - 2), abs=0.2)
    for tenth in range(1200, 1500):
        prober.overused(tenth / 10)
        assert prober.next(400_000, 0.1, tenth / 10) is None


def cluster(came: float, sent: float = 0.005) -> float | None:
    """The result of five packets sent and come at these distances."""
    results = ProbeResults()
    results.begin(Probe(1, 2_000_000, 5, 3000))
    measured = None
    for index in range(5):
        measured = results.add(1, index * sent, 3 + index * came, 1200)
    return measured


def test_a_probe_measures_the_slower_of_the_two_ends_and_no_miracle() -> None:
    assert cluster(0.005) == pytest.approx(1_920_000)
    assert cluster(0.010) == pytest.approx(0.95 * 960_000)
    assert cluster(0.001) is None
    assert ProbeResults().add(9, 0, 0, 1) is None
