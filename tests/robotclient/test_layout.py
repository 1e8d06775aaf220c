"""The screen's layout and words: pure, so by properties."""

from datetime import date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.screen import texts
from robotclient.media.screen.announcement import announcement_sheet
from robotclient.media.screen.idle import idle_sheet
from robotclient.media.screen.layout import GAP, Rect, grown, letterbox, text_height, tile
from robotclient.media.screen.lettering import BOLD, Line, column, shortened, text_width, wrapped
from robotclient.media.screen.texts import ENGLISH, LANGUAGES, SPANISH, callers
from robotclient.media.screen.theme import DARK, LIGHT, Theme, contrast, theme_at
from robotclient.media.screen.views import AnnouncementView, Ask, Caller, IdleView, NextCall

screens = st.builds(Rect, st.integers(0, 100), st.integers(0, 100), st.integers(320, 4000), st.integers(240, 3000))
counts = st.integers(1, 12)
MADRID = ZoneInfo("Europe/Madrid")


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom
    ) and (inner.width > 0 and inner.height > 0)


def apart(one: Rect, other: Rect) -> bool:
    return one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


@given(counts, screens)
def test_tiles_are_equal_inside_and_apart(count: int, screen: Rect) -> None:
    tiles = tile(count, screen)
    assert len(tiles) == count
    assert len({(each.width, each.height) for each in tiles}) == 1
    assert all(inside(each, screen) for each in tiles)
    assert all(apart(one, other) for one, other in combinations(tiles, 2))


@given(screens)
def test_one_person_gets_the_whole_screen(screen: Rect) -> None:
    assert tile(1, screen) == [screen]
    assert tile(0, screen) == []


@pytest.mark.parametrize(
    ("count", "size", "columns"),
    [(2, (1280, 720), 2), (2, (720, 1280), 1), (3, (1280, 720), 2), (4, (1280, 720), 2), (5, (1280, 720), 3)],
)
def test_rows_follow_from_the_screens_shape(count: int, size: tuple[int, int], columns: int) -> None:
    assert len({each.x for each in tile(count, Rect(0, 0, *size))[:columns]}) == columns
    assert len({each.y for each in tile(count, Rect(0, 0, *size))[:columns]}) == 1


@given(st.integers(2, 4000), st.integers(2, 4000), screens)
def test_a_letterbox_is_even_inside_and_keeps_the_proportions(width: int, height: int, screen: Rect) -> None:
    box = letterbox(width, height, screen)
    assert inside(box, screen)
    assert box.width % 2 == box.height % 2 == 0
    assert screen.width - box.width < 4 or screen.height - box.height < 4
    if min(box.width, box.height) > 50:
        assert box.width / box.height == pytest.approx(width / height, rel=0.1)


@given(screens, screens)
def test_a_border_stays_on_the_screen(area: Rect, screen: Rect) -> None:
    for each in tile(4, screen):
        border = grown(each, GAP // 2, screen)
        assert inside(border, screen)
        assert inside(each, border)


words = st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=14), min_size=1, max_size=12)


@given(words, st.integers(16, 60), st.integers(200, 1000), st.integers(1, 4))
def test_text_is_broken_between_words_and_never_wider_than_its_room(
    said: list[str], size: int, most: int, lines: int
) -> None:
    broken = wrapped(Line(" ".join(said), size, DARK.text), most, lines)
    assert 1 <= len(broken) <= max(1, lines)
    assert all(text_width(line.text, size) <= most for line in broken)


def test_a_large_line_shrinks_before_a_word_of_it_is_cut() -> None:
    (line,) = column([Line("10:30", 384, DARK.text, BOLD)], Rect(0, 0, 720, 1280), 64)
    assert line.text == "10:30"
    assert 64 < line.size < 384


def test_lines_shrink_until_all_of_them_fit_but_not_below_what_can_be_read() -> None:
    lines = [Line("Próxima visita: mañana a las 10:30", 90, DARK.text), Line("pequeño", 30, DARK.soft)]
    fitted = column(lines, Rect(0, 0, 500, 300), 30)
    assert sum(line.height for line in fitted) <= 300
    assert min(line.size for line in fitted) == 30


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    name = "Ángela García de la Torre y Fernández-Villaverde"
    short = shortened(name, 36, 300)
    assert short.endswith("…")
    assert name.startswith(short[:-1])
    assert text_width(short, 36) <= 300


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_all_text_has_the_contrast_that_weak_eyes_need(theme: Theme) -> None:
    for colour in (theme.text, theme.soft, theme.accent, theme.alarm):
        for ground in (theme.background, theme.panel):
            assert contrast(colour, ground) >= 4.5, (colour, ground)
    assert contrast(theme.plate_text, theme.plate) >= 4.5
    assert contrast(theme.live_text, theme.live) >= 4.5
    assert contrast(DARK.alarm, theme.plate) >= 3, "a sign on a plate (WCAG 2.2, 1.4.11)"


