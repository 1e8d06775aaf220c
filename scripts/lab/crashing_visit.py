"""One visit on a server that dies at one step of it, and what everybody does then; what must hold at its end."""

import asyncio
import contextlib
import multiprocessing
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import socketio
from aiosmtpd.smtp import SMTP

from scripts.lab import crashing_server
from scripts.lab.crashing_server import Steps
from scripts.lab.post import Post
from scripts.lab.server import free_port
from server.attendance import RESTART_GRACE
from server.config import ServerConfig
from server.mail import LEASE
from wire import VERSION

Answer = TypeVar("Answer")
WITHIN = 180.0
DYING = 5.0
"""A connection may break before its process is seen to be dead."""
CONTEXT = multiprocessing.get_context("forkserver")
RELATIVES = ["lucia@family.example", "juan@family.example"]


class CrashedError(Exception):
    """The server died before it answered."""


@dataclass
class Site:
    """What every visit starts from: a database with a robot and a user who is signed in."""

    file: Path
    robot: str
    cookie: str


class Visit:
    """One visit on a server that dies at one step."""

    def __init__(self, site: Site, directory: Path, kill_at: int) -> None:
        self.site = site
        self.file = Path(shutil.copy(site.file, directory / "server.db"))
        self.steps = Steps(CONTEXT, directory / "steps", kill_at)
        self.post = Post(lambda name: self.steps.take(name, self.process.pid or 0))
        self.directory = directory
        self.process: BaseProcess
        self.config: ServerConfig
        self.crashes = 0
        self.url = ""

    async def run(self) -> dict[str, Any]:
        """All of it; returns what was counted. Raises `AssertionError` where something was lost or came twice."""
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(self.post, hostname="post.example", loop=loop), "127.0.0.1", 0)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.config = ServerConfig.model_validate(
            {
                "public_url": self.url,
                "listen": {"port": port},
                "data_directory": self.directory / "data",
                "database": {"url": f"sqlite+aiosqlite:///{self.file}"},
                "mail": {
                    "host": "127.0.0.1",
                    "port": mail.sockets[0].getsockname()[1],
                    "security": "none",
                    "sender": "house@example.org",
                },
                "rooms": {"linger_seconds": 1},
            }
        )
        try:
            await self._start()
            self.steps.armed.value = 1
            async with asyncio.timeout(WITHIN):
                link = await self._book()
                await self._until("SELECT count(*) = 0 FROM outbox WHERE sent_at IS NULL")
                guest = await self._come_and_go(link)
                self.steps.later.value += RESTART_GRACE.total_seconds() + 1
                await self._until("SELECT count(*) = 0 FROM participants WHERE left_at IS NULL")
            return self._judge(guest)
        finally:
            self.process.kill()
            await asyncio.to_thread(self.process.join)
            mail.close()

    async def _start(self) -> None:
        self.process = crashing_server.start(CONTEXT, self.config, self.steps)
        async with aiohttp.ClientSession() as http, asyncio.timeout(WITHIN):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.05)

    async def _revive(self) -> None:
        """Start it again, as systemd does; by its clock the lease of the mail on its way is over."""
        assert self.process.exitcode == -signal.SIGKILL, f"the server ended by itself: {self.process.exitcode}"
        self.crashes += 1
        self.steps.later.value += LEASE.total_seconds() + 1
        await self._start()

    async def _answered(self, asked: Awaitable[Answer]) -> Answer:
        """The server's answer. Raises `CrashedError` where it dies before."""
        answer = asyncio.ensure_future(asked)
        while not answer.done():
            await asyncio.wait({answer}, timeout=0.02)
            if not self.process.is_alive():
                answer.cancel()
                with contextlib.suppress(
                    asyncio.CancelledError, aiohttp.ClientError, socketio.exceptions.SocketIOError
                ):
                    await answer
                raise CrashedError
        try:
            return answer.result()
        except (aiohttp.ClientError, socketio.exceptions.SocketIOError) as error:
            await asyncio.to_thread(self.process.join, DYING)
            if self.process.is_alive():
                raise
            raise CrashedError from error

    async def _book(self) -> str:
        """Book until it is booked; the token of one link. Whoever was not answered finds the visit there, or not."""
        body = {
            "robot_id": self.site.robot,
            "title": "A visit",
            "starts_at": datetime.now(UTC).isoformat(),
            "minutes": 60,
            "emails": RELATIVES,
        }
        while True:
            try:
                status, answer = await self._answered(self._rest("POST", body))
            except CrashedError:
                await self._revive()
                continue
            if status == 409:
                _, listed = await self._answered(self._rest("GET"))
                answer = listed[0]
            assert status in {201, 409}, (status, answer)
            return str(answer["links"][0]["url"].rpartition("/")[2])

    async def _rest(self, method: str, body: Any = None) -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession(cookies={"session": self.site.cookie}, headers={"Origin": self.url}) as http,
            http.request(method, f"{self.url}/api/v1/reservations", json=body) as answer,
        ):
            return answer.status, await answer.json()

    async def _until(self, question: str) -> None:
        """Wait until the database says yes."""
        while not self._ask(question):
            if not self.process.is_alive():
                await self._revive()
            await asyncio.sleep(0.05)

    def _ask(self, question: str) -> Any:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(question).fetchone()[0]

    async def _come_and_go(self, link: str) -> list[str]:
        """The ids under which a guest was let in, as he was told them; one who was told comes back as the same."""
        told: dict[str, Any] = {}
        ids: list[str] = []
        while True:
            client = socketio.AsyncClient(reconnection=False)
            join = {"version": VERSION, "room": link, "name": "Lucía"}
            proof = {"resume": {name: told[name] for name in ("participant", "secret")}} if told else {}
            try:
                await self._answered(client.connect(self.url, transports=["websocket"]))
                told = await self._answered(client.call("join", join | proof, timeout=WITHIN))
                assert "error" not in told, told
                ids.append(told["participant"])
                await self._answered(client.call("leave", timeout=WITHIN))
            except CrashedError:
                await self._revive()
                if self._left(ids):
                    return ids
            else:
                return ids
            finally:
                await client.disconnect()

    def _left(self, ids: list[str]) -> bool:
        return bool(ids) and bool(self._ask(f"SELECT left_at IS NOT NULL FROM participants WHERE id = '{ids[-1]}'"))

    def _judge(self, guest: list[str]) -> dict[str, Any]:
        written = self._ask("SELECT group_concat(message_id, ' ') FROM outbox").split()
        arrived = Counter(self.post.ids)
        people = self._ask("SELECT count(*) FROM participants")
        assert self._ask("PRAGMA integrity_check") == "ok"
        assert self._ask("SELECT count(*) FROM reservations") == 1, "one visit"
        assert self._ask("SELECT count(*) FROM audit WHERE action = 'book'") == 1, "one booking"
        assert len(written) == len(RELATIVES), "one mail for each relative"
        assert set(arrived) == set(written), "every mail arrived, and no other"
        assert arrived.total() <= len(written) + self.crashes, "one mail twice at most"
        assert len(set(guest)) == 1, "one guest"
        assert people <= 1 + self.crashes, "one ghost at most, and it left"
        assert self._ask(f"SELECT count(*) FROM participants WHERE id = '{guest[0]}'") == 1, "who was let in is known"
        return {
            "crashes": self.crashes,
            "doubled": arrived.total() - len(written),
            "ghosts": people - 1,
            "steps": self.steps.log.read_text().splitlines(),
        }
