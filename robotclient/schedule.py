"""Which reservation is due, and which comes next. Pure: time is an argument, always on the server's clock."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from wire.rest import Reservation


def due(
    reservations: Iterable[Reservation], now: datetime, attended: Collection[str], barred: Collection[str] = ()
) -> Reservation | None:
    """The reservation whose room the robot should be in now, or None.

    A room that the robot has left before (`attended`) is entered again only while somebody is in it, one that was
    `barred` beside the robot never. Of two that overlap (a server never lists such), the one that started first is
    chosen, so that a running call is not disturbed.
    """
    running = [each for each in reservations if each.starts_at <= now < each.ends_at]
    wanted = [each for each in running if each.id not in barred and (each.occupied or each.id not in attended)]
    return min(wanted, key=lambda each: (each.starts_at, each.id), default=None)


def upcoming(
    reservations: Iterable[Reservation], now: datetime, barred: Collection[str] = (), within: timedelta | None = None
) -> Reservation | None:
    """The next reservation that has not started yet, at most `within` from now, or None."""
    coming = [
        each
        for each in reservations
        if each.starts_at > now and each.id not in barred and (within is None or each.starts_at - now <= within)
    ]
    return min(coming, key=lambda each: each.starts_at, default=None)


def missed(reservations: Iterable[Reservation], now: datetime, attended: Collection[str]) -> tuple[Reservation, ...]:
    """Those whose whole time has passed without this robot: it was off, or did not know what time it was (T5)."""
    return tuple(each for each in reservations if each.ends_at <= now and each.id not in attended)
