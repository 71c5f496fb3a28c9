"""Radicaciones, records, windows and evaluations."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

VENTANA = """
CREATE TABLE ventana (
    id uuid CONSTRAINT pk_ventana PRIMARY KEY DEFAULT uuidv7(),
    mecanismo text NOT NULL,
    periodo text NOT NULL CONSTRAINT ck_ventana_periodo CHECK (periodo ~ '^\\d{4}-\\d{2}$'),
    desde timestamptz NOT NULL,
    hasta timestamptz NOT NULL,
    acto text NOT NULL,
    creado_por text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_ventana_mecanismo_periodo UNIQUE (mecanismo, periodo),
    CONSTRAINT ck_ventana_orden CHECK (desde < hasta)
)
"""

RADICACION = """
CREATE TABLE radicacion (
    id uuid CONSTRAINT pk_radicacion PRIMARY KEY,
    numero bigint GENERATED ALWAYS AS IDENTITY,
    mecanismo text NOT NULL,
    entidad text NOT NULL,
    nit text NOT NULL,
    periodo text,
    solicitud_id uuid NOT NULL,
    version int NOT NULL CONSTRAINT ck_radicacion_version CHECK (version >= 1),
    anterior_id uuid CONSTRAINT fk_radicacion_anterior_id REFERENCES radicacion,
    estado text NOT NULL CONSTRAINT ck_radicacion_estado
        CHECK (estado IN ('EN_COLA', 'EN_PROCESO', 'PROCESADA', 'FALLIDA')),
    clave_idempotencia text NOT NULL,
    cuerpo_sha256 text NOT NULL,
    archivo_sha256 text NOT NULL,
    archivo_nombre text NOT NULL,
    archivo_tamano bigint NOT NULL,
    certificacion_sha256 text,
    solicitud jsonb NOT NULL,
    lectura jsonb NOT NULL,
    total int NOT NULL CONSTRAINT ck_radicacion_total CHECK (total >= 0),
    progreso text NOT NULL DEFAULT '',
    intento int NOT NULL DEFAULT 0 CONSTRAINT ck_radicacion_intento CHECK (intento >= 0),
    resumen jsonb,
    motivo text,
    fecha_radicacion timestamptz NOT NULL,
    terminado_at timestamptz,
    creado_por text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_radicacion_clave UNIQUE (mecanismo, entidad, clave_idempotencia),
    CONSTRAINT uq_radicacion_solicitud_version UNIQUE (solicitud_id, version),
    CONSTRAINT ck_radicacion_terminada
        CHECK ((terminado_at IS NULL) = (estado IN ('EN_COLA', 'EN_PROCESO')))
)
"""

# One right is paid once: two radicaciones evaluated at the same time cannot both hold it.
REGISTRO = """
CREATE TABLE registro (
    id uuid CONSTRAINT pk_registro PRIMARY KEY DEFAULT uuidv7(),
    radicacion_id uuid NOT NULL CONSTRAINT fk_registro_radicacion_id REFERENCES radicacion,
    mecanismo text NOT NULL,
    fila int NOT NULL CONSTRAINT ck_registro_fila CHECK (fila >= 1),
    clave text,
    estado text NOT NULL,
    codigos text[] NOT NULL,
    valor_centavos bigint NOT NULL CONSTRAINT ck_registro_valor CHECK (valor_centavos >= 0),
    reconocimiento_id uuid,
    vigente boolean NOT NULL DEFAULT true,
    libera boolean NOT NULL,
    CONSTRAINT uq_registro_radicacion_id_fila UNIQUE (radicacion_id, fila)
)
"""

EVALUACION = """
CREATE TABLE evaluacion (
    id uuid CONSTRAINT pk_evaluacion PRIMARY KEY DEFAULT uuidv7(),
    radicacion_id uuid NOT NULL CONSTRAINT fk_evaluacion_radicacion_id REFERENCES radicacion,
    huella text NOT NULL,
    versiones jsonb NOT NULL,
    cortes jsonb NOT NULL,
    ausentes text[] NOT NULL,
    fecha date NOT NULL,
    carpeta text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_evaluacion_radicacion_id UNIQUE (radicacion_id)
)
"""

# Every file that arrived, also those refused: nothing received is lost.
RECEPCION = """
CREATE TABLE recepcion (
    id uuid CONSTRAINT pk_recepcion PRIMARY KEY DEFAULT uuidv7(),
    mecanismo text NOT NULL,
    entidad text NOT NULL,
    sha256 text NOT NULL,
    nombre text NOT NULL,
    tamano bigint NOT NULL,
    resultado text NOT NULL,
    detalle text NOT NULL,
    radicacion_id uuid,
    recibido_por text NOT NULL,
    recibido_at timestamptz NOT NULL
)
"""


def upgrade() -> None:
    """Five tables; the service role may not delete from any."""
    for tabla in (VENTANA, RADICACION, REGISTRO, EVALUACION, RECEPCION):
        op.execute(tabla)
    op.execute("CREATE INDEX ix_radicacion_entidad ON radicacion (mecanismo, entidad, numero)")
    op.execute("CREATE INDEX ix_radicacion_numero ON radicacion (mecanismo, numero)")
    op.execute(
        "CREATE UNIQUE INDEX uq_registro_derecho ON registro (mecanismo, clave) "
        "WHERE vigente AND NOT libera"
    )
    op.execute(
        "CREATE INDEX ix_registro_reconocimiento_id ON registro (reconocimiento_id) "
        "WHERE reconocimiento_id IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_recepcion_entidad ON recepcion (mecanismo, entidad, recibido_at)")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE ON ventana, radicacion, registro TO mecanismos_servicio"
    )
    op.execute("GRANT SELECT, INSERT ON evaluacion, recepcion TO mecanismos_servicio")
