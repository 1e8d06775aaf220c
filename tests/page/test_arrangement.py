"""Where the call page's tiles go."""

import pytest

from tests.page.node import node


@pytest.mark.slow
def test_tiles_for_1_to_25_people_fill_the_space_and_are_as_large_as_they_can_be() -> None:
    sizes = [(360, 650), (1280, 700), (740, 300), (320, 480)]
    every = "v[0].map(([w, h]) => Array.from({length: 25}, (_, i) => m.grid(i + 1, w, h)))"
    grids = node("arrangement.js", every, sizes)
    for (width, height), found in zip(sizes, grids, strict=True):
        for count, grid in enumerate(found, 1):
            rows, columns = grid["rows"], grid["columns"]
            assert rows * columns >= count > (rows - 1) * columns
            best = max(min(width / each, height * 4 / 3 / -(-count // each)) for each in range(1, count + 1))
            assert min(width / columns, height * 4 / 3 / rows) == pytest.approx(best)
    assert [grids[0][1][each] for each in ("columns", "rows")] == [1, 2]
    assert [grids[1][1][each] for each in ("columns", "rows")] == [2, 1]


@pytest.mark.slow
def test_the_one_in_front_is_beside_or_above_the_others() -> None:
    wide, upright, alone = node(
        "arrangement.js", "[m.withFront(3, 1280, 700), m.withFront(3, 360, 650), m.withFront(0, 360, 650)]"
    )
    assert wide["columns"].startswith("minmax(0, 3fr) ")
    assert wide["area"] == "1 / 1 / -1 / 2"
    assert upright["rows"].startswith("minmax(0, 3fr) ")
    assert upright["area"] == "1 / 1 / 2 / -1"
    assert alone == {"columns": "repeat(1, minmax(0, 1fr))", "rows": "repeat(1, minmax(0, 1fr))", "area": "1 / 1"}
