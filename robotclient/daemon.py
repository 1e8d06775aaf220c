"""The daemon: one mailbox, one state machine, and the hands that carry out its commands.

Adapters post what they see into the mailbox; `call.step` decides; this module obeys. It alone knows all adapters.
"""

import logging
import ssl
import time
from functools import partial
from operator import attrgetter
from pathlib import Path

from robotclient import call, schedule
from robotclient.attendance import Attendance, RoomNews
from robotclient.body import Body, Occurrences
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.configfile import ConfigError
from robotclient.configwatch import ConfigBroken, ConfigChanged, ConfigMended, ConfigNews
from robotclient.hands import Hands
from robotclient.health import Health, Pulse
from robotclient.logs import CallFields
from robotclient.mailbox import Mailbox
from robotclient.media.controls.handle import Controls
from robotclient.portal import PollFailed, Portal, ScheduleFetched
from robotclient.presenter import Presenter
from robotclient.readiness.lookout import Lookout, Situation
from robotclient.reconfiguration import Reconfiguration
from robotclient.reporter import Facts, Reporter
from robotclient.rules import rules_of
from robotclient.store import Identity, ScheduleCache, Store
from robotclient.tasks import Tasks
from wire.rest import DeviceStatus, Reservation

log = logging.getLogger(__name__)

LONGEST_NAP = 1.0
POLL_IN_VISIT = 5.0
LOOP_LIMIT = 10.0
CHILD_LIMIT = 30.0
"""A child's own supervisor acts much earlier; this catches a supervisor that does not."""
SOUND_LIMIT = 30.0
"""In a visit sound goes out every 20 ms, silence too; a fresh child may take a while on a slow machine."""

Post = call.Event | RoomNews | ScheduleFetched | PollFailed | DeviceStatus | ConfigNews


