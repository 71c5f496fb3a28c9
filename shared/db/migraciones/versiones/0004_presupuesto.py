"""Budget lines and double-entry ledger.

What the database itself guarantees, whoever writes:

- a movement names one account debited, one credited and one positive amount: it balances;
- an internal account never goes below zero, not even between two movements of one statement;
- movements and acts are never changed nor deleted, and a balance only changes by movements.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LINEA = """
CREATE TABLE linea (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_linea PRIMARY KEY,
    mecanismo text NOT NULL
        CONSTRAINT ck_linea_mecanismo CHECK (mecanismo ~ '^[a-z][a-z0-9_]*$'),
    vigencia smallint NOT NULL CONSTRAINT ck_linea_vigencia CHECK (vigencia BETWEEN 2020 AND 2100),
    fuente text NOT NULL DEFAULT 'POR_CONFIRMAR',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT uq_linea_mecanismo_vigencia UNIQUE (mecanismo, vigencia)
)
"""

_TIPOS = (
    "'aforo', 'apropiacion_disponible', 'cdp', 'rp', 'obligacion', 'ordenado', 'pagado', "
    "'reintegrado', 'recaudo', 'caja', 'caja_ordenada', 'banco', 'embargo', 'reintegros', "
    "'intereses_reintegro', 'prestamo_por_cobrar', 'prestamo_por_pagar'"
)
_EXTERNAS = "'aforo', 'recaudo', 'banco', 'prestamo_por_pagar'"

# fillfactor: the same few rows change all the time; with room left, in place (HOT).
_CUENTA = f"""
CREATE TABLE cuenta (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_cuenta PRIMARY KEY,
    linea_id integer NOT NULL CONSTRAINT fk_cuenta_linea_id REFERENCES linea,
    tipo text NOT NULL CONSTRAINT ck_cuenta_tipo CHECK (tipo IN ({_TIPOS})),
    externa boolean NOT NULL
        CONSTRAINT ck_cuenta_externa CHECK (externa = (tipo IN ({_EXTERNAS}))),
    saldo_centavos bigint NOT NULL DEFAULT 0,
    CONSTRAINT uq_cuenta_linea_id_tipo UNIQUE (linea_id, tipo),
    CONSTRAINT ck_cuenta_saldo_no_negativo CHECK (saldo_centavos >= 0 OR externa)
) WITH (fillfactor = 50)
"""

# No foreign key to cuenta: it would take a share lock per row on the hot accounts, just before
# the trigger takes the strong one. The trigger itself checks that every account exists.
_MOVIMIENTO = """
CREATE TABLE movimiento (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_movimiento PRIMARY KEY,
    clave text NOT NULL CONSTRAINT uq_movimiento_clave UNIQUE
        CONSTRAINT ck_movimiento_clave CHECK (clave <> ''),
    debito_id bigint NOT NULL,
    credito_id bigint NOT NULL,
    valor_centavos bigint NOT NULL
        CONSTRAINT ck_movimiento_valor_positivo CHECK (valor_centavos > 0),
    concepto text NOT NULL CONSTRAINT ck_movimiento_concepto CHECK (concepto <> ''),
    referencia text NOT NULL CONSTRAINT ck_movimiento_referencia CHECK (referencia <> ''),
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    por text NOT NULL CONSTRAINT ck_movimiento_por CHECK (por <> ''),
    CONSTRAINT ck_movimiento_dos_cuentas CHECK (debito_id <> credito_id)
)
"""

_ACTO = """
CREATE TABLE acto_presupuestal (
    id uuid NOT NULL DEFAULT uuidv7() CONSTRAINT pk_acto_presupuestal PRIMARY KEY,
    linea_id integer NOT NULL CONSTRAINT fk_acto_presupuestal_linea_id REFERENCES linea,
    tipo text NOT NULL CONSTRAINT ck_acto_presupuestal_tipo CHECK (tipo IN (
        'ADICION_AFORO', 'RECAUDO', 'EMBARGO', 'DESEMBARGO', 'INCORPORACION_REINTEGROS')),
    numero text NOT NULL CONSTRAINT ck_acto_presupuestal_numero CHECK (numero <> ''),
    fecha date NOT NULL,
    valor_centavos bigint NOT NULL CONSTRAINT ck_acto_presupuestal_valor CHECK (
        valor_centavos > 0 OR (valor_centavos < 0 AND tipo = 'ADICION_AFORO')),
    descripcion text NOT NULL DEFAULT '',
    clave text CONSTRAINT uq_acto_presupuestal_clave UNIQUE,
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    por text NOT NULL CONSTRAINT ck_acto_presupuestal_por CHECK (por <> ''),
    CONSTRAINT uq_acto_presupuestal_linea_id_tipo_numero UNIQUE (linea_id, tipo, numero)
)
"""

_CREAR_CUENTAS = f"""
CREATE FUNCTION crear_cuentas() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.cuenta (linea_id, tipo, externa)
    SELECT NEW.id, t.tipo, t.tipo IN ({_EXTERNAS})
    FROM unnest(ARRAY[{_TIPOS}]) WITH ORDINALITY AS t (tipo, posicion)
    ORDER BY t.posicion;
    RETURN NULL;
