"""Orders as treasury sees them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders as treasury sees them."""
    op.execute("SELECT 1")
