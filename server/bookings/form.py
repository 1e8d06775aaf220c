"""A visit as people fill it in, and what follows from it."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from server import times
from server.addresses import Emails
from server.booking import Prose, Title, Wish
from server.config import ServerConfig
from server.database import Database
from server.errors import InputError
from server.models import Resident
from wire.base import Id

TITLES = {"es": "Visita a {name}", "en": "Visit to {name}"}


class ReservationForm(BaseModel):
    """A visit to be booked or changed; what is left out is taken from the resident.

    `starts_at` is a time on the site's clock (`2026-11-20T16:30`) or has its offset from UTC; of an hour that comes
    twice, `fold` says whether the first (0) or the second (1) is meant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    robot_id: Id
    resident_id: Id | None = None
    title: Title | None = None
    description: Prose = ""
    starts_at: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
    fold: Literal[0, 1] | None = None
    minutes: Annotated[float, Field(gt=0, le=1440)]
    emails: Emails | None = None
    language: Literal["es", "en"] | None = None
    waiting_room: bool = False
    recording: bool = False

    @field_validator("resident_id", "title", "fold", "emails", "language", mode="before")
    @classmethod
    def _left_out(cls, written: object) -> object:
        """A form on a page sends its empty fields too, and numbers as text."""
        if isinstance(written, str) and not written.strip():
            return None
        return {"0": 0, "1": 1}.get(written, written) if isinstance(written, str) else written


async def wish_of(database: Database, config: ServerConfig, form: ReservationForm) -> Wish:
    """The visit that the form asks for, complete.

    Raises `InputError`: the time is none or not clear, there is no such resident, or nothing says what the visit is.
    """
    resident = None if form.resident_id is None else await _resident(database, form.resident_id)
    starts_at = times.wall_time(form.starts_at, config.zone, form.fold)
    language = form.language or (resident.language.value if resident else config.language)
    title = form.title or (TITLES[language].format(name=resident.name) if resident else None)
    if title is None:
        raise InputError("title", "say what the visit is, or choose a resident")
    relatives = tuple(resident.emails) if resident else ()
    return Wish(
        robot_id=form.robot_id,
        resident_id=form.resident_id,
        title=title,
        description=form.description,
        starts_at=starts_at,
        ends_at=_end(starts_at, form.minutes),
        emails=relatives if form.emails is None else form.emails,
        guest=resident.relative_name if resident else None,
        language=language,
        waiting_room=form.waiting_room,
        recording=form.recording,
    )


async def _resident(database: Database, resident_id: str) -> Resident:
    async with database.read() as session:
        resident = await session.get(Resident, resident_id)
    if resident is None:
        raise InputError("resident_id", "there is no such resident")
    return resident


def _end(starts_at: datetime, minutes: float) -> datetime:
    try:
        return starts_at + timedelta(minutes=minutes)
    except OverflowError as error:
        raise InputError("starts_at", "%(time)s is out of range", time=starts_at.isoformat()) from error
