"""PURE: what follows from a room's state and the time, whatever happened before."""

from dataclasses import replace
from datetime import datetime

from server.rooms.commands import Close, Command, RecordEnd, RecordLeave, RecordStart, Send, ServerEvent
from server.rooms.room import Member, Room
from server.rooms.waiting import Outcome, dismiss_all, has_seat, let_in
from wire.signaling import CloseReason, LeaveReason, ParticipantKind, ParticipantLeft, RoomClosed


def settle(room: Room, now: datetime) -> Outcome:
    """Apply all rules once, in the order in which one can bring about the next."""
    commands: tuple[Command, ...] = ()
    for rule in (_drop_the_lost, _close, _open, _start, _watch_company, _send_the_last_home, _end_the_empty):
        room, more = rule(room, now)
        commands += more
    return room, commands


def remove(room: Room, participant: str, now: datetime, reason: LeaveReason) -> Outcome:
    """Take one member out and tell the others."""
    room = room.without(participant)
    told = Send(room.sockets(), ServerEvent.PARTICIPANT_LEFT, ParticipantLeft(participant=participant, reason=reason))
    return room, (RecordLeave(participant, now, reason), told)


def leave(room: Room, member: Member, now: datetime, reason: LeaveReason | None) -> Outcome:
    """One says farewell. Where nobody answered beside the robot, the visit is over for all: nobody was seen."""
    why = reason if reason is not None and member.kind is ParticipantKind.ROBOT else LeaveReason.LEFT
    room, left = remove(room, member.id, now, why)
    if why not in _UNANSWERED:
        return room, left
    room, over = _finish(room, now, _UNANSWERED[why])
    return room, left + over


_UNANSWERED = {
    LeaveReason.DECLINED: CloseReason.DECLINED,
    LeaveReason.QUIET_HOURS: CloseReason.QUIET_HOURS,
}


def _drop_the_lost(room: Room, now: datetime) -> Outcome:
    commands: tuple[Command, ...] = ()
    for member in room.members:
        if member.grace_until is not None and member.grace_until <= now:
            room, more = remove(room, member.id, now, LeaveReason.LOST)
            commands += more
    for waiter in room.waiting:
        if waiter.member.grace_until is not None and waiter.member.grace_until <= now:
            room = room.without_waiter(waiter.member.id)
    return room, commands


def _close(room: Room, now: datetime) -> Outcome:
    """End the visit that was cancelled, closed from outside or is past its time."""
    if room.end is not None:
        return room, ()
    if room.visit.cancelled:
        reason = CloseReason.CANCELLED
    elif room.visit.closed:
        reason = CloseReason.CLOSED
    elif room.visit.ends_at <= now:
        reason = CloseReason.ENDED
    elif now < room.visit.opens_at and room.started_at is None:
        # Moved to later while somebody waited: he is sent home, and the visit may still happen.
        return _send_all_home(room, now, CloseReason.CANCELLED)
    else:
        return room, ()
    return _finish(room, now, reason)


def _finish(room: Room, now: datetime, reason: CloseReason) -> Outcome:
    """Send everybody home for good."""
    ended_at = None
    if room.started_at is not None:
        # The window's end counts where nobody was awake at it: this server may have been down then.
        ended_at = room.empty_since or max(room.started_at, min(now, room.visit.ends_at))
    room, commands = _send_all_home(room, now, reason)
    return replace(room, end=reason), (*commands, RecordEnd(ended_at, reason))


def _open(room: Room, now: datetime) -> Outcome:
    """Where nobody has to wait any more, those who did come in."""
    commands: tuple[Command, ...] = ()
    for waiter in () if room.visit.waiting_room else room.waiting:
        if has_seat(room, waiter.member.kind):
            room, more = let_in(room, waiter, now)
            commands += more
    return room, commands


def _start(room: Room, now: datetime) -> Outcome:
    """A visit starts when the robot and somebody else are together for the first time, and nothing holds its media."""
    kinds = {member.kind is ParticipantKind.ROBOT for member in room.members if member.socket is not None}
    held = any(member.media.held for member in room.members if member.kind is ParticipantKind.ROBOT)
    if room.started_at is not None or held or kinds != {True, False}:
        return room, ()
    return replace(room, started_at=now), (RecordStart(now),)


def _watch_company(room: Room, now: datetime) -> Outcome:
    """Note since when the room is empty, or since when the last one left of several is by himself."""
    match len(room.members):
        case 0:
            room = replace(room, had_company=False, alone_since=None, empty_since=room.empty_since or now)
        case 1:
            alone_since = room.alone_since or now if room.had_company else None
            room = replace(room, alone_since=alone_since, empty_since=None)
        case _:
            room = replace(room, had_company=True, alone_since=None, empty_since=None)
    return room, ()


def _send_the_last_home(room: Room, now: datetime) -> Outcome:
    """The last one of a call that started is sent home; a robot sees for itself that it is alone."""
    if room.started_at is None or room.alone_since is None or room.robot is not None:
        return room, ()
    if now < room.alone_since + room.limits.alone:
        return room, ()
    room, commands = _send_home(room, now, CloseReason.LAST_PARTICIPANT)
    return _watch_company(room, now)[0], commands


def _end_the_empty(room: Room, now: datetime) -> Outcome:
    """A call that everybody left ended when the last one went, unless somebody comes back while it lingers."""
    if room.end is not None or room.started_at is None or room.empty_since is None:
        return room, ()
    if now < room.empty_since + room.limits.linger:
        return room, ()
    reason = CloseReason.LAST_PARTICIPANT
    end = RecordEnd(room.empty_since, reason)
    room, commands = dismiss_all(room, CloseReason.ENDED)
    return replace(room, end=reason), (end, *commands)


def _send_all_home(room: Room, now: datetime, reason: CloseReason) -> Outcome:
    """The participants and who waits."""
    room, commands = _send_home(room, now, reason)
    room, more = dismiss_all(room, reason)
    return room, commands + more


def _send_home(room: Room, now: datetime, reason: CloseReason) -> Outcome:
    """Tell everybody that the room closed for him, and close the sockets."""
    left = tuple(RecordLeave(member.id, now, LeaveReason.CLOSED) for member in room.members)
    told = Send(room.sockets(), ServerEvent.ROOM_CLOSED, RoomClosed(reason=reason))
    closed = tuple(Close(socket) for socket in room.sockets())
    return replace(room, members=()), (*left, told, *closed) if left else ()
