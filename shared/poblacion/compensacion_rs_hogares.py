# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Which households live each situation of the CET, who is who in them and when each fell ill.

Tables left in the connection, all temporary: ``cet_gente`` (people of the turns), ``cet_papel``
(the roles), ``cet_persona`` (everybody of the chosen households) and ``cet_curva``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from shared.normativa import tablas
from shared.poblacion import compensacion_rs_casos as casos
from shared.poblacion.compensacion_rs_casos import ESCENARIOS, Cambios, Escenario, Papel
from shared.poblacion.contexto import Contexto
from shared.poblacion.plan import Plan
from shared.tipos import InvarianteRota

CURVA: Final = Path(__file__).with_name("compensacion_rs_curva.csv")
"""Confirmed cases by day, 2020-03-06 to 2021-02-15. Source: INS, "Casos positivos de COVID-19 en
Colombia" (datos.gov.co gt2j-8ykr) to 2020-06-11, by date of diagnosis; from the next day on
(``fuente`` INS-JHU), the daily reports of the INS as kept by the CSSE of Johns Hopkins."""
TRAMOS: Final = {
    "previa": ("2020-03-06", "2020-08-09"),
    "ventana": ("2020-08-11", "2020-12-31"),
}
"""Before the universe, and from its first day to the close of the published report."""
ANCLA: Final = ("DATE '2020-09-01'", 100)
"""First day, and days after it, on which a household of several ill people begins."""
TAMANOS_PAGADOS: Final = {1: 0.20, 4: 0.12, 5: 0.05}
"""Share of the paid núcleos with so many people; those of two and three make the total exact."""
PAREJAS: Final = 0.10
"""Households looked into for a pair of cédulas in order."""
MIXTOS: Final = 0.10
"""Of the households of two adults and children, those kept for situations that need a child."""
DOCUMENTO_FAMILIAR: Final = 1_530_000_000
"""Documents of nobody (contract: 15300xxxxx belongs to this mechanism)."""


