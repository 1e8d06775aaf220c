"""The tables, portable between SQLite, PostgreSQL and MariaDB. Times are UTC and come back with their zone."""

from server.models.base import Base, Language, MailKind, Role, UtcDateTime, new_id, new_room
from server.models.journals import Audit, AuditHorizon, Mail
from server.models.people import Resident, Robot, Session, User
from server.models.visits import Link, Participant, Reservation, Statistics

__all__ = [
    "Audit",
    "AuditHorizon",
    "Base",
    "Language",
    "Link",
    "Mail",
    "MailKind",
    "Participant",
    "Reservation",
    "Resident",
    "Robot",
    "Role",
    "Session",
    "Statistics",
    "User",
    "UtcDateTime",
    "new_id",
    "new_room",
]
