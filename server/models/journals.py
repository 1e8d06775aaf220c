"""What is written down to be sent, and what is written down for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, MailKind, new_id


class Mail(Base):
    """A message to a relative or to staff, with what it tells of; `content` is all of it (RFC 5322)."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("link_id", "kind", "sequence"),
        Index(None, "sent_at", "dead_at", "next_attempt_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id"), index=True)
    link_id: Mapped[str | None] = mapped_column(ForeignKey("links.id"))
    """None where it goes to staff."""
    kind: Mapped[MailKind]
    sequence: Mapped[int]
    """The reservation's sequence that it tells of."""
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    """When it was given up; staff see it and may send it again."""
    last_error: Mapped[str | None] = mapped_column(String(500))


class Audit(Base):
    """Who did or saw what, when; never a name. The database refuses to change an entry, or to delete a young one.

    `actor` is a user's id, `robot:<id>`, `guest:<link id>` or `system`.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "object_kind", "object_id"),
        Index(None, "seen_in", "actor", "object_kind", "object_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str]
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]]
    seen_in: Mapped[datetime | None]
    """The hour in which it was seen, so that it is noted once; NULL for what was done."""


class AuditHorizon(Base):
    """One row: entries of the audit from before `until` may be deleted; only `server.retention` moves it."""

    __tablename__ = "audit_horizon"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    until: Mapped[datetime]
