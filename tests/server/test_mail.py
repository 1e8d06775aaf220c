"""The worker against a real SMTP server and its faults (S3): nothing lost, nothing doubled, staff see what failed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from server import audit, bookings, mailfiles, mails
from server.config import ServerConfig
from server.database import Database
from server.errors import UnknownError
from server.mail import LEASE, LONGEST_PAUSE, MailWorker
from server.mails import NotGivenUpError
from server.models import MailKind
from tests.server.data_rig import NOON, SECRET, Clock, add_robot
from tests.server.mail_rig import (
    DROP,
    HANG,
    SENDER,
    Post,
    book,
    links,
    mail_server,
    make_certificate,
    outbox,
    with_post,
)

PAUSE = timedelta(minutes=2)
"""Longer than the first pause of any mail."""


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def posting(config: ServerConfig, post: Post) -> ServerConfig:
    return with_post(config, post.port)


@pytest.fixture
async def robot(database: Database) -> str:
    return (await add_robot(database))[0]


def worker(database: Database, config: ServerConfig, clock: Clock) -> MailWorker:
    return MailWorker(database, config, SECRET, clock)


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


async def test_what_arrives_is_what_was_written_down(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot, title="Cumpleaños de Doña Íñiga\u2028. 😀")
    await worker(database, posting, clock).tick()
    (mail,) = await outbox(database)
    read = await mails.read_mail(database, mail.id)
    (arrived,) = post.received
    body = arrived.get_body(("plain",))
    assert body is not None
    assert (arrived["Subject"], body.get_content().replace("\r\n", "\n")) == (read.subject, read.text)
    assert SENDER in arrived["From"]


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


async def test_while_the_server_is_down_nothing_is_lost_and_afterwards_all_goes_out_at_once(
    database: Database, config: ServerConfig, clock: Clock, robot: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        down = with_post(config, closed.getsockname()[1])
        for number in range(3):
            await book(database, down, robot, starts_at=NOON + timedelta(days=1, hours=number))
        sending = worker(database, down, clock)
        for _ in range(180):
            clock.now += timedelta(minutes=1)
            await sending.tick()
        waiting = await outbox(database)
    assert [(mail.sent_at, mail.dead_at, mail.attempts) for mail in waiting] == [(None, None, 0)] * 3
    assert all("SMTPConnect" in str(mail.last_error) for mail in waiting)
    async with mail_server() as post:
        up = with_post(config, post.port)
        clock.now += timedelta(minutes=5)
        await worker(database, up, clock).tick()
        assert sorted(post.ids) == sorted(mail.message_id for mail in waiting)


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


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_5xx_is_a_dead_letter_that_staff_see_and_send_again(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post, step: str
) -> None:
    booked = await book(database, posting, robot)
    post.answers[step] = "550 no such mailbox"
    sending = worker(database, posting, clock)
    for _ in range(3):
        await sending.tick()
        clock.now += LONGEST_PAUSE
    (mail,) = await mails.list_mails(database, dead=True)
    assert (mail.dead_at, mail.attempts, mail.last_error) == (NOON, 1, "550 no such mailbox")
    assert await mails.dead_letters(database, clock.now) == 1
    assert [link.informed_at for link in await links(database, booked.reservation.id)] == [None]
    del post.answers[step]
    await mails.send_again(database, mail.id, "ana", clock.now)
    await sending.tick()
    assert post.ids == [mail.message_id]
    assert await mails.dead_letters(database, clock.now) == 0
    entries = await audit.list_entries(database, audit.Filter(actor="ana"))
    assert [(entry.action, entry.object_id, entry.detail) for entry in entries] == [("send_again", mail.id, {})]


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


async def test_a_mail_about_a_visit_that_is_over_is_not_sent_but_shown(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    booked = await book(database, posting, robot)
    clock.now = booked.reservation.ends_at
    await worker(database, posting, clock).tick()
    assert post.received == []
    (mail,) = await mails.list_mails(database, dead=True)
    assert mail.last_error == "the visit was over before the mail could be sent"
    assert await mails.dead_letters(database, clock.now) == 0


async def test_a_revoked_links_mail_is_not_sent(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    booked = await book(database, posting, robot)
    (link,) = await links(database, booked.reservation.id)
    await bookings.revoke_link(database, link.id, audit.SYSTEM, NOON)
    await worker(database, posting, clock).tick()
    assert (post.received, await outbox(database)) == ([], [])


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("fault", [DROP, HANG, "421 shutting down"])
async def test_a_server_that_goes_before_the_data_has_not_got_the_mail(
    database: Database, config: ServerConfig, clock: Clock, robot: str, post: Post, step: str, fault: str
) -> None:
    posting = with_post(config, post.port, timeout_seconds=1)
    await book(database, posting, robot)
    post.answers[step] = fault
    sending = worker(database, posting, clock)
    await sending.tick()
    del post.answers[step]
    clock.now += PAUSE
    await sending.tick()
    (mail,) = await outbox(database)
    assert (post.ids, mail.attempts) == ([mail.message_id], 1)


async def test_a_server_that_dies_after_the_data_is_tried_again_with_the_same_message_id(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot)
    post.answers["DATA"] = DROP
    sending = worker(database, posting, clock)
    await sending.tick()
    (mail,) = await outbox(database)
    assert mail.sent_at is None
    assert str(mail.last_error).startswith("it may have been sent: SMTPServerDisconnected")
    del post.answers["DATA"]
    clock.now += PAUSE
    await sending.tick()
    await sending.tick()
    assert post.ids == [mail.message_id] * 2


async def test_a_server_that_is_slow_to_take_a_mail_gets_it_once(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot)
    slow = asyncio.Event()
    handle = post.handle_DATA

    async def later(*arguments: object) -> str:
        await asyncio.wait_for(slow.wait(), 10)
        return await handle(*arguments)  # type: ignore[arg-type]  # handed on as they came

    post.handle_DATA = later  # type: ignore[method-assign, assignment]  # this one server is slow
    asyncio.get_running_loop().call_later(1.5 * posting.mail.timeout_seconds, slow.set)
    await worker(database, posting, clock).tick()
    (mail,) = await outbox(database)
    assert (post.ids, mail.sent_at) == ([mail.message_id], NOON)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_with_a_known_certificate_and_an_account(
    database: Database, config: ServerConfig, clock: Clock, robot: str, tmp_path: Path, security: str
) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    async with mail_server(certificate, implicit_tls=security == "tls") as post:
        account = {"security": security, "ca_file": certificate, "username": "house", "password": "secret"}
        safe = with_post(config, post.port, host="localhost", **account)
        await book(database, safe, robot)
        await worker(database, safe, clock).tick()
        assert len(post.received) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["authority", "host", "password"])
async def test_whoever_cannot_be_trusted_gets_nothing(
    database: Database, config: ServerConfig, clock: Clock, robot: str, tmp_path: Path, security: str, wrong: str
) -> None:
    certificate = make_certificate(tmp_path, "other.example" if wrong == "host" else "localhost")
    async with mail_server(certificate, implicit_tls=security == "tls") as post:
        doubtful = with_post(
            config,
            post.port,
            host="localhost",
            security=security,
            ca_file=None if wrong == "authority" else certificate,
            username="house",
            password="guess" if wrong == "password" else "secret",
        )
        await book(database, doubtful, robot)
        await worker(database, doubtful, clock).tick()
        (mail,) = await outbox(database)
        assert (post.received, mail.sent_at, mail.dead_at) == ([], None, None)
        assert ("535" if wrong == "password" else "certificate verify failed") in str(mail.last_error)


async def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(
    database: Database, config: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    safe = with_post(config, post.port, security="starttls")
    await book(database, safe, robot)
    await worker(database, safe, clock).tick()
    assert post.received == []


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


async def test_without_a_server_mails_are_files_that_only_the_server_reads(
    database: Database, config: ServerConfig, clock: Clock, robot: str
) -> None:
    booked = await book(database, config, robot)
    await worker(database, config, clock).tick()
    (mail,) = await outbox(database)
    path = mailfiles.path(config.data_directory, mail.id)
    assert path.read_bytes().decode() == mail.content
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]
    assert mail.sent_at == NOON
    assert [link.informed_at for link in await links(database, booked.reservation.id)] == [NOON]


async def test_a_file_that_cannot_be_written_is_tried_again(
    database: Database, config: ServerConfig, clock: Clock, robot: str
) -> None:
    config.data_directory.mkdir()
    in_the_way = config.data_directory / "mails"
    in_the_way.touch()
    await book(database, config, robot)
    await worker(database, config, clock).tick()
    (mail,) = await outbox(database)
    assert (mail.sent_at, mail.dead_at) == (None, None)
    assert str(in_the_way) in str(mail.last_error)
    in_the_way.unlink()
    clock.now += PAUSE
    await worker(database, config, clock).tick()
    assert (await outbox(database))[0].sent_at == clock.now


async def test_nobodys_address_or_link_is_in_the_log(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="server")
    post.answers["RCPT"] = "550 <lucia@family.example> is unknown here"
    booked = await book(database, posting, robot)
    await worker(database, posting, clock).tick()
    assert "given up" in caplog.text
    assert not [word for word in ("lucia", "Carmen", booked.token) if word in caplog.text]


async def test_only_what_was_given_up_is_sent_again(database: Database, config: ServerConfig, robot: str) -> None:
    await book(database, config, robot)
    (mail,) = await outbox(database)
    with pytest.raises(NotGivenUpError):
        await mails.send_again(database, mail.id, "ana", NOON)
    with pytest.raises(UnknownError):
        await mails.send_again(database, "nothing", "ana", NOON)
    with pytest.raises(UnknownError):
        await mails.read_mail(database, "nothing")


async def test_mails_are_listed_by_visit_newest_first(
    database: Database, posting: ServerConfig, clock: Clock, robot: str
) -> None:
    booked = await book(database, posting, robot)
    await book(database, posting, robot, starts_at=NOON + timedelta(days=3))
    await worker(database, posting, clock).tick()
    later = NOON + timedelta(hours=1)
    await bookings.cancel(database, posting, SECRET, booked.reservation.id, audit.SYSTEM, later)
    listed = await mails.list_mails(database, booked.reservation.id)
    assert [mail.kind for mail in listed] == [MailKind.CANCELLATION, MailKind.CONFIRMATION]
    assert len(await mails.list_mails(database)) == 3
