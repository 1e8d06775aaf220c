"""How loud a robot speaks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("robots", sa.Column("volume", sa.Integer(), nullable=True))
