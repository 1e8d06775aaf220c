"""Robots: added by the operator, enrolled with a one-time code, known by their token from then on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import alerts, audit, readiness, tokens
from server.config import ServerConfig
from server.database import Database
from server.errors import TakenError, UnknownError
from server.models import Robot
from wire.base import Name
from wire.rest import RobotStatus, Volume

NAME = TypeAdapter[str](Name)
VOLUME = TypeAdapter[int | None](Volume | None)


class EnrolmentError(Exception):
    """The code is wrong, used or expired; which of them is not told."""


async def list_robots(database: Database) -> Sequence[Robot]:
    """All robots by name; those that were revoked come last."""
    order = (Robot.revoked_at.is_not(None), Robot.name)
    async with database.read() as session:
        return (await session.scalars(select(Robot).order_by(*order))).all()


async def get(database: Database, robot_id: str) -> Robot:
    """One robot.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        robot = await session.get(Robot, robot_id)
    if robot is None:
        raise UnknownError("there is no such robot")
    return robot


async def add(database: Database, name: str, actor: str, now: datetime, valid: timedelta) -> str:
    """Add a robot and return its enrolment code.

    Raises `TakenError` where the name is taken and `pydantic.ValidationError` where it is none.
    """
    name = NAME.validate_python(name)
    async with database.write() as session:
        await _check_free(session, name)
        robot = Robot(name=name)
        session.add(robot)
        await session.flush()
        audit.write(session, now, actor, "add", "robot", robot.id)
        return _give_code(robot, now, valid)


async def renew_code(database: Database, name_or_id: str, actor: str, now: datetime, valid: timedelta) -> str:
    """Return a new enrolment code for a robot that lost its token or its code; its old token works until it enrols.

    A robot that was revoked is let in again by it. Raises `UnknownError`.
    """
    query = select(Robot).where(or_(Robot.name == name_or_id, Robot.id == name_or_id)).with_for_update()
    async with database.write() as session:
        robot = (await session.scalars(query)).first()
        if robot is None:
            raise UnknownError(f"there is no robot named {name_or_id!r}")
        robot.revoked_at = None
        audit.write(session, now, actor, "renew_code", "robot", robot.id)
        return _give_code(robot, now, valid)


async def rename(database: Database, robot_id: str, name: str, actor: str, now: datetime) -> Robot:
    """Give a robot another name.

    Raises `UnknownError`, `TakenError` where the name is taken and `pydantic.ValidationError` where it is none.
    """
    name = NAME.validate_python(name)
    async with database.write() as session:
        robot = await _find(session, robot_id)
        if robot.name != name:
            await _check_free(session, name)
            robot.name = name
            audit.write(session, now, actor, "rename", "robot", robot.id)
    return robot


async def set_volume(database: Database, robot_id: str, volume: str | None, actor: str, now: datetime) -> Robot:
    """Let a robot speak that loud, 0 to 100; None: as its own configuration says.

    Raises `UnknownError`, and `pydantic.ValidationError` where it is no volume.
    """
    wanted = VOLUME.validate_python(volume)
    async with database.write() as session:
        robot = await _find(session, robot_id)
        if robot.volume != wanted:
            robot.volume = wanted
            audit.write(session, now, actor, "set_volume", "robot", robot.id)
    return robot


async def revoke(database: Database, robot_id: str, actor: str, now: datetime) -> Robot:
    """Shut a robot out at once: its token and its code are void. Its visits stay booked, for staff to move or cancel.

    Raises `UnknownError`.
    """
    async with database.write() as session:
        robot = await _find(session, robot_id)
        if robot.revoked_at is None:
            robot.revoked_at = now
            robot.token_hash = robot.enrolment_code_hash = robot.enrolment_expires_at = None
            audit.write(session, now, actor, "revoke", "robot", robot.id)
    return robot


async def _find(session: AsyncSession, robot_id: str) -> Robot:
    robot = await session.get(Robot, robot_id, with_for_update=True)
    if robot is None:
        raise UnknownError("there is no such robot")
    return robot


async def _check_free(session: AsyncSession, name: str) -> None:
    if (await session.scalars(select(Robot).where(Robot.name == name))).first() is not None:
        raise TakenError("name", "there is a robot named %(name)s already", name=repr(name))


def _give_code(robot: Robot, now: datetime, valid: timedelta) -> str:
    code = tokens.new_code()
    robot.enrolment_code_hash = tokens.code_digest(code)
    robot.enrolment_expires_at = now + valid
    return code


async def enrol(database: Database, code: str, now: datetime) -> tuple[Robot, str]:
    """Trade a one-time code for a token, which replaces an older one.

    Raises `EnrolmentError`.
    """
    query = select(Robot).where(Robot.enrolment_code_hash == tokens.code_digest(code), Robot.revoked_at.is_(None))
    query = query.with_for_update()
    async with database.write() as session:
        robot = (await session.scalars(query)).first()
        if robot is None or robot.enrolment_expires_at is None or robot.enrolment_expires_at <= now:
            raise EnrolmentError("this enrolment code is wrong, used or expired: ask for a new one")
        token = tokens.robot_token(robot.id)
        robot.token_hash = tokens.digest(token)
        robot.enrolment_code_hash = robot.enrolment_expires_at = None
        robot.last_seen_at = now
        audit.write(session, now, f"robot:{robot.id}", "enrol", "robot", robot.id)
    return robot, token


async def find(database: Database, name: str) -> Robot:
    """The robot of this name.

    Raises `UnknownError`, naming the robots that there are.
    """
    async with database.read() as session:
        names = {robot.name: robot for robot in await session.scalars(select(Robot).order_by(Robot.name))}
    if name not in names:
        known = ", ".join(names) or "none yet: robotserver add-robot NAME"
        raise UnknownError(f"there is no robot named {name!r} (robots: {known})")
    return names[name]


def status_of(robot: Robot) -> RobotStatus | None:
    """What the robot said of itself last."""
    return None if robot.status is None else RobotStatus.model_validate(robot.status)


async def set_status(
    database: Database, config: ServerConfig, robot_id: str, status: RobotStatus, now: datetime
) -> None:
    """Keep what the robot says of itself, and when; where its tests have become worse, staff are written to."""
    async with database.write() as session:
        robot = await session.get_one(Robot, robot_id, with_for_update=True)
        before = status_of(robot)
        if status.readiness is None and before is not None:  # it has just started, and not looked yet
            status = status.model_copy(update={"readiness": before.readiness})
        robot.status = status.model_dump(mode="json")
        robot.last_seen_at = now
        if readiness.worse(before, status):
            await alerts.enqueue(session, config, robot, readiness.problems(status), now)
