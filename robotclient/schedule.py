"""Which reservation is due, and which comes next. Pure: time is an argument, always on the server's clock."""

from collections.abc import Iterable
from datetime import datetime

from wire.rest import Reservation


def due(reservations: Iterable[Reservation], now: datetime, attended: frozenset[str]) -> Reservation | None:
    """The reservation whose room the robot should be in now, or None.

    A room that the robot has left before (`attended`) is entered again only while somebody is in it. Of two that
    overlap (a server never lists such), the one that started first is chosen, so that a running call is not disturbed.
    """
    running = [each for each in reservations if each.starts_at <= now < each.ends_at]
    wanted = [each for each in running if each.occupied or each.id not in attended]
    return min(wanted, key=lambda each: (each.starts_at, each.id), default=None)


def upcoming(reservations: Iterable[Reservation], now: datetime) -> Reservation | None:
    """The next reservation that has not started yet, or None."""
    return min((each for each in reservations if each.starts_at > now), key=lambda each: each.starts_at, default=None)
