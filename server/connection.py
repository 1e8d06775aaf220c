"""One Socket.IO connection as the server knows it: whose it is, in which room, and how much it may still send."""

import math
from dataclasses import dataclass, field

from server.bookings import Admission, RefusedError
from server.limits import TokenBucket
from server.models import User
from server.rooms.events import Joined
from wire.signaling import ErrorCode, Refusal


@dataclass(frozen=True, slots=True)
class RobotSignedIn:
    """A robot by its id, and the digest of the token with which it came."""

    id: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """Somebody whom the bookings let in, before the room has said who he is there."""

    admission: Admission
    event: Joined
    secret: str = field(repr=False)
    """His new resume secret, unless he proved an older one."""
    claimed: str | None = field(default=None, repr=False)
    """The older one that he says to have."""


@dataclass(slots=True)
class Connection:
    """A connection, and who signed in on it: a robot by its token, a user by a session's cookie, or nobody."""

    address: str
    robot: RobotSignedIn | None
    user: User | None
    messages: TokenBucket
    joins: TokenBucket
    patience: TokenBucket
    """How many messages beyond `messages` are answered before the connection is closed."""
    reservation: str | None = None
    """The reservation whose room it is in, before which it waits, or which it is about to enter."""
    ticket: Ticket | None = None
    """With what it asked for that last."""


def connection(address: str, robot: RobotSignedIn | None, user: User | None, messages_per_second: int) -> Connection:
    """A new connection with full buckets: bursts of four seconds' messages, ten joins a minute."""
    return Connection(
        address,
        robot,
        user,
        messages=TokenBucket(messages_per_second, burst=4 * messages_per_second),
        joins=TokenBucket(10 / 60, burst=10),
        patience=TokenBucket(messages_per_second, burst=10 * messages_per_second),
    )


def rate_limited(wait: float) -> RefusedError:
    """The refusal of a message that came `wait` seconds too early."""
    message = f"Too many messages; try again in {wait:.1f} seconds."
    return RefusedError(
        Refusal(error=ErrorCode.RATE_LIMITED, message=message, retry_after=math.ceil(1000 * wait) / 1000)
    )
