"""Rooms and their copy in the database, on a real SQLite file and a clock that the test turns."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from server.attendance import RESTART_GRACE, Attendance
from server.config import RoomsSection
from server.database import Database
from server.models import Link, Participant, Reservation, Robot
from server.rooms.commands import Close, Delivery, Refuse, Reply, Send, ServerEvent, Wait, Welcome
from server.rooms.events import Admitted, Denied, Joined, Left, Proof
from wire.signaling import CloseReason, ErrorCode, LeaveReason, Media, ParticipantKind, RoomClosed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROBOT, GUEST = ParticipantKind.ROBOT, ParticipantKind.GUEST


@dataclass
class Site:
    """A database with one visit from 12:00 to 12:30, and the process that serves it."""

    path: Path
    database: Database
    now: datetime = NOON
    delivered: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart_process()

    def restart_process(self) -> None:
        self.attendance = Attendance(self.database, RoomsSection(), lambda: self.now, self.deliver)

    async def restart(self) -> None:
        self.restart_process()
        await self.attendance.load()

    async def deliver(self, command: Delivery) -> None:
        self.delivered.append(command)

    async def tick(self, after: float) -> None:
        self.now += timedelta(seconds=after)
        self.delivered.clear()
        await self.attendance.tick()

    async def join(
        self, who: str, kind: ParticipantKind = GUEST, proof: Proof | None = None, *, denied: bool = False
    ) -> Reply | None:
        link = "link" if kind is GUEST else ""
        event = Joined(f"{who}'s socket", who, f"hash of {who}", kind, f"Name of {who}", Media(), proof, link, denied)
        return await self.attendance.apply("visit", event)

    async def call(self) -> None:
        await self.join("robot", ROBOT)
        await self.join("guest")

    async def denied(self) -> bool:
        """What the door reads of the guests' link before it lets somebody in."""
        async with self.database.read() as session:
            return (await session.get_one(Link, "link")).denied_at is not None

    async def reservation(self) -> Reservation:
        async with self.database.read() as session:
            return await session.get_one(Reservation, "visit")

    async def participant(self, who: str) -> Participant:
        async with self.database.read() as session:
            return await session.get_one(Participant, who)


@pytest.fixture
async def site(migrated: Path, tmp_path: Path) -> AsyncIterator[Site]:
    path = Path(shutil.copy(migrated, tmp_path))
    database = Database(f"sqlite+aiosqlite:///{path}", busy_seconds=0.1)
    try:
        async with database.write() as session:
            session.add(Robot(id="r", name="Robot"))
            await session.flush()
            ends_at = NOON + timedelta(minutes=30)
            session.add(
                Reservation(id="visit", robot_id="r", title="", starts_at=NOON, ends_at=ends_at, created_at=NOON)
            )
            await session.flush()
            session.add(Link(id="link", reservation_id="visit", token_hash="hash", created_at=NOON))
        yield Site(path, database)
    finally:
        await database.close()


async def test_a_join_is_stored_before_it_is_answered(site: Site) -> None:
    assert isinstance(await site.join("guest"), Welcome)
    row = await site.participant("guest")
    assert (row.kind, row.name, row.secret_hash) == (GUEST, "Name of guest", "hash of guest")
    assert (row.joined_at, row.left_at) == (NOON, None)
    assert row.media == Media().model_dump()


