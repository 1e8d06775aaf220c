"""The audit: who did what, when; only ever added to, in the transaction of what was done, and without names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.database import Database
from server.models import Audit

SYSTEM: Final = "system"
"""The actor of what the server does of itself, and of the commands on its own machine."""

MOST: Final = 200
"""So many entries are listed at once."""


@dataclass(frozen=True)
class Filter:
    """Which entries to list; what is None does not count. `before` is an entry's id, to read on from."""

    actor: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
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
    if which.since is not None:
        yield Audit.at >= which.since
    if which.until is not None:
        yield Audit.at < which.until
    if which.before is not None:
        yield Audit.id < which.before