def cuantos(plan: Plan) -> dict[str, int]:
    """Households of each situation, so that every state has the published number of cases.

    Below scale 0.01 the minimum of one household per situation outweighs the proportion.
    """
    n = {e.caso: e.de_a * plan.n(e.n // e.de_a) for e in ESCENARIOS}

    def falta(objetivo: int, pertenece: Callable[[Papel], bool]) -> int:
        hay = sum(n[e.caso] * sum(map(pertenece, e.papeles)) for e in ESCENARIOS)
        return max(1, plan.n(objetivo) - hay)

    def resto(caso: str, estado: str) -> None:
        n[caso] = falta(casos.TOTALES[estado], lambda p: p.universo == estado)

    resto("familiar_nunca_entregado", casos.NO_PAGO)
    resto("familiar_nunca_entregado_banco", casos.NUCLEO_VALIDACION)
    resto("nucleo_pagado_nunca", casos.NUCLEO_PAGADO)
    resto("ok", casos.ENROLAMIENTO)
    resto("ok_producto", casos.VALIDACION)
    resto("pagado", casos.PAGADO)
    n["aislamiento_no"] = falta(casos.AISLAMIENTO, _por_aislamiento)
    resto("contributivo", casos.GLOSADO)
    resto("en_revision", casos.REVISION)
    resto("contacto_sin_direccion", casos.CORRECCION)
    return n


def _por_aislamiento(papel: Papel) -> bool:
    return papel.universo == casos.GLOSADO and "CET-06" in papel.codigos + papel.historia_codigos


def personas_pagadas(plan: Plan, n: dict[str, int]) -> int:
    """People who live in the paid households: others of them moved and are only in historia."""
    mudados = sum(n[e.caso] for e in ESCENARIOS if e.miembro)
    return plan.n(casos.PERSONAS_PAGADAS) - mudados


def construir(ctx: Contexto) -> dict[str, int]:
    """Build the tables; gives how many households live each situation."""
    n = cuantos(ctx.plan)
    _curva(ctx)
    _papeles(ctx)
    _hogares(ctx)
    _pagados(ctx, n)
    _repartir(ctx, n)
    _eps(ctx)
    _personas(ctx, n)
    return n


def valor(nombre: str, base: str, cambios: Iterable[tuple[str, Cambios]]) -> str:
    """``base`` unless a condition of ``cambios`` holds that changes this column."""
    ramas = " ".join(f"WHEN {si} THEN {c[nombre]}" for si, c in cambios if nombre in c)
    return f"CASE {ramas} ELSE {base} END" if ramas else base


def columna(nombre: str, base: str, cambios: Iterable[tuple[str, Cambios]]) -> str:
    """The same under its name."""
    return f"{valor(nombre, base, cambios)} AS {nombre}"


def de_miembro(cuales: Callable[[Escenario], dict[int, Cambios]]) -> list[tuple[str, Cambios]]:
    """Changes by member, each with the condition of the member; member 0 is everyone."""
    return [
        (f"caso = '{e.caso}'" + (f" AND m = {m}" if m else ""), cambios)
        for e in ESCENARIOS
        for m, cambios in cuales(e).items()
    ]


def lista(textos: Iterable[str]) -> str:
    """SQL list of texts, for IN."""
    return ", ".join(f"'{texto}'" for texto in textos) or "NULL"


def _curva(ctx: Contexto) -> None:
    """``cet_curva``: the part of its stretch that had fallen ill before each day."""
    tramos = " UNION ALL ".join(
        f"SELECT '{tramo}' AS tramo, fecha, confirmados FROM dias "
        f"WHERE fecha BETWEEN DATE '{desde}' AND DATE '{hasta}' AND confirmados > 0"
        for tramo, (desde, hasta) in TRAMOS.items()
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_curva AS
        WITH dias AS (
            SELECT fecha::DATE AS fecha, confirmados::BIGINT AS confirmados
            FROM read_csv('{CURVA}', header = true, all_varchar = true)
        )
        SELECT tramo, fecha,
               (sum(confirmados) OVER (PARTITION BY tramo ORDER BY fecha) - confirmados)
                   / sum(confirmados) OVER (PARTITION BY tramo) AS antes
        FROM ({tramos})
        """
    )


def _papeles(ctx: Contexto) -> None:
    filas = ", ".join(
        f"('{e.caso}', {p.m}, {p.copia}, '{p.universo}', '{p.fila}', '{p.codigos}', {p.con_caso}, "
        f"'{p.historia}', '{p.historia_codigos}')"
        for e in ESCENARIOS
        for p in e.papeles
    )
    ctx.con.execute(
        "CREATE OR REPLACE TEMP TABLE cet_papel AS SELECT * FROM (VALUES "
        f"{filas}) p(caso, m, copia, universo, fila, codigos, con_caso, historia, "
        "historia_codigos)"
    )


def _hogares(ctx: Contexto) -> None:
    """Whole households of the régimen subsidiado whose cabeza has a cédula, by what they offer."""
    ctx.con.execute(
        f"CREATE OR REPLACE TEMP TABLE cet_gente AS "
        f"SELECT * FROM gente WHERE {ctx.turnos('compensacion_rs')}"
    )
    ctx.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE cet_hogar AS
        SELECT hogar, count(*) AS tam, count(*) FILTER (edad >= 18) AS adultos,
               azar(hogar, 'cet_hogar') AS suerte
        FROM cet_gente GROUP BY hogar
        HAVING bool_and(regimen = 'S')
           AND max(CASE WHEN es_cabeza THEN doc_tipo(i, edad) END) = 'CC'
        """
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_pareja AS
        WITH segundos AS (
            SELECT hogar, cabeza_i, arg_max(i, (edad, -i)) AS segundo
            FROM cet_gente JOIN cet_hogar USING (hogar)
            WHERE adultos > 1 AND azar(hogar, 'cet_pareja') < {PAREJAS} AND NOT es_cabeza
            GROUP BY hogar, cabeza_i
        )
        SELECT hogar FROM segundos
        WHERE doc_tipo(segundo, NULL) = 'CC'
          AND doc_numero(cabeza_i, NULL) < doc_numero(segundo, NULL)
        """
    )


def _pagados(ctx: Contexto, n: dict[str, int]) -> None:
    """``cet_pagado``: as many households as were paid, with exactly the people published."""
    hogares = sum(n[e.caso] for e in ESCENARIOS if e.clase.startswith("pagado"))
    tamanos = {tam: int(hogares * parte) for tam, parte in TAMANOS_PAGADOS.items()}
    faltan = hogares - sum(tamanos.values())
    sobran = personas_pagadas(ctx.plan, n) - sum(tam * c for tam, c in tamanos.items())
    tamanos[3] = sobran - 2 * faltan
    tamanos[2] = faltan - tamanos[3]
    if min(tamanos.values()) < 0:
        raise InvarianteRota("la escala no deja repartir las personas de los núcleos pagados")
    cupos = " ".join(f"WHEN {tam} THEN {c}" for tam, c in tamanos.items())
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_pagado AS
        SELECT hogar, row_number() OVER (ORDER BY tam = 1, suerte, hogar) AS puesto
        FROM (
            SELECT hogar, tam, suerte, row_number() OVER (PARTITION BY tam ORDER BY suerte, hogar)
                       AS orden
            FROM cet_hogar ANTI JOIN cet_pareja USING (hogar) WHERE tam <= 5
        ) WHERE orden <= CASE tam {cupos} ELSE 0 END
        """
    )
    hay = ctx.con.execute("SELECT count(*) FROM cet_pagado").fetchall()[0][0]
    if hay != hogares:
        raise InvarianteRota("no hay hogares bastantes para los núcleos pagados")


def _repartir(ctx: Contexto, n: dict[str, int]) -> None:
    """``cet_nucleo``: the ``k``-th household of each situation; ``nucleo`` numbers them all.

    The households of two or more people of ``cet_pagado`` come first, and so do the situations
    that need them.
    """
    puestos: dict[str, int] = {}
    cupos, nucleo = [], 0
    for e in sorted(ESCENARIOS, key=lambda e: e.clase != "pagado2"):
        clase = e.clase.removesuffix("2")
        desde = puestos.get(clase, 0)
        cupos.append(f"('{e.caso}', '{clase}', {desde}, {desde + n[e.caso]}, {nucleo})")
        puestos[clase] = desde + n[e.caso]
        nucleo += n[e.caso]
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_nucleo AS
        WITH libres AS (
            SELECT hogar, row_number() OVER (PARTITION BY clase ORDER BY suerte, hogar) AS puesto,
                   clase
            FROM (
                SELECT hogar, suerte, CASE WHEN tam = 1 THEN 'solo' WHEN adultos = 1 THEN 'menor'
                       WHEN hogar IN (FROM cet_pareja) THEN 'ordenados'
                       WHEN adultos = 2 AND tam > 2 AND suerte < {MIXTOS} THEN 'mixto'
                       ELSE 'adultos' END AS clase
                FROM cet_hogar ANTI JOIN cet_pagado USING (hogar)
            )
            UNION ALL SELECT hogar, puesto, 'pagado' FROM cet_pagado
        )
        SELECT hogar, caso, puesto - desde AS k, nucleo + puesto - desde AS nucleo
        FROM libres JOIN (VALUES {", ".join(cupos)}) c(caso, clase, desde, hasta, nucleo)
          ON c.clase = libres.clase AND puesto > desde AND puesto <= hasta
        """
    )
    hay = ctx.con.execute("SELECT count(*) FROM cet_nucleo").fetchall()[0][0]
    if hay != nucleo:
        raise InvarianteRota("no hay hogares bastantes para todos los casos de la CET")


def _eps(ctx: Contexto) -> None:
    """``cet_eps``: of each EPS of the subsidiado, its code in the contributivo and another EPS."""
    publicadas = tablas.leer("eps_2020")
    otro = {f["codigo_base"]: f["codigo"] for f in publicadas if f["regimen"] == "CONTRIBUTIVO"}
    propias = {f["codigo"]: otro.get(f["codigo_base"], f["codigo"]) for f in publicadas}
    pares = ", ".join(f"('{codigo}', '{par}')" for codigo, par in propias.items())
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_eps AS
        WITH unas AS (
            SELECT codigo_eps, codigo_base, dense_rank() OVER (ORDER BY codigo_base) - 1 AS base
            FROM eps WHERE regimen = 'S'
        )
        SELECT u.codigo_eps, movilidad AS eps_movilidad, base,
               (SELECT list(codigo_eps ORDER BY base) FROM (
                   SELECT base, min(codigo_eps) AS codigo_eps FROM unas GROUP BY base)) AS bases
        FROM unas u JOIN (VALUES {pares}) p(codigo_eps, movilidad) USING (codigo_eps)
        """
    )


def _personas(ctx: Contexto, n: dict[str, int]) -> None:
    """``cet_persona``: members with names, documents around them and the day they fell ill."""
    dia, dias = ANCLA
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_miembro AS
        SELECT g.*, caso, k, nucleo, row_number() OVER (
                   PARTITION BY hogar ORDER BY es_cabeza DESC, edad DESC, i) AS m,
               azar(i, 'cet_dia') AS suerte_dia, azar(i, 'cet_dia_previo') AS suerte_previa,
               {dia} + azar_entero(hogar, 'cet_ancla', {dias})::INTEGER AS ancla
        FROM cet_gente g JOIN cet_nucleo USING (hogar)
        """
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_nombrada AS
        SELECT g.*, eps_movilidad, v.fecha AS f_curva, p.fecha AS f_previa,
               bases[1 + (base + 1 + azar_entero(i, 'cet_otra_eps', len(bases) - 1))
                   % len(bases)] AS otra_eps,
               afl(i) AS afl_id, doc_tipo(i, edad) AS tipo_documento,
               CASE WHEN caso = 'ok_nueve_digitos' THEN (153000000 + k)::VARCHAR
                    ELSE doc_numero(i, edad) END AS numero_documento,
               apellido1(i) AS primer_apellido, apellido2(i) AS segundo_apellido,
               nombre1(i, sexo) AS primer_nombre, nombre2(i, sexo) AS segundo_nombre,
               ({DOCUMENTO_FAMILIAR} + nucleo)::VARCHAR AS documento_familiar
        FROM cet_miembro g JOIN cet_eps USING (codigo_eps)
        ASOF JOIN (FROM cet_curva WHERE tramo = 'ventana') v ON suerte_dia >= v.antes
        ASOF JOIN (FROM cet_curva WHERE tramo = 'previa') p ON suerte_previa >= p.antes
        """
    )
    ctx.con.execute(
        f"CREATE OR REPLACE TEMP TABLE cet_persona AS {_alrededor(n['pagado'], n['en_revision'])}"
    )
    ctx.con.execute("DROP TABLE cet_miembro; DROP TABLE cet_nombrada")


