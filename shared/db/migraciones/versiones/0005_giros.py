"""Recognitions, accounts, payment orders."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Recognitions, accounts, payment orders."""
    op.execute("SELECT 1")
