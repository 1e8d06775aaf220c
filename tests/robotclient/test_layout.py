"""The screen's layout and words: pure, so by properties."""

from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.screen import texts
from robotclient.media.screen.idle import idle_lines
from robotclient.media.screen.layout import Rect, letterbox, name_box, text_height, tile
from robotclient.media.screen.texts import ENGLISH, LANGUAGES, SPANISH
from robotclient.media.screen.views import IdleView, NextCall

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


@given(st.integers(0, 5000), screens)
def test_a_name_stays_in_its_tile(text_width: int, screen: Rect) -> None:
    box = name_box(text_width, text_height(screen), screen)
    assert inside(box, screen)
    assert box.bottom == screen.bottom


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


def said(view: IdleView, now: datetime) -> list[str]:
    return [line.text for line in idle_lines(view, now, SPANISH, Rect(0, 0, 1280, 720))]


def test_the_next_visit_is_said_in_the_sites_zone_across_midnight() -> None:
    now = datetime(2026, 11, 20, 23, 50, tzinfo=MADRID)
    visit = NextCall(starts_at=datetime.fromisoformat("2026-11-20T23:30:00+00:00"), title="Visita de Ana")
    lines = said(IdleView(next_call=visit, state="Preparado"), now)
    assert lines[0] == "23:50"
    assert "Próxima visita: mañana a las 00:30" in lines
    assert lines[-2:] == ["Visita de Ana", "Preparado"]
    assert "Próxima visita: hoy a las 00:30" in said(IdleView(next_call=visit), now + timedelta(minutes=20))


def test_a_visit_in_some_days_is_said_with_its_date_and_none_is_said_too() -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=MADRID)
    visit = NextCall(starts_at=now + timedelta(days=4))
    assert "Próxima visita: martes, 24 de noviembre de 2026 a las 10:00" in said(IdleView(next_call=visit), now)
    assert "No hay visitas previstas" in said(IdleView(), now)


def test_people_see_the_servers_clock() -> None:
    now = datetime(2026, 11, 20, 23, 59, 30, tzinfo=MADRID)
    lines = said(IdleView(clock_offset_seconds=45), now)
    assert lines[:2] == ["00:00", "sábado, 21 de noviembre de 2026"]
