"""One Socket.IO connection as the server knows it: whose it is, in which room, and how much it may still send."""

from dataclasses import dataclass

from server.bookings import RefusedError
from server.limits import TokenBucket
from wire.signaling import ErrorCode, Refusal


@dataclass(slots=True)
class Connection:
    """A connection. `robot` is the id of the robot that signed in on it, if one did."""

    address: str
    robot: str | None
    messages: TokenBucket
    joins: TokenBucket
    patience: TokenBucket
    """How many messages beyond `messages` are answered before the connection is closed."""
    reservation: str | None = None
    """The reservation whose room it is in or about to enter."""


def connection(address: str, robot: str | None, messages_per_second: int) -> Connection:
    """A new connection with full buckets: bursts of four seconds' messages, ten joins a minute."""
    return Connection(
        address,
        robot,
        messages=TokenBucket(messages_per_second, burst=4 * messages_per_second),
        joins=TokenBucket(10 / 60, burst=10),
        patience=TokenBucket(messages_per_second, burst=10 * messages_per_second),
    )


def rate_limited(wait: float) -> RefusedError:
    """The refusal of a message that came `wait` seconds too early."""
    message = f"Too many messages; try again in {wait:.1f} seconds."
    return RefusedError(Refusal(error=ErrorCode.RATE_LIMITED, message=message, retry_after=round(wait, 3)))
