"""One visit: what is known of it, and what can be done with it."""

from fastapi import APIRouter
from starlette.responses import Response

from server import bookings, quality, tokens
from server.booking import OverError, State
from server.bookings import Listed
from server.errors import InputError, UnknownError
from server.languages import mark
from server.models import Language
from server.pages.page import Staff, StaffPage, address
from server.pages.quality import view as quality_of
from server.pages.reservations import STATES, early
from server.pages.route import PageRoute
from wire.base import Id
from wire.signaling import CloseReason, ParticipantKind

NOBODY_CAME = mark("Nobody came, not even the robot.")
ROBOT_ALONE = mark("The robot was there, and nobody else came.")
WITHOUT_COMPANY = mark("Somebody came, but never two at the same time; look whether the robot was reachable.")
ALL_LEFT = mark("Everybody had left.")
UNANSWERED = {
    CloseReason.DECLINED: mark("Nobody beside the robot answered."),
    CloseReason.QUIET_HOURS: mark("It was during the resident’s quiet hours, and nobody beside the robot answered."),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


async def seen(page: StaffPage, visit: str) -> Listed:
    """A visit that is to be shown.

    Raises `UnknownError`.
    """
    found = await bookings.get(page.parts.database, visit, page.now)
    await page.saw("reservation", found.reservation.id)
    return found


@router.api_route("/reservations/{visit}", methods=["GET", "HEAD"])
async def show(visit: Id, page: Staff) -> Response:
    """All of it, with the links to hand over."""
    found = await seen(page, visit)
    config, secret = page.parts.config, page.parts.secret
    links = [(link, f"{config.public_url}/r/{tokens.link_token(secret, link.id)}") for link in found.links]
    return page.show(
        "portal/reservation.html",
        visit=found,
        links=links,
        nobodys=bookings.nobodys(found.links),
        states=STATES,
        early=early(page),
        why=await _why(page, found),
        quality=quality_of(page, await quality.read(page.parts.database, found.reservation.id)),
    )


async def _why(page: StaffPage, found: Listed) -> str:
    """Why a visit ended before its time, or did not take place; empty where there is nothing to say."""
    reason = found.reservation.end_reason
    if reason is not None and reason in UNANSWERED:
        return page.gettext(UNANSWERED[reason])
    if found.state is State.MISSED:
        came = await bookings.who_came(page.parts.database, found.reservation.id)
        if not came:
            return page.gettext(NOBODY_CAME)
        return page.gettext(ROBOT_ALONE if came == {ParticipantKind.ROBOT} else WITHOUT_COMPANY)
    return page.gettext(ALL_LEFT) if reason is CloseReason.LAST_PARTICIPANT else ""


@router.api_route("/reservations/{visit}/cancel", methods=["GET", "HEAD"])
@router.api_route("/reservations/{visit}/close", methods=["GET", "HEAD"])
async def ask(visit: Id, page: Staff) -> Response:
    """Ask first, and say what follows."""
    found = await seen(page, visit)
    action = page.path.rpartition("/")[2]
    return page.show(f"portal/reservation_{action}.html", visit=found, states=STATES)


@router.post("/reservations/{visit}/cancel")
async def cancel(visit: Id, page: Staff) -> Response:
    """Cancel it and tell the relatives; one that is over already is shown as it is."""
    parts = page.parts
    try:
        await bookings.cancel(parts.database, parts.config, parts.secret, visit, page.actor, page.now)
    except OverError:
        return page.go(f"/reservations/{visit}", "visit_over")
    return page.go(f"/reservations/{visit}", "visit_cancelled")


@router.post("/reservations/{visit}/close")
async def close(visit: Id, page: Staff) -> Response:
    """Close the room and send everyone home; one that is over already is shown as it is."""
    parts = page.parts
    try:
        await bookings.close(parts.database, parts.config, parts.secret, visit, page.actor, page.now)
    except OverError:
        return page.go(f"/reservations/{visit}", "visit_over")
    return page.go(f"/reservations/{visit}", "room_closed")


@router.post("/reservations/{visit}/repeat")
async def repeat(visit: Id, page: Staff) -> Response:
    """Book the same a week later; where that cannot be had, show the form with it filled in."""
    parts = page.parts
    try:
        booked = await bookings.repeat_next_week(
            parts.database, parts.config, parts.secret, visit, page.actor, page.now
        )
    except InputError:
        return page.go(address("/reservations/new", like=visit))
    return page.go(f"/reservations/{booked.reservation.id}", "visit_repeated")


@router.post("/reservations/{visit}/links")
async def add_link(visit: Id, page: Staff) -> Response:
    """A link that names nobody, to hand over; from the call page this comes in a window of its own."""
    parts = page.parts
    language = Language(parts.config.language)
    await bookings.add_link(parts.database, parts.secret, visit, language, page.actor, page.now)
    return page.go(f"/reservations/{visit}#links", "link_added")


@router.api_route("/reservations/{visit}/links/{link}/revoke", methods=["GET", "HEAD"])
async def ask_to_revoke_link(visit: Id, link: Id, page: Staff) -> Response:
    """Ask first, and say what follows."""
    found = await seen(page, visit)
    chosen = next((each for each in found.links if each.id == link), None)
    if chosen is None:
        raise UnknownError("there is no such link")
    return page.show("portal/link_revoke.html", visit=found, link=chosen)


@router.post("/reservations/{visit}/links/{link}/revoke")
async def revoke_link(visit: Id, link: Id, page: Staff) -> Response:
    """Let nobody in by this link any more."""
    await bookings.revoke_link(page.parts.database, link, page.actor, page.now)
    return page.go(f"/reservations/{visit}", "link_revoked")


@router.post("/reservations/{visit}/links/{link}/let-wait")
async def let_link_wait(visit: Id, link: Id, page: Staff) -> Response:
    """Let a guest knock again who was sent away from the waiting room."""
    await bookings.let_link_wait(page.parts.database, link, page.actor, page.now)
    return page.go(f"/reservations/{visit}", "link_forgiven")
