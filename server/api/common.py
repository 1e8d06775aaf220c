"""What the routes for staff share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

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

FOR_STAFF = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
NOT_FOUND = documented(HTTPStatus.NOT_FOUND)
CONFLICT = documented(HTTPStatus.CONFLICT)
