"""Where rooms live: in this process's memory, each with its copy in the database, from which a restart builds it again.

Whatever a room wants stored is stored before anybody is told of it. One lock per room keeps the order of what happens
in it; rooms do not wait for each other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError

from server import records
from server.config import RoomsSection
from server.database import Database
from server.models import Participant, Reservation
from server.rooms.commands import Delivery, Record, Reply
from server.rooms.events import Event, Tick, VisitChanged
from server.rooms.machine import step
from server.rooms.room import Room

RESTART_GRACE = timedelta(seconds=45)
"""Who was in a room when the server went away has this long to come back: its clients try again every few seconds."""

OVERDUE_AT_ONCE = 100
"""So many visits whose time passed without anybody in the room are closed per tick."""

log = logging.getLogger(__name__)


class Attendance:
    """Who is in which room now, and the record of who was.

    `deliver` is called under the room's lock, in order; it must not wait for the room.
    """

    def __init__(
        self,
        database: Database,
        rules: RoomsSection,
        clock: Callable[[], datetime],
        deliver: Callable[[Delivery], Awaitable[None]],
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._deliver = deliver
        self._rooms: dict[str, Room] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def load(self) -> None:
        """Take up the visits that a former process left open, everybody in them in the grace time of a restart.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        present = exists().where(Participant.reservation_id == Reservation.id, Participant.left_at.is_(None))
        still_open = Reservation.end_reason.is_(None) & or_(Reservation.started_at.is_not(None), present)
        for room in await self._read(still_open):
            self._rooms[room.reservation] = room
            log.info("reservation %s: taken up with %d participants", room.reservation, len(room.members))

    async def apply(self, reservation: str, event: Event) -> Reply | None:
        """Let the event happen in the reservation's room: store, then tell, then return the sender's reply.

        Raises `sqlalchemy.exc.SQLAlchemyError` where it could not be stored; then nothing has happened.
        """
        lock = self._locks.setdefault(reservation, asyncio.Lock())
        async with lock:
            before = self._rooms.get(reservation)
            if before is None:
                before = (await self._read(Reservation.id == reservation))[0]
            after, commands = step(before, event, self._clock())
            await self._store(reservation, [command for command in commands if isinstance(command, Record)])
            self._keep(after)
            for change in _changes(before, after):
                log.info("reservation %s: %s", reservation, change)
            for command in commands:
                if isinstance(command, Delivery):
                    await self._deliver(command)
            return next((command for command in commands if isinstance(command, Reply)), None)

    async def tick(self) -> None:
        """Hold all rooms against the clock and the bookings, which other processes change as well.

        Raises `sqlalchemy.exc.SQLAlchemyError` where the bookings cannot be read.
        """
        overdue = (
            select(Reservation.id)
            .where(
                Reservation.end_reason.is_(None),
                Reservation.cancelled_at.is_(None),
                Reservation.closed_at.is_(None),
                Reservation.ends_at <= self._clock(),
            )
            .limit(OVERDUE_AT_ONCE)
        )
        async with self._database.read() as session:
            wanted = set(self._rooms) | set((await session.scalars(overdue)).all())
            rows = (await session.scalars(select(Reservation).where(Reservation.id.in_(wanted)))).all()
        for row in rows:
            visit = records.visit(row, self._rules)
            room = self._rooms.get(row.id)
            try:
                await self.apply(row.id, Tick() if room and room.visit == visit else VisitChanged(visit))
            except SQLAlchemyError as error:
                log.warning("reservation %s: not stored, next try in a second: %s", row.id, type(error).__name__)

    def _keep(self, room: Room) -> None:
        """Hold the room in memory while that knows more than the database."""
        if room.end is None and (room.members or room.waiting or room.started_at is not None):
            self._rooms[room.reservation] = room
        else:
            self._rooms.pop(room.reservation, None)

    async def _store(self, reservation: str, written: list[Record]) -> None:
        if written:
            async with self._database.write() as session:
                await records.write(session, reservation, written)

    async def _read(self, which: ColumnElement[bool]) -> list[Room]:
        async with self._database.read() as session:
            return await records.read_rooms(session, which, self._rules, self._clock() + RESTART_GRACE)


def _changes(before: Room, after: Room) -> Iterator[str]:
    """What the log says of a step: each participant and the visit, old state -> new state. No names."""
    waiters = tuple(waiter.member for waiter in before.waiting + after.waiting)
    for member in {member.id: member for member in before.members + after.members + waiters}.values():
        old, new = (_state(room, member.id) for room in (before, after))
        if old != new:
            yield f"{member.kind} {member.id} {old} -> {new}"
    if before.started_at is None and after.started_at is not None:
        yield "visit waiting -> started"
    if before.end is None and after.end is not None:
        yield f"visit {'started' if after.started_at else 'waiting'} -> {after.end}"


def _state(room: Room, participant: str) -> str:
    member = room.member(participant)
    if member is None:
        return "absent" if room.waiter(participant) is None else "waiting"
    return "connected" if member.socket else "in grace"
