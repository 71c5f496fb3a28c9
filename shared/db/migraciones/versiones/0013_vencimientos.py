"""What expires by itself: found by the day it was communicated, noted beside what was released."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A record that an evaluation moved may expire in the state where that same one left it."""
    op.execute(
        "ALTER TABLE registro_cambio DROP CONSTRAINT uq_registro_cambio_evaluacion_id, "
        "ADD CONSTRAINT uq_registro_cambio_evaluacion_id UNIQUE (evaluacion_id, registro_id, de)"
    )
    op.execute(
        "CREATE INDEX ix_registro_comunicado ON registro (mecanismo, estado, comunicado_at) "
        "WHERE vigente AND valor_centavos = 0"
    )
