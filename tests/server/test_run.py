"""`robotserver run` as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from server.config import ServerConfig
from server.database import Database
from server.models import Participant, Reservation
from tests.server.data_rig import add_robot
from wire.signaling import ParticipantKind

pytestmark = pytest.mark.system

SOON = 30.0


class Systemd:
    """The manager's end of sd_notify(3): a datagram socket that hears what the service says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    async def hears(self, expected: str) -> None:
        async with asyncio.timeout(SOON):
            while expected not in (await asyncio.get_running_loop().sock_recv(self._socket, 4096)).decode():
                pass

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def process(config: ServerConfig, folder: Path, port: int, **environment: str) -> AsyncIterator[Process]:
    """A running `robotserver run`, killed at the end if it still runs."""
    file = folder / "server.yaml"
    values = {
        "data_directory": str(config.data_directory),
        "database": {"url": config.database.url},
        "listen": {"port": port},
    }
    file.write_text(yaml.safe_dump(values))
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "run", "--config", str(file)),
        env=os.environ | environment,
        stderr=PIPE,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def test_it_serves_tells_systemd_and_ends_well(config: ServerConfig, tmp_path: Path) -> None:
    systemd = Systemd(tmp_path / "notify")
    port = free_port()
    environment = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "3000000"}
    async with process(config, tmp_path, port, **environment) as running:
        await systemd.hears("READY=1")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            assert (await client.get("/r/unknown-token")).status_code == 404
            assert (await client.get("/static/room.js")).status_code == 200
            opened = await client.get("/socket.io/?EIO=4&transport=polling")
            assert opened.text.startswith('0{"sid"')
        await systemd.hears("WATCHDOG=1")
        running.send_signal(signal.SIGTERM)
        await systemd.hears("STOPPING=1")
        async with asyncio.timeout(SOON):
            _, errors = await running.communicate()
        assert running.returncode == 0
        assert b"unknown-token" not in errors
        assert b"Traceback" not in errors
    systemd.close()


@pytest.mark.sqlite
async def test_it_ends_at_once_and_loudly_when_the_rooms_have(
    config: ServerConfig, database: Database, tmp_path: Path
) -> None:
    robot, _ = await add_robot(database)
    begin = datetime.now(UTC) - timedelta(hours=1)
    async with process(config, tmp_path, port := free_port()) as running:
        await answers(port)
        async with database.write() as session:
            visit = Reservation(
                robot_id=robot, title="", starts_at=begin, ends_at=begin + timedelta(minutes=30), created_at=begin
            )
            session.add(visit)
            await session.flush()
            guest = {"kind": ParticipantKind.GUEST, "name": "", "secret_hash": "", "joined_at": begin}
            session.add(Participant(reservation_id=visit.id, media={"audio": "nobody writes this"}, **guest))
        async with asyncio.timeout(SOON):
            _, errors = await running.communicate()
    assert running.returncode == 1
    assert b"Traceback" in errors
    assert b"validation error for Media" in errors


async def answers(port: int) -> None:
    """Wait until the server does."""
    async with asyncio.timeout(SOON), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                await client.get("/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_port_that_is_taken_is_named(config: ServerConfig, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with process(config, tmp_path, port) as running, asyncio.timeout(SOON):
            _, errors = await running.communicate()
    assert running.returncode == 1
    assert errors.decode() == (
        f"robotserver: cannot listen on 127.0.0.1:{port} (listen.host, listen.port): Address already in use\n"
    )
