"""The bench's results as a table for docs/benchmarks.md: one line per row and way, each cell `robot / Chromium`."""

import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from scripts.lab.network.figures import Way
from scripts.lab.network.rows import ROWS, Targets

WAYS = {"to_robot": "to the robot", "to_guest": "to the guest"}
HEAD = (
    "path", "way", "pictures/s", "kbit/s", "freezes > 0.3 s", "delay p50", "delay p95", "similarity", "sound guessed",
    "sound waits", "queue", "back after s", "misses",
)  # fmt: skip
Result = dict[str, Any]
"""Of one row: its name, and for `robot` and `chromium` each the calls (`bench.Call` as a dictionary)."""


def head() -> str:
    """The table's first two lines."""
    return "| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|"


def lines(result: Result) -> Iterator[str]:
    """Both ways of a row; of several runs the medians, figure by figure."""
    targets = next(row.targets for row in ROWS if row.name == result["row"])
    for way, words in WAYS.items():
        of = {who: median(result, who, way) for who in ("robot", "chromium") if result.get(who)}
        pair = [of[who] for who in ("robot", "chromium") if who in of]
        missed = ", ".join(misses(targets, *pair)) if len(pair) == 2 else ""
        cells = [result["row"], words, *(" / ".join(cell(each) for each in pair) for cell in CELLS), missed]
        yield "| " + " | ".join(cells) + " |"


def median(result: Result, who: str, way: str) -> Way:
    """Of all runs, figure by figure; its course by seconds is the first run's."""
    ways = [call[way] for call in result[who]]
    values = {field.name: _median([way.get(field.name) for way in ways]) for field in fields(Way)}
    values["kbps_by_second"] = tuple(ways[0]["kbps_by_second"])
    values["recovered"] = _median_or_never([way.get("recovered") for way in ways])
    return Way(**values)


def misses(targets: Targets, ours: Way, theirs: Way) -> Iterator[str]:
    """The figures that miss their target."""
    if targets.fps is not None and ours.fps < targets.fps * theirs.fps:
        yield "pictures"
    if targets.kbps is not None and ours.kbps < targets.kbps * theirs.kbps:
        yield "kbit/s"
    if targets.freezes is not None and ours.freezes > targets.freezes:
        yield "freezes"
    if targets.frozen is not None and ours.frozen > targets.frozen * theirs.frozen + 0.05:
        yield "frozen"
    if targets.recovered is not None and _or_never(ours.recovered) > targets.recovered * _or_never(theirs.recovered):
        yield "back"
    if _exceeds(ours.concealed, theirs.concealed, 0.1):
        yield "sound guessed"
    if _exceeds(ours.sound_delay, theirs.sound_delay, 20):
        yield "sound waits"


def _or_never(recovered: float | None) -> float:
    return 60.0 if recovered is None else recovered


def _exceeds(ours: float | None, theirs: float | None, by: float) -> bool:
    return ours is not None and theirs is not None and ours > theirs + by


def _median(values: list[Any]) -> Any:
    numbers = [value for value in values if isinstance(value, int | float)]
    return statistics.median(numbers) if numbers else None


def _median_or_never(values: list[float | None]) -> float | None:
    """None is no missing figure here but the worst one."""
    found = statistics.median(math.inf if value is None else value for value in values)
    return None if found == math.inf else found


def number(value: float | None) -> str:
    """For a cell."""
    return "–" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


CELLS: tuple[Callable[[Way], str], ...] = (
    lambda way: number(way.fps),
    lambda way: number(way.kbps),
    lambda way: f"{number(way.freezes)} ({number(way.frozen)} s)",
    lambda way: number(way.delay_p50),
    lambda way: number(way.delay_p95),
    lambda way: number(way.similarity),
    lambda way: number(way.concealed),
    lambda way: number(way.sound_delay),
    lambda way: number(way.queue),
    lambda way: number(way.recovered),
)
