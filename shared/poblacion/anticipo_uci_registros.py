# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""What REPS says of the beds of the anticipo: capacity, authorisations and daily report.

It is written after the submission, to fit each of its rows (``anticipo_uci``).
"""

from __future__ import annotations

from shared.poblacion import reps
from shared.poblacion import reps_catalogo as cat
from shared.poblacion.anticipo_uci_casos import TODOS, por_caso
from shared.poblacion.contexto import Contexto
from shared.registros.expresiones import lista


def aportar(ctx: Contexto) -> None:
    """Rows for the six registers of REPS; needs the tables of ``anticipo_uci``."""
    _especiales(ctx)
    _capacidad(ctx)
    _transitorias(ctx)
    _reportes(ctx)
    _ocupacion(ctx)


def _especiales(ctx: Contexto) -> None:
    reps.aportar_prestadores(ctx, "(FROM ant_sedes WHERE prestador = 'otra_clase')")
    reps.aportar_sedes(ctx, "ant_sedes")
    reps.aportar_servicios(ctx, "SELECT *, s AS x FROM ant_sedes WHERE con_servicio")
    for i, corte in enumerate(cat.CORTES_CAPACIDAD, start=1):
        reps.aportar_capacidad(
            ctx,
            f"""
            SELECT *, nombres[1] AS nombre_capacidad, capacidad[{i}] AS cantidad,
                   DATE '{corte}' AS corte
            FROM ant_sedes WHERE capacidad[{i}] IS NOT NULL
            """,
        )


def _capacidad(ctx: Contexto) -> None:
    """What REPS lists of each bed: its capacity less what is transitory; some under two names."""
    for i, corte in enumerate(cat.CORTES_CAPACIDAD, start=1):
        reps.aportar_capacidad(
            ctx,
            f"""
            SELECT r.*, 'CAMAS' AS grupo, nombre_capacidad, {_parte("lista_reps")} AS cantidad,
                   DATE '{corte}' AS corte
            FROM (
                SELECT s, nombres, unnest(nombres) AS nombre_capacidad,
                       unnest(range(1, len(nombres) + 1)) AS parte,
                       k - coalesce(t.camas, 0) AS lista_reps
                FROM reps_camas AS c JOIN ant_capacidad AS k ON k.b = c.b AND k.corte = {i}
                LEFT JOIN ant_transitorias AS t ON t.b = c.b
            ) JOIN reps_red AS r USING (s)
            """,
        )


def _parte(total: str) -> str:
    """A total split in the rows of a bed listed under two names."""
    return (
        f"CASE WHEN len(nombres) = 1 THEN {total} WHEN parte = 1 THEN {total} // 2 "
        f"ELSE {total} - {total} // 2 END"
    )


def _transitorias(ctx: Contexto) -> None:
    """Authorisations in force, those of the special sedes, and old ones that count for nothing."""
    acto = "'Acto ' || x || ' de 2020' AS acto, 'Secretaría de salud' AS autoridad"
    cama = "hab_sede, codigo_habilitacion, numero_sede, servicio, poblacion"
    ctx.aportar(
        "reps_transitorias",
        f"""
        SELECT {cama}, 'AUTORIZACION' AS tipo, t.camas, {acto}, DATE '2020-05-15' AS fecha_inicio,
               CASE WHEN azar(x, 'ant-fin') < 0.5 THEN DATE '2021-04-30' END AS fecha_fin,
               'VIGENTE' AS estado
        FROM (SELECT *, b AS x FROM reps_camas) JOIN ant_transitorias AS t USING (b)
        UNION ALL BY NAME
        SELECT {cama}, 'AUTORIZACION' AS tipo, 4 AS camas, {acto},
               DATE '2020-04-13' AS fecha_inicio, DATE '2020-05-31' AS fecha_fin,
               'VIGENTE' AS estado
        FROM (SELECT *, 10000 + b AS x FROM reps_camas) WHERE azar(x, 'ant-vencida') < 0.05
        UNION ALL BY NAME
        SELECT {cama}, tipo, camas_acto AS camas, {acto}, desde_acto AS fecha_inicio,
               hasta_acto AS fecha_fin, estado_acto AS estado
        FROM (SELECT *, 20000 + e AS x FROM ant_sedes) WHERE tipo <> ''
        """,
    )


def _reportes(ctx: Contexto) -> None:
    """The daily report of every bed and day, certified or not, but where a case takes it away."""
    libres = f"""
        CASE WHEN caso IS NOT NULL THEN {por_caso(lambda h: h.disponibles, "c")}
             WHEN certificadas IS NOT NULL THEN certificadas + holgura
             WHEN libre THEN 0
             ELSE azar_entero(x, 'ant-libres', k + 1) END
    """
    sin_reporte = lista([h.caso for h in TODOS if h.sin_reporte])
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_reportes AS
        SELECT b, dia, libres,
               CASE WHEN caso IS NULL THEN k - libres
                    ELSE {por_caso(lambda h: h.ocupadas, "k - c")} END AS ocupadas
        FROM (
            SELECT *, {libres} AS libres FROM (
                SELECT m.*, k.k, mc.caso, mc.c, c.camas AS certificadas, c.holgura
                FROM ant_malla AS m JOIN ant_capacidad AS k ON k.b = m.b AND k.corte = m.corte
                LEFT JOIN ant_marcas AS mc ON mc.b = m.b AND mc.dia = m.dia
                LEFT JOIN ant_certificadas AS c ON c.b = m.b AND c.dia = m.dia
            ) WHERE coalesce(caso NOT IN ({sin_reporte}), true)
        )
        UNION ALL SELECT b, dia, camas, 0 FROM ant_dias
    """)


def _ocupacion(ctx: Contexto) -> None:
    """The reports in the columns of the register: the total is always the sum of the others."""
    camas = "b, hab_sede, codigo_habilitacion, numero_sede, hab_prestador, nit, nombres"
    ctx.aportar(
        "reps_ocupacion_diaria",
        f"""
        SELECT hab_sede, codigo_habilitacion, numero_sede, hab_prestador, nit, dia AS fecha,
               nombre_capacidad, libres + ocupadas AS total_camas,
               ocupadas - ocupadas // 2 - ocupadas // 8 AS ocupadas_no_covid,
               ocupadas // 8 AS ocupadas_sospechoso, ocupadas // 2 AS ocupadas_confirmado,
               libres AS camas_disponibles
        FROM (
            SELECT * REPLACE ({_parte("libres")} AS libres, {_parte("ocupadas")} AS ocupadas)
            FROM (
                SELECT *, unnest(nombres) AS nombre_capacidad,
                       unnest(range(1, len(nombres) + 1)) AS parte
                FROM ant_reportes
                JOIN (SELECT {camas} FROM reps_camas UNION ALL SELECT {camas} FROM ant_sedes)
                USING (b)
            )
        )
        """,
    )
