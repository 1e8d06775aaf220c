"""Days on the site's clock. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def bounds(first: date, days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants in which so many days begin and end, in UTC; a day may have 23 or 25 hours."""
    last = first + timedelta(days=days)
    since, until = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (first, last))
    return since, until


def monday(day: date) -> date:
    """The first day of the day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def chosen(written: str, today: date) -> date:
    """The day that an address names as `2026-11-20`; today where it names none, or one at the edge of the calendar."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return today
    return day if 1970 <= day.year <= 9000 else today
