"""kill -9 at every step of a visit (faults S2): it is booked, its mails go out, a guest joins and leaves.

Each step is a statement, a commit or its return in a writing transaction of the server, or an SMTP command. For each of
them in turn the server is killed there, started again, and everybody does what he would: the nurse books again if she
was not answered, the guest comes back. Ends with 0 only if nothing was lost and nothing came twice but one mail.
"""

import argparse
import asyncio
import json
import math
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from socketio.exceptions import SocketIOError

from scripts.lab import crashing_visit
from scripts.lab.crashing_visit import CONTEXT, Site, Visit
from server import audit, robots, schema, secret, sessions, users
from server.config import ServerConfig
from server.database import Database
from server.models import Role
from server.tokens import new_password
from server.users import UserForm


async def _furnish(directory: Path) -> Site:
    config = ServerConfig(data_directory=directory)
    file = directory / "empty.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await schema.upgrade(database)
    now = datetime.now(UTC)
    await robots.add(database, "Robot 1", audit.SYSTEM, now, timedelta(hours=1))
    form = UserForm(username="ana", name="Ana", email="ana@example.org", role=Role.STAFF, password=new_password())
    user = await users.add(database, form, audit.SYSTEM, now, must_change_password=False)
    cookie = await sessions.start(database, user.id, now, config.sessions)
    robot = (await robots.find(database, "Robot 1")).id
    await database.close()
    return Site(file, robot, cookie)


async def _try(site: Site, directory: Path, kill_at: int) -> dict[str, Any]:
    directory.mkdir()
    try:
        return await Visit(site, directory, kill_at).run()
    except (AssertionError, TimeoutError, ClientError, SocketIOError) as error:
        return {"wrong": f"step {kill_at}: {type(error).__name__}: {error}; {directory} is kept"}


async def _all(site: Site, workspace: Path, times: int, at_once: int, minutes: float) -> dict[str, Any]:
    began = time.monotonic()
    names = (await _try(site, workspace / "whole", 0)).get("steps", [])
    found: list[dict[str, Any]] = []
    places = asyncio.Semaphore(at_once)

    async def one(kill_at: int, number: int) -> None:
        async with places:
            if time.monotonic() - began > 60 * minutes:
                return
            directory = workspace / f"{kill_at}-{number}"
            found.append(await _try(site, directory, kill_at))
            if "wrong" not in found[-1]:
                shutil.rmtree(directory)

    await asyncio.gather(*(one(step, number) for number in range(times) for step in range(1, len(names) + 1)))
    good = [each for each in found if "wrong" not in each]
    return {
        "ok": bool(names) and len(good) == len(found),
        "steps": names,
        "visits": len(found),
        "visits_without_that_step": sum(not each["crashes"] for each in good),
        "crashes": sum(each["crashes"] for each in good),
        "mails_doubled": sum(each["doubled"] for each in good),
        "most_doubled_by_one_crash": max((each["doubled"] for each in good), default=0),
        "ghosts_that_left": sum(each["ghosts"] for each in good),
        "wrong": [each["wrong"] for each in found if "wrong" in each],
        "seconds": round(time.monotonic() - began),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/crash-steps", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="kill at each step so often")
    parser.add_argument("--at-once", type=int, default=4, help="so many visits side by side")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no visit after so many")
    arguments = parser.parse_args()
    CONTEXT.set_forkserver_preload([crashing_visit.__name__])
    workspace = Path(tempfile.mkdtemp(prefix="telepresence-crashes-"))
    secret.load(workspace / "data")
    site = asyncio.run(_furnish(workspace))
    result = asyncio.run(_all(site, workspace, arguments.times, arguments.at_once, arguments.minutes))
    print(json.dumps(result, indent=2))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
