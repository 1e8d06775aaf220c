"""The machine itself: one step at a time."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from robotclient import schedule
from robotclient.call.commands import Command, Join, Leave, LeaveReason
from robotclient.call.events import (
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
from robotclient.call.state import Phase, Rules, State
from wire.rest import Reservation
from wire.signaling import CloseReason, ErrorCode

Result = tuple[State, tuple[Command, ...]]

FINAL_REFUSALS = {ErrorCode.UNKNOWN_ROOM, ErrorCode.ENDED, ErrorCode.CANCELLED, ErrorCode.CLOSED}
"""Trying again cannot help; every other refusal may pass, the signaling link tries again by itself."""

CLOSE_REASONS = {
    CloseReason.CLOSED: LeaveReason.CLOSED,
    CloseReason.CANCELLED: LeaveReason.CANCELLED,
    CloseReason.ENDED: LeaveReason.OVER,
    CloseReason.LAST_PARTICIPANT: LeaveReason.LAST_PARTICIPANT,
    CloseReason.REPLACED: LeaveReason.REPLACED,
    CloseReason.DENIED: LeaveReason.REFUSED,
    CloseReason.REMOVED: LeaveReason.REFUSED,
}


def media_wanted(state: State) -> bool:
    """Whether camera and microphone may be open: only while somebody else is in the room."""
    return state.phase is Phase.TOGETHER


def step(state: State, event: Event, now: datetime, rules: Rules) -> Result:
    """Take in one event, then do what the time demands."""
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
        case _ if state.reservation is None or state.phase in (Phase.IDLE, Phase.LEAVING):
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


def wake_at(state: State, now: datetime) -> datetime | None:
    """When the next `Tick` is due at the latest, or None while nothing is planned."""
    times = [each for each in (state.patience_ends if state.linked else None,) if each is not None]
    if state.reservation is not None:
        times.append(state.reservation.ends_at)
    elif (coming := schedule.upcoming(state.schedule, now)) is not None:
        times.append(coming.starts_at)
    return min(times, default=None)


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
        case Joined(others):
            state = replace(state, linked=True, others=others)
        case ParticipantJoined(participant):
            state = replace(state, others=state.others | {participant})
        case ParticipantLeft(participant):
            state = replace(state, others=state.others - {participant})
    return _count_others(state, now, rules, came_back=isinstance(event, Joined))


def _count_others(state: State, now: datetime, rules: Rules, *, came_back: bool) -> State:
    """Choose between waiting, together and alone; a link that came back gives the full time alone once more."""
    if state.others:
        return replace(state, phase=Phase.TOGETHER, patience_ends=None)
    if state.phase is Phase.JOINING and not _been_here(state):
        return replace(state, phase=Phase.WAITING, patience_ends=now + rules.no_show)
    if state.phase in (Phase.JOINING, Phase.TOGETHER) or (state.phase is Phase.ALONE and came_back):
        return replace(state, phase=Phase.ALONE, patience_ends=now + rules.alone)
    return state


def _been_here(state: State) -> bool:
    return state.reservation is not None and state.reservation.id in state.attended


def _heed_time(state: State, now: datetime, rules: Rules) -> Result:
    if state.phase is Phase.LEAVING:
        return state, ()
    if state.reservation is None:
        return _begin(state, now)
    reason = _reason_to_leave(state, state.reservation, now, rules)
    return (state, ()) if reason is None else _leave(state, reason)


def _begin(state: State, now: datetime) -> Result:
    if state.stopped or (reservation := schedule.due(state.schedule, now, state.attended)) is None:
        return state, ()
    return replace(state, phase=Phase.JOINING, reservation=reservation), (Join(reservation),)


def _reason_to_leave(state: State, reservation: Reservation, now: datetime, rules: Rules) -> LeaveReason | None:
    if state.stopped:
        return LeaveReason.STOPPED
    if now >= reservation.ends_at:
        return LeaveReason.OVER
    if state.unlisted_since is not None and (not state.linked or now >= state.unlisted_since + rules.last_word):
        return LeaveReason.CANCELLED
    if state.linked and state.patience_ends is not None and now >= state.patience_ends:
        return LeaveReason.NO_SHOW if state.phase is Phase.WAITING else LeaveReason.LAST_PARTICIPANT
    return None


def _leave(state: State, reason: LeaveReason) -> Result:
    assert state.reservation is not None
    attended = state.attended if reason is LeaveReason.MOVED else state.attended | {state.reservation.id}
    left = replace(state, phase=Phase.LEAVING, attended=attended)
    return left, (Leave(state.reservation, reason),)


def _idle(state: State) -> State:
    return State(schedule=state.schedule, attended=state.attended, stopped=state.stopped)
