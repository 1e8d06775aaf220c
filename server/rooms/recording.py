"""PURE: who may record the call, and what is kept of who did."""

from datetime import datetime

from server.rooms import refusals
from server.rooms.commands import RecordRecording, Refuse
from server.rooms.events import Event, Joined, Left, MediaChanged
from server.rooms.room import Room
from wire.signaling import ParticipantKind


def refuse(room: Room, event: Event) -> Refuse | None:
    """Why somebody may not say that he records; None where he may, or does not say so."""
    if not isinstance(event, Joined | MediaChanged) or not event.media.recording:
        return None
    member = room.at(event.socket)
    kind = event.kind if isinstance(event, Joined) else member and member.kind
    allowed = room.visit.recording and kind is ParticipantKind.STAFF
    return None if allowed else Refuse(refusals.NOT_RECORDED)


def note(before: Room, after: Room, event: Event, now: datetime) -> tuple[RecordRecording, ...]:
    """Who has begun to record and who has ended, by himself or because he is gone."""
    were, are = _recorders(before), _recorders(after)
    actor = event.actor if isinstance(event, Joined | Left | MediaChanged) else ""
    begun = tuple(RecordRecording(each, now, True, actor) for each in sorted(are - were))
    return begun + tuple(RecordRecording(each, now, False, actor) for each in sorted(were - are))


def _recorders(room: Room) -> frozenset[str]:
    return frozenset(member.id for member in room.members if member.media.recording)
