"""Files: one channel for each, with text messages for what is said and binary ones for the bytes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from wire.base import Id, Message

BLOCK = 1 << 20
WINDOW = 16 * BLOCK
"""A file's digest is the SHA-256 of the SHA-256 digests of its blocks of so many bytes, one after another. The sender
is never more than a window ahead of what the receiver has stored."""

Bytes = Annotated[StrictInt, Field(ge=0, le=1 << 50)]


class FileOffer(Message):
    """The sender's first message. The same `id` again, on a new connection, goes on with the same transfer."""

    type: Literal["offer"]
    id: Id
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    size: Bytes


class Accept(Message):
    """The receiver takes it: send the bytes that begin at `start`, a multiple of a block."""

    type: Literal["accept"]
    start: Bytes


class Stored(Message):
    """The receiver has put away the bytes up to here: of its memory they take nothing any more."""

    type: Literal["stored"]
    bytes: Bytes


class RefuseReason(StrEnum):
    """Why the receiver does not take it."""

    DECLINED = "declined"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNSUPPORTED = "unsupported"


class Refuse(Message):
    """The receiver does not take it."""

    type: Literal["refuse"]
    reason: RefuseReason


class Sent(Message):
    """The sender's last message, after the bytes."""

    type: Literal["sent"]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Receipt(Message):
    """The receiver's last message: whether what came has the same digest."""

    type: Literal["receipt"]
    whole: StrictBool


class Cancel(Message):
    """Either side: it is not to go on."""

    type: Literal["cancel"]
