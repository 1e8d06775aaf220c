"""The page of a call: one tile for each of the others, with his picture and his name."""

from dataclasses import dataclass

from robotclient.media.screen.drawing import Canvas, Scratch, fill
from robotclient.media.screen.drawing import scale as scale_planes
from robotclient.media.screen.easel import Easel
from robotclient.media.screen.layout import GAP, Rect, grown, letterbox, text_height, tile
from robotclient.media.screen.lettering import Line, column, draw_column
from robotclient.media.screen.overlays import overlays
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.plates import name_plate, paste
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.theme import DARK
from robotclient.media.screen.views import BOARD, CallView, Tile

THEME = DARK
"""Around pictures it is dark by day too, as in a cinema: the eye is for the face."""


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
    """Draws a tile only when its picture is new. `slots` and `easel` are the worker's and change under it."""

    def __init__(
        self,
        view: CallView,
        screen: Rect,
        texts: Texts,
        pictures: SharedPictures,
        slots: dict[str, Slot],
        easel: Easel,
    ) -> None:
        self.drawn: dict[str, Slot] = {}
        """Whose picture is on the canvas."""
        self._view = view
        self._screen = screen
        self._text = text_height(screen)
        self._texts = texts
        self._pictures = pictures
        self._slots = slots
        self._easel = easel
        notice = Line(view.notice or "", self._text, THEME.text)
        lines = column([notice], screen, self._text) if view.notice and view.tiles else []
        strip = sum(line.height for line in lines) + self._text // 2 if lines else 0
        self._strip = Rect(screen.x, screen.y, screen.width, strip)
        below = Rect(screen.x, screen.y + strip, screen.width, screen.height - strip)
        areas = tile(len(view.tiles), below)
        self._below = below
        self._overlays = overlays(view, texts, below, self._text)
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
        if changed:
            for overlay in self._overlays:
                overlay.paste(canvas, self._below)
        return changed

    def _draw_ground(self, canvas: Canvas) -> None:
        fill(canvas, self._screen, THEME.background)
        if not self._places:
            said = [self._texts.starting if self._view.starting else self._texts.waiting, self._view.notice or ""]
            self._write(canvas, self._screen, *(Line(each, 2 * self._text, THEME.text) for each in said if each))
        elif self._view.notice:
            self._write(canvas, self._strip, Line(self._view.notice, self._text, THEME.text))
        for place in self._places:
            if place.tile.speaking and len(self._places) > 1:
                fill(canvas, grown(place.area, GAP // 2, self._screen), THEME.accent)
            fill(canvas, place.area, THEME.panel)
            self._write(canvas, place.area, Line(self._explanation(place.tile), self._text, THEME.soft))
            self._write_name(canvas, place)

    def _explanation(self, shown: Tile) -> str:
        """Why there is no picture."""
        return self._texts.connecting if shown.video or not shown.connected else self._texts.camera_off

    def _draw_board(self, canvas: Canvas, place: Place) -> bool:
        if place.seen == self._easel.version:
            return False
        place.seen = self._easel.version
        self._easel.paint(canvas, place.area)
        self._write_name(canvas, place)
        return True

    def _draw_picture(self, canvas: Canvas, place: Place) -> bool:
        if place.tile.participant == BOARD:
            return self._draw_board(canvas, place)
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
            fill(canvas, place.area, THEME.panel)
        scale_planes(picture.planes, place.scratch.picture)
        if not self._pictures.still_whole(slot.number, picture):
            return False  # a newer one is there, and its message on the way
        place.seen = picture.sequence
        place.scratch.paste(canvas, inner)
        self._draw_over(canvas, place)
        self.drawn[place.tile.participant] = slot
        return True

    def _draw_over(self, canvas: Canvas, place: Place) -> None:
        if not place.tile.connected:  # his last picture, dimmed
            canvas[place.area.rows, place.area.columns] //= 3
            self._write(canvas, place.area, Line(self._texts.reconnecting, self._text, THEME.text))
        self._write_name(canvas, place)

    def _caption(self, shown: Tile) -> str:
        if shown.participant == BOARD:
            return self._texts.board
        return f"{shown.name}, {self._texts.hand}" if shown.hand else shown.name

    def _write(self, canvas: Canvas, area: Rect, *lines: Line) -> None:
        draw_column(canvas, area, column(lines, area, self._text))

    def _write_name(self, canvas: Canvas, place: Place) -> None:
        """In the lower left corner of his tile."""
        area = place.area
        plate = name_plate(self._caption(place.tile), self._text, area.width, muted=not place.tile.audio)
        paste(canvas, plate, area.x, max(area.y, area.bottom - plate.shape[0]), area)
