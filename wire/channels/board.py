"""The whiteboard: strokes that everybody keeps, merged without a server and to the same end in any order."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from wire.base import Message

BOARD_WIDTH, BOARD_HEIGHT = 1600, 900
"""The board's own units."""
MOST_NUMBERS = 512
"""Of one message's `points`: 256 points."""

Pen = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9]+$")]
"""Whose hand drew, and in which window of his: the participant's id, a point, letters and digits by chance."""

Number = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Coordinate = Annotated[StrictInt, Field(ge=-BOARD_WIDTH, le=2 * BOARD_WIDTH)]


class Colour(StrEnum):
    """The colours of the pens."""

    BLACK = "black"
    BLUE = "blue"
    RED = "red"
    GREEN = "green"
    ORANGE = "orange"


class Want(Message):
    """Send me all that is on your board."""

    type: Literal["want"]


class Stroke(Message):
    """A line of one pen, or its next part. `number` counts the pen's strokes from 0."""

    type: Literal["stroke"]
    pen: Pen
    number: Number
    order: Number
    """One more than the greatest that the drawer had seen: who lies over whom is the same everywhere."""
    colour: Colour
    width: Annotated[StrictInt, Field(ge=1, le=40)]
    start: Number
    """How many points of this stroke were sent before these."""
    points: Annotated[tuple[Coordinate, ...], Field(max_length=MOST_NUMBERS)]
    """x and y by turns."""


class Undo(Message):
    """A stroke is taken back."""

    type: Literal["undo"]
    pen: Pen
    number: Number


class Clear(Message):
    """All strokes of these pens below these numbers are wiped away; what was drawn meanwhile stays."""

    type: Literal["clear"]
    below: Annotated[dict[Pen, Number], Field(max_length=200)]


BoardMessage = Annotated[Want | Stroke | Undo | Clear, Field(discriminator="type")]
