"""What the tests of the server's data side share: a clock that they turn, the server on a socket, robots and visits."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import uvicorn

from server import audit, booking, bookings, robots
from server.app import create_app
from server.config import ServerConfig
from server.database import Database
from server.models import Reservation
from wire.signaling import CloseReason

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = bytes(32)
CONFIG = ServerConfig()


class Clock:
    """Stands at noon until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def serving(config: ServerConfig, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """The whole server on a free port, and a client of it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(config, clock), log_config=None, ws="websockets-sansio"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with (
            asyncio.timeout(10),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client,
        ):
            yield client
    finally:
        server.should_exit = True
        await task
        listener.close()


async def add_robot(database: Database, name: str = "Robot 1") -> tuple[str, str]:
    """A robot's id and token."""
    code = await robots.add(database, name, audit.SYSTEM, NOON, timedelta(hours=24))
    robot, token = await robots.enrol(database, code, NOON)
    return robot.id, token


async def stored(database: Database, reservation_id: str) -> Reservation:
    """A visit as the database has it now."""
    async with database.read() as session:
        return await session.get_one(Reservation, reservation_id)


async def mark_ended(database: Database, reservation_id: str, at: datetime) -> None:
    """Record an end as the rooms do when the last one left."""
    async with database.write() as session:
        visit = await session.get_one(Reservation, reservation_id)
        visit.ended_at, visit.end_reason = at, CloseReason.LAST_PARTICIPANT


async def book(
    database: Database, robot_id: str, starts_at: datetime, minutes: float = 30, guest: str | None = None
) -> bookings.Booked:
    """A visit."""
    ends_at = starts_at + timedelta(minutes=minutes)
    wish = booking.Wish(robot_id=robot_id, title="A visit", starts_at=starts_at, ends_at=ends_at, guest=guest)
    return await bookings.book(database, CONFIG, SECRET, wish, audit.SYSTEM, NOON)


async def cancel(database: Database, room_or_id: str, now: datetime) -> Reservation:
    """Cancel a visit."""
    return await bookings.cancel(database, CONFIG, SECRET, room_or_id, audit.SYSTEM, now)


async def close(database: Database, room_or_id: str, now: datetime) -> Reservation:
    """Close a room."""
    return await bookings.close(database, CONFIG, SECRET, room_or_id, audit.SYSTEM, now)
