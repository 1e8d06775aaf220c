"""What is said over Socket.IO. Every client event is acknowledged: with its answer, or with a `Refusal`.

Client to server: `join`, `offer`, `answer`, `candidate`, `renegotiate`, `chat`, `media`, `leave`, `admit`, `deny`.
Server to client: `admitted`, `participant_joined`, `participant_left`, `participant_changed`, `offer`, `answer`,
`candidate`, `renegotiate`, `chat`, `waiting_room`, `room_closed`.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from wire.base import Id, Message, Name, Timestamp

Sdp = Annotated[str, StringConstraints(min_length=1, max_length=60_000)]


class ErrorCode(StrEnum):
    """Why the server refused; stable words for programs, `Refusal.message` is for people."""

    BAD_MESSAGE = "bad_message"
    VERSION = "version"
    NOT_AUTHENTICATED = "not_authenticated"
    UNKNOWN_ROOM = "unknown_room"
    TOO_EARLY = "too_early"
    ENDED = "ended"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    FULL = "full"
    ALREADY_CONNECTED = "already_connected"
    NOT_IN_ROOM = "not_in_room"
    UNKNOWN_PARTICIPANT = "unknown_participant"
    NOT_CONNECTED = "not_connected"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    DENIED = "denied"
    NOT_ALLOWED = "not_allowed"


class Refusal(Message):
    """The acknowledgement of a message that the server did not accept."""

    error: ErrorCode
    message: str
    opens_at: Timestamp | None = None
    """With `too_early`: when the room opens."""
    retry_after: float | None = None
    """With `rate_limited` and `unavailable`: seconds to wait."""


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
    held: Held | None = None
    """Said by robots: why neither camera nor microphone is open."""


class Participant(Message):
    """One entry of the roster. `id` stays the same over reconnections."""

    id: Id
    kind: ParticipantKind
    name: Name
    media: Media = Media()
    connected: StrictBool = True
    """False while its signaling link is down and its grace time runs."""


class Resume(Message):
    """Proof of being a participant that was here already."""

    participant: Id
    secret: Annotated[str, StringConstraints(min_length=16, max_length=128)]


class Join(Message):
    """`join`: enter a room. Guests give their link's token as `room`, robots their reservation's room."""

    version: StrictInt
    room: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
    name: Name | None = None
    media: Media = Media()
    resume: Resume | None = None


class IceServer(Message):
    """One STUN or TURN server, shaped as W3C `RTCIceServer`."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class Joined(Message):
    """The answer to `join`. The newcomer now offers to everyone in `roster` (who is not itself in it)."""

    participant: Id
    secret: str
    roster: tuple[Participant, ...]
    ice_servers: tuple[IceServer, ...]
    mode: Literal["mesh", "sfu"]
    now: Timestamp
    ends_at: Timestamp
    title: str
    resumed: StrictBool
    """True: the same participant as before; connections that still work are kept."""
    waiting_room: tuple[Participant, ...] = ()
    """For staff: who waits to be let in."""


class Waiting(Message):
    """The other answer to `join`: the guest waits until staff let him in, and is told so by `admitted`."""

    waiting: Literal[True]
    participant: Id
    secret: str
    now: Timestamp
    ends_at: Timestamp
    title: str


class WaitingRoom(Message):
    """`waiting_room`: everybody who waits to be let in, told to staff in the room whenever that changes."""

    guests: tuple[Participant, ...]


class Admit(Message):
    """`admit`: staff let somebody in who waits."""

    participant: Id


class Deny(Message):
    """`deny`: staff send somebody away who waits; his link does not open this room any more."""

    participant: Id


class Source(StrEnum):
    """What a track shows or carries."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"


class Track(Message):
    """Whose track it is and what of him it carries."""

    participant: Id
    source: Source


class Directed(Message):
    """A message from one participant to another; clients write `to`, the server replaces it by `from`."""

    to: Id | None = None
    sender: Id | None = Field(default=None, alias="from")
    connection: Id
    """A fresh id per peer connection: messages for a dead one are dropped."""


class Offer(Directed):
    """`offer`: a session description (RFC 8829). `tracks` maps each mid to what it carries."""

    sdp: Sdp
    tracks: dict[Annotated[str, StringConstraints(max_length=16)], Track] = Field(max_length=64)


class Answer(Directed):
    """`answer`: the answer to the offer of the same connection."""

    sdp: Sdp
    tracks: dict[Annotated[str, StringConstraints(max_length=16)], Track] = Field(max_length=64)


class Candidate(Directed):
    """`candidate`: one trickled ICE candidate (RFC 8838); an empty `candidate` ends the list."""

    candidate: Annotated[str, StringConstraints(max_length=1000)]
    sdp_mid: Annotated[str, StringConstraints(max_length=16)] | None = None
    sdp_m_line_index: Annotated[StrictInt, Field(ge=0, le=64)] | None = None


class Renegotiate(Directed):
    """`renegotiate`: the side that may not offer asks the first offerer for a new connection."""


class Chat(Message):
    """`chat`: a text for the room, or for one participant where `to` is given."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    to: Id | None = None
    sender: Id | None = Field(default=None, alias="from")
    at: Timestamp | None = None
    """Stamped by the server."""


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


CLIENT_EVENTS: dict[str, type[Message]] = {
    "join": Join,
    "offer": Offer,
    "answer": Answer,
    "candidate": Candidate,
    "renegotiate": Renegotiate,
    "chat": Chat,
    "media": Media,
    "leave": Leave,
    "admit": Admit,
    "deny": Deny,
}
SERVER_EVENTS: dict[str, type[Message]] = {
    "admitted": Joined,
    "participant_joined": Participant,
    "participant_changed": Participant,
    "participant_left": ParticipantLeft,
    "offer": Offer,
    "answer": Answer,
    "candidate": Candidate,
    "renegotiate": Renegotiate,
    "chat": Chat,
    "waiting_room": WaitingRoom,
    "room_closed": RoomClosed,
}
