"""Who is in a room, and what he sends."""

from enum import StrEnum

from pydantic import StrictBool

from wire.base import Id, Message, Name
from wire.signaling.cameras import Cameras


class ParticipantKind(StrEnum):
    """Whom a participant stands for."""

    ROBOT = "robot"
    GUEST = "guest"
    STAFF = "staff"


class Held(StrEnum):
    """Why a robot sends nothing yet, or nothing any more."""

    ANNOUNCING = "announcing"
    """The resident is being told who calls."""
    ASKING = "asking"
    """Somebody beside the robot must press the button."""
    QUIET_HOURS = "quiet_hours"
    """As `asking`, and nothing chimes."""
    STOPPED = "stopped"
    """Somebody beside the robot has pressed the button to stop it; only there it can be undone."""


class Media(Message):
    """`media`: what a participant sends now (mute is the sender's, not the listener's)."""

    audio: StrictBool = True
    video: StrictBool = True
    screen: StrictBool = False
    hand: StrictBool = False
    """Raised: the sender would like to speak."""
    held: Held | None = None
    """Said by robots: why neither camera nor microphone is open."""
    thin: StrictBool = False
    """The network carries no picture now: `video` is false meanwhile, and comes back by itself."""
    recording: StrictBool = False
    """Said by staff where the visit allows it: this participant records the call."""
    cameras: Cameras | None = None
    """Said by robots among whose cameras somebody in the room may choose."""


class Participant(Message):
    """One entry of the roster. `id` stays the same over reconnections."""

    id: Id
    kind: ParticipantKind
    name: Name
    media: Media = Media()
    connected: StrictBool = True
    """False while its signaling link is down and its grace time runs."""
