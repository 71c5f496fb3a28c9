"""Outbox and inbox."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Outbox and inbox."""
    op.execute("SELECT 1")
