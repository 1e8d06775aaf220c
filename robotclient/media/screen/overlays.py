"""Where the plates of a call lie: LIVE and REC above on the right, messages above on the left."""

from dataclasses import dataclass

from robotclient.media.screen.drawing import Canvas
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.plates import live_plate, paste, words_plate
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.views import CallView

MOST_MESSAGES = 3
MESSAGE_LINES = 3


@dataclass(frozen=True, slots=True)
class Overlay:
    """A plate and its upper left corner."""

    plate: Canvas
    x: int
    y: int

    def paste(self, canvas: Canvas, within: Rect) -> None:
        """Put it over what is there."""
        paste(canvas, self.plate, self.x, self.y, within)


def overlays(view: CallView, texts: Texts, screen: Rect, size: int) -> list[Overlay]:
    """All that lies over the pictures of this view; `screen` is what the pictures have."""
    margin = size // 2
    found: list[Overlay] = []
    top = screen.y + margin
    if view.live:
        plate = live_plate(texts.live, size)
        found.append(Overlay(plate, screen.right - margin - plate.shape[1], top))
        top += plate.shape[0] + margin
    if view.recorded:
        plate = live_plate(texts.recorded, size)
        found.append(Overlay(plate, screen.right - margin - plate.shape[1], top))
        top += plate.shape[0] + margin
    if view.messages:
        said = tuple(f"{each.sender}: {each.text}" for each in view.messages[-MOST_MESSAGES:])
        found.append(Overlay(words_plate(said, size, screen.width - 2 * margin, MESSAGE_LINES), screen.x + margin, top))
    return found
