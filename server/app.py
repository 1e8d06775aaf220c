"""The server as one ASGI app: REST, pages and Socket.IO around one database. Nobody imports this but the commands."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan

from server import api, problems, schema
from server.access import Parts, per_minute
from server.body import BodyLimit
from server.config import ServerConfig
from server.database import Database
from server.times import utc_now
from wire import VERSION


def create_app(config: ServerConfig, clock: Callable[[], datetime] = utc_now) -> ASGIApp:
    """The whole server; its lifespan opens the database and raises `schema.SchemaError` where that does not fit."""
    database = Database(config.database.url, config.database.busy_seconds)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await open_database(database, config)
        try:
            yield
        finally:
            await database.close()

    return create_web(config, database, clock, lifespan)


async def open_database(database: Database, config: ServerConfig) -> None:
    """Bring the schema up to date, or only look at it, as configured. Raises `schema.SchemaError`."""
    if config.database.migrate:
        await schema.upgrade(database)
    else:
        await schema.check(database)


def create_web(
    config: ServerConfig, database: Database, clock: Callable[[], datetime], lifespan: Lifespan[FastAPI] | None = None
) -> FastAPI:
    """Everything but Socket.IO."""
    app = FastAPI(
        title="Telepresence",
        version=str(VERSION),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = Parts(
        config=config,
        database=database,
        clock=clock,
        enrolments=per_minute(config.limits.enrolments_per_minute),
        sign_ins=per_minute(config.limits.sign_ins_per_minute),
    )
    app.add_middleware(BodyLimit, most=config.limits.body_bytes)
    problems.install(app)
    app.include_router(api.router)
    app.include_router(api.health)
    return app
