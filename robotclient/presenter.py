"""What the screen shows and the voice says of the daemon's state."""

import math
from datetime import datetime, timedelta
from typing import cast, get_args

from robotclient import call, schedule, texts
from robotclient.announcements import phrases
from robotclient.attendance import Attendance
from robotclient.callers import announced
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.media.screen.texts import LANGUAGES, callers
from robotclient.media.screen.views import (
    AnnouncementView,
    Ask,
    Caller,
    CallView,
    IdleView,
    NextCall,
    StoppedView,
    View,
)
from robotclient.reporter import Facts
from robotclient.texts import Language
from wire.rest import Caller as Visitor
from wire.rest import Consent, Reservation


class Presenter:
    """Chooses the page and the words; draws and says nothing itself."""

    def __init__(self, config: RobotConfig, rules: call.Rules, clock: ServerClock, facts: Facts) -> None:
        self._language: Language = config.language
        self._notice = timedelta(minutes=config.visit.notice_minutes)
        self._rules = rules
        self._clock = clock
        self._facts = facts

    def view(self, state: call.State, attendance: Attendance | None) -> View:
        """What is to be seen now."""
        now = self._clock.now()
        stopped = _stopped(state, now)
        if stopped is not None:
            return StoppedView(language=self.language(stopped), live=self._facts.live)
        if state.admitted and attendance is not None:
            return CallView(
                tiles=attendance.tiles(state.admitted),
                notice=self._also_calls(state, attendance, now),
                live=self._facts.live,
                messages=attendance.messages(),
                recorded=attendance.recorded,
            )
        if state.announcement is not None and state.reservation is not None:
            return self._announcement(state.announcement, state.reservation, attendance)
        return self._idle(state, now)

    def sentence(self, command: call.Announce, attendance: Attendance | None) -> str:
        """What is said aloud."""
        reservation, about = command.reservation, command.announcement
        language = self.language(reservation)
        seconds = round((about.opens_at - self._clock.now()).total_seconds())
        staff = reservation.policy.consent is Consent.STAFF_PRESENT
        what_next = phrases.countdown(seconds, language) if about.accepted else phrases.request(language, staff=staff)
        who = _visitors(about, reservation, attendance)
        return phrases.sentence(who, what_next, language, ahead=about.participants is None)

    def quiet(self, reservation: Reservation) -> bool:
        """Whether nothing is said aloud now."""
        return call.quiet_hours(reservation.policy, self._clock.now(), self._rules.zone)

    def language(self, reservation: Reservation) -> Language:
        """The resident's, where the robot speaks it."""
        known = reservation.language in get_args(Language)
        return cast(Language, reservation.language) if known else self._language

    def _announcement(
        self, about: call.Announcement, reservation: Reservation, attendance: Attendance | None
    ) -> AnnouncementView:
        staff = reservation.policy.consent is Consent.STAFF_PRESENT
        return AnnouncementView(
            callers=_shown(_visitors(about, reservation, attendance)),
            language=self.language(reservation),
            opens_at=about.opens_at,
            ask=Ask.NOTHING if about.accepted else Ask.STAFF if staff else Ask.BUTTON,
            live=self._facts.live,
            clock_offset_seconds=self._offset(),
        )

    def _also_calls(self, state: call.State, attendance: Attendance, now: datetime) -> str | None:
        """Of one who comes while others are seen already."""
        if state.announcement is None or state.reservation is None:
            return None
        language = self.language(state.reservation)
        who = callers(_shown(_visitors(state.announcement, state.reservation, attendance)), LANGUAGES[language])
        left = math.ceil((state.announcement.opens_at - now).total_seconds())
        return texts.also_calls(who, max(0, left), language)

    def _idle(self, state: call.State, now: datetime) -> IdleView:
        coming = schedule.upcoming(state.schedule, now)
        shown = coming and NextCall(starts_at=coming.starts_at, title=coming.title, callers=_shown(coming.callers))
        return IdleView(
            next_call=shown,
            soon=coming is not None and coming.starts_at - now <= self._notice,
            state=self._facts.sentence(self._language),
            troubles=self._facts.troubles(),
            live=self._facts.live,
            off=coming is not None
            and state.reservation is None
            and call.quiet_hours(coming.policy, now, self._rules.zone),
            clock_offset_seconds=self._offset(),
        )

    def _offset(self) -> float:
        return round(-self._clock.skew().total_seconds())


def _stopped(state: call.State, now: datetime) -> Reservation | None:
    """The visit that would go on if somebody pressed the button."""
    if state.reservation is not None:
        return state.reservation if state.is_barred else None
    running = (each for each in state.schedule if each.starts_at <= now < each.ends_at)
    return next((each for each in running if each.id in state.barred), None)


def _visitors(about: call.Announcement, reservation: Reservation, attendance: Attendance | None) -> tuple[Visitor, ...]:
    return announced(about, reservation, {} if attendance is None else attendance.roster)


def _shown(visitors: tuple[Visitor, ...]) -> tuple[Caller, ...]:
    return tuple(Caller(name=each.name, relation=each.relation) for each in visitors)
