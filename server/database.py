"""The database: reading and writing transactions, and everything that is special to one kind of database."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Any

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext, IsolationLevel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

READERS = 4
WAL_ATTEMPTS = 5
WRITE = "BEGIN IMMEDIATE"
TURN_MILLISECONDS = 20
"""SQLite pauses ever longer between its tries for the write lock, so that of several processes the one that has waited
longest is the last to see it free. Begun anew this often, they all have an even chance."""


class Database:
    """One database and its connections; nothing is opened before the first transaction.

    `sqlalchemy.exc.OperationalError` or `sqlalchemy.exc.TimeoutError` is raised where the database or a connection to
    it does not come free within `busy_seconds`.
    """

    def __init__(self, url: str, busy_seconds: float = 5.0) -> None:
        if make_url(url).get_backend_name() == "sqlite":
            self.reader = _sqlite(url, busy_seconds, begin="BEGIN", connections=READERS)
            # One writer per process: SQLite has one write lock, and a queue in memory is fairer than its polling.
            self.writer = _sqlite(url, busy_seconds, begin=WRITE, connections=1)
        else:
            # What was read and then locked must be as it is now, so writers see what others have committed meanwhile.
            self.writer = _server(url, busy_seconds, isolation="READ COMMITTED")
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ")
        self._read = async_sessionmaker(self.reader, expire_on_commit=False)
        self._write = async_sessionmaker(self.writer, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one state of the database and changes nothing; objects stay readable after it."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that holds SQLite's write lock from its first statement; commits where the block ends well."""
        async with self._write() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()


def _sqlite(url: str, busy_seconds: float, begin: str, connections: int) -> AsyncEngine:
    """An engine whose transactions start with `begin`.

    A deferred BEGIN that turns into a write is refused with "database is locked" when another writer was quicker, and
    check-then-insert in autocommit lets overlaps through; BEGIN IMMEDIATE does neither (faults M7).
    """
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        hide_parameters=True,  # they may be names, and errors are logged
        # The sqlite3 module's own implicit BEGIN is off: `begin` below is the only one.
        connect_args={"timeout": busy_seconds, "isolation_level": None},
    )

    def before_connect(_dialect: Dialect, _entry: ConnectionPoolEntry, path: tuple[str], _options: object) -> None:
        # Where aiosqlite cannot open a file, its thread speaks to the event loop once more, which may be gone by then.
        sqlite3.connect(*path).close()

    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            _use_wal(cursor)
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA secure_delete=ON")  # what is forgotten is not left in the file's free pages
            if begin == WRITE:
                cursor.execute(f"PRAGMA busy_timeout={TURN_MILLISECONDS}")  # only now: WAL is waited for in one go
            cursor.close()
        except sqlite3.DatabaseError:
            connection.close()  # the pool does not know it yet; its thread would outlive the event loop
            raise

    def on_begin(connection: Connection) -> None:
        deadline = time.monotonic() + busy_seconds
        while True:
            try:
                connection.exec_driver_sql(begin)
            except OperationalError as error:
                busy = isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorcode == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    raise
            else:
                return

    event.listen(engine.sync_engine, "do_connect", before_connect)
    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
    return engine


def _server(url: str, busy_seconds: float, isolation: IsolationLevel) -> AsyncEngine:
    """An engine for PostgreSQL or MariaDB that waits for a connection and for a lock no longer than `busy_seconds`."""
    seconds = ceil(busy_seconds)
    settings: dict[str, object] = {
        "postgresql": {"timeout": busy_seconds, "server_settings": {"lock_timeout": f"{busy_seconds * 1000:.0f}"}},
        "mysql": {"connect_timeout": seconds, "init_command": f"SET SESSION innodb_lock_wait_timeout = {seconds}"},
    }[make_url(url).get_backend_name()]
    engine = create_async_engine(
        url,
        pool_timeout=busy_seconds,
        pool_pre_ping=True,
        isolation_level=isolation,
        hide_parameters=True,
        connect_args=settings,
    )

    def connect(dialect: Dialect, _entry: ConnectionPoolEntry, words: list[str], options: dict[str, Any]) -> object:
        # asyncpg lets the operating system's error through, which nobody above expects of a database.
        try:
            return dialect.connect(*words, **options)
        except OSError as error:
            raise dialect.loaded_dbapi.OperationalError(str(error)) from error

    def on_error(context: ExceptionContext) -> OperationalError | None:
        # asyncpg has no class for what is nobody's mistake, such as a lock that did not come free.
        if type(context.sqlalchemy_exception) not in {DBAPIError, InterfaceError}:
            return None
        return OperationalError(context.statement, None, context.original_exception, hide_parameters=True)

    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "handle_error", on_error)
    return engine


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch a new file to WAL, in which it stays; for that step alone SQLite does not wait for other connections."""
    for _ in range(WAL_ATTEMPTS - 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            cursor.execute("BEGIN IMMEDIATE")  # this one waits until the others are done
            cursor.execute("COMMIT")
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")
