"""What the running robot says of itself: `status.json`, read by `robotclient status`; nobody's name is in it."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from robotclient.media.audio.messages import Levels
from robotclient.store import write_atomically
from wire.rest import DeviceStatus, MediaSample, Readiness, RobotState

FILE_NAME = "status.json"


class CallRecord(BaseModel):
    """One attendance, with what happened when (server time)."""

    model_config = ConfigDict(frozen=True)

    reservation: str
    seen_at: datetime | None = None
    """The first poll that listed it."""
    joined_at: datetime | None = None
    first_picture_at: datetime | None = None
    """Somebody's picture was drawn on the screen."""
    opened_at: datetime | None = None
    """Camera and microphone were opened for somebody."""
    left_at: datetime | None = None
    leave_reason: str | None = None


class Status(BaseModel):
    """The robot now."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    version: str
    state: RobotState
    server_reachable: bool
    last_error: str = ""
    next_start: datetime | None = None
    devices: tuple[DeviceStatus, ...] = ()
    levels: Levels = Levels(microphone=None, speaker=None)
    child_starts: dict[str, int] = {}
    readiness: Readiness | None = None
    call: CallRecord | None = None
    """The running call, or the last one."""
    samples: tuple[MediaSample, ...] = ()
    """The running call's media over the last interval."""


def write(directory: Path, status: Status) -> None:
    """Replace the file. Raises `OSError`."""
    write_atomically(directory / FILE_NAME, status.model_dump_json())


def read(directory: Path) -> Status | None:
    """The last status of the robot; None where it has never run or the file is of another release."""
    try:
        return Status.model_validate_json((directory / FILE_NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None
