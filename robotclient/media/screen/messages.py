"""What the daemon and the screen's child say to each other; views are messages themselves."""

from robotclient.config import ScreenSection
from robotclient.media.channel import PipeMessage
from wire.channels import Colour


class ScreenSettings(PipeMessage):
    """The first message to a fresh child. `memory` is the inherited descriptor of the pictures."""

    section: ScreenSection
    language: str
    timezone: str
    memory: int


class SlotAssigned(PipeMessage):
    """A participant's pictures lie in this slot, marked with `owner`: a number that is never used again."""

    participant: str
    slot: int
    owner: int


class SlotFreed(PipeMessage):
    """The participant has no pictures any more."""

    participant: str


class BoardStroke(PipeMessage):
    """A line on the whiteboard; `points` are x and y by turns, at least one pair, in the board's units."""

    colour: Colour
    width: int
    points: tuple[int, ...]


class BoardDrawn(PipeMessage):
    """All that is on the whiteboard, the lowest line first."""

    strokes: tuple[BoardStroke, ...] = ()


class PictureReady(PipeMessage):
    """Look into the slots: there is something new."""


class PictureDrawn(PipeMessage):
    """The first picture of this owner is on the screen."""

    participant: str
    owner: int
