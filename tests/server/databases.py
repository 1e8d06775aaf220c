"""PostgreSQL and MariaDB from Debian's packages, each a process of its own on loopback, thrown away at the end."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from server import schema
from server.database import Database
from server.models import Base

DEADLINE = 60.0
CREATE = {
    "postgresql": "CREATE DATABASE {}",
    "mariadb": "CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
}
"""What operators type as well (docs/architecture.md)."""
EMPTY = {
    "postgresql": ["TRUNCATE {} RESTART IDENTITY"],
    "mariadb": ["SET foreign_key_checks = 0", "TRUNCATE {}", "SET foreign_key_checks = 1"],
}
TABLES = [table.name for table in Base.metadata.sorted_tables]


def chosen() -> list[str]:
    """The kinds of database that tests run on: SQLite, and those of `$TEST_DATABASES`, such as `postgresql,mariadb`."""
    return ["sqlite", *filter(None, os.environ.get("TEST_DATABASES", "").split(","))]


class Servers:
    """The servers that were asked for so far; a server is started once, and its database emptied for each test."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._servers: dict[str, str] = {}
        self._migrated: dict[str, str] = {}

    def migrated(self, kind: str) -> str:
        """The URL of a database of this kind with all tables and nothing in them."""
        if kind in self._migrated:
            tables = [", ".join(TABLES)] if kind == "postgresql" else TABLES
            statements = [each.format(table) for each in EMPTY[kind] for table in (tables if "{}" in each else [""])]
            asyncio.run(_execute(self._migrated[kind], *statements))
        else:
            url = self.empty(kind, "telepresence")
            asyncio.run(_migrate(url))
            self._migrated[kind] = url
        return self._migrated[kind]

    def empty(self, kind: str, name: str) -> str:
        """The URL of a new database of this kind, without tables."""
        if kind not in self._servers:
            self._servers[kind] = self._running.enter_context(SERVERS[kind]())
        asyncio.run(_execute(self._servers[kind], CREATE[kind].format(name)))
        return f"{self._servers[kind].rpartition('/')[0]}/{name}"

    def stop(self) -> None:
        self._running.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await schema.upgrade(database)
    await database.close()


async def _execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


@contextmanager
def _postgresql() -> Iterator[str]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    # It refuses to run as root.
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    with _folder(user.get("user")) as folder:
        initdb: list[Any] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
        ]
        subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, **user)
        port = _free_port()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        command = [programs / "postgres", "-D", folder / "data", "-p", str(port), *words]
        with _process(command, f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres", folder, user) as url:
            yield url


@contextmanager
def _mariadb() -> Iterator[str]:
    user = ["--user=root"] if os.geteuid() == 0 else []
    with _folder() as folder:
        common = ["--no-defaults", f"--datadir={folder / 'data'}", *user]
        install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, capture_output=True)
        port = _free_port()
        settings = ["--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}"]
        fast = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"]
        command = [shutil.which("mariadbd") or "/usr/sbin/mariadbd", *common, *settings, *fast]
        with _process(command, f"mysql+asyncmy://root@127.0.0.1:{port}/mysql", folder, {}) as url:
            yield url


SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {"postgresql": _postgresql, "mariadb": _mariadb}


@contextmanager
def _folder(owner: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="telepresence-database-") as name:
        if owner is not None:
            shutil.chown(name, owner)
        yield Path(name)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _process(command: list[Any], url: str, folder: Path, user: dict[str, Any]) -> Iterator[str]:
    """The server while the block runs, once it answers."""
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, **user) as process:
        try:
            asyncio.run(_answers(url, process, folder / "log"))
            yield url
        finally:
            process.send_signal(signal.SIGINT if "postgresql" in url else signal.SIGTERM)
            process.wait(DEADLINE)


async def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            await _execute(url, "SELECT 1")
        except (OSError, DBAPIError):
            if time.monotonic() > deadline or process.poll() is not None:
                raise AssertionError(f"the server does not answer: {log.read_text()}") from None
            await asyncio.sleep(0.1)
        else:
            return
