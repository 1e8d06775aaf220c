"""The worker against a real SMTP server and its faults (S3), and over TLS: nothing is lost, nobody else reads it."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from server import mails
from server.config import ServerConfig
from server.database import Database
from tests.server.certificates import make_certificate
from tests.server.data_rig import NOON, Clock
from tests.server.mail_rig import (
    DROP,
    HANG,
    PAUSE,
    SENDER,
    Post,
    book,
    hold_at_data,
    mail_server,
    outbox,
    with_post,
    worker,
)

pytestmark = pytest.mark.slow


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


async def test_a_server_that_is_away_is_asked_once_at_a_time(
    database: Database, posting: ServerConfig, clock: Clock, robot: str, post: Post
) -> None:
    await book(database, posting, robot, ("a@family.example", "b@family.example", "c@family.example"))
    asked: list[str] = []
    post.seen = asked.append
    post.answers["MAIL"] = "421 shutting down"
    await worker(database, posting, clock).tick()
    assert asked == ["MAIL"]


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
    slow = hold_at_data(post)
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
