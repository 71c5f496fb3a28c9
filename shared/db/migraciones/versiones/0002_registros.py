"""Cortes of registers."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cortes of registers: what each row names is immutable; only its state changes."""
    op.execute(
        """
        CREATE TABLE corte (
            id uuid CONSTRAINT pk_corte PRIMARY KEY,
            registro text NOT NULL,
            fecha_corte date NOT NULL,
            archivo text NOT NULL,
            sha256_fuente text NOT NULL,
            sha256 text NOT NULL,
            filas bigint NOT NULL,
            filas_rechazadas bigint NOT NULL,
            calidad jsonb NOT NULL,
            estado text NOT NULL,
            motivo text,
            derivado_de uuid CONSTRAINT fk_corte_derivado_de REFERENCES corte (id),
            cargado_por text NOT NULL,
            created_at timestamptz NOT NULL,
            estado_por text NOT NULL,
            estado_at timestamptz NOT NULL,
            CONSTRAINT uq_corte_registro_sha256_fuente UNIQUE (registro, sha256_fuente),
            CONSTRAINT ck_corte_cuentas CHECK (filas >= 0 AND filas_rechazadas >= 0),
            CONSTRAINT ck_corte_estado
                CHECK (estado IN ('CARGADO', 'VIGENTE', 'REEMPLAZADO', 'RETIRADO')),
            CONSTRAINT ck_corte_motivo
                CHECK (estado IN ('CARGADO', 'VIGENTE') OR motivo IS NOT NULL)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_corte_vigente ON corte (registro, fecha_corte) WHERE estado = 'VIGENTE'"
    )
    op.execute("CREATE INDEX ix_corte_derivado_de ON corte (derivado_de)")
    op.execute("GRANT SELECT, INSERT ON corte TO mecanismos_servicio")
    op.execute(
        "GRANT UPDATE (estado, motivo, estado_por, estado_at) ON corte TO mecanismos_servicio"
    )
