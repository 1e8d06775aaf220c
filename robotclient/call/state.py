"""All that is known of an attendance, and the rules by which it is judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from wire.rest import Reservation


class Phase(Enum):
    """Where the robot is in an attendance."""

    IDLE = auto()
    JOINING = auto()
    """Wants to be in the room, is not yet."""
    WAITING = auto()
    """First to arrive: nobody else has been seen in this room."""
    TOGETHER = auto()
    ALONE = auto()
    """The others were here and have left."""
    LEAVING = auto()


@dataclass(frozen=True)
class Rules:
    """How long the robot stays by itself."""

    no_show: timedelta = timedelta(minutes=15)
    alone: timedelta = timedelta(seconds=10)
    last_word: timedelta = timedelta(seconds=3)
    """How long the room may take to say why, once the reservation is gone from the list."""


@dataclass(frozen=True)
class State:
    """All that the machine knows."""

    phase: Phase = Phase.IDLE
    schedule: tuple[Reservation, ...] = ()
    attended: frozenset[str] = frozenset()
    """Reservations the robot has left; it goes back only where somebody is in the room."""
    reservation: Reservation | None = None
    others: frozenset[str] = frozenset()
    linked: bool = False
    patience_ends: datetime | None = None
    """While waiting or alone: when the robot leaves."""
    unlisted_since: datetime | None = None
    """Since when the server's list does not have the reservation any more."""
    stopped: bool = False
