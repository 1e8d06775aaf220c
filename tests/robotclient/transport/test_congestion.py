"""The sending rate on simulated paths: it finds the capacity, keeps queues short, bears losses and jitter, shares."""

import random
from statistics import median

import pytest

from robotclient.transport.congestion import Controller
from tests.robotclient.transport.bottleneck import HIGHEST, Link, Reno, Robot, World

MBIT = 1_000_000


def path(rate: float, **properties: float | bool | random.Random) -> tuple[World, Link, Robot]:
    world = World()
    link = Link(world, rate, **properties)  # type: ignore[arg-type]
    return world, link, Robot(world, link)


@pytest.mark.parametrize("capacity", [1_000_000, 500_000, 250_000])
def test_a_narrow_link_is_filled_and_its_queue_stays_short(capacity: int) -> None:
    world, link, robot = path(capacity, queue=1.0)
    world.run(40)
    assert robot.goodput(10, 40) > 0.87 * capacity
    waits = link.queued(10)
    assert waits[len(waits) // 2] < 0.05
    assert waits[int(0.95 * len(waits))] < 0.2
    assert link.dropped == 0


def test_a_wide_link_is_found_by_probes_within_a_second() -> None:
    world, _, robot = path(5 * MBIT)
    world.run(2)
    assert robot.goodput(1, 2) > 0.9 * HIGHEST


def test_a_short_buffer_filled_by_the_first_probes_is_emptied() -> None:
    """The queue cannot grow any more, so its slope says nothing."""
    world, link, robot = path(250_000, queue=0.2)
    world.run(10)
    assert min(wait for at, wait in link.waits if 2 < at < 6) < 0.03
    waits = [wait for at, wait in link.waits if at > 5]
    assert sum(waits) / len(waits) < 0.1
    assert robot.goodput(5, 10) > 0.8 * 250_000


@pytest.mark.parametrize("seed", [0, 9, 17, 23, 42])
def test_what_waited_for_the_connection_is_no_queue_for_long(seed: int) -> None:
    """Pictures of the last quarter of a second leave at once, fill a short buffer, and it cannot grow any more."""
    world, link, robot = path(250_000, queue=0.2, delay=0.005, chance=random.Random(seed))
    for _ in range(8):
        robot.pacer.put(1200, 1200)
    world.run(2)
    assert max(wait for at, wait in link.waits if at < 1) > 0.15, "else there is nothing to be emptied"
    waits = link.queued(1)
    assert sum(waits) / len(waits) < 0.04


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.10])
def test_losses_of_the_air_cost_no_rate(loss: float) -> None:
    """Where the first probes were lost and the rate stayed low, a later one that comes through ends that."""
    rates = []
    for seed in range(1, 4):
        world, _, robot = path(5 * MBIT, loss=loss, chance=random.Random(seed))
        world.run(18)
        rates.append(robot.target(8, 18))
    assert min(rates) > 0.9 * HIGHEST


def test_a_fifth_lost_leaves_a_picture() -> None:
    rates = []
    for seed in range(1, 6):
        world, _, robot = path(5 * MBIT, loss=0.2, chance=random.Random(seed))
        world.run(25)
        rates.append(robot.target(10, 25))
    assert median(rates) > 400_000


def test_losses_of_our_own_making_do_cost_rate() -> None:
    """A link that drops at once, without a queue to be seen: the loss alone says that it is full."""
    world, link, robot = path(MBIT, queue=0.03)
    world.run(30)
    assert 0.8 * MBIT < robot.target(10, 30) < 1.2 * MBIT
    assert link.dropped / link.offered < 0.2


def test_a_step_down_is_followed_at_once_and_a_step_up_within_seconds() -> None:
    world, link, robot = path(2 * MBIT)
    world.after(12, lambda: setattr(link, "rate", 400_000))
    world.after(24, lambda: setattr(link, "rate", 2 * MBIT))
    world.run(36)
    assert robot.target(6, 12) > 1.5 * MBIT
    assert robot.target(13, 24) < 400_000
    assert max(wait for at, wait in link.waits if 17 < at < 24) < 0.2
    assert robot.goodput(14, 24) > 0.8 * 400_000
    assert robot.target(31, 36) > 1.3 * MBIT


