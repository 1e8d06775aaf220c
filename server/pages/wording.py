"""Dates and times as people of a language write them, in the site's zone. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from babel import dates, numbers

from server import languages
from server.languages import mark

MINUTE: Final = timedelta(minutes=1)
SOON, JUST_NOW = mark("in a moment"), mark("just now")
LOCALES: Final = {"es": "es_ES", "en": "en_GB"}


@dataclass(frozen=True)
class Wording:
    """One language and one zone."""

    language: str
    zone: tzinfo

    @property
    def _locale(self) -> str:
        return LOCALES[self.language]

    def local(self, instant: datetime) -> datetime:
        """An instant on the site's wall clock."""
        return instant.astimezone(self.zone)

    def day(self, when: date) -> str:
        """Such as `Friday 20 November 2026`; an instant's day is that of the site."""
        return dates.format_date(self._day(when), "full", self._locale)

    def short_day(self, when: date) -> str:
        """Such as `Fri, 20 Nov 2026`."""
        return dates.format_skeleton("yMMMEd", self._day(when), locale=self._locale)

    def clock(self, instant: datetime) -> str:
        """Such as `16:30`."""
        return dates.format_time(self.local(instant), "short", locale=self._locale, tzinfo=self.zone)

    def span(self, start: datetime, end: datetime) -> str:
        """Such as `16:30–17:00`, with the zone's name at each end where the clocks change in between."""
        if self.local(start).utcoffset() == self.local(end).utcoffset():
            return f"{self.clock(start)}–{self.clock(end)}"
        return f"{self.clock(start)} {self.local(start):%Z}–{self.clock(end)} {self.local(end):%Z}"

    def moment(self, instant: datetime) -> str:
        """Such as `20 Nov 2026, 16:30:05`."""
        return dates.format_datetime(instant, "medium", tzinfo=self.zone, locale=self._locale)

    def distance(self, instant: datetime, now: datetime) -> str:
        """Such as `in 5 minutes` or `2 days ago`; below a minute there is no number."""
        if abs(instant - now) < MINUTE:
            return languages.translations(self.language).gettext(SOON if instant > now else JUST_NOW)
        return dates.format_timedelta(instant - now, granularity="minute", add_direction=True, locale=self._locale)

    def duration(self, start: datetime, end: datetime) -> str:
        """Such as `30 minutes`."""
        return dates.format_timedelta(end - start, granularity="minute", threshold=2, locale=self._locale)

    def seconds(self, count: float) -> str:
        """Such as `40 seconds` or `3 minutes`."""
        return dates.format_timedelta(timedelta(seconds=round(count)), threshold=2, locale=self._locale)

    def number(self, value: float) -> str:
        """Such as `1.250` or `0,35`: as many decimals as say something."""
        decimals = "#,##0" if abs(value) >= 100 else "#,##0.#" if abs(value) >= 1 else "0.##"
        return numbers.format_decimal(value, decimals, locale=self._locale)

    def _day(self, when: date) -> date:
        return self.local(when).date() if isinstance(when, datetime) else when
