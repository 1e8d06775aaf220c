"""The page of a call: one tile for each of the others, with his picture and his name."""

from dataclasses import dataclass

from robotclient.media.screen.drawing import BACKGROUND, PANEL, SOFT, Canvas, Line, Scratch, draw_lines, draw_name, fill
from robotclient.media.screen.drawing import scale as scale_planes
from robotclient.media.screen.layout import Rect, letterbox, text_height, tile
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.views import CallView, Tile


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a participant's pictures lie, and the mark that they bear."""

    number: int
    owner: int


@dataclass(slots=True)
class Place:
    """One tile on the canvas and what was last drawn into it."""

    tile: Tile
    area: Rect
    slot: Slot | None = None
    seen: int = 0
    scratch: Scratch | None = None


class CallPage:
    """Draws a tile only when its picture is new. `slots` is the worker's and changes under it."""

    def __init__(
        self, view: CallView, screen: Rect, texts: Texts, pictures: SharedPictures, slots: dict[str, Slot]
    ) -> None:
        self.drawn: dict[str, Slot] = {}
        """Whose picture is on the canvas."""
        self._view = view
        self._screen = screen
        self._text = text_height(screen)
        self._texts = texts
        self._pictures = pictures
        self._slots = slots
        strip = 2 * self._text if view.notice else 0
        self._strip = Rect(screen.x, screen.y, screen.width, strip)
        below = Rect(screen.x, screen.y + strip, screen.width, screen.height - strip)
        areas = tile(len(view.tiles), below)
        self._places = [Place(each, area) for each, area in zip(view.tiles, areas, strict=True)]
        self._fresh = True

    def draw(self, canvas: Canvas) -> bool:
        """Draw; False where the canvas is up to date."""
        changed = self._fresh
        if self._fresh:
            self._draw_ground(canvas)
            self._fresh = False
        for place in self._places:
            changed |= self._draw_picture(canvas, place)
        return changed

    def _draw_ground(self, canvas: Canvas) -> None:
        fill(canvas, self._screen, BACKGROUND)
        if self._view.notice:
            draw_lines(canvas, self._strip, [Line(self._view.notice, self._text)])
        if not self._places:
            text = self._texts.starting if self._view.starting else self._texts.waiting
            draw_lines(canvas, self._screen, [Line(text, 2 * self._text)])
        for place in self._places:
            fill(canvas, place.area, PANEL)
            draw_lines(canvas, place.area, [Line(self._explanation(place.tile), self._text, SOFT)])
            draw_name(canvas, place.area, place.tile.name, self._text)

    def _explanation(self, shown: Tile) -> str:
        """Why there is no picture."""
        return self._texts.connecting if shown.video or not shown.connected else self._texts.camera_off

    def _draw_picture(self, canvas: Canvas, place: Place) -> bool:
        slot = self._slots.get(place.tile.participant)
        if slot is None or not place.tile.video or (place.seen and not place.tile.connected):
            return False
        if slot != place.slot:
            place.slot, place.seen = slot, 0
        picture = self._pictures.read(slot.number, slot.owner, place.seen)
        if picture is None:
            return False
        inner = letterbox(picture.planes.y.shape[1], picture.planes.y.shape[0], place.area)
        if place.scratch is None or place.scratch.size != (inner.width, inner.height):
            place.scratch = Scratch(inner.width, inner.height)
            fill(canvas, place.area, PANEL)
        scale_planes(picture.planes, place.scratch.picture)
        if not self._pictures.still_whole(slot.number, picture):
            return False  # a newer one is there, and its message on the way
        place.seen = picture.sequence
        place.scratch.paste(canvas, inner)
        self._draw_over(canvas, place)
        self.drawn[place.tile.participant] = slot
        return True

    def _draw_over(self, canvas: Canvas, place: Place) -> None:
        area = place.area
        if not place.tile.connected:  # his last picture, dimmed
            canvas[area.rows, area.columns] //= 3
            draw_lines(canvas, area, [Line(self._texts.reconnecting, self._text)])
        draw_name(canvas, area, place.tile.name, self._text)
