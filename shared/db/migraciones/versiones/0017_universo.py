"""Runs over the universe of a mechanism: every case in one state, and what it was computed from.

The cases are in a file named by its content; the row says which. A run is not changed.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A run that does not add up is kept without files, and says why.
_UNIVERSO_CORRIDA = """
CREATE TABLE universo_corrida (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_universo_corrida PRIMARY KEY,
    mecanismo text NOT NULL,
    estado text NOT NULL
        CONSTRAINT ck_universo_corrida_estado CHECK (estado IN ('TERMINADA', 'FALLIDA')),
    fecha date NOT NULL,
    cortes jsonb NOT NULL,
    resumen jsonb NOT NULL,
    marca text NOT NULL,
    sha256 text CONSTRAINT ck_universo_corrida_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    sha256_devoluciones text CONSTRAINT ck_universo_corrida_sha256_devoluciones
        CHECK (sha256_devoluciones ~ '^[0-9a-f]{64}$'),
    motivo text,
    created_at timestamptz NOT NULL,
    CONSTRAINT ck_universo_corrida_terminada CHECK (
        CASE estado WHEN 'TERMINADA'
            THEN motivo IS NULL AND num_nonnulls(sha256, sha256_devoluciones) = 2
            ELSE motivo IS NOT NULL AND num_nonnulls(sha256, sha256_devoluciones) = 0 END)
)
"""


def upgrade() -> None:
    """One table that the service writes once per run."""
    op.execute(_UNIVERSO_CORRIDA)
    op.execute(
        "CREATE INDEX ix_universo_corrida_mecanismo ON universo_corrida (mecanismo, estado, id)"
    )
    op.execute("GRANT SELECT, INSERT ON universo_corrida TO mecanismos_servicio")
