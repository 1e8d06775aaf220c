"""The server as one ASGI app: REST, pages and Socket.IO around one database. Nobody imports this but the commands."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from server import api, pages, problems, retention, schema, secret
from server.access import Parts, per_minute
from server.body import BodyLimit
from server.config import ServerConfig
from server.crowding import Crowding
from server.csrf import SameOrigin
from server.database import Database
from server.entrance import Entrance
from server.ice import IceServers
from server.mail import MailWorker
from server.signaling import Signaling
from server.times import utc_now
from wire import VERSION

REPORTS_PER_MINUTE = 30
"""Of call quality: robots and pages send six, and what piled up while the server was away."""
STALE_SECONDS = 20.0
"""So long the rooms' tick may take; it waits for the database, whose own deadline is shorter."""


@dataclass(frozen=True)
class App:
    """The whole server, callable as ASGI."""

    asgi: ASGIApp
    signaling: Signaling
    mails: MailWorker
    background: list[asyncio.Task[None]]
    """What runs from its start to its end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to Socket.IO or to the web side."""
        await self.asgi(scope, receive, send)

    def failure(self) -> BaseException | None:
        """The error that nobody foresaw by which a background task has ended, if one has."""
        ended = (task for task in self.background if task.done() and not task.cancelled())
        return next((error for task in ended if (error := task.exception()) is not None), None)

    def alive(self) -> bool:
        """Whether the background tasks of the rooms and of the mails make progress."""
        return time.monotonic() - self.signaling.last_tick < STALE_SECONDS and self.mails.alive()


def create_app(config: ServerConfig, clock: Callable[[], datetime] = utc_now) -> App:
    """The whole server; its lifespan opens the database and takes up the rooms.

    Raises `pages.MissingLibraryError` or `secret.SecretError`; the lifespan raises `schema.SchemaError` where the
    database does not fit.
    """
    database = Database(config.database.url, config.database.busy_seconds)
    key = secret.load(config.data_directory)
    signaling = Signaling(database, config, key, clock)
    mails = MailWorker(database, config, key, clock)
    background: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def lifespan(_web: FastAPI) -> AsyncIterator[None]:
        try:
            await schema.prepare(database, config.database.migrate)
            background.extend((await signaling.start(), mails.start()))
            async with retention.running(database, config, clock) as forgetting:
                background.append(forgetting)
                yield
            await mails.stop()
            await signaling.stop()
        finally:
            await database.close()

    web = create_web(config, database, clock, key, lifespan)
    pages.install(web)
    return App(Crowding(Entrance(signaling.asgi(web))), signaling, mails, background)


def create_web(
    config: ServerConfig,
    database: Database,
    clock: Callable[[], datetime] = utc_now,
    key: bytes = b"",
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """The REST side, which OpenAPI describes; `key` is the server's secret, which the description does not need."""
    web = FastAPI(
        title="Telepresence",
        version=str(VERSION),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    web.state.parts = Parts(
        config=config,
        database=database,
        secret=key,
        ice=IceServers(config, key),
        clock=clock,
        enrolments=per_minute(config.limits.enrolments_per_minute),
        sign_ins=per_minute(config.limits.sign_ins_per_minute),
        accounts=per_minute(config.limits.sign_ins_per_minute),
        reports=per_minute(REPORTS_PER_MINUTE),
    )
    web.add_middleware(SameOrigin, config=config)
    web.add_middleware(BodyLimit, most=config.limits.body_bytes)
    problems.install(web)
    web.include_router(api.router)
    web.include_router(api.health)
    return web
