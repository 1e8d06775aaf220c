"""What all messages share: how unknown fields are treated and the limits of the common types."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""An identifier that the server issued, or a connection id that a client made."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A name that people read: one line, no control characters."""

Timestamp = AwareDatetime
"""RFC 3339, with an offset; the server always writes UTC."""


class Message(BaseModel):
    """Base of all messages: frozen, and unknown fields are ignored (RFC 9170, section 4.1).

    A robot in the field may be older than its server, so what a reader does not know must not stop it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class NoContent(Message):
    """A message without fields, such as the acknowledgement of a relayed message."""


Seconds = Annotated[float, Field(ge=0)]
