"""Real signaling for tests: uvicorn on a free port, a real SQLite file, and clients that note what they hear."""

import asyncio
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import socketio
import uvicorn
from starlette.applications import Starlette

from server import sessions, tokens, websocket
from server.config import LimitsSection, RoomsSection, ServerConfig
from server.database import Database
from server.models import Link, Participant, Reservation, Robot, Role, User
from server.signaling import Signaling
from server.times import utc_now
from wire.signaling import SERVER_EVENTS

SOON = 5.0
"""Deadline in seconds for everything that a test waits for."""


@dataclass(frozen=True)
class Visit:
    """A booked visit: what the robot and the guest need to come in."""

    id: str
    room: str
    robot: str
    token: str
    link: str


class Rig:
    """A server that can be killed and started again on the same database."""

    def __init__(self, path: Path, busy_seconds: float, **rooms: float) -> None:
        self.path = path
        self.config = ServerConfig(rooms=RoomsSection(**rooms), limits=LimitsSection())
        self.database = Database(f"sqlite+aiosqlite:///{self.path}", busy_seconds)
        self.key = b""
        self.port = 0
        self.clients: list[Client] = []
        self.signaling: Signaling
        self._web: uvicorn.Server
        self._serving: asyncio.Task[None]

    async def start(self) -> None:
        self.signaling = Signaling(self.database, self.config, self.key)
        await self.signaling.start()
        settings = uvicorn.Config(
            self.signaling.asgi(Starlette()),
            port=self.port,
            lifespan="off",
            log_config=None,
            ws=websocket.WebSocketProtocol,
            ws_ping_interval=websocket.PING_SECONDS,
            ws_ping_timeout=websocket.PING_SECONDS,
            timeout_graceful_shutdown=1,
        )
        self._web = uvicorn.Server(settings)
        self._serving = asyncio.create_task(self._web._serve())
        await until(lambda: self._web.started)
        self.port = self._web.servers[0].sockets[0].getsockname()[1]

    @property
    def connections(self) -> int:
        """How many the web server has open."""
        return len(self._web.server_state.connections)

    async def kill(self) -> None:
        """The process is gone: nobody is told, nothing more is stored."""
        await self.signaling.stop()
        self._web.force_exit = self._web.should_exit = True
        await self._serving

    async def book(self, starts: float = -60, ends: float = 600, *, waiting_room: bool = False) -> Visit:
        """A robot with a token of its own, and a visit from and to so many seconds from now."""
        link = secrets.token_urlsafe(16)
        async with self.database.write() as session:
            robot = Robot(name=f"robot {secrets.token_hex(4)}")
            session.add(robot)
            await session.flush()
            token = tokens.robot_token(robot.id)
            robot.token_hash = tokens.digest(token)
        visit = await self.book_again(robot.id, starts, ends, waiting_room=waiting_room)
        await self.add_link(visit.id, link)
        return Visit(visit.id, visit.room, robot.id, token, link)

    async def add_link(self, reservation: str, token: str) -> None:
        """One more way in."""
        async with self.database.write() as session:
            session.add(Link(reservation_id=reservation, token_hash=tokens.digest(token), created_at=utc_now()))

    async def book_again(
        self, robot: str, starts: float = -60, ends: float = 600, *, waiting_room: bool = False
    ) -> Reservation:
        now = utc_now()
        async with self.database.write() as session:
            visit = Reservation(
                robot_id=robot,
                title="Visit",
                starts_at=now + timedelta(seconds=starts),
                ends_at=now + timedelta(seconds=ends),
                created_at=now,
                waiting_room=waiting_room,
            )
            session.add(visit)
        return visit

    async def client(self, token: str | None = None, **headers: str) -> "Client":
        client = Client(self.port, token, headers)
        self.clients.append(client)
        await client.connect()
        return client

    async def robot(self, visit: Visit, **join: Any) -> "Client":
        client = await self.client(visit.token)
        await client.join(visit.room, **join)
        return client

    async def guest(self, visit: Visit, name: str = "Ana", **join: Any) -> "Client":
        client = await self.client()
        await client.join(visit.link, name=name, **join)
        return client

    async def staff(self, visit: Visit, *, must_change_password: bool = False) -> "Client":
        """One of the staff, by the cookie of a session that has just begun."""
        async with self.database.write() as session:
            user = User(
                username="nurse",
                name="Nora",
                email="nora@example.org",
                password_hash="",
                role=Role.STAFF,
                created_at=utc_now(),
                must_change_password=must_change_password,
            )
            session.add(user)
        token = await sessions.start(self.database, user.id, utc_now(), self.config.sessions)
        client = await self.client(Cookie=f"{sessions.cookie_name(self.config)}={token}")
        await client.join(visit.room)
        return client

    async def reservation(self, visit: Visit) -> Reservation:
        async with self.database.read() as session:
            return await session.get_one(Reservation, visit.id)

    async def participant(self, participant: str) -> Participant:
        async with self.database.read() as session:
            return await session.get_one(Participant, participant)


class Client:
    """One Socket.IO client, without reconnection of its own."""

    def __init__(self, port: int, token: str | None = None, headers: dict[str, str] | None = None) -> None:
        self.sio = socketio.AsyncClient(reconnection=False)
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.joined: dict[str, Any] = {}
        self.refused: Any = None
        self._url = f"http://127.0.0.1:{port}"
        self._auth = {"token": token} if token else None
        self.headers = headers or {}
        self.sio.on("connect_error", self._note_refusal)
        for event in SERVER_EVENTS:
            self.sio.on(event, lambda message, event=event: self.heard.put_nowait((event, message)))

    async def connect(self) -> None:
        await self.sio.connect(
            self._url, headers=dict(self.headers), auth=self._auth, transports=["websocket"], wait_timeout=SOON
        )

    def _note_refusal(self, refusal: Any) -> None:
        self.refused = refusal

    async def join(self, room: str, **fields: Any) -> dict[str, Any]:
        self.joined = await self.call("join", {"version": 1, "room": room, **fields})
        return self.joined

    @property
    def id(self) -> str:
        return str(self.joined["participant"])

    @property
    def proof(self) -> dict[str, str]:
        """What `resume` takes."""
        return {"participant": self.joined["participant"], "secret": self.joined["secret"]}

    async def call(self, event: str, message: object = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self.sio.call(event, message, timeout=SOON)
        return answer

    async def hear(self, event: str) -> Any:
        """The next event, which must be this one."""
        heard, message = await asyncio.wait_for(self.heard.get(), SOON)
        assert heard == event, f"heard {heard} {message} instead of {event}"
        return message

    async def gone(self) -> None:
        """Wait until the server has closed the connection."""
        await until(lambda: not self.sio.connected)

    async def vanish(self) -> None:
        """The connection breaks without a word."""
        await self.sio.eio.ws.close()
        await self.gone()


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = SOON) -> float:
    """Wait for a condition; returns how many seconds it took."""
    start = time.monotonic()
    while True:
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return time.monotonic() - start
        assert time.monotonic() - start < seconds, f"not so within {seconds} s"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running(migrated: Path, folder: Path, busy_seconds: float = 5, **rooms: float) -> AsyncIterator[Rig]:
    """A server with a copy of the `migrated` database in `folder`; `rooms` are settings of that section."""
    rig = Rig(Path(shutil.copy(migrated, folder)), busy_seconds, **rooms)
    try:
        await rig.start()
        try:
            yield rig
        finally:
            await asyncio.gather(*(client.sio.disconnect() for client in rig.clients))
            await rig.kill()
    finally:
        await rig.database.close()
