"""What may be booked, ended and entered, and when. Pure: no clock, no IO, no logging; time is an argument."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints

from server.config import RoomsSection
from wire.base import Id, Name, Timestamp
from wire.signaling import CloseReason, ErrorCode, Refusal

Title = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Wish(BaseModel):
    """A visit that somebody wants to book, complete and well-formed; `check` says whether it can be had."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    robot_id: Id
    title: Title
    starts_at: Timestamp
    ends_at: Timestamp
    guest: Name | None = None


class Visit(Protocol):
    """What this module reads of a reservation."""

    title: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    closed_at: datetime | None
    ended_at: datetime | None


class BookingError(ValueError):
    """The wish cannot be had as it is; `field` says which part of it must change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ClashError(BookingError):
    """The robot is taken at that time by another visit, of this title and these times."""

    def __init__(self, other: Visit) -> None:
        super().__init__("starts_at", "the robot is already booked at that time")
        self.title, self.starts_at, self.ends_at = other.title, other.starts_at, other.ends_at


class OverError(ValueError):
    """The visit is over already, so it can be neither cancelled nor closed."""


ENDINGS = {
    CloseReason.CANCELLED: (ErrorCode.CANCELLED, "this visit was cancelled"),
    CloseReason.CLOSED: (ErrorCode.CLOSED, "this visit was closed"),
    CloseReason.ENDED: (ErrorCode.ENDED, "this visit is over"),
}


def over(visit: Visit, now: datetime) -> CloseReason | None:
    """Why nobody can be in this visit any more, or None while it can still happen."""
    if visit.cancelled_at is not None:
        return CloseReason.CANCELLED
    if visit.closed_at is not None:
        return CloseReason.CLOSED
    if visit.ended_at is not None or now >= visit.ends_at:
        return CloseReason.ENDED
    return None


def check(wish: Wish, others: Iterable[Visit], now: datetime, rules: RoomsSection) -> None:
    """Refuse a wish against the rules or against `others`, the same robot's visits.

    A visit may begin in the past (it is booked while somebody waits), but not end there. One visit may begin in the
    instant in which another ends. A visit that was cancelled, closed or ended leaves its time free.

    Raises `BookingError`; `ClashError` where the robot is taken.
    """
    if wish.ends_at <= wish.starts_at:
        raise BookingError("ends_at", "a visit must end after it starts")
    if wish.ends_at - wish.starts_at > timedelta(minutes=rules.max_minutes):
        raise BookingError("ends_at", f"a visit may last {rules.max_minutes:g} minutes at most (rooms.max_minutes)")
    if wish.ends_at <= now:
        raise BookingError("starts_at", "this visit would already be over; choose a later time")
    for other in others:
        if _takes_its_time(other) and wish.starts_at < other.ends_at and other.starts_at < wish.ends_at:
            raise ClashError(other)


def _takes_its_time(visit: Visit) -> bool:
    """The same rule as the database's trigger, so it knows no clock."""
    return visit.cancelled_at is None and visit.closed_at is None and visit.ended_at is None


def check_can_end(visit: Visit, now: datetime) -> None:
    """Refuse to cancel or close a visit that is over already.

    Raises `OverError` with the reason in words.
    """
    reason = over(visit, now)
    if reason is not None:
        raise OverError(ENDINGS[reason][1])


def opens_at(visit: Visit, rules: RoomsSection) -> datetime:
    """When the room opens, for robots as for everybody; the robot itself comes at the start."""
    return visit.starts_at - timedelta(minutes=rules.early_minutes)


def refusal(visit: Visit, now: datetime, rules: RoomsSection) -> Refusal | None:
    """Why the room cannot be entered now, or None where it can."""
    reason = over(visit, now)
    if reason is not None:
        code, message = ENDINGS[reason]
        return Refusal(error=code, message=message)
    opens = opens_at(visit, rules)
    if now < opens:
        return Refusal(error=ErrorCode.TOO_EARLY, message="this room is not open yet", opens_at=opens)
    return None
