"""Dates and times in words, on the site's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pages.days import bounds, chosen, monday
from server.pages.wording import Wording

MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "distance", "duration"),
    [
        ("es", "viernes, 20 de noviembre de 2026", "dentro de 5 minutos", "90 minutos"),
        ("en", "Friday, 20 November 2026", "in 5 minutes", "90 minutes"),
    ],
)
def test_words(language: str, day: str, distance: str, duration: str) -> None:
    wording = Wording(language, MADRID)
    assert wording.day(NOON) == wording.day(date(2026, 11, 20)) == day
    assert wording.distance(NOON + timedelta(minutes=5), NOON) == distance
    assert "0" not in wording.distance(NOON, NOON) + wording.distance(NOON + timedelta(seconds=59), NOON)
    assert "1" in wording.distance(NOON - timedelta(seconds=61), NOON)
    assert wording.duration(NOON, NOON + timedelta(minutes=90)) == duration
    assert wording.clock(NOON) == "13:00"


def test_day_is_that_of_the_site() -> None:
    assert Wording("en", MADRID).day(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == "Saturday, 21 November 2026"


def test_span_names_the_zone_where_the_clocks_change_within_it() -> None:
    wording = Wording("en", MADRID)
    assert wording.span(NOON, NOON + timedelta(minutes=30)) == "13:00–13:30"
    change = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert wording.span(change, change + timedelta(minutes=30)) == "02:45 CEST–02:15 CET"


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["Europe/Madrid", "America/Havana", "Asia/Beirut"])
)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    (since, until), (following, _) = bounds(day, 1, ZoneInfo(zone)), bounds(day + timedelta(days=1), 1, ZoneInfo(zone))
    assert since < until == following
    assert bounds(day, 7, ZoneInfo(zone))[0] == since


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_week_begins_on_monday(day: date) -> None:
    assert monday(day).isoweekday() == 1
    assert timedelta() <= day - monday(day) < timedelta(days=7)


@given(st.text(max_size=12))
def test_whatever_an_address_says_is_a_day_that_can_be_shown(written: str) -> None:
    day = chosen(written, date(2026, 11, 20))
    assert bounds(monday(day), 7, MADRID)


def test_a_day_of_an_address() -> None:
    assert chosen("2026-02-03", date(2026, 11, 20)) == date(2026, 2, 3)
    for wrong in ("", "0001-01-01", "9999-12-31", "2026-13-01"):
        assert chosen(wrong, date(2026, 11, 20)) == date(2026, 11, 20)
