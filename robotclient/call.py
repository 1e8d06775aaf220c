"""The life of one attendance: when the robot joins, waits, is together with somebody, is left alone, leaves. Pure.

    IDLE -> JOINING -> WAITING -> TOGETHER <-> ALONE -> LEAVING -> IDLE

`step(state, event, now, rules)` gives the new state and the commands for the daemon. Two rules hold everywhere:

1. The reservation is the leash. Whatever the link and the others do, a robot whose reservation is over, cancelled or
   moved away leaves at the next event, and never joins outside of it.
2. Only what the server says of the room counts as knowledge about it. While the link is down nobody is known to have
   left, so neither the no-show time nor the time alone runs out.

Every join ends in exactly one `Leave`, and the daemon answers every `Leave` with `Left`, by a deadline of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import assert_never

from robotclient import schedule
from wire.rest import Reservation
from wire.signaling import CloseReason, ErrorCode


class Phase(Enum):
    """Where the robot is in an attendance."""

    IDLE = auto()
    JOINING = auto()
    """Wants to be in the room, is not yet."""
    WAITING = auto()
    """First to arrive: nobody else has been seen in this room."""
    TOGETHER = auto()
    ALONE = auto()
    """The others were here and have left."""
    LEAVING = auto()


class LeaveReason(StrEnum):
    """Why the robot left the room."""

    LAST_PARTICIPANT = "last_participant"
    NO_SHOW = "no_show"
    OVER = "over"
    CANCELLED = "cancelled"
    MOVED = "moved"
    CLOSED = "closed"
    REPLACED = "replaced"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Rules:
    """How long the robot stays by itself."""

    no_show: timedelta = timedelta(minutes=15)
    alone: timedelta = timedelta(seconds=10)


@dataclass(frozen=True)
class State:
    """All that the machine knows."""

    phase: Phase = Phase.IDLE
    schedule: tuple[Reservation, ...] = ()
    attended: frozenset[str] = frozenset()
    """Reservations the robot has left; it goes back only where somebody is in the room."""
    reservation: Reservation | None = None
    others: frozenset[str] = frozenset()
    linked: bool = False
    patience_ends: datetime | None = None
    """While waiting or alone: when the robot leaves."""
    stopped: bool = False


@dataclass(frozen=True)
class ScheduleKnown:
    """The server's list, fresh or, at the start, from the disk."""

    reservations: tuple[Reservation, ...]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class Joined:
    """The robot is in the room, for the first time or again after its link was down."""

    others: frozenset[str]


@dataclass(frozen=True)
class LinkLost:
    """The signaling link is down; media may well go on."""


@dataclass(frozen=True)
class Refused:
    """The server did not let the robot in."""

    error: ErrorCode


@dataclass(frozen=True)
class ParticipantJoined:
    """Somebody came."""

    participant: str


@dataclass(frozen=True)
class ParticipantLeft:
    """Somebody left, or was lost for longer than the server's grace time."""

    participant: str


@dataclass(frozen=True)
class RoomClosed:
    """The server ended the call."""

    reason: CloseReason


@dataclass(frozen=True)
class Left:
    """The daemon has carried out `Leave`."""


@dataclass(frozen=True)
class StopRequested:
    """The daemon shuts down."""


Event = (
    ScheduleKnown
    | Tick
    | Joined
    | LinkLost
    | Refused
    | ParticipantJoined
    | ParticipantLeft
    | RoomClosed
    | Left
    | StopRequested
)


@dataclass(frozen=True)
class Join:
    """Enter the room, and keep trying until told to leave."""

    reservation: Reservation


@dataclass(frozen=True)
class Leave:
    """Leave the room, close everything, then say `Left`."""

    reservation: Reservation
    reason: LeaveReason


Command = Join | Leave
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
            state = _learn(state, reservations)
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
    return _heed_time(state, now)


def wake_at(state: State, now: datetime) -> datetime | None:
    """When the next `Tick` is due at the latest, or None while nothing is planned."""
    times = [each for each in (state.patience_ends if state.linked else None,) if each is not None]
    if state.reservation is not None:
        times.append(state.reservation.ends_at)
    elif (coming := schedule.upcoming(state.schedule, now)) is not None:
        times.append(coming.starts_at)
    return min(times, default=None)


def _learn(state: State, reservations: tuple[Reservation, ...]) -> State:
    attended = state.attended & {each.id for each in reservations}
    current = state.reservation and next((each for each in reservations if each.id == state.reservation.id), None)
    if current is not None and state.phase is not Phase.LEAVING:
        state = replace(state, reservation=current)
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


def _heed_time(state: State, now: datetime) -> Result:
    if state.phase is Phase.LEAVING:
        return state, ()
    if state.reservation is None:
        return _begin(state, now)
    reason = _reason_to_leave(state, state.reservation, now)
    return (state, ()) if reason is None else _leave(state, reason)


def _begin(state: State, now: datetime) -> Result:
    if state.stopped or (reservation := schedule.due(state.schedule, now, state.attended)) is None:
        return state, ()
    return replace(state, phase=Phase.JOINING, reservation=reservation), (Join(reservation),)


def _reason_to_leave(state: State, reservation: Reservation, now: datetime) -> LeaveReason | None:
    if state.stopped:
        return LeaveReason.STOPPED
    if now >= reservation.ends_at:
        return LeaveReason.OVER
    if all(each.id != reservation.id for each in state.schedule):
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
