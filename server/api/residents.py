"""Residents, for staff."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from server import residents
from server.access import CurrentUser, Shared
from server.api.common import FOR_STAFF, NOT_FOUND, PRIVATE, View, saw
from server.models import Language, Resident
from server.residents import Consequences, ResidentForm
from wire.base import Id
from wire.rest import Consent

router = APIRouter(prefix="/residents", tags=["residents"], dependencies=[PRIVATE], responses=FOR_STAFF)


class ResidentView(View):
    """A resident."""

    id: str
    name: str
    room: str
    age: int | None
    relative_name: str
    relation: str
    emails: tuple[str, ...]
    language: Language
    consent: Consent
    quiet_from: str | None
    quiet_until: str | None
    notes: str
    created_at: datetime


class ConsequencesView(View):
    """What deleting a resident does: visits that are cancelled, by id, and the number of past ones made anonymous."""

    cancelled: tuple[str, ...]
    anonymised: int


@router.get("", response_model=tuple[ResidentView, ...])
async def list_residents(
    user: CurrentUser, parts: Shared, search: Annotated[str, Query(max_length=200)] = ""
) -> list[Resident]:
    """List the residents by name; `search` looks for words in name, room and relative."""
    await saw(parts, user, "resident")
    return await residents.list_residents(parts.database, search)


@router.post("", status_code=HTTPStatus.CREATED, response_model=ResidentView)
async def add_resident(form: ResidentForm, user: CurrentUser, parts: Shared) -> Resident:
    """Add a resident. Addresses come as a list, or as a text with semicolons between them."""
    return await residents.add(parts.database, form, user.id, parts.clock())


@router.get("/{resident}", response_model=ResidentView, responses=NOT_FOUND)
async def get_resident(resident: Id, user: CurrentUser, parts: Shared) -> Resident:
    """Read one resident."""
    found = await residents.get(parts.database, resident)
    await saw(parts, user, "resident", resident)
    return found


@router.put("/{resident}", response_model=ResidentView, responses=NOT_FOUND)
async def edit_resident(resident: Id, form: ResidentForm, user: CurrentUser, parts: Shared) -> Resident:
    """Change a resident's data; what is left out gets its default."""
    return await residents.edit(parts.database, resident, form, user.id, parts.clock())


@router.get("/{resident}/consequences", responses=NOT_FOUND)
async def get_consequences(resident: Id, _user: CurrentUser, parts: Shared) -> ConsequencesView:
    """Tell what deleting this resident would do."""
    return _view(await residents.consequences(parts.database, resident, parts.clock()))


@router.delete("/{resident}", responses=NOT_FOUND)
async def delete_resident(resident: Id, user: CurrentUser, parts: Shared) -> ConsequencesView:
    """Delete a resident with all that names him or his relatives; booked visits are cancelled, past ones anonymised."""
    done = await residents.delete(parts.database, parts.config, parts.secret, resident, user.id, parts.clock())
    return _view(done)


def _view(done: Consequences) -> ConsequencesView:
    return ConsequencesView(cancelled=tuple(visit.id for visit in done.cancelled), anonymised=done.anonymised)
