"""The schema's version: bring the database up to the code's, or refuse one that does not fit."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.database import Database

LOCKS = {
    "postgresql": "SELECT pg_advisory_xact_lock(7266)",
    "mysql": "SELECT GET_LOCK('telepresence schema', 60)",
}
"""What keeps two processes from migrating at once; with SQLite the writing transaction does."""


class SchemaError(Exception):
    """The database's schema is not the one that this version of the server knows."""


def _alembic(connection: Connection) -> Config:
    settings = Config()
    folder = Path(__file__).parent / "migrations"
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def _state(connection: Connection) -> tuple[str | None, str | None, bool]:
    """The database's revision, the code's newest, and whether the code knows the database's."""
    script = ScriptDirectory.from_config(_alembic(connection))
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    return current, script.get_current_head(), current is None or current in known


def _check(connection: Connection) -> str:
    current, head, known = _state(connection)
    if not known:
        raise SchemaError(
            f"the database's schema ({current}) is newer than this server's ({head}): install the newer server"
        )
    if current != head:
        raise SchemaError(
            f"the database's schema ({current or 'empty'}) is older than this server's ({head}): robotserver migrate"
        )
    return str(head)


def _upgrade(connection: Connection) -> str:
    lock = LOCKS.get(connection.dialect.name)
    if lock is not None:
        connection.exec_driver_sql(lock)
    current, head, known = _state(connection)
    if known and current != head:
        command.upgrade(_alembic(connection), "head")
    return _check(connection)


async def check(database: Database) -> str:
    """Return the schema's version; raises `SchemaError` where it is not the code's."""
    async with database.reader.connect() as connection:
        return await connection.run_sync(_check)


async def upgrade(database: Database) -> str:
    """Bring the schema to the code's version, all of it in one transaction, and return the version.

    Raises `SchemaError` where the database is newer than the code.
    """
    async with database.writer.begin() as connection:
        return await connection.run_sync(_upgrade)


async def prepare(database: Database, migrate: bool) -> str:
    """Bring the schema up to date, or only look at it, before anything else is done; returns and raises as those do."""
    return await (upgrade(database) if migrate else check(database))
