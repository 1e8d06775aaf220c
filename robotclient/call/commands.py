"""What the daemon is to do, and why the robot leaves."""

from dataclasses import dataclass
from enum import StrEnum

from robotclient.call.state import Announcement
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
    """The daemon shuts down."""
    LOCAL_STOP = "local_stop"
    """Somebody beside the robot pressed the button."""
    DECLINED = "declined"
    """Nobody beside the robot answered."""
    QUIET_HOURS = "quiet_hours"
    """The same, in the resident's quiet hours."""


@dataclass(frozen=True)
class Join:
    """Enter the room, and keep trying until told to leave."""

    reservation: Reservation


@dataclass(frozen=True)
class Leave:
    """Leave the room, close everything, then say `Left`."""

    reservation: Reservation
    reason: LeaveReason


@dataclass(frozen=True)
class Announce:
    """Chime, and say who calls; what can be seen of it follows from the state."""

    reservation: Reservation
    announcement: Announcement


@dataclass(frozen=True)
class Hush:
    """Fall silent: what was being announced is void."""


Command = Join | Leave | Announce | Hush
