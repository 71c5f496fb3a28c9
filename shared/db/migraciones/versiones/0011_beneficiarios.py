"""Payees that are persons, orders that pay several recognitions of one, rights of the deceased
and requests of people nobody reported.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIPOS = "('NI', 'CC', 'CE', 'PA', 'CD', 'SC', 'PE')"

_COLUMNAS = (
    "ALTER TABLE reconocimiento ADD tipo_documento text NOT NULL DEFAULT 'NI' "
    f"CONSTRAINT ck_reconocimiento_tipo_documento CHECK (tipo_documento IN {_TIPOS}), "
    "ADD entidad text, ADD devuelto_at timestamptz",
    "ALTER TABLE cuenta_bancaria ADD tipo_documento text NOT NULL DEFAULT 'NI' "
    f"CONSTRAINT ck_cuenta_bancaria_tipo_documento CHECK (tipo_documento IN {_TIPOS}), "
    "ADD titular_tipo_documento text NOT NULL DEFAULT 'NI' "
    f"CONSTRAINT ck_cuenta_bancaria_titular CHECK (titular_tipo_documento IN {_TIPOS})",
    "ALTER TABLE orden_tesoreria ADD tipo_documento text NOT NULL DEFAULT 'NI' "
    f"CONSTRAINT ck_orden_tesoreria_tipo_documento CHECK (tipo_documento IN {_TIPOS})",
)

# One payee of one radicación; one account of one payee: by type and number of document.
_UNICOS = (
    "ALTER TABLE reconocimiento DROP CONSTRAINT uq_reconocimiento_radicacion_id_nit, "
    "ADD CONSTRAINT uq_reconocimiento_radicacion_id_tipo_documento_nit "
    "UNIQUE (radicacion_id, tipo_documento, nit)",
    "ALTER TABLE cuenta_bancaria DROP CONSTRAINT uq_cuenta_bancaria_nit, "
    "ADD CONSTRAINT uq_cuenta_bancaria_beneficiario UNIQUE (nit, tipo_documento, codigo_banco, "
    "tipo_producto, numero_producto, titular_tipo_documento, titular_nit)",
    # Whether several payees gave one account (THS-16).
    "CREATE INDEX ix_cuenta_bancaria_numero_producto ON cuenta_bancaria "
    "(numero_producto, codigo_banco)",
    "CREATE INDEX ix_reconocimiento_entidad ON reconocimiento (entidad) WHERE entidad IS NOT NULL",
)

# ``vivo`` follows the state of the order by itself, so that an index can hold that nothing is paid
# twice: one live order per recognition, whatever the code does.
_PARTES = (
    "ALTER TABLE giro ADD vivo boolean "
    "GENERATED ALWAYS AS (estado IN ('ordenado', 'enviado', 'aplicado')) STORED, "
    "ADD CONSTRAINT uq_giro_id_vivo UNIQUE (id, vivo)",
    """
    CREATE TABLE giro_reconocimiento (
        giro_id uuid NOT NULL,
        reconocimiento_id uuid NOT NULL
            CONSTRAINT fk_giro_reconocimiento_reconocimiento_id REFERENCES reconocimiento,
        valor_centavos bigint NOT NULL
            CONSTRAINT ck_giro_reconocimiento_valor CHECK (valor_centavos > 0),
        vivo boolean NOT NULL DEFAULT true,
        CONSTRAINT pk_giro_reconocimiento PRIMARY KEY (giro_id, reconocimiento_id),
        CONSTRAINT fk_giro_reconocimiento_giro_id FOREIGN KEY (giro_id, vivo)
            REFERENCES giro (id, vivo) ON UPDATE CASCADE
    )
    """,
    "INSERT INTO giro_reconocimiento (giro_id, reconocimiento_id, valor_centavos, vivo) "
    "SELECT id, reconocimiento_id, valor_centavos, vivo FROM giro",
    "CREATE UNIQUE INDEX uq_giro_reconocimiento_vivo ON giro_reconocimiento (reconocimiento_id) "
    "WHERE vivo",
    "CREATE INDEX ix_giro_reconocimiento_reconocimiento_id "
    "ON giro_reconocimiento (reconocimiento_id)",
    "ALTER TABLE giro DROP COLUMN reconocimiento_id",
    "GRANT SELECT, INSERT ON giro_reconocimiento TO mecanismos_servicio",
)

_PERSONAS = _TIPOS.replace("'NI', ", "")

# Who opens a trámite does not decide it (four eyes), whatever the code does.
_FALLECIDOS = (
    """
    CREATE TABLE tramite_fallecido (
        id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_tramite_fallecido PRIMARY KEY,
        mecanismo text NOT NULL,
        registro_id uuid NOT NULL
            CONSTRAINT fk_tramite_fallecido_registro_id REFERENCES registro,
        entidad text NOT NULL,
        estado text NOT NULL DEFAULT 'ABIERTO' CONSTRAINT ck_tramite_fallecido_estado
            CHECK (estado IN ('ABIERTO', 'ACREDITADO', 'RECHAZADO')),
        fecha_defuncion date NOT NULL,
        valor_centavos bigint,
        motivo text,
        abierto_por text NOT NULL,
        abierto_at timestamptz NOT NULL,
        decidido_por text,
        decidido_at timestamptz,
        CONSTRAINT ck_tramite_fallecido_decidido CHECK (
            (decidido_por IS NULL) = (decidido_at IS NULL)
            AND (estado = 'ABIERTO') = (decidido_at IS NULL)),
        CONSTRAINT ck_tramite_fallecido_valor CHECK (
            (estado = 'ACREDITADO') = (valor_centavos IS NOT NULL) AND valor_centavos > 0),
        CONSTRAINT ck_tramite_fallecido_motivo CHECK (
            (estado = 'RECHAZADO') = (motivo IS NOT NULL)),
        CONSTRAINT ck_tramite_fallecido_funciones CHECK (decidido_por <> abierto_por)
    )
    """,
    f"""
    CREATE TABLE tramite_beneficiario (
        tramite_id uuid NOT NULL
            CONSTRAINT fk_tramite_beneficiario_tramite_id REFERENCES tramite_fallecido,
        orden smallint NOT NULL CONSTRAINT ck_tramite_beneficiario_orden CHECK (orden > 0),
        tipo_documento text NOT NULL CONSTRAINT ck_tramite_beneficiario_tipo_documento
            CHECK (tipo_documento IN {_PERSONAS}),
        numero_documento text NOT NULL,
        nombre text NOT NULL,
        parentesco text NOT NULL,
        codigo_banco text,
        tipo_producto text,
        numero_producto text,
        CONSTRAINT pk_tramite_beneficiario PRIMARY KEY (tramite_id, orden),
        CONSTRAINT uq_tramite_beneficiario_documento
            UNIQUE (tramite_id, tipo_documento, numero_documento),
        CONSTRAINT ck_tramite_beneficiario_cuenta CHECK (
            num_nulls(codigo_banco, tipo_producto, numero_producto) IN (0, 3))
    )
    """,
    """
    CREATE TABLE tramite_documento (
        tramite_id uuid NOT NULL
            CONSTRAINT fk_tramite_documento_tramite_id REFERENCES tramite_fallecido,
        clase text NOT NULL,
        orden smallint,
        sha256 text NOT NULL
            CONSTRAINT ck_tramite_documento_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        entregado_por text NOT NULL,
        entregado_at timestamptz NOT NULL,
        CONSTRAINT uq_tramite_documento UNIQUE NULLS NOT DISTINCT
            (tramite_id, clase, orden, sha256),
        CONSTRAINT fk_tramite_documento_orden FOREIGN KEY (tramite_id, orden)
            REFERENCES tramite_beneficiario (tramite_id, orden),
        CONSTRAINT ck_tramite_documento_orden CHECK ((clase = 'PARENTESCO') = (orden IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX uq_tramite_fallecido_registro_id ON tramite_fallecido (registro_id) "
    "WHERE estado <> 'RECHAZADO'",
    "CREATE INDEX ix_tramite_fallecido_mecanismo ON tramite_fallecido (mecanismo, id)",
    "GRANT SELECT, INSERT ON tramite_fallecido, tramite_beneficiario, tramite_documento "
    "TO mecanismos_servicio",
    "GRANT UPDATE (estado, valor_centavos, motivo, decidido_por, decidido_at) "
    "ON tramite_fallecido TO mecanismos_servicio",
)

# Nobody enrols themselves: the log moves no right and no money. Who took it out is written.
_DIRECTAS = (
    f"""
    CREATE TABLE solicitud_directa (
        id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_solicitud_directa PRIMARY KEY,
        mecanismo text NOT NULL,
        tipo_documento text NOT NULL CONSTRAINT ck_solicitud_directa_tipo_documento
            CHECK (tipo_documento IN {_PERSONAS}),
        numero_documento text NOT NULL,
        nombre text NOT NULL,
        nit_ips text NOT NULL,
        codigo_perfil text,
        canal text NOT NULL,
        fecha date NOT NULL,
        registrada_por text NOT NULL,
        registrada_at timestamptz NOT NULL,
        CONSTRAINT uq_solicitud_directa_persona
            UNIQUE (mecanismo, tipo_documento, numero_documento, nit_ips)
    )
    """,
    """
    CREATE TABLE solicitud_directa_entrega (
        id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_solicitud_directa_entrega PRIMARY KEY,
        mecanismo text NOT NULL,
        filas integer NOT NULL,
        entregada_por text NOT NULL,
        entregada_at timestamptz NOT NULL
    )
    """,
    "GRANT SELECT, INSERT ON solicitud_directa, solicitud_directa_entrega TO mecanismos_servicio",
)


def upgrade() -> None:
    """Persons beside entities; the recognitions of an order in a table of their own."""
    for orden in (*_COLUMNAS, *_UNICOS, *_PARTES, *_FALLECIDOS, *_DIRECTAS):
        op.execute(orden)
    op.execute("GRANT UPDATE (devuelto_at) ON reconocimiento TO mecanismos_servicio")
