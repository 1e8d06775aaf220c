"""Collects what is known of the robot and tells it: to the server, and to `status.json` on the robot itself."""

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import robotclient.status
from robotclient import VERSION, texts
from robotclient.attendance import Attendance
from robotclient.body import Body
from robotclient.call import LeaveReason, Phase
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.media.screen.views import Trouble
from robotclient.portal import Portal, PortalError
from robotclient.statistics import Meter
from robotclient.status import CallRecord, Status
from robotclient.texts import Language
from wire.rest import (
    DeviceKind,
    DeviceState,
    DeviceStatus,
    MediaSample,
    Readiness,
    Reservation,
    RobotState,
    RobotStatus,
    StatisticsReport,
)

log = logging.getLogger(__name__)

INTERVAL = 1.0
REPEAT = 60.0
STATISTICS_INTERVAL = 10.0
LONGEST_ERROR = 500

STATES = {
    Phase.IDLE: RobotState.IDLE,
    Phase.EXPECTING: RobotState.ANNOUNCING,
    Phase.JOINING: RobotState.JOINING,
    Phase.WAITING: RobotState.WAITING,
    Phase.ANNOUNCING: RobotState.ANNOUNCING,
    Phase.TOGETHER: RobotState.IN_CALL,
    Phase.ALONE: RobotState.WAITING,
    Phase.LEAVING: RobotState.LEAVING,
}
SIGNS = {
    DeviceKind.CAMERA: Trouble.CAMERA,
    DeviceKind.MICROPHONE: Trouble.MICROPHONE,
    DeviceKind.SPEAKER: Trouble.SPEAKER,
}
OPEN = {DeviceState.OPENING, DeviceState.WORKING}


@dataclass
class Facts:
    """What the daemon knows and others may be told."""

    phase: Phase = Phase.IDLE
    reservation: str | None = None
    server_reachable: bool = False
    clock_trusted: bool = True
    last_error: str = ""
    config_problem: ConfigError | None = None
    next_start: datetime | None = None
    devices: dict[DeviceKind, DeviceStatus] = field(default_factory=dict)
    call: CallRecord | None = None
    seen: dict[str, datetime] = field(default_factory=dict)
    readiness: Readiness | None = None

    def sentence(self, language: Language) -> str:
        """What the robot does, in plain words."""
        if self.config_problem is not None:
            return texts.config_error(self.config_problem.first_line, language)
        trouble = None if self.server_reachable else Trouble.SERVER if self.clock_trusted else Trouble.CLOCK
        return texts.sentence(self.phase, trouble, language)

    @property
    def error(self) -> str:
        """What staff should know first; empty where all is well."""
        if self.config_problem is None:
            return self.last_error
        return f"configuration error: {self.config_problem}"[:LONGEST_ERROR]

    @property
    def live(self) -> bool:
        """Whether camera or microphone say of themselves that they are open, whatever anybody intended."""
        ears_and_eyes = (self.devices.get(kind) for kind in (DeviceKind.CAMERA, DeviceKind.MICROPHONE))
        return any(each is not None and each.state in OPEN for each in ears_and_eyes)

    def troubles(self) -> tuple[Trouble, ...]:
        """What is to be seen on the screen."""
        away = () if self.server_reachable else (Trouble.SERVER,)
        lost = (SIGNS[kind] for kind in SIGNS if kind in self.devices and self.devices[kind].state is DeviceState.LOST)
        clock = () if self.clock_trusted else (Trouble.CLOCK,)
        return (*away, *lost, *clock, *(() if self.config_problem is None else (Trouble.CONFIGURATION,)))

    def reach_server(self, now: datetime, reservations: tuple[Reservation, ...]) -> None:
        """The server has answered."""
        self.server_reachable, self.last_error = True, ""
        self.seen = {each.id: self.seen.get(each.id, now) for each in reservations}

    def miss_server(self, reason: str) -> None:
        """The server has not answered."""
        if self.server_reachable or not self.last_error:
            log.warning("%s", reason)
        self.server_reachable, self.last_error = False, reason

    def begin(self, reservation: str) -> None:
        """An attendance begins."""
        self.call = CallRecord(reservation=reservation, seen_at=self.seen.get(reservation))

    def joined(self, now: datetime) -> None:
        """The robot is in the room."""
        self._note("joined_at", now)

    def opened(self, now: datetime) -> None:
        """Camera and microphone are open."""
        self._note("opened_at", now)

    def first_picture(self, now: datetime) -> None:
        """A picture of somebody was drawn."""
        self._note("first_picture_at", now)

    def end(self, now: datetime, reason: LeaveReason) -> None:
        """The robot has left."""
        self._note("left_at", now)
        self._note("leave_reason", reason.value)

    def _note(self, key: str, value: datetime | str) -> None:
        if self.call is not None and getattr(self.call, key) is None:
            self.call = self.call.model_copy(update={key: value})


class Reporter:
    """Writes and sends reports: at once when something has changed, else now and then."""

    def __init__(self, config: RobotConfig, portal: Portal, clock: ServerClock, body: Body, facts: Facts) -> None:
        self._config = config
        self._portal = portal
        self._clock = clock
        self._body = body
        self._facts = facts
        self._meter = Meter(body)
        self._samples: tuple[MediaSample, ...] = ()
        self._told: RobotStatus | None = None
        self._told_at = 0.0
        self._counted_at = time.monotonic()

    async def run(self, attendance: Callable[[], Attendance | None]) -> None:
        """Report for ever."""
        while True:
            await self._measure(attendance())
            self._write()
            await self._tell_server()
            await asyncio.sleep(INTERVAL)

    async def say_goodbye(self) -> None:
        """Write the last state."""
        self._write()

    async def _measure(self, attendance: Attendance | None) -> None:
        peers = attendance.peers.connected() if attendance and attendance.peers else {}
        self._samples = await self._meter.measure(peers, self._clock.now())
        elapsed = time.monotonic() - self._counted_at
        if attendance is not None and self._samples and elapsed >= STATISTICS_INTERVAL:
            self._counted_at = time.monotonic()
            report = StatisticsReport(interval=elapsed, samples=self._samples)
            await self._try(self._portal.post_statistics(attendance.reservation.id, report))

    def _write(self) -> None:
        facts = self._facts
        status = Status(
            at=self._clock.now(),
            version=VERSION,
            state=STATES[facts.phase],
            server_reachable=facts.server_reachable,
            last_error=facts.error,
            next_start=facts.next_start,
            devices=tuple(facts.devices.values()),
            levels=self._body.levels,
            child_starts={each.name: each.starts for each in self._body.children},
            readiness=facts.readiness,
            call=facts.call,
            samples=self._samples,
        )
        try:
            robotclient.status.write(self._config.runtime_directory, status)
        except OSError as error:
            log.warning("cannot write the status file: %s", error.strerror)

    async def _tell_server(self) -> None:
        facts = self._facts
        status = RobotStatus(
            state=STATES[facts.phase],
            version=VERSION,
            hostname=socket.gethostname(),
            devices=tuple(facts.devices.values()),
            reservation=facts.reservation,
            last_error=facts.error,
            readiness=facts.readiness,
        )
        if facts.server_reachable and (status != self._told or time.monotonic() - self._told_at > REPEAT):
            self._told, self._told_at = status, time.monotonic()
            await self._try(self._portal.put_status(status))

    async def _try(self, report: Awaitable[None]) -> None:
        try:
            await report
        except PortalError as error:
            log.info("a report was not delivered: %s", error)
            self._told = None
