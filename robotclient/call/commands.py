"""What the daemon is to do, and why the robot leaves."""

from dataclasses import dataclass
from enum import StrEnum

from wire.rest import Reservation


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
class Join:
    """Enter the room, and keep trying until told to leave."""

    reservation: Reservation


@dataclass(frozen=True)
class Leave:
    """Leave the room, close everything, then say `Left`."""

    reservation: Reservation
    reason: LeaveReason


Command = Join | Leave
