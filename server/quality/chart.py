"""PURE: a course of values as the lines of a graph, and in a few figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor, log10
from statistics import median

from server.quality.series import Point

WIDTH, HEIGHT = 600, 120
"""Of the field that the lines are in, in the picture's own units."""

GAP_SECONDS = 35.0
"""Two values further apart than this are not joined."""


@dataclass(frozen=True)
class Line:
    """One course: pieces for SVG's `polyline`, and the figures for those who do not see it."""

    pieces: tuple[str, ...]
    usual: float
    """The median."""
    highest: float


@dataclass(frozen=True)
class Chart:
    """Courses that share an axis."""

    lines: tuple[Line | None, ...]
    """None: nothing was measured of this one."""
    top: float
    """What the upper edge stands for."""


def chart(courses: Sequence[Sequence[Point]], begin: datetime, end: datetime) -> Chart:
    """Draw courses between two instants, the times across, the values up from 0."""
    top = _round(max((value for course in courses for _, value in course), default=0.0))
    return Chart(tuple(_line(course, begin, end, top) if course else None for course in courses), top)


def _line(course: Sequence[Point], begin: datetime, end: datetime, top: float) -> Line:
    span = max(1.0, (end - begin).total_seconds())
    pieces: list[list[str]] = []
    last: datetime | None = None
    for at, value in course:
        x = WIDTH * (at - begin).total_seconds() / span
        y = HEIGHT * (1 - min(max(value, 0.0), top) / top)
        if last is None or (at - last).total_seconds() > GAP_SECONDS:
            pieces.append([])
        pieces[-1].append(f"{x:.1f},{y:.1f}")
        last = at
    values = [value for _, value in course]
    return Line(tuple(" ".join(piece) for piece in pieces), median(values), max(values))


def _round(highest: float) -> float:
    """The next 1, 2 or 5 with zeros, which reads well on an axis."""
    if highest <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(highest))
    return next((step * power for step in (1, 2, 5) if step * power >= highest), 10 * power)
