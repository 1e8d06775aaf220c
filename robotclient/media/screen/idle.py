"""The idle page: a large clock, the date, the next visit, the state of the robot and of its parts."""

from datetime import datetime, timedelta
from typing import Final

from robotclient.media.screen import texts
from robotclient.media.screen.layout import Rect, text_height
from robotclient.media.screen.lettering import BOLD, Line
from robotclient.media.screen.sheet import Footer, Sheet
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.theme import Theme, Wish, theme_at
from robotclient.media.screen.views import IdleView, NextCall

MOVES: Final = ((0, 0), (1, 1), (2, 0), (1, -1), (0, -2), (-1, -1), (-2, 0), (-1, 1))
"""In quarters of a line's height; one step every five minutes."""
STEP_MINUTES: Final = 5


def idle_sheet(view: IdleView, now: datetime, texts_: Texts, screen: Rect, wish: Wish) -> Sheet:
    """What the page says. `now` is this machine's clock in the site's zone."""
    now += timedelta(seconds=view.clock_offset_seconds)
    theme, small = theme_at(wish, now.time()), text_height(screen)
    clock = Line(f"{now:%H:%M}", small * (3 if view.soon else 6), theme.text, BOLD)
    day = Line(texts.long_date(now.date(), texts_), small * 5 // 4, theme.soft)
    gap = Line("", small // 2, theme.soft)
    visit = _visit_lines(view.next_call, now, texts_, theme, small * (2 if view.soon else 5) // (1 if view.soon else 4))
    return Sheet(
        lines=(clock, day, gap, *visit),
        theme=theme,
        footer=Footer(view.state, view.troubles),
        shift=_shift(now, small),
    )


def _visit_lines(visit: NextCall | None, now: datetime, texts_: Texts, theme: Theme, size: int) -> list[Line]:
    if visit is None:
        return [Line(texts_.no_visit, size, theme.soft)]
    starts_at = visit.starts_at.astimezone(now.tzinfo)
    lines = [Line(texts.next_visit(starts_at, now, texts_), size, theme.text, BOLD)]
    who = texts.callers(visit.callers, texts_) if visit.callers else visit.title
    return [*lines, Line(who, size, theme.text)] if who else lines


def _shift(now: datetime, small: int) -> tuple[int, int]:
    x, y = MOVES[(now.hour * 60 + now.minute) // STEP_MINUTES % len(MOVES)]
    return x * small // 4, y * small // 4
