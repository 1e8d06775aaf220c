"""The calendar entry of one relative's visit (RFC 5545), sent with a higher SEQUENCE when it changes (RFC 5546)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vUri

PRODUCT: Final = "-//telepresence//invitations//EN"


@dataclass(frozen=True)
class Entry:
    """A visit as it stands in the calendar of one relative; `uid` stays the same, `sequence` grows."""

    uid: str
    sequence: int
    cancelled: bool
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    link: str
    organizer: str
    attendee: str
    written_at: datetime

    @property
    def method(self) -> str:
        """What the reader's calendar is asked to do (RFC 5546, 3.2)."""
        return "CANCEL" if self.cancelled else "REQUEST"


def ics(entry: Entry) -> str:
    """The whole iCalendar object, with the rules of its time zone."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", entry.method)
    if entry.zone.key != "UTC":
        calendar.add_component(_timezone(entry.zone, entry.starts_at.year))
    calendar.add_component(_event(entry))
    text: bytes = calendar.to_ical()
    return text.decode()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.written_at.astimezone(UTC))
    zone = _writable_zone(entry)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("location", entry.link)
    event.add("url", vUri(entry.link))
    event.add("organizer", vCalAddress(f"mailto:{entry.organizer}"))
    attendee = vCalAddress(f"mailto:{entry.attendee}")
    attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    event.add("attendee", attendee)
    return event


def _writable_zone(entry: Entry) -> ZoneInfo:
    """The site's zone, but UTC in the hour that comes twice: a local time means its first pass (RFC 5545, 3.3.5)."""
    folds = entry.starts_at.astimezone(entry.zone).fold or entry.ends_at.astimezone(entry.zone).fold
    return ZoneInfo("UTC") if folds else entry.zone


@cache
def _timezone(zone: ZoneInfo, year: int) -> Timezone:
    """The zone's changes of the clock in that year and the ones beside it."""
    return Timezone.from_tzinfo(zone, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
