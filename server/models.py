"""The tables, portable between SQLite, PostgreSQL and MariaDB. Times are UTC and come back with their zone."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from wire.signaling import CloseReason, LeaveReason, ParticipantKind


class Role(StrEnum):
    """What a user may do; a supervisor manages the other users."""

    SUPERVISOR = "supervisor"
    STAFF = "staff"


def new_id() -> str:
    """A fresh identifier that matches `wire.base.Id`: 96 random bits in hex; never looks like an option."""
    return secrets.token_hex(12)


def new_room() -> str:
    """A fresh public name of a room: 128 random bits in hex."""
    return secrets.token_hex(16)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC; SQLite and MariaDB give naive ones back, so the zone is put on again."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a datetime without a zone: it could mean any instant of a whole day."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a datetime for the database needs a time zone: {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put UTC on what the driver returned."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _word(words: type[StrEnum]) -> Enum:
    """A column that holds one of an enum's values as plain text, so that a new word needs no migration."""
    return Enum(words, native_enum=False, length=32, values_callable=lambda enum: [word.value for word in enum])


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that later migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads this name once, when the class is made
        str: String(64),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON,
        Role: _word(Role),
        ParticipantKind: _word(ParticipantKind),
        LeaveReason: _word(LeaveReason),
        CloseReason: _word(CloseReason),
    }


class User(Base):
    """Somebody of the staff who can sign in."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role]
    created_at: Mapped[datetime]


class Robot(Base):
    """One robot; `token_hash` and `enrolment_code_hash` are SHA-256 in hex."""

    __tablename__ = "robots"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    token_hash: Mapped[str | None]
    enrolment_code_hash: Mapped[str | None] = mapped_column(unique=True)
    enrolment_expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    status: Mapped[dict[str, Any] | None]
    """The last `wire.rest.RobotStatus`."""


class Reservation(Base):
    """One booked visit. It can still happen while it is neither cancelled, closed, ended nor past `ends_at`."""

    __tablename__ = "reservations"
    __table_args__ = (Index(None, "robot_id", "ends_at"),)

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


class Link(Base):
    """A guest's way into one room; the token itself is made again from the id and the server's secret."""

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


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


class Statistics(Base):
    """One `wire.rest.MediaSample` of a call."""

    __tablename__ = "statistics"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    at: Mapped[datetime]
    sample: Mapped[dict[str, Any]]
