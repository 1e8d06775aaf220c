"""Mails to staff, which belong to a visit and to no link."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("link_id", existing_type=sa.String(64), nullable=True)
