"""The hands that carry out what the machine decides: enter and leave rooms, announce, open and close."""

import asyncio
import logging
from collections.abc import Callable

from robotclient import call
from robotclient.announcements import phrases
from robotclient.announcements.announcer import Announcer
from robotclient.attendance import Attendance
from robotclient.body import Body
from robotclient.clock import ServerClock
from robotclient.presenter import Presenter
from robotclient.reporter import Facts
from robotclient.tasks import Tasks
from wire.rest import Reservation

log = logging.getLogger(__name__)

LEAVE_DEADLINE = 8.0


class Hands:
    """At most one room at a time; `attendance` is where the robot is, or on its way to."""

    def __init__(
        self,
        body: Body,
        facts: Facts,
        clock: ServerClock,
        presenter: Presenter,
        *,
        enter: Callable[[Reservation], Attendance],
        tell: Callable[[call.Event], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        """`enter` sets out for a room; `tell` is told that it was left."""
        self.attendance: Attendance | None = None
        self._body = body
        self._facts = facts
        self._clock = clock
        self._presenter = presenter
        self._enter = enter
        self._tell = tell
        self._announcer = Announcer(body.say, body.hush, on_error)
        self._tasks = Tasks(on_error)
        self._recorded = False

    def carry_out(self, before: call.State, after: call.State, commands: tuple[call.Command, ...]) -> None:
        """First of all close what was stopped, and open what is consented to; then the rest."""
        if after.admitted != before.admitted:
            log.info("media was open for %d and is open for %d", len(before.admitted), len(after.admitted))
            self._body.admit(after.admitted)
        if after.admitted:
            self._facts.opened(self._clock.now())
        for command in commands:
            self._obey(command)
        if self.attendance is not None:
            self.attendance.hold(call.held(after))

    def heed_recording(self, state: call.State) -> None:
        """Say it aloud, once, when somebody begins to record what the robot sends; in quiet hours the sign is all."""
        if state.announcement is not None:
            return  # who comes is told first
        before = self._recorded
        self._recorded = bool(state.admitted) and self.attendance is not None and self.attendance.recorded
        if self._recorded and not before and state.reservation and not self._presenter.quiet(state.reservation):
            language = self._presenter.language(state.reservation)
            self._announcer.announce(phrases.recorded(language), language)

    async def close(self) -> None:
        """Fall silent; a room that is being left is left by its deadlines."""
        await self._announcer.close()
        await self._tasks.cancel()

    def _obey(self, command: call.Command) -> None:
        match command:
            case call.Join(reservation):
                self._facts.begin(reservation.id)
                self.attendance = self._enter(reservation)
            case call.Leave(reservation, reason):
                log.info("leaving reservation %s: %s", reservation.id, reason)
                self._facts.end(self._clock.now(), reason)
                self._tasks.spawn(self._leave(reason), "leave")
            case call.Announce():
                self._announce(command)
            case call.Hush():
                self._announcer.hush()

    def _announce(self, command: call.Announce) -> None:
        quiet = command.announcement.quiet
        log.info("announcing %s", "silently" if quiet else "with a chime")
        if not quiet:
            language = self._presenter.language(command.reservation)
            self._announcer.announce(self._presenter.sentence(command, self.attendance), language)

    async def _leave(self, reason: call.LeaveReason) -> None:
        attendance, self.attendance = self.attendance, None
        if attendance is not None:
            try:
                async with asyncio.timeout(LEAVE_DEADLINE):
                    await attendance.leave(reason)
            except TimeoutError:
                log.error("leaving took longer than %.0f s and is abandoned", LEAVE_DEADLINE)
        self._tell(call.Left())
