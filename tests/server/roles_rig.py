"""All routes of the server, and somebody of each role who asks for them on a house that is the same each time."""

import asyncio
import hashlib
import re
import shutil
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from server import pages, robots, sessions, tls
from server.app import create_web
from server.config import DatabaseSection, ServerConfig
from server.config_network import ListenSection
from server.database import Database
from server.models import Link, Mail, Role
from tests.server.data_rig import NOON, SECRET, Clock, add_robot
from tests.server.domain_rig import RESIDENT, ward
from tests.server.portal_rig import PASSWORD, add_user
from tests.server.quality_rig import attend, measure
from wire.signaling import ParticipantKind

ROLES = ("anonymous", "guest", "robot", "staff", "supervisor")
SITE = "http://site"

MOVED = RESIDENT | {"room": "14"}
VISIT = {"robot_id": "{robot}", "title": "Another", "starts_at": "2026-11-20T18:00:00+01:00", "minutes": 30}
VISIT_PAGE = {"robot_id": "{robot}", "title": "Another", "date": "2026-11-20", "time": "18:00", "minutes": "30"}
USER = {"username": "new.one", "name": "New", "email": "new@example.org", "role": "staff", "password": PASSWORD}
DATA = {"name": "Changed", "email": "changed@example.org", "role": "staff", "language": "en"}
SAMPLE = {"at": "2026-11-20T12:00:00Z", "peer": "p1", "direction": "received", "kind": "video"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/robot/enrolment": {"code": "{code}", "hostname": "h", "version": "1"},
    "PUT /api/v1/robot/status": {"state": "idle", "version": "0.1.0", "hostname": "robot-1"},
    "POST /api/v1/robot/calls/{reservation}/statistics": {"interval": 5, "samples": [SAMPLE]},
    "POST /api/v1/calls/{reservation}/rating": {"quality": "good"},
    "POST /api/v1/residents": RESIDENT,
    "PUT /api/v1/residents/{resident}": MOVED,
    "POST /api/v1/reservations": VISIT,
    "PUT /api/v1/reservations/{reservation}": VISIT,
    "POST /api/v1/reservations/{reservation}/move": {"starts_at": "2026-11-20T18:00:00+01:00"},
    "POST /api/v1/robots": {"name": "Robot 2"},
    "PUT /api/v1/robots/{robot}": {"name": "Robot 2"},
    "POST /api/v1/users": USER,
    "PUT /api/v1/users/{user}": DATA,
    "POST /sign-in": {"username": "ana", "password": PASSWORD},
    "POST /profile/edit": {"name": "Changed", "email": "changed@example.org", "language": "en"},
    "POST /profile/password": {"current": PASSWORD, "new": PASSWORD[::-1], "again": PASSWORD[::-1]},
    "POST /residents/new": RESIDENT,
    "POST /residents/{resident}/edit": MOVED,
    "POST /reservations/new": VISIT_PAGE,
    "POST /reservations/{visit}/edit": VISIT_PAGE,
    "POST /reservations/{visit}/move": VISIT_PAGE,
    "POST /rooms/join": {"meeting": "{room}", "name": "Ana"},
    "POST /robots/new": {"name": "Robot 2"},
    "POST /robots/{robot}/rename": {"name": "Robot 2"},
    "POST /robots/{robot}/volume": {"volume": "70"},
    "POST /users/new": USER,
    "POST /users/{user}/edit": DATA,
}
"""What each call that takes something is sent, so that whoever may do it does it."""


@dataclass(frozen=True)
class House:
    """A database with one of everything, what is in it, and the headers by which each role is known."""

    file: Path
    names: dict[str, str]
    """What stands in the place of a part of a path or of a body, such as `{resident}`."""
    headers: dict[str, dict[str, str]]
    web: FastAPI

    @asynccontextmanager
    async def fresh(self, directory: Path) -> AsyncIterator["Visitor"]:
        """A copy of the house, open to whoever asks."""
        file = Path(shutil.copy(self.file, directory / "house.db"))
        database = Database(f"sqlite+aiosqlite:///{file}")
        self.web.state.parts = replace(self.web.state.parts, database=database)
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.web), base_url=SITE) as client:
                yield Visitor(self, client, file)
        finally:
            await database.close()
            for each in directory.glob("house.db*"):
                each.unlink()


