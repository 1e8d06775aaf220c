"""The audit of what people saw: noted once an hour, however often and from however many windows."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from server import audit, residents, retention
from server.config import ServerConfig
from server.database import Database
from server.models import Audit
from server.pages.audit import ACTIONS, KINDS
from server.residents import ResidentForm
from tests.server.data_rig import NOON, Clock
from tests.server.domain_rig import RESIDENT
from tests.server.portal_rig import add_user, reader

HOUR = timedelta(hours=1)


async def seen(database: Database, **which: Any) -> list[tuple[str, str]]:
    """Actor and object of what was seen, oldest first."""
    found = await audit.list_entries(database, audit.Filter(seen=True, **which))
    return [(entry.actor, entry.object_id) for entry in reversed(found)]


async def test_one_person_and_one_thing_are_one_entry_an_hour(database: Database) -> None:
    for minute in (0, 1, 59):
        await audit.saw(database, NOON + timedelta(minutes=minute), "ana", "resident", "carmen")
    assert await seen(database) == [("ana", "carmen")]
    await audit.saw(database, NOON + HOUR, "ana", "resident", "carmen")
    await audit.saw(database, NOON, "bea", "resident", "carmen")
    await audit.saw(database, NOON, "bea", "resident")
    assert await seen(database) == [("ana", "carmen"), ("ana", "carmen"), ("bea", "carmen"), ("bea", "*")]
    assert await seen(database, actor="bea", object_id="*") == [("bea", "*")]


async def test_many_windows_at_once_make_one_entry_and_no_error(config: ServerConfig) -> None:
    processes = [Database(config.database.url) for _ in range(3)]
    await asyncio.gather(*(audit.saw(each, NOON, "ana", "mail", "m1") for each in processes for _ in range(4)))
    assert await seen(processes[0]) == [("ana", "m1")]
    for each in processes:
        await each.close()


async def test_what_was_done_is_no_sight_and_has_no_limit(database: Database) -> None:
    async with database.write() as session:
        for _ in range(2):
            audit.write(session, NOON, "ana", "change", "resident", "carmen")
    await audit.saw(database, NOON, "ana", "resident", "carmen")
    done = await audit.list_entries(database, audit.Filter(seen=False))
    assert [entry.action for entry in done] == ["change", "change"]
    assert len(await audit.list_entries(database, audit.Filter())) == 3


@pytest.mark.sqlite
async def test_what_cannot_be_noted_is_not_shown(config: ServerConfig, database: Database, clock: Clock) -> None:
    await add_user(database)
    await residents.add(database, ResidentForm.model_validate(RESIDENT), "system", NOON)
    impatient = Database(config.database.url, busy_seconds=0.1)
    async with reader(config, impatient, clock) as ana:
        await ana.sign_in()
        async with database.write() as session:
            await session.execute(select(1))  # holds the lock of all that would write
            page = await ana.open("/residents")
        assert (page.status_code, "Carmen" in page.text) == (503, False)
        assert "Carmen" in (await ana.open("/residents")).text
    await impatient.close()


async def test_it_is_forgotten_with_the_rest(database: Database, config: ServerConfig) -> None:
    await audit.saw(database, NOON, "ana", "resident", "carmen")
    with pytest.raises(DBAPIError, match="can only grow"):
        async with database.write() as session:
            await session.execute(delete(Audit))
    await retention.purge(database, config, NOON + timedelta(days=config.retention.audit_days, seconds=1))
    assert await seen(database) == []


def test_the_page_has_words_for_all_that_is_written() -> None:
    folder = Path(audit.__file__).parent
    written = re.findall(
        r'audit\.write\(\s*session, [\w.]+, .+, "(\w+)", "(\w+)"',
        "".join(path.read_text() for path in folder.rglob("*.py") if "node_modules" not in path.parts),
    )
    assert len(written) > 20
    assert {action for action, _ in written} | {audit.SEE} == ACTIONS.keys()
    assert {kind for _, kind in written} == KINDS.keys()
