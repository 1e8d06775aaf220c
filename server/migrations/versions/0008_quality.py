"""Who measured a sample of a call, and what participants thought of the call."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("participants", sa.Column("rating", sa.String(32)))
    with op.batch_alter_table("statistics") as statistics:
        statistics.add_column(sa.Column("participant_id", sa.String(64)))
        statistics.create_foreign_key(op.f("fk_statistics_participant_id"), "participants", ["participant_id"], ["id"])
