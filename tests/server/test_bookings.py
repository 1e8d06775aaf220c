"""Booking, ending and admission on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from server import booking, bookings, tokens
from server.config import RoomsSection
from server.database import Database
from server.errors import UnknownError
from server.models import Link, Reservation
from tests.server.data_rig import NOON, SECRET, add_robot, book, cancel, close, mark_ended
from wire.signaling import ErrorCode, ParticipantKind

RULES = RoomsSection()
HOUR = timedelta(hours=1)


async def test_a_link_lets_its_guest_in(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON, guest="Ana")
    admission = await bookings.admit_guest(database, booked.token, NOON, RULES)
    assert admission.reservation_id == booked.reservation.id
    assert (admission.kind, admission.name, admission.room) == (
        ParticipantKind.GUEST,
        "Ana",
        booked.reservation.room,
    )


async def test_the_database_does_not_hold_the_link_but_the_secret_makes_it_again(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON)
    _, link = await bookings.find_by_token(database, booked.token)
    assert booked.token not in (link.id, link.token_hash)
    assert tokens.link_token(SECRET, link.id) == booked.token
    assert tokens.link_token(bytes(31) + b"x", link.id) != booked.token


async def test_the_robot_enters_its_own_rooms_only(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    other_id, _ = await add_robot(database, "Robot 2")
    room = (await book(database, robot_id, NOON)).reservation.room
    admission = await bookings.admit_robot(database, robot_id, room, NOON, RULES)
    assert (admission.kind, admission.name) == (ParticipantKind.ROBOT, "Robot 1")
    with pytest.raises(bookings.RefusedError) as refused:
        await bookings.admit_robot(database, other_id, room, NOON, RULES)
    assert refused.value.refusal.error is ErrorCode.UNKNOWN_ROOM


async def test_who_comes_too_early_is_told_when_to_come(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON + HOUR)
    with pytest.raises(bookings.RefusedError) as refused:
        await bookings.admit_guest(database, booked.token, NOON, RULES)
    assert refused.value.refusal.error is ErrorCode.TOO_EARLY
    assert refused.value.refusal.opens_at == NOON + timedelta(minutes=45)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        (cancel, ErrorCode.CANCELLED),
        (close, ErrorCode.CLOSED),
        (mark_ended, ErrorCode.ENDED),
    ],
)
async def test_nobody_enters_what_is_over(database: Database, how: object, error: ErrorCode) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON)
    await how(database, booked.reservation.id, NOON)  # type: ignore[operator]
    for admitted in (
        bookings.admit_guest(database, booked.token, NOON, RULES),
        bookings.admit_robot(database, robot_id, booked.reservation.room, NOON, RULES),
    ):
        with pytest.raises(bookings.RefusedError) as refused:
            await admitted
        assert refused.value.refusal.error is error
    await book(database, robot_id, NOON)  # its time is free again


@pytest.mark.parametrize("token", ["", "x" * 32])
async def test_a_wrong_link_is_refused(database: Database, token: str) -> None:
    with pytest.raises(bookings.RefusedError) as refused:
        await bookings.admit_guest(database, token, NOON, RULES)
    assert refused.value.refusal.error is ErrorCode.UNKNOWN_ROOM


async def test_a_revoked_link_is_refused(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON)
    async with database.write() as session:
        await session.execute(update(Link).values(revoked_at=NOON))
    with pytest.raises(bookings.RefusedError):
        await bookings.admit_guest(database, booked.token, NOON, RULES)


async def test_a_clash_stores_nothing_and_names_the_other_visit(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    other = (await book(database, robot_id, NOON)).reservation
    with pytest.raises(booking.ClashError) as refused:
        await book(database, robot_id, NOON + timedelta(minutes=29))
    assert (refused.value.title, refused.value.starts_at) == (other.title, other.starts_at)
    assert len(await bookings.upcoming(database, robot_id, NOON)) == 1


async def test_the_unknown_is_said_to_be_unknown(database: Database) -> None:
    for attempt in (
        cancel(database, "nothing", NOON),
        close(database, "nothing", NOON),
    ):
        with pytest.raises(UnknownError):
            await attempt


def row(robot_id: str, hours: float) -> Reservation:
    start = NOON + timedelta(hours=hours)
    return Reservation(robot_id=robot_id, title="A visit", starts_at=start, ends_at=start + HOUR, created_at=NOON)


async def test_the_database_itself_refuses_an_overlap(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    other_id, _ = await add_robot(database, "Robot 2")
    async with database.write() as session:
        session.add_all([row(robot_id, 0), row(other_id, 0.5), row(robot_id, 1)])
    with pytest.raises(IntegrityError, match=r"already booked|reservations_overlap"):
        async with database.write() as session:
            session.add(row(robot_id, 0.5))
    with pytest.raises(IntegrityError, match=r"already booked|reservations_overlap"):
        async with database.write() as session:
            await session.execute(update(Reservation).where(Reservation.robot_id == other_id).values(robot_id=robot_id))
