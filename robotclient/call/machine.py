"""The machine itself: one step at a time."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from robotclient import schedule
from robotclient.call import consent, leaving
from robotclient.call.commands import Command, Hush, Join, Leave, LeaveReason
from robotclient.call.events import (
    ButtonPressed,
    Event,
    Joined,
    Left,
    LinkLost,
    ParticipantJoined,
    ParticipantLeft,
    Refused,
    RoomClosed,
    ScheduleKnown,
    StopRequested,
    Tick,
)
from robotclient.call.leaving import BARRING, CLOSE_REASONS, FINAL_REFUSALS
from robotclient.call.state import Phase, Rules, State
from wire.rest import Reservation

Result = tuple[State, tuple[Command, ...]]

ROOMLESS = {Phase.IDLE, Phase.EXPECTING, Phase.LEAVING}


def step(state: State, event: Event, now: datetime, rules: Rules) -> Result:
    """Take in one event, do what the time demands, then see to whom camera and microphone are open."""
    state, commands = _take_in(state, event, now, rules)
    state, more = consent.settle(state, now, rules)
    return state, commands + more


def _take_in(state: State, event: Event, now: datetime, rules: Rules) -> Result:
    match event:
        case StopRequested():
            state = replace(state, stopped=True)
        case ScheduleKnown(reservations):
            moved = _moved_away(state, reservations, now)
            state = _learn(state, reservations, now)
            if moved:
                return _leave(state, LeaveReason.MOVED)
        case Left() if state.phase is Phase.LEAVING:
            state = _idle(state)
        case ButtonPressed(staff):
            state = consent.press(state, now, staff=staff)
        case _ if state.reservation is None or state.phase in ROOMLESS:
            pass  # late news of a room that the robot is not in
        case Refused(error):
            if error in FINAL_REFUSALS:
                return _leave(state, LeaveReason.REFUSED)
        case RoomClosed(reason):
            return _leave(state, CLOSE_REASONS[reason])
        case Joined() | LinkLost() | ParticipantJoined() | ParticipantLeft():
            state = _room_news(state, event, now, rules)
        case Tick() | Left():
            pass
        case _:
            assert_never(event)
    return _heed_time(state, now, rules)


def wake_at(state: State, now: datetime, rules: Rules) -> datetime | None:
    """When the next `Tick` is due at the latest, or None while nothing is planned."""
    times = [state.patience_ends if state.linked else None]
    if (announced := state.announcement) is not None:
        times += [announced.opens_at, announced.answer_by]
    if state.reservation is not None:
        times += [state.reservation.starts_at, state.reservation.ends_at]
    elif (coming := schedule.upcoming(state.schedule, now)) is not None:
        times += [coming.starts_at - rules.announce, coming.starts_at]
    return min((each for each in times if each is not None and each > now), default=None)


def _learn(state: State, reservations: tuple[Reservation, ...], now: datetime) -> State:
    attended = state.attended & {each.id for each in reservations}
    current = state.reservation and next((each for each in reservations if each.id == state.reservation.id), None)
    if current is not None and state.phase is not Phase.LEAVING:
        state = replace(state, reservation=current, unlisted_since=None)
    elif state.reservation is not None and state.unlisted_since is None:
        state = replace(state, unlisted_since=now)
    return replace(state, schedule=reservations, attended=attended)


def _moved_away(state: State, reservations: tuple[Reservation, ...], now: datetime) -> bool:
    """Whether the visit was given a later start. A clock that is set back a little must not look like it."""
    if state.reservation is None or state.phase is Phase.LEAVING:
        return False
    here = state.reservation
    return any(each.id == here.id and now < each.starts_at != here.starts_at for each in reservations)


def _room_news(
    state: State, event: Joined | LinkLost | ParticipantJoined | ParticipantLeft, now: datetime, rules: Rules
) -> State:
    match event:
        case LinkLost():
            return replace(state, linked=False)
        case Joined(others, participant):
            state = consent.arrive(replace(state, linked=True, others=others, participant=participant), now)
        case ParticipantJoined(participant):
            state = replace(state, others=state.others | {participant})
        case ParticipantLeft(participant):
            state = replace(state, others=state.others - {participant})
    return _count_others(state, now, rules, came_back=isinstance(event, Joined))


def _count_others(state: State, now: datetime, rules: Rules, *, came_back: bool) -> State:
    """Choose between waiting, announcing and alone; a link that came back gives the full time alone once more."""
    if state.others:
        return replace(state, phase=Phase.ANNOUNCING, patience_ends=None)
    if state.phase is Phase.JOINING and not _been_here(state):
        return replace(state, phase=Phase.WAITING, patience_ends=now + rules.no_show)
    if state.phase in (Phase.JOINING, Phase.ANNOUNCING, Phase.TOGETHER) or (state.phase is Phase.ALONE and came_back):
        return replace(state, phase=Phase.ALONE, patience_ends=now + rules.alone)
    return state


def _been_here(state: State) -> bool:
    return state.reservation is not None and state.reservation.id in state.attended


def _heed_time(state: State, now: datetime, rules: Rules) -> Result:
    if state.phase is Phase.LEAVING:
        return state, ()
    if state.reservation is None:
        return _begin(state, now, rules)
    reason = leaving.reason(state, state.reservation, now, rules)
    if reason is not None:
        return _leave(state, reason)
    if state.phase is Phase.EXPECTING and now >= state.reservation.starts_at:
        return _join(state, state.reservation)
    return state, ()


def _begin(state: State, now: datetime, rules: Rules) -> Result:
    if state.stopped:
        return state, ()
    barred = () if rules.stop_mutes else state.barred
    if (reservation := schedule.due(state.schedule, now, state.attended, barred)) is not None:
        return _join(state, reservation)
    coming = schedule.upcoming(state.schedule, now, state.barred, within=rules.announce)
    return (state, ()) if coming is None else consent.expect(state, coming, now, rules)


def _join(state: State, reservation: Reservation) -> Result:
    return replace(state, phase=Phase.JOINING, reservation=reservation), (Join(reservation),)


def _leave(state: State, reason: LeaveReason) -> Result:
    here = state.reservation
    assert here is not None
    if state.phase is Phase.EXPECTING:
        return _idle(state), (Hush(),)
    if reason in BARRING:
        state = consent.bar(state, here.id)
    attended = state.attended if reason is LeaveReason.MOVED else state.attended | {here.id}
    known = tuple(_without_others(each) if each.id == here.id else each for each in state.schedule)
    return replace(state, phase=Phase.LEAVING, attended=attended, schedule=known), (Leave(here, reason),)


def _without_others(reservation: Reservation) -> Reservation:
    """Who was in the room is old news once the robot leaves it: only the next schedule may call it back."""
    return reservation.model_copy(update={"occupied": False})


def _idle(state: State) -> State:
    return State(schedule=state.schedule, attended=state.attended, barred=state.barred, stopped=state.stopped)
