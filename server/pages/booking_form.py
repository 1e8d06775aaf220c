"""The form of a visit: to book one, to change one, and to move one to another time."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from server import bookings, residents, robots, times
from server.bookings import Listed, ReservationForm
from server.pages.kept import check_sent
from server.pages.mistakes import REFUSALS
from server.pages.page import Key, Staff, StaffPage, Typed
from server.pages.reservation import seen
from server.pages.route import PageRoute
from wire.base import Id

USUAL_MINUTES: Final = "30"
FIELDS: Final = set(ReservationForm.model_fields) - {"starts_at"}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/reservations/new", methods=["GET", "HEAD"])
async def new(page: Staff, resident: Key = "", robot: Key = "", date: Key = "", like: Key = "") -> Response:
    """An empty form, or one with what the address gives; `like` is a visit that is to be booked once more."""
    if like:
        found = await seen(page, like)
        typed = _typed(page, found) | {"date": "", "time": ""}
        return await _form(page, typed, "/reservations/new")
    only = [each.id for each in await robots.list_robots(page.parts.database)]
    typed = {
        "resident_id": resident,
        "robot_id": robot or (only[0] if len(only) == 1 else ""),
        "date": date,
        "minutes": USUAL_MINUTES,
    }
    return await _form(page, typed, "/reservations/new")


@router.post("/reservations/new")
async def book(page: Staff, typed: Typed) -> Response:
    """Book it."""
    parts = page.parts
    try:
        check_sent(typed)
        wish = await bookings.wish_of(parts.database, parts.config, ReservationForm.model_validate(_filled(typed)))
        booked = await bookings.book(parts.database, parts.config, parts.secret, wish, page.actor, page.now)
    except REFUSALS as error:
        return await _again(page, typed, error, "/reservations/new")
    return page.go(f"/reservations/{booked.reservation.id}", "visit_booked")


@router.api_route("/reservations/{visit}/edit", methods=["GET", "HEAD"])
async def change(visit: Id, page: Staff) -> Response:
    """The form with all of a visit."""
    found = await seen(page, visit)
    return await _form(page, _typed(page, found), f"/reservations/{visit}/edit", found)


@router.post("/reservations/{visit}/edit")
async def edit(visit: Id, page: Staff, typed: Typed) -> Response:
    """Make it so."""
    parts = page.parts
    found = await bookings.get(parts.database, visit, page.now)
    try:
        check_sent(typed)
        wish = await bookings.wish_of(parts.database, parts.config, ReservationForm.model_validate(_filled(typed)))
        await bookings.edit(parts.database, parts.config, parts.secret, visit, wish, page.actor, page.now)
    except REFUSALS as error:
        return await _again(page, typed, error, f"/reservations/{visit}/edit", found)
    return page.go(f"/reservations/{visit}", "visit_changed")


@router.api_route("/reservations/{visit}/move", methods=["GET", "HEAD"])
async def ask_when(visit: Id, page: Staff) -> Response:
    """Only the time."""
    found = await seen(page, visit)
    return page.show("portal/reservation_move.html", visit=found, typed=_typed(page, found), mistakes={}, choices=())


@router.post("/reservations/{visit}/move")
async def move(visit: Id, page: Staff, typed: Typed) -> Response:
    """Move it; it stays as long as it was."""
    parts = page.parts
    found = await bookings.get(parts.database, visit, page.now)
    try:
        check_sent(typed)
        fold = {"0": 0, "1": 1}.get(typed.get("fold", ""))
        starts_at = times.wall_time(_start(typed), parts.config.zone, fold)
        await bookings.move(parts.database, parts.config, parts.secret, visit, starts_at, page.actor, page.now)
    except REFUSALS as error:
        return page.refuse(
            "portal/reservation_move.html", typed, error, _names(typed), visit=found, choices=_choices(error)
        )
    return page.go(f"/reservations/{visit}", "visit_changed")


def _filled(typed: dict[str, str]) -> dict[str, str]:
    """The form as the bookings take it: without empty fields, and with one time of a date and a time of day."""
    known = {name: value for name, value in typed.items() if name in FIELDS and value.strip()}
    start = _start(typed)
    return known | ({"starts_at": start} if start else {})


def _names(typed: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Where the form shows what the layers below say of their fields."""
    missing = tuple(name for name in ("date", "time") if not typed.get(name, "").strip())
    return {"starts_at": missing or ("date",), "ends_at": ("minutes",)}


def _start(typed: dict[str, str]) -> str:
    date, time = typed.get("date", "").strip(), typed.get("time", "").strip()
    return f"{date}T{time}" if date and time else ""


def _typed(page: StaffPage, found: Listed) -> dict[str, str]:
    """A visit as the form has it."""
    visit = found.reservation
    start = visit.starts_at.astimezone(page.parts.config.zone)
    return {
        "resident_id": visit.resident_id or "",
        "robot_id": visit.robot_id,
        "title": visit.title,
        "description": visit.description,
        "date": f"{start:%Y-%m-%d}",
        "time": f"{start:%H:%M}",
        "fold": str(start.fold),
        "minutes": f"{(visit.ends_at - visit.starts_at).total_seconds() / 60:g}",
        "emails": "; ".join(found.emails),
        "language": found.links[0].language if found.links else "",
        "waiting_room": "true" if visit.waiting_room else "",
        "recording": "true" if visit.recording else "",
    }


def _choices(error: Exception) -> tuple[datetime, ...]:
    """The two instants of a time that comes twice."""
    return error.choices if isinstance(error, times.TwiceError) else ()


async def _again(
    page: StaffPage, typed: dict[str, str], error: Exception, action: str, found: Listed | None = None
) -> Response:
    values = await _values(page, action, found)
    return page.refuse("portal/reservation_form.html", typed, error, _names(typed), choices=_choices(error), **values)


async def _form(page: StaffPage, typed: dict[str, str], action: str, found: Listed | None = None) -> Response:
    values = await _values(page, action, found)
    return page.show("portal/reservation_form.html", HTTPStatus.OK, typed=typed, mistakes={}, choices=(), **values)


async def _values(page: StaffPage, action: str, found: Listed | None) -> dict[str, object]:
    """What the form offers: all residents, and the robots that may be booked."""
    listed = await robots.list_robots(page.parts.database)
    await page.saw("resident")
    return {
        "action": action,
        "visit": found,
        "residents": await residents.list_residents(page.parts.database),
        "recording": page.parts.config.rooms.recording,
        "robots": [robot for robot in listed if robot.revoked_at is None],
    }
