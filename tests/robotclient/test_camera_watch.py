"""What is wrong with a camera that still delivers (R1, R3), told from its pictures alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from robotclient.media.camera.watch import DARK_AFTER, FIRST_WITHIN, FROZEN_AFTER, NEXT_WITHIN, Watch

RANDOM = np.random.default_rng(1)
FRAME = 1 / 30


def noise(level: int, spread: int = 3) -> NDArray[np.uint8]:
    return RANDOM.integers(level - spread, level + spread, (48, 64), dtype=np.uint8)


def watched(seconds: float, *pictures: NDArray[np.uint8]) -> tuple[Watch, float]:
    """A camera that delivers these pictures in turn, and what time it is then."""
    watch, now = Watch(0), 0.0
    for number in range(round(seconds / FRAME)):
        now = number * FRAME
        watch.see(pictures[number % len(pictures)], now)
    return watch, now


def test_a_quiet_room_is_no_fault() -> None:
    watch, now = watched(20, noise(110), noise(110))
    assert watch.fault(now) == ""
    assert watch.moves
    assert not watch.dark(now)


def test_r3_the_same_picture_again_and_again_is_a_fault_within_three_seconds() -> None:
    still = noise(110)
    watch, now = watched(FROZEN_AFTER - 0.1, still)
    assert (watch.fault(now), watch.moves) == ("", False)
    watch, now = watched(FROZEN_AFTER + 0.5, still)
    assert "same picture" in watch.fault(now)


@pytest.mark.parametrize(("after", "fault"), [(NEXT_WITHIN - 0.1, ""), (NEXT_WITHIN + 0.1, "delivers no pictures")])
def test_r1_pictures_that_stop_coming_are_a_fault(after: float, fault: str) -> None:
    watch, now = watched(1, noise(110), noise(110))
    assert watch.fault(now + after) == fault


def test_r1_a_camera_has_more_time_for_its_first_picture() -> None:
    assert Watch(0).fault(FIRST_WITHIN - 0.1) == ""
    assert Watch(0).fault(FIRST_WITHIN + 0.1) == "delivers no pictures"


def test_a_dark_room_is_told_and_is_no_fault() -> None:
    black = np.full((48, 64), 16, np.uint8)
    watch, now = watched(DARK_AFTER + 1, black)
    assert watch.dark(now)
    assert watch.fault(now) == ""
    watch.see(noise(60), now)
    assert not watch.dark(now)
