"""The audit, for supervisors."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server import audit
from server.access import CurrentSupervisor, Shared
from server.api.common import FOR_STAFF, PRIVATE, Instant, View
from server.audit import Filter

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[PRIVATE], responses=FOR_STAFF)

Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^([A-Za-z0-9:_-]+|\*)$")]


class EntryView(View):
    """Who did or saw what, when; `actor` is a user's id, `robot:<id>`, `guest:<link id>` or `system`."""

    id: int
    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]


class Wanted(BaseModel):
    """Which entries to list; `seen` takes those of what was seen, or of what was done, alone.

    `before` is the id of an entry, to read on from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: Key | None = None
    object_kind: Key | None = None
    object_id: Key | None = None
    seen: bool | None = None
    since: Instant | None = None
    until: Instant | None = None
    before: Annotated[int, Field(ge=1, le=2**62)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 200


@router.get("", response_model=tuple[EntryView, ...])
async def list_entries(wanted: Annotated[Wanted, Query()], _user: CurrentSupervisor, parts: Shared) -> object:
    """List entries, newest first."""
    return await audit.list_entries(parts.database, Filter(**wanted.model_dump()))
