"""Users and their sign-ins, residents, robots."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Language, Role, new_id
from wire.rest import Consent


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
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    language: Mapped[Language] = mapped_column(default=Language.SPANISH)


class Session(Base):
    """A user's sign-in in one browser; `id` is the SHA-256 in hex of what the cookie holds."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Resident(Base):
    """Somebody who is visited, and the relatives who are written to."""

    __tablename__ = "residents"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    room: Mapped[str] = mapped_column(String(80))
    age: Mapped[int | None]
    relative_name: Mapped[str] = mapped_column(String(80))
    relation: Mapped[str] = mapped_column(String(80), default="")
    """What the relative is to the resident, in the resident's language: the robot says it."""
    emails: Mapped[list[str]]
    language: Mapped[Language]
    consent: Mapped[Consent]
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    """From here, `HH:MM` in the site's zone, until `quiet_until`, which may be on the next day, nobody calls."""
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    notes: Mapped[str] = mapped_column(Text, default="")
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
    volume: Mapped[int | None]
    """How loud it is to speak, 0 to 100, where staff have said so."""
