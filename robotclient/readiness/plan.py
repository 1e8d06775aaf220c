"""When the robot looks at itself. Pure: times are the server's."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LEAST_TIME = timedelta(seconds=60)
"""A look that begins later than this before a visit might still hold the devices at its start."""


def due(start: datetime | None, now: datetime, minutes_before: Iterable[float], last: datetime | None) -> bool:
    """Whether a look is due for the visit that starts next, the last one having been at `last`."""
    if start is None or start - now < LEAST_TIME:
        return False
    moments = (start - timedelta(minutes=minutes) for minutes in minutes_before)
    return any(moment <= now and (last is None or last < moment) for moment in moments)
