"""Leaving a room, by oneself or because it closes."""

from enum import StrEnum

from wire.base import Id, Message, NoContent


class LeaveReason(StrEnum):
    """Why a participant left."""

    LEFT = "left"
    LOST = "lost"
    REPLACED = "replaced"
    CLOSED = "closed"


class ParticipantLeft(Message):
    """`participant_left`: its tile goes away."""

    participant: Id
    reason: LeaveReason


class CloseReason(StrEnum):
    """Why the room closed for the one who reads it."""

    CLOSED = "closed"
    CANCELLED = "cancelled"
    ENDED = "ended"
    LAST_PARTICIPANT = "last_participant"
    REPLACED = "replaced"
    DENIED = "denied"
    REMOVED = "removed"


class RoomClosed(Message):
    """`room_closed`: the call is over for this participant; it does not come back by itself."""

    reason: CloseReason


class Leave(NoContent):
    """`leave`: this participant goes; no grace time."""
