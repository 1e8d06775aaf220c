"""The page for a view: pages of words are drawn when what they say has changed, pages of pictures when one is new."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from robotclient.media.screen.announcement import announcement_sheet, stopped_sheet
from robotclient.media.screen.drawing import Canvas, fill
from robotclient.media.screen.easel import Easel
from robotclient.media.screen.idle import idle_sheet
from robotclient.media.screen.layout import Rect, text_height
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.plates import live_plate, paste
from robotclient.media.screen.sheet import Sheet, draw_sheet
from robotclient.media.screen.texts import LANGUAGES, Texts
from robotclient.media.screen.theme import Wish
from robotclient.media.screen.views import AnnouncementView, CallView, IdleView, StoppedView, View
from robotclient.media.screen.visit import CallPage, Slot

OFF = (0, 0, 0)


class Page(Protocol):
    """Something that draws itself."""

    def draw(self, canvas: Canvas) -> bool:
        """Draw; False where the canvas is up to date."""


@dataclass(frozen=True)
class Stage:
    """What all pages need. `slots` and `easel` are the worker's and change under the pages."""

    screen: Rect
    language: str
    zone: ZoneInfo
    theme: Wish
    pictures: SharedPictures
    slots: dict[str, Slot]
    easel: Easel

    def texts(self, wanted: str = "") -> Texts:
        """In the wanted language where the robot speaks it, else in the site's."""
        return LANGUAGES.get(wanted) or LANGUAGES[self.language]


class SheetPage:
    """A page of words, made anew from the clock at each look."""

    def __init__(
        self, screen: Rect, zone: ZoneInfo, sheet_at: Callable[[datetime], Sheet], live: str | None = None
    ) -> None:
        """`live` is the word on the sign that the camera is open; None where it is closed."""
        self._live = live
        self._screen = screen
        self._zone = zone
        self._sheet_at = sheet_at
        self._drawn: Sheet | None = None

    def draw(self, canvas: Canvas) -> bool:
        """Draw; False where the canvas is up to date."""
        sheet = self._sheet_at(datetime.now(self._zone))
        if sheet == self._drawn:
            return False
        draw_sheet(canvas, self._screen, sheet)
        if self._live is not None:
            size = text_height(self._screen)
            plate = live_plate(self._live, size)
            paste(canvas, plate, self._screen.right - size // 2 - plate.shape[1], size // 2, self._screen)
        self._drawn = sheet
        return True


class DarkPage:
    """Nothing: the screen is off."""

    def __init__(self, screen: Rect) -> None:
        self._screen = screen
        self._drawn = False

    def draw(self, canvas: Canvas) -> bool:
        """Draw; False where the canvas is up to date."""
        fresh, self._drawn = not self._drawn, True
        if fresh:
            fill(canvas, self._screen, OFF)
        return fresh


def page_of(view: View, stage: Stage) -> Page:
    """The page that shows a view."""
    screen, wish = stage.screen, stage.theme
    texts = stage.texts(view.language if isinstance(view, AnnouncementView | StoppedView) else "")
    live = texts.live if view.live else None
    match view:
        case IdleView(off=True, live=False):
            return DarkPage(screen)
        case IdleView():
            return SheetPage(screen, stage.zone, lambda now: idle_sheet(view, now, texts, screen, wish), live)
        case AnnouncementView():
            return SheetPage(screen, stage.zone, lambda now: announcement_sheet(view, now, texts, screen, wish), live)
        case StoppedView():
            return SheetPage(screen, stage.zone, lambda now: stopped_sheet(now, texts, screen, wish), live)
        case CallView():
            return CallPage(view, screen, texts, stage.pictures, stage.slots, stage.easel)
