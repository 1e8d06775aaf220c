"""Before camera and microphone open: who calls, and how long until then; and what is shown after a stop."""

import math
from datetime import datetime, timedelta

from robotclient.media.screen import texts
from robotclient.media.screen.layout import Rect, text_height
from robotclient.media.screen.lettering import BOLD, Line
from robotclient.media.screen.sheet import Sheet
from robotclient.media.screen.texts import Texts
from robotclient.media.screen.theme import Theme, Wish, theme_at
from robotclient.media.screen.views import AnnouncementView, Ask


def announcement_sheet(view: AnnouncementView, now: datetime, texts_: Texts, screen: Rect, wish: Wish) -> Sheet:
    """Who calls. `now` is this machine's clock in the site's zone."""
    now += timedelta(seconds=view.clock_offset_seconds)
    theme, small = theme_at(wish, now.time()), text_height(screen)
    who = texts.callers(view.callers, texts_)
    lines = [Line(texts_.calls if who else texts_.somebody_calls, small * 5 // 4, theme.soft)]
    if who:
        lines.append(Line(who, small * 3, theme.text, BOLD))
    left = math.ceil((view.opens_at - now).total_seconds())
    return Sheet((*lines, Line("", small // 2, theme.soft), *_what_next(view, left, texts_, theme, small)), theme)


def _what_next(view: AnnouncementView, left: int, texts_: Texts, theme: Theme, small: int) -> list[Line]:
    if view.ask is not Ask.NOTHING:
        asked = texts_.press_button if view.ask is Ask.BUTTON else texts_.staff_press_button
        return [Line(asked, small * 2, theme.accent, BOLD)]
    if left <= 0:
        return [Line(texts_.starting, small * 3 // 2, theme.accent)]
    number = Line(str(left), small * 4, theme.accent, BOLD)
    return [Line(texts_.camera_opens, small * 5 // 4, theme.soft), number]


def stopped_sheet(now: datetime, texts_: Texts, screen: Rect, wish: Wish) -> Sheet:
    """Somebody beside the robot stopped the visit."""
    theme, small = theme_at(wish, now.time()), text_height(screen)
    return Sheet(
        (
            Line(texts_.stopped, small * 2, theme.text, BOLD),
            Line(texts_.all_closed, small * 5 // 4, theme.soft),
            Line("", small // 2, theme.soft),
            Line(texts_.press_to_go_on, small * 5 // 4, theme.accent),
        ),
        theme,
    )
