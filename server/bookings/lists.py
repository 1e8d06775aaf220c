"""Reservations as they are looked at: by a robot, by staff, one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import booking
from server.booking import State
from server.database import Database
from server.errors import UnknownError
from server.models import Link, Participant, Reservation, Resident, Robot
from wire.signaling import ParticipantKind

HORIZON = timedelta(days=14)
"""How far ahead a robot is told of its visits."""

MOST = 200
"""So many visits are listed at once."""


@dataclass(frozen=True)
class Filter:
    """Which visits to list, those that share an instant with `since` to `until`; None or empty does not count."""

    robot_id: str | None = None
    resident_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[State, ...] = ()
    newest_first: bool = False
    limit: int = MOST
    offset: int = 0


@dataclass(frozen=True)
class Listed:
    """A visit with all that staff see of it."""

    reservation: Reservation
    robot: Robot
    resident: Resident | None
    links: tuple[Link, ...]
    """Those that stand, by address."""
    state: State

    @property
    def emails(self) -> tuple[str, ...]:
        """To whom its mails go."""
        return tuple(link.email for link in self.links if link.email is not None)


async def list_reservations(database: Database, which: Filter, now: datetime) -> list[Listed]:
    """The visits that the filter lets through, by start."""
    start = Reservation.starts_at
    query = (
        _listed()
        .where(*_conditions(which, now))
        .order_by(start.desc() if which.newest_first else start, Reservation.id)
        .limit(min(which.limit, MOST))
        .offset(which.offset)
    )
    async with database.read() as session:
        return await _read(session, query, now)


async def get(database: Database, room_or_id: str, now: datetime) -> Listed:
    """One visit.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        found = await _read(session, _listed().where(named(room_or_id)), now)
    if not found:
        raise UnknownError("there is no such room or reservation")
    return found[0]


async def who_came(database: Database, reservation_id: str) -> frozenset[ParticipantKind]:
    """Which kinds of participants were in the visit's room, together or not."""
    query = select(Participant.kind).where(Participant.reservation_id == reservation_id).distinct()
    async with database.read() as session:
        return frozenset(await session.scalars(query))


def named(room_or_id: str) -> ColumnElement[bool]:
    """The visit with this id or this room."""
    return or_(Reservation.id == room_or_id, Reservation.room == room_or_id)


def _listed() -> Select[Reservation, Robot, Resident | None]:
    query = select(Reservation, Robot, Resident).join(Robot).outerjoin(Resident)
    return cast("Select[Reservation, Robot, Resident | None]", query)  # SQLAlchemy takes it for always there


async def _read(
    session: AsyncSession, query: Select[Reservation, Robot, Resident | None], now: datetime
) -> list[Listed]:
    rows = (await session.execute(query)).all()
    links = await standing_links(session, [reservation.id for reservation, _, _ in rows])
    return [
        Listed(reservation, robot, resident, of_visit, booking.state_of(reservation, _informed(of_visit), now))
        for reservation, robot, resident in rows
        for of_visit in (tuple(links[reservation.id]),)
    ]


async def standing_links(session: AsyncSession, reservations: Sequence[str]) -> dict[str, list[Link]]:
    """The links that were not revoked, by reservation and in the order of their addresses."""
    found: dict[str, list[Link]] = defaultdict(list)
    query = select(Link).where(Link.reservation_id.in_(reservations), Link.revoked_at.is_(None))
    for link in await session.scalars(query.order_by(Link.email, Link.id)):
        found[link.reservation_id].append(link)
    return found


def _informed(links: Iterable[Link]) -> bool:
    addressed = [link for link in links if link.email is not None]
    return bool(addressed) and all(link.informed_at is not None for link in addressed)


def _conditions(which: Filter, now: datetime) -> Iterable[ColumnElement[bool]]:
    if which.robot_id is not None:
        yield Reservation.robot_id == which.robot_id
    if which.resident_id is not None:
        yield Reservation.resident_id == which.resident_id
    if which.since is not None:
        yield Reservation.ends_at > which.since
    if which.until is not None:
        yield Reservation.starts_at < which.until
    if which.states:
        yield or_(*(_in_state(state, now) for state in which.states))


def _in_state(state: State, now: datetime) -> ColumnElement[bool]:
    """The same as `booking.state_of`, for the database."""
    addressed = (Link.reservation_id == Reservation.id) & Link.revoked_at.is_(None) & Link.email.is_not(None)
    informed = exists().where(addressed) & ~exists().where(addressed, Link.informed_at.is_(None))
    standing = Reservation.cancelled_at.is_(None) & Reservation.closed_at.is_(None)
    ended = Reservation.ended_at.is_not(None) | Reservation.end_reason.is_not(None) | (Reservation.ends_at <= now)
    over, ahead = standing & ended, standing & ~ended
    took_place = Reservation.started_at.is_not(None)
    return {
        State.CANCELLED: Reservation.cancelled_at.is_not(None),
        State.CLOSED: Reservation.cancelled_at.is_(None) & Reservation.closed_at.is_not(None),
        State.ENDED: over & took_place,
        State.MISSED: over & ~took_place,
        State.RUNNING: ahead & took_place,
        State.INFORMED: ahead & ~took_place & informed,
        State.PLANNED: ahead & ~took_place & ~informed,
    }[state]


@dataclass(frozen=True)
class Upcoming:
    """A visit as its robot is told of it."""

    reservation: Reservation
    resident: Resident | None
    guests: tuple[str, ...]
    """The names for which its links were made."""
    occupied: bool
    """Somebody other than the robot is in the room."""


async def upcoming(database: Database, robot_id: str, now: datetime) -> list[Upcoming]:
    """The robot's visits that can still happen within `HORIZON`, by start."""
    occupied = exists().where(
        Participant.reservation_id == Reservation.id,
        Participant.kind != ParticipantKind.ROBOT,
        Participant.left_at.is_(None),
    )
    query = (
        select(Reservation, Resident, occupied)
        .outerjoin(Resident)
        .where(
            Reservation.robot_id == robot_id,
            Reservation.cancelled_at.is_(None),
            Reservation.closed_at.is_(None),
            Reservation.ended_at.is_(None),
            Reservation.end_reason.is_(None),
            Reservation.ends_at > now,
            Reservation.starts_at < now + HORIZON,
        )
        .order_by(Reservation.starts_at)
    )
    async with database.read() as session:
        rows = (await session.execute(query)).all()
        links = await standing_links(session, [row.id for row, _, _ in rows])
    return [Upcoming(row, resident, _names(links[row.id]), present) for row, resident, present in rows]


def _names(links: Iterable[Link]) -> tuple[str, ...]:
    return tuple(sorted({link.name for link in links if link.name is not None}))
