"""Outbox and inbox."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Outbox and inbox."""
    op.execute(
        """
        CREATE TABLE bandeja_salida (
            orden bigserial CONSTRAINT pk_bandeja_salida PRIMARY KEY,
            id uuid NOT NULL CONSTRAINT uq_bandeja_salida_id UNIQUE,
            tema text NOT NULL,
            clave text NOT NULL,
            sobre jsonb NOT NULL,
            creado_at timestamptz NOT NULL,
            publicado_at timestamptz,
            intentos integer NOT NULL DEFAULT 0
                CONSTRAINT ck_bandeja_salida_intentos CHECK (intentos >= 0)
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_bandeja_salida_pendiente ON bandeja_salida (orden) "
        "WHERE publicado_at IS NULL"
    )
    op.execute(
        """
        CREATE TABLE bandeja_entrada (
            consumidor text NOT NULL,
            evento_id uuid NOT NULL,
            recibido_at timestamptz NOT NULL,
            CONSTRAINT pk_bandeja_entrada PRIMARY KEY (consumidor, evento_id)
        )
        """
    )
    # Which incarnation of each topic the relay last published to (embedded broker only).
    op.execute(
        """
        CREATE TABLE tema_visto (
            tema text CONSTRAINT pk_tema_visto PRIMARY KEY,
            tema_id text NOT NULL,
            visto_at timestamptz NOT NULL
        )
        """
    )
    op.execute("GRANT SELECT, INSERT ON bandeja_salida, bandeja_entrada TO mecanismos_servicio")
    # Only the relay's bookkeeping changes: an envelope, once committed, is what was announced.
    op.execute("GRANT UPDATE (publicado_at, intentos) ON bandeja_salida TO mecanismos_servicio")
    op.execute("GRANT USAGE ON SEQUENCE bandeja_salida_orden_seq TO mecanismos_servicio")
    op.execute("GRANT SELECT, INSERT, UPDATE ON tema_visto TO mecanismos_servicio")
