"""Reprocessing: what would change is kept before anybody confirms it, and what became of it."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Who asks does not confirm (four eyes), whatever the code does.
_REPROCESO = """
    CREATE TABLE reproceso (
        id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_reproceso PRIMARY KEY,
        mecanismo text NOT NULL,
        estado text NOT NULL DEFAULT 'CALCULANDO' CONSTRAINT ck_reproceso_estado CHECK (estado IN
            ('CALCULANDO', 'LISTO', 'CONFIRMADO', 'APLICADO', 'DESCARTADO', 'FALLIDO')),
        alcance jsonb NOT NULL,
        motivo text NOT NULL,
        huella text,
        vigor jsonb,
        resumen jsonb,
        progreso text NOT NULL DEFAULT '',
        intento int NOT NULL DEFAULT 0,
        error text,
        pedido_por text NOT NULL,
        pedido_at timestamptz NOT NULL,
        acto text,
        confirmado_por text,
        confirmado_at timestamptz,
        descartado_por text,
        descartado_at timestamptz,
        terminado_at timestamptz,
        CONSTRAINT ck_reproceso_funciones CHECK (confirmado_por <> pedido_por),
        CONSTRAINT ck_reproceso_confirmado CHECK (
            num_nulls(confirmado_por, confirmado_at, acto) IN (0, 3)),
        CONSTRAINT ck_reproceso_descartado CHECK (
            (estado = 'DESCARTADO') = (descartado_por IS NOT NULL)
            AND (descartado_por IS NULL) = (descartado_at IS NULL)),
        CONSTRAINT ck_reproceso_aplicado CHECK (
            estado NOT IN ('CONFIRMADO', 'APLICADO') OR confirmado_por IS NOT NULL)
    )
"""

_PASO = """
    CREATE TABLE reproceso_paso (
        reproceso_id uuid NOT NULL
            CONSTRAINT fk_reproceso_paso_reproceso_id REFERENCES reproceso,
        orden int NOT NULL,
        radicacion_id uuid NOT NULL
            CONSTRAINT fk_reproceso_paso_radicacion_id REFERENCES radicacion,
        estado text NOT NULL CONSTRAINT ck_reproceso_paso_estado CHECK (estado IN
            ('SIN_CAMBIOS', 'PENDIENTE', 'APLICADO', 'DESACTUALIZADO')),
        motivo text NOT NULL DEFAULT '',
        CONSTRAINT pk_reproceso_paso PRIMARY KEY (reproceso_id, orden)
    )
"""

# Of whom is paid only whether it is the same as it was: no personal data.
_CAMBIO = """
    CREATE TABLE reproceso_cambio (
        reproceso_id uuid NOT NULL,
        numero int NOT NULL,
        orden int NOT NULL,
        clase text NOT NULL CONSTRAINT ck_reproceso_cambio_clase CHECK (clase IN
            ('CAMBIO', 'RECORTE', 'HALLAZGO', 'NOTA')),
        registro_id uuid NOT NULL
            CONSTRAINT fk_reproceso_cambio_registro_id REFERENCES registro,
        fila int NOT NULL,
        reconocimiento_id uuid
            CONSTRAINT fk_reproceso_cambio_reconocimiento_id REFERENCES reconocimiento,
        de text NOT NULL,
        a text NOT NULL,
        de_codigos text[] NOT NULL,
        a_codigos text[] NOT NULL,
        de_valor_centavos bigint NOT NULL,
        a_valor_centavos bigint NOT NULL,
        capital_centavos bigint NOT NULL DEFAULT 0
            CONSTRAINT ck_reproceso_cambio_capital CHECK (capital_centavos >= 0),
        partes text NOT NULL,
        resultado text NOT NULL DEFAULT 'PENDIENTE' CONSTRAINT ck_reproceso_cambio_resultado
            CHECK (resultado IN ('PENDIENTE', 'APLICADO', 'DESACTUALIZADO')),
        reintegro_id uuid CONSTRAINT fk_reproceso_cambio_reintegro_id REFERENCES reintegro,
        CONSTRAINT pk_reproceso_cambio PRIMARY KEY (reproceso_id, numero),
        CONSTRAINT fk_reproceso_cambio_paso FOREIGN KEY (reproceso_id, orden)
            REFERENCES reproceso_paso (reproceso_id, orden)
    )
"""

# With what a whole radicación was last judged, whether or not something moved.
_REVISION = """
    CREATE TABLE revision_reproceso (
        radicacion_id uuid CONSTRAINT pk_revision_reproceso PRIMARY KEY
            CONSTRAINT fk_revision_reproceso_radicacion_id REFERENCES radicacion,
        huella text NOT NULL,
        revisado_at timestamptz NOT NULL
    )
"""

# A record that is decided anew is paid anew: what paid it before is kept here.
_PAGO_RETIRADO = """
    CREATE TABLE registro_pago_retirado (
        id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_registro_pago_retirado PRIMARY KEY,
        radicacion_id uuid NOT NULL,
        fila int NOT NULL,
        concepto text NOT NULL,
        reconocimiento_id uuid NOT NULL,
        valor_centavos bigint NOT NULL,
        motivo text NOT NULL,
        retirado_at timestamptz NOT NULL
    )
"""

_INDICES = (
    "CREATE UNIQUE INDEX uq_reproceso_abierto ON reproceso (mecanismo) "
    "WHERE estado IN ('CALCULANDO', 'LISTO', 'CONFIRMADO')",
    "CREATE INDEX ix_reproceso_paso_pendiente ON reproceso_paso (reproceso_id, orden) "
    "WHERE estado = 'PENDIENTE'",
    "CREATE INDEX ix_reproceso_cambio_orden ON reproceso_cambio (reproceso_id, orden)",
    "CREATE INDEX ix_reproceso_cambio_hallazgo ON reproceso_cambio (registro_id) "
    "WHERE clase = 'HALLAZGO' AND resultado = 'APLICADO'",
    "CREATE INDEX ix_registro_pago_retirado_registro "
    "ON registro_pago_retirado (radicacion_id, fila)",
)

_PERMISOS = (
    "GRANT SELECT, INSERT ON reproceso, reproceso_paso, reproceso_cambio, revision_reproceso, "
    "registro_pago_retirado TO mecanismos_servicio",
    "GRANT UPDATE (estado, huella, vigor, resumen, progreso, intento, error, acto, "
    "confirmado_por, confirmado_at, descartado_por, descartado_at, terminado_at) "
    "ON reproceso TO mecanismos_servicio",
    "GRANT UPDATE (estado, motivo) ON reproceso_paso TO mecanismos_servicio",
    "GRANT UPDATE (resultado, reintegro_id) ON reproceso_cambio TO mecanismos_servicio",
    "GRANT UPDATE (huella, revisado_at) ON revision_reproceso TO mecanismos_servicio",
    "GRANT DELETE ON registro_pago TO mecanismos_servicio",
)


def upgrade() -> None:
    """Five tables, their indexes and permissions."""
    for orden in (
        _REPROCESO,
        _PASO,
        _CAMBIO,
        _REVISION,
        _PAGO_RETIRADO,
        *_INDICES,
        *_PERMISOS,
    ):
        op.execute(orden)
