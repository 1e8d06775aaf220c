"""Mails as staff see them: what was sent, what waits, what was given up, and once more."""

import email
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import defer

from server import audit
from server.database import Database
from server.errors import UnknownError
from server.models import Mail, MailKind, Reservation

MOST: Final = 200
"""So many mails are listed at once."""


class NotGivenUpError(ValueError):
    """Only what was given up is sent again."""


@dataclass(frozen=True)
class ReadMail:
    """A mail as its recipient reads it."""

    mail: Mail
    sender: str
    subject: str
    text: str


async def list_mails(
    database: Database, reservation_id: str | None = None, dead: bool = False, limit: int = MOST
) -> Sequence[Mail]:
    """Mails without their content, newest first: of one visit, or those that were given up alone."""
    query = select(Mail).options(defer(Mail.content, raiseload=True)).order_by(Mail.created_at.desc(), Mail.id)
    if reservation_id is not None:
        query = query.where(Mail.reservation_id == reservation_id)
    if dead:
        query = query.where(Mail.dead_at.is_not(None))
    async with database.read() as session:
        return (await session.scalars(query.limit(min(limit, MOST)))).all()


async def read_mail(database: Database, mail_id: str) -> ReadMail:
    """One mail with its text.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        mail = await session.get(Mail, mail_id)
    if mail is None:
        raise UnknownError("there is no such mail")
    message = email.message_from_string(mail.content, _class=EmailMessage, policy=default)
    body = message.get_body(("plain",))
    text = body.get_content().replace("\r\n", "\n") if body else ""
    return ReadMail(mail, str(message["From"]), str(message["Subject"]), text)


async def dead_letters(database: Database, now: datetime) -> int:
    """How many mails were given up that still matter: somebody should call these relatives."""
    takes_place = and_(
        Reservation.cancelled_at.is_(None), Reservation.closed_at.is_(None), Reservation.ended_at.is_(None)
    )
    matters = and_(
        Reservation.ends_at > now, Mail.link_id.is_not(None), or_(takes_place, Mail.kind == MailKind.CANCELLATION)
    )
    query = select(func.count()).select_from(Mail).join(Reservation).where(Mail.dead_at.is_not(None), matters)
    async with database.read() as session:
        return (await session.scalars(query)).one()


async def send_again(database: Database, mail_id: str, actor: str, now: datetime) -> None:
    """Let the worker try a mail again that was given up, as if it had been written now.

    Raises `UnknownError` or `NotGivenUpError`.
    """
    async with database.write() as session:
        mail = await session.get(Mail, mail_id)
        if mail is None:
            raise UnknownError("there is no such mail")
        if mail.dead_at is None:
            raise NotGivenUpError("this mail was not given up, so it is not sent again")
        mail.dead_at = None
        mail.attempts = 0
        mail.due_at = mail.next_attempt_at = now
        audit.write(session, now, actor, "send_again", "mail", mail.id)
