"""PURE: what can happen to a room. Sockets are the transport's ids of connections."""

from dataclasses import dataclass

from server.rooms.room import Visit
from wire.signaling import (
    Answer,
    Candidate,
    Chat,
    ChooseCamera,
    LeaveReason,
    Media,
    Offer,
    ParticipantKind,
    Renegotiate,
)

Relayable = Offer | Answer | Candidate | Renegotiate | Chat | ChooseCamera
"""What goes from one participant to another, or, of these only a text, to all."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim to be a participant that was here already."""

    participant: str
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody whom the bookings let in wants to enter.

    `participant` and `secret_hash` are fresh; they are used unless he turns out to be somebody who is here already.
    """

    socket: str
    participant: str
    secret_hash: str
    kind: ParticipantKind
    name: str
    media: Media
    proof: Proof | None = None
    link: str = ""
    """The id of a guest's link."""
    denied: bool = False
    """Staff sent a holder of that link away and did not let it be used again since."""
    actor: str = ""
    """Who it is for the audit, as `server.models.Audit` has it."""


@dataclass(frozen=True, slots=True)
class SocketLost:
    """A connection closed without a `leave`."""

    socket: str


@dataclass(frozen=True, slots=True)
class Left:
    """A participant said `leave`; a robot may say why."""

    socket: str
    reason: LeaveReason | None = None
    actor: str = ""
    """The id of the user who does it, if one does, for the audit."""


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """A participant said what it sends now."""

    socket: str
    media: Media
    actor: str = ""
    """As above."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """A participant has a message for another one, or a text for all."""

    socket: str
    message: Relayable


@dataclass(frozen=True, slots=True)
class Admitted:
    """A participant wants somebody let in who waits. `actor` is the id of the user who does it, for the audit."""

    socket: str
    participant: str
    actor: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A participant wants somebody sent away who waits. `actor` as above."""

    socket: str
    participant: str
    actor: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What let somebody in counts no more: his link or token was revoked, or his account was closed."""

    socket: str


@dataclass(frozen=True, slots=True)
class VisitChanged:
    """What the booking says now; given with every tick, changed or not."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Sent = Left | MediaChanged | Relayed | Admitted | Denied
"""What somebody in the room said."""

Event = Joined | SocketLost | Removed | Sent | VisitChanged | Tick
