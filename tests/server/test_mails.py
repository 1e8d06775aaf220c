"""Mails as staff see them: given up and sent again, files where there is no mail server, no names in logs."""

from datetime import timedelta

import pytest

from server import audit, bookings, mailfiles, mails
from server.config import ServerConfig
from server.database import Database
from server.errors import UnknownError
from server.mail import LONGEST_PAUSE
from server.mails import NotGivenUpError
from server.models import MailKind
from tests.server.data_rig import NOON, SECRET, Clock
from tests.server.mail_rig import PAUSE, Post, book, links, outbox, worker


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
