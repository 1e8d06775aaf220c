"""A process that books one robot as fast as it can: `python -m tests.server.wild_booker URL ROBOT SEED`."""

import asyncio
import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import DBAPIError

from server import audit, booking, bookings
from server.config import ServerConfig
from server.database import Database

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TASKS, ATTEMPTS, SLOTS = 8, 12, 120


async def attempt(database: Database, robot_id: str, dice: random.Random) -> str:
    """Try to book one to three slots; what came of it."""
    starts_at = NOON + timedelta(minutes=10 * dice.randrange(SLOTS))
    ends_at = starts_at + timedelta(minutes=10 * dice.randint(1, 3))
    wish = booking.Wish(robot_id=robot_id, title="A visit", starts_at=starts_at, ends_at=ends_at)
    try:
        await bookings.book(database, ServerConfig(), bytes(32), wish, audit.SYSTEM, NOON)
    except booking.ClashError:
        return "clash"
    except DBAPIError as error:
        return str(error.orig)
    return "booked"


async def book_wildly(url: str, robot_id: str, seed: int) -> Counter[str]:
    database = Database(url, busy_seconds=30)
    dice = random.Random(seed)

    async def several() -> list[str]:
        return [await attempt(database, robot_id, dice) for _ in range(ATTEMPTS)]

    outcomes = await asyncio.gather(*(several() for _ in range(TASKS)))
    await database.close()
    return Counter(outcome for each in outcomes for outcome in each)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(book_wildly(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
