"""Rooms in the database: participants and the real start and end of visits."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, booking
from server.config import RoomsSection
from server.models import Link, Participant, Reservation
from server.rooms.commands import (
    Record,
    RecordAdmission,
    RecordDenial,
    RecordEnd,
    RecordJoin,
    RecordLeave,
    RecordRecording,
    RecordStart,
)
from server.rooms.room import Limits, Member, Room, Visit
from wire.signaling import Media, ParticipantKind


async def read_rooms(
    session: AsyncSession, which: ColumnElement[bool], rules: RoomsSection, grace_until: datetime
) -> list[Room]:
    """The rooms of these reservations; whoever did not leave them is in them, not connected, until `grace_until`."""
    rows = (await session.scalars(select(Reservation).where(which))).all()
    of_these = Participant.reservation_id.in_([row.id for row in rows])
    here = select(Participant).where(of_these, Participant.left_at.is_(None)).order_by(Participant.joined_at)
    members = (await session.scalars(here)).all()
    left = select(Participant.reservation_id, func.max(Participant.left_at)).where(of_these)
    last_left = dict((await session.execute(left.group_by(Participant.reservation_id))).all())
    of_guests = select(Participant.reservation_id, Participant.secret_hash).where(
        of_these, Participant.kind == ParticipantKind.GUEST
    )
    secrets = (await session.execute(of_guests)).all()
    return [
        Room(
            reservation=row.id,
            visit=visit(row, rules),
            limits=_limits(rules),
            members=tuple(_member(member, grace_until) for member in members if member.reservation_id == row.id),
            known=frozenset(secret for reservation, secret in secrets if reservation == row.id),
            started_at=row.started_at,
            # Whoever is found alone in a call that started was left alone, and is not one who came first.
            had_company=row.started_at is not None,
            empty_since=last_left.get(row.id),
            end=row.end_reason,
        )
        for row in rows
    ]


def visit(row: Reservation, rules: RoomsSection) -> Visit:
    """What the booking says of the room."""
    return Visit(
        opens_at=booking.opens_at(row, rules),
        ends_at=row.ends_at,
        cancelled=row.cancelled_at is not None,
        closed=row.closed_at is not None,
        waiting_room=row.waiting_room,
        recording=row.recording and rules.recording,
    )


def _limits(rules: RoomsSection) -> Limits:
    return Limits(
        grace=timedelta(seconds=rules.grace_seconds),
        alone=timedelta(seconds=rules.alone_seconds),
        linger=timedelta(seconds=rules.linger_seconds),
        max_participants=rules.max_participants,
    )


def _member(row: Participant, grace_until: datetime) -> Member:
    return Member(
        id=row.id,
        kind=row.kind,
        name=row.name,
        secret_hash=row.secret_hash,
        media=Media.model_validate(row.media),
        grace_until=grace_until,
    )


async def write(session: AsyncSession, reservation: str, records: Iterable[Record]) -> None:
    """Store what a room wants stored, in its order."""
    of_visit = update(Reservation).where(Reservation.id == reservation)
    for record in records:
        match record:
            case RecordJoin(member, at, actor):
                await _write_member(session, reservation, member, at)
                if actor:
                    audit.write(session, at, actor, "join", "reservation", reservation, participant=member.id)
            case RecordLeave(participant, at, reason):
                of_participant = update(Participant).where(Participant.id == participant)
                await session.execute(of_participant.values(left_at=at, leave_reason=reason))
            case RecordAdmission(participant, at, actor):
                audit.write(session, at, actor, "admit_guest", "participant", participant, reservation=reservation)
            case RecordDenial(link, at, actor):
                await session.execute(update(Link).where(Link.id == link).values(denied_at=at))
                audit.write(session, at, actor, "deny_guest", "link", link, reservation=reservation)
            case RecordRecording(member, at, on, actor):
                # With his media, so that the next process knows what the audit has of him already.
                await _write_member(session, reservation, member, at)
                who = actor or audit.SYSTEM
                if on:
                    audit.write(session, at, who, "start_recording", "reservation", reservation, participant=member.id)
                else:
                    audit.write(session, at, who, "stop_recording", "reservation", reservation, participant=member.id)
            case RecordStart(at):
                await session.execute(of_visit.values(started_at=at))
            case RecordEnd(at, reason):
                await session.execute(of_visit.values(ended_at=at, end_reason=reason))


async def _write_member(session: AsyncSession, reservation: str, member: Member, at: datetime) -> None:
    row = await session.get(Participant, member.id)
    if row is None:
        row = Participant(id=member.id, reservation_id=reservation, kind=member.kind, joined_at=at)
        session.add(row)
    row.name = member.name
    row.secret_hash = member.secret_hash
    row.media = member.media.model_dump(mode="json")
    await session.flush()
