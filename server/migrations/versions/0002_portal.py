"""Residents, sessions, outbox, audit; what the portal knows of users, reservations and links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

ID = sa.String(64)
TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
WORD = sa.String(32)

# A range without its end touches the next one without a clash.
POSTGRESQL_OVERLAP = """
ALTER TABLE reservations ADD CONSTRAINT reservations_overlap
EXCLUDE USING gist (robot_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
WHERE (cancelled_at IS NULL AND closed_at IS NULL AND ended_at IS NULL)
"""

# The robot's row is locked first: two transactions that both see no clash cannot both go on.
MARIADB_OVERLAP = """
CREATE TRIGGER reservations_overlap_{event} BEFORE {event} ON reservations FOR EACH ROW
BEGIN
    DECLARE robot VARCHAR(64);
    DECLARE clashes INTEGER DEFAULT 0;
    IF NEW.cancelled_at IS NULL AND NEW.closed_at IS NULL AND NEW.ended_at IS NULL THEN
        SELECT id INTO robot FROM robots WHERE id = NEW.robot_id FOR UPDATE;
        SELECT COUNT(*) INTO clashes FROM reservations
        WHERE robot_id = NEW.robot_id AND id != NEW.id
            AND cancelled_at IS NULL AND closed_at IS NULL AND ended_at IS NULL
            AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
        LOCK IN SHARE MODE;
        IF clashes > 0 THEN
            SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062, MESSAGE_TEXT = 'the robot is already booked at that time';
        END IF;
    END IF;
END
"""

SQLITE_APPEND_ONLY = """
CREATE TRIGGER audit_append_only_{event} BEFORE {event} ON audit
WHEN {refused}
BEGIN
    SELECT RAISE(ABORT, 'the audit can only grow');
END
"""

MARIADB_APPEND_ONLY = """
CREATE TRIGGER audit_append_only_{event} BEFORE {event} ON audit FOR EACH ROW
BEGIN
    IF {refused} THEN
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062, MESSAGE_TEXT = 'the audit can only grow';
    END IF;
END
"""

POSTGRESQL_APPEND_ONLY = """
CREATE FUNCTION audit_append_only_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {refused} THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'the audit can only grow';
    END IF;
    RETURN OLD;
END
$$
"""

POSTGRESQL_TRIGGER = """
CREATE TRIGGER audit_append_only_{event} BEFORE {event} ON audit
FOR EACH ROW EXECUTE FUNCTION audit_append_only_{event}()
"""

REFUSED = {
    "update": "1 = 1",
    "delete": "NOT EXISTS (SELECT 1 FROM audit_horizon WHERE OLD.at < until)",
}


def upgrade() -> None:
    create_residents()
    extend_users()
    extend_reservations()
    create_outbox()
    create_audit()
    if op.get_bind().dialect.name != "sqlite":
        refuse_overlaps()
    refuse_changes_of_the_audit()


def create_residents() -> None:
    op.create_table(
        "residents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("room", sa.String(80), nullable=False),
        sa.Column("age", sa.Integer),
        sa.Column("relative_name", sa.String(80), nullable=False),
        sa.Column("emails", sa.JSON, nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("consent", WORD, nullable=False),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_until", sa.String(5)),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )


def extend_users() -> None:
    op.add_column("users", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("users", sa.Column("must_change_password", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("users", sa.Column("language", WORD, nullable=False, server_default="es"))
    op.create_table(
        "sessions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
    )


def extend_reservations() -> None:
    add_reference("reservations", "resident_id", "residents")
    add_reference("reservations", "created_by", "users")
    op.create_index(None, "reservations", ["resident_id"])
    op.add_column("reservations", sa.Column("waiting_room", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("reservations", sa.Column("sequence", sa.Integer, nullable=False, server_default="0"))
    op.add_column("reservations", sa.Column("changed_at", TIME))
    op.add_column("reservations", sa.Column("anonymised_at", TIME))
    op.add_column("links", sa.Column("email", sa.String(254)))
    op.add_column("links", sa.Column("language", WORD, nullable=False, server_default="es"))
    op.add_column("links", sa.Column("informed_at", TIME))


def add_reference(table: str, column: str, target: str) -> None:
    """A column that may name a row of `target`. SQLite adds no constraint to a table, but a column that has one."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(64) REFERENCES {target} (id)")
    else:
        op.add_column(table, sa.Column(column, ID, sa.ForeignKey(f"{target}.id")))


def create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, primary_key=True),
        sa.Column("reservation_id", ID, sa.ForeignKey("reservations.id"), nullable=False, index=True),
        sa.Column("link_id", ID, sa.ForeignKey("links.id"), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False, unique=True),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("dead_at", TIME),
        sa.Column("last_error", sa.String(500)),
        sa.UniqueConstraint("link_id", "kind", "sequence"),
    )
    op.create_index(None, "outbox", ["sent_at", "dead_at", "next_attempt_at"])


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object_kind", WORD, nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index(None, "audit", ["object_kind", "object_id"])
    op.create_table(
        "audit_horizon",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("until", TIME, nullable=False),
    )


def refuse_overlaps() -> None:
    """Hold the rule of `server.booking.check` in the database too, as the first form does for SQLite (faults M7)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(POSTGRESQL_OVERLAP)
    else:
        for event in ("insert", "update"):
            op.execute(MARIADB_OVERLAP.format(event=event))


def refuse_changes_of_the_audit() -> None:
    """Entries stay as they were written; those from before the horizon, which the retention moves, may be deleted."""
    dialect = op.get_bind().dialect.name
    for event, refused in REFUSED.items():
        if dialect == "postgresql":
            op.execute(POSTGRESQL_APPEND_ONLY.format(event=event, refused=refused))
            op.execute(POSTGRESQL_TRIGGER.format(event=event))
        else:
            statement = SQLITE_APPEND_ONLY if dialect == "sqlite" else MARIADB_APPEND_ONLY
            op.execute(statement.format(event=event, refused=refused))
