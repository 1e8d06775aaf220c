"""PURE: the waiting room. Who waits is no participant: he is known to staff alone, and hears nothing of the room."""

from dataclasses import replace
from datetime import datetime

from server.rooms import refusals
from server.rooms.commands import (
    Close,
    Command,
    LetIn,
    RecordAdmission,
    RecordDenial,
    RecordJoin,
    Refuse,
    Send,
    ServerEvent,
    Wait,
    Welcome,
)
from server.rooms.events import Admitted, Denied, Joined, Left, MediaChanged, Sent, SocketLost
from server.rooms.returning import displaced, former, moved, proved
from server.rooms.room import Member, Room, Waiter
from wire.signaling import CloseReason, ParticipantKind, RoomClosed, WaitingRoom

Outcome = tuple[Room, tuple[Command, ...]]


def knock(room: Room, event: Joined) -> Outcome | None:
    """Let a guest wait, or turn him away; None for whom this room has nothing against."""
    if event.kind is not ParticipantKind.GUEST or (event.proof and event.proof.secret_hash in room.known):
        return None
    if event.denied:
        return room, (Refuse(refusals.DENIED),)
    if not room.visit.waiting_room:
        return None
    known = former((waiter.member for waiter in room.waiting), event)
    if known is not None:
        room = room.with_waiter(Waiter(moved(known, event), event.link, event.actor))
        return room, (*displaced(known, event), Wait(known.id, proved(known, event)))
    if len(room.waiting) >= room.limits.max_participants:
        return room, (Refuse(refusals.FULL),)
    member = Member(event.participant, event.kind, event.name, event.secret_hash, event.media, event.socket)
    return room.with_waiter(Waiter(member, event.link, event.actor)), (Wait(member.id, resumed=False),)


def by_waiter(room: Room, waiter: Waiter, event: SocketLost | Sent, now: datetime) -> Outcome:
    """What one who waits may do: go, come back, and say what he will send."""
    match event:
        case SocketLost():
            gone = replace(waiter.member, socket=None, grace_until=now + room.limits.grace)
            return room.with_waiter(replace(waiter, member=gone)), ()
        case Left():
            return room.without_waiter(waiter.member.id), ()
        case MediaChanged(_, media, _):
            return room.with_waiter(replace(waiter, member=replace(waiter.member, media=media))), ()
    return room, (Refuse(refusals.NOT_IN_ROOM),)


def decide(room: Room, member: Member, event: Admitted | Denied, now: datetime) -> Outcome:
    """Let in or send away one who waits, as staff say."""
    if member.kind is not ParticipantKind.STAFF:
        return room, (Refuse(refusals.NOT_ALLOWED),)
    waiter = room.waiter(event.participant)
    if waiter is None:
        return room, (Refuse(refusals.NOBODY_WAITS),)
    if isinstance(event, Denied):
        return _deny(room, waiter, event.actor, now)
    if not has_seat(room, waiter.member.kind):
        return room, (Refuse(refusals.FULL),)
    room, commands = let_in(room, waiter, now)
    return room, (*commands, RecordAdmission(waiter.member.id, now, event.actor))


def has_seat(room: Room, kind: ParticipantKind) -> bool:
    """Whether one more fits in. The last seat is the robot's: without it the others have come for nothing."""
    kept = 0 if kind is ParticipantKind.ROBOT or room.robot is not None else 1
    return len(room.members) < room.limits.max_participants - kept


def let_in(room: Room, waiter: Waiter, now: datetime) -> Outcome:
    """One who waited becomes a participant; while his socket is lost, that is told when he comes back."""
    member = waiter.member
    told = Send(room.sockets(), ServerEvent.PARTICIPANT_JOINED, member.shown)
    room = room.without_waiter(member.id).having(member)
    commands: tuple[Command, ...] = (RecordJoin(member, now, waiter.actor), told)
    if member.socket is not None:
        commands += (LetIn(member.socket, welcome(room, member, resumed=False)),)
    return room, commands


def _deny(room: Room, waiter: Waiter, actor: str, now: datetime) -> Outcome:
    """Send away who waits, and whoever else waits with the same link."""
    room, commands = _dismiss(room, tuple(w for w in room.waiting if w.link == waiter.link), CloseReason.DENIED)
    return room, (RecordDenial(waiter.link, now, actor), *commands)


def _dismiss(room: Room, waiters: tuple[Waiter, ...], reason: CloseReason) -> Outcome:
    sockets = tuple(waiter.member.socket for waiter in waiters if waiter.member.socket is not None)
    room = replace(room, waiting=tuple(waiter for waiter in room.waiting if waiter not in waiters))
    told = Send(sockets, ServerEvent.ROOM_CLOSED, RoomClosed(reason=reason))
    return room, (told, *(Close(socket) for socket in sockets)) if sockets else ()


def dismiss_all(room: Room, reason: CloseReason) -> Outcome:
    """Send everybody home who waits."""
    return _dismiss(room, room.waiting, reason)


def welcome(room: Room, member: Member, *, resumed: bool) -> Welcome:
    """What a member is told when he is in: the others, and to staff also who waits."""
    roster = tuple(other.shown for other in room.members if other.id != member.id)
    return Welcome(member.id, resumed, roster, room.shown_waiting if member.kind is ParticipantKind.STAFF else ())


def tell_staff(before: Room, room: Room) -> tuple[Command, ...]:
    """Tell all staff in the room who waits, where that has changed."""
    if room.waiting == before.waiting or not room.staff:
        return ()
    return (Send(room.staff, ServerEvent.WAITING_ROOM, WaitingRoom(guests=room.shown_waiting)),)
