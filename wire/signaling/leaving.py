"""Leaving a room, by oneself or because it closes."""

from enum import StrEnum
from typing import Literal

from wire.base import Id, Message


class LeaveReason(StrEnum):
    """Why a participant left."""

    LEFT = "left"
    LOST = "lost"
    REPLACED = "replaced"
    CLOSED = "closed"
    DECLINED = "declined"
    """Nobody beside the robot answered in time."""
    QUIET_HOURS = "quiet_hours"
    """Nobody beside the robot answered, and it is the resident's quiet hours."""
    STOPPED = "stopped"
    """Somebody beside the robot stopped the visit."""


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
    DECLINED = "declined"
    QUIET_HOURS = "quiet_hours"


class RoomClosed(Message):
    """`room_closed`: the call is over for this participant; it does not come back by itself."""

    reason: CloseReason


class Leave(Message):
    """`leave`: this participant goes; no grace time."""

    reason: Literal[LeaveReason.DECLINED, LeaveReason.QUIET_HOURS, LeaveReason.STOPPED] | None = None
    """A robot's: why the visit does not take place, or not any longer."""
