"""What the link to a room tells, in the order in which it happened."""

from dataclasses import dataclass

from wire.base import Message
from wire.signaling import Joined, Refusal


@dataclass(frozen=True)
class InRoom:
    """The join was accepted."""

    joined: Joined


@dataclass(frozen=True)
class LinkDown:
    """The link that had been in the room is gone; the loop is at work."""


@dataclass(frozen=True)
class NotAdmitted:
    """The join was refused; the loop tries again."""

    refusal: Refusal


@dataclass(frozen=True)
class Received:
    """A message from the server."""

    message: Message


News = InRoom | LinkDown | NotAdmitted | Received
