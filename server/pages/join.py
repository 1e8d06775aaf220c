"""Staff join a visit: from the list of visits, or by the room's name from the box of the profile."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote

from fastapi import APIRouter
from starlette.responses import Response

from server import bookings, tokens
from server.pages import guest
from server.pages.page import Staff, StaffPage, Typed
from server.pages.profile import show_profile
from server.pages.route import PageRoute
from wire.base import Id
from wire.signaling import ErrorCode

NAME: Final = "visit_name"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/rooms/join")
async def by_name(page: Staff, typed: Typed) -> Response:
    """From the box: a room that is open now, and the name that the others will see."""
    # People paste the address of the room's page as well as its name.
    room = typed.get("meeting", "").strip().removesuffix("/join").rpartition("/")[2]
    name = typed.get("name", "").strip()
    if not room:
        mistakes = {"meeting": page.gettext("This is missing; please fill it in.")}
        return await show_profile(page, HTTPStatus.UNPROCESSABLE_ENTITY, typed, mistakes)
    try:
        await _admit(page, room if re.fullmatch(r"[\w-]{1,64}", room, re.ASCII) else "")
    except bookings.RefusedError as error:
        status, title, text = guest.NOTICES[error.refusal.error]
        mistakes = {"meeting": f"{page.gettext(title)}. {page.gettext(text)}"}
        return await show_profile(page, status, typed, mistakes)
    answer = page.go(f"/rooms/{room}/join")
    # Not in the address: that ends up in the logs of whatever stands in between.
    answer.set_cookie(NAME, quote(name[:80]), max_age=60, httponly=True, secure=page.secure, samesite="lax")
    return answer


@router.api_route("/rooms/{room}/join", methods=["GET", "HEAD"])
async def join(room: Id, page: Staff) -> Response:
    """The call page, for somebody of the staff."""
    try:
        admission = await _admit(page, room)
    except bookings.RefusedError as error:
        if error.refusal.error is ErrorCode.TOO_EARLY:
            found = await bookings.get(page.parts.database, room, page.now)
            return guest.early(page, error.refusal, found.reservation)
        return guest.notice(page, error.refusal.error)
    await page.saw("reservation", admission.reservation_id)
    name = unquote(page.request.cookies.get(NAME, "")) or page.user.name
    found = await bookings.get(page.parts.database, room, page.now)
    return guest.show_call(page, replace(admission, name=name), room, _invitation(page, found), {})


def _invitation(page: StaffPage, visit: bookings.Listed) -> str | None:
    """The token of the link that staff may pass on during the visit; never a relative's own, which names him."""
    link = bookings.nobodys(visit.links)
    return tokens.link_token(page.parts.secret, link.id) if link else None


async def _admit(page: StaffPage, room: str) -> bookings.Admission:
    parts = page.parts
    return await bookings.admit_staff(parts.database, room, page.user.name, page.now, parts.config.rooms)