@pytest.mark.parametrize(("reorders", "share"), [(False, 0.9), (True, 0.6)])
def test_jitter_does_not_collapse_it(reorders: bool, share: float) -> None:
    rates = []
    for seed in range(1, 4):
        world, _, robot = path(5 * MBIT, jitter=0.08, reorders=reorders, chance=random.Random(seed))
        world.run(18)
        rates.append(robot.target(10, 18))
    assert sum(rates) / len(rates) > share * HIGHEST


@pytest.mark.parametrize("delay", [0.1, 0.4])
def test_a_long_way_is_filled_too(delay: float) -> None:
    world, link, robot = path(MBIT, delay=delay)
    world.run(30)
    assert robot.goodput(12, 30) > 0.8 * MBIT
    assert link.dropped / link.offered < 0.01


@pytest.mark.parametrize(("capacity", "queue"), [(MBIT, 0.4), (2 * MBIT, 0.1)])
def test_beside_a_download_both_get_their_share(capacity: int, queue: float) -> None:
    shares = []
    for start in (8, 9):
        world, link, robot = path(capacity, queue=queue)
        world.run(start)
        download = Reno(world, link)
        world.run(45)
        shares.append(robot.goodput(15, 45) / capacity)
        assert download.goodput(15, 45) > 0.15 * capacity
    assert sum(shares) / len(shares) > 0.18


def test_two_robots_share_a_link() -> None:
    world = World()
    link = Link(world, 1.5 * MBIT)
    first = Robot(world, link)
    world.run(8)
    second = Robot(world, link)
    world.run(40)
    shares = [robot.goodput(20, 40) / link.rate for robot in (first, second)]
    assert sum(shares) > 0.8
    assert min(shares) > 0.2


def test_a_quiet_picture_does_not_lose_the_capacity() -> None:
    """An encoder that needs a fifth: the rate stays there for when it needs all."""
    world = World()
    link = Link(world, 5 * MBIT)
    robot = Robot(world, link, demand=0.2)
    world.run(15)
    assert robot.target(5, 15) > 0.8 * HIGHEST


def test_it_says_what_it_knows_of_the_path() -> None:
    world, _, robot = path(5 * MBIT, delay=0.1, loss=0.05)
    world.run(15)
    assert robot.controller.loss == pytest.approx(0.05, abs=0.04)
    assert robot.controller.round_trip == pytest.approx(0.25, abs=0.06)


def test_silence_of_the_far_side_lowers_the_rate_and_its_voice_brings_it_back() -> None:
    world, link, robot = path(5 * MBIT)
    world.run(5)
    link.loss = 1.0
    world.run(20)
    assert robot.rates[-1][1] < 0.2 * HIGHEST
    link.loss = 0.0
    world.run(30)
    assert robot.target(25, 30) > 0.9 * HIGHEST


def test_without_transport_wide_reports_receiver_reports_and_remb_decide() -> None:
    controller = Controller(500_000, 100_000, HIGHEST)
    for second in range(20):
        controller.reported(0.0, 0.1, second)
    assert controller.target(20).total == pytest.approx(500_000 * 1.05**20, rel=0.01)
    controller.reported(0.3, 0.1, 21)
    assert controller.target(21).total == pytest.approx(500_000 * 1.05**20 * 0.85, rel=0.01)
    controller.remb(400_000)
    assert controller.target(21).total == 400_000
    for second in range(22, 60):
        controller.reported(0.05, 0.1, second)
    assert controller.target(60).total == 400_000
    assert controller.loss == pytest.approx(0.05, abs=0.01)
    assert controller.round_trip == 0.1


def test_whatever_the_far_side_says_the_rate_stays_within_its_bounds() -> None:
    chance = random.Random(3)
    controller = Controller(300_000, 100_000, HIGHEST)
    now = 0.0
    for number in range(1000):
        now += chance.choice((0.001, 0.01, 0.1))
        controller.sent(number & 0xFFFF, chance.choice((10, 1200)), now, chance.choice((None, None, 1)))
        if (probe := controller.probe(now)) is not None:
            assert controller.target(now).total < probe.rate <= HIGHEST
        statuses = [
            (sequence & 0xFFFF, chance.choice((None, now, now - 1000, chance.random(), 1e6)))
            for sequence in range(number - 20, number + 3)
        ]
        controller.feedback(statuses, now)
        assert 100_000 <= controller.target(now).total <= HIGHEST
