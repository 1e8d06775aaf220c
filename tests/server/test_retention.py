"""What is forgotten and when, and what the audit lets nobody do."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from server import audit, bookings, retention
from server.config import ServerConfig
from server.database import Database
from server.models import Audit, Mail
from tests.server.data_rig import NOON, SECRET, mark_ended, stored
from tests.server.domain_rig import HOUR, Ward, dump, ward

DAYS = ServerConfig().retention.days


@pytest.fixture
async def site(database: Database, config: ServerConfig) -> Ward:
    return await ward(database, config)


async def test_a_visit_is_forgotten_some_days_after_its_end_and_not_before(site: Ward) -> None:
    booked = (await site.book(title="Doctor Gil")).reservation
    await mark_ended(site.database, booked.id, NOON)
    end = NOON + timedelta(days=DAYS)
    assert await retention.purge(site.database, site.config, end) == 0
    assert (await stored(site.database, booked.id)).title == "Doctor Gil"
    assert await retention.purge(site.database, site.config, end + timedelta(seconds=1)) == 1
    assert await retention.purge(site.database, site.config, end + timedelta(seconds=1)) == 0
    visit = await stored(site.database, booked.id)
    assert (visit.title, visit.resident_id, visit.ended_at) == ("", None, NOON)
    assert (await site.links(booked.id), await site.mails()) == ({}, [])
    assert "Doctor Gil" not in await dump(site.database)
    assert "Carmen" in await dump(site.database)  # the resident stays


@pytest.mark.parametrize("many", [3, 4, 7])
async def test_many_visits_are_forgotten_in_portions(site: Ward, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    for number in range(many):
        await site.book(NOON + (number + 1) * HOUR)
    assert await retention.purge(site.database, site.config, NOON + timedelta(days=DAYS + 1)) == many


async def test_a_called_off_visit_is_forgotten_after_it_was_called_off(site: Ward) -> None:
    booked = (await site.book(NOON + timedelta(days=600))).reservation
    await bookings.cancel(site.database, site.config, SECRET, booked.id, "system", NOON)
    assert await retention.purge(site.database, site.config, NOON + timedelta(days=DAYS + 1)) == 1


async def entries(database: Database) -> int:
    async with database.read() as session:
        return (await session.scalars(select(func.count()).select_from(Audit))).one()


async def test_the_database_lets_nobody_change_or_delete_an_entry(site: Ward) -> None:
    before = await entries(site.database)
    assert before > 0
    for statement in (update(Audit).values(actor="nobody"), delete(Audit)):
        with pytest.raises(DBAPIError, match="can only grow"):
            async with site.database.write() as session:
                await session.execute(statement)
    assert await entries(site.database) == before


async def test_old_entries_go_at_the_horizon_and_no_younger_ones(site: Ward) -> None:
    later = NOON + timedelta(days=site.config.retention.audit_days, seconds=1)
    async with site.database.write() as session:
        audit.write(session, later, "system", "test", "test", "young")
    await retention.purge(site.database, site.config, later)
    left = await audit.list_entries(site.database, audit.Filter())
    assert [entry.object_id for entry in left] == ["young"]
    with pytest.raises(DBAPIError, match="can only grow"):
        async with site.database.write() as session:
            await session.execute(delete(Audit))
    await retention.purge(site.database, site.config, later + timedelta(days=site.config.retention.audit_days + 1))
    assert await entries(site.database) == 0


async def test_entries_are_found_by_who_what_and_when(site: Ward) -> None:
    async with site.database.write() as session:
        for number in range(5):
            at = NOON + timedelta(minutes=number)
            audit.write(session, at, f"user{number % 2}", "test", "thing", str(number), number=number)

    async def found(**which: object) -> list[str]:
        wanted = audit.Filter(object_kind="thing", **which)  # type: ignore[arg-type]
        return [entry.object_id for entry in await audit.list_entries(site.database, wanted)]

    assert await found() == ["4", "3", "2", "1", "0"]
    assert await found(actor="user1") == ["3", "1"]
    assert await found(object_id="2") == ["2"]
    assert await found(since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3)) == ["2", "1"]
    first = (await audit.list_entries(site.database, audit.Filter(object_kind="thing", limit=2)))[-1]
    assert await found(before=first.id) == ["2", "1", "0"]


async def test_mails_that_are_sent_stay_as_long_as_their_visit(site: Ward) -> None:
    await site.book()
    async with site.database.write() as session:
        await session.execute(update(Mail).values(sent_at=NOON))
    await retention.purge(site.database, site.config, NOON + timedelta(days=1))
    assert len(await site.mails()) == 2
