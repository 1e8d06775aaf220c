"""Entering a room."""

from typing import Annotated, Literal

from pydantic import StrictBool, StrictInt, StringConstraints

from wire.base import Id, Message, Name, Timestamp
from wire.signaling.participant import Media, Participant


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


class FreshIceServers(Message):
    """`ice_servers`: what to use from now on for new connections; the old credentials expire."""

    ice_servers: tuple[IceServer, ...]


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
    reservation: Id | None = None
    """Whose call this is: where statistics and the rating go, with the secret as the proof."""
    may_record: StrictBool = False
    """For staff: this visit may be recorded."""
