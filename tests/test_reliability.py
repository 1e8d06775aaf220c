"""How scripts/reliability and scripts/reliability-network judge and tell: a miss is a figure too."""

import math

import pytest

from scripts.lab import seconds


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
