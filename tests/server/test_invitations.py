"""Which mails are written down for whom and when, on a real database (J6)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from server import audit, booking, bookings, invitations
from server.config import InvitationsSection, ServerConfig
from server.database import Database
from server.models import MailKind
from tests.server.data_rig import NOON, SECRET
from tests.server.mail_rig import book, links, outbox, without_confirmations

STARTS = NOON + timedelta(days=1)
BEFORE = timedelta(minutes=15)
FAMILY = ("lucia@family.example", "juan@family.example")


async def remind(database: Database, config: ServerConfig, at: datetime) -> None:
    await invitations.remind(database, config, SECRET, at)


async def kinds(database: Database) -> list[tuple[MailKind, int, str]]:
    return [(mail.kind, mail.sequence, mail.recipient) for mail in await outbox(database)]


async def test_each_relative_gets_a_confirmation_with_his_own_link(
    database: Database, config: ServerConfig, robot: str
) -> None:
    booked = await book(database, config, robot, FAMILY)
    mails = await outbox(database)
    assert {mail.recipient for mail in mails} == set(FAMILY)
    assert {(mail.kind, mail.sequence) for mail in mails} == {(MailKind.CONFIRMATION, 0)}
    assert len({mail.message_id for mail in mails}) == 2
    own = [f"{config.public_url}/r/{token}" for token in booked.tokens]
    assert [[link in mail.content.replace("=\r\n", "") for link in own].count(True) for mail in mails] == [1, 1]


async def test_a_visit_without_addresses_has_no_mails(database: Database, config: ServerConfig, robot: str) -> None:
    await book(database, config, robot, ())
    await remind(database, config, STARTS)
    assert await outbox(database) == []


async def test_a_refused_booking_leaves_no_mail(database: Database, config: ServerConfig, robot: str) -> None:
    await book(database, config, robot)
    before = await outbox(database)
    with pytest.raises(booking.ClashError):
        await book(database, config, robot, FAMILY)
    assert len(await outbox(database)) == len(before)


async def test_without_confirmations_the_reminder_is_the_first_word(
    database: Database, config: ServerConfig, robot: str
) -> None:
    config = without_confirmations(config)
    booked = await book(database, config, robot)
    await bookings.move(
        database, config, SECRET, booked.reservation.id, STARTS + timedelta(hours=1), audit.SYSTEM, NOON
    )
    assert await outbox(database) == []
    await remind(database, config, STARTS + timedelta(hours=1) - BEFORE)
    assert await kinds(database) == [(MailKind.REMINDER, 1, FAMILY[0])]


async def test_a_reminder_is_due_15_minutes_before_and_comes_once(
    database: Database, config: ServerConfig, robot: str
) -> None:
    await book(database, config, robot)
    await remind(database, config, STARTS - BEFORE - timedelta(microseconds=1))
    assert len(await outbox(database)) == 1
    for later in range(3):
        await remind(database, config, STARTS - BEFORE + timedelta(minutes=10 * later))
    assert [kind for kind, _, _ in await kinds(database)] == [MailKind.CONFIRMATION, MailKind.REMINDER]


async def test_a_server_that_was_down_reminds_late_but_not_of_what_is_over(
    database: Database, config: ServerConfig, robot: str
) -> None:
    await book(database, config, robot)
    await book(database, config, robot, starts_at=STARTS + timedelta(hours=1))
    await remind(database, config, STARTS + timedelta(hours=1))
    reminders = [mail for mail in await outbox(database) if mail.kind is MailKind.REMINDER]
    assert len(reminders) == 1
    assert "14:00" in reminders[0].content


async def test_a_shorter_setting_does_not_remind_a_second_time(
    database: Database, config: ServerConfig, robot: str
) -> None:
    hour = config.model_copy(update={"invitations": InvitationsSection(reminder_minutes=60)})
    await book(database, hour, robot)
    await remind(database, hour, STARTS - timedelta(hours=1))
    await remind(database, config, STARTS - BEFORE)
    assert [kind for kind, _, _ in await kinds(database)] == [MailKind.CONFIRMATION, MailKind.REMINDER]


async def test_reminders_can_be_turned_off(database: Database, config: ServerConfig, robot: str) -> None:
    config = config.model_copy(update={"invitations": InvitationsSection(reminder_minutes=0)})
    await book(database, config, robot)
    await remind(database, config, STARTS)
    assert [kind for kind, _, _ in await kinds(database)] == [MailKind.CONFIRMATION]


async def test_who_was_just_told_is_not_reminded(database: Database, config: ServerConfig, robot: str) -> None:
    await book(database, config, robot, starts_at=NOON + timedelta(minutes=10))
    await remind(database, config, NOON)
    assert [kind for kind, _, _ in await kinds(database)] == [MailKind.CONFIRMATION]


async def test_cancelled_closed_and_ended_visits_are_not_reminded_of(
    database: Database, config: ServerConfig, robot: str
) -> None:
    for hour, end in enumerate((bookings.cancel, bookings.close)):
        booked = await book(database, config, robot, starts_at=STARTS + timedelta(hours=hour))
        await end(database, config, SECRET, booked.reservation.id, audit.SYSTEM, NOON)
    await remind(database, config, STARTS)
    await remind(database, config, STARTS + timedelta(hours=1))
    assert MailKind.REMINDER not in [kind for kind, _, _ in await kinds(database)]


async def test_a_revoked_link_is_not_reminded(database: Database, config: ServerConfig, robot: str) -> None:
    booked = await book(database, config, robot, FAMILY)
    gone = next(link for link in await links(database, booked.reservation.id) if link.email == FAMILY[0])
    await bookings.revoke_link(database, gone.id, audit.SYSTEM, NOON)
    await remind(database, config, STARTS - BEFORE)
    assert [to for kind, _, to in await kinds(database) if kind is MailKind.REMINDER] == [FAMILY[1]]


async def test_a_change_replaces_what_has_not_gone_out(database: Database, config: ServerConfig, robot: str) -> None:
    booked = await book(database, config, robot)
    later = STARTS + timedelta(hours=2)
    await bookings.move(database, config, SECRET, booked.reservation.id, later, audit.SYSTEM, NOON)
    assert await kinds(database) == [(MailKind.CHANGE, 1, FAMILY[0])]
    await bookings.cancel(database, config, SECRET, booked.reservation.id, audit.SYSTEM, NOON)
    assert await kinds(database) == [(MailKind.CANCELLATION, 2, FAMILY[0])]


async def test_what_was_sent_stays_and_is_followed(database: Database, config: ServerConfig, robot: str) -> None:
    booked = await book(database, config, robot)
    async with database.write() as session:
        (await session.merge((await outbox(database))[0])).sent_at = NOON
    await bookings.cancel(database, config, SECRET, booked.reservation.id, audit.SYSTEM, NOON)
    assert [(kind, sequence) for kind, sequence, _ in await kinds(database)] == [
        (MailKind.CONFIRMATION, 0),
        (MailKind.CANCELLATION, 1),
    ]


async def test_a_visit_moved_after_its_reminder_is_reminded_of_again(
    database: Database, config: ServerConfig, robot: str
) -> None:
    booked = await book(database, config, robot)
    await remind(database, config, STARTS - BEFORE)
    later, at = STARTS + timedelta(hours=2), STARTS - timedelta(minutes=10)
    await bookings.move(database, config, SECRET, booked.reservation.id, later, audit.SYSTEM, at)
    await remind(database, config, later - BEFORE - timedelta(seconds=1))
    await remind(database, config, later - BEFORE)
    assert [(kind, sequence) for kind, sequence, _ in await kinds(database)] == [
        (MailKind.CHANGE, 1),
        (MailKind.REMINDER, 1),
    ]


async def test_the_database_refuses_the_same_mail_twice(database: Database, config: ServerConfig, robot: str) -> None:
    booked = await book(database, config, robot)
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await invitations.enqueue(
                session,
                config,
                SECRET,
                booked.reservation,
                await links(database, booked.reservation.id),
                MailKind.CONFIRMATION,
                NOON,
            )
