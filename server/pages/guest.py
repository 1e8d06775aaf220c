"""Pages of guests: the home page, the call page of a link, and what he reads where his link leads nowhere now.

Nothing here changes anything: mail scanners open links too.
"""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from server import bookings, times
from server.languages import mark
from server.models import Reservation
from server.pages.page import Page, Visitor
from server.pages.route import PageRoute
from wire.signaling import ErrorCode, Refusal

NOTICES: Final = {
    ErrorCode.UNKNOWN_ROOM: (
        HTTPStatus.NOT_FOUND,
        mark("This link is not valid"),
        mark("Check that you have copied all of it. If it came by e-mail, open it from there."),
    ),
    ErrorCode.TOO_EARLY: (
        HTTPStatus.FORBIDDEN,
        mark("You are early"),
        mark("The room is not open yet."),
    ),
    ErrorCode.ENDED: (
        HTTPStatus.GONE,
        mark("This visit is over"),
        mark("If you would like another visit, ask the care home."),
    ),
    ErrorCode.CANCELLED: (
        HTTPStatus.GONE,
        mark("This visit was cancelled"),
        mark("The care home has cancelled it. If nobody told you, please call."),
    ),
    ErrorCode.CLOSED: (
        HTTPStatus.GONE,
        mark("This room is closed"),
        mark("The care home has closed the room of this visit. If you think that is a mistake, please call."),
    ),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def home(page: Visitor) -> Response:
    """Who is signed in goes on to his profile."""
    return page.go("/profile") if page.account else page.show("home.html")


@router.api_route("/r/{token}", methods=["GET", "HEAD"])
async def call(token: str, page: Visitor) -> Response:
    """The call page of a guest's link."""
    parts = page.parts
    try:
        admission = await bookings.admit_guest(parts.database, token, page.now, parts.config.rooms)
    except bookings.RefusedError as error:
        if error.refusal.error is ErrorCode.TOO_EARLY:
            reservation, _ = await bookings.find_by_token(parts.database, token)
            return early(page, error.refusal, reservation)
        return notice(page, error.refusal)
    return page.show("call.html", title=admission.title, room=token, name=admission.name or "")


def early(page: Page, refusal: Refusal, reservation: Reservation) -> Response:
    """When the room opens, with a countdown."""
    assert refusal.opens_at is not None
    zone = page.parts.config.zone
    return page.show(
        "early.html",
        HTTPStatus.FORBIDDEN,
        server_now=times.rfc3339(page.now),
        opens_at=refusal.opens_at.astimezone(zone),
        starts_at=reservation.starts_at.astimezone(zone),
    )


def notice(page: Page, refusal: Refusal) -> Response:
    """Why this link leads nowhere."""
    status, title, text = refusal_texts(refusal)
    return page.show("notice.html", status, title=page.gettext(title), text=page.gettext(text))


def refusal_texts(refusal: Refusal) -> tuple[HTTPStatus, str, str]:
    """The status, and a title and a text for the catalogues, of why a room cannot be entered."""
    return NOTICES[refusal.error]
