"""How long a server asks to be left alone (RFC 9110, section 10.2.3). Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 60.0
"""Seconds. A visit may be due, so no server is left alone longer than this, whatever it says."""


def seconds(value: str | None, now: datetime) -> float:
    """The header's value in seconds, a number or a date; 0 where there is none, or nothing usable."""
    if value is None:
        return 0.0
    try:
        wanted = float(value) if value.strip().isdecimal() else (_date(value) - now).total_seconds()
    except ValueError:
        return 0.0
    return min(max(wanted, 0.0), LONGEST)


def _date(value: str) -> datetime:
    found = parsedate_to_datetime(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
