"""What is on the whiteboard, merged from what everybody says, in any order, to the same picture. Pure.

The pages do the same (server/static/board.js); tests/wire/board.json is what both make of the same messages.
"""

from dataclasses import dataclass, field
from typing import Final

from wire.channels import BoardMessage, Clear, Colour, Stroke, Undo, Want
from wire.channels.board import MOST_NUMBERS

MOST_STROKES: Final = 2_000
MOST_POINTS: Final = 40_000
MOST_PENS: Final = 400
"""Twice what drawers keep to, because several may draw at once; what goes beyond is not kept."""


@dataclass(slots=True)
class Line:
    """One stroke; `points` are x and y by turns, in the board's units. Taken back, it has none and gets none."""

    pen: str
    number: int
    order: int
    colour: Colour
    width: int
    points: list[int] = field(default_factory=list)
    undone: bool = False

    @property
    def participant(self) -> str:
        """Who drew it."""
        return self.pen.partition(".")[0]


class Board:
    """All strokes. `version` grows with every change that can be seen."""

    def __init__(self) -> None:
        self.version = 0
        self._lines: dict[tuple[str, int], Line] = {}
        self._below: dict[str, int] = {}
        """Of each pen, the number from which on its strokes have not been wiped away."""
        self._points = 0

    def lines(self) -> list[Line]:
        """What is to be seen, the lowest first."""
        seen = (line for line in self._lines.values() if not line.undone)
        return sorted(seen, key=lambda line: (line.order, line.pen))

    def take(self, message: BoardMessage) -> bool:
        """Merge a message; False where a part before it is missing, and there is room: all should come again."""
        match message:
            case Stroke():
                return self._draw(message)
            case Undo():
                self._undo(message)
            case Clear():
                self._clear(message)
            case Want():
                pass
        return True

    def _draw(self, part: Stroke) -> bool:
        line = self._lines.get((part.pen, part.number))
        if self._wiped(part.pen, part.number) or (line and line.undone):
            return True
        have = len(line.points) // 2 if line else 0
        if part.start > have:
            return self._is_full
        fresh = part.points[2 * (have - part.start) : len(part.points) // 2 * 2]
        if not fresh or self._points + len(fresh) // 2 > MOST_POINTS:
            return True
        if line is None:
            line = self._add(Line(part.pen, part.number, part.order, part.colour, part.width))
        if line is not None:
            line.points.extend(fresh)
            self._points += len(fresh) // 2
            self.version += 1
        return True

    @property
    def _is_full(self) -> bool:
        """There may be no room for another stroke or part, however often it is sent."""
        return len(self._lines) >= MOST_STROKES or self._points + MOST_NUMBERS // 2 > MOST_POINTS

    def _undo(self, message: Undo) -> None:
        if self._wiped(message.pen, message.number):
            return
        line = self._lines.get((message.pen, message.number))
        if line is None:
            line = self._add(Line(message.pen, message.number, 0, Colour.BLACK, 1))
        if line is not None and not line.undone:
            self._points -= len(line.points) // 2
            line.points, line.undone = [], True
            self.version += 1

    def _clear(self, message: Clear) -> None:
        for pen, number in message.below.items():
            if pen in self._below or len(self._below) < MOST_PENS:
                self._below[pen] = max(number, self._below.get(pen, 0))
        for key in [key for key in self._lines if self._wiped(*key)]:
            self._points -= len(self._lines.pop(key).points) // 2
            self.version += 1

    def _wiped(self, pen: str, number: int) -> bool:
        return number < self._below.get(pen, 0)

    def _add(self, line: Line) -> Line | None:
        if len(self._lines) >= MOST_STROKES:
            return None
        self._lines[line.pen, line.number] = line
        return line
