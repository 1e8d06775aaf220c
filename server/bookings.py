"""Reservations and links: the one set of functions under the API, the commands and the pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import booking, tokens
from server.config import RoomsSection
from server.database import Database
from server.errors import UnknownError
from server.models import Link, Participant, Reservation, Robot, new_id
from wire.signaling import ErrorCode, ParticipantKind, Refusal

HORIZON = timedelta(days=14)
"""How far ahead a robot is told of its visits."""


class RefusedError(Exception):
    """Somebody may not enter the room."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True)
class Booked:
    """A new reservation and the token of its guest's link."""

    reservation: Reservation
    token: str


@dataclass(frozen=True)
class Admission:
    """Somebody may enter this room now."""

    reservation_id: str
    room: str
    title: str
    starts_at: datetime
    ends_at: datetime
    kind: ParticipantKind
    name: str | None
    """The robot's or the user's name, or that of the guest for whom the link was made, if it was made for one."""
    link: str = ""
    """The id of a guest's link."""


async def book(database: Database, secret: bytes, wish: booking.Wish, now: datetime, rules: RoomsSection) -> Booked:
    """Book a visit and make its guest's link, in one transaction.

    Raises `booking.BookingError` (`booking.ClashError` where the robot is taken) or `UnknownError`.
    """
    async with database.write() as session:
        if await session.get(Robot, wish.robot_id) is None:
            raise UnknownError("there is no such robot")
        booking.check(wish, await _visits_near(session, wish), now, rules)
        reservation = Reservation(
            robot_id=wish.robot_id,
            title=wish.title,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            created_at=now,
        )
        session.add(reservation)
        await session.flush()
        link_id = new_id()
        token = tokens.link_token(secret, link_id)
        session.add(
            Link(
                id=link_id,
                reservation_id=reservation.id,
                token_hash=tokens.digest(token),
                name=wish.guest,
                created_at=now,
            )
        )
    return Booked(reservation, token)


async def _visits_near(session: AsyncSession, wish: booking.Wish) -> Sequence[Reservation]:
    """The robot's visits that share an instant with the wish."""
    query = select(Reservation).where(
        Reservation.robot_id == wish.robot_id,
        Reservation.starts_at < wish.ends_at,
        Reservation.ends_at > wish.starts_at,
    )
    return (await session.scalars(query)).all()


async def cancel(database: Database, room_or_id: str, now: datetime) -> Reservation:
    """Cancel a visit; the running server sends everyone home.

    Raises `UnknownError` or `booking.OverError`.
    """
    async with database.write() as session:
        reservation = await _find(session, room_or_id)
        booking.check_can_end(reservation, now)
        reservation.cancelled_at = now
    return reservation


async def close(database: Database, room_or_id: str, now: datetime) -> Reservation:
    """Close a room for good; the running server sends everyone home.

    Raises `UnknownError` or `booking.OverError`.
    """
    async with database.write() as session:
        reservation = await _find(session, room_or_id)
        booking.check_can_end(reservation, now)
        reservation.closed_at = now
    return reservation


async def _find(session: AsyncSession, room_or_id: str) -> Reservation:
    query = select(Reservation).where(or_(Reservation.id == room_or_id, Reservation.room == room_or_id))
    reservation = (await session.scalars(query)).one_or_none()
    if reservation is None:
        raise UnknownError("there is no such room or reservation")
    return reservation


async def upcoming(database: Database, robot_id: str, now: datetime) -> list[tuple[Reservation, bool]]:
    """The robot's visits that can still happen within `HORIZON`, by start; with each, whether somebody is there."""
    occupied = exists().where(
        Participant.reservation_id == Reservation.id,
        Participant.kind != ParticipantKind.ROBOT,
        Participant.left_at.is_(None),
    )
    query = (
        select(Reservation, occupied)
        .where(
            Reservation.robot_id == robot_id,
            Reservation.cancelled_at.is_(None),
            Reservation.closed_at.is_(None),
            Reservation.ended_at.is_(None),
            Reservation.ends_at > now,
            Reservation.starts_at < now + HORIZON,
        )
        .order_by(Reservation.starts_at)
    )
    async with database.read() as session:
        return [(reservation, present) for reservation, present in (await session.execute(query))]


async def find_by_token(database: Database, token: str) -> tuple[Reservation, Link]:
    """The reservation and the link of a guest's token.

    Raises `UnknownError` where there is no such link or it was revoked.
    """
    query = (
        select(Reservation, Link)
        .join(Link, Link.reservation_id == Reservation.id)
        .where(Link.token_hash == tokens.digest(token), Link.revoked_at.is_(None))
    )
    async with database.read() as session:
        row = (await session.execute(query)).one_or_none()
    if row is None:
        raise UnknownError("this link is not valid")
    return row


async def admit_guest(database: Database, token: str, now: datetime, rules: RoomsSection) -> Admission:
    """Let the holder of a guest's link in.

    Raises `RefusedError`: unknown or revoked link, too early, over.
    """
    try:
        reservation, link = await find_by_token(database, token)
    except UnknownError as error:
        raise RefusedError(Refusal(error=ErrorCode.UNKNOWN_ROOM, message=str(error))) from error
    return replace(_admission(reservation, ParticipantKind.GUEST, link.name, now, rules), link=link.id)


async def admit_robot(database: Database, robot_id: str, room: str, now: datetime, rules: RoomsSection) -> Admission:
    """Let a robot into the room of its own reservation.

    Raises `RefusedError`: unknown room or another robot's, too early, over.
    """
    query = select(Reservation, Robot.name).join(Robot).where(Reservation.room == room, Robot.id == robot_id)
    async with database.read() as session:
        row = (await session.execute(query)).one_or_none()
    if row is None:
        raise RefusedError(Refusal(error=ErrorCode.UNKNOWN_ROOM, message="this robot has no such room"))
    return _admission(row[0], ParticipantKind.ROBOT, row[1], now, rules)


async def admit_staff(database: Database, room: str, name: str, now: datetime, rules: RoomsSection) -> Admission:
    """Let one of the staff, of this name, into a room.

    Raises `RefusedError`: unknown room, too early, over.
    """
    async with database.read() as session:
        reservation = (await session.scalars(select(Reservation).where(Reservation.room == room))).one_or_none()
    if reservation is None:
        raise RefusedError(Refusal(error=ErrorCode.UNKNOWN_ROOM, message="there is no such room"))
    return _admission(reservation, ParticipantKind.STAFF, name, now, rules)


def _admission(
    reservation: Reservation, kind: ParticipantKind, name: str | None, now: datetime, rules: RoomsSection
) -> Admission:
    refusal = booking.refusal(reservation, now, rules)
    if refusal is not None:
        raise RefusedError(refusal)
    return Admission(
        reservation_id=reservation.id,
        room=reservation.room,
        title=reservation.title,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        kind=kind,
        name=name,
    )
