"""Double bookings: many clients book the same few robots by REST, at several server processes on one SQLite file.

Ends with 0 only if no two visits of a robot overlap, and every client was answered with a booking, with the visit
that is in the way, or (some bookings are cancelled again) with a cancellation. Anything else is counted and shown.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from scripts.lab.server import LabServer
from server import audit, configfile, robots, sessions, users
from server.database import Database
from server.models import Role
from server.tokens import new_password
from server.users import UserForm

ROBOTS, DAYS, STEP = 4, 14, timedelta(minutes=5)
CANCELLED = 0.5
"""Of the bookings, so that there is always something to be had."""
WITHIN = 30.0
OVERLAPS = """
SELECT count(*) FROM reservations a JOIN reservations b ON a.robot_id = b.robot_id AND a.id < b.id
WHERE a.starts_at < b.ends_at AND b.starts_at < a.ends_at AND a.cancelled_at IS NULL AND b.cancelled_at IS NULL
"""


@dataclass
class Load:
    """What the clients share."""

    left: int
    robots: list[str]
    begin: datetime
    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-double-booking", description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--servers", type=int, default=3)
    arguments = parser.parse_args()
    workspace = Path(tempfile.mkdtemp(prefix="telepresence-bookings-"))
    with ExitStack() as stack:
        shared = {"url": f"sqlite+aiosqlite:///{workspace / 'server.db'}"}
        # What is set up first makes the tables; it does not run yet.
        servers = [LabServer(workspace / str(number), database=shared) for number in range(arguments.servers)]
        load, cookie = asyncio.run(_furnish(servers[0].config, arguments.attempts))
        for server in servers:
            stack.enter_context(server)
        began = time.monotonic()
        asyncio.run(_run(load, [server.url for server in servers], cookie, arguments.clients))
        took = time.monotonic() - began
        result = _result(load, took, workspace / "server.db", [server.log for server in servers])
    print(json.dumps(result, indent=2))
    return 0 if result["ok"] else 1


async def _furnish(config_file: Path, attempts: int) -> tuple[Load, dict[str, str]]:
    """Robots, and a user who is signed in; returns his cookie too."""
    config = configfile.load(config_file)
    database = Database(config.database.url)
    now = datetime.now(UTC)
    for number in range(ROBOTS):
        await robots.add(database, f"Robot {number + 1}", audit.SYSTEM, now, timedelta(hours=1))
    form = UserForm(username="ana", name="Ana", email="ana@example.org", role=Role.STAFF, password=new_password())
    user = await users.add(database, form, audit.SYSTEM, now, must_change_password=False)
    token = await sessions.start(database, user.id, now, config.sessions)
    found = [robot.id for robot in await robots.list_robots(database)]
    await database.close()
    begin = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    return Load(attempts, found, begin), {sessions.cookie_name(config): token}


async def _run(load: Load, urls: list[str], cookie: dict[str, str], clients: int) -> None:
    limit = aiohttp.TCPConnector(limit=0)
    deadline = aiohttp.ClientTimeout(total=WITHIN)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(connector=limit, timeout=deadline, cookies=cookie, cookie_jar=jar) as session:
        await asyncio.gather(
            *(_client(load, session, urls[number % len(urls)], random.Random(number)) for number in range(clients))
        )


async def _client(load: Load, session: aiohttp.ClientSession, url: str, dice: random.Random) -> None:
    """Book, and cancel some of what was got, until all attempts are made."""
    while load.left > 0:
        load.left -= 1
        starts_at = load.begin + STEP * dice.randrange(DAYS * 24 * 12)
        visit = {
            "robot_id": dice.choice(load.robots),
            "title": "A visit",
            "starts_at": starts_at.isoformat(),
            "minutes": 5 * dice.randint(1, 12),
        }
        began = time.monotonic()
        status, answer = await _ask(session, "POST", url, "", visit)
        load.seconds.append(time.monotonic() - began)
        named = status == 409 and "A visit" in answer
        load.answers["booked" if status == 201 else "clash" if named else f"{status} {answer[:200]}"] += 1
        if status == 201 and dice.random() < CANCELLED:
            status, answer = await _ask(session, "DELETE", url, f"/{json.loads(answer)['id']}")
            load.answers["cancelled" if status == 204 else f"{status} {answer[:200]}"] += 1


async def _ask(session: aiohttp.ClientSession, method: str, url: str, path: str, body: Any = None) -> tuple[int, str]:
    try:
        async with session.request(
            method, f"{url}/api/v1/reservations{path}", json=body, headers={"Origin": url}
        ) as answer:
            return answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        return 0, type(error).__name__


def _result(load: Load, took: float, database: Path, logs: list[Path]) -> dict[str, Any]:
    with closing(sqlite3.connect(database)) as connection:
        overlaps = connection.execute(OVERLAPS).fetchone()[0]
        rows = connection.execute("SELECT count(*) FROM reservations").fetchone()[0]
    locked = sum(log.read_text().count("database is locked") for log in logs)
    others = {answer: count for answer, count in load.answers.items() if answer not in {"booked", "clash", "cancelled"}}
    ordered = sorted(load.seconds)
    return {
        "ok": not overlaps and not others and not locked and rows == load.answers["booked"],
        "attempts": len(ordered),
        **{answer: load.answers[answer] for answer in ("booked", "clash", "cancelled")},
        "other_answers": others,
        "overlaps": overlaps,
        "database_is_locked_in_logs": locked,
        "rows": rows,
        "seconds": round(took, 1),
        "attempts_per_second": round(len(ordered) / took),
        "milliseconds": {f"p{share}": round(1000 * ordered[len(ordered) * share // 100]) for share in (50, 95, 99)}
        | {"most": round(1000 * ordered[-1])},
    }


if __name__ == "__main__":
    sys.exit(main())
