"""Which links were sent away from the waiting room; an index for the visits whose time passed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("links", sa.Column("denied_at", TIME))
    # The rooms ask every second for visits without an end whose time is over.
    op.create_index(None, "reservations", ["end_reason", "ends_at"])
