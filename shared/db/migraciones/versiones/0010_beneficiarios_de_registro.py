"""Records whose payee is not who submits: their data, versions, winner, payments and changes.

``registro_pago`` takes the place of ``registro.reconocimiento_id``: a row may pay several payees.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# One statement per table: each rewrites or scans the rows once.
_REGISTRO = (
    """
    ALTER TABLE registro
        ADD datos jsonb NOT NULL DEFAULT '{}',
        ADD version int NOT NULL DEFAULT 1
            CONSTRAINT ck_registro_version CHECK (version >= 1),
        ADD subsana_id uuid CONSTRAINT fk_registro_subsana_id REFERENCES registro,
        ADD gana_id uuid CONSTRAINT fk_registro_gana_id REFERENCES registro,
        ADD comunicado_at timestamptz,
        ADD CONSTRAINT ck_registro_subsana CHECK (subsana_id <> id),
        ADD CONSTRAINT ck_registro_version_subsana CHECK (subsana_id IS NULL OR version > 1)
    """,
    # Until here there was one mechanism, and its right was made of submitted columns.
    """
    UPDATE registro g SET
        comunicado_at = r.terminado_at,
        version = r.version,
        datos = CASE WHEN g.clave IS NULL THEN '{}' ELSE jsonb_build_object(
            'codigo_habilitacion', split_part(g.clave, '|', 1),
            'numero_sede', split_part(g.clave, '|', 2),
            'servicio', split_part(g.clave, '|', 3),
            'poblacion', split_part(g.clave, '|', 4),
            'fecha', split_part(g.clave, '|', 5)) END
    FROM radicacion r WHERE r.id = g.radicacion_id
    """,
)

_REGISTRO_PAGO = (
    """
    CREATE TABLE registro_pago (
        radicacion_id uuid NOT NULL,
        fila int NOT NULL,
        concepto text NOT NULL,
        reconocimiento_id uuid NOT NULL,
        valor_centavos bigint NOT NULL
            CONSTRAINT ck_registro_pago_valor CHECK (valor_centavos > 0),
        CONSTRAINT pk_registro_pago PRIMARY KEY (radicacion_id, fila, concepto),
        CONSTRAINT fk_registro_pago_registro FOREIGN KEY (radicacion_id, fila)
            REFERENCES registro (radicacion_id, fila)
    )
    """,
    "INSERT INTO registro_pago (radicacion_id, fila, concepto, reconocimiento_id, valor_centavos) "
    "SELECT radicacion_id, fila, '', reconocimiento_id, valor_centavos FROM registro "
    "WHERE reconocimiento_id IS NOT NULL AND valor_centavos > 0",
    "ALTER TABLE registro DROP COLUMN reconocimiento_id",
    "CREATE INDEX ix_registro_pago_reconocimiento_id ON registro_pago (reconocimiento_id)",
)

# What a record became without anyone submitting, and why.
_REGISTRO_CAMBIO = (
    """
    CREATE TABLE registro_cambio (
        id uuid CONSTRAINT pk_registro_cambio PRIMARY KEY DEFAULT uuidv7(),
        registro_id uuid NOT NULL CONSTRAINT fk_registro_cambio_registro_id REFERENCES registro,
        evaluacion_id uuid NOT NULL
            CONSTRAINT fk_registro_cambio_evaluacion_id REFERENCES evaluacion,
        de text NOT NULL,
        a text NOT NULL,
        de_codigos text[] NOT NULL,
        a_codigos text[] NOT NULL,
        de_valor_centavos bigint NOT NULL,
        a_valor_centavos bigint NOT NULL,
        motivo text NOT NULL,
        por text NOT NULL,
        en timestamptz NOT NULL,
        CONSTRAINT uq_registro_cambio_evaluacion_id UNIQUE (evaluacion_id, registro_id)
    )
    """,
    "CREATE INDEX ix_registro_cambio_registro_id ON registro_cambio (registro_id)",
)

_EVALUACION = (
    """
    ALTER TABLE evaluacion
        ADD numero int NOT NULL DEFAULT 1 CONSTRAINT ck_evaluacion_numero CHECK (numero >= 1),
        ADD parametros jsonb NOT NULL DEFAULT '{}',
        DROP CONSTRAINT uq_evaluacion_radicacion_id,
        ADD CONSTRAINT uq_evaluacion_radicacion_id_numero UNIQUE (radicacion_id, numero)
    """,
)

_CON_INDICE = (
    "numero_documento",
    "id_sismuestras",
    "factura_toma",
    "factura_procesa",
    "codigo_habilitacion",
    "codigo_base",
)
"""Columns by which ``historia`` is looked up (``shared.radicacion.historia``): a mechanism with
others works without an index of its own, only slower."""

_INDICES = (
    *(
        f"CREATE INDEX ix_registro_{columna} ON registro (mecanismo, (datos ->> '{columna}')) "
        f"WHERE (datos ->> '{columna}') IS NOT NULL"
        for columna in _CON_INDICE
    ),
    "CREATE INDEX ix_registro_clave ON registro (mecanismo, clave) WHERE clave IS NOT NULL",
    # A version is answered once, whoever comes at the same time.
    "CREATE UNIQUE INDEX uq_registro_subsana_id ON registro (subsana_id) "
    "WHERE subsana_id IS NOT NULL",
    "CREATE INDEX ix_registro_gana_id ON registro (gana_id) WHERE gana_id IS NOT NULL",
)

_PERMISOS = (
    # What was submitted and whose right it is never change; what was decided of it may.
    "REVOKE UPDATE ON registro FROM mecanismos_servicio",
    "GRANT UPDATE (estado, codigos, valor_centavos, libera, vigente, version, subsana_id, "
    "gana_id, comunicado_at) ON registro TO mecanismos_servicio",
    "GRANT SELECT, INSERT ON registro_pago, registro_cambio TO mecanismos_servicio",
    # A recognition that is replaced hands its rows over to the one that takes its place.
    "GRANT UPDATE (reconocimiento_id) ON registro_pago TO mecanismos_servicio",
)


def upgrade() -> None:
    """Columns and their values, two tables, indexes, permissions."""
    for orden in (
        *_REGISTRO,
        *_REGISTRO_PAGO,
        *_EVALUACION,
        *_REGISTRO_CAMBIO,
        *_INDICES,
        *_PERMISOS,
    ):
        op.execute(orden)
