"""What a right takes of a quantity that all share: a person is paid once, a month has thirty days.

The unique index ``uq_registro_derecho`` keeps one right from being held twice. ``cupo`` keeps what
several rights share, and the database itself keeps its sums, whoever writes:

- the parts of a record (``registro_cupo``) count while it is current and holds its right;
- what counts is never more than ``maximo``: whoever would take more is refused whole;
- only the triggers write ``cupo``.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What a row is about, by which a correction finds what it answers: until here, its right.
_CASO = (
    "ALTER TABLE registro ADD caso text",
    "UPDATE registro SET caso = clave WHERE clave IS NOT NULL",
    "CREATE INDEX ix_registro_caso ON registro (mecanismo, caso) WHERE caso IS NOT NULL",
    "CREATE INDEX ix_registro_clave_nucleo ON registro (mecanismo, (datos ->> 'clave_nucleo')) "
    "WHERE (datos ->> 'clave_nucleo') IS NOT NULL",
)

# Bytes in order: keys are compared and sorted by the million, and no language has a say in it.
_CUPO = """
CREATE TABLE cupo (
    mecanismo text NOT NULL,
    clave text COLLATE "C" NOT NULL,
    ocupado int NOT NULL,
    maximo int NOT NULL,
    CONSTRAINT pk_cupo PRIMARY KEY (mecanismo, clave),
    CONSTRAINT ck_cupo_ocupado CHECK (ocupado BETWEEN 0 AND maximo)
)
"""

# No foreign key to registro: it would look each part up by itself. The trigger looks for all.
_REGISTRO_CUPO = (
    """
    CREATE TABLE registro_cupo (
        radicacion_id uuid NOT NULL,
        fila int NOT NULL,
        mecanismo text NOT NULL,
        clave text COLLATE "C" NOT NULL,
        cantidad int NOT NULL CONSTRAINT ck_registro_cupo_cantidad CHECK (cantidad > 0),
        maximo int NOT NULL CONSTRAINT ck_registro_cupo_maximo CHECK (maximo > 0),
        datos jsonb,
        CONSTRAINT pk_registro_cupo PRIMARY KEY (radicacion_id, fila, clave)
    )
    """,
    # Only the parts that ``historia`` answers with are looked for.
    "CREATE INDEX ix_registro_cupo_clave ON registro_cupo (mecanismo, clave) "
    "WHERE datos IS NOT NULL",
    "CREATE INDEX ix_registro_cupo_numero_documento "
    "ON registro_cupo (mecanismo, (datos ->> 'numero_documento')) WHERE datos IS NOT NULL",
)

_CUENTA = "g.vigente AND NOT g.libera"

_AL_INSERTAR = f"""
    SELECT p.mecanismo, p.clave, sum(p.cantidad)::int AS neto, max(p.maximo) AS maximo
    FROM nuevas p JOIN public.registro g USING (radicacion_id, fila)
    WHERE {_CUENTA} GROUP BY 1, 2
"""  # noqa: S608 - constants of this file

_AL_BORRAR = f"""
    SELECT p.mecanismo, p.clave, -sum(p.cantidad)::int AS neto, max(p.maximo) AS maximo
    FROM viejas p JOIN public.registro g USING (radicacion_id, fila)
    WHERE {_CUENTA} GROUP BY 1, 2
"""  # noqa: S608 - constants of this file

_AL_CAMBIAR = f"""
    SELECT p.mecanismo, p.clave, sum(c.signo * p.cantidad)::int AS neto, max(p.maximo) AS maximo
    FROM (
        SELECT radicacion_id, fila, sum(signo) AS signo
        FROM (
            SELECT g.radicacion_id, g.fila, -1 AS signo FROM antes g WHERE {_CUENTA}
            UNION ALL
            SELECT g.radicacion_id, g.fila, 1 FROM despues g WHERE {_CUENTA}
        ) x GROUP BY 1, 2 HAVING sum(signo) <> 0
    ) c JOIN public.registro_cupo p USING (radicacion_id, fila)
    GROUP BY 1, 2 HAVING sum(c.signo * p.cantidad) <> 0
