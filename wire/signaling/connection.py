"""What two participants tell each other to make a peer connection."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from wire.base import Id, Message

Sdp = Annotated[str, StringConstraints(min_length=1, max_length=60_000)]


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
