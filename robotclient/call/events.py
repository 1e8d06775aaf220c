"""What may happen to an attendance."""

from dataclasses import dataclass

from wire.rest import Reservation
from wire.signaling import CloseReason, ErrorCode


@dataclass(frozen=True)
class ScheduleKnown:
    """The server's list, fresh or, at the start, from the disk."""

    reservations: tuple[Reservation, ...]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class Joined:
    """The robot is in the room, for the first time or again after its link was down."""

    others: frozenset[str]
    participant: str = ""
    """Who the robot is there."""


@dataclass(frozen=True)
class LinkLost:
    """The signaling link is down; media may well go on."""


@dataclass(frozen=True)
class Refused:
    """The server did not let the robot in."""

    error: ErrorCode


@dataclass(frozen=True)
class ParticipantJoined:
    """Somebody came."""

    participant: str


@dataclass(frozen=True)
class ParticipantLeft:
    """Somebody left, or was lost for longer than the server's grace time."""

    participant: str


@dataclass(frozen=True)
class RoomClosed:
    """The server ended the call."""

    reason: CloseReason


@dataclass(frozen=True)
class Left:
    """The daemon has carried out `Leave`."""


@dataclass(frozen=True)
class ButtonPressed:
    """Somebody beside the robot pressed its button."""

    staff: bool = False
    """It was the one that only staff have."""


@dataclass(frozen=True)
class StopRequested:
    """The daemon shuts down."""


Event = (
    ScheduleKnown
    | Tick
    | Joined
    | LinkLost
    | Refused
    | ParticipantJoined
    | ParticipantLeft
    | RoomClosed
    | Left
    | ButtonPressed
    | StopRequested
)
