"""Residents: who is visited, by whom, and under which rules."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, booking, bookings, retention
from server.addresses import Emails
from server.booking import Prose
from server.config import ServerConfig
from server.database import Database
from server.errors import UnknownError
from server.models import Language, Reservation, Resident
from wire.base import Name
from wire.rest import Consent

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM` on the site's clock."""


Relation = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""What somebody is to the resident, such as `hija`: one line, or nothing."""


def _at_least_one(emails: tuple[str, ...]) -> tuple[str, ...]:
    if not emails:
        raise PydanticCustomError("missing", "Field required")
    return emails


class ResidentForm(BaseModel):
    """A resident as people fill it in. Several addresses have semicolons between them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    room: Name
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    relative_name: Name
    relation: Relation = ""
    emails: Annotated[Emails, AfterValidator(_at_least_one)]
    language: Language = Language.SPANISH
    consent: Consent = Consent.AUTOMATIC
    quiet_from: ClockTime | None = None
    quiet_until: ClockTime | None = None
    notes: Prose = ""

    @field_validator("age", "quiet_from", "quiet_until", mode="before")
    @classmethod
    def _left_out(cls, written: object) -> object:
        """A form on a page sends its empty fields too."""
        return None if isinstance(written, str) and not written.strip() else written

    @field_validator("quiet_until")
    @classmethod
    def _quiet_hours(cls, until: str | None, info: ValidationInfo) -> str | None:
        begin = info.data.get("quiet_from")
        if "quiet_from" in info.data and (begin is None) != (until is None):
            raise PydanticCustomError("quiet_hours", "quiet hours need both ends: give both or neither")
        if until is not None and begin == until:
            raise PydanticCustomError("quiet_hours_empty", "quiet hours cannot end when they begin")
        return until


@dataclass(frozen=True)
class Consequences:
    """What happens to the reservations of a resident who is deleted."""

    cancelled: tuple[Reservation, ...]
    """Those that can still happen, a running one too, by start; their relatives are told."""
    anonymised: int
    """So many past ones stay, without anything that names somebody."""


async def list_residents(database: Database, search: str = "") -> list[Resident]:
    """The residents by name; with `search`, those whose name, room or relative has all its words in it.

    Capitals and accents do not count.
    """
    words = _plain(search).split()
    async with database.read() as session:
        residents = (await session.scalars(select(Resident))).all()
    found = [each for each in residents if all(word in _searched(each) for word in words)]
    return sorted(found, key=lambda resident: (_plain(resident.name), resident.id))


def _searched(resident: Resident) -> str:
    return _plain(" ".join((resident.name, resident.room, resident.relative_name, *resident.emails)))


def _plain(text: str) -> str:
    """In small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


async def get(database: Database, resident_id: str) -> Resident:
    """One resident.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        return await _find(session, resident_id)


async def add(database: Database, form: ResidentForm, actor: str, now: datetime) -> Resident:
    """Add a resident."""
    async with database.write() as session:
        resident = Resident(**_values(form), created_at=now)
        session.add(resident)
        await session.flush()
        audit.write(session, now, actor, "add", "resident", resident.id)
    return resident


async def edit(database: Database, resident_id: str, form: ResidentForm, actor: str, now: datetime) -> Resident:
    """Change a resident's data; reservations that are booked keep their relatives.

    Raises `UnknownError`.
    """
    async with database.write() as session:
        resident = await _find(session, resident_id)
        values = _values(form)
        changed = [field for field, value in values.items() if getattr(resident, field) != value]
        for field in changed:
            setattr(resident, field, values[field])
        if changed:
            audit.write(session, now, actor, "change", "resident", resident.id, fields=changed)
    return resident


def _values(form: ResidentForm) -> dict[str, object]:
    return {**form.model_dump(), "emails": list(form.emails)}


async def consequences(database: Database, resident_id: str, now: datetime) -> Consequences:
    """What `delete` would do.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        await _find(session, resident_id)
        visits = await _visits(session, resident_id)
    cancelled = tuple(visit for visit in visits if booking.over(visit, now) is None)
    return Consequences(cancelled, len(visits) - len(cancelled))


async def delete(
    database: Database, config: ServerConfig, secret: bytes, resident_id: str, actor: str, now: datetime
) -> Consequences:
    """Delete a resident and all that names him or his relatives, but for the mails that call off what was booked.

    Those are deleted once they are sent. Raises `UnknownError`.
    """
    async with database.write() as session:
        resident = await _find(session, resident_id)
        visits = await _visits(session, resident_id)
        cancelled = tuple(visit for visit in visits if booking.over(visit, now) is None)
        for visit in cancelled:
            await bookings.cancel_within(session, config, secret, visit, actor, now)
        await retention.anonymise(session, [visit.id for visit in visits], now)
        await session.delete(resident)
        done = Consequences(cancelled, len(visits) - len(cancelled))
        detail = {"cancelled": len(done.cancelled), "anonymised": done.anonymised}
        audit.write(session, now, actor, "delete", "resident", resident_id, **detail)
    await retention.forget_files(database, config.data_directory)
    return done


async def _find(session: AsyncSession, resident_id: str) -> Resident:
    resident = await session.get(Resident, resident_id)
    if resident is None:
        raise UnknownError("there is no such resident")
    return resident


async def _visits(session: AsyncSession, resident_id: str) -> Sequence[Reservation]:
    query = select(Reservation).where(Reservation.resident_id == resident_id).order_by(Reservation.starts_at)
    return (await session.scalars(query)).all()
