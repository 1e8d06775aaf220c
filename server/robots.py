"""Robots: added by the operator, enrolled with a one-time code, known by their token from then on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import func, select

from server import tokens
from server.database import Database
from server.errors import TakenError, UnknownError
from server.models import Reservation, Robot, Statistics
from wire.base import Name
from wire.rest import MediaSample, RobotStatus


class EnrolmentError(Exception):
    """The code is wrong, used or expired; which of them is not told."""


class FullError(Exception):
    """A call has as many statistics as it may have."""


async def add(database: Database, name: str, now: datetime, valid: timedelta) -> str:
    """Add a robot and return its enrolment code.

    Raises `TakenError` where the name is taken and `pydantic.ValidationError` where it is none.
    """
    name = TypeAdapter(Name).validate_python(name)
    async with database.write() as session:
        if (await session.scalars(select(Robot).where(Robot.name == name))).first() is not None:
            raise TakenError(f"there is a robot named {name!r} already")
        robot = Robot(name=name)
        session.add(robot)
        return _give_code(robot, now, valid)


async def renew_code(database: Database, name: str, now: datetime, valid: timedelta) -> str:
    """Return a new enrolment code for a robot that lost its token or its code; its old token works until it enrols.

    Raises `UnknownError`.
    """
    async with database.write() as session:
        robot = (await session.scalars(select(Robot).where(Robot.name == name))).first()
        if robot is None:
            raise UnknownError(f"there is no robot named {name!r}")
        return _give_code(robot, now, valid)


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
    async with database.write() as session:
        robot = (await session.scalars(query)).first()
        if robot is None or robot.enrolment_expires_at is None or robot.enrolment_expires_at <= now:
            raise EnrolmentError("this enrolment code is wrong, used or expired: ask for a new one")
        token = tokens.robot_token(robot.id)
        robot.token_hash = tokens.digest(token)
        robot.enrolment_code_hash = robot.enrolment_expires_at = None
        robot.last_seen_at = now
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


async def set_status(database: Database, robot_id: str, status: RobotStatus, now: datetime) -> None:
    """Keep what the robot says of itself, and when."""
    async with database.write() as session:
        robot = await session.get_one(Robot, robot_id)
        robot.status = status.model_dump(mode="json")
        robot.last_seen_at = now


async def add_statistics(
    database: Database, robot_id: str, reservation_id: str, samples: Sequence[MediaSample], most: int
) -> None:
    """Keep samples of one of the robot's calls, `most` of them over the whole call.

    Raises `UnknownError` or `FullError`.
    """
    async with database.write() as session:
        reservation = await session.get(Reservation, reservation_id)
        if reservation is None or reservation.robot_id != robot_id:
            raise UnknownError("this robot has no such reservation")
        count = select(func.count()).where(Statistics.reservation_id == reservation_id)
        if (await session.scalars(count)).one() + len(samples) > most:
            raise FullError(f"this call has its {most} samples (limits.statistics_per_reservation)")
        session.add_all(
            Statistics(reservation_id=reservation_id, at=sample.at, sample=sample.model_dump(mode="json"))
            for sample in samples
        )
