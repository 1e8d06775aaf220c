"""Migrations of real files."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from server import schema
from server.database import Database
from server.models import Base


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


async def test_an_empty_file_becomes_what_the_models_say(database: Database) -> None:
    assert await schema.upgrade(database) == await schema.upgrade(database) == await schema.check(database)

    def difference(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)

    async with database.writer.begin() as connection:
        assert await connection.run_sync(difference) == []


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