def test_it_is_light_by_day_and_dark_at_night() -> None:
    assert theme_at("auto", time(7, 59)) is theme_at("auto", time(20)) is theme_at("dark", time(12)) is DARK
    assert theme_at("auto", time(8)) is theme_at("auto", time(19, 59)) is theme_at("light", time(23)) is LIGHT


def test_text_is_a_twentieth_of_the_height() -> None:
    assert text_height(Rect(0, 0, 1280, 720)) == 36
    assert text_height(Rect(0, 0, 1024, 601)) * 20 >= 601


@pytest.mark.parametrize(
    ("language", "text"), [("es", "viernes, 20 de noviembre de 2026"), ("en", "Friday, 20 November 2026")]
)
def test_dates_are_written_as_people_do(language: str, text: str) -> None:
    assert texts.long_date(date(2026, 11, 20), LANGUAGES[language]) == text


def test_no_language_borrows_from_the_other() -> None:
    for name in SPANISH.__slots__:
        spanish, english = getattr(SPANISH, name), getattr(ENGLISH, name)
        assert spanish != english, name
        assert len(spanish) == len(english) or isinstance(spanish, str), name


SCREEN = Rect(0, 0, 1280, 720)


def said(view: IdleView, now: datetime) -> list[str]:
    return [line.text for line in idle_sheet(view, now, SPANISH, SCREEN, "auto").lines if line.text]


def test_the_next_visit_is_said_in_the_sites_zone_across_midnight() -> None:
    now = datetime(2026, 11, 20, 23, 50, tzinfo=MADRID)
    visit = NextCall(starts_at=datetime.fromisoformat("2026-11-20T23:30:00+00:00"), title="Visita de Ana")
    lines = said(IdleView(next_call=visit, state="Preparado"), now)
    assert lines[0] == "23:50"
    assert lines[-2:] == ["Próxima visita: mañana a las 00:30", "Visita de Ana"]
    assert "Próxima visita: hoy a las 00:30" in said(IdleView(next_call=visit), now + timedelta(minutes=20))


def test_who_comes_is_said_instead_of_a_title() -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=MADRID)
    ana = Caller(name="Ana", relation="hija")
    visit = NextCall(starts_at=now + timedelta(minutes=9), title="Visita 17", callers=(ana,))
    assert said(IdleView(next_call=visit, soon=True), now)[-1] == "su hija Ana"
    sheet = idle_sheet(IdleView(next_call=visit, soon=True), now, SPANISH, SCREEN, "auto")
    assert sheet.lines[-1].size > idle_sheet(IdleView(next_call=visit), now, SPANISH, SCREEN, "auto").lines[-1].size


def test_callers_are_joined_as_people_say_it() -> None:
    ana, luis, eva = (Caller(name=name) for name in ("Ana", "Luis", "Eva"))
    assert callers((ana,), SPANISH) == "Ana"
    assert callers((ana, luis), SPANISH) == "Ana y Luis"
    assert callers((ana, luis, eva), ENGLISH) == "Ana, Luis and Eva"
    assert callers((Caller(name="Ana", relation="daughter"),), ENGLISH) == "your daughter Ana"
    assert callers((), SPANISH) == ""


def test_a_visit_in_some_days_is_said_with_its_date_and_none_is_said_too() -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=MADRID)
    visit = NextCall(starts_at=now + timedelta(days=4))
    assert "Próxima visita: martes, 24 de noviembre de 2026 a las 10:00" in said(IdleView(next_call=visit), now)
    assert "No hay visitas previstas" in said(IdleView(), now)


def test_people_see_the_servers_clock() -> None:
    now = datetime(2026, 11, 20, 23, 59, 30, tzinfo=MADRID)
    lines = said(IdleView(clock_offset_seconds=45), now)
    assert lines[:2] == ["00:00", "sábado, 21 de noviembre de 2026"]


def test_nothing_stays_in_one_place_for_hours() -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=MADRID)
    places = {
        idle_sheet(IdleView(), now + timedelta(minutes=5 * step), SPANISH, SCREEN, "auto").shift for step in range(12)
    }
    assert len(places) == 8
    assert max(abs(part) for place in places for part in place) <= 36


@pytest.mark.parametrize(
    ("ask", "seconds", "last"),
    [
        (Ask.NOTHING, 9.2, "10"),
        (Ask.NOTHING, 0.5, "1"),
        (Ask.NOTHING, -3, "La visita va a empezar"),
        (Ask.BUTTON, 9, "Pulse el botón para aceptar"),
        (Ask.STAFF, -30, "El personal debe pulsar el botón"),
    ],
)
def test_the_countdown_runs_on_the_servers_clock_and_waits_for_whom_it_asks(
    ask: Ask, seconds: float, last: str
) -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=MADRID)
    ana = (Caller(name="Ana", relation="hija"),)
    opens_at = now + timedelta(seconds=seconds + 100)
    view = AnnouncementView(callers=ana, opens_at=opens_at, ask=ask, clock_offset_seconds=100)
    lines = [line.text for line in announcement_sheet(view, now, SPANISH, SCREEN, "auto").lines]
    assert lines[:2] == ["Le llama", "su hija Ana"]
    assert lines[-1] == last
