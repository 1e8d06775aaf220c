"""Residents on a real database: forms, search, and deletion that leaves no name."""

import sqlite3
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from server import bookings, mailfiles, residents, retention
from server.booking import State
from server.config import ServerConfig
from server.database import Database
from server.errors import UnknownError
from server.mail import MailWorker
from server.models import Link, Mail, MailKind, Participant
from server.residents import ResidentForm
from tests.server.data_rig import NOON, SECRET, Clock, mark_ended, stored
from tests.server.domain_rig import HOUR, RESIDENT, Ward, dump, ward
from wire.rest import Consent
from wire.signaling import ParticipantKind

NAMES = ("Carmen", "Núñez", "Lucía", "lucia@", "juan@", "Visita a", "about her", "Ortega")


@pytest.fixture
async def site(database: Database, config: ServerConfig) -> Ward:
    return await ward(database, config)


def form(**changes: object) -> ResidentForm:
    return ResidentForm.model_validate(RESIDENT | changes)


def test_a_form_as_a_page_sends_it() -> None:
    filled = form(quiet_from="", quiet_until="", notes="", language="en", consent="button")
    assert (filled.age, filled.quiet_from, filled.consent) == (83, None, Consent.BUTTON)
    assert filled.emails == ("lucia@example.org", "juan@example.org")
    assert form(age="").age is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "Carmen\r\nBcc: x"}, "name"),
        ({"room": ""}, "room"),
        ({"relative_name": ""}, "relative_name"),
        ({"emails": " ; "}, "emails"),
        ({"emails": "lucia at home"}, "emails"),
        ({"emails": ";".join(f"r{number}@example.org" for number in range(21))}, "emails"),
        ({"age": "old"}, "age"),
        ({"age": "-1"}, "age"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"consent": "never"}, "consent"),
        ({"nickname": "C"}, "nickname"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, object], field: str) -> None:
    values = RESIDENT | {"quiet_from": "", "quiet_until": ""} | changes
    with pytest.raises(ValidationError) as refused:
        ResidentForm.model_validate(values)
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize("field", ["name", "room", "relative_name", "emails"])
def test_what_is_left_out_is_named(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ResidentForm.model_validate({name: value for name, value in RESIDENT.items() if name != field})
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [((field,), "missing")]


@pytest.mark.parametrize("search", ["", "nunez", "CARMEN 12", "lucía", "juan@example"])
async def test_search_finds_without_accents_and_capitals(site: Ward, search: str) -> None:
    await residents.add(site.database, form(name="Ana Gil", room="7", emails="x@example.org"), "system", NOON)
    names = [resident.name for resident in await residents.list_residents(site.database, search)]
    assert names == (["Ana Gil", "Carmen Núñez"] if not search else names)
    assert "Carmen Núñez" in names
    assert await residents.list_residents(site.database, "nobody") == []


async def test_a_change_says_which_fields_and_not_what(site: Ward) -> None:
    changed = await residents.edit(site.database, site.resident.id, form(name="María", age=84), "system", NOON)
    assert (changed.name, changed.age) == ("María", 84)
    with pytest.raises(UnknownError):
        await residents.edit(site.database, "nobody", form(), "system", NOON)
    assert "María" not in str(await site.audit_details())
    assert {"fields": ["name", "age"]} in await site.audit_details()


async def deleted(site: Ward) -> tuple[str, str]:
    """A past visit and one to come of a resident who is deleted."""
    past = (await site.book(description="about her")).reservation
    async with site.database.write() as session:
        for kind, name in ((ParticipantKind.GUEST, "Lucía"), (ParticipantKind.ROBOT, "Robot 1")):
            values = {"secret_hash": "", "media": {}, "joined_at": NOON, "left_at": NOON}
            session.add(Participant(id=kind.value, reservation_id=past.id, kind=kind, name=name, **values))
        await session.execute(update(Mail).values(sent_at=NOON))
    await mark_ended(site.database, past.id, NOON)
    ahead = (await site.book(NOON + 24 * HOUR, description="about her")).reservation
    async with site.database.write() as session:
        await session.execute(update(Mail).values(sent_at=NOON))
    foretold = await residents.consequences(site.database, site.resident.id, NOON)
    done = await residents.delete(site.database, site.config, SECRET, site.resident.id, "system", NOON)
    assert [visit.id for visit in foretold.cancelled] == [visit.id for visit in done.cancelled] == [ahead.id]
    assert foretold.anonymised == done.anonymised == 1
    return past.id, ahead.id


async def test_deletion_cancels_what_is_booked_and_keeps_what_happened_without_names(site: Ward) -> None:
    past, ahead = await deleted(site)
    assert (await bookings.get(site.database, ahead, NOON)).state is State.CANCELLED
    assert await site.mails() == [("cancellation", "juan", 1), ("cancellation", "lucia", 1)]
    visit = await stored(site.database, past)
    assert (visit.starts_at, visit.title, visit.resident_id, visit.anonymised_at) == (NOON + HOUR, "", None, NOON)
    async with site.database.read() as session:
        participants = dict((await session.execute(select(Participant.kind, Participant.name))).all())
    assert participants == {ParticipantKind.GUEST: "", ParticipantKind.ROBOT: "Robot 1"}
    with pytest.raises(UnknownError):
        await residents.get(site.database, site.resident.id)


async def test_deletion_leaves_no_name_once_the_mails_are_out(site: Ward, clock: Clock) -> None:
    await deleted(site)
    assert "lucia@" in await dump(site.database)
    await MailWorker(site.database, site.config, SECRET, clock).tick()
    assert len(mailfiles.listed(site.config.data_directory)) == 2
    await retention.purge(site.database, site.config, NOON)
    left = await dump(site.database)
    assert [name for name in NAMES if name in left] == []
    assert mailfiles.listed(site.config.data_directory) == set()


@pytest.mark.sqlite
async def test_not_even_in_the_file_s_free_pages(site: Ward, clock: Clock) -> None:
    await deleted(site)
    await MailWorker(site.database, site.config, SECRET, clock).tick()
    await retention.purge(site.database, site.config, NOON)
    await site.database.close()
    path = site.config.database.url.partition(":///")[2]
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with open(path, "rb") as file:  # noqa: ASYNC230, PTH123  a few pages, read once
        content = file.read()
    assert [name for name in NAMES if name.encode() in content] == []


async def test_who_opens_the_link_of_a_called_off_visit_is_told_so(site: Ward) -> None:
    booked = await site.book(emails=[])
    await residents.delete(site.database, site.config, SECRET, site.resident.id, "system", NOON)
    await retention.purge(site.database, site.config, NOON)
    with pytest.raises(bookings.RefusedError, match="cancelled"):
        await bookings.admit_guest(site.database, booked.token, NOON, site.config.rooms)
    await retention.purge(site.database, site.config, NOON + timedelta(days=1))
    async with site.database.read() as session:
        assert (await session.scalars(select(Link))).all() == []


async def test_a_cancellation_on_its_way_keeps_its_link_until_it_is_sent(site: Ward) -> None:
    _, ahead = await deleted(site)
    later = NOON + timedelta(days=2)
    await retention.purge(site.database, site.config, later)
    assert len(await site.mails()) == 2
    assert len(await site.links(ahead)) >= 1
    async with site.database.write() as session:
        await session.execute(update(Mail).where(Mail.kind == MailKind.CANCELLATION).values(sent_at=later))
    await retention.purge(site.database, site.config, later)
    assert (await site.mails(), await site.links(ahead)) == ([], {})
