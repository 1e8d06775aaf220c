"""Who may enter a visit's room now: guests by their link, the robot, staff."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from server import booking, tokens
from server.config import RoomsSection
from server.database import Database
from server.errors import UnknownError
from server.models import Link, Reservation, Robot, User
from wire.signaling import ErrorCode, ParticipantKind, Refusal


class RefusedError(Exception):
    """Somebody may not enter the room."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


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
    denied: bool = False
    """Staff sent its holder away from the waiting room."""
    may_record: bool = False


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
    admission = _admission(reservation, ParticipantKind.GUEST, link.name, now, rules)
    return replace(admission, link=link.id, denied=link.denied_at is not None)


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


async def admit_person(
    database: Database, room: str, user: User | None, now: datetime, rules: RoomsSection
) -> Admission:
    """Let staff in by the room's name and everybody else by a link's token; staff may come by a link too.

    A user who has yet to choose a password of his own is nobody of the staff. Raises `RefusedError` as the others do.
    """
    if user is not None and not user.must_change_password:
        try:
            return await admit_staff(database, room, user.name, now, rules)
        except RefusedError as refused:
            if refused.refusal.error is not ErrorCode.UNKNOWN_ROOM:
                raise
    return await admit_guest(database, room, now, rules)


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
        may_record=kind is ParticipantKind.STAFF and reservation.recording and rules.recording,
    )
