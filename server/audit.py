"""The audit: who did what and who saw what, when; only ever added to, and without names.

What was done is written in the transaction that does it. What somebody was shown is written before he is shown it, once
an hour for each person and thing: who saw a visit is known, and a page that is loaded again and again writes nothing.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.database import Database
from server.models import Audit

SYSTEM: Final = "system"
"""The actor of what the server does of itself, and of the commands on its own machine."""

SEE: Final = "see"
"""The action of whoever was shown something."""

ALL: Final = "*"
"""The id of the object where a list of such things was shown."""

MOST: Final = 200
"""So many entries are listed at once."""


@dataclass(frozen=True)
class Filter:
    """Which entries to list; what is None does not count. `before` is an entry's id, to read on from."""

    actor: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    seen: bool | None = None
    """What was seen alone, or what was done alone."""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = MOST


def write(
    session: AsyncSession, now: datetime, actor: str, action: str, object_kind: str, object_id: str, **detail: object
) -> None:
    """Add an entry to the transaction. `detail` is JSON and names nobody: ids, times, names of fields, counts."""
    entry = Audit(at=now, actor=actor, action=action, object_kind=object_kind, object_id=object_id, detail=dict(detail))
    session.add(entry)


async def saw(database: Database, now: datetime, actor: str, object_kind: str, object_id: str = ALL) -> None:
    """Note that a person is about to be shown this thing, where it is not noted for this hour yet.

    Raises `sqlalchemy.exc.SQLAlchemyError`; then he is not to be shown it.
    """
    key = {
        "actor": actor,
        "object_kind": object_kind,
        "object_id": object_id,
        "seen_in": now.replace(minute=0, second=0, microsecond=0),
    }
    async with database.read() as session:
        if await session.scalar(select(exists().where(*(getattr(Audit, name) == key[name] for name in key)))):
            return
    # The same person has just been shown the same thing in another window.
    with suppress(IntegrityError):
        async with database.write() as session:
            session.add(Audit(at=now, action=SEE, detail={}, **key))


async def list_entries(database: Database, which: Filter) -> Sequence[Audit]:
    """The entries that the filter lets through, newest first."""
    query = select(Audit).where(*_conditions(which)).order_by(Audit.id.desc()).limit(min(which.limit, MOST))
    async with database.read() as session:
        return (await session.scalars(query)).all()


def _conditions(which: Filter) -> Iterable[ColumnElement[bool]]:
    for column, value in (
        (Audit.actor, which.actor),
        (Audit.object_kind, which.object_kind),
        (Audit.object_id, which.object_id),
    ):
        if value is not None:
            yield column == value
    if which.seen is not None:
        yield Audit.seen_in.is_not(None) if which.seen else Audit.seen_in.is_(None)
    if which.since is not None:
        yield Audit.at >= which.since
    if which.until is not None:
        yield Audit.at < which.until
    if which.before is not None:
        yield Audit.id < which.before
