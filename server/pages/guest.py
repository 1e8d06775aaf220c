"""Pages of guests: the home page, the call page of a link, and what he reads where his link leads nowhere now.

Nothing here changes anything: mail scanners open links too.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import segno
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from server import bookings, languages, times
from server.errors import UnknownError
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
    """The call page of a guest's link, in the language that he chose, or his browser, or else staff for him."""
    parts = page.parts
    try:
        reservation, link = await bookings.find_by_token(parts.database, token)
    except UnknownError:
        return notice(page, ErrorCode.UNKNOWN_ROOM)
    wishes, chosen = page.request.headers.get("accept-language", ""), languages.chosen(page.request.cookies)
    page = replace(page, language=chosen or languages.preferred(wishes, link.language))
    try:
        admission = await bookings.admit_guest(parts.database, token, page.now, parts.config.rooms)
    except bookings.RefusedError as error:
        if error.refusal.error is ErrorCode.TOO_EARLY:
            return early(page, error.refusal, reservation)
        return notice(page, error.refusal.error)
    return show_call(page, admission, token, token, languages.NAMES)


@router.get("/r/{token}/manifest.webmanifest")
async def manifest(token: str, page: Visitor) -> Response:
    """What a phone needs to keep this visit on its first screen (W3C Web Application Manifest)."""
    icons = [{"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    described = {
        "name": page.gettext("Video visits"),
        "short_name": page.gettext("Visit"),
        "lang": page.language,
        "start_url": f"/r/{token}",
        "scope": "/",
        "display": "standalone",
        "background_color": "#10171d",
        "theme_color": "#0b5f8a",
        "icons": [icon | {"purpose": purpose} for icon in icons for purpose in ("any", "maskable")],
    }
    return JSONResponse(described, headers={"Cache-Control": "no-store"}, media_type="application/manifest+json")


def show_call(
    page: Page, admission: bookings.Admission, room: str, invitation: str | None, choices: Mapping[str, str]
) -> Response:
    """The call page. `room` is for `join`; `invitation` the token of a link to pass on, if there is one."""
    link = f"{page.parts.config.public_url}/r/{invitation}" if invitation else ""
    return page.show(
        "call.html",
        title=admission.title,
        room=room,
        name=admission.name or "",
        kind=admission.kind,
        link=link,
        # Dark modules on a light ground in any colours of the page, as readers want them (ISO/IEC 18004).
        qr=segno.make(link, micro=False).svg_inline(light="#ffffff", omitsize=True) if link else "",
        choices=choices,
    )


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


def notice(page: Page, error: ErrorCode) -> Response:
    """Why this link leads nowhere."""
    status, title, text = NOTICES[error]
    return page.show("notice.html", status, title=page.gettext(title), text=page.gettext(text))