def _alrededor(pagados: int, ajenos: int) -> str:
    """Each person with the documents of the cabeza, the second one, somebody paid, a neighbour."""
    de_casa = ", ".join(
        f"max({c}) FILTER (m = {m}) OVER (PARTITION BY hogar) AS {c}_{m}"
        for c in ("tipo_documento", "numero_documento", "afl_id")
        for m in (1, 2)
    )
    dias = [
        (f"caso = '{e.caso}' AND m = {p.m}", {"f": p.f})
        for e in ESCENARIOS
        for p in e.papeles
        if not p.copia and p.f != "f_curva"
    ]
    return f"""
        WITH casas AS (
            SELECT *, {columna("f", "f_curva", dias)}, {de_casa} FROM cet_nombrada
        ), otros AS (
            SELECT caso, k - 1 AS puesto, tipo_documento, numero_documento, fecha_nacimiento, sexo,
                   'BDUA:' || tipo_documento || ':' || numero_documento AS clave_nucleo
            FROM casas WHERE m = 1 AND caso IN ('pagado', 'en_revision')
        )
        SELECT c.*, p.tipo_documento AS tipo_documento_pagado,
               p.numero_documento AS numero_documento_pagado,
               p.fecha_nacimiento AS fecha_nacimiento_pagado, p.sexo AS sexo_pagado,
               p.clave_nucleo AS clave_pagada, a.tipo_documento AS tipo_documento_ajeno,
               a.numero_documento AS numero_documento_ajeno
        FROM casas c
        JOIN otros p ON p.caso = 'pagado' AND p.puesto = c.nucleo % {pagados}
        JOIN otros a ON a.caso = 'en_revision' AND a.puesto = c.nucleo % {ajenos}
    """
