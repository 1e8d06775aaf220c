"""What robots ask and report, and whether the server works."""

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from pydantic import TypeAdapter
from sqlalchemy import text

from server import bookings, robots, times
from server.access import CurrentRobot, Shared, may_enrol
from server.models import Resident
from server.problems import documented
from wire import rest

ITEMS = TypeAdapter(tuple[rest.Reservation, ...])

router = APIRouter()
health = APIRouter()


@health.get("/healthz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE))
async def healthy(parts: Shared) -> dict[str, str]:
    """Say whether the server can do its work: whether its database answers."""
    async with parts.database.read() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ok"}


@router.post(
    "/robot/enrolment",
    dependencies=[Depends(may_enrol)],
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
)
async def enrol(request: rest.EnrolmentRequest, response: Response, parts: Shared) -> rest.EnrolmentResponse:
    """Trade a one-time code for the robot's own token, which is shown this once."""
    robot, token = await robots.enrol(parts.database, request.code, parts.clock())
    response.headers["Cache-Control"] = "no-store"
    return rest.EnrolmentResponse(robot_id=robot.id, name=robot.name, token=token)


@router.get(
    "/robot/reservations",
    response_model=rest.ReservationList,
    responses={304: {"description": "Nothing has changed"}, **documented(HTTPStatus.UNAUTHORIZED)},
)
async def reservations(
    robot: CurrentRobot, parts: Shared, if_none_match: Annotated[str, Header(max_length=200)] = ""
) -> Response:
    """List the robot's visits that can still happen. `X-Server-Now` tells the server's clock, with 304 too."""
    now = parts.clock()
    items = tuple(_item(found) for found in await bookings.upcoming(parts.database, robot.id, now))
    content = ITEMS.dump_json(items) + f"{robot.volume}".encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "X-Server-Now": times.rfc3339(now), "Cache-Control": "private, no-cache"}
    if etag in (tag.strip().removeprefix("W/") for tag in if_none_match.split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    answer = rest.ReservationList(now=now, items=items, volume=robot.volume)
    return Response(answer.model_dump_json(), headers=headers, media_type="application/json")


def _item(found: bookings.Upcoming) -> rest.Reservation:
    reservation = found.reservation
    return rest.Reservation(
        id=reservation.id,
        room=reservation.room,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        title=reservation.title,
        policy=_policy(found.resident),
        occupied=found.occupied,
        callers=_callers(found),
        language=found.resident and found.resident.language.value,
    )


def _policy(resident: Resident | None) -> rest.Policy:
    if resident is None:
        return rest.Policy()
    return rest.Policy(consent=resident.consent, quiet_from=resident.quiet_from, quiet_until=resident.quiet_until)


def _callers(found: bookings.Upcoming) -> tuple[rest.Caller, ...]:
    """Those whose names are on links; else, of a resident's visit, the relative whom staff know."""
    relative = found.resident and rest.Caller(name=found.resident.relative_name, relation=found.resident.relation)
    known = {relative.name: relative} if relative else {}
    named = tuple(known.get(name, rest.Caller(name=name)) for name in found.guests)
    return named or tuple(known.values())


@router.get("/robot/ice_servers", responses=documented(HTTPStatus.UNAUTHORIZED))
async def ice_servers(robot: CurrentRobot, parts: Shared, response: Response) -> rest.IceServerList:
    """Give the robot what it may try before a visit."""
    response.headers["Cache-Control"] = "no-store"
    return rest.IceServerList(items=parts.ice.of(robot.id, parts.clock()))


@router.put("/robot/status", status_code=HTTPStatus.NO_CONTENT, responses=documented(HTTPStatus.UNAUTHORIZED))
async def put_status(status: rest.RobotStatus, robot: CurrentRobot, parts: Shared) -> None:
    """Tell staff what the robot does."""
    await robots.set_status(parts.database, parts.config, robot.id, status, parts.clock())
