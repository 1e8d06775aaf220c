"""Fixtures: a real database file, a clock that the test turns, and the whole server on a real socket."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from server import schema
from server.config import DatabaseSection, ServerConfig
from server.database import Database
from tests.server import databases
from tests.server.data_rig import Clock, add_robot, serving
from tests.server.mail_rig import Post, mail_server, with_post


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The commands set it for their process, which is the tests' here."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, made once and copied."""
    path = tmp_path_factory.mktemp("migrated") / "server.db"

    async def migrate() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await schema.upgrade(database)
        await database.close()

    asyncio.run(migrate())
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that use a database run on each kind that was chosen; those of one kind's own say so."""
    if "kind" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("kind", ["sqlite"] if only else databases.chosen())


@pytest.fixture(scope="session")
def servers() -> Iterator[databases.Servers]:
    servers = databases.Servers()
    yield servers
    servers.stop()


@pytest.fixture
def config(tmp_path: Path, migrated: Path, servers: databases.Servers, kind: str) -> ServerConfig:
    """Settings of a server with an empty database."""
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path)}" if kind == "sqlite" else servers.migrated(kind)
    return ServerConfig(data_directory=tmp_path / "data", database=DatabaseSection(url=url))


@pytest.fixture
async def database(config: ServerConfig) -> AsyncIterator[Database]:
    database = Database(config.database.url)
    yield database
    await database.close()


@pytest.fixture
async def client(config: ServerConfig, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(config, clock) as client:
        yield client


@pytest.fixture
async def robot(database: Database) -> str:
    """The id of a robot."""
    return (await add_robot(database))[0]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A mail server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
def posting(config: ServerConfig, post: Post) -> ServerConfig:
    """Settings with that mail server."""
    return with_post(config, post.port)
