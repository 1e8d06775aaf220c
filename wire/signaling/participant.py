"""Who is in a room, and what he sends."""

from enum import StrEnum

from pydantic import StrictBool

from wire.base import Id, Message, Name


class ParticipantKind(StrEnum):
    """Whom a participant stands for."""

    ROBOT = "robot"
    GUEST = "guest"
    STAFF = "staff"


class Media(Message):
    """`media`: what a participant sends now (mute is the sender's, not the listener's)."""

    audio: StrictBool = True
    video: StrictBool = True
    screen: StrictBool = False


class Participant(Message):
    """One entry of the roster. `id` stays the same over reconnections."""

    id: Id
    kind: ParticipantKind
    name: Name
    media: Media = Media()
    connected: StrictBool = True
    """False while its signaling link is down and its grace time runs."""
