"""Guests' links: one per address, made again from its id and the server's secret, revoked one by one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, tokens
from server.booking import Wish
from server.database import Database
from server.errors import UnknownError
from server.models import Language, Link, Reservation, new_id


def issue(
    session: AsyncSession, secret: bytes, reservation: Reservation, wish: Wish, emails: Sequence[str], now: datetime
) -> list[Link]:
    """Add a link for each of these addresses. The wish's guest is named where it is clear that the link is his."""
    name = wish.guest if len(wish.emails) == 1 else None
    return [_add(session, secret, reservation, Language(wish.language), email, name, now) for email in emails]


def issue_open(session: AsyncSession, secret: bytes, reservation: Reservation, wish: Wish, now: datetime) -> Link:
    """Add a link without an address, for staff to hand over."""
    return _add(session, secret, reservation, Language(wish.language), None, wish.guest, now)


def issue_nobodys(
    session: AsyncSession, secret: bytes, reservation: Reservation, language: Language, now: datetime
) -> Link:
    """Add a link that names nobody, for whoever else comes."""
    return _add(session, secret, reservation, language, None, None, now)


def nobodys(links: Iterable[Link]) -> Link | None:
    """A link that names nobody and with which nobody was sent away: the one that may be shown to anybody."""
    return next((each for each in links if each.email is None and each.name is None and each.denied_at is None), None)


def _add(
    session: AsyncSession,
    secret: bytes,
    reservation: Reservation,
    language: Language,
    email: str | None,
    name: str | None,
    now: datetime,
) -> Link:
    link_id = new_id()
    link = Link(
        id=link_id,
        reservation_id=reservation.id,
        token_hash=tokens.digest(tokens.link_token(secret, link_id)),
        name=name,
        email=email,
        language=language,
        created_at=now,
    )
    session.add(link)
    return link


async def revoke_link(database: Database, link_id: str, actor: str, now: datetime) -> None:
    """Let nobody in by this link any more; whoever is in the room already stays.

    Raises `UnknownError`.
    """
    async with database.write() as session:
        link = await session.get(Link, link_id, with_for_update=True)
        if link is None or link.revoked_at is not None:
            raise UnknownError("there is no such link")
        link.revoked_at = now
        audit.write(session, now, actor, "revoke", "link", link.id, reservation=link.reservation_id)


async def let_link_wait(database: Database, link_id: str, actor: str, now: datetime) -> None:
    """Let the holder of this link knock again, whom staff sent away from the waiting room; where nobody did, so be it.

    Raises `UnknownError`.
    """
    async with database.write() as session:
        link = await session.get(Link, link_id, with_for_update=True)
        if link is None or link.revoked_at is not None:
            raise UnknownError("there is no such link")
        if link.denied_at is not None:
            link.denied_at = None
            audit.write(session, now, actor, "forgive", "link", link.id, reservation=link.reservation_id)
