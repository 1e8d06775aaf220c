"""Whatever people type into a form is refused in words or shown as text: no markup, no header, nobody else written to.

Every text field of every form, with lines, markup, controls, other scripts, emoji and far too much of each (fault X8).
"""

import asyncio
import email
import email.policy
import shutil
import tempfile
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select

from server.database import Database
from server.models import Mail
from tests.server.roles_rig import BODIES, SITE, House, Visitor, build, filled

pytestmark = [pytest.mark.system, pytest.mark.sqlite]

PIECES = [
    "\r\nBcc: eve@evil.example\r\n", "\nX-Evil: 1\n\n", "\rSet-Cookie: session=evil", "\u2028X-Evil: 1", "\x00",
    "\x1b[2J",
    "<evil-tag onclick=evil()>", "<script>evil()</script>", "'><img src=x onerror=evil()>", '" onfocus="evil()',
    "</textarea><evil-tag>", "]]>", "<!--", "{{ 7 * 7 }}", "%(name)s %s", "javascript:evil()", "&lt;b&gt;",
    "=?utf-8?q?Bcc:_eve=40evil.example?=", "\nEND:VEVENT\nBEGIN:VEVENT", ";ATTENDEE=mailto:eve@evil.example",
    "\u202eevil\u202c", "كارمن", "👩‍👩‍👧‍👦", "e\u0301", "A" * 70, "ñ" * 300, "🤖" * 3000,
]  # fmt: skip
NASTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=4).map("".join)
FIELDS = [
    ("POST /residents/new", "name"), ("POST /residents/new", "room"), ("POST /residents/new", "relative_name"),
    ("POST /residents/new", "emails"), ("POST /residents/new", "notes"), ("POST /residents/new", "quiet_from"),
    ("POST /reservations/new", "title"), ("POST /reservations/new", "description"),
    ("POST /reservations/new", "emails"), ("POST /reservations/new", "date"), ("POST /reservations/new", "robot_id"),
    ("POST /robots/new", "name"), ("POST /users/new", "username"), ("POST /users/new", "name"),
    ("POST /users/new", "email"), ("POST /users/new", "role"), ("POST /profile/edit", "name"),
    ("POST /profile/edit", "email"), ("POST /rooms/join", "meeting"), ("POST /rooms/join", "name"),
    ("POST /sign-in", "username"), ("POST /sign-in", "next"),
]  # fmt: skip
SHOWN = ("/profile", "/residents", "/reservations", "/robots", "/users", "/mails")
HEADERS = {
    "cache-control", "content-length", "content-security-policy", "content-type", "location", "permissions-policy",
    "referrer-policy", "retry-after", "set-cookie", "strict-transport-security", "vary", "x-content-type-options",
    "content-language", "cross-origin-opener-policy", "cross-origin-resource-policy", "x-frame-options",
}  # fmt: skip
MAIL_HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    return asyncio.run(build(Path(shutil.copy(migrated, directory)), directory))


class Markup(HTMLParser):
    """What a browser would take for an order rather than for text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"evil-tag", "iframe", "object", "embed", "base"} or (tag == "script" and not values.get("src")):
            self.found.append(tag)
        self.found += [name for name in values if name.startswith("on") or name == "style"]
        addresses = [values.get(name) or "" for name in ("href", "src", "action", "formaction")]
        self.found += [address for address in addresses if address.strip().lower().startswith(("javascript:", "data:"))]

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")


def check_page(page: httpx.Response) -> None:
    assert page.status_code < 500
    assert {name.lower() for name in page.headers} <= HEADERS
    assert all(
        cookie.startswith(("session=", "notice=", "visit_name=")) for cookie in page.headers.get_list("set-cookie")
    )
    location = page.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert Markup(page.text).found == []


def check_mail(mail: Mail) -> None:
    message = email.message_from_string(mail.content, policy=email.policy.default)
    assert [name for name, _ in message.items()] == MAIL_HEADERS
    assert message["To"] == mail.recipient
    assert "\n" not in message["Subject"]
    parts = [each.get_content_type() for each in message.walk()]
    assert parts == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    for part in message.walk():
        if part.get_content_type() == "text/html":
            assert [each for each in Markup(part.get_content()).found if each != "style"] == []
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            assert [each.name for each in calendar.walk()].count("VEVENT") == 1
            (event,) = calendar.walk("VEVENT")
            assert str(event["ATTENDEE"]).lower() == f"mailto:{mail.recipient}".lower()


async def type_in(house: House, directory: Path, route: str, field: str, typed: str) -> None:
    method, path = route.split(" ")
    body = {key: filled(value, house.names) for key, value in BODIES[route].items()}
    if route == "POST /reservations/new":
        body |= {"emails": "lucia@example.org"}
    async with house.fresh(directory) as visitor:
        headers = house.headers["supervisor"] | {"Origin": SITE}
        answer = await visitor.client.request(method, path, data=body | {field: typed}, headers=headers)
        check_page(answer)
        for shown in (*SHOWN, answer.headers.get("location", "/")):
            check_page(await visitor.client.get(shown, headers=headers))
        for mail in await mails(visitor):
            check_mail(mail)


async def mails(visitor: Visitor) -> list[Mail]:
    database: Database = visitor.house.web.state.parts.database
    async with database.read() as session:
        return list(await session.scalars(select(Mail)))


@pytest.mark.parametrize(("route", "field"), FIELDS, ids=[f"{route.split()[1]}-{field}" for route, field in FIELDS])
def test_typed_text_stays_text(house: House, route: str, field: str) -> None:
    @given(typed=NASTY)
    @example('"><evil-tag onclick=evil()>')
    @example("</textarea><script>evil()</script>")
    @example("evil\r\nBcc: eve@evil.example")
    @settings(max_examples=8, deadline=None, database=None)
    def attempt(typed: str) -> None:
        with tempfile.TemporaryDirectory() as directory:
            asyncio.run(type_in(house, Path(directory), route, field, typed))

    attempt()


@pytest.mark.parametrize("typed", PIECES)
async def test_a_relative_s_mail_has_the_headers_it_always_has(house: House, typed: str, tmp_path: Path) -> None:
    """The resident's and the visitor's names are in the visit's title, the letter and the calendar entry."""
    resident = {"name": typed, "room": typed, "relative_name": typed, "emails": "lucia@example.org", "notes": typed}
    async with house.fresh(tmp_path) as visitor:
        headers = house.headers["supervisor"] | {"Origin": SITE}
        added = await visitor.client.post("/api/v1/residents", json=resident, headers=headers)
        if added.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            assert {each["field"] for each in added.json()["errors"]} <= {"name", "room", "relative_name", "notes"}
            return
        visit = {"robot_id": house.names["robot"], "resident_id": added.json()["id"], "minutes": 30}
        booked = await visitor.client.post(
            "/api/v1/reservations", json=visit | {"starts_at": "2026-11-20T20:00"}, headers=headers
        )
        if booked.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            assert "title" in booked.text
            return
        found = [mail for mail in await mails(visitor) if mail.reservation_id == booked.json()["id"]]
        (mail,) = found
        check_mail(mail)
        check_page(await visitor.client.get(f"/reservations/{booked.json()['id']}", headers=headers))
