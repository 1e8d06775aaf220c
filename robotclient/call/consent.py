"""Consent first: who is announced, who is let in, and what the button beside the robot does. Pure.

One announcement at a time. Whom it is about is let in once its countdown is over and it is accepted: by the resident's
rules at once, or by a press of the button. Consent holds while somebody is there who was let in; whoever comes later is
announced and need not be accepted again. When the last one has gone it is over.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

from robotclient.call.commands import Announce, Command, Hush
from robotclient.call.state import Announcement, Phase, Rules, State
from wire.rest import Consent, Policy, Reservation
from wire.signaling import Held

Result = tuple[State, tuple[Command, ...]]

FRESH = timedelta(seconds=30)
"""An announcement made before the visit counts this long into it: on a slow link the robot enters later."""
MOST_BARRED = 100


def expect(state: State, reservation: Reservation, now: datetime, rules: Rules) -> Result:
    """Announce a visit that is about to begin."""
    announcement = _announcement(state, reservation, None, reservation.starts_at, now, rules)
    state = replace(state, phase=Phase.EXPECTING, reservation=reservation, announcement=announcement)
    return state, (Announce(reservation, announcement),)


def arrive(state: State, now: datetime) -> State:
    """The robot is in the room (again): the announcement made before is about those who are there, or void."""
    ahead = state.announcement
    if ahead is not None and ahead.participants is None:
        counts = bool(state.others) and now < ahead.opens_at + FRESH
        state = replace(state, announcement=replace(ahead, participants=state.others) if counts else None)
    former, same = state.former, state.former is not None and state.former.participant == state.participant
    if former is not None and same:  # this process was killed in the call, and started again within the grace time
        state = replace(state, admitted=state.admitted | former.admitted)
    return replace(state, former=None)


def press(state: State, now: datetime, *, staff: bool) -> State:
    """Somebody pressed the button: accept who is announced, or stop the visit, or undo that."""
    here, asked = state.reservation, state.announcement
    if here is None or state.phase is Phase.LEAVING:
        running = {each.id for each in state.schedule if each.starts_at <= now < each.ends_at}
        return _lift(state, running)
    if state.is_barred:
        return _lift(state, {here.id})
    if asked is not None and not asked.accepted:
        may = staff or here.policy.consent is not Consent.STAFF_PRESENT
        return replace(state, announcement=replace(asked, accepted=True)) if may else state
    return bar(state, here.id) if asked is not None or state.admitted else state


def settle(state: State, now: datetime, rules: Rules) -> Result:
    """Bring announcement and admissions in line with who is in the room. Runs at the end of every step."""
    if state.phase in (Phase.EXPECTING, Phase.JOINING) and not state.is_barred:
        return state, ()
    if state.phase in (Phase.IDLE, Phase.LEAVING) or state.is_barred:
        return _shut(state)
    state, hushed = _forget_absent(state)
    state, announced = _announce_newcomers(_open(state, now), now, rules)
    return _open(state, now), hushed + announced


def unanswered(state: State, now: datetime) -> bool:
    """Whether nobody pressed the button in time, for somebody who is in the room."""
    asked = state.announcement
    return asked is not None and asked.participants is not None and not asked.accepted and now >= asked.answer_by


def held(state: State) -> Held | None:
    """What the others are told of why nothing is sent; None while it is."""
    if state.admitted:
        return None
    if state.is_barred:
        return Held.STOPPED
    if state.announcement is None or state.announcement.accepted:
        return Held.ANNOUNCING
    return Held.QUIET_HOURS if state.announcement.quiet else Held.ASKING


def bar(state: State, reservation: str) -> State:
    """Never go back to this visit, unless the button lifts it."""
    others = tuple(each for each in state.barred if each != reservation)
    return replace(state, barred=(*others, reservation)[-MOST_BARRED:])


def quiet_hours(policy: Policy, now: datetime, zone: tzinfo) -> bool:
    """Whether it is the resident's quiet time; the hours may go over midnight."""
    if policy.quiet_from is None or policy.quiet_until is None:
        return False
    begin, end = time.fromisoformat(policy.quiet_from), time.fromisoformat(policy.quiet_until)
    clock = now.astimezone(zone).time()
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _lift(state: State, reservations: set[str]) -> State:
    return replace(state, barred=tuple(each for each in state.barred if each not in reservations))


def _announcement(
    state: State,
    reservation: Reservation,
    participants: frozenset[str] | None,
    opens_at: datetime,
    now: datetime,
    rules: Rules,
) -> Announcement:
    quiet = quiet_hours(reservation.policy, now, rules.zone)
    by_itself = reservation.policy.consent is Consent.AUTOMATIC and not quiet
    return Announcement(participants, opens_at, opens_at + rules.answer, by_itself or bool(state.admitted), quiet)


def _shut(state: State) -> Result:
    hush = () if state.announcement is None else (Hush(),)
    phase = Phase.ANNOUNCING if state.phase is Phase.TOGETHER else state.phase
    return replace(state, phase=phase, announcement=None, admitted=frozenset()), hush


def _forget_absent(state: State) -> Result:
    about, admitted = state.announcement, state.admitted & state.others
    if about is not None and about.participants is not None:
        left = about.participants & state.others
        about = replace(about, participants=left) if left and bool(admitted) == bool(state.admitted) else None
    hush = () if about is not None or state.announcement is None else (Hush(),)
    return replace(state, admitted=admitted, announcement=about), hush


def _open(state: State, now: datetime) -> State:
    """Let in whom the announcement is about, once it is over."""
    about = state.announcement
    if about is not None and about.participants is not None and about.accepted and now >= about.opens_at:
        state = replace(state, admitted=state.admitted | about.participants, announcement=None)
    return replace(state, phase=Phase.TOGETHER) if state.admitted else state


def _announce_newcomers(state: State, now: datetime, rules: Rules) -> Result:
    here, newcomers = state.reservation, state.others - state.admitted
    if here is None or state.announcement is not None or not newcomers:
        return state, ()
    announcement = _announcement(state, here, newcomers, now + rules.announce, now, rules)
    silent = announcement.accepted and not rules.announce
    return replace(state, announcement=announcement), () if silent else (Announce(here, announcement),)
