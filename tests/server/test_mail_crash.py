"""kill -9 at each step of booking and sending (S2): no mail is lost, and a crash doubles one at most."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from server.config import ServerConfig
from server.database import Database
from server.mail import LEASE
from server.models import Mail, Reservation
from tests.server.data_rig import NOON, add_robot
from tests.server.mail_rig import book, mail_server, outbox, with_post

pytestmark = pytest.mark.system
AFTER_LEASE = LEASE.total_seconds() + 1


@asynccontextmanager
async def driver(what: str, config: ServerConfig, argument: object) -> AsyncIterator[Process]:
    """A process that works until it is killed, at the latest by the end of this block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.server.mail_driver", what, config.model_dump_json(), str(argument)), stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await process.communicate()


def kill_at(step: str, process: Process) -> Callable[[str], None]:
    """What kills the process when it comes to this step of its second mail."""
    turns = Counter[str]()

    def seen(now: str) -> None:
        turns[now] += 1
        if now == step and turns[step] == 2:
            process.kill()

    return seen


async def all_sent(database: Database) -> None:
    """Wait until nothing is left to send."""
    async with asyncio.timeout(20):
        while [mail for mail in await outbox(database) if mail.sent_at is None]:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("step", "doubled"), [("MAIL", 0), ("RCPT", 0), ("DATA", 1), ("QUIT", 1)])
async def test_a_worker_that_is_killed_loses_no_mail_and_doubles_one_at_most(
    database: Database, config: ServerConfig, step: str, doubled: int
) -> None:
    robot_id, _ = await add_robot(database)
    async with mail_server() as post:
        posting = with_post(config, post.port)
        for number in range(3):
            await book(database, posting, robot_id, starts_at=NOON + timedelta(days=1, hours=number))
        async with driver("send", posting, 0) as killed:
            post.seen = kill_at(step, killed)
            async with asyncio.timeout(20):
                assert await killed.wait() == -9
        post.seen = lambda _step: None
        async with driver("send", posting, AFTER_LEASE):
            await all_sent(database)
        arrived = Counter(post.ids)
        assert set(arrived) == {mail.message_id for mail in await outbox(database)}
        assert arrived.total() == 3 + doubled


async def test_a_worker_that_is_killed_between_file_and_note_writes_the_same_file_again(
    database: Database, config: ServerConfig
) -> None:
    robot_id, _ = await add_robot(database)
    for number in range(12):
        await book(database, config, robot_id, starts_at=NOON + timedelta(days=1, hours=number))
    folder = config.data_directory / "mails"
    for attempt in range(2):
        async with driver("send", config, AFTER_LEASE * attempt), asyncio.timeout(20):
            while len(list(folder.glob("*.eml"))) < 5 * (attempt + 1):
                await asyncio.sleep(0)
    async with driver("send", config, AFTER_LEASE * 3):
        await all_sent(database)
    written = {path.stem: path.read_bytes().decode() for path in folder.glob("*.eml")}
    assert written == {mail.id: mail.content for mail in await outbox(database)}


async def test_every_booking_that_was_confirmed_has_its_mail_whatever_was_killed(
    database: Database, config: ServerConfig
) -> None:
    robot_id, _ = await add_robot(database)
    async with driver("book", config, robot_id) as killed:
        assert killed.stdout is not None
        async with asyncio.timeout(20):
            confirmed = {(await killed.stdout.readline()).decode().strip() for _ in range(25)}
        killed.kill()
        confirmed |= set((await killed.stdout.read()).decode().split())
    async with database.read() as session:
        visits = set((await session.scalars(select(Reservation.id))).all())
        written = list((await session.scalars(select(Mail.reservation_id))).all())
        if config.database.url.startswith("sqlite"):
            assert (await session.execute(text("PRAGMA integrity_check"))).scalar() == "ok"
    assert confirmed <= visits
    assert sorted(written) == sorted(visits)
