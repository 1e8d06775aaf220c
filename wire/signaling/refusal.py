"""Why the server does not accept a message."""

from enum import StrEnum

from wire.base import Message, Timestamp


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
