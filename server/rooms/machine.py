"""PURE: `step`, the one function that changes a room."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from server.rooms import cameras, recording, refusals
from server.rooms.commands import Close, Command, RecordJoin, Refuse, Send, ServerEvent
from server.rooms.events import (
    Admitted,
    Denied,
    Event,
    Joined,
    Left,
    MediaChanged,
    Relayable,
    Relayed,
    Removed,
    Sent,
    SocketLost,
    Tick,
    VisitChanged,
)
from server.rooms.returning import displaced, former, moved, proved
from server.rooms.room import Member, Room
from server.rooms.rules import leave, remove, settle
from server.rooms.waiting import Outcome, by_waiter, decide, has_seat, knock, tell_staff, welcome
from wire.signaling import (
    Answer,
    Candidate,
    Chat,
    ChooseCamera,
    CloseReason,
    LeaveReason,
    Offer,
    ParticipantKind,
    Renegotiate,
    RoomClosed,
)

_NAMES = {
    Offer: ServerEvent.OFFER,
    Answer: ServerEvent.ANSWER,
    Candidate: ServerEvent.CANDIDATE,
    Renegotiate: ServerEvent.RENEGOTIATE,
    Chat: ServerEvent.CHAT,
    ChooseCamera: ServerEvent.CHOOSE_CAMERA,
}


def step(room: Room, event: Event, now: datetime) -> tuple[Room, tuple[Command, ...]]:
    """What the room is after the event, and what is to be done. At most one command is the sender's reply."""
    old = room
    room, before = settle(room, now)
    room, during = _apply(room, event, now)
    room, after = settle(room, now)
    noted = recording.note(old, room, event, now)
    return room, before + during + after + noted + tell_staff(old, room)


def _apply(room: Room, event: Event, now: datetime) -> Outcome:
    if no := recording.refuse(room, event):
        return room, (no,)
    match event:
        case Joined():
            return _join(room, recording.admitted(room, event), now)
        case VisitChanged(visit):
            return replace(room, visit=visit), recording.told(room, visit)
        case Tick():
            return room, ()
        case Removed(socket):
            return _remove(room, socket, now)
        case SocketLost() | Left() | MediaChanged() | Relayed() | Admitted() | Denied():
            return _by_socket(room, event, now)
    assert_never(event)


def _by_socket(room: Room, event: SocketLost | Sent, now: datetime) -> Outcome:
    if member := room.at(event.socket):
        return _by_member(room, member, event, now)
    if waiter := room.waiter_at(event.socket):
        return by_waiter(room, waiter, event, now)
    return room, () if isinstance(event, SocketLost) else (Refuse(refusals.NOT_IN_ROOM),)


def _by_member(room: Room, member: Member, event: SocketLost | Sent, now: datetime) -> Outcome:
    match event:
        case SocketLost():
            return _change(room, replace(member, socket=None, grace_until=now + room.limits.grace))
        case Left(_, reason, _):
            return leave(room, member, now, reason)
        case MediaChanged(_, media, _):
            return _change(room, replace(member, media=media))
        case Relayed(_, message):
            return room, (_relay(room, member, message, now),)
        case Admitted() | Denied():
            return decide(room, member, event, now)


def _change(room: Room, member: Member) -> Outcome:
    room = room.having(member)
    return room, (Send(room.sockets(but=member.id), ServerEvent.PARTICIPANT_CHANGED, member.shown),)


def _remove(room: Room, socket: str, now: datetime) -> Outcome:
    """Take out whoever is on this socket, and tell him first."""
    told = (Send((socket,), ServerEvent.ROOM_CLOSED, RoomClosed(reason=CloseReason.REMOVED)), Close(socket))
    if member := room.at(socket):
        room, commands = remove(room, member.id, now, LeaveReason.CLOSED)
        return room, told + commands
    if waiter := room.waiter_at(socket):
        return room.without_waiter(waiter.member.id), told
    return room, ()


def _join(room: Room, event: Joined, now: datetime) -> Outcome:
    if room.end is not None:
        return room, (Refuse(refusals.OVER[room.end]),)
    known = _former(room, event)
    if known is not None:
        return _return(room, known, event, now)
    if event.kind is ParticipantKind.ROBOT and room.robot is not None:
        return room, (Refuse(refusals.TWICE),)
    knocked = knock(room, event)
    if knocked is not None:
        return knocked
    if not has_seat(room, event.kind):
        return room, (Refuse(refusals.FULL),)
    member = Member(event.participant, event.kind, event.name, event.secret_hash, event.media, event.socket)
    told = Send(room.sockets(), ServerEvent.PARTICIPANT_JOINED, member.shown)
    room = room.having(member)
    return room, (RecordJoin(member, now, event.actor), told, welcome(room, member, resumed=False))


def _former(room: Room, event: Joined) -> Member | None:
    """Who of the members the newcomer is: by his secret, by asking twice, or as a robot that lost its secret."""
    known = former(room.members, event)
    if known is not None:
        return known
    # A robot in its grace time was killed and started again. Its token says who it is.
    robot = room.robot
    return robot if event.kind is ParticipantKind.ROBOT and robot is not None and robot.socket is None else None


def _return(room: Room, known: Member, event: Joined, now: datetime) -> Outcome:
    """The same participant on a new socket; without proof its connections are dead."""
    member = moved(known, event)
    room, told = _change(room, member)
    welcomed = welcome(room, member, resumed=proved(known, event))
    return room, (RecordJoin(member, now), *displaced(known, event), *told, welcomed)


def _relay(room: Room, sender: Member, message: Relayable, now: datetime) -> Send | Refuse:
    stamp: dict[str, object] = {"to": None, "sender": sender.id}
    if isinstance(message, Chat):
        # A private text keeps its `to`, so that its reader can tell it from one for the room.
        stamp = {"sender": sender.id, "at": now}
    name = _NAMES[type(message)]
    if message.to is None and isinstance(message, Chat):
        return Send(room.sockets(but=sender.id), name, message.model_copy(update=stamp))
    target = room.member(message.to)
    if target is None or target.id == sender.id:
        return Refuse(refusals.STRANGER)
    if target.socket is None:
        return Refuse(refusals.AWAY)
    if isinstance(message, ChooseCamera) and not cameras.may_choose(sender, target, message.camera):
        return Refuse(refusals.NO_CHOICE)
    return Send((target.socket,), name, message.model_copy(update=stamp))