END $$
"""  # noqa: S608 - constants of this file

# Always in id order, so that two postings that touch the same accounts queue and never cross.
_BLOQUEAR = """
CREATE FUNCTION bloquear_cuentas(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.cuenta c WHERE c.id = ANY (ids) ORDER BY c.id FOR NO KEY UPDATE;
END $$
"""

_ASENTAR = """
CREATE FUNCTION asentar_movimientos() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
    netos bigint[];
    salidas bigint[];
    aplicadas bigint;
    falta record;
BEGIN
    SELECT array_agg(p.cuenta_id ORDER BY p.cuenta_id),
           array_agg(p.neto ORDER BY p.cuenta_id),
           array_agg(p.salida ORDER BY p.cuenta_id)
    INTO ids, netos, salidas
    FROM (
        SELECT x.cuenta_id, sum(x.entra - x.sale)::bigint AS neto, sum(x.sale)::bigint AS salida
        FROM (
            SELECT n.debito_id AS cuenta_id, 0 AS entra, n.valor_centavos AS sale FROM nuevos n
            UNION ALL
            SELECT n.credito_id, n.valor_centavos, 0 FROM nuevos n
        ) x GROUP BY x.cuenta_id
    ) p;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM public.bloquear_cuentas(ids);

    -- Only if some account gives more than it had can the order inside the statement matter.
    PERFORM 1 FROM public.cuenta c JOIN unnest(ids, salidas) s (id, salida) ON s.id = c.id
    WHERE NOT c.externa AND c.saldo_centavos < s.salida;
    IF FOUND THEN
        SELECT c.id, c.tipo, l.mecanismo, l.vigencia, c.saldo_centavos,
               -min(c.saldo_centavos + corrido.neto) AS faltante
        INTO falta
        FROM (
            SELECT x.cuenta_id,
                   sum(x.cambio) OVER (PARTITION BY x.cuenta_id ORDER BY x.id) AS neto
            FROM (
                SELECT n.id, n.debito_id AS cuenta_id, -n.valor_centavos AS cambio FROM nuevos n
                UNION ALL
                SELECT n.id, n.credito_id, n.valor_centavos FROM nuevos n
            ) x
        ) corrido
        JOIN public.cuenta c ON c.id = corrido.cuenta_id AND NOT c.externa
        JOIN public.linea l ON l.id = c.linea_id
        GROUP BY c.id, c.tipo, l.mecanismo, l.vigencia, c.saldo_centavos
        HAVING min(c.saldo_centavos + corrido.neto) < 0
        ORDER BY c.id LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'saldo insuficiente en la cuenta %', falta.id USING
                ERRCODE = 'check_violation', SCHEMA = 'public', TABLE = 'cuenta',
                CONSTRAINT = 'ck_cuenta_saldo_no_negativo',
                DETAIL = json_build_object(
                    'cuenta', falta.tipo, 'mecanismo', falta.mecanismo,
                    'vigencia', falta.vigencia, 'saldo_centavos', falta.saldo_centavos,
                    'faltante_centavos', falta.faltante)::text;
        END IF;
    END IF;

    UPDATE public.cuenta c SET saldo_centavos = c.saldo_centavos + s.neto
    FROM unnest(ids, netos) s (id, neto) WHERE c.id = s.id;
    GET DIAGNOSTICS aplicadas = ROW_COUNT;
    IF aplicadas <> cardinality(ids) THEN
        RAISE EXCEPTION 'un movimiento nombra una cuenta que no existe' USING
            ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_movimiento_cuenta';
    END IF;
    RETURN NULL;
END $$
"""

_INMUTABLE = """
CREATE FUNCTION rechazar_cambio() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% no admite %: el libro solo crece; corrija con una reversa',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""

# asentar_movimientos is itself a trigger, so its UPDATE arrives here one level deeper.
_SOLO_POR_ASIENTO = """
CREATE FUNCTION exigir_asiento() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'cuenta no admite % directo: un saldo solo cambia con movimientos', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""

_DISPARADORES = (
    "CREATE TRIGGER crear_cuentas AFTER INSERT ON linea FOR EACH ROW "
    "EXECUTE FUNCTION crear_cuentas()",
    "CREATE TRIGGER asentar AFTER INSERT ON movimiento REFERENCING NEW TABLE AS nuevos "
    "FOR EACH STATEMENT EXECUTE FUNCTION asentar_movimientos()",
    "CREATE TRIGGER inmutable BEFORE UPDATE OR DELETE OR TRUNCATE ON movimiento "
    "FOR EACH STATEMENT EXECUTE FUNCTION rechazar_cambio()",
    "CREATE TRIGGER inmutable BEFORE UPDATE OR DELETE OR TRUNCATE ON acto_presupuestal "
    "FOR EACH STATEMENT EXECUTE FUNCTION rechazar_cambio()",
    "CREATE TRIGGER permanente BEFORE DELETE OR TRUNCATE ON linea "
    "FOR EACH STATEMENT EXECUTE FUNCTION rechazar_cambio()",
    "CREATE TRIGGER permanente BEFORE DELETE OR TRUNCATE ON cuenta "
    "FOR EACH STATEMENT EXECUTE FUNCTION rechazar_cambio()",
    "CREATE TRIGGER solo_por_asiento BEFORE INSERT OR UPDATE ON cuenta "
    "FOR EACH STATEMENT EXECUTE FUNCTION exigir_asiento()",
)

# created_at stays out of the insert grants: a service cannot date its own postings back.
_PERMISOS = (
    "REVOKE ALL ON FUNCTION crear_cuentas(), bloquear_cuentas(bigint[]), asentar_movimientos(), "
    "rechazar_cambio(), exigir_asiento() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION bloquear_cuentas(bigint[]) TO mecanismos_servicio",
    "GRANT SELECT ON linea, cuenta, movimiento, acto_presupuestal TO mecanismos_servicio",
    "GRANT INSERT (mecanismo, vigencia, fuente) ON linea TO mecanismos_servicio",
    # Also what lets the service lock a line, which orders the queues on it.
    "GRANT UPDATE (fuente) ON linea TO mecanismos_servicio",
    "GRANT INSERT (clave, debito_id, credito_id, valor_centavos, concepto, referencia, event_at, "
    "por) ON movimiento TO mecanismos_servicio",
    "GRANT INSERT (linea_id, tipo, numero, fecha, valor_centavos, descripcion, clave, event_at, "
    "por) ON acto_presupuestal TO mecanismos_servicio",
)


def upgrade() -> None:
    """Budget lines and double-entry ledger."""
    for tabla in (_LINEA, _CUENTA, _MOVIMIENTO, _ACTO):
        op.execute(tabla)
    for funcion in (_CREAR_CUENTAS, _BLOQUEAR, _ASENTAR, _INMUTABLE, _SOLO_POR_ASIENTO):
        op.execute(funcion)
    for disparador in _DISPARADORES:
        op.execute(disparador)
    # Also under session_replication_role = replica, the usual way around triggers.
    for tabla in ("movimiento", "acto_presupuestal"):
        op.execute(f"ALTER TABLE {tabla} ENABLE ALWAYS TRIGGER inmutable")
    op.execute("ALTER TABLE movimiento ENABLE ALWAYS TRIGGER asentar")
    for permiso in _PERMISOS:
        op.execute(permiso)