@dataclass(frozen=True)
class Visitor:
    """Whoever asks a copy of the house."""

    house: House
    client: httpx.AsyncClient
    file: Path

    async def ask(self, role: str, route: str) -> httpx.Response:
        """Call one route, such as `GET /residents/{resident}/edit`, with what it needs."""
        method, path = filled(route, self.house.names).split(" ", 1)
        body = {key: filled(value, self.house.names) for key, value in BODIES.get(route, {}).items()}
        kind = "json" if path.startswith("/api/") else "data"
        if kind == "data" and method == "POST" and not body:
            body = {"anything": "x"}
        arguments: dict[str, Any] = {kind: body} if body else {}
        return await self.client.request(method, path, headers=self.house.headers[role] | {"Origin": SITE}, **arguments)

    def digest(self) -> str:
        """Of the whole database but for the audit, which grows while people only look: it tells who saw what."""
        digest = hashlib.sha256()
        with closing(sqlite3.connect(self.file)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if table != "audit":
                    digest.update(repr((table, connection.execute(f"SELECT * FROM {table}").fetchall())).encode())
        return digest.hexdigest()

    def audited(self) -> list[tuple[str, str, str, str]]:
        """Actor, action, kind and id of the object of all entries of the audit."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute("SELECT actor, action, object_kind, object_id FROM audit ORDER BY id").fetchall()


def filled(text: Any, names: dict[str, str]) -> Any:
    """A text with the house's names in it."""
    return re.sub(r"{(\w+)}", lambda part: names[part[1]], text) if isinstance(text, str) else text


def routes(web: FastAPI) -> set[str]:
    """All that can be asked for; HEAD comes with GET."""
    found = {
        f"{method} {context.path}"
        for context in iter_route_contexts(web.routes)
        for method in (context.methods or {"GET"}) - {"HEAD"}
    }
    return {"GET /static/portal.css" if route == "GET /static" else route for route in found}


async def build(file: Path, directory: Path) -> House:
    """Furnish an empty database."""
    config = ServerConfig(
        public_url=SITE,
        data_directory=directory,
        database=DatabaseSection(url=f"sqlite+aiosqlite:///{file}"),
        listen=ListenSection(tls="site_ca"),
    )
    tls.Tls(config, NOON)  # the certificate that the pages offer
    database = Database(config.database.url)
    web = create_web(config, database, Clock(), SECRET)
    pages.install(web)
    house = await ward(database, config)
    people = {role: await add_user(database, role, Role(role)) for role in ("staff", "supervisor")}
    cookies = {role: await sessions.start(database, user, NOON, config.sessions) for role, user in people.items()}
    other = await add_user(database, "ana")
    _, token = await add_robot(database, "Robot 3")
    code = await robots.renew_code(database, "Robot 1", "system", NOON, timedelta(hours=1))
    visit = await house.book(NOON + timedelta(minutes=5))
    link = next(iter((await house.links(visit.reservation.id)).values()))
    async with database.write() as session:
        mail = (await session.scalars(select(Mail).where(Mail.reservation_id == visit.reservation.id))).first()
        assert mail
        mail.dead_at = NOON
        (await session.get_one(Link, link.id)).denied_at = NOON
    came = {ParticipantKind.ROBOT: "Robot 1", ParticipantKind.GUEST: "Lucía"}
    await attend(database, visit.reservation.id, NOON - timedelta(minutes=5), came)
    await measure(database, visit.reservation.id, NOON - timedelta(minutes=5), frozen=20)
    own = await robots.find(database, "Robot 3")
    call = await house.book(NOON + timedelta(hours=2), robot_id=own.id)
    await database.close()
    names = {
        "resident": house.resident.id, "visit": visit.reservation.id, "room": visit.reservation.room, "link": link.id,
        "robot": house.robot, "mail": mail.id, "token": visit.token, "code": code, "call": call.reservation.id,
    }  # fmt: skip
    names |= {"user": other, "supervisor": people["supervisor"]}
    names |= {"reservation": visit.reservation.id}
    headers = {
        "anonymous": {},
        "guest": {"Authorization": f"Bearer {visit.token}", "Cookie": f"session={visit.token}"},
        "robot": {"Authorization": f"Bearer {token}"},
        **{role: {"Cookie": f"session={cookie}"} for role, cookie in cookies.items()},
    }
    return House(file, names, headers, web)


@contextmanager
def listening(house: House) -> Iterator[str]:
    """The house on a real socket, in a thread with a loop of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(house.web, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            asyncio.run(house.web.state.parts.database.close())
