"""PURE: who may record the call, and what is kept of who did."""

from dataclasses import replace
from datetime import datetime

from server.rooms import refusals
from server.rooms.commands import RecordRecording, Refuse, Send, ServerEvent
from server.rooms.events import Event, Joined, Left, MediaChanged
from server.rooms.room import Member, Room, Visit
from wire.signaling import MayRecord, ParticipantKind


def refuse(room: Room, event: Event) -> Refuse | None:
    """Why somebody may not begin to record; None where he may, or does not begin."""
    if not isinstance(event, Joined | MediaChanged) or not event.media.recording:
        return None
    member = room.at(event.socket)
    kind = event.kind if isinstance(event, Joined) else member and member.kind
    begins = isinstance(event, MediaChanged) and not (member and member.media.recording)
    allowed = kind is ParticipantKind.STAFF and (room.visit.recording or not begins)
    return None if allowed else Refuse(refusals.NOT_RECORDED)


def admitted(room: Room, event: Joined) -> Joined:
    """Staff who come back recording after that was forbidden come in without it, and are told so by the answer."""
    return event if room.visit.recording else replace(event, media=event.media.model_copy(update={"recording": False}))


def told(room: Room, visit: Visit) -> tuple[Send, ...]:
    """Tell staff in the room where the visit's new form changes what they may."""
    if visit.recording == room.visit.recording or not room.staff:
        return ()
    return (Send(room.staff, ServerEvent.MAY_RECORD, MayRecord(may_record=visit.recording)),)


def note(before: Room, after: Room, event: Event, now: datetime) -> tuple[RecordRecording, ...]:
    """Who has begun to record and who has ended, by himself or because he is gone.

    Only what the event's sender began or ended himself is his doing; others may be dropped in the same step.
    """
    said = event if isinstance(event, Joined | Left | MediaChanged) else None
    sender = (after.at(said.socket) or before.at(said.socket)) if said else None
    actors = {sender.id: said.actor} if said and sender else {}
    were, are = _recorders(before), _recorders(after)
    begun = [(are[each], True) for each in sorted(are.keys() - were.keys())]
    ended = [(after.member(each) or _stopped(were[each]), False) for each in sorted(were.keys() - are.keys())]
    return tuple(RecordRecording(each, now, on, actors.get(each.id, "")) for each, on in begun + ended)


def _recorders(room: Room) -> dict[str, Member]:
    return {member.id: member for member in room.members if member.media.recording}


def _stopped(member: Member) -> Member:
    return replace(member, media=member.media.model_copy(update={"recording": False}))
