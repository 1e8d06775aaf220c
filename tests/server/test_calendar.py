"""The calendar entry, read back by a program of its own kind: instants, the zone's rules, and what changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from server import calendar
from server.calendar import Entry

MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENTRY = Entry(
    uid="link-1",
    sequence=0,
    cancelled=False,
    summary="Videovisita: Carmen",
    description="Abra https://house.example/r/token",
    starts_at=NOON,
    ends_at=NOON + timedelta(minutes=30),
    zone=MADRID,
    link="https://house.example/r/token",
    organizer="visits@house.example",
    attendee="lucia@family.example",
    written_at=NOON - timedelta(days=1),
)


def parsed(entry: Entry) -> tuple[Any, Any]:
    whole: Any = Calendar.from_ical(calendar.ics(entry))
    assert not whole.errors
    (event,) = whole.walk("VEVENT")
    return whole, event


def test_an_entry_says_who_when_and_where() -> None:
    whole, event = parsed(ENTRY)
    assert (whole["METHOD"], event["STATUS"]) == ("REQUEST", "CONFIRMED")
    assert (event["UID"], event["SEQUENCE"]) == ("link-1", 0)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:visits@house.example", "mailto:lucia@family.example")
    assert event["URL"] == event["LOCATION"] == ENTRY.link
    assert event["DTSTART"].params["TZID"] == "Europe/Madrid"
    assert (event.start, event.end) == (ENTRY.starts_at, ENTRY.ends_at)
    assert event["DTSTAMP"].dt == ENTRY.written_at


def test_a_cancellation_takes_the_same_entry_back() -> None:
    whole, event = parsed(replace(ENTRY, cancelled=True, sequence=3))
    assert (whole["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert (event["UID"], event["SEQUENCE"]) == ("link-1", 3)


def offset_by_rules(whole: Any, local: datetime) -> timedelta:
    """The offset that the VTIMEZONE alone gives a local time (RFC 5545, 3.6.5), as a foreign calendar reads it."""
    (zone,) = whole.walk("VTIMEZONE")
    onsets: list[tuple[datetime, timedelta]] = []
    for rule in zone.subcomponents:
        dates = [rule["DTSTART"].dt]
        if "RDATE" in rule:
            listed = rule["RDATE"] if isinstance(rule["RDATE"], list) else [rule["RDATE"]]
            dates += [date.dt for each in listed for date in each.dts]
        onsets += [(date.replace(tzinfo=None), rule["TZOFFSETTO"].td) for date in dates]
    return max(onset for onset in onsets if onset[0] <= local)[1]


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Atlantic/Canary", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25", "2026-12-31"])
def test_the_zones_rules_hold_in_the_weeks_in_which_the_clocks_change(zone: str, change: str) -> None:
    for hours in range(-72, 73, 3):
        starts = datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(hours=hours)
        entry = replace(ENTRY, zone=ZoneInfo(zone), starts_at=starts, ends_at=starts + timedelta(minutes=30))
        whole, event = parsed(entry)
        start: Any = event["DTSTART"]
        if start.params.get("TZID") == zone:
            local = start.dt.replace(tzinfo=None)
            assert (local - offset_by_rules(whole, local)).replace(tzinfo=UTC) == starts


def test_the_hour_that_comes_twice_is_written_in_utc() -> None:
    second_pass = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    _, event = parsed(replace(ENTRY, starts_at=second_pass, ends_at=second_pass + timedelta(minutes=30)))
    assert event.to_ical().count(b"TZID") == 0
    assert event.start == second_pass


def test_a_site_in_utc_needs_no_rules() -> None:
    whole, event = parsed(replace(ENTRY, zone=ZoneInfo("UTC")))
    assert not whole.walk("VTIMEZONE")
    assert event.start == NOON


@given(st.integers(1_600_000_000, 2_100_000_000), st.sampled_from(["Europe/Madrid", "Asia/Kolkata"]))
def test_every_instant_comes_back(second: int, zone: str) -> None:
    starts = datetime.fromtimestamp(second, UTC)
    _, event = parsed(replace(ENTRY, zone=ZoneInfo(zone), starts_at=starts, ends_at=starts + timedelta(minutes=45)))
    assert (event.start, event.end) == (starts, starts + timedelta(minutes=45))


@given(st.text(max_size=300))
def test_no_text_adds_a_property(text: str) -> None:
    _, plain = parsed(ENTRY)
    _, event = parsed(replace(ENTRY, summary=text, description=text))
    assert set(event) == set(plain)
