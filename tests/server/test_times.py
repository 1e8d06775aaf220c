"""Times in the site's zone: nothing is guessed where the clocks change (faults T3)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from server import times

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-20T16:30", "2026-11-20T15:30:00+00:00"),
        ("2026-07-20 16:30", "2026-07-20T14:30:00+00:00"),
        ("2026-11-20T16:30:15", "2026-11-20T15:30:15+00:00"),
        ("2026-11-20T16:30Z", "2026-11-20T16:30:00+00:00"),
        ("2026-11-20T16:30:00-05:00", "2026-11-20T21:30:00+00:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00+00:00"),
        ("now", "2026-11-20T12:00:00.250000+00:00"),
        ("now+15s", "2026-11-20T12:00:15.250000+00:00"),
        ("now+2h", "2026-11-20T14:00:00.250000+00:00"),
        ("now+1d", "2026-11-21T12:00:00.250000+00:00"),
    ],
)
def test_what_is_understood(written: str, meant: str) -> None:
    assert times.parse_time(written, MADRID, NOW).isoformat() == meant


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "not a time"),
        ("tomorrow", "not a time"),
        ("2026-11-20", "not a time"),
        ("16:30", "not a time"),
        ("now-5m", "not a time"),
        ("now+9999999d", "not a time"),
        ("2026-02-30T10:00", "day is out of range"),
        ("2026-11-20T25:00", "hour must be in"),
        ("0001-01-01T00:30+05:00", "out of range"),
        ("2026-03-29T02:30", "the clocks skip 2026-03-29 02:30 in Europe/Madrid"),
        ("2026-10-25T02:30", "2026-10-25 02:30 comes twice in Europe/Madrid"),
    ],
)
def test_what_is_refused_and_why(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        times.parse_time(written, MADRID, NOW)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(1980, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001  wall clocks have no zone
)
def test_a_wall_clock_means_one_instant_or_is_refused(name: str, wall: datetime) -> None:
    zone = ZoneInfo(name)
    instants = {
        instant
        for fold in (0, 1)
        if (instant := wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)).astimezone(zone).replace(tzinfo=None)
        == wall
    }
    try:
        assert instants == {times.parse_time(wall.isoformat(), zone, NOW)}
    except ValueError:
        assert len(instants) != 1


def change_of_clocks(zone: ZoneInfo, year: int) -> datetime | None:
    """An instant at which the clocks change in that year, to the minute."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(366 * 24)]
    for before, after in pairwise(hours):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            minutes = [before + timedelta(minutes=minute) for minute in range(61)]
            return next(
                each for each in minutes if each.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
            )
    return None


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(available_timezones())), st.integers(1980, 2036), st.integers(-1600, 1600))
def test_around_a_change_of_the_clocks_nothing_is_guessed(name: str, year: int, minutes: int) -> None:
    zone = ZoneInfo(name)
    change = change_of_clocks(zone, year)
    assume(change is not None)
    assert change is not None
    wall = (change.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=minutes)).replace(microsecond=0)
    try:
        instant = times.wall_time(wall.isoformat(), zone)
        assert instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    except times.SkippedError as skipped:
        before, after = skipped.choices
        assert after - before == timedelta(minutes=1)
        assert before.astimezone(zone).replace(tzinfo=None) < wall < after.astimezone(zone).replace(tzinfo=None)
        for fold in (0, 1):
            with pytest.raises(times.SkippedError):
                times.wall_time(wall.isoformat(), zone, fold)
    except times.TwiceError as twice:
        first, second = twice.choices
        assert [times.wall_time(wall.isoformat(), zone, fold) for fold in (0, 1)] == [first, second]
        assert first < second
        assert {each.astimezone(zone).replace(tzinfo=None, fold=0) for each in (first, second)} == {wall}


def test_how_times_are_written() -> None:
    start = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert times.shown(start, start + timedelta(minutes=30), MADRID) == "2026-11-20 16:30-17:00"
    assert times.rfc3339(NOW.astimezone(MADRID)) == "2026-11-20T12:00:00.250Z"
