"""Cortes of registers."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cortes of registers."""
    op.execute("SELECT 1")
