"""Invitations: which mails a visit's relatives get, written down in the transaction that makes them necessary.

`server.mail` sends what is written down here, once that transaction is committed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Delete, Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import booking, letter, tokens
from server.config import ServerConfig
from server.database import Database
from server.letter import Letter
from server.models import Link, Mail, MailKind, Reservation, new_id

FIRST: Final = {MailKind.CONFIRMATION, MailKind.REMINDER}
"""The kinds that may be the first that somebody hears of a visit."""


async def enqueue(
    session: AsyncSession,
    config: ServerConfig,
    secret: bytes,
    reservation: Reservation,
    links: Iterable[Link],
    kind: MailKind,
    now: datetime,
) -> None:
    """Write down a mail to the holder of each link, in the caller's transaction; who has no address gets none.

    Whatever has not gone out of an earlier revision is taken back, because this mail says all of it anew. Who was never
    written to gets neither a change nor a cancellation; confirmations are written where `invitations.confirm` says so.
    The caller has flushed the links, and has raised `reservation.sequence` before a change or a cancellation.

    Raises `ValueError` where a link's address is none, and at the flush `sqlalchemy.exc.IntegrityError` where this
    revision has its mail of this kind.
    """
    if kind is MailKind.CONFIRMATION and not config.invitations.confirm:
        return
    for link in links:
        if link.email is not None and (kind in FIRST or await _was_written_to(session, link)):
            await session.execute(_outdated(reservation, link))
            session.add(_mail(config, secret, reservation, link, link.email, kind, now))


async def remind(database: Database, config: ServerConfig, secret: bytes, now: datetime) -> None:
    """Write down the reminders that are due, each once.

    Whoever was written to within the last `invitations.reminder_minutes` before the start knows, and is not reminded.
    Raises `sqlalchemy.exc.SQLAlchemyError`.
    """
    before = timedelta(minutes=config.invitations.reminder_minutes)
    if not before:
        return
    async with database.read() as session:
        if not (await session.execute(_unreminded(now, before).limit(1))).first():
            return
    async with database.write() as session:
        for reservation, link, written_at in (await session.execute(_unreminded(now, before))).all():
            if written_at is None or written_at < reservation.starts_at - before:
                await enqueue(session, config, secret, reservation, [link], MailKind.REMINDER, now)


def _unreminded(now: datetime, before: timedelta) -> Select[Reservation, Link, datetime | None]:
    """Visits that are about to start or run, each with a link that was not reminded, and when that was last written to.

    Few: a robot has one visit at a time.
    """
    written_at = select(func.max(Mail.created_at)).where(Mail.link_id == Link.id).scalar_subquery()
    reminded = (Mail.link_id == Link.id, Mail.sequence == Reservation.sequence, Mail.kind == MailKind.REMINDER)
    query = (
        select(Reservation, Link, written_at)
        .join(Link, Link.reservation_id == Reservation.id)
        .where(
            Reservation.starts_at <= now + before,
            Reservation.ends_at > now,
            Reservation.cancelled_at.is_(None),
            Reservation.closed_at.is_(None),
            Reservation.ended_at.is_(None),
            Link.email.is_not(None),
            Link.revoked_at.is_(None),
            ~exists().where(*reminded),
        )
    )
    return cast("Select[Reservation, Link, datetime | None]", query)  # SQLAlchemy takes a maximum for never NULL


async def _was_written_to(session: AsyncSession, link: Link) -> bool:
    return (await session.scalars(select(Mail.id).where(Mail.link_id == link.id).limit(1))).first() is not None


def _outdated(reservation: Reservation, link: Link) -> Delete:
    return delete(Mail).where(Mail.link_id == link.id, Mail.sequence < reservation.sequence, Mail.sent_at.is_(None))


def _mail(
    config: ServerConfig,
    secret: bytes,
    reservation: Reservation,
    link: Link,
    recipient: str,
    kind: MailKind,
    now: datetime,
) -> Mail:
    mail_id = new_id()
    message_id = f"<{mail_id}@{config.mail.sender.partition('@')[2]}>"
    message = letter.compose(
        Letter(
            kind=kind,
            message_id=message_id,
            uid=link.id,
            sequence=reservation.sequence,
            language=link.language,
            name=link.name,
            title=reservation.title,
            starts_at=reservation.starts_at,
            ends_at=reservation.ends_at,
            opens_at=booking.opens_at(reservation, config.rooms),
            zone=config.zone,
            link=f"{config.public_url}/r/{tokens.link_token(secret, link.id)}",
            sender=config.mail.sender,
            recipient=recipient,
            written_at=now,
        )
    )
    return Mail(
        id=mail_id,
        reservation_id=reservation.id,
        link_id=link.id,
        kind=kind,
        sequence=reservation.sequence,
        message_id=message_id,
        recipient=recipient,
        content=letter.written(message),
        created_at=now,
        due_at=now,
        next_attempt_at=now,
    )
