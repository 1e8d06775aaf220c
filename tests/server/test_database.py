"""Transactions on a real SQLite file."""

import sqlite3
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from server.config import ServerConfig
from server.database import TURN_MILLISECONDS, Database
from server.models import Robot


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Robot.name)))


@pytest.mark.sqlite
async def test_what_sqlite_is_told(database: Database) -> None:
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for session, milliseconds in ((database.read(), 5000), (database.write(), TURN_MILLISECONDS)):
        wanted = settings | {"busy_timeout": milliseconds}
        async with session as opened:
            told = {name: (await opened.execute(text(f"PRAGMA {name}"))).scalar_one() for name in wanted}
        assert told == wanted


async def test_times_come_back_as_the_same_instant_in_utc(database: Database) -> None:
    instant = datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=1)))
    async with database.write() as session:
        session.add(Robot(name="Robot 1", last_seen_at=instant))
    async with database.read() as session:
        read = (await session.scalars(select(Robot.last_seen_at))).one()
    assert read == instant
    assert read.tzinfo is UTC
    with pytest.raises(StatementError, match="needs a time zone"):
        async with database.write() as session:
            session.add(Robot(name="Robot 2", last_seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001  the mistake to refuse


async def test_a_block_that_fails_stores_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as session:
            session.add(Robot(name="Robot 1"))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(database) == []


async def test_readers_do_not_wait_for_a_writer_and_see_the_state_before(database: Database) -> None:
    async with database.write() as session:
        session.add(Robot(name="Robot 1"))
        await session.flush()
        assert await names(database) == []
    assert await names(database) == ["Robot 1"]


@pytest.mark.sqlite
async def test_waiting_for_another_process_ends(config: ServerConfig) -> None:
    database = Database(config.database.url, busy_seconds=0.3)
    await names(database)
    blocker = sqlite3.connect(config.database.url.partition(":///")[2])
    blocker.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        async with database.write() as session:
            session.add(Robot(name="Robot 1"))
    assert 0.3 <= time.monotonic() - begun < 20
    blocker.close()
    async with database.write() as session:
        session.add(Robot(name="Robot 1"))
    await database.close()


@pytest.mark.sqlite
async def test_waiting_for_this_process_ends(config: ServerConfig) -> None:
    database = Database(config.database.url, busy_seconds=0.3)
    async with database.write() as first:
        await first.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeoutError):
            async with database.write() as second:
                await second.execute(text("SELECT 1"))
    await database.close()


async def test_waiting_for_a_lock_ends(config: ServerConfig) -> None:
    first, second = (Database(config.database.url, busy_seconds=1.0) for _ in range(2))
    async with first.write() as session:
        session.add(Robot(id="r1", name="Robot 1"))
    async with first.write() as session:
        await session.get_one(Robot, "r1", with_for_update=True)
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            async with second.write() as other:
                await other.get_one(Robot, "r1", with_for_update=True)
        assert 0.9 <= time.monotonic() - begun < 30
    async with second.write() as other:
        assert (await other.get_one(Robot, "r1", with_for_update=True)).name == "Robot 1"
    await first.close()
    await second.close()


@pytest.mark.parametrize("url", ["postgresql+asyncpg://nobody@127.0.0.1:1/x", "mysql+asyncmy://nobody@127.0.0.1:1/x"])
async def test_a_server_that_is_away_is_the_database_s_error(url: str) -> None:
    database = Database(url, busy_seconds=1.0)
    with pytest.raises(OperationalError):
        await names(database)
    await database.close()


async def test_no_value_is_in_an_error(database: Database) -> None:
    for expected in (nullcontext(), pytest.raises(IntegrityError)):
        with expected as refused:
            async with database.write() as session:
                session.add(Robot(name="Robot 1", token_hash="Carmen"))
    assert refused is not None
    assert "Carmen" not in str(refused.value)
