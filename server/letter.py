"""What a relative is sent: text, HTML and calendar entry in one message, in the relative's language."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import dates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from server import calendar
from server.calendar import Entry
from server.config import ADDRESS
from server.languages import mark, translations
from server.models import Language, MailKind

TEMPLATES: Final = Path(__file__).parent / "templates/mail"
LOCALES: Final = {Language.SPANISH: "es_ES", Language.ENGLISH: "en_GB"}
SHORT: Final = 60
SUBJECTS: Final = {
    MailKind.CONFIRMATION: mark("Video visit on %(when)s: %(title)s"),
    MailKind.REMINDER: mark("Your video visit on %(when)s: %(title)s"),
    MailKind.CHANGE: mark("Video visit changed, now on %(when)s: %(title)s"),
    MailKind.CANCELLATION: mark("Video visit on %(when)s cancelled: %(title)s"),
}


class _Policy(EmailPolicy):
    """Writes subjects whole: the library's own folding drops spaces between long words that are not ASCII."""

    def fold(self, name: str, value: str) -> str:
        if name != "Subject":
            folded: str = super().fold(name, value)
            return folded
        charset = "us-ascii" if value.isascii() and len(value) <= SHORT else "utf-8"
        return f"Subject: {Header(value, charset, header_name=name).encode(linesep=self.linesep)}{self.linesep}"


POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit")
"""Only ASCII goes over the wire, so that every mail server takes it."""


@dataclass(frozen=True)
class Letter:
    """One relative's mail before it is written."""

    kind: MailKind
    message_id: str
    uid: str
    """Of the calendar entry; the same in all mails of one relative about one visit."""
    sequence: int
    language: Language
    name: str | None
    title: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    zone: ZoneInfo
    link: str
    sender: str
    recipient: str
    written_at: datetime


def compose(letter: Letter) -> EmailMessage:
    """The whole message; title and name may hold anything.

    Raises `ValueError` where the sender or the recipient is no address.
    """
    texts = _texts(letter)
    subject = translations(letter.language).gettext(SUBJECTS[letter.kind]) % texts
    entry = calendar.ics(_entry(letter, f"{texts['site']}: {texts['title']}", _render(letter, "entry.txt", texts)))
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(letter.sender, texts["site"])
    message["To"] = _address(letter.recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to this
    message.set_content(_render(letter, "letter.txt", texts))
    message.add_alternative(_render(letter, "letter.html", texts), subtype="html")
    method = "CANCEL" if letter.kind is MailKind.CANCELLATION else "REQUEST"
    message.add_alternative(entry, subtype="calendar", params={"method": method})
    message.add_attachment(entry.encode(), maintype="application", subtype="ics", filename="visit.ics")
    message["Content-Language"] = letter.language.value
    return message


def _address(written: str, name: str = "") -> Address:
    if not re.fullmatch(ADDRESS, written):
        raise ValueError("what a mail goes to or comes from is no e-mail address")
    return Address(name, addr_spec=written)


def written(message: EmailMessage) -> str:
    """The message as it goes over the wire, in ASCII."""
    return message.as_string(policy=POLICY)


def one_line(text: str) -> str:
    """The text without anything that could end a header's line or begin an encoded word (RFC 2047)."""
    breaks = {"Cc", "Zl", "Zp", "Cs"}
    plain = "".join(" " if unicodedata.category(letter) in breaks else letter for letter in text)
    return " ".join(plain.replace("=?", "= ?").split())


def _entry(letter: Letter, summary: str, description: str) -> Entry:
    return Entry(
        uid=letter.uid,
        sequence=letter.sequence,
        cancelled=letter.kind is MailKind.CANCELLATION,
        summary=summary,
        description=description,
        starts_at=letter.starts_at,
        ends_at=letter.ends_at,
        zone=letter.zone,
        link=letter.link,
        organizer=letter.sender,
        attendee=letter.recipient,
        written_at=letter.written_at,
    )


def _texts(letter: Letter) -> dict[str, str]:
    """What the templates fill in, already in the reader's language and in the site's zone."""
    locale = LOCALES[letter.language]
    starts, ends, opens = (
        instant.astimezone(letter.zone) for instant in (letter.starts_at, letter.ends_at, letter.opens_at)
    )
    time = dates.format_time(starts, "short", locale=locale)
    return {
        "site": translations(letter.language).gettext("Video visits"),
        "title": one_line(letter.title),
        "name": one_line(letter.name or ""),
        "day": dates.format_date(starts, "full", locale=locale),
        "time": time,
        "when": f"{dates.format_date(starts, 'medium', locale=locale)}, {time}",
        "until": dates.format_time(ends, "short", locale=locale),
        "opens": dates.format_time(opens, "short", locale=locale),
        "zone": letter.zone.key,
        "link": letter.link,
    }


def _render(letter: Letter, template: str, texts: dict[str, str]) -> str:
    page = _environment(letter.language).get_template(template)
    return page.render(kind=letter.kind, language=letter.language, **texts)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # by the extension
    return environment
