"""The app as a whole: its heartbeat, and a database that does not fit."""

import sqlite3

import pytest

from server import schema
from server.app import STALE_SECONDS, create_app
from server.config import ServerConfig
from tests.server.data_rig import Clock


async def test_it_is_alive_while_the_rooms_are_looked_after(config: ServerConfig) -> None:
    app = create_app(config)
    assert app.alive()
    app.signaling.last_tick -= STALE_SECONDS
    assert not app.alive()


@pytest.mark.sqlite
async def test_it_does_not_start_on_a_newer_schema(config: ServerConfig, clock: Clock) -> None:
    connection = sqlite3.connect(config.database.url.partition(":///")[2])
    connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    connection.commit()
    connection.close()
    app = create_app(config, clock)
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    with pytest.raises(schema.SchemaError, match="newer"):
        await app({"type": "lifespan", "state": {}}, receive, send)  # type: ignore[arg-type]  # ASGI's are wider
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
