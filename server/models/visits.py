"""Reservations, the links to them, who took part, and how good the call was."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Language, new_id, new_room
from wire.rest import Quality
from wire.signaling import CloseReason, LeaveReason, ParticipantKind


class Reservation(Base):
    """One booked visit. It can still happen while it is neither cancelled, closed, ended nor past `ends_at`."""

    __tablename__ = "reservations"
    __table_args__ = (Index(None, "robot_id", "ends_at"), Index(None, "end_reason", "ends_at"))

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    room: Mapped[str] = mapped_column(unique=True, default=new_room)
    robot_id: Mapped[str] = mapped_column(ForeignKey("robots.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    """The real start: two participants were together for the first time."""
    ended_at: Mapped[datetime | None]
    """The real end: the last participant left, or the room was closed, cancelled or over."""
    end_reason: Mapped[CloseReason | None]
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("residents.id"), index=True)
    waiting_room: Mapped[bool] = mapped_column(default=False)
    recording: Mapped[bool] = mapped_column(default=False)
    """Staff may record it, where the site allows that."""
    sequence: Mapped[int] = mapped_column(default=0)
    """The revision that the relatives know, iCalendar's SEQUENCE (RFC 5545, 3.8.7.4)."""
    created_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime | None]
    anonymised_at: Mapped[datetime | None]
    """When everything that names somebody was taken out of this visit for good."""


class Link(Base):
    """A guest's way into one room; the token itself is made again from the id and the server's secret."""

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    denied_at: Mapped[datetime | None]
    """When staff sent its holder away from the waiting room."""
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(default=Language.SPANISH)
    informed_at: Mapped[datetime | None]
    """When its confirmation or reminder was handed to the mail server."""


class Participant(Base):
    """Somebody who is or was in a room; in it while `left_at` is NULL, over restarts of the server too."""

    __tablename__ = "participants"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    kind: Mapped[ParticipantKind]
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str]
    media: Mapped[dict[str, Any]]
    """The last `wire.signaling.Media`."""
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    leave_reason: Mapped[LeaveReason | None]
    rating: Mapped[Quality | None]
    """What he thought of the call."""


class Statistics(Base):
    """One `wire.rest.MediaSample` of a call."""

    __tablename__ = "statistics"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id"))
    """Whose page measured it; None: the robot."""
    at: Mapped[datetime]
    sample: Mapped[dict[str, Any]]
