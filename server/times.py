"""Times as people write and read them: in the site's zone. Pure, but for `utc_now`."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def parse_time(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A time from RFC 3339, from the site's wall clock (`2026-11-20T16:30`) or from now (`now+15s`, `now+5m`), in UTC.

    Raises `ValueError` in words, also for the hour that the clocks skip in spring and the one that comes twice in
    autumn: with an offset (`2026-10-25T02:30+01:00`) it can be said which is meant.
    """
    relative = re.fullmatch(r"now(?:\+(\d{1,6})([smhd]))?", text)
    if relative:
        amount, unit = relative.groups(default="")
        return now + timedelta(**{UNITS[unit]: int(amount)}) if amount else now
    try:
        written = datetime.fromisoformat(text) if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text) else None
        if written is not None:
            return _utc(written, zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r}: {error}") from error
    raise ValueError(f"{text!r} is not a time; write one like 2026-11-20T16:30, 2026-11-20T15:30Z or now+15m")


def _utc(written: datetime, zone: ZoneInfo) -> datetime:
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    first, second = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != written:
        raise ValueError(f"the clocks skip this time in {zone.key}; choose another one")
    if first != second:
        raise ValueError(f"this time comes twice in {zone.key}; write its offset from UTC after it")
    return first


def shown(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """A visit's time in the site's zone, such as `2026-11-20 16:30-17:00`."""
    return f"{start.astimezone(zone):%Y-%m-%d %H:%M}-{end.astimezone(zone):%H:%M}"


def rfc3339(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