async def test_what_cannot_be_stored_has_not_happened(site: Site) -> None:
    await site.join("robot", ROBOT)
    site.delivered.clear()
    other = sqlite3.connect(site.path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            await site.join("guest")
        with pytest.raises(OperationalError):
            await site.attendance.apply("visit", Left("robot's socket"))
    finally:
        other.close()
    assert site.delivered == []
    reply = await site.join("guest")
    assert isinstance(reply, Welcome)
    assert [one.id for one in reply.roster] == ["robot"]


async def test_what_happens_at_the_same_time_in_one_room_happens_one_after_the_other(site: Site) -> None:
    replies = await asyncio.gather(*(site.join(f"guest{number}") for number in range(6)))
    assert [len(reply.roster) for reply in replies if isinstance(reply, Welcome)] == [0, 1, 2, 3, 4, 5]


async def test_a_tick_that_cannot_store_tries_again(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    await site.call()
    other = sqlite3.connect(site.path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        await site.tick(1800)
        assert "not stored" in caplog.text
    finally:
        other.close()
    assert site.delivered == []
    await site.tick(1)
    assert (await site.reservation()).end_reason is CloseReason.ENDED
    assert len([command for command in site.delivered if isinstance(command, Close)]) == 2


async def test_after_a_restart_the_same_participants_resume(site: Site) -> None:
    await site.call()
    await site.restart()
    reply = await site.join("fresh", proof=Proof("guest", "hash of guest"))
    assert isinstance(reply, Welcome)
    assert (reply.participant, reply.resumed) == ("guest", True)
    (robot,) = reply.roster
    assert (robot.id, robot.connected) == ("robot", False)
    assert (await site.reservation()).started_at == NOON


async def test_who_does_not_come_back_after_a_restart_left(site: Site) -> None:
    await site.call()
    await site.restart()
    await site.tick(RESTART_GRACE.total_seconds() - 1)
    assert (await site.participant("guest")).left_at is None
    await site.tick(1)
    row = await site.participant("guest")
    assert (row.left_at, row.leave_reason) == (site.now, LeaveReason.LOST)


async def test_the_last_one_is_still_the_last_one_after_a_restart(site: Site) -> None:
    await site.call()
    await site.attendance.apply("visit", Left("robot's socket"))
    await site.restart()
    await site.join("guest", proof=Proof("guest", "hash of guest"))
    await site.tick(30)
    closed = RoomClosed(reason=CloseReason.LAST_PARTICIPANT)
    assert site.delivered == [
        Send(("guest's socket",), ServerEvent.ROOM_CLOSED, closed),
        Close("guest's socket"),
    ]


async def test_an_empty_call_lingers_over_a_restart_and_ends_when_the_last_one_left(site: Site) -> None:
    await site.call()
    await site.attendance.apply("visit", Left("guest's socket"))
    site.now += timedelta(seconds=5)
    await site.attendance.apply("visit", Left("robot's socket"))
    await site.restart()
    await site.tick(119)
    assert (await site.reservation()).ended_at is None
    await site.tick(1)
    row = await site.reservation()
    assert (row.ended_at, row.end_reason) == (NOON + timedelta(seconds=5), CloseReason.LAST_PARTICIPANT)
    await site.restart()
    reply = await site.join("guest")
    assert isinstance(reply, Refuse)
    assert reply.refusal.error is ErrorCode.ENDED


async def test_a_visit_that_was_over_while_the_server_was_down_ended_at_its_end(site: Site) -> None:
    await site.call()
    site.now += timedelta(hours=8)
    await site.restart()
    await site.tick(0)
    row = await site.reservation()
    assert row.ended_at == row.ends_at
    assert (await site.participant("guest")).left_at is not None


async def test_a_visit_to_which_nobody_came_was_missed(site: Site) -> None:
    await site.tick(1799)
    assert (await site.reservation()).end_reason is None
    await site.tick(1)
    row = await site.reservation()
    assert (row.started_at, row.ended_at, row.end_reason) == (None, None, CloseReason.ENDED)


async def test_who_was_let_in_and_who_was_sent_away_is_known_after_a_restart(site: Site) -> None:
    async with site.database.write() as session:
        (await session.get_one(Reservation, "visit")).waiting_room = True
    await site.join("nurse", ParticipantKind.STAFF)
    assert isinstance(await site.join("ana"), Wait)
    await site.attendance.apply("visit", Admitted("nurse's socket", "ana", "id of nurse"))
    await site.attendance.apply("visit", Left("ana's socket"))
    assert isinstance(await site.join("eve"), Wait)
    await site.attendance.apply("visit", Denied("nurse's socket", "eve", "id of nurse"))
    await site.restart()
    denied = await site.denied()
    reply = await site.join("eve", denied=denied)
    assert isinstance(reply, Refuse)
    assert reply.refusal.error is ErrorCode.DENIED
    assert isinstance(await site.join("ana-again", proof=Proof("ana", "hash of ana"), denied=denied), Welcome)
    impostor = await site.join("impostor", proof=Proof("nurse", "hash of nurse"), denied=denied)
    assert isinstance(impostor, Refuse)


async def test_a_denial_that_cannot_be_stored_has_not_happened(site: Site) -> None:
    async with site.database.write() as session:
        (await session.get_one(Reservation, "visit")).waiting_room = True
    await site.join("nurse", ParticipantKind.STAFF)
    await site.join("eve")
    site.delivered.clear()
    other = sqlite3.connect(site.path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            await site.attendance.apply("visit", Denied("nurse's socket", "eve", "id of nurse"))
    finally:
        other.close()
    assert site.delivered == []
    assert await site.attendance.apply("visit", Admitted("nurse's socket", "eve", "id of nurse")) is None


async def test_the_log_says_old_and_new_states_and_no_names(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "server"):
        await site.call()
        await site.attendance.apply("visit", Left("guest's socket"))
    assert [record.getMessage() for record in caplog.records] == [
        "reservation visit: robot robot absent -> connected",
        "reservation visit: guest guest absent -> connected",
        "reservation visit: visit waiting -> started",
        "reservation visit: guest guest connected -> absent",
    ]
    assert "Name of" not in caplog.text
