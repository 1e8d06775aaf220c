"""How a robot is, in plain words. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from server.alerts import SILENT_AFTER
from server.languages import mark
from server.models import Robot
from server.readiness import problems
from server.robots import status_of
from wire.rest import DeviceState, RobotState


class Condition(StrEnum):
    """What staff must know of a robot first."""

    NEW = "new"
    REVOKED = "revoked"
    SILENT = "silent"
    TROUBLE = "trouble"
    BUSY = "busy"
    READY = "ready"


WORDS: Final = {
    Condition.NEW: mark("not enrolled yet"),
    Condition.REVOKED: mark("shut out"),
    Condition.SILENT: mark("not reachable"),
    Condition.TROUBLE: mark("needs a look"),
    Condition.BUSY: mark("in a visit"),
    Condition.READY: mark("ready"),
}
STYLES: Final = {
    Condition.SILENT: "lost",
    Condition.TROUBLE: "lost",
    Condition.BUSY: "running",
    Condition.READY: "ready",
}


def condition(robot: Robot, now: datetime) -> Condition:
    """The first of these that holds."""
    if robot.revoked_at is not None:
        return Condition.REVOKED
    if robot.token_hash is None or robot.last_seen_at is None:
        return Condition.NEW
    if now - robot.last_seen_at > SILENT_AFTER:
        return Condition.SILENT
    status = status_of(robot)
    if status is not None and (
        status.last_error or problems(status) or any(each.state is DeviceState.LOST for each in status.devices)
    ):
        return Condition.TROUBLE
    return Condition.READY if status is None or status.state is RobotState.IDLE else Condition.BUSY
