"""Robots, for supervisors; staff see them, to book them."""

from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from server import robots
from server.access import CurrentSupervisor, CurrentUser, Parts, Shared
from server.api.common import CONFLICT, FOR_STAFF, NOT_FOUND, PRIVATE, View
from server.models import Robot
from wire.base import Id, Name
from wire.rest import RobotStatus

router = APIRouter(prefix="/robots", tags=["robots"], dependencies=[PRIVATE], responses=FOR_STAFF)


class RobotForm(BaseModel):
    """A robot's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name


class RobotView(View):
    """A robot; `status` is what it said of itself when it was last seen."""

    id: str
    name: str
    enrolment_expires_at: datetime | None
    revoked_at: datetime | None
    last_seen_at: datetime | None
    status: RobotStatus | None


class CodeView(View):
    """An enrolment code, shown this once."""

    name: str
    code: str
    hours: float


@router.get("", response_model=tuple[RobotView, ...])
async def list_robots(_user: CurrentUser, parts: Shared) -> object:
    """List the robots by name; those that were revoked come last."""
    return await robots.list_robots(parts.database)


@router.post("", status_code=HTTPStatus.CREATED, responses=CONFLICT)
async def add_robot(form: RobotForm, user: CurrentSupervisor, parts: Shared) -> CodeView:
    """Add a robot; 409 where the name is taken."""
    code = await robots.add(parts.database, form.name, user.id, parts.clock(), _valid(parts))
    return CodeView(name=form.name, code=code, hours=parts.config.robots.enrolment_hours)


@router.put("/{robot}", response_model=RobotView, responses=NOT_FOUND | CONFLICT)
async def rename_robot(robot: Id, form: RobotForm, user: CurrentSupervisor, parts: Shared) -> Robot:
    """Give a robot another name; 409 where it is taken."""
    return await robots.rename(parts.database, robot, form.name, user.id, parts.clock())


@router.post("/{robot}/code", status_code=HTTPStatus.CREATED, responses=NOT_FOUND)
async def renew_code(robot: Id, user: CurrentSupervisor, parts: Shared) -> CodeView:
    """Give a robot a new enrolment code; one that was revoked is let in again by it."""
    found = await robots.get(parts.database, robot)
    code = await robots.renew_code(parts.database, robot, user.id, parts.clock(), _valid(parts))
    return CodeView(name=found.name, code=code, hours=parts.config.robots.enrolment_hours)


@router.delete("/{robot}", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND)
async def revoke_robot(robot: Id, user: CurrentSupervisor, parts: Shared) -> None:
    """Shut a robot out at once; its visits stay booked."""
    await robots.revoke(parts.database, robot, user.id, parts.clock())


def _valid(parts: Parts) -> timedelta:
    return timedelta(hours=parts.config.robots.enrolment_hours)
