"""What the tests of residents, reservations and retention share: a ward with a robot and a resident."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server import bookings, residents
from server.booking import Wish
from server.bookings import Booked
from server.config import ServerConfig
from server.database import Database
from server.models import Audit, Base, Link, Mail, Resident
from server.residents import ResidentForm
from tests.server.data_rig import NOON, SECRET, add_robot

HOUR = timedelta(hours=1)
RESIDENT = {
    "name": "Carmen Núñez",
    "room": "12 B",
    "age": "83",
    "relative_name": "Lucía Ortega",
    "emails": "lucia@example.org; juan@example.org",
}


@dataclass
class Ward:
    """A robot, a resident, and what staff do."""

    database: Database
    config: ServerConfig
    robot: str
    resident: Resident
    actor: str = "system"
    now: datetime = field(default=NOON)

    async def wish(self, starts_at: datetime | str = NOON + HOUR, minutes: float = 30, **changes: Any) -> Wish:
        """What comes of a form."""
        values = {"robot_id": self.robot, "resident_id": self.resident.id, "starts_at": _written(starts_at)}
        form = bookings.ReservationForm.model_validate(values | {"minutes": minutes} | changes)
        return await bookings.wish_of(self.database, self.config, form)

    async def book(self, starts_at: datetime | str = NOON + HOUR, minutes: float = 30, **changes: Any) -> Booked:
        """A visit of the resident."""
        wish = await self.wish(starts_at, minutes, **changes)
        return await bookings.book(self.database, self.config, SECRET, wish, self.actor, self.now)

    async def edit(self, reservation: str, **changes: Any) -> None:
        """Change a visit."""
        wish = await self.wish(**changes)
        await bookings.edit(self.database, self.config, SECRET, reservation, wish, self.actor, self.now)

    async def links(self, reservation: str) -> dict[str | None, Link]:
        """All links of a visit by address, the revoked ones too."""
        async with self.database.read() as session:
            rows = await session.scalars(select(Link).where(Link.reservation_id == reservation))
            return {link.email: link for link in rows}

    async def mails(self) -> list[tuple[str, str, int]]:
        """Kind, recipient and sequence of all mails, as they were written."""
        async with self.database.read() as session:
            rows = (await session.scalars(select(Mail).order_by(Mail.sequence, Mail.kind, Mail.recipient))).all()
        return [(mail.kind.value, mail.recipient.partition("@")[0], mail.sequence) for mail in rows]

    async def audit(self) -> list[tuple[str, str]]:
        """Action and kind of object of all entries."""
        async with self.database.read() as session:
            return [
                (entry.action, entry.object_kind) for entry in await session.scalars(select(Audit).order_by(Audit.id))
            ]

    async def audit_details(self) -> list[dict[str, Any]]:
        """What all entries say beyond who, what and when."""
        async with self.database.read() as session:
            return list(await session.scalars(select(Audit.detail).order_by(Audit.id)))


def _written(time: datetime | str) -> str:
    return time if isinstance(time, str) else time.isoformat()


async def ward(database: Database, config: ServerConfig) -> Ward:
    robot, _ = await add_robot(database)
    resident = await residents.add(database, ResidentForm.model_validate(RESIDENT), "system", NOON)
    return Ward(database, config, robot, resident)


async def dump(database: Database) -> str:
    """All that the database holds, as text."""
    async with database.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in await session.execute(select(table))]
    return "\n".join(map(str, rows))
