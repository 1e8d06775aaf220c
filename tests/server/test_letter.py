"""The mail itself, read back as a mail program reads it; nothing typed becomes a header or markup (fault X8)."""

import email
import html
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from itertools import cycle, islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from server import letter
from server.config import ADDRESS
from server.letter import SUBJECTS, Letter
from server.models import Language, MailKind

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LETTER = Letter(
    kind=MailKind.CONFIRMATION,
    message_id="<1@house.example>",
    uid="link-1",
    sequence=0,
    language=Language.SPANISH,
    name="Lucía",
    title="Visita a Carmen",
    starts_at=NOON,
    ends_at=NOON + timedelta(minutes=30),
    opens_at=NOON - timedelta(minutes=15),
    zone=ZoneInfo("Europe/Madrid"),
    link="https://house.example/r/token",
    sender="visits@house.example",
    recipient="lucia@family.example",
    written_at=NOON - timedelta(days=1),
)
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


def sent(written: Letter) -> EmailMessage:
    """The message as it arrives."""
    return email.message_from_string(letter.written(letter.compose(written)), _class=EmailMessage, policy=default)


def part(message: EmailMessage, subtype: str) -> str:
    (found,) = [each for each in message.walk() if each.get_content_type() == f"text/{subtype}"]
    content: str = found.get_content()
    return content.replace("\r\n", "\n")


def test_a_mail_has_text_page_calendar_entry_and_attachment() -> None:
    message = sent(LETTER)
    assert [each.get_content_type() for each in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    assert [key for key, _ in message.items()] == HEADERS
    assert message["Message-ID"] == "<1@house.example>"
    assert (message["From"], message["To"]) == ("Videovisitas <visits@house.example>", "lucia@family.example")
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "visit.ics"
    assert attached.get_content().decode() == part(message, "calendar").replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("language", "subject", "greeting", "when"),
    [
        (
            Language.SPANISH,
            "Videovisita el 20 nov 2026, 13:00: Visita a Carmen",
            "Hola, Lucía:",
            "viernes, 20 de noviembre de 2026, 13:00–13:30 (Europe/Madrid)",
        ),
        (
            Language.ENGLISH,
            "Video visit on 20 Nov 2026, 13:00: Visita a Carmen",
            "Hello Lucía,",
            "Friday, 20 November 2026, 13:00–13:30 (Europe/Madrid)",
        ),
    ],
)
def test_a_mail_speaks_the_relatives_language(language: Language, subject: str, greeting: str, when: str) -> None:
    message = sent(replace(LETTER, language=language))
    assert message["Subject"] == subject
    assert message["Content-Language"] == language
    for text in (part(message, "plain"), part(message, "html")):
        assert greeting in text
        assert LETTER.link in text
    assert when in part(message, "plain")
    assert "12:45" in part(message, "plain")
    assert f'lang="{language}"' in part(message, "html")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("why", SUBJECTS)
def test_each_kind_says_what_it_is_about(why: MailKind, language: Language) -> None:
    of_kind = sent(replace(LETTER, kind=why, language=language))
    others = [sent(replace(LETTER, kind=other, language=language)) for other in SUBJECTS if other is not why]
    assert of_kind["Subject"] not in {other["Subject"] for other in others}
    assert part(of_kind, "plain") not in {part(other, "plain") for other in others}


def test_a_cancellation_has_no_link_and_takes_the_entry_back() -> None:
    message = sent(replace(LETTER, kind=MailKind.CANCELLATION, sequence=2))
    assert LETTER.link not in part(message, "plain") + part(message, "html")
    (calendar_part,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    assert calendar_part["Content-Type"].params["method"] == "CANCEL"
    assert Calendar.from_ical(calendar_part.get_content())["METHOD"] == "CANCEL"


def test_nobody_is_asked_for_more_than_the_title_when_there_is_no_name() -> None:
    assert part(sent(replace(LETTER, name=None)), "plain").startswith("Hola:\n")


NASTY = st.text(
    st.sampled_from("ab \r\n\t\x00\x0b\x0c\x1c\x85\u2028\u2029,:;<>@\"'=?_&áñ\u202eאبד🤖👩\u200d👧")
    | st.characters(exclude_categories=["Cs"]),
    max_size=300,
)


@given(NASTY, NASTY)
def test_nothing_typed_becomes_a_header_or_markup(title: str, name: str) -> None:
    title = f"·{title}"
    message = sent(replace(LETTER, title=title, name=name))
    assert [key for key, _ in message.items()] == HEADERS
    assert not message.defects
    assert message["Subject"] == f"Videovisita el 20 nov 2026, 13:00: {letter.one_line(title)}"
    assert not [letter for letter in message["Subject"] if unicodedata.category(letter) == "Cc"]
    assert message["To"] == "lucia@family.example"
    page = part(message, "html")
    assert html.escape(letter.one_line(title), quote=False) in page.replace("&#34;", '"').replace("&#39;", "'")
    assert page.count("<p") == part(sent(LETTER), "html").count("<p")
    assert Calendar.from_ical(part(message, "calendar")).walk("VEVENT")[0]["UID"] == "link-1"


@pytest.mark.parametrize(
    "title",
    [
        "Carmen\r\nBcc: everybody@evil.example",
        "Carmen\u2028Bcc: everybody@evil.example",
        "=?utf-8?q?Carmen=0D=0ABcc:_everybody?=",
        "x" * 2000,
        "Cumpleaños de la abuela Doña Carmen Núñez con su hermano José María y todos los niños de la familia Ibáñez",
    ],
)
def test_titles_that_broke_others(title: str) -> None:
    written = letter.written(letter.compose(replace(LETTER, title=title)))
    assert written.isascii()
    assert all(len(line) <= 998 for line in written.split("\r\n"))  # RFC 5322, 2.1.1
    assert "\nBcc" not in written
    assert sent(replace(LETTER, title=title))["Subject"].endswith(letter.one_line(title))


@pytest.mark.parametrize("words", range(3, 40))
def test_a_long_title_keeps_its_spaces(words: int) -> None:
    family = ["Carmen", "su", "hermano", "José", "María", "nov.", "año", "los", "niños", "Núñez"]
    title = " ".join(islice(cycle(family), words))
    assert sent(replace(LETTER, title=title))["Subject"] == f"Videovisita el 20 nov 2026, 13:00: {title}"


@given(st.from_regex(ADDRESS, fullmatch=True))
def test_every_address_that_can_be_typed_can_be_written_to(address: str) -> None:
    message = sent(replace(LETTER, recipient=address))
    assert message["To"].addresses[0].addr_spec == address
    assert [key for key, _ in message.items()] == HEADERS


@pytest.mark.parametrize("address", ["a@b\r\nBcc: c@d", "a@b, c@d", "", "a", "a@@b", "a b@c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        letter.compose(replace(LETTER, recipient=address))
