"""What a playout is made of: the measure of delay, the queue of packets, the stretching of sound."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.audio.samples import Samples
from robotclient.transport.playout_delay import COPY, LEAST, LOSSY_FOR, MARGIN, MOST, UNKNOWN, WINDOW, ArrivalDelays
from robotclient.transport.playout_packets import MOST_PACKETS, PacketQueue, Waiting
from robotclient.transport.playout_stretch import (
    ALIKE,
    LATE_NO_MORE,
    LONGEST,
    NOTHING_ALIKE,
    OVERLAP,
    RATE,
    SHORTEST,
    Stretcher,
    lengthened,
    shortened,
)


def watched(transits: list[float], delays: ArrivalDelays | None = None, start: float = 0.0) -> ArrivalDelays:
    """Delays after one packet each 20 ms."""
    delays = delays or ArrivalDelays()
    for number, transit in enumerate(transits):
        delays.add(transit, start + number * 0.02)
    return delays


def test_a_path_is_distrusted_until_it_is_known() -> None:
    assert watched([5.0] * 49).target(1) == UNKNOWN
    assert watched([5.0] * 52).target(1) == LEAST


def test_the_target_covers_the_jitter_of_the_path() -> None:
    chance = random.Random(1)
    delays = watched([chance.uniform(-3.0, -2.92) for _ in range(1000)])
    assert 0.078 < delays.target(20) - MARGIN <= 0.08
    assert delays.base == pytest.approx(-3.0, abs=0.001)


def test_one_stall_is_no_jitter() -> None:
    stall = [0.2 - 0.02 * number for number in range(10)]
    assert watched([0.0] * 200 + stall + [0.0] * 100).target(6) == LEAST


def test_stalls_that_come_again_are() -> None:
    stall = [0.2 - 0.02 * number for number in range(10)]
    assert watched(([0.0] * 40 + stall) * 8).target(8) > 0.15


def test_what_is_past_is_forgotten() -> None:
    delays = watched([0.0, 0.1] * 200)
    assert delays.target(8) > 0.1
    watched([0.0] * round(WINDOW / 0.02 + 15), delays, 8.0)
    assert delays.target(17) == LEAST
    assert len(delays._intervals) < 40


def test_a_shorter_path_makes_what_was_seen_worthless() -> None:
    delays = watched([0.5] * 100)
    watched([0.1] * 5, delays, 2.0)
    assert delays.base == 0.1
    assert delays.target(3) == LEAST


def test_a_loss_asks_for_one_frame_more_and_a_bad_path_for_no_more_than_bearable() -> None:
    delays = watched([0.0] * 100)
    delays.expect_loss(2.0)
    assert delays.target(2 + LOSSY_FOR / 2) == pytest.approx(MARGIN + COPY)
    assert delays.target(2 + LOSSY_FOR) == LEAST
    assert watched([0.0, 3.0] * 500).target(20) == MOST


def waiting(timestamp: int) -> Waiting:
    return Waiting(timestamp // 960, timestamp, 960, b"", 0.0)


@given(st.lists(st.integers(-50, 200)))
def test_a_queue_is_ordered_without_duplicates_and_bounded(numbers: list[int]) -> None:
    queue, taken = PacketQueue(), set[int]()
    for number in numbers:
        assert queue.put(waiting(number * 960)) == (number not in taken)
        taken = set(sorted(taken | {number})[-MOST_PACKETS:])
    assert [queue.pop().timestamp for _ in range(len(queue))] == [number * 960 for number in sorted(taken)]
    assert queue.first is None


def test_a_queue_that_nobody_empties_keeps_the_newest() -> None:
    queue = PacketQueue()
    for number in range(3 * MOST_PACKETS):
        queue.put(waiting(number * 960))
    assert len(queue) == MOST_PACKETS
    assert queue.first == waiting(2 * MOST_PACKETS * 960)


def test_a_queue_keeps_the_latest_whatever_is_dropped() -> None:
    queue = PacketQueue()
    for timestamp in (0, 960, 1920):
        queue.put(waiting(timestamp))
    queue.drop_before(960)
    assert len(queue) == 2
    queue.drop_before(10_000)
    assert queue.first == waiting(1920)
    queue.drop_before(0)
    assert len(queue) == 1


def hum(count: int, start: int = 0) -> Samples:
    """100 Hz with overtones: a period of 480 samples."""
    times = (np.arange(count) + start) / RATE
    return np.asarray(5000 * sum(np.sin(2 * np.pi * 100 * k * times) / k for k in (1, 2, 3)), np.int16)


def noise(count: int, loudness: float = 5000, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(0, loudness, count).astype(np.int16)


def test_one_period_is_taken_out_of_a_voice_without_a_trace() -> None:
    short = shortened(hum(960), LONGEST, ALIKE)
    assert short is not None
    np.testing.assert_allclose(short, hum(480), atol=2)


def test_one_period_is_put_into_a_voice_without_a_trace() -> None:
    long = lengthened(hum(960, LONGEST), hum(LONGEST), ALIKE)
    assert long is not None
    np.testing.assert_allclose(long, hum(1440, LONGEST), atol=2)


def test_no_more_is_taken_out_than_wanted() -> None:
    assert shortened(hum(960), 300, ALIKE) is None
    assert shortened(hum(960), SHORTEST - 1, NOTHING_ALIKE) is None
    short = shortened(noise(960), 300, NOTHING_ALIKE)
    assert short is not None
    assert len(short) == 660


def settled(stretcher: Stretcher, blocks: list[Samples], surplus: float) -> tuple[float, int]:
    """What is left of a surplus, and the blocks that it took until nothing changed any more."""
    tail, last = np.zeros(LONGEST, np.int16), 0
    for number, block in enumerate(blocks):
        fitted = stretcher.fit(block, tail, surplus)
        tail = np.concatenate((tail, fitted))[-LONGEST:]
        surplus -= (len(block) - len(fitted)) / RATE
        last = number if len(fitted) != len(block) else last
    return surplus, last


VOICE = np.split(hum(48_000), 50)
NOISE = np.split(noise(5 * 48_000), 250)
HUSH = np.split(noise(48_000, 20), 50)


@pytest.mark.parametrize(
    ("blocks", "surplus", "within"),
    [(VOICE, 0.06, 0.4), (VOICE, -0.06, 0.5), (NOISE, 0.06, 4), (NOISE, -0.06, 4), (HUSH, 0.3, 0.5)],
    ids=["a voice late", "a voice early", "noise late", "noise early", "silence late"],
)
def test_the_delay_comes_to_what_is_wanted(blocks: list[Samples], surplus: float, within: float) -> None:
    left, last = settled(Stretcher(), blocks, surplus)
    assert -0.01 <= left <= LATE_NO_MORE
    assert last * 0.02 <= within


@pytest.mark.parametrize("surplus", [-0.0099, 0.0, 0.0199])
def test_what_is_nearly_right_is_left_alone(surplus: float) -> None:
    block = noise(960)
    assert Stretcher().fit(block, noise(LONGEST), surplus) is block


def test_a_voice_is_not_hurried_unless_it_is_urgent() -> None:
    assert settled(Stretcher(), VOICE[:3], 0.06)[0] == pytest.approx(0.05)
    assert settled(Stretcher(), VOICE[:3], 0.3)[0] == pytest.approx(0.27)


@given(st.integers(0, 2880), st.floats(-2, 2), st.integers(0, 100))
def test_any_length_can_be_stretched(count: int, surplus: float, seed: int) -> None:
    fitted = Stretcher().fit(noise(count, 50 * seed, seed), noise(LONGEST), surplus)
    assert count - LONGEST <= len(fitted) <= count + LONGEST
    assert len(fitted) >= min(count, OVERLAP)
