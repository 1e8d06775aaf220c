"""Samples of call quality in the database, by the robot or the participant that measured them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.database import Database
from server.errors import UnknownError
from server.models import Participant, Reservation, Robot, Statistics
from server.quality.series import Measured
from wire.rest import MediaSample, Quality
from wire.signaling import ParticipantKind

ROBOT = "robot"
"""Stands for the visit's robot, whose participant may have been several, one after the other."""

TRUSTED = timedelta(minutes=10)
"""A phone's clock that is further from ours than this is not believed."""


class FullError(Exception):
    """A call has as many statistics as it may have."""


@dataclass(frozen=True)
class Person:
    """Somebody who was in the call."""

    kind: ParticipantKind
    name: str
    rating: Quality | None = None


@dataclass(frozen=True)
class Call:
    """What is known of how good a call was; people by their participant's id, the robot as `ROBOT`."""

    people: dict[str, Person]
    samples: tuple[Measured, ...]
    """In the order of their times."""


async def add_of_robot(
    database: Database, robot: Robot, reservation_id: str, samples: Sequence[MediaSample], most: int
) -> None:
    """Keep samples of one of the robot's calls, `most` of them over the whole call.

    Raises `UnknownError` or `FullError`.
    """
    async with database.write() as session:
        reservation = await _measurable(session, reservation_id)
        if reservation.robot_id != robot.id:
            raise UnknownError("this robot has no such reservation")
        await _bound(session, _of(reservation_id) & Statistics.participant_id.is_(None), len(samples), most)
        session.add_all(_rows(reservation_id, None, samples))


async def add_of_participant(
    database: Database,
    participant: Participant,
    reservation_id: str,
    samples: Sequence[MediaSample],
    share: int,
    most: int,
    now: datetime,
) -> None:
    """Keep samples of a participant's page over the whole call: `share` of his, and `most` of all participants.

    Raises `UnknownError` or `FullError`.
    """
    if participant.reservation_id != reservation_id:
        raise UnknownError("this participant has no such reservation")
    believed = [each if abs(each.at - now) <= TRUSTED else each.model_copy(update={"at": now}) for each in samples]
    async with database.write() as session:
        await _measurable(session, reservation_id)
        his = Statistics.participant_id == participant.id
        await _bound(session, _of(reservation_id) & his, len(samples), share)
        # Whoever joins anew is another participant: the sum has a bound as well.
        anybodys = Statistics.participant_id.is_not(None)
        await _bound(session, _of(reservation_id) & anybodys, len(samples), most)
        session.add_all(_rows(reservation_id, participant.id, believed))


async def _measurable(session: AsyncSession, reservation_id: str) -> Reservation:
    """The visit, locked, so that nobody counts or forgets its samples meanwhile; no more come to a forgotten one."""
    reservation = await session.get(Reservation, reservation_id, with_for_update=True)
    if reservation is None or reservation.anonymised_at is not None:
        raise UnknownError("there is no such reservation any more")
    return reservation


def _of(reservation_id: str) -> ColumnElement[bool]:
    return Statistics.reservation_id == reservation_id


async def _bound(session: AsyncSession, same: ColumnElement[bool], more: int, most: int) -> None:
    count = (await session.scalars(select(func.count()).where(same))).one()
    if count + more > most:
        raise FullError(
            f"of this call there are {count} samples; there may be {most} (limits.statistics_per_reservation)"
        )


def _rows(reservation_id: str, participant_id: str | None, samples: Sequence[MediaSample]) -> Iterator[Statistics]:
    for sample in samples:
        kept = sample.model_dump(mode="json", exclude_none=True)
        yield Statistics(reservation_id=reservation_id, participant_id=participant_id, at=sample.at, sample=kept)


async def read(database: Database, reservation_id: str) -> Call:
    """All that is known of one call. Samples of or from strangers, which a page might invent, are left out."""
    present = select(Participant).where(Participant.reservation_id == reservation_id)
    measured = select(Statistics).where(Statistics.reservation_id == reservation_id)
    async with database.read() as session:
        found = (await session.scalars(present.order_by(Participant.joined_at, Participant.id))).all()
        rows = (await session.scalars(measured.order_by(Statistics.at, Statistics.id))).all()
    participants = sorted(found, key=lambda each: each.kind is not ParticipantKind.ROBOT)  # the robot first
    ids = {each.id: ROBOT if each.kind is ParticipantKind.ROBOT else each.id for each in participants}
    people = {ids[each.id]: Person(each.kind, each.name, each.rating) for each in participants}
    samples = (
        Measured(ROBOT if row.participant_id is None else row.participant_id, ids[sample.peer], sample)
        for row in rows
        if (sample := MediaSample.model_validate(row.sample)).peer in ids
    )
    return Call(people, tuple(samples))
