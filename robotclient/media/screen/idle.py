"""The idle page: a large clock, the date, the next visit, one line on the robot's state."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from robotclient.media.screen import texts
from robotclient.media.screen.drawing import BACKGROUND, BOLD, SOFT, WHITE, Canvas, Line, draw_lines, fill
from robotclient.media.screen.layout import Rect, text_height
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.views import IdleView


def idle_lines(view: IdleView, now: datetime, texts_: Texts, screen: Rect) -> list[Line]:
    """What the page says. `now` is this machine's clock in the site's zone."""
    now += timedelta(seconds=view.clock_offset_seconds)
    small = text_height(screen)
    starts_at = view.next_call.starts_at.astimezone(now.tzinfo) if view.next_call else None
    lines = [
        Line(f"{now:%H:%M}", small * 6, WHITE, BOLD),
        Line(texts.long_date(now.date(), texts_), small * 5 // 4, SOFT),
        Line("", small, SOFT),
        Line(texts.next_visit(starts_at, now, texts_), small * 5 // 4, WHITE),
    ]
    if view.next_call and view.next_call.title:
        lines.append(Line(view.next_call.title, small, SOFT))
    return [*lines, Line(view.state, small, SOFT)]


class IdlePage:
    """Draws only when what it says has changed."""

    def __init__(self, view: IdleView, screen: Rect, texts_: Texts, zone: ZoneInfo) -> None:
        self._view = view
        self._screen = screen
        self._texts = texts_
        self._zone = zone
        self._drawn: list[Line] = []

    def draw(self, canvas: Canvas) -> bool:
        """Draw; False where the canvas is up to date."""
        lines = idle_lines(self._view, datetime.now(self._zone), self._texts, self._screen)
        if lines == self._drawn:
            return False
        fill(canvas, self._screen, BACKGROUND)
        draw_lines(canvas, self._screen, lines)
        self._drawn = lines
        return True
