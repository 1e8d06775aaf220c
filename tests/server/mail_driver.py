"""A process to be killed while it sends mails or books visits.

`python -m tests.server.mail_driver send CONFIG SECONDS` sends on a clock that stands so long after noon;
`python -m tests.server.mail_driver book CONFIG ROBOT` books visits as fast as it can, and names each when it has it.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from server import audit, bookings
from server.booking import Wish
from server.config import ServerConfig
from server.database import Database
from server.mail import MailWorker

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


async def send(config: ServerConfig, seconds: float) -> None:
    now = NOON + timedelta(seconds=seconds)
    await MailWorker(Database(config.database.url), config, bytes(32), lambda: now).run()


async def book(config: ServerConfig, robot_id: str) -> None:
    database = Database(config.database.url)
    for hour in range(1, 10_000):
        wish = Wish(
            robot_id=robot_id,
            title="A visit",
            starts_at=NOON + timedelta(hours=hour),
            ends_at=NOON + timedelta(hours=hour, minutes=30),
            emails=("lucia@family.example",),
        )
        booked = await bookings.book(database, config, bytes(32), wish, audit.SYSTEM, NOON)
        print(booked.reservation.id, flush=True)  # noqa: T201  the parent reads it


if __name__ == "__main__":
    what, given, argument = sys.argv[1:]
    settings = ServerConfig.model_validate_json(given)
    asyncio.run(send(settings, float(argument)) if what == "send" else book(settings, argument))
