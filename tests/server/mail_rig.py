"""What the tests of mails share: a real SMTP server that does as it is told, visits with relatives."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import select

from server import audit, bookings
from server.booking import Wish
from server.config import InvitationsSection, MailSection, ServerConfig
from server.database import Database
from server.mail import MailWorker
from server.models import Link, Mail
from tests.server.data_rig import NOON, SECRET, Clock

SENDER = "visits@house.example"
DROP, HANG = "drop", "hang"
PAUSE = timedelta(minutes=2)
"""Longer than the first pause of any mail."""


@dataclass
class Post:
    """A mail server: what came in, and what it answers at which step (`MAIL`, `RCPT`, `DATA`, `QUIT`)."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    seen: Callable[[str], None] = lambda _step: None
    """Called at each step, before the answer goes out."""

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what came in."""
        return [message["Message-ID"] for message in self.received]

    async def handle_MAIL(  # noqa: N802  aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 taken")
        if not answer.startswith(("4", "5")):
            assert isinstance(envelope.content, bytes)
            self.received.append(email.message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
            self.recipients += envelope.rcpt_tos
        return await self._answer("DATA", server)

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._answer("QUIT", server)

    async def _answer(self, step: str, server: SMTP) -> str:
        self.seen(step)
        answer = self.answers.get(step, "250 taken")
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer


def hold_at_data(post: Post) -> asyncio.Event:
    """Let the server take no mail before the event is set."""
    free = asyncio.Event()
    take = post.handle_DATA

    async def later(server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.wait_for(free.wait(), 10)
        return await take(server, session, envelope)

    post.handle_DATA = later  # type: ignore[method-assign]  # this one server waits
    return free


@asynccontextmanager
async def mail_server(certificate: Path | None = None, implicit_tls: bool = False) -> AsyncIterator[Post]:
    """A mail server on a free port; with a certificate it insists on TLS and on the account `house`, `secret`."""
    post, context = Post(), None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def sign_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"house", b"secret")
        return AuthResult(success=known, handled=False)

    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        starttls = context if not implicit_tls else None
        protocols.append(
            SMTP(
                post,
                hostname="post.example",
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_required=starttls is not None,
                auth_require_tls=not implicit_tls,
                authenticator=sign_in,
                loop=asyncio.get_running_loop(),
            )
        )
        return protocols[-1]

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if implicit_tls else None
    )
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        for each in protocols:
            if each.transport is not None:
                each.transport.close()
        await server.wait_closed()


def with_post(config: ServerConfig, port: int, **settings: object) -> ServerConfig:
    """The configuration with this mail server, in the open where nothing else is said."""
    mail = MailSection.model_validate(
        {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER, "timeout_seconds": 1} | settings
    )
    return config.model_copy(update={"mail": mail})


def worker(database: Database, config: ServerConfig, clock: Clock) -> MailWorker:
    """What sends the mails."""
    return MailWorker(database, config, SECRET, clock)


def without_confirmations(config: ServerConfig) -> ServerConfig:
    """The configuration in which relatives are only reminded."""
    return config.model_copy(update={"invitations": InvitationsSection(confirm=False)})


async def book(
    database: Database,
    config: ServerConfig,
    robot_id: str,
    emails: tuple[str, ...] = ("lucia@family.example",),
    starts_at: datetime = NOON + timedelta(days=1),
    title: str = "Visita a Carmen",
    language: str = "es",
) -> bookings.Booked:
    """A visit of half an hour."""
    wish = Wish.model_validate(
        {
            "robot_id": robot_id,
            "title": title,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "emails": emails,
            "language": language,
        }
    )
    return await bookings.book(database, config, SECRET, wish, audit.SYSTEM, NOON)


async def outbox(database: Database) -> list[Mail]:
    """All mails in the order in which they were written."""
    async with database.read() as session:
        return list((await session.scalars(select(Mail).order_by(Mail.created_at, Mail.sequence, Mail.id))).all())


async def links(database: Database, reservation_id: str) -> list[Link]:
    """A visit's links."""
    async with database.read() as session:
        return list((await session.scalars(select(Link).where(Link.reservation_id == reservation_id))).all())
