"""What may be booked, ended and entered, and when. Pure: no clock, no IO, no logging; time is an argument."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.config import Address, RoomsSection
from server.errors import InputError
from wire.base import Id, Name, Timestamp
from wire.signaling import CloseReason, ErrorCode, Refusal

Title = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")
]


Prose = Annotated[
    str, StringConstraints(max_length=2000, strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]
"""Some lines of text, without other control characters."""

MOST_RELATIVES = 20
FURTHEST = timedelta(days=731)


class State(StrEnum):
    """Where a visit stands, as staff see it."""

    PLANNED = "planned"
    INFORMED = "informed"
    RUNNING = "running"
    ENDED = "ended"
    MISSED = "missed"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Wish(BaseModel):
    """A visit that somebody wants to have, complete and well-formed; `check` says whether it can be had.

    Each address in `emails` gets a link of its own, in `language`; without addresses there is one for `guest`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    robot_id: Id
    title: Title
    starts_at: Timestamp
    ends_at: Timestamp
    guest: Name | None = None
    resident_id: Id | None = None
    description: Prose = ""
    emails: Annotated[tuple[Address, ...], Field(max_length=MOST_RELATIVES)] = ()
    language: Literal["es", "en"] = "es"
    waiting_room: bool = False
    recording: bool = False


class Visit(Protocol):
    """What this module reads of a reservation."""

    title: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    closed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: CloseReason | None


class BookingError(InputError):
    """The wish cannot be had as it is."""


class ClashError(BookingError):
    """The robot is taken at that time by another visit, of this title and these times."""

    def __init__(self, other: Visit) -> None:
        super().__init__("starts_at", "the robot is already booked at that time")
        self.title, self.starts_at, self.ends_at = other.title, other.starts_at, other.ends_at


class OverError(ValueError):
    """The visit is over already, so it can be neither changed, cancelled nor closed."""


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
    if visit.ended_at is not None or visit.end_reason is not None or now >= visit.ends_at:
        return CloseReason.ENDED
    return None


def state_of(visit: Visit, informed: bool, now: datetime) -> State:
    """Where a visit stands; `informed` says whether all its relatives were written to."""
    reason = over(visit, now)
    if reason is CloseReason.ENDED:
        return State.ENDED if visit.started_at else State.MISSED
    if reason is not None:
        return State(reason)
    if visit.started_at is not None:
        return State.RUNNING
    return State.INFORMED if informed else State.PLANNED


def check(wish: Wish, others: Iterable[Visit], now: datetime, rules: RoomsSection) -> None:
    """Refuse a wish against the rules or against `others`, the same robot's visits.

    A visit may begin in the past (it is booked while somebody waits), but not end there. One visit may begin in the
    instant in which another ends. A visit that was cancelled, closed or ended leaves its time free.

    Raises `BookingError`; `ClashError` where the robot is taken.
    """
    if wish.ends_at <= wish.starts_at:
        raise BookingError("ends_at", "a visit must end after it starts")
    if wish.ends_at - wish.starts_at > timedelta(minutes=rules.max_minutes):
        most = f"{rules.max_minutes:g}"
        raise BookingError("ends_at", "a visit may last %(most)s minutes at most (rooms.max_minutes)", most=most)
    if wish.starts_at - now > FURTHEST:
        text = "a visit may be booked %(days)s days ahead at most; look at the year"
        raise BookingError("starts_at", text, days=FURTHEST.days)
    if wish.ends_at <= now:
        raise BookingError("starts_at", "this visit would already be over; choose a later time")
    for other in others:
        if _takes_its_time(other) and wish.starts_at < other.ends_at and other.starts_at < wish.ends_at:
            raise ClashError(other)


def _takes_its_time(visit: Visit) -> bool:
    """The same rule as the database's trigger, so it knows no clock."""
    return visit.cancelled_at is None and visit.closed_at is None and visit.ended_at is None


def check_quiet_hours(wish: Wish, begin: str | None, end: str | None, zone: tzinfo) -> None:
    """Refuse a wish that shares a minute with the quiet hours, `HH:MM` on the site's clock, over midnight or not.

    Raises `BookingError`.
    """
    if begin is None or end is None:
        return
    first, last = wish.starts_at.astimezone(zone), wish.ends_at.astimezone(zone)
    day = first.date() - timedelta(days=1)
    while day <= last.date():
        quiet_from = datetime.combine(day, time.fromisoformat(begin), zone)
        quiet_until = datetime.combine(day + timedelta(days=end <= begin), time.fromisoformat(end), zone)
        if first.timestamp() < quiet_until.timestamp() and quiet_from.timestamp() < last.timestamp():
            text = "the resident's quiet hours are from %(begin)s to %(end)s; choose another time"
            raise BookingError("starts_at", text, begin=begin, end=end)
        day += timedelta(days=1)


def check_can_end(visit: Visit, now: datetime) -> None:
    """Refuse to change, cancel or close a visit that is over already.

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