"""  # noqa: S608 - constants of this file


def _devolver(netos: str) -> str:
    """In the order of the keys, so that two that give back the same ones queue and never cross."""
    return f"""
        EXECUTE $sql$
            UPDATE public.cupo c SET ocupado = c.ocupado + d.neto
            FROM (
                SELECT c.mecanismo, c.clave, n.neto
                FROM ({netos}) n JOIN public.cupo c USING (mecanismo, clave)
                WHERE n.neto < 0 ORDER BY c.mecanismo, c.clave FOR NO KEY UPDATE OF c
            ) d
            WHERE c.mecanismo = d.mecanismo AND c.clave = d.clave
        $sql$;
    """  # noqa: S608 - constants of this file


def _tomar(netos: str) -> str:
    """In the order of the keys. A proposed row that is too much by itself is refused too."""
    return f"""
        EXECUTE $sql$
            INSERT INTO public.cupo AS c (mecanismo, clave, ocupado, maximo)
            SELECT n.mecanismo, n.clave, n.neto, n.maximo FROM ({netos}) n
            WHERE n.neto > 0 ORDER BY n.mecanismo, n.clave
            ON CONFLICT (mecanismo, clave)
                DO UPDATE SET ocupado = c.ocupado + excluded.ocupado, maximo = excluded.maximo
        $sql$;
    """  # noqa: S608 - constants of this file


def _funcion(nombre: str, cuerpo: str) -> str:
    # EXECUTE, because a plan that is kept was made for the size of the first statement.
    return f"""
        CREATE FUNCTION {nombre}() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            {cuerpo}
            RETURN NULL;
        END $$
    """


# Each part is of a record of its mechanism.
_EXIGIR_REGISTRO = """
    EXECUTE $sql$
        SELECT FROM nuevas p LEFT JOIN public.registro g
            ON g.radicacion_id = p.radicacion_id AND g.fila = p.fila AND g.mecanismo = p.mecanismo
        WHERE g.id IS NULL LIMIT 1
    $sql$;
    GET DIAGNOSTICS huerfanas = ROW_COUNT;
    IF huerfanas > 0 THEN
        RAISE EXCEPTION 'un cupo nombra un registro que no existe' USING
            ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_registro_cupo_registro';
    END IF;
"""

_FUNCIONES = (
    _funcion("tomar_cupos", _EXIGIR_REGISTRO + _tomar(_AL_INSERTAR)).replace(
        "BEGIN", "DECLARE huerfanas bigint;\n        BEGIN", 1
    ),
    _funcion("devolver_cupos", _devolver(_AL_BORRAR)),
    _funcion("mover_cupos", _devolver(_AL_CAMBIAR) + _tomar(_AL_CAMBIAR)),
)

_DISPARADORES = (
    "CREATE TRIGGER tomar AFTER INSERT ON registro_cupo REFERENCING NEW TABLE AS nuevas "
    "FOR EACH STATEMENT EXECUTE FUNCTION tomar_cupos()",
    "CREATE TRIGGER devolver AFTER DELETE ON registro_cupo REFERENCING OLD TABLE AS viejas "
    "FOR EACH STATEMENT EXECUTE FUNCTION devolver_cupos()",
    "CREATE TRIGGER mover_cupos AFTER UPDATE ON registro "
    "REFERENCING OLD TABLE AS antes NEW TABLE AS despues "
    "FOR EACH STATEMENT EXECUTE FUNCTION mover_cupos()",
)

# A held record waits for another one: with which of those it was judged last, and their states.
_REVISION = "ALTER TABLE revision_retenidos ADD resueltos text[] NOT NULL DEFAULT '{}'"

_PERMISOS = (
    "REVOKE ALL ON FUNCTION tomar_cupos(), devolver_cupos(), mover_cupos() FROM PUBLIC",
    "GRANT SELECT ON cupo TO mecanismos_servicio",
    "GRANT SELECT, INSERT, DELETE ON registro_cupo TO mecanismos_servicio",
    # A register may say later that a person was of another household: judged again, the record
    # holds another right.
    "GRANT UPDATE (clave, datos) ON registro TO mecanismos_servicio",
)


def upgrade() -> None:
    """Column and indexes of ``registro``, two tables, the triggers that keep them, permissions."""
    for orden in (*_CASO, _CUPO, *_REGISTRO_CUPO, *_FUNCIONES, *_DISPARADORES, _REVISION):
        op.execute(orden)
    for tabla, disparador in (
        ("registro_cupo", "tomar"),
        ("registro_cupo", "devolver"),
        ("registro", "mover_cupos"),
    ):
        op.execute(f"ALTER TABLE {tabla} ENABLE ALWAYS TRIGGER {disparador}")
    for permiso in _PERMISOS:
        op.execute(permiso)
