"""Mails to staff: a visit is in danger. Each written once: when a robot's tests become worse, and when it is silent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from babel import dates
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import letter
from server.config import ServerConfig
from server.database import Database
from server.languages import mark, translations
from server.models import Mail, MailKind, Reservation, Robot, User, new_id
from server.readiness import PROBLEMS, REMEDIES
from wire.rest import Finding

AHEAD: Final = timedelta(hours=12)
"""A visit later than this is not in danger yet: the robot will look again before it."""
SILENT_AHEAD: Final = timedelta(minutes=15)
SILENT_AFTER: Final = timedelta(minutes=3)
"""A robot asks for its visits at least once a minute, so this is trouble and no delay."""
SUBJECT: Final = mark("%(robot)s needs a look before the visit at %(time)s")
LEAD: Final = mark("The robot %(robot)s has tested itself before the visit at %(time)s, and found:")
FAREWELL: Final = mark(
    "It tests itself again before the visit. You are written to once, not again for the same reason."
)
SILENCE: Final = mark(
    "The robot %(robot)s is not reachable, and a visit begins at %(time)s. Is it switched on, and is the network there?"
)


async def enqueue(
    session: AsyncSession, config: ServerConfig, robot: Robot, problems: Sequence[Finding], now: datetime
) -> None:
    """Write down what a robot found wrong with itself, in the caller's transaction, where a visit of it comes soon."""
    query = select(Reservation).where(Reservation.robot_id == robot.id, _takes_place(now, AHEAD))
    reservation = (await session.scalars(query.order_by(Reservation.starts_at).limit(1))).first()
    if reservation is not None:
        found = [(PROBLEMS[each.check], REMEDIES[each.check]) for each in problems]
        await _tell_staff(session, config, MailKind.ALERT, robot, reservation, found, now)


async def warn_of_silence(database: Database, config: ServerConfig, now: datetime) -> None:
    """Write down, once for each visit, that its robot is silent shortly before. Raises `SQLAlchemyError`."""
    async with database.read() as session:
        if not (await session.execute(_silent(now).limit(1))).first():
            return
    async with database.write() as session:
        for reservation, robot in (await session.execute(_silent(now))).all():
            await _tell_staff(session, config, MailKind.SILENCE, robot, reservation, (), now)


def _takes_place(now: datetime, within: timedelta) -> ColumnElement[bool]:
    return and_(
        Reservation.ends_at > now,
        Reservation.starts_at <= now + within,
        Reservation.cancelled_at.is_(None),
        Reservation.closed_at.is_(None),
        Reservation.ended_at.is_(None),
    )


def _silent(now: datetime) -> Select[Reservation, Robot]:
    told = exists().where(Mail.reservation_id == Reservation.id, Mail.kind == MailKind.SILENCE)
    silent = or_(Robot.last_seen_at.is_(None), Robot.last_seen_at < now - SILENT_AFTER)
    query = select(Reservation, Robot).join(Robot, Robot.id == Reservation.robot_id)
    return query.where(_takes_place(now, SILENT_AHEAD), silent, ~told)


async def _tell_staff(
    session: AsyncSession,
    config: ServerConfig,
    kind: MailKind,
    robot: Robot,
    reservation: Reservation,
    found: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    for user in await session.scalars(select(User).where(User.active)):
        mail_id = new_id()
        message = compose(config, user, robot.name, reservation.starts_at, found, now)
        message["Message-ID"] = message_id = f"<{mail_id}@{config.mail.sender.partition('@')[2]}>"
        session.add(
            Mail(
                id=mail_id,
                reservation_id=reservation.id,
                kind=kind,
                sequence=reservation.sequence,
                message_id=message_id,
                recipient=user.email,
                content=letter.written(message),
                created_at=now,
                due_at=now,
                next_attempt_at=now,
            )
        )


def compose(
    config: ServerConfig, user: User, robot: str, starts_at: datetime, found: Sequence[tuple[str, str]], now: datetime
) -> EmailMessage:
    """The mail in the user's language, without a Message-ID; with nothing `found`, that the robot is silent."""
    say = translations(user.language).gettext
    starts = starts_at.astimezone(config.zone)
    facts = {
        "robot": letter.one_line(robot),
        "time": dates.format_time(starts, "short", locale=letter.LOCALES[user.language]),
    }
    lines = [f"- {say(problem)} {say(remedy)}" for problem, remedy in found]
    text = [say(LEAD) % facts, "", *lines, "", say(FAREWELL)] if found else [say(SILENCE) % facts]
    message = EmailMessage(policy=letter.POLICY)
    message["From"] = config.mail.sender
    message["To"] = user.email
    message["Subject"] = say(SUBJECT) % facts
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to this
    message["Content-Language"] = user.language.value
    message.set_content("\n".join([*text, "", f"{config.public_url}/robots", ""]))
    return message
