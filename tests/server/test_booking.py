"""The booking rules, row by row, and the one that matters most for all sequences of wishes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server import booking
from server.booking import State
from server.config import RoomsSection
from wire.signaling import CloseReason, ErrorCode

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULES = RoomsSection(early_minutes=15, max_minutes=240)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@dataclass
class Visit:
    starts_at: datetime
    ends_at: datetime
    title: str = "Ana"
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: CloseReason | None = None


def wish(starts: float, ends: float) -> booking.Wish:
    return booking.Wish(robot_id="r1", title="A visit", starts_at=at(starts), ends_at=at(ends))


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (60, 60, "ends_at"),
        (60, 30, "ends_at"),
        (0, 241, "ends_at"),
        (-60, -30, "starts_at"),
        (-30, 0, "starts_at"),
    ],
)
def test_what_cannot_be_booked(starts: float, ends: float, field: str) -> None:
    with pytest.raises(booking.BookingError) as refused:
        booking.check(wish(starts, ends), [], NOW, RULES)
    assert refused.value.field == field


@pytest.mark.parametrize(("starts", "ends"), [(0, 240), (-30, 1), (60, 60.1)])
def test_what_can_be_booked(starts: float, ends: float) -> None:
    booking.check(wish(starts, ends), [], NOW, RULES)


@pytest.mark.parametrize(
    ("starts", "ends", "clash"),
    [
        (30, 60, False),
        (30, 61, True),
        (60, 90, True),
        (70, 80, True),
        (50, 100, True),
        (89, 100, True),
        (90, 100, False),
    ],
)
def test_a_visit_takes_its_time_and_not_the_instant_of_its_end(starts: float, ends: float, clash: bool) -> None:
    other = Visit(at(60), at(90))
    if not clash:
        booking.check(wish(starts, ends), [other], NOW, RULES)
        return
    with pytest.raises(booking.ClashError) as refused:
        booking.check(wish(starts, ends), [other], NOW, RULES)
    assert (refused.value.title, refused.value.starts_at, refused.value.ends_at) == ("Ana", at(60), at(90))


@pytest.mark.parametrize("gone", ["cancelled_at", "closed_at", "ended_at"])
def test_a_visit_that_is_gone_leaves_its_time_free(gone: str) -> None:
    other = Visit(at(60), at(90))
    setattr(other, gone, NOW)
    booking.check(wish(60, 90), [other], NOW, RULES)


@given(st.lists(st.tuples(st.integers(-300, 600), st.integers(-10, 300))))
def test_no_two_accepted_visits_of_a_robot_share_an_instant(wishes: list[tuple[int, int]]) -> None:
    accepted: list[Visit] = []
    for starts, minutes in wishes:
        try:
            booking.check(wish(starts, starts + minutes), accepted, NOW, RULES)
        except booking.BookingError:
            continue
        accepted.append(Visit(at(starts), at(starts + minutes)))
    accepted.sort(key=lambda visit: visit.starts_at)
    assert all(first.ends_at <= second.starts_at for first, second in pairwise(accepted))


@pytest.mark.parametrize(
    ("change", "now", "error"),
    [
        ({}, -15.01, ErrorCode.TOO_EARLY),
        ({}, -15, None),
        ({}, 0, None),
        ({}, 29.99, None),
        ({}, 30, ErrorCode.ENDED),
        ({"ended_at": at(5)}, 6, ErrorCode.ENDED),
        ({"closed_at": at(5)}, 6, ErrorCode.CLOSED),
        ({"cancelled_at": at(5)}, 6, ErrorCode.CANCELLED),
        ({"cancelled_at": at(-60)}, -50, ErrorCode.CANCELLED),
        ({"closed_at": at(5), "ended_at": at(6)}, 40, ErrorCode.CLOSED),
    ],
)
def test_who_may_enter_when(change: dict[str, datetime], now: float, error: ErrorCode | None) -> None:
    visit = Visit(at(0), at(30), **change)  # type: ignore[arg-type]  # the keys are times
    refusal = booking.refusal(visit, at(now), RULES)
    assert (refusal and refusal.error) == error
    if refusal is not None:
        assert refusal.opens_at == (at(-15) if error is ErrorCode.TOO_EARLY else None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"cancelled_at": NOW}, CloseReason.CANCELLED), ({"closed_at": NOW}, CloseReason.CLOSED)],
)
def test_what_is_over_cannot_end_again(change: dict[str, datetime], reason: CloseReason) -> None:
    visit = Visit(at(0), at(30), **change)  # type: ignore[arg-type]  # the keys are times
    assert booking.over(visit, NOW) is reason
    with pytest.raises(booking.OverError, match=reason.value):
        booking.check_can_end(visit, NOW)
    booking.check_can_end(Visit(at(0), at(30)), NOW)


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "two\nlines"])
def test_a_title_is_one_line_for_people(title: str) -> None:
    with pytest.raises(ValidationError):
        booking.Wish(robot_id="r1", title=title, starts_at=at(0), ends_at=at(30))


@pytest.mark.parametrize(
    ("change", "informed", "now", "state"),
    [
        ({}, False, -20, State.PLANNED),
        ({}, True, -20, State.INFORMED),
        ({}, True, 10, State.INFORMED),
        ({"started_at": at(1)}, True, 10, State.RUNNING),
        ({"started_at": at(1)}, True, 30, State.ENDED),
        ({"started_at": at(1), "ended_at": at(9)}, True, 10, State.ENDED),
        ({}, True, 30, State.MISSED),
        ({"ended_at": at(30)}, True, 31, State.MISSED),
        ({"cancelled_at": at(-5)}, True, -4, State.CANCELLED),
        ({"started_at": at(1), "closed_at": at(5), "ended_at": at(5)}, True, 6, State.CLOSED),
        ({"cancelled_at": at(4), "closed_at": at(5)}, False, 60, State.CANCELLED),
    ],
)
def test_where_a_visit_stands(change: dict[str, datetime], informed: bool, now: float, state: State) -> None:
    visit = Visit(at(0), at(30), **change)  # type: ignore[arg-type]  # the keys are times
    assert booking.state_of(visit, informed, at(now)) is state


@pytest.mark.parametrize(
    ("begin", "end", "starts", "ends", "quiet"),
    [
        ("14:00", "16:00", "2026-11-20T13:00", "2026-11-20T14:00", False),
        ("14:00", "16:00", "2026-11-20T13:00", "2026-11-20T14:01", True),
        ("14:00", "16:00", "2026-11-20T15:59", "2026-11-20T16:30", True),
        ("14:00", "16:00", "2026-11-20T16:00", "2026-11-20T16:30", False),
        ("14:00", "16:00", "2026-11-20T13:00", "2026-11-20T17:00", True),
        ("22:00", "07:30", "2026-11-20T21:30", "2026-11-20T22:00", False),
        ("22:00", "07:30", "2026-11-20T23:30", "2026-11-21T00:30", True),
        ("22:00", "07:30", "2026-11-20T07:00", "2026-11-20T08:00", True),
        ("22:00", "07:30", "2026-11-20T07:30", "2026-11-20T08:00", False),
        # The night in which the clocks go back: 02:30 comes twice, and both are quiet.
        ("22:00", "07:30", "2026-10-25T02:30", "2026-10-25T02:45", True),
        (None, None, "2026-11-20T23:30", "2026-11-21T00:30", False),
    ],
)
def test_quiet_hours(begin: str | None, end: str | None, starts: str, ends: str, quiet: bool) -> None:
    zone = ZoneInfo("Europe/Madrid")
    starts_at, ends_at = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (starts, ends))
    asked = booking.Wish(robot_id="r1", title="A visit", starts_at=starts_at, ends_at=ends_at)
    if not quiet:
        booking.check_quiet_hours(asked, begin, end, zone)
        return
    with pytest.raises(booking.BookingError, match=f"{begin} to {end}"):
        booking.check_quiet_hours(asked, begin, end, zone)


def test_nobody_books_the_wrong_century() -> None:
    with pytest.raises(booking.BookingError, match="look at the year"):
        booking.check(wish(60 * 24 * 732, 60 * 24 * 732 + 30), [], NOW, RULES)
    booking.check(wish(60 * 24 * 730, 60 * 24 * 730 + 30), [], NOW, RULES)
