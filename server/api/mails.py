"""Mails to relatives, for staff."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from server import mails
from server.access import CurrentUser, Shared
from server.api.common import CONFLICT, FOR_STAFF, NOT_FOUND, PRIVATE, View, saw
from server.models import MailKind
from wire.base import Id

router = APIRouter(prefix="/mails", tags=["mails"], dependencies=[PRIVATE], responses=FOR_STAFF)


class MailView(View):
    """A mail; without `sent_at` and `dead_at` it waits, with `dead_at` it was given up."""

    id: str
    reservation_id: str
    link_id: str
    kind: MailKind
    recipient: str
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    dead_at: datetime | None
    last_error: str | None


class ReadMailView(View):
    """A mail as its recipient reads it."""

    mail: MailView
    sender: str
    subject: str
    text: str


@router.get("", response_model=tuple[MailView, ...])
async def list_mails(
    user: CurrentUser,
    parts: Shared,
    reservation: Id | None = None,
    dead: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> object:
    """List mails, newest first: of one visit, or those that were given up."""
    await saw(parts, user, "mail")
    return await mails.list_mails(parts.database, reservation, dead, limit)


@router.get("/{mail}", response_model=ReadMailView, responses=NOT_FOUND)
async def read_mail(mail: Id, user: CurrentUser, parts: Shared) -> object:
    """Read one mail."""
    read = await mails.read_mail(parts.database, mail)
    await saw(parts, user, "mail", mail)
    return read


@router.post("/{mail}/send-again", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND | CONFLICT)
async def send_again(mail: Id, user: CurrentUser, parts: Shared) -> None:
    """Send a mail again that was given up; 409 where it was not."""
    await mails.send_again(parts.database, mail, user.id, parts.clock())
