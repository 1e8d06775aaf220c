"""All that is known of an attendance, and the rules by which it is judged."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, auto

from wire.rest import Reservation


class Phase(Enum):
    """Where the robot is in an attendance."""

    IDLE = auto()
    EXPECTING = auto()
    """A visit is announced that begins in a moment; the robot is in no room yet."""
    JOINING = auto()
    """Wants to be in the room, is not yet."""
    WAITING = auto()
    """First to arrive: nobody else has been seen in this room."""
    ANNOUNCING = auto()
    """Somebody is in the room; the resident is told or asked, or has stopped the visit. Media is closed."""
    TOGETHER = auto()
    """Somebody is in the room for whom camera and microphone are open."""
    ALONE = auto()
    """The others were here and have left."""
    LEAVING = auto()


@dataclass(frozen=True)
class Rules:
    """How long the robot stays by itself, and how it asks before it opens camera and microphone."""

    no_show: timedelta = timedelta(minutes=15)
    alone: timedelta = timedelta(seconds=10)
    last_word: timedelta = timedelta(seconds=3)
    """How long the room may take to say why, once the reservation is gone from the list."""
    announce: timedelta = timedelta(seconds=10)
    """From the chime to the opening of the camera; zero: nothing is announced."""
    answer: timedelta = timedelta(seconds=120)
    """How long the button is waited for, from the end of the countdown."""
    stop_mutes: bool = False
    """The local stop keeps the robot in the room, without camera, microphone and loudspeaker."""
    zone: tzinfo = UTC
    """In which quiet hours are meant."""


@dataclass(frozen=True)
class Announcement:
    """The resident is told who calls. Camera and microphone open after `opens_at`, and once it is accepted."""

    participants: frozenset[str] | None
    """Whom it is about; None before the visit: whoever is in the room when the robot enters it."""
    opens_at: datetime
    answer_by: datetime
    accepted: bool
    """Nobody need press the button, or somebody has."""
    quiet: bool
    """It makes no sound."""


@dataclass(frozen=True)
class Continuity:
    """Who the robot was and whom it had let in before its process ended: the same participant is in the same call."""

    participant: str
    admitted: frozenset[str]


@dataclass(frozen=True)
class State:
    """All that the machine knows."""

    phase: Phase = Phase.IDLE
    schedule: tuple[Reservation, ...] = ()
    attended: frozenset[str] = frozenset()
    """Reservations the robot has left; it goes back only where somebody is in the room."""
    barred: tuple[str, ...] = ()
    """Reservations that were stopped or not answered beside the robot, newest last; only a press there lifts it."""
    reservation: Reservation | None = None
    participant: str = ""
    """Who the robot is in the room."""
    others: frozenset[str] = frozenset()
    announcement: Announcement | None = None
    admitted: frozenset[str] = frozenset()
    """For whom camera, microphone, loudspeaker and screen are open: announced and consented to."""
    former: Continuity | None = None
    """What another process of this robot left behind."""
    linked: bool = False
    patience_ends: datetime | None = None
    """While waiting or alone: when the robot leaves."""
    unlisted_since: datetime | None = None
    """Since when the server's list does not have the reservation any more."""
    stopped: bool = False

    @property
    def continuity(self) -> Continuity | None:
        """What another process of this robot would have to know to go on with this call."""
        return Continuity(self.participant, self.admitted) if self.admitted else self.former

    @property
    def is_barred(self) -> bool:
        """Whether the present visit was stopped beside the robot."""
        return self.reservation is not None and self.reservation.id in self.barred
