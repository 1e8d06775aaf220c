"""Times as people write and read them: in the site's zone. Pure, but for `utc_now`."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.errors import InputError

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class WallClockError(InputError):
    """A time on the site's clock that names no instant, or two; `choices` are the instants to choose from."""

    def __init__(self, text: str, written: datetime, zone: ZoneInfo, choices: tuple[datetime, datetime]) -> None:
        first, second = (choice.astimezone(zone).isoformat(" ", "minutes") for choice in choices)
        super().__init__("starts_at", text, time=f"{written:%Y-%m-%d %H:%M}", zone=zone.key, first=first, second=second)
        self.choices = choices


class SkippedError(WallClockError):
    """The clocks skip this time in spring; the choices are the last minute before and the first one after."""


class TwiceError(WallClockError):
    """A time that comes twice in autumn; the choices are the first and the second one, as `fold` says (PEP 495)."""


def parse_time(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A time as `wall_time` takes it, or from now (`now+15s`, `now+5m`), in UTC. Raises as that does."""
    relative = re.fullmatch(r"now(?:\+(\d{1,6})([smhd]))?", text)
    if relative:
        amount, unit = relative.groups(default="")
        return now + timedelta(**{UNITS[unit]: int(amount)}) if amount else now
    return wall_time(text, zone)


def wall_time(text: str, zone: ZoneInfo, fold: int | None = None) -> datetime:
    """A time from RFC 3339, or from the site's wall clock (`2026-11-20T16:30`), in UTC.

    Raises `InputError` in words: `SkippedError` for the hour that the clocks skip in spring and, unless `fold` says
    whether the first (0) or the second (1) is meant, `TwiceError` for the one that comes twice in autumn.
    """
    try:
        written = datetime.fromisoformat(text) if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text) else None
        if written is not None:
            return _utc(written, zone, fold)
    except OverflowError as error:
        raise InputError("starts_at", "%(time)s is out of range", time=repr(text)) from error
    except InputError:
        raise
    except ValueError as error:
        raise InputError("starts_at", "%(time)s: %(why)s", time=repr(text), why=error) from error
    example = "2026-11-20T16:30"
    raise InputError(
        "starts_at", "%(time)s is not a time; write one like %(example)s", time=repr(text), example=example
    )


def _utc(written: datetime, zone: ZoneInfo, fold: int | None) -> datetime:
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    early, late = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) != written:
        after = _change(late, early, zone)
        raise SkippedError(
            "the clocks skip %(time)s in %(zone)s; the nearest times are %(first)s and %(second)s",
            written,
            zone,
            (after - timedelta(minutes=1), after),
        )
    if early != late and fold is None:
        raise TwiceError(
            "%(time)s comes twice in %(zone)s, at %(first)s and at %(second)s; say which one is meant",
            written,
            zone,
            (early, late),
        )
    return late if fold else early


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second in which the clocks change, between an instant before it and one after it."""
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def shown(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """A visit's time in the site's zone, such as `2026-11-20 16:30-17:00`."""
    return f"{start.astimezone(zone):%Y-%m-%d %H:%M}-{end.astimezone(zone):%H:%M}"


def rfc3339(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
