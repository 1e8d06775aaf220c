"""PURE: `step`, the one function that changes a room."""

import hmac
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from server.rooms import refusals
from server.rooms.commands import Close, Command, RecordJoin, Refuse, Send, ServerEvent, Welcome
from server.rooms.events import Event, Joined, Left, MediaChanged, Relayed, SocketLost, Tick, VisitChanged
from server.rooms.room import Member, Room
from server.rooms.rules import Outcome, remove, settle
from wire.signaling import (
    Answer,
    Candidate,
    Chat,
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
}


def step(room: Room, event: Event, now: datetime) -> tuple[Room, tuple[Command, ...]]:
    """What the room is after the event, and what is to be done. At most one command is the sender's reply."""
    room, before = settle(room, now)
    room, during = _apply(room, event, now)
    room, after = settle(room, now)
    return room, before + during + after


def _apply(room: Room, event: Event, now: datetime) -> Outcome:
    match event:
        case Joined():
            return _join(room, event, now)
        case VisitChanged(visit):
            return replace(room, visit=visit), ()
        case Tick():
            return room, ()
        case SocketLost() | Left() | MediaChanged() | Relayed():
            member = room.at(event.socket)
            if member is None:
                return room, () if isinstance(event, SocketLost) else (Refuse(refusals.NOT_IN_ROOM),)
            return _by_member(room, member, event, now)
    assert_never(event)


def _by_member(room: Room, member: Member, event: SocketLost | Left | MediaChanged | Relayed, now: datetime) -> Outcome:
    match event:
        case SocketLost():
            return _change(room, replace(member, socket=None, grace_until=now + room.limits.grace))
        case Left():
            return remove(room, member.id, now, LeaveReason.LEFT)
        case MediaChanged(_, media):
            return _change(room, replace(member, media=media))
        case Relayed(_, message):
            return room, (_relay(room, member, message, now),)


def _change(room: Room, member: Member) -> Outcome:
    room = room.having(member)
    return room, (Send(room.sockets(but=member.id), ServerEvent.PARTICIPANT_CHANGED, member.shown),)


def _join(room: Room, event: Joined, now: datetime) -> Outcome:
    if room.end is not None:
        return room, (Refuse(refusals.OVER[room.end]),)
    former = _former(room, event)
    if former is not None:
        return _return(room, former, event, now)
    if event.kind is ParticipantKind.ROBOT and room.robot is not None:
        return room, (Refuse(refusals.TWICE),)
    # The last seat is the robot's: without it the others have come for nothing.
    kept = 0 if event.kind is ParticipantKind.ROBOT or room.robot is not None else 1
    if len(room.members) >= room.limits.max_participants - kept:
        return room, (Refuse(refusals.FULL),)
    member = Member(event.participant, event.kind, event.name, event.secret_hash, event.media, event.socket)
    told = Send(room.sockets(), ServerEvent.PARTICIPANT_JOINED, member.shown)
    room = room.having(member)
    return room, (RecordJoin(member, now), told, _welcome(room, member, resumed=False))


def _former(room: Room, event: Joined) -> Member | None:
    """Who of the members the newcomer is: by his secret, by asking twice, or as a robot that lost its secret."""
    claimed = room.member(event.proof.participant) if event.proof else None
    if claimed is not None and claimed.kind is event.kind and _proved(claimed, event):
        return claimed
    twice = room.at(event.socket)
    if twice is not None:
        return twice
    # A robot in its grace time was killed and started again. Its token says who it is.
    robot = room.robot
    return robot if event.kind is ParticipantKind.ROBOT and robot is not None and robot.socket is None else None


def _proved(member: Member, event: Joined) -> bool:
    return event.proof is not None and hmac.compare_digest(member.secret_hash, event.proof.secret_hash)


def _return(room: Room, former: Member, event: Joined, now: datetime) -> Outcome:
    """The same participant on a new socket; without proof it gets a new secret, and its connections are dead."""
    resumed = _proved(former, event)
    member = replace(
        former,
        name=event.name,
        media=event.media,
        secret_hash=former.secret_hash if resumed else event.secret_hash,
        socket=event.socket,
        grace_until=None,
    )
    commands: tuple[Command, ...] = (RecordJoin(member, now),)
    if former.socket is not None and former.socket != event.socket:
        told_old = Send((former.socket,), ServerEvent.ROOM_CLOSED, RoomClosed(reason=CloseReason.REPLACED))
        commands += (told_old, Close(former.socket))
    room, told = _change(room, member)
    return room, (*commands, *told, _welcome(room, member, resumed=resumed))


def _welcome(room: Room, member: Member, *, resumed: bool) -> Welcome:
    return Welcome(member.id, resumed, tuple(other.shown for other in room.members if other.id != member.id))


def _relay(
    room: Room, sender: Member, message: Offer | Answer | Candidate | Renegotiate | Chat, now: datetime
) -> Send | Refuse:
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
    return Send((target.socket,), name, message.model_copy(update=stamp))
