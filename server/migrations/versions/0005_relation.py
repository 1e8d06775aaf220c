"""What a relative is to the resident."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("residents", sa.Column("relation", sa.String(80), nullable=False, server_default=""))
