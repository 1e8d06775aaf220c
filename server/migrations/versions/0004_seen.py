"""The audit tells who saw something too, once an hour."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("audit", sa.Column("seen_in", TIME))
    # NULLs are no duplicates of each other: what was done is not limited.
    op.create_index(None, "audit", ["seen_in", "actor", "object_kind", "object_id"], unique=True)
