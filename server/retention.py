"""What is forgotten and when: names, addresses, links, mails and samples of visits after some time, old audit.

The visits themselves stay, with their times, for the history.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, mailfiles
from server.config import ServerConfig
from server.database import Database
from server.models import Audit, AuditHorizon, Link, Mail, MailKind, Participant, Reservation, Statistics
from wire.signaling import ParticipantKind

AT_ONCE: Final = 100
"""So many visits are anonymised in one transaction, which others wait for."""

DAY_SECONDS: Final = 86_400.0
RETRY_SECONDS: Final = 600.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def running(
    database: Database, config: ServerConfig, clock: Callable[[], datetime]
) -> AsyncIterator[asyncio.Task[None]]:
    """Purge in the background while the block runs."""
    task = asyncio.create_task(_run(database, config, clock), name="retention")
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run(database: Database, config: ServerConfig, clock: Callable[[], datetime]) -> None:
    """Purge once a day, for ever, and soon again where the database could not be read or written."""
    while True:
        try:
            count = await purge(database, config, clock())
            log.info("retention: %d visits anonymised", count)
            pause = DAY_SECONDS
        except (SQLAlchemyError, OSError) as error:
            log.warning("retention: not done, next try in some minutes: %s", type(error).__name__)
            pause = RETRY_SECONDS
        await asyncio.sleep(pause * random.uniform(0.9, 1.1))  # noqa: S311  it spreads attempts; nobody gains by it


async def purge(database: Database, config: ServerConfig, now: datetime) -> int:
    """Forget what is older than the settings say; return how many visits were anonymised.

    Raises `sqlalchemy.exc.SQLAlchemyError` or `OSError`.
    """
    ended = func.coalesce(Reservation.ended_at, Reservation.closed_at, Reservation.cancelled_at, Reservation.ends_at)
    old = ended < now - timedelta(days=config.retention.days)
    query = select(Reservation.id).where(old, Reservation.anonymised_at.is_(None)).limit(AT_ONCE)
    count, visits = 0, await _anonymise_some(database, query, now)
    while visits:
        count += visits
        visits = await _anonymise_some(database, query, now)
    async with database.write() as session:
        await _forget_mails_and_links(session, Reservation.anonymised_at.is_not(None), now)
    await forget_files(database, config.data_directory)
    await _forget_audit(database, now - timedelta(days=config.retention.audit_days))
    return count


async def _anonymise_some(database: Database, query: Select[str], now: datetime) -> int:
    async with database.write() as session:
        visits = (await session.scalars(query)).all()
        for visit in visits:
            audit.write(session, now, audit.SYSTEM, "anonymise", "reservation", visit)
        await anonymise(session, visits, now)
    return len(visits)


async def anonymise(session: AsyncSession, visits: Sequence[str], now: datetime) -> None:
    """Take everything that names somebody out of these visits. Mails that call one off stay until they are sent."""
    reservations = Reservation.id.in_(visits)
    blank = {"title": "", "description": "", "resident_id": None, "anonymised_at": now}
    await session.execute(update(Reservation).where(reservations).values(blank))
    guests = Participant.reservation_id.in_(visits) & (Participant.kind != ParticipantKind.ROBOT)
    await session.execute(update(Participant).where(guests).values(name=""))
    await session.execute(update(Link).where(Link.reservation_id.in_(visits)).values(name=None, email=None))
    await session.execute(delete(Statistics).where(Statistics.reservation_id.in_(visits)))
    await _forget_mails_and_links(session, reservations, now)


async def _forget_mails_and_links(session: AsyncSession, visits: ColumnElement[bool], now: datetime) -> None:
    """Forget the mails but for cancellations on their way, and the links of the past that no mail needs."""
    calls_off = (Mail.kind == MailKind.CANCELLATION) & Mail.sent_at.is_(None) & Mail.dead_at.is_(None)
    of_visits = Mail.reservation_id.in_(select(Reservation.id).where(visits))
    await session.execute(delete(Mail).where(of_visits, ~calls_off))
    past = Link.reservation_id.in_(select(Reservation.id).where(visits, Reservation.ends_at <= now))
    await session.execute(delete(Link).where(past, ~exists().where(Mail.link_id == Link.id)))


async def forget_files(database: Database, directory: Path) -> None:
    """Delete the files of mails that are forgotten.

    Raises `OSError`.
    """
    there = await asyncio.to_thread(mailfiles.listed, directory)
    async with database.read() as session:
        known = set(await session.scalars(select(Mail.id)))
    await asyncio.to_thread(mailfiles.delete, directory, there - known)


async def _forget_audit(database: Database, until: datetime) -> None:
    """Move the horizon, before which alone the database lets entries go, and delete them."""
    async with database.write() as session:
        horizon = await session.get(AuditHorizon, 1) or AuditHorizon(id=1, until=until)
        horizon.until = until
        session.add(horizon)
        await session.flush()
        await session.execute(delete(Audit).where(Audit.at < until))
