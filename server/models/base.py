"""What the tables share: identifiers, the words in their columns, and times with their zone."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase

from wire.rest import Consent, Quality
from wire.signaling import CloseReason, LeaveReason, ParticipantKind


class Role(StrEnum):
    """What a user may do; a supervisor manages the other users."""

    SUPERVISOR = "supervisor"
    STAFF = "staff"


class Language(StrEnum):
    """A language that people read here."""

    SPANISH = "es"
    ENGLISH = "en"


class MailKind(StrEnum):
    """Why a relative is written to; `alert` and `silence` go to staff."""

    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ALERT = "alert"
    SILENCE = "silence"


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
        list[str]: JSON,
        Role: _word(Role),
        Language: _word(Language),
        MailKind: _word(MailKind),
        Consent: _word(Consent),
        Quality: _word(Quality),
        ParticipantKind: _word(ParticipantKind),
        LeaveReason: _word(LeaveReason),
        CloseReason: _word(CloseReason),
    }
