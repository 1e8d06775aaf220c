"""The steps that changes of visits are made of, each within its caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, booking, invitations
from server.booking import BookingError, Wish
from server.bookings.links import issue
from server.bookings.lists import named, standing_links
from server.config import ServerConfig
from server.errors import UnknownError
from server.models import Link, MailKind, Reservation, Resident, Robot

TOLD = ("title", "description", "starts_at", "ends_at")
"""What relatives are told of a visit; when one of these changes, they are told again."""
FIELDS = (*TOLD, "robot_id", "resident_id", "waiting_room", "recording")
"""What a wish says of the reservation's own row."""


async def find(session: AsyncSession, room_or_id: str) -> Reservation:
    """The visit, locked until the transaction ends.

    Raises `UnknownError`.
    """
    reservation = (await session.scalars(select(Reservation).where(named(room_or_id)).with_for_update())).one_or_none()
    if reservation is None:
        raise UnknownError("there is no such room or reservation")
    return reservation


async def check(session: AsyncSession, config: ServerConfig, wish: Wish, now: datetime, itself: str = "") -> None:
    """Refuse a wish that cannot be had; `itself` is the id of the reservation that is to become it.

    The robot's row is locked first, so that of two wishes that clash the second sees the first.

    Raises `BookingError`.
    """
    robot = await session.get(Robot, wish.robot_id, with_for_update=True)
    if robot is None:
        raise BookingError("robot_id", "there is no such robot")
    if robot.revoked_at is not None:
        raise BookingError("robot_id", "this robot was revoked; choose another one")
    near = select(Reservation).where(
        Reservation.robot_id == wish.robot_id,
        Reservation.id != itself,
        Reservation.starts_at < wish.ends_at,
        Reservation.ends_at > wish.starts_at,
    )
    booking.check(wish, await session.scalars(near), now, config.rooms)
    if wish.resident_id is not None:
        resident = await session.get(Resident, wish.resident_id)
        if resident is None:
            raise BookingError("resident_id", "there is no such resident")
        booking.check_quiet_hours(wish, resident.quiet_from, resident.quiet_until, config.zone)


async def change(
    session: AsyncSession,
    config: ServerConfig,
    secret: bytes,
    reservation: Reservation,
    wish: Wish,
    actor: str,
    now: datetime,
) -> None:
    """Make the reservation what the wish says, with its links and mails; what is so already is left alone.

    Raises `booking.OverError` or `BookingError`.
    """
    booking.check_can_end(reservation, now)
    await check(session, config, wish, now, itself=reservation.id)
    links = (await standing_links(session, [reservation.id]))[reservation.id]
    changed = [field for field in FIELDS if getattr(reservation, field) != getattr(wish, field)]
    kept = [link for link in links if link.email in {None, *wish.emails}]
    gone = [link for link in links if link not in kept]
    new = [email for email in wish.emails if email not in {link.email for link in kept}]
    told = any(field in TOLD for field in changed)
    if not (changed or gone or new):
        return
    for field in changed:
        setattr(reservation, field, getattr(wish, field))
    reservation.changed_at = now
    reservation.sequence += 1 if told or gone else 0
    for link in gone:
        link.revoked_at = now
    added = issue(session, secret, reservation, wish, new, now)
    await session.flush()
    for kind, who in (
        (MailKind.CANCELLATION, gone),
        (MailKind.CHANGE, kept if told else []),
        (MailKind.CONFIRMATION, added),
    ):
        await invitations.enqueue(session, config, secret, reservation, who, kind, now)
    detail = {"fields": changed, "links_added": len(added), "links_revoked": len(gone)}
    audit.write(session, now, actor, "change", "reservation", reservation.id, **detail)


async def call_off(
    session: AsyncSession, config: ServerConfig, secret: bytes, reservation: Reservation, now: datetime
) -> None:
    """Tell the relatives that the visit will not take place."""
    reservation.sequence += 1
    links = (await standing_links(session, [reservation.id]))[reservation.id]
    await invitations.enqueue(session, config, secret, reservation, links, MailKind.CANCELLATION, now)


def wish_for(reservation: Reservation, links: Sequence[Link], starts_at: datetime) -> Wish:
    """The wish for the same visit at another time."""
    emails = tuple(link.email for link in links if link.email is not None)
    guests = {link.name for link in links if link.name is not None}
    return Wish(
        **{field: getattr(reservation, field) for field in FIELDS}
        | {"starts_at": starts_at, "ends_at": starts_at + (reservation.ends_at - reservation.starts_at)},
        emails=emails,
        guest=guests.pop() if len(guests) == 1 else None,
        language=links[0].language.value if links else "es",
    )
