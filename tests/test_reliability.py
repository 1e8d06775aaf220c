"""How scripts/reliability and scripts/reliability-network judge and tell: a miss is a figure too."""

import math

import pytest

from scripts.lab import seconds
from scripts.lab.recovery import STANDSTILL, Watch


@pytest.mark.parametrize(
    ("took", "told"),
    [
        ([2.0], "1 | 2.0 | 2.0 | 2.0"),
        ([float(each) for each in range(20, 0, -1)], "20 | 10.0 | 19.0 | 20.0"),
        ([1.0, math.inf, 3.0], "3 | 3.0 | never | never"),
        ([math.inf], "1 | never | never | never"),
    ],
)
def test_a_row_tells_ranks_and_what_never_came(took: list[float], told: str) -> None:
    assert seconds.row("R1", took) == f"| R1 | {told} |"


def test_what_was_on_its_way_is_not_yet_the_return() -> None:
    watch = Watch(100, 15, 0.0)
    assert not watch.is_back(115, 0.1)
    assert watch.is_back(116, 0.2)


def test_the_first_after_a_standstill_is_the_return() -> None:
    watch = Watch(100, 15, 0.0)
    assert not watch.is_back(102, 0.1)
    assert not watch.is_back(102, 0.2 + STANDSTILL)
    assert watch.is_back(103, 0.3 + STANDSTILL)


def test_time_in_which_nobody_looked_is_no_standstill() -> None:
    watch = Watch(100, 15, 0.0)
    assert not watch.is_back(100, 0.1)
    assert not watch.is_back(101, 0.2 + STANDSTILL)
