"""Robots: the board and the volume for all staff; adding, renaming and shutting out for supervisors."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from server import bookings, robots
from server.booking import State
from server.languages import mark
from server.models import Robot
from server.pages.board import STYLES, WORDS, condition
from server.pages.kept import check_sent
from server.pages.mistakes import REFUSALS
from server.pages.page import Staff, StaffPage, Supervisor, Typed
from server.pages.route import PageRoute
from server.readiness import PROBLEMS, REMEDIES, problems
from server.tls import enrol_command
from wire.base import Id
from wire.rest import DeviceKind, DeviceState

AHEAD = (State.PLANNED, State.INFORMED, State.RUNNING)
DEVICES = {
    DeviceKind.CAMERA: mark("Camera"),
    DeviceKind.MICROPHONE: mark("Microphone"),
    DeviceKind.SPEAKER: mark("Speaker"),
    DeviceKind.SCREEN: mark("Screen"),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/robots", methods=["GET", "HEAD"])
async def board(page: Staff) -> Response:
    """How each robot is, and its next visit."""
    await page.saw("reservation")
    listed = [await _described(page, robot) for robot in await robots.list_robots(page.parts.database)]
    return page.show("portal/robots.html", robots=listed, words=WORDS, styles=STYLES, devices=DEVICES)


async def _described(page: StaffPage, robot: Robot) -> dict[str, object]:
    soonest = bookings.Filter(robot_id=robot.id, since=page.now, states=AHEAD, limit=1)
    status = robots.status_of(robot)
    return {
        "robot": robot,
        "condition": condition(robot, page.now),
        "status": status,
        "problems": [(PROBLEMS[each.check], REMEDIES[each.check], each.detail) for each in problems(status)],
        "lost": [each for each in status.devices if each.state is DeviceState.LOST] if status else [],
        "next": next(iter(await bookings.list_reservations(page.parts.database, soonest, page.now)), None),
    }


@router.api_route("/robots/new", methods=["GET", "HEAD"])
async def new(page: Supervisor) -> Response:
    """An empty form."""
    return page.show("portal/robot_form.html", typed={}, mistakes={}, robot=None)


@router.post("/robots/new")
async def add(page: Supervisor, typed: Typed) -> Response:
    """Add one, and show its enrolment code this once."""
    parts = page.parts
    name = typed.get("name", "").strip()
    try:
        check_sent(typed)
        code = await robots.add(parts.database, name, page.actor, page.now, _valid(page))
    except REFUSALS as error:
        return page.refuse("portal/robot_form.html", typed, error, {"form": ("name",)}, robot=None)
    return _show_code(page, name, code)


@router.api_route("/robots/{robot}/rename", methods=["GET", "HEAD"])
async def change(robot: Id, page: Supervisor) -> Response:
    """The form with the robot's name."""
    found = await robots.get(page.parts.database, robot)
    return page.show("portal/robot_form.html", typed={"name": found.name}, mistakes={}, robot=found)


@router.post("/robots/{robot}/rename")
async def rename(robot: Id, page: Supervisor, typed: Typed) -> Response:
    """Rename it; visits and the robot itself stay as they are."""
    found = await robots.get(page.parts.database, robot)
    try:
        check_sent(typed)
        await robots.rename(page.parts.database, robot, typed.get("name", "").strip(), page.actor, page.now)
    except REFUSALS as error:
        return page.refuse("portal/robot_form.html", typed, error, {"form": ("name",)}, robot=found)
    return page.go("/robots", "robot_renamed")


@router.api_route("/robots/{robot}/volume", methods=["GET", "HEAD"])
async def volume(robot: Id, page: Staff) -> Response:
    """The form with the robot's volume."""
    found = await robots.get(page.parts.database, robot)
    typed = {} if found.volume is None else {"volume": str(found.volume)}
    return page.show("portal/robot_volume.html", typed=typed, mistakes={}, robot=found)


@router.post("/robots/{robot}/volume")
async def set_volume(robot: Id, page: Staff, typed: Typed) -> Response:
    """Make it louder or quieter, in a visit too; nothing: as its own configuration says."""
    found = await robots.get(page.parts.database, robot)
    try:
        await robots.set_volume(
            page.parts.database, robot, typed.get("volume", "").strip() or None, page.actor, page.now
        )
    except REFUSALS as error:
        return page.refuse("portal/robot_volume.html", typed, error, {"form": ("volume",)}, robot=found)
    return page.go("/robots", "robot_volume")


@router.api_route("/robots/{robot}/code", methods=["GET", "HEAD"])
@router.api_route("/robots/{robot}/revoke", methods=["GET", "HEAD"])
async def ask(robot: Id, page: Supervisor) -> Response:
    """Ask first, and say what follows."""
    found = await robots.get(page.parts.database, robot)
    action = page.path.rpartition("/")[2]
    return page.show(f"portal/robot_ask_{action}.html", robot=found)


@router.post("/robots/{robot}/code")
async def renew_code(robot: Id, page: Supervisor) -> Response:
    """Show a new enrolment code, this once."""
    parts = page.parts
    found = await robots.get(parts.database, robot)
    code = await robots.renew_code(parts.database, robot, page.actor, page.now, _valid(page))
    return _show_code(page, found.name, code)


@router.post("/robots/{robot}/revoke")
async def revoke(robot: Id, page: Supervisor) -> Response:
    """Shut it out."""
    await robots.revoke(page.parts.database, robot, page.actor, page.now)
    return page.go("/robots", "robot_revoked")


def _valid(page: StaffPage) -> timedelta:
    return timedelta(hours=page.parts.config.robots.enrolment_hours)


def _show_code(page: StaffPage, name: str, code: str) -> Response:
    config = page.parts.config
    command, hours = enrol_command(config, code), config.robots.enrolment_hours
    return page.show("portal/robot_code.html", name=name, code=code, command=command, hours=hours)
