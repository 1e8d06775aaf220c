"""Booking visits and changing them: each in one transaction with its links, its mails and its entry in the audit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, booking, invitations, times, tokens
from server.booking import Wish
from server.bookings import steps
from server.bookings.links import issue, issue_nobodys, issue_open, nobodys
from server.bookings.lists import standing_links
from server.config import ServerConfig
from server.database import Database
from server.errors import InputError
from server.models import Language, MailKind, Reservation, User

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Booked:
    """A new reservation and the tokens of its links, at least one."""

    reservation: Reservation
    tokens: tuple[str, ...]

    @property
    def token(self) -> str:
        """The first one."""
        return self.tokens[0]


async def book(
    database: Database, config: ServerConfig, secret: bytes, wish: Wish, actor: str, now: datetime
) -> Booked:
    """Book a visit, with a link for each relative's address or else one to hand over.

    Raises `InputError`: `booking.BookingError` where it is against the rules, `booking.ClashError` where the robot is
    taken.
    """
    async with database.write() as session:
        await steps.check(session, config, wish, now)
        by_user = await session.get(User, actor)
        reservation = Reservation(
            **{field: getattr(wish, field) for field in steps.FIELDS}, created_at=now, created_by=by_user and by_user.id
        )
        session.add(reservation)
        await session.flush()
        links = issue(session, secret, reservation, wish, wish.emails, now)
        if not links:
            links = [issue_open(session, secret, reservation, wish, now)]
        await session.flush()
        await invitations.enqueue(session, config, secret, reservation, links, MailKind.CONFIRMATION, now)
        audit.write(session, now, actor, "book", "reservation", reservation.id, links=len(links))
    return Booked(reservation, tuple(tokens.link_token(secret, link.id) for link in links))


async def edit(
    database: Database, config: ServerConfig, secret: bytes, room_or_id: str, wish: Wish, actor: str, now: datetime
) -> Reservation:
    """Make a visit what the wish says; relatives who stay are told of a change, others that they come in or are out.

    Raises `UnknownError`, `booking.OverError`, or `InputError` as `book`.
    """
    async with database.write() as session:
        reservation = await steps.find(session, room_or_id)
        await steps.change(session, config, secret, reservation, wish, actor, now)
    return reservation


async def move(
    database: Database,
    config: ServerConfig,
    secret: bytes,
    room_or_id: str,
    starts_at: datetime,
    actor: str,
    now: datetime,
) -> Reservation:
    """Let a visit start at another time, and last as long.

    Raises as `edit`.
    """
    async with database.write() as session:
        reservation = await steps.find(session, room_or_id)
        links = (await standing_links(session, [reservation.id]))[reservation.id]
        wish = steps.wish_for(reservation, links, starts_at)
        await steps.change(session, config, secret, reservation, wish, actor, now)
    return reservation


async def repeat_next_week(
    database: Database, config: ServerConfig, secret: bytes, room_or_id: str, actor: str, now: datetime
) -> Booked:
    """Book the same visit again, on the same day and at the same time on the site's clock of the next week to come.

    Raises `UnknownError`, or `InputError` as `book`, also where the details of the old visit were deleted.
    """
    async with database.read() as session:
        reservation = await steps.find(session, room_or_id)
        if reservation.anonymised_at is not None:
            raise InputError("title", "the details of this visit were deleted; book a new one")
        links = (await standing_links(session, [reservation.id]))[reservation.id]
    weeks = max(1, (now - reservation.starts_at) // WEEK + 1)
    wall = reservation.starts_at.astimezone(config.zone).replace(tzinfo=None) + weeks * WEEK
    starts_at = times.wall_time(wall.isoformat(), config.zone, fold=0)
    return await book(database, config, secret, steps.wish_for(reservation, links, starts_at), actor, now)


async def cancel(
    database: Database, config: ServerConfig, secret: bytes, room_or_id: str, actor: str, now: datetime
) -> Reservation:
    """Cancel a visit and tell its relatives; the running server sends everyone home.

    Raises `UnknownError` or `booking.OverError`.
    """
    async with database.write() as session:
        reservation = await steps.find(session, room_or_id)
        await cancel_within(session, config, secret, reservation, actor, now)
    return reservation


async def cancel_within(
    session: AsyncSession, config: ServerConfig, secret: bytes, reservation: Reservation, actor: str, now: datetime
) -> None:
    """Cancel a visit as part of a larger change.

    Raises `booking.OverError`.
    """
    booking.check_can_end(reservation, now)
    reservation.cancelled_at = now
    await steps.call_off(session, config, secret, reservation, now)
    audit.write(session, now, actor, "cancel", "reservation", reservation.id)


async def add_link(
    database: Database, secret: bytes, room_or_id: str, language: Language, actor: str, now: datetime
) -> None:
    """Add a link that names nobody; where there is one already, that one is enough.

    Raises `UnknownError` or `booking.OverError`.
    """
    async with database.write() as session:
        reservation = await steps.find(session, room_or_id)
        booking.check_can_end(reservation, now)
        if nobodys((await standing_links(session, [reservation.id]))[reservation.id]) is None:
            link = issue_nobodys(session, secret, reservation, language, now)
            audit.write(session, now, actor, "add", "link", link.id, reservation=reservation.id)


async def close(
    database: Database, config: ServerConfig, secret: bytes, room_or_id: str, actor: str, now: datetime
) -> Reservation:
    """Close a room for good; the running server sends everyone home. Before the visit's start, relatives are told.

    Raises `UnknownError` or `booking.OverError`.
    """
    async with database.write() as session:
        reservation = await steps.find(session, room_or_id)
        booking.check_can_end(reservation, now)
        reservation.closed_at = now
        if now < reservation.starts_at:
            await steps.call_off(session, config, secret, reservation, now)
        audit.write(session, now, actor, "close", "reservation", reservation.id)
    return reservation
