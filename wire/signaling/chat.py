"""Texts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from wire.base import Id, Message, Timestamp


class Chat(Message):
    """`chat`: a text for the room, or for one participant where `to` is given."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    to: Id | None = None
    sender: Id | None = Field(default=None, alias="from")
    at: Timestamp | None = None
    """Stamped by the server."""
