"""Acts of a mechanism: windows without period, options by date; what they release."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A window without period is known by the day it begins; an act on an option is not changed:
    the next one of the same option takes over from its own date."""
    op.execute("ALTER TABLE ventana ALTER COLUMN periodo DROP NOT NULL")
    op.execute(
        "CREATE UNIQUE INDEX uq_ventana_mecanismo_desde ON ventana (mecanismo, desde) "
        "WHERE periodo IS NULL"
    )
    op.execute(
        """
        CREATE TABLE parametro (
            id uuid CONSTRAINT pk_parametro PRIMARY KEY DEFAULT uuidv7(),
            mecanismo text NOT NULL,
            nombre text NOT NULL,
            valor text NOT NULL,
            desde date NOT NULL,
            acto text NOT NULL,
            creado_por text NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT uq_parametro_mecanismo_nombre_desde UNIQUE (mecanismo, nombre, desde)
        )
        """
    )
    op.execute("GRANT SELECT, INSERT ON parametro TO mecanismos_servicio")
    # With what the held records of a radicación were last judged, whether or not they moved.
    op.execute(
        """
        CREATE TABLE revision_retenidos (
            radicacion_id uuid CONSTRAINT pk_revision_retenidos PRIMARY KEY
                CONSTRAINT fk_revision_retenidos_radicacion_id REFERENCES radicacion,
            huella text NOT NULL,
            revisado_at timestamptz NOT NULL
        )
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON revision_retenidos TO mecanismos_servicio")
    op.execute(
        "CREATE INDEX ix_registro_sin_valor ON registro (mecanismo, estado, radicacion_id) "
        "WHERE vigente AND valor_centavos = 0"
    )
    # What a later evaluation releases of a radicación is recognised apart from what it had.
    op.execute(
        "ALTER TABLE reconocimiento ADD evaluacion int NOT NULL DEFAULT 1 "
        "CONSTRAINT ck_reconocimiento_evaluacion CHECK (evaluacion >= 1), "
        "DROP CONSTRAINT uq_reconocimiento_radicacion_id_tipo_documento_nit, "
        "ADD CONSTRAINT uq_reconocimiento_radicacion_id_evaluacion "
        "UNIQUE (radicacion_id, evaluacion, tipo_documento, nit)"
    )
