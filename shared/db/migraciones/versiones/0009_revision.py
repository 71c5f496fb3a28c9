"""Entities in liquidation or under intervention: their payments ask for a person's look."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; an entry ends with a date, it is not deleted."""
    op.execute(
        """
        CREATE TABLE entidad_en_revision (
            id uuid CONSTRAINT pk_entidad_en_revision PRIMARY KEY DEFAULT uuidv7(),
            nit text NOT NULL CONSTRAINT ck_entidad_en_revision_nit CHECK (nit ~ '^[0-9]{9}$'),
            motivo text NOT NULL CONSTRAINT ck_entidad_en_revision_motivo
                CHECK (motivo IN ('LIQUIDACION', 'INTERVENCION')),
            acto text NOT NULL,
            desde date NOT NULL,
            hasta date,
            registrado_por text NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT uq_entidad_en_revision_nit_motivo_desde UNIQUE (nit, motivo, desde),
            CONSTRAINT ck_entidad_en_revision_orden CHECK (hasta IS NULL OR desde <= hasta)
        )
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON entidad_en_revision TO mecanismos_servicio")
