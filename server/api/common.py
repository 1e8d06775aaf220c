"""What the routes for staff share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from server import audit
from server.access import Parts
from server.models import User
from server.problems import documented


class View(BaseModel):
    """An answer that is read from a row of the database."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""RFC 3339 with an offset, in UTC from here on."""


def _keep_private(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


PRIVATE = Depends(_keep_private)
"""No cache keeps an answer that names people."""


async def saw(parts: Parts, user: User, object_kind: str, object_id: str = audit.ALL) -> None:
    """Note that this user is answered with one thing, or a list of such things, in the audit.

    Raises `sqlalchemy.exc.SQLAlchemyError`.
    """
    await audit.saw(parts.database, parts.clock(), user.id, object_kind, object_id)


FOR_STAFF = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
NOT_FOUND = documented(HTTPStatus.NOT_FOUND)
CONFLICT = documented(HTTPStatus.CONFLICT)
