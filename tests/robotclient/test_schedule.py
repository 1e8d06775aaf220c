from datetime import UTC, datetime, timedelta

import pytest

from robotclient import schedule
from wire.rest import Reservation

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def reservation(name: str, start: float, end: float, *, occupied: bool = False) -> Reservation:
    """Times in minutes after noon."""
    return Reservation(
        id=name,
        room=f"room-{name}",
        starts_at=NOON + timedelta(minutes=start),
        ends_at=NOON + timedelta(minutes=end),
        title="A visit",
        occupied=occupied,
    )


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(-0.01, None), (0, "a"), (29.99, "a"), (30, "b"), (59.99, "b"), (60, None)],
)
def test_back_to_back_reservations_take_turns_at_the_instant_one_ends(minute: float, expected: str | None) -> None:
    listed = (reservation("b", 30, 60), reservation("a", 0, 30))
    found = schedule.due(listed, NOON + timedelta(minutes=minute), frozenset())
    assert (found and found.id) == expected


def test_an_empty_room_is_not_entered_twice_an_occupied_one_is() -> None:
    left = frozenset({"a"})
    now = NOON + timedelta(minutes=10)
    assert schedule.due((reservation("a", 0, 30),), now, left) is None
    found = schedule.due((reservation("a", 0, 30, occupied=True),), now, left)
    assert found is not None
    assert found.id == "a"


def test_of_two_that_overlap_the_one_that_runs_is_kept() -> None:
    listed = (reservation("late", 10, 40), reservation("early", 0, 30))
    found = schedule.due(listed, NOON + timedelta(minutes=15), frozenset())
    assert found is not None
    assert found.id == "early"


def test_upcoming_is_the_next_that_has_not_started() -> None:
    listed = (reservation("c", 60, 90), reservation("a", 0, 30), reservation("b", 30, 60))
    found = schedule.upcoming(listed, NOON + timedelta(minutes=30))
    assert found is not None
    assert found.id == "c"
    assert schedule.upcoming(listed, NOON + timedelta(minutes=60)) is None


def test_what_was_barred_beside_the_robot_is_not_due_even_where_somebody_waits() -> None:
    now = NOON + timedelta(minutes=10)
    assert schedule.due((reservation("a", 0, 30, occupied=True),), now, frozenset(), ("a",)) is None


def test_upcoming_may_be_asked_of_the_near_future_only() -> None:
    listed = (reservation("a", 1, 30),)
    assert schedule.upcoming(listed, NOON, within=timedelta(seconds=59)) is None
    assert schedule.upcoming(listed, NOON, within=timedelta(seconds=60)) == listed[0]
    assert schedule.upcoming(listed, NOON, ("a",), within=timedelta(seconds=60)) is None


def test_t5_a_visit_that_passed_without_the_robot_was_missed() -> None:
    listed = (reservation("gone", -60, -30), reservation("held", -60, -30), reservation("runs", -10, 20))
    assert [each.id for each in schedule.missed(listed, NOON, frozenset({"held"}))] == ["gone"]
