"""Users, robots, reservations, links, participants, statistics; one robot's reservations cannot overlap."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

ID = sa.String(64)
TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
WORD = sa.String(32)

# SQLite stores times as text of fixed width, which compares as the times do.
OVERLAP_TRIGGER = """
CREATE TRIGGER reservations_overlap_{event} BEFORE {event} ON reservations
WHEN NEW.cancelled_at IS NULL AND NEW.closed_at IS NULL AND NEW.ended_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'the robot is already booked at that time')
    FROM reservations
    WHERE robot_id = NEW.robot_id AND id != NEW.id
        AND cancelled_at IS NULL AND closed_at IS NULL AND ended_at IS NULL
        AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at;
END
"""


def upgrade() -> None:
    create_people()
    create_reservations()
    create_calls()
    if op.get_bind().dialect.name == "sqlite":
        refuse_overlaps()


def create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True),
        sa.Column("username", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "robots",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("enrolment_code_hash", sa.String(64), unique=True),
        sa.Column("enrolment_expires_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("last_seen_at", TIME),
        sa.Column("status", sa.JSON),
    )


def create_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("room", sa.String(64), nullable=False, unique=True),
        sa.Column("robot_id", ID, sa.ForeignKey("robots.id"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("cancelled_at", TIME),
        sa.Column("closed_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("end_reason", WORD),
    )
    op.create_index(None, "reservations", ["robot_id", "ends_at"])


def create_calls() -> None:
    op.create_table(
        "links",
        sa.Column("id", ID, primary_key=True),
        sa.Column("reservation_id", ID, sa.ForeignKey("reservations.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(80)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
    )
    op.create_table(
        "participants",
        sa.Column("id", ID, primary_key=True),
        sa.Column("reservation_id", ID, sa.ForeignKey("reservations.id"), nullable=False, index=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("media", sa.JSON, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("left_at", TIME),
        sa.Column("leave_reason", WORD),
    )
    op.create_table(
        "statistics",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("reservation_id", ID, sa.ForeignKey("reservations.id"), nullable=False, index=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("sample", sa.JSON, nullable=False),
    )


def refuse_overlaps() -> None:
    """Hold the rule of `server.booking.check` in the database too, whoever writes to it (faults M7)."""
    for event in ("insert", "update"):
        op.execute(OVERLAP_TRIGGER.format(event=event))
