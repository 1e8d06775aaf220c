"""Three processes book the same robot as fast as they can (faults D1, M7)."""

import asyncio
import json
import sys
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import select

from server.config import ServerConfig
from server.database import Database
from server.models import Reservation
from tests.server.data_rig import add_robot
from tests.server.wild_booker import ATTEMPTS, TASKS

PROCESSES = 3


@pytest.mark.system
async def test_no_overlap_and_no_lock_out(config: ServerConfig, database: Database) -> None:
    robot_id, _ = await add_robot(database)
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.server.wild_booker", config.database.url, robot_id, str(seed)),
            stdout=asyncio.subprocess.PIPE,
        )
        for seed in range(PROCESSES)
    ]
    async with asyncio.timeout(60):
        answers = [await process.communicate() for process in processes]
    outcomes = sum((Counter(json.loads(output)) for output, _ in answers), Counter[str]())
    assert set(outcomes) == {"booked", "clash"}
    assert outcomes.total() == PROCESSES * TASKS * ATTEMPTS
    async with database.read() as session:
        visits = (await session.scalars(select(Reservation).order_by(Reservation.starts_at))).all()
    assert len(visits) == outcomes["booked"]
    assert all(first.ends_at <= second.starts_at for first, second in pairwise(visits))
