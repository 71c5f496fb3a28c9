"""Payments on behalf of an EPS: giro directo, what follows its members, discounts.

What the database itself guarantees, whoever writes:

- the payees of a list never add up to more than the recognition it is about;
- who gives a list does not decide it, and a recognition has one that was not refused;
- in a place of the queue each payee is once.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# On whose behalf it is paid; null, the payee's own. What is paid on behalf of an EPS keeps the
# place that the EPS had, so a place is no longer of one recognition but of one per payee.
_RECONOCIMIENTO = (
    "ALTER TABLE reconocimiento ADD titular_nit text "
    "CONSTRAINT ck_reconocimiento_titular_nit CHECK (titular_nit ~ '^[0-9]{9}$' "
    "AND titular_nit <> nit)",
    "DROP INDEX uq_reconocimiento_orden",
    "CREATE UNIQUE INDEX uq_reconocimiento_orden ON reconocimiento (orden, tipo_documento, nit) "
    "WHERE estado <> 'ANULADO'",
    # Of what a submission asks for. What takes the place of another is told apart by it: several of
    # one payee may come of one version, on behalf of several EPS or one after the other.
    "ALTER TABLE reconocimiento DROP CONSTRAINT uq_reconocimiento_radicacion_id_evaluacion",
    "CREATE UNIQUE INDEX uq_reconocimiento_radicacion_id_evaluacion ON reconocimiento "
    "(radicacion_id, evaluacion, tipo_documento, nit) WHERE reemplaza_id IS NULL",
    "CREATE INDEX ix_reconocimiento_titular_nit ON reconocimiento (titular_nit) "
    "WHERE titular_nit IS NOT NULL",
    "CREATE INDEX ix_reconocimiento_reemplaza_id ON reconocimiento (reemplaza_id) "
    "WHERE reemplaza_id IS NOT NULL",
    # A row may be cut between two payees of one recognition.
    "GRANT UPDATE (valor_centavos) ON registro_pago TO mecanismos_servicio",
)

_DESGLOSE = """
CREATE TABLE desglose (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_desglose PRIMARY KEY,
    clase text NOT NULL
        CONSTRAINT ck_desglose_clase CHECK (clase IN ('GIRO_DIRECTO', 'TRASLADO')),
    mecanismo text NOT NULL,
    reconocimiento_id uuid NOT NULL
        CONSTRAINT fk_desglose_reconocimiento_id REFERENCES reconocimiento,
    nit text NOT NULL,
    valor_centavos bigint NOT NULL CONSTRAINT ck_desglose_valor CHECK (valor_centavos > 0),
    acto text,
    estado text NOT NULL DEFAULT 'ENTREGADO'
        CONSTRAINT ck_desglose_estado CHECK (estado IN ('ENTREGADO', 'ACEPTADO', 'RECHAZADO')),
    motivo text,
    entregado_por text NOT NULL,
    entregado_at timestamptz NOT NULL,
    decidido_por text,
    decidido_at timestamptz,
    CONSTRAINT ck_desglose_acto CHECK ((clase = 'TRASLADO') = (acto IS NOT NULL)),
    CONSTRAINT ck_desglose_motivo CHECK ((estado = 'RECHAZADO') = (motivo IS NOT NULL)),
    CONSTRAINT ck_desglose_decidido CHECK (
        (decidido_por IS NULL) = (decidido_at IS NULL)
        AND (estado = 'ENTREGADO') = (decidido_at IS NULL)),
    CONSTRAINT ck_desglose_funciones CHECK (decidido_por <> entregado_por)
)
"""

_DESGLOSE_BENEFICIARIO = """
CREATE TABLE desglose_beneficiario (
    desglose_id uuid NOT NULL
        CONSTRAINT fk_desglose_beneficiario_desglose_id REFERENCES desglose,
    orden smallint NOT NULL CONSTRAINT ck_desglose_beneficiario_orden CHECK (orden > 0),
    nit text NOT NULL
        CONSTRAINT ck_desglose_beneficiario_nit CHECK (nit ~ '^[0-9]{9}$'),
    nombre text NOT NULL,
    codigo_banco text,
    tipo_producto text,
    numero_producto text,
    porcentaje int CONSTRAINT ck_desglose_beneficiario_porcentaje
        CHECK (porcentaje BETWEEN 1 AND 10000),
    valor_centavos bigint NOT NULL
        CONSTRAINT ck_desglose_beneficiario_valor CHECK (valor_centavos > 0),
    CONSTRAINT pk_desglose_beneficiario PRIMARY KEY (desglose_id, orden),
    CONSTRAINT uq_desglose_beneficiario_nit UNIQUE (desglose_id, nit),
    CONSTRAINT ck_desglose_beneficiario_cuenta CHECK (
        num_nulls(codigo_banco, tipo_producto, numero_producto) IN (0, 3))
)
"""

# The list is locked first, so that two writers of one list cannot pass together.
_SUMA = """
CREATE FUNCTION exigir_suma_desglose() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    excedido uuid;
BEGIN
    PERFORM 1 FROM public.desglose d
    WHERE d.id IN (SELECT n.desglose_id FROM nuevos n) ORDER BY d.id FOR NO KEY UPDATE;
    SELECT d.id INTO excedido
    FROM public.desglose d JOIN public.reconocimiento r ON r.id = d.reconocimiento_id
    WHERE d.id IN (SELECT n.desglose_id FROM nuevos n)
      AND least(d.valor_centavos, r.valor_centavos)
          < (SELECT sum(b.valor_centavos) FROM public.desglose_beneficiario b
             WHERE b.desglose_id = d.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'los beneficiarios del desglose % suman más que su reconocimiento', excedido
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_desglose_suma';
    END IF;
    RETURN NULL;
END $$
"""

# How what was paid without cause came back, when it was kept from what an EPS was to receive.
_DESCUENTO = """
CREATE TABLE descuento_eps (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_descuento_eps PRIMARY KEY,
    reintegro_id uuid NOT NULL CONSTRAINT fk_descuento_eps_reintegro_id REFERENCES reintegro,
    metodo text NOT NULL
        CONSTRAINT ck_descuento_eps_metodo CHECK (metodo IN ('COMPENSACION', 'LMA')),
    proceso text NOT NULL,
    fecha date NOT NULL,
    capital_centavos bigint NOT NULL
        CONSTRAINT ck_descuento_eps_capital CHECK (capital_centavos > 0),
    interes_centavos bigint NOT NULL
        CONSTRAINT ck_descuento_eps_interes CHECK (interes_centavos >= 0),
    por text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_descuento_eps_proceso UNIQUE (reintegro_id, metodo, proceso)
)
"""

_INDICES = (
    "CREATE UNIQUE INDEX uq_desglose_reconocimiento_id ON desglose (reconocimiento_id) "
    "WHERE estado <> 'RECHAZADO'",
    "CREATE INDEX ix_desglose_mecanismo ON desglose (mecanismo, id)",
    # What is settled is asked by month.
    "CREATE INDEX ix_registro_periodo ON registro (mecanismo, (datos ->> 'periodo')) "
    "WHERE (datos ->> 'periodo') IS NOT NULL",
)

_PERMISOS = (
    "REVOKE ALL ON FUNCTION exigir_suma_desglose() FROM PUBLIC",
    "GRANT SELECT, INSERT ON desglose, desglose_beneficiario, descuento_eps TO mecanismos_servicio",
    "GRANT UPDATE (estado, motivo, decidido_por, decidido_at) ON desglose TO mecanismos_servicio",
)


def upgrade() -> None:
    """On whose behalf, the lists of payees, the discounts."""
    for orden in (*_RECONOCIMIENTO, _DESGLOSE, _DESGLOSE_BENEFICIARIO, _SUMA, _DESCUENTO):
        op.execute(orden)
    op.execute(
        "CREATE TRIGGER suma AFTER INSERT ON desglose_beneficiario REFERENCING NEW TABLE AS nuevos "
        "FOR EACH STATEMENT EXECUTE FUNCTION exigir_suma_desglose()"
    )
    for orden in (*_INDICES, *_PERMISOS):
        op.execute(orden)
