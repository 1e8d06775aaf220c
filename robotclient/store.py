"""The robot's small files: who it is, and the schedule it last knew. Written atomically; a torn one is not trusted.

They are JSON, and each lies there twice: the copy is written first, so that one of the two is whole whenever the power
goes. Where one is torn or missing the other is read, and makes it whole again before the next power cut can hit that
one too. Where both are, that is reported, and never a reason to stop (fault D6).
"""

import json
import logging
import os
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from robotclient.call import Continuity, State
from wire.base import Id, Name, Timestamp
from wire.rest import Readiness, Reservation

log = logging.getLogger(__name__)

OWNER_ONLY = 0o600


class Identity(BaseModel):
    """What enrolment gave the robot. `token` is a secret."""

    model_config = ConfigDict(frozen=True)

    robot_id: Id
    name: Name
    token: str


class ScheduleCache(BaseModel):
    """The last known schedule, so that a server's outage loses no call (R2), and what else must outlive a restart."""

    model_config = ConfigDict(frozen=True)

    reservations: tuple[Reservation, ...] = ()
    attended: frozenset[str] = frozenset()
    barred: tuple[str, ...] = ()
    """Stopped or declined beside the robot (`call.State`)."""
    continuity: Continuity | None = None
    known_at: Timestamp | None = None
    """When this was written: a clock that shows less is wrong (fault T2)."""

    @classmethod
    def of(cls, state: State) -> Self:
        """What the machine knows and would need again."""
        return cls(
            reservations=state.schedule, attended=state.attended, barred=state.barred, continuity=state.continuity
        )


Stored = TypeVar("Stored", bound=BaseModel)


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace the file by one that is complete and on the disk before it has the name. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


class Store:
    """The state directory."""

    def __init__(self, directory: Path) -> None:
        self._identity = directory / "identity.json"
        self._schedule = directory / "schedule.json"
        self._readiness = directory / "readiness.json"
        self.authority = directory / "ca.pem"
        """The root certificate of the site's own authority, where enrolment was told of one."""

    def identity(self) -> Identity | None:
        """Who the robot is, or None before its enrolment."""
        return _read(self._identity, Identity, OWNER_ONLY)

    def save_identity(self, identity: Identity) -> None:
        """Keep the identity, readable by the owner only. Raises `OSError`."""
        _write_twice(self._identity, identity.model_dump_json(indent=2), OWNER_ONLY)

    def save_authority(self, certificate: str) -> None:
        """Trust this root certificate, in PEM, from now on. Raises `OSError`."""
        write_atomically(self.authority, certificate)

    def readiness(self) -> Readiness | None:
        """The robot's last look at itself, whoever took it."""
        return _read_one(self._readiness, Readiness)

    def readiness_version(self) -> int:
        """Another number whenever somebody has looked; 0 where nobody has."""
        try:
            return self._readiness.stat().st_mtime_ns
        except OSError:
            return 0

    def save_readiness(self, readiness: Readiness) -> None:
        """Keep it. A full disk is logged and must not end a call."""
        try:
            write_atomically(self._readiness, readiness.model_dump_json())
        except OSError as error:
            log.error("cannot save the readiness: %s", error)

    def schedule(self) -> ScheduleCache | None:
        """The last known schedule, or None where none is known."""
        return _read(self._schedule, ScheduleCache)

    def save_schedule(self, cache: ScheduleCache) -> None:
        """Keep the schedule. A full disk is logged and must not end a call."""
        try:
            _write_twice(self._schedule, cache.model_dump_json())
        except OSError as error:
            log.error("cannot save the schedule: %s", error)


def _copy_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.copy{path.suffix}")


def _write_twice(path: Path, text: str, mode: int = 0o644) -> None:
    write_atomically(_copy_of(path), text, mode)
    write_atomically(path, text, mode)


def _read(path: Path, model: type[Stored], mode: int = 0o644) -> Stored | None:
    both = {each: _read_one(each, model) for each in (path, _copy_of(path))}
    found = next((each for each in both.values() if each is not None), None)
    if found is not None:
        for torn in (each for each, read in both.items() if read is None):
            _mend(torn, found, mode)
    return found


def _mend(torn: Path, whole: BaseModel, mode: int) -> None:
    try:
        write_atomically(torn, whole.model_dump_json(indent=2), mode)
    except OSError as error:
        log.error("cannot write %s again: %s", torn, error)
    else:
        log.warning("%s was written again from its copy", torn)


def _read_one(path: Path, model: type[Stored]) -> Stored | None:
    try:
        return model.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        log.error("%s is not usable and is ignored: %s", path, type(error).__name__)
        return None
