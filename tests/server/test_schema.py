"""Migrations of real files."""

import secrets
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.exc import IntegrityError, OperationalError

from server import schema
from server.database import Database
from server.models import Base, Language, Link, Reservation, Statistics, User
from tests.server import databases
from tests.server.data_rig import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "server.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


async def test_an_old_schema_is_refused_with_the_remedy(database: Database) -> None:
    with pytest.raises(schema.SchemaError, match=r"older .* robotserver migrate"):
        await schema.check(database)


async def test_a_newer_schema_is_refused_and_left_alone(database: Database, path: Path) -> None:
    await schema.upgrade(database)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    connection.commit()
    for open_it in (schema.check, schema.upgrade):
        with pytest.raises(schema.SchemaError, match=r"from-the-future.*newer"):
            await open_it(database)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("from-the-future",)]
    connection.close()


async def test_a_migration_that_breaks_off_leaves_the_old_schema(database: Database, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE statistics (in_the_way INTEGER)")
    with pytest.raises(OperationalError, match="already exists"):
        await schema.upgrade(database)
    assert tables(path) == {"statistics"}
    connection.execute("DROP TABLE statistics")
    connection.close()
    await schema.upgrade(database)
    assert {table.name for table in Base.metadata.sorted_tables} <= tables(path)


@pytest.fixture
def empty_url(tmp_path: Path, servers: databases.Servers, kind: str) -> str:
    """Where a database of each kind is that has no tables."""
    if kind == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    return servers.empty(kind, f"t{secrets.token_hex(6)}")


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.close()


def difference(connection: Connection) -> list[object]:
    found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    # MariaDB has no name for JSON and shows the text that it is.
    return [each for each in found if not (isinstance(each, list) and isinstance(each[0][5], LONGTEXT))]


async def test_every_kind_of_database_becomes_what_the_models_say(empty: Database) -> None:
    assert await schema.upgrade(empty) == await schema.upgrade(empty)
    async with empty.writer.begin() as connection:
        assert await connection.run_sync(difference) == []


FIRST_FORM = (
    "INSERT INTO users (id, username, name, email, password_hash, role, created_at)"
    " VALUES ('u1', 'anna', 'Anna', 'a@example.org', 'x', 'supervisor', '2026-11-20 12:00:00.000000')",
    "INSERT INTO robots (id, name) VALUES ('r1', 'Robot 1')",
    "INSERT INTO reservations (id, room, robot_id, title, description, starts_at, ends_at, created_at) VALUES"
    " ('v1', 'room1', 'r1', 'Visit', '', '2026-11-20 12:00:00.000000', '2026-11-20 13:00:00.000000',"
    " '2026-11-20 11:00:00.000000')",
    "INSERT INTO links (id, reservation_id, token_hash, name, created_at)"
    " VALUES ('l1', 'v1', 'hash', 'Lucía', '2026-11-20 11:00:00.000000')",
)


async def test_what_was_there_in_the_first_form_stays(empty: Database) -> None:
    async with empty.writer.begin() as connection:
        await connection.run_sync(lambda opened: command.upgrade(schema._alembic(opened), "0001"))
        for statement in FIRST_FORM:
            await connection.execute(text(statement))
    await schema.upgrade(empty)
    async with empty.read() as session:
        user = await session.get_one(User, "u1")
        visit = await session.get_one(Reservation, "v1")
        link = await session.get_one(Link, "l1")
    assert (user.username, user.active, user.must_change_password) == ("anna", True, False)
    assert (visit.starts_at, visit.resident_id, visit.waiting_room, visit.sequence) == (NOON, None, False, 0)
    assert (link.name, link.email, link.language) == ("Lucía", None, Language.SPANISH)
    overlapping = FIRST_FORM[2].replace("'v1', 'room1'", "'v2', 'room2'")
    with pytest.raises(IntegrityError, match=r"already booked|reservations_overlap"):
        async with empty.writer.begin() as connection:
            await connection.execute(text(overlapping))


async def test_samples_of_forgotten_visits_are_deleted(empty: Database) -> None:
    forgotten = "UPDATE reservations SET anonymised_at = '2026-11-20 12:00:00.000000' WHERE id = 'v1'"
    kept = FIRST_FORM[2].replace("'v1', 'room1'", "'v2', 'room2'").replace("2026-11-20", "2026-11-21")
    sample = "INSERT INTO statistics (reservation_id, at, sample) VALUES ('{}', '2026-11-20 12:00:00.000000', '{{}}')"
    async with empty.writer.begin() as connection:
        await connection.run_sync(lambda opened: command.upgrade(schema._alembic(opened), "0009"))
        for statement in (*FIRST_FORM, kept, forgotten, sample.format("v1"), sample.format("v2")):
            await connection.execute(text(statement))
    await schema.upgrade(empty)
    async with empty.read() as session:
        assert (await session.scalars(select(Statistics.reservation_id))).all() == ["v2"]
