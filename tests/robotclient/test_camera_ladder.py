"""Sizes and frame rates for bit rates: what is chosen, how soon, and that it does not swing."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.camera.ladder import FEWEST_PIXELS, HIGH_QUANTIZER, Ladder, Rung, rungs

FPS = 30
HD = rungs(1280, 720, Fraction(1))


def sizes(choices: tuple[Rung, ...]) -> list[tuple[int, int, int]]:
    return [(rung.width, rung.height, rung.every) for rung in choices]


class Watched:
    """A ladder under a picture that needs `difficulty` times the bits of an easy one."""

    def __init__(self, choices: tuple[Rung, ...] = HD, difficulty: float = 1) -> None:
        self.ladder = Ladder(choices)
        self.difficulty = difficulty
        self.now = 0.0
        self.seen: list[Rung] = []

    def run(self, seconds: float, rate: int) -> Rung:
        for _ in range(round(seconds * FPS)):
            rung = self.ladder.choose(rate, self.now)
            self.seen.append(rung)
            self.ladder.took(min(127, round(60 * self.difficulty * rung.cost / rate)))
            self.now += 1 / FPS
        return self.seen[-1]

    def changes(self) -> int:
        return sum(first != second for first, second in pairwise(self.seen))


def test_the_sizes_are_the_well_known_ones_and_of_the_camera_s_aspect() -> None:
    assert sizes(HD) == [
        (1280, 720, 1), (960, 540, 1), (640, 360, 1), (480, 270, 1), (320, 180, 1), (320, 180, 2), (320, 180, 4),
    ]  # fmt: skip
    assert sizes(rungs(640, 480, Fraction(1)))[:3] == [(640, 480, 1), (480, 360, 1), (320, 240, 1)]
    assert sizes(rungs(160, 120, Fraction(1))) == [(160, 120, 1), (160, 120, 2), (160, 120, 4)]
    assert sizes(rungs(640, 480, Fraction(1, 2))) == [(320, 240, 1), (320, 240, 2), (320, 240, 4)]


def test_the_first_size_is_the_one_that_the_rate_fills() -> None:
    assert [Ladder(HD).choose(rate, 0).width for rate in (1_700_000, 500_000, 300_000, 120_000, 10_000)] == [
        1280, 960, 640, 480, 320,
    ]  # fmt: skip


def test_a_sudden_fall_is_answered_at_once() -> None:
    one = Watched()
    one.run(5, 1_700_000)
    assert one.run(1 / FPS, 300_000).width == 640


def test_a_hard_picture_gets_smaller_step_by_step_and_stays() -> None:
    one = Watched(difficulty=3)
    one.run(20, 1_200_000)
    assert one.seen[0].width == 1280
    assert one.seen[-1].width < 1280
    steady = one.changes()
    one.run(20, 1_200_000)
    assert one.changes() == steady


def test_it_climbs_by_steps_of_two_seconds_once_there_is_room() -> None:
    one = Watched()
    one.run(5, 100_000)
    assert one.seen[-1].width <= 480
    assert one.run(5, 1_700_000).width == 1280


def test_only_the_smallest_size_gives_up_pictures() -> None:
    one = Watched(difficulty=8)
    one.run(30, 60_000)
    assert one.seen[-1].every > 1
    assert all(rung.width == 320 for rung in one.seen if rung.every > 1)


@given(
    rates=st.lists(st.tuples(st.floats(0.1, 6), st.integers(30_000, 3_000_000)), min_size=1, max_size=6),
    difficulty=st.floats(0.2, 10),
)
def test_it_never_leaves_the_ladder_and_never_climbs_twice_in_two_seconds(
    rates: list[tuple[float, int]], difficulty: float
) -> None:
    one = Watched(difficulty=difficulty)
    for seconds, rate in rates:
        one.run(seconds, rate)
    climbs = [
        index / FPS for index, (first, second) in enumerate(pairwise(one.seen))
        if second.cost > first.cost
    ]  # fmt: skip
    assert all(later - earlier > 1.9 for earlier, later in pairwise(climbs))
    assert all(rung.width * rung.height >= FEWEST_PIXELS for rung in one.seen)


def test_a_rung_that_failed_is_not_tried_again_with_the_same_rate() -> None:
    one = Watched(choices=HD[:2], difficulty=1.1 * HIGH_QUANTIZER / 60 * 2_000_000 / HD[0].cost)
    one.run(30, 2_000_000)
    assert one.changes() == 1
