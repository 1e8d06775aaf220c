"""The worker: each mail once, at its time; back-off, leases of several workers, an end in order."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server import audit, bookings, mails
from server.config import ServerConfig
from server.database import Database
from server.mail import LEASE
from server.models import MailKind
from tests.server.data_rig import NOON, SECRET, Clock
from tests.server.mail_rig import (
    HANG,
    PAUSE,
    Post,
    book,
    hold_at_data,
    links,
    outbox,
    worker,
)


async def test_a_mail_goes_out_once_and_the_relative_is_informed(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    booked = await book(database, posting, robot)
    for _ in range(3):
        await worker(database, posting, clock).tick()
        clock.now += PAUSE
    (mail,) = await outbox(database)
    assert post.ids == [mail.message_id]
    assert post.recipients == ["lucia@family.example"]
    assert (mail.sent_at, mail.attempts, mail.last_error) == (NOON, 1, None)
    assert [link.informed_at for link in await links(database, booked.reservation.id)] == [NOON]


async def test_change_and_cancellation_follow_with_the_same_uid_and_a_higher_sequence(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    sending = worker(database, posting, clock)
    booked = await book(database, posting, robot)
    await sending.tick()
    room = booked.reservation.id
    await bookings.move(database, posting, SECRET, room, NOON + timedelta(days=2), audit.SYSTEM, NOON)
    await sending.tick()
    await bookings.cancel(database, posting, SECRET, room, audit.SYSTEM, NOON)
    await sending.tick()
    entries = [
        part for message in post.received for part in message.walk() if part.get_content_type() == "text/calendar"
    ]
    texts = [entry.get_content() for entry in entries]
    assert [entry["Content-Type"].params["method"] for entry in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({line for text in texts for line in text.splitlines() if line.startswith("UID:")}) == 1
    assert [f"SEQUENCE:{number}" in text for number, text in enumerate(texts)] == [True, True, True]


async def test_the_reminder_goes_out_when_it_is_due(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    booked = await book(database, posting, robot)
    sending = worker(database, posting, clock)
    await sending.tick()
    clock.now = booked.reservation.starts_at - timedelta(minutes=15)
    await sending.tick()
    await sending.tick()
    assert [mail.kind for mail in await outbox(database)] == [MailKind.CONFIRMATION, MailKind.REMINDER]
    assert len(post.received) == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_4xx_is_tried_again_with_growing_pauses(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post, step: str
) -> None:
    await book(database, posting, robot, starts_at=NOON + timedelta(days=5))
    post.answers[step] = "451 try later"
    sending = worker(database, posting, clock)
    pauses = []
    for _ in range(9):
        await sending.tick()
        (mail,) = await outbox(database)
        assert mail.last_error == "451 try later"
        pauses.append((mail.next_attempt_at - clock.now) / timedelta(minutes=1))
        clock.now = mail.next_attempt_at
    expected = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    spread = {pause / base for base, pause in zip(expected, pauses, strict=True)}
    assert 0.75 <= min(spread) < max(spread) <= 1.25
    del post.answers[step]
    await sending.tick()
    assert post.ids == [mail.message_id]


async def test_one_deferred_mail_does_not_hold_up_the_others(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot, ("a@family.example", "b@family.example", "c@family.example"))
    answers = iter(["250 taken", "450 greylisted", "250 taken"])
    post.seen = lambda step: post.answers.update(RCPT=next(answers)) if step == "MAIL" else None
    await worker(database, posting, clock).tick()
    assert len(post.received) == 2


async def test_what_could_not_be_sent_for_a_day_is_given_up(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot, starts_at=NOON + timedelta(days=5))
    post.answers["RCPT"] = "451 try later"
    sending = worker(database, posting, clock)
    while not await mails.dead_letters(database, clock.now):
        clock.now += timedelta(minutes=10)
        assert clock.now <= NOON + timedelta(hours=26)
        await sending.tick()
    assert clock.now >= NOON + timedelta(hours=24)


async def test_a_revoked_links_mail_is_not_sent(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    booked = await book(database, posting, robot)
    (link,) = await links(database, booked.reservation.id)
    await bookings.revoke_link(database, link.id, audit.SYSTEM, NOON)
    await worker(database, posting, clock).tick()
    assert (post.received, await outbox(database)) == ([], [])


async def test_two_workers_send_each_mail_once(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    for number in range(5):
        await book(database, posting, robot, starts_at=NOON + timedelta(days=1, hours=number))
    other = Database(posting.database.url)
    await asyncio.gather(worker(database, posting, clock).tick(), worker(other, posting, clock).tick())
    await other.close()
    assert sorted(post.ids) == sorted(mail.message_id for mail in await outbox(database))


async def test_a_lease_ends_when_its_holder_is_gone(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot)
    post.answers["RCPT"] = HANG
    dying = asyncio.create_task(worker(database, posting, clock).tick())
    stepped = asyncio.Event()
    post.seen = lambda step: stepped.set() if step == "RCPT" else None
    await asyncio.wait_for(stepped.wait(), 5)
    dying.cancel()
    await asyncio.wait({dying})
    del post.answers["RCPT"]
    clock.now += LEASE - timedelta(seconds=1)
    await worker(database, posting, clock).tick()
    assert post.received == []
    clock.now += timedelta(seconds=1)
    await worker(database, posting, clock).tick()
    assert len(post.received) == 1


async def test_a_lease_is_renewed_while_the_mail_is_on_its_way(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.mail.RENEW_SECONDS", 0.02)
    await book(database, posting, robot)
    taken = hold_at_data(post)
    sending = asyncio.create_task(worker(database, posting, clock).tick())
    async with asyncio.timeout(5):
        while (await outbox(database))[0].next_attempt_at == NOON:
            await asyncio.sleep(0.02)
        clock.now += LEASE
        while (await outbox(database))[0].next_attempt_at == NOON + LEASE:
            await asyncio.sleep(0.02)
    await worker(database, posting, clock).tick()
    taken.set()
    await sending
    assert len(post.received) == 1


@pytest.mark.sqlite
async def test_what_could_not_be_noted_is_noted_later_and_not_sent_again(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot)
    impatient = Database(posting.database.url, busy_seconds=0.1)
    sending = worker(impatient, posting, clock)
    taken = hold_at_data(post)
    ticking = asyncio.create_task(sending.tick())
    async with asyncio.timeout(5):
        while (await outbox(database))[0].next_attempt_at == NOON:
            await asyncio.sleep(0.02)
    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        taken.set()
        with pytest.raises(OperationalError):
            await ticking
    clock.now += 2 * LEASE
    await sending.tick()
    await impatient.close()
    assert len(post.received) == 1
    assert (await outbox(database))[0].sent_at is not None


async def test_a_worker_that_is_stopped_finishes_the_mail_on_its_way(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot, ("a@family.example", "b@family.example"))
    sending = worker(database, posting, clock)
    taken = hold_at_data(post)
    sending.start()
    async with asyncio.timeout(5):
        while not [mail for mail in await outbox(database) if mail.next_attempt_at > NOON]:
            await asyncio.sleep(0.02)
    stopping = asyncio.create_task(sending.stop())
    await asyncio.sleep(0)
    taken.set()
    await stopping
    assert [mail.sent_at for mail in await outbox(database)].count(NOON) == len(post.received) == 1
