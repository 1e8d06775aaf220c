"""What the daemon and the screen's child say to each other; views are messages themselves."""

from robotclient.config import ScreenSection
from robotclient.media.channel import PipeMessage


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


class PictureReady(PipeMessage):
    """Look into the slots: there is something new."""


class PictureDrawn(PipeMessage):
    """The first picture of this owner is on the screen."""

    participant: str
    owner: int
