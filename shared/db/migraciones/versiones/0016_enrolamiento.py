"""Products of the persons that are paid: checked or opened by a bank's operator, and told so."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# One per payable unit: a recognition is paid whole, into one account.
_ENROLAMIENTO = """
CREATE TABLE enrolamiento (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_enrolamiento PRIMARY KEY,
    mecanismo text NOT NULL,
    reconocimiento_id uuid NOT NULL
        CONSTRAINT uq_enrolamiento_reconocimiento_id UNIQUE
        CONSTRAINT fk_enrolamiento_reconocimiento_id REFERENCES reconocimiento,
    tipo_documento text NOT NULL,
    nit text NOT NULL,
    entidad text,
    estado text NOT NULL CONSTRAINT ck_enrolamiento_estado CHECK (estado IN (
        'VALIDANDO', 'ENROLANDO', 'LISTO', 'REVISION', 'AGOTADO', 'CERRADO')),
    cuenta_id uuid CONSTRAINT fk_enrolamiento_cuenta_id REFERENCES cuenta_bancaria,
    numero integer NOT NULL DEFAULT 0 CONSTRAINT ck_enrolamiento_numero CHECK (numero >= 0),
    intento integer NOT NULL DEFAULT 0 CONSTRAINT ck_enrolamiento_intento
        CHECK (intento BETWEEN 0 AND numero),
    reintentos_giro integer NOT NULL DEFAULT 0
        CONSTRAINT ck_enrolamiento_reintentos_giro CHECK (reintentos_giro >= 0),
    proximo date,
    codigo text,
    abierto_at timestamptz NOT NULL,
    cambiado_at timestamptz NOT NULL,
    CONSTRAINT ck_enrolamiento_proximo CHECK (
        (estado IN ('VALIDANDO', 'ENROLANDO')) = (proximo IS NOT NULL)),
    CONSTRAINT ck_enrolamiento_cuenta CHECK (estado <> 'ENROLANDO' OR cuenta_id IS NULL)
)
"""

# What was asked of the operator. Its id is the key under which the operator knows it: asked again,
# it answers the same. ``cuenta_id``: the product that was checked, or the account that was opened.
_SOLICITUD = """
CREATE TABLE enrolamiento_solicitud (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_enrolamiento_solicitud PRIMARY KEY,
    enrolamiento_id uuid NOT NULL
        CONSTRAINT fk_enrolamiento_solicitud_enrolamiento_id REFERENCES enrolamiento,
    numero integer NOT NULL CONSTRAINT ck_enrolamiento_solicitud_numero CHECK (numero > 0),
    intento integer NOT NULL CONSTRAINT ck_enrolamiento_solicitud_intento CHECK (intento > 0),
    operacion text NOT NULL CONSTRAINT ck_enrolamiento_solicitud_operacion
        CHECK (operacion IN ('VALIDAR', 'ABRIR')),
    cuenta_id uuid CONSTRAINT fk_enrolamiento_solicitud_cuenta_id REFERENCES cuenta_bancaria,
    pedida_por text NOT NULL,
    pedida_at timestamptz NOT NULL,
    consultada_at timestamptz,
    resultado text CONSTRAINT ck_enrolamiento_solicitud_resultado
        CHECK (resultado IN ('ACEPTADA', 'RECHAZADA')),
    codigo text,
    tuvo_efecto boolean,
    respondida_por text,
    respondida_at timestamptz,
    CONSTRAINT uq_enrolamiento_solicitud_numero UNIQUE (enrolamiento_id, numero),
    CONSTRAINT ck_enrolamiento_solicitud_respondida CHECK (
        num_nulls(resultado, tuvo_efecto, respondida_por, respondida_at) IN (0, 4)),
    CONSTRAINT ck_enrolamiento_solicitud_codigo CHECK (
        (resultado IS NOT DISTINCT FROM 'RECHAZADA') = (codigo IS NOT NULL))
)
"""

# Masked: where a notice went is told without saying whose it is.
_AVISO = """
CREATE TABLE enrolamiento_aviso (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_enrolamiento_aviso PRIMARY KEY,
    enrolamiento_id uuid NOT NULL
        CONSTRAINT fk_enrolamiento_aviso_enrolamiento_id REFERENCES enrolamiento,
    clase text NOT NULL,
    numero integer NOT NULL,
    creado_at timestamptz NOT NULL,
    canal text CONSTRAINT ck_enrolamiento_aviso_canal
        CHECK (canal IN ('SMS', 'CORREO', 'NINGUNO')),
    destino text,
    enviado_at timestamptz,
    CONSTRAINT uq_enrolamiento_aviso_clase UNIQUE (enrolamiento_id, clase, numero),
    CONSTRAINT ck_enrolamiento_aviso_enviado CHECK ((canal IS NULL) = (enviado_at IS NULL))
)
"""

_INDICES = (
    "CREATE INDEX ix_enrolamiento_estado ON enrolamiento (mecanismo, estado, id)",
    "CREATE INDEX ix_enrolamiento_enrolando ON enrolamiento (nit, tipo_documento) "
    "WHERE estado = 'ENROLANDO'",
    "CREATE INDEX ix_enrolamiento_solicitud_pendiente ON enrolamiento_solicitud (id) "
    "WHERE respondida_at IS NULL",
    "CREATE INDEX ix_enrolamiento_aviso_pendiente ON enrolamiento_aviso (id) "
    "WHERE enviado_at IS NULL",
    "CREATE INDEX ix_registro_por_enrolar ON registro (mecanismo, radicacion_id, fila) "
    "WHERE vigente AND estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA')",
)

_PERMISOS = (
    "GRANT SELECT, INSERT ON enrolamiento, enrolamiento_solicitud, enrolamiento_aviso "
    "TO mecanismos_servicio",
    "GRANT UPDATE (estado, cuenta_id, numero, intento, reintentos_giro, proximo, codigo, "
    "cambiado_at) ON enrolamiento TO mecanismos_servicio",
    "GRANT UPDATE (cuenta_id, consultada_at, resultado, codigo, tuvo_efecto, respondida_por, "
    "respondida_at) ON enrolamiento_solicitud TO mecanismos_servicio",
    "GRANT UPDATE (canal, destino, enviado_at) ON enrolamiento_aviso TO mecanismos_servicio",
)


def upgrade() -> None:
    """A record may also change by what an operator answers: no evaluation moved it then."""
    op.execute("ALTER TABLE registro_cambio ALTER COLUMN evaluacion_id DROP NOT NULL")
    for orden in (_ENROLAMIENTO, _SOLICITUD, _AVISO, *_INDICES, *_PERMISOS):
        op.execute(orden)