class Daemon:
    """One robot's life from start to SIGTERM."""

    def __init__(
        self,
        config: RobotConfig,
        identity: Identity,
        store: Store,
        fields: CallFields,
        tls: ssl.SSLContext | None,
        *,
        chosen: Path | None = None,
        problem: ConfigError | None = None,
    ) -> None:
        """`chosen` is the file to watch, `problem` what is wrong with it where `config` is the last good one."""
        self._config = config
        self._identity = identity
        self._store = store
        self._fields = fields
        self._tls = tls
        self._rules = rules_of(config)
        self._cached = store.schedule()
        remembered = self._cached or ScheduleCache()
        self._clock = ServerClock(earliest=remembered.known_at)
        self._state = call.State(attended=remembered.attended, barred=remembered.barred, former=remembered.continuity)
        self._mailbox = Mailbox[Post](self._take_failure)
        self.post = self._mailbox.put
        self._last_turn = time.monotonic()
        self._failure: BaseException | None = None
        self._tasks = Tasks(self._take_failure)
        self._body = Body(config, Occurrences(device_changed=self.post, picture_drawn=self._picture_drawn))
        self._facts = Facts()
        self._reconfiguration = Reconfiguration(chosen, config, problem, self._body, self._facts, self.post)
        self._controls = Controls(config.controls, self._press, self.post)
        self._presenter = Presenter(config, self._rules, self._clock, self._facts)
        self._hands = Hands(
            self._body,
            self._facts,
            self._clock,
            self._presenter,
            enter=self._enter,
            tell=self.post,
            on_error=self._take_failure,
        )
        self._health = Health(
            (
                Pulse("daemon", lambda: self._last_turn, LOOP_LIMIT),
                Pulse("sound", self._body.last_sound, SOUND_LIMIT),
                *(
                    Pulse(each.name, partial(attrgetter("last_beat"), each), CHILD_LIMIT)
                    for each in self._body.children
                ),
            )
        )

    def stop(self) -> None:
        """Leave the room if there is one, then end."""
        self.post(call.StopRequested())

    def reload(self) -> None:
        """Read the configuration again, now."""
        self._reconfiguration.reload()

    async def run(self) -> None:
        """Live until stopped. Raises what broke, so that the process exits and systemd starts it afresh."""
        async with Portal(self._config.server.url, self._identity.token, self._clock, self._tls) as portal:
            reporter = Reporter(self._config, portal, self._clock, self._body, self._facts)
            lookout = Lookout(
                self._reconfiguration, self._store, portal, self._clock, self._tls, self._facts, self.post
            )
            for work, name in (
                (self._body.run(), "body"),
                (self._controls.run(), "controls"),
                (self._reconfiguration.run(), "configuration"),
                (portal.poll(self._poll_interval, self.post), "poll"),
                (reporter.run(self._call_in_room), "reporter"),
                (lookout.run(self._situation), "lookout"),
                (self._health.run(), "health"),
            ):
                self._tasks.spawn(work, name)
            if self._cached is not None:
                self._health.ready()
            try:
                await self._turn_until_stopped()
            finally:
                self._health.stopping()
                await self._hands.close()
                await self._tasks.cancel()
                await reporter.say_goodbye()
        if self._failure is not None:
            raise self._failure

    async def _turn_until_stopped(self) -> None:
        while self._failure is None:
            self._trust_clock()
            event = await self._next_event()
            self._last_turn = time.monotonic()
            if (known := await self._take(event)) is not None:
                await self._step(known)
            self._show()
            if self._state.phase is call.Phase.IDLE and (self._state.stopped or self._reconfiguration.restart_wanted):
                return

    def _trust_clock(self) -> None:
        """Plan by the schedule on the disk, once it is known what time it is."""
        self._facts.clock_trusted = self._clock.trusted
        if self._cached is None or not self._clock.trusted:
            return
        cached, self._cached = self._cached, None
        for each in schedule.missed(cached.reservations, self._clock.now(), cached.attended):
            log.warning("reservation %s was missed: this robot was off", each.id)
        if not self._state.schedule:
            self.post(call.ScheduleKnown(cached.reservations))

    async def _next_event(self) -> Post:
        now = self._clock.now()
        wake = call.wake_at(self._state, now, self._rules)
        nap = LONGEST_NAP if wake is None else min(LONGEST_NAP, max(0.0, (wake - now).total_seconds()))
        return await self._mailbox.next(nap) or call.Tick()

    async def _take(self, event: Post) -> call.Event | None:
        """Translate a post into what the machine knows; None where it concerns the machine not."""
        match event:
            case ScheduleFetched(fetched):
                self._facts.reach_server(self._clock.now(), fetched.items)
                self._body.set_volume(fetched.volume)
                return call.ScheduleKnown(fetched.items)
            case PollFailed(reason):
                self._facts.miss_server(reason)
            case DeviceStatus(kind=kind, state=state, detail=detail):
                log.info("%s %s %s", kind, state, detail, extra={"DEVICE": kind.value})
                self._facts.devices[kind] = event
            case ConfigChanged() | ConfigBroken() | ConfigMended():
                self._reconfiguration.take(event)
            case RoomNews(attendance, news):
                return await attendance.take(news) if attendance is self._hands.attendance else None
            case _:
                return event
        return None

    async def _step(self, event: call.Event) -> None:
        before = self._state
        self._state, commands = call.step(before, event, self._clock.now(), self._rules)
        self._hands.carry_out(before, self._state, commands)
        self._note_phase(before)
        self._remember(before)
        if isinstance(event, call.ScheduleKnown):
            self._health.ready()

    def _remember(self, before: call.State) -> None:
        """Keep on the disk what must outlive this process."""
        if (cache := ScheduleCache.of(self._state)) != ScheduleCache.of(before):
            self._store.save_schedule(cache.model_copy(update={"known_at": self._clock.now()}))

    def _enter(self, reservation: Reservation) -> Attendance:
        return Attendance(
            reservation,
            self._body,
            server_url=self._config.server.url,
            token=self._identity.token,
            tls=self._tls,
            tell=self.post,
            on_error=self._take_failure,
        )

    def _note_phase(self, before: call.State) -> None:
        if before.phase is self._state.phase:
            return
        reservation = self._state.reservation.id if self._state.reservation else ""
        self._fields.note(self._state.reservation, self._state.phase.name)
        log.info("%s -> %s", before.phase.name, self._state.phase.name)
        if before.phase is call.Phase.JOINING and self._state.phase is not call.Phase.LEAVING:
            self._facts.joined(self._clock.now())
        self._facts.phase = self._state.phase
        self._facts.reservation = reservation or None

    def _show(self) -> None:
        """Keep the screen and systemd's status at what is true; both drop what has not changed."""
        coming = schedule.upcoming(self._state.schedule, self._clock.now())
        self._facts.next_start = coming.starts_at if coming else None
        self._health.say(self._facts.sentence("en"))
        self._body.show(self._presenter.view(self._state, self._hands.attendance))
        self._hands.heed_recording(self._state)

    def _situation(self) -> Situation:
        now = self._clock.now()
        coming = schedule.upcoming(self._state.schedule, now, self._state.barred)
        return Situation(
            next_start=coming.starts_at if coming else None,
            idle=self._state.phase is call.Phase.IDLE,
            quiet=coming is not None and call.quiet_hours(coming.policy, now, self._rules.zone),
        )

    def _press(self, staff: bool) -> None:
        self.post(call.ButtonPressed(staff))

    def _call_in_room(self) -> Attendance | None:
        return self._hands.attendance

    def _picture_drawn(self, participant: str) -> None:
        del participant  # which one it was does not matter, only that somebody is seen
        self._facts.first_picture(self._clock.now())

    def _poll_interval(self) -> float:
        now = self._clock.now()
        in_visit = any(each.starts_at <= now < each.ends_at for each in self._state.schedule)
        return min(self._config.server.poll_seconds, POLL_IN_VISIT) if in_visit else self._config.server.poll_seconds

    def _take_failure(self, error: BaseException) -> None:
        log.critical("the daemon cannot go on", exc_info=error)
        self._failure = self._failure or error
