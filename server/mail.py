"""The worker that sends what `server.invitations` wrote down, and what staff see and do of it.

A mail is leased, sent, and then noted as sent, each in its own step: whatever dies in between, no mail is lost, and
the one that was on its way goes out once more with the same Message-ID.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.exc import SQLAlchemyError

from server import alerts, booking, invitations, mailfiles, smtp
from server.config import ServerConfig
from server.database import Database
from server.models import Link, Mail, MailKind, Reservation
from server.smtp import Outcome, Result

POLL_SECONDS: Final = 2.0
AT_ONCE: Final = 50
"""So many mails are looked at before the reminders are due again."""

LEASE: Final = timedelta(seconds=60)
RENEW_SECONDS: Final = 20.0
"""A lease is renewed while its mail is on its way; when its holder has died, the mail is free again after `LEASE`."""

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
STOP_SECONDS: Final = 3.0
STALE_SECONDS: Final = 90.0

log = logging.getLogger(__name__)


class MailWorker:
    """Sends mails, one after the other: so a crash doubles one at most. Several workers may share a database."""

    def __init__(self, database: Database, config: ServerConfig, secret: bytes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._config = config
        self._secret = secret
        self._clock = clock
        self._unnoted: tuple[Mail, Outcome] | None = None
        """What came of the last attempt while the database could not take it."""
        self._last_beat = time.monotonic()
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def alive(self) -> bool:
        """Whether the worker makes progress."""
        return time.monotonic() - self._last_beat < STALE_SECONDS

    def start(self) -> asyncio.Task[None]:
        """Begin to send what is due, in a task that ends by `stop` alone."""
        self._running = asyncio.create_task(self.run(), name="mails")
        return self._running

    async def stop(self) -> None:
        """Send no further mail; the one on its way has a moment, so that it need not go out twice."""
        self._stopping.set()
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=STOP_SECONDS)
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def run(self) -> None:
        """Send what is due, until `stop`."""
        while not self._stopping.is_set():
            try:
                await self.tick()
            except SQLAlchemyError as error:
                log.warning("the mails cannot be read or noted, next try soon: %s", type(error).__name__)
            self._last_beat = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_SECONDS)

    async def tick(self) -> None:
        """Write the reminders that are due, and send what is due, until the mail server does not answer.

        Raises `sqlalchemy.exc.SQLAlchemyError`; nothing is forgotten by that.
        """
        await self._note()
        await invitations.remind(self._database, self._config, self._secret, self._clock())
        await alerts.warn_of_silence(self._database, self._config, self._clock())
        for mail_id in await self._due():
            mail = await self._lease(mail_id)
            if mail is None:
                continue
            outcome = await self._send(mail)
            self._unnoted = mail, outcome
            await self._note()
            if outcome.result is Result.UNREACHABLE or self._stopping.is_set():
                return

    async def _due(self) -> list[str]:
        query = select(Mail.id).where(_is_due(self._clock())).order_by(Mail.next_attempt_at).limit(AT_ONCE)
        async with self._database.read() as session:
            return list((await session.scalars(query)).all())

    async def _lease(self, mail_id: str) -> Mail | None:
        """The mail, which no other worker takes for a while, or None where another was quicker or nobody needs it."""
        now = self._clock()
        query = (
            select(Mail, Reservation, Link)
            .join_from(Mail, Reservation)
            .outerjoin(Link, Link.id == Mail.link_id)
            .where(Mail.id == mail_id, _is_due(now))
        )
        async with self._database.write() as session:
            row = (await session.execute(query.with_for_update(of=Mail, skip_locked=True))).one_or_none()
            if row is None:
                return None
            mail, reservation, link = row
            if mail.kind is not MailKind.CANCELLATION:
                if mail.link_id is not None and link.revoked_at is not None:
                    await session.delete(mail)
                    return None
                if booking.over(reservation, now):
                    mail.dead_at, mail.last_error = now, "the visit was over before the mail could be sent"
                    log.warning("mail %s: given up: the visit is over", mail.id)
                    return None
            mail.next_attempt_at = now + LEASE
        return mail

    async def _send(self, mail: Mail) -> Outcome:
        renewing = asyncio.create_task(self._renew(mail.id), name="mail lease")
        try:
            if self._config.mail.host is None:
                return await mailfiles.deliver(self._config.data_directory, mail.id, mail.content)
            return await smtp.deliver(self._config.mail, mail.recipient, mail.content)
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def _renew(self, mail_id: str) -> None:
        while True:
            self._last_beat = time.monotonic()
            await asyncio.sleep(RENEW_SECONDS)
            lease = update(Mail).where(Mail.id == mail_id).values(next_attempt_at=self._clock() + LEASE)
            try:
                async with self._database.write() as session:
                    await session.execute(lease)
            except SQLAlchemyError as error:
                log.warning("mail %s: its lease was not renewed: %s", mail_id, type(error).__name__)

    async def _note(self) -> None:
        """Store what came of the last attempt; until that is done, nothing else is sent."""
        if self._unnoted is None:
            return
        mail, outcome = self._unnoted
        now = self._clock()
        changes = self._changes(mail, outcome, now)
        async with self._database.write() as session:
            await session.execute(update(Mail).where(Mail.id == mail.id).values(changes))
            if outcome.result is Result.SENT and mail.kind is not MailKind.CANCELLATION:
                await session.execute(update(Link).where(Link.id == mail.link_id).values(informed_at=now))
        self._unnoted = None
        log.info("mail %s: %s", mail.id, "given up" if "dead_at" in changes else outcome.result.name.lower())

    def _changes(self, mail: Mail, outcome: Outcome, now: datetime) -> dict[str, object]:
        if outcome.result is Result.SENT:
            return {"sent_at": now, "attempts": mail.attempts + 1, "last_error": None}
        given_up = now >= mail.due_at + timedelta(hours=self._config.mail.give_up_hours)
        if outcome.result is Result.REFUSED or given_up:
            return {"dead_at": now, "attempts": mail.attempts + 1, "last_error": outcome.detail}
        if outcome.result is Result.UNREACHABLE:
            # No word on this mail: it waits no longer than the others when the server is back.
            return {"next_attempt_at": now + _jittered(FIRST_PAUSE), "last_error": outcome.detail}
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(mail.attempts, 10))
        return {
            "next_attempt_at": now + _jittered(pause),
            "attempts": mail.attempts + 1,
            "last_error": outcome.detail,
        }


def _jittered(pause: timedelta) -> timedelta:
    return pause * random.uniform(0.75, 1.25)  # noqa: S311  it spreads attempts; nobody gains by guessing it


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(Mail.sent_at.is_(None), Mail.dead_at.is_(None), Mail.next_attempt_at <= now)
