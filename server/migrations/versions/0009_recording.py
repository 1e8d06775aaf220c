"""Visits that staff may record."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("reservations", sa.Column("recording", sa.Boolean(), nullable=False, server_default=sa.false()))
