"""Samples of calls that were forgotten before, or that came after."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "DELETE FROM statistics WHERE reservation_id IN (SELECT id FROM reservations WHERE anonymised_at IS NOT NULL)"
    )
