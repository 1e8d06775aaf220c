"""Signed-in staff: sessions in the database, each known by the digest of a token that only its browser has."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, tokens
from server.config import ServerConfig, SessionsSection
from server.database import Database
from server.models import Session, User

TOUCH: Final = timedelta(minutes=2)
"""A session's last use is written down no more often than this, so that reading a page hardly ever writes."""


def cookie_name(config: ServerConfig) -> str:
    """`__Host-` binds the cookie to this host and HTTPS (RFC 6265bis, section 4.1.3.2); browsers refuse it on HTTP."""
    return "__Host-session" if is_secure(config) else "session"


def is_secure(config: ServerConfig) -> bool:
    """Whether browsers reach this server over HTTPS."""
    return config.public_url.startswith("https://")


async def start(database: Database, user_id: str, now: datetime, rules: SessionsSection) -> str:
    """Begin a session with a fresh token of 256 random bits, and forget all sessions that are over."""
    token = secrets.token_urlsafe(32)
    async with database.write() as session:
        over = or_(Session.created_at <= now - _absolute(rules), Session.last_seen_at <= now - _idle(rules))
        await session.execute(delete(Session).where(over))
        session.add(Session(id=tokens.digest(token), user_id=user_id, created_at=now, last_seen_at=now))
        audit.write(session, now, user_id, "sign_in", "user", user_id)
    return token


async def end(database: Database, token: str, now: datetime) -> None:
    """End one session; a token of none changes nothing."""
    async with database.write() as session:
        ended = await session.get(Session, tokens.digest(token))
        if ended is not None:
            await session.delete(ended)
            audit.write(session, now, ended.user_id, "sign_out", "user", ended.user_id)


async def end_all(session: AsyncSession, user_id: str) -> None:
    """End all sessions of a user, within the transaction that changes the password or the rights."""
    await session.execute(delete(Session).where(Session.user_id == user_id))


async def user_of_cookies(
    database: Database, cookies: Mapping[str, str], now: datetime, config: ServerConfig
) -> User | None:
    """The user whose session the cookies name, or None where it is over or the user is not active any more."""
    token = cookies.get(cookie_name(config))
    if token is None:
        return None
    rules = config.sessions
    query = (
        select(Session, User)
        .join(User, User.id == Session.user_id)
        .where(
            Session.id == tokens.digest(token),
            Session.created_at > now - _absolute(rules),
            Session.last_seen_at > now - _idle(rules),
            User.active,
        )
    )
    async with database.read() as session:
        row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    found, user = row
    if now - found.last_seen_at >= TOUCH:
        async with database.write() as session:
            await session.execute(update(Session).where(Session.id == found.id).values(last_seen_at=now))
    return user


def _idle(rules: SessionsSection) -> timedelta:
    return timedelta(minutes=rules.idle_minutes)


def _absolute(rules: SessionsSection) -> timedelta:
    return timedelta(hours=rules.absolute_hours)
