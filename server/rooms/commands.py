"""PURE: what a room wants done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.rooms.room import Member
from wire.base import Message
from wire.signaling import CloseReason, LeaveReason, Participant, Refusal


class ServerEvent(StrEnum):
    """The names of the events that a server sends, the keys of `wire.signaling.SERVER_EVENTS`."""

    ADMITTED = "admitted"
    PARTICIPANT_JOINED = "participant_joined"
    PARTICIPANT_CHANGED = "participant_changed"
    PARTICIPANT_LEFT = "participant_left"
    OFFER = "offer"
    ANSWER = "answer"
    CANDIDATE = "candidate"
    RENEGOTIATE = "renegotiate"
    CHAT = "chat"
    CHOOSE_CAMERA = "choose_camera"
    WAITING_ROOM = "waiting_room"
    MAY_RECORD = "may_record"
    ICE_SERVERS = "ice_servers"
    ROOM_CLOSED = "room_closed"


@dataclass(frozen=True, slots=True)
class Send:
    """Send one message to some sockets."""

    sockets: tuple[str, ...]
    event: ServerEvent
    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """Close a socket once everything sent to it before has gone out."""

    socket: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """Acknowledge a join: who he is here, and who the others are."""

    participant: str
    resumed: bool
    roster: tuple[Participant, ...]
    waiting: tuple[Participant, ...] = ()
    """For staff: who waits to be let in."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Acknowledge a join: he waits to be let in."""

    participant: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class LetIn:
    """Tell one who waited that he is in the room now."""

    socket: str
    welcome: Welcome


@dataclass(frozen=True, slots=True)
class Refuse:
    """Acknowledge an event by saying why it was not accepted."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class RecordJoin:
    """Store a participant, or what changed of one who came back."""

    member: Member
    at: datetime
    actor: str = ""
    """Who it is for the audit, where he is new in the room."""


@dataclass(frozen=True, slots=True)
class RecordLeave:
    """Store that a participant left."""

    participant: str
    at: datetime
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class RecordAdmission:
    """Store who let a guest in."""

    participant: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class RecordDenial:
    """Store that the holder of a link was sent away, and by whom."""

    link: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class RecordRecording:
    """Store that a participant began, or ended, to record the call; `actor` is empty where nobody said so."""

    member: Member
    """As he is now, or was last."""
    at: datetime
    on: bool
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RecordStart:
    """Store the visit's real start."""

    at: datetime


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """Store that the visit is over, and its real end; `at` is None for a visit that never started."""

    at: datetime | None
    reason: CloseReason


Record = RecordJoin | RecordLeave | RecordAdmission | RecordDenial | RecordRecording | RecordStart | RecordEnd
Delivery = Send | LetIn | Close
Reply = Welcome | Wait | Refuse
Command = Record | Delivery | Reply
