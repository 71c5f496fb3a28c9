# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Submission of the anticipo por disponibilidad de camas, June to December 2020, with its truth.

374 NIT certify the free beds of the network that ``reps`` laid out. Bed-days are dealt so that
what comes out LIQUIDADO adds up to the published total (dossier §9), with the defects of
``anticipo_uci_casos`` inside it when they still pay and on top of it when they do not. Capacity,
daily reports, transitory authorisations and history are then written to fit each row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.poblacion import anticipo_uci_casos as casos
from shared.poblacion import anticipo_uci_registros
from shared.poblacion import reps_catalogo as cat
from shared.poblacion.anticipo_uci_casos import LIQUIDADO, Especial, por_caso
from shared.poblacion.contexto import Contexto
from shared.registros.camas import CAMAS, Cama
from shared.registros.expresiones import lista, literal
from shared.tipos import EntradaInvalida

MECANISMO: Final = "anticipo_uci"
TARIFAS_CENTAVOS: Final = {"UCI": 45_648_200, "INTERMEDIO": 34_753_800}
"""Per bed and day: Resolución 1161 de 2020, art. 6, as the ADRES report of 2020 gives them."""
CAMAS_DIA: Final = {"UCI": 406_533, "INTERMEDIO": 298_963}
"""Bed-days LIQUIDADO at scale 1: 289,476,000,000 pesos, the 289,476 million published for 2020.

The total is published, not the split: this is one of the four pairs that add up to it exactly.
"""
NIT_EN_JUNIO: Final = 176
"""IPS of the first giro, that of the beds of June 2020 (press, dossier §9)."""
_PRIMER_DIA: Final = "2020-06-01"
_ULTIMO_DIA: Final = "2020-12-31"
_TRANSITORIAS: Final = 0.3
"""Part of the ICU beds whose capacity is 40 % transitory (42 % in January 2022, dossier §8)."""
_SEDE_ESPECIAL: Final = 60
"""Number of the first sede of an ``Especial``; those of the network stay under 20."""
_CODIGO_ESPECIAL: Final = 90_000
_CAMA_ESPECIAL: Final = 1_000_000
_TABLAS: Final = (
    "malla", "meses", "marcas", "sedes", "dias", "certificadas", "capacidad", "transitorias",
    "filas", "reportes",
)  # fmt: skip
_TEXTOS: Final = (
    "nit", "periodo", "codigo_habilitacion", "numero_sede", "servicio", "poblacion", "fecha",
    "camas",
)  # fmt: skip
"""Submitted columns, with the short name of the last one, camas_disponibles."""
_COMUNES: Final = (
    "b, p, dia, servicio AS servicio_real, nit, strftime(dia, '%Y-%m') AS periodo, "
    "codigo_habilitacion, numero_sede, servicio, poblacion, strftime(dia, '%Y-%m-%d') AS fecha"
)


def construir(ctx: Contexto) -> dict[str, int]:
    """Submission, truth, history and the rest of REPS; needs the tables of ``reps.construir``.

    Returns rows, NIT with something LIQUIDADO, its centavos and the rows of each state.

    Raises:
        EntradaInvalida: the scale is too small for one row of each defect.
    """
    _malla(ctx)
    _meses(ctx)
    _marcas(ctx)
    _sedes(ctx)
    _dias_de_sedes(ctx)
    _certificadas(ctx)
    _capacidad(ctx)
    _filas(ctx)
    anticipo_uci_registros.aportar(ctx)
    _publicar(ctx)
    cifras = _cifras(ctx)
    for tabla in _TABLAS:
        ctx.con.execute(f"DROP TABLE ant_{tabla}")
    return cifras


# --- bed-days ---------------------------------------------------------------------------------


def _malla(ctx: Contexto) -> None:
    """Every bed and day of the seven months; each NIT certifies from one month on.

    In each month an ordinary bed has a day without beds, certified as zero or left out, so the
    month is never the same number every day (ANT-17) unless that is what it is there for.
    """
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_malla AS
        SELECT *, certifica AND day(dia) = 1 + azar_entero(bm, 'ant-libre', day(last_day(dia)))
                   AS libre,
               azar(bm, 'ant-omite') < 0.5 AS omite
        FROM (
            SELECT c.b, c.p, c.servicio, c.peso, dia,
                   c.b * 1000 + (dia - DATE '2020-01-01') AS x, c.b * 100 + month(dia) AS bm,
                   {_corte("dia")} AS corte,
                   month(dia) >= CASE WHEN c.p <= {ctx.plan.n(NIT_EN_JUNIO)} THEN 6
                                      ELSE 7 + azar_entero(c.p, 'ant-desde', 4) END AS certifica
            FROM reps_camas AS c CROSS JOIN (
                SELECT unnest(range(DATE '{_PRIMER_DIA}', DATE '{_ULTIMO_DIA}' + 1,
                    INTERVAL 1 DAY))::DATE AS dia
            )
        )
    """)


def _corte(dia: str) -> str:
    """Index from 1 of the corte of capacity in force that day; before the first, the first."""
    ramas = " ".join(
        f"WHEN {dia} >= DATE '{fecha}' THEN {i}"
        for i, fecha in reversed(list(enumerate(cat.CORTES_CAPACIDAD, start=1)))
    )
    return f"CASE {ramas} ELSE 1 END"


def _tramos(cuantos: dict[str, int]) -> str:
    """Relation caso, desde, hasta: ranks dealt to each case, one after the other."""
    filas, hasta = [], 0
    for caso, n in cuantos.items():
        filas.append(f"({literal(caso)}, {hasta + 1}, {hasta + n})")
        hasta += n
    return f"(VALUES {', '.join(filas)}) AS t (caso, desde, hasta)"


def _meses(ctx: Contexto) -> None:
    """Whole months of one bed with one case; ICU first, so that small scales hold them."""
    cuantos = {caso: ctx.plan.n(n) for caso, n in casos.MESES.items()}
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_meses AS
        SELECT bm, caso, rango - desde AS i,
               CASE caso WHEN '{casos.MES_CONSTANTE}' THEN 2 + (rango - desde) % 3
                         WHEN '{casos.MES_CASI_CONSTANTE}' THEN 1 + (rango - desde) % 2
                         ELSE 0 END AS c
        FROM (
            SELECT bm, row_number() OVER (
                       ORDER BY azar(bm, 'ant-mes') * CASE servicio WHEN 'UCI' THEN 1 ELSE 3 END, bm
                   ) AS rango
            FROM (SELECT DISTINCT bm, servicio FROM ant_malla WHERE certifica)
        ) JOIN {_tramos(cuantos)} ON rango BETWEEN desde AND hasta
    """)


def _marcas(ctx: Contexto) -> None:
    """Bed-days with a case: those of the months above and the huecos, drawn among the others."""
    cuantos = {h.caso: ctx.plan.n(h.filas) for h in casos.HUECOS}
    segundos = " ".join(
        f"WHEN {dia} THEN {literal(caso)}" for dia, caso in casos.DIAS_DEL_MES.items()
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_marcas AS
        SELECT b, dia, x, c,
               CASE WHEN caso = '{casos.MES_CONSTANTE}' AND i % {casos.MESES_CON_SEGUNDO} = 0
                    THEN CASE day(dia) {segundos} ELSE caso END ELSE caso END AS caso
        FROM ant_malla JOIN ant_meses USING (bm)
        WHERE caso <> '{casos.MES_CASI_CONSTANTE}' OR dia < last_day(dia)
        UNION ALL
        SELECT b, dia, x, 1 + azar_entero(x, 'ant-c', 3) AS c, caso
        FROM (
            SELECT *, row_number() OVER (ORDER BY azar(x, 'ant-hueco'), x) AS rango
            FROM ant_malla ANTI JOIN ant_meses USING (bm)
            WHERE certifica AND NOT libre
        ) JOIN {_tramos(cuantos)} ON rango BETWEEN desde AND hasta
    """)


# --- sedes of their own -----------------------------------------------------------------------


def _sedes(ctx: Contexto) -> None:
    """``ant_sedes``, one row per sede of an ``Especial``.

    They hang from NIT of the network that certify every month, so neither the NIT with beds nor
    those of a month grow.
    """
    partes = " UNION ALL BY NAME ".join(
        f"SELECT {n} AS caso_n, i, {_definicion(ctx, n, e)} "
        f"FROM (SELECT unnest(range({ctx.plan.n(e.sedes)})) AS i)"
        for n, e in enumerate(casos.ESPECIALES)
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_sedes AS
        SELECT *, codigo_municipio || right(hab_prestador, 5) AS codigo_habilitacion,
               lpad(numero::VARCHAR, 2, '0') AS numero_sede,
               codigo_habilitacion || numero_sede AS hab_sede,
               {_segun_cama(lambda c: literal(c.codigo_servicio))} AS codigo_servicio,
               {_segun_cama(_un_nombre)} AS nombres
        FROM (
            SELECT e.*, r.* EXCLUDE (k, p, hab_prestador, codigo_clase, filial, tiene_camas),
                   {_CAMA_ESPECIAL} + e AS b, 900000000 + e AS s, 900000000 + e AS k,
                   CASE prestador WHEN '' THEN '1' ELSE {literal(cat.OBJETO_DIFERENTE)} END
                       AS codigo_clase,
                   CASE prestador WHEN '' THEN r.hab_prestador
                        ELSE r.codigo_municipio || ({_CODIGO_ESPECIAL} + e) END AS hab_prestador,
                   CASE prestador WHEN '' THEN {_SEDE_ESPECIAL} + caso_n ELSE 1 END AS numero
            FROM (
                SELECT *, row_number() OVER (ORDER BY caso_n, i) AS e FROM ({partes})
            ) AS e JOIN reps_codigos AS r ON r.p = e.p AND NOT r.filial
        )
    """)


def _dias_de_sedes(ctx: Contexto) -> None:
    """``ant_dias``, one row per day that a special sede certifies, with what comes out."""
    tramos = ", ".join(
        f"({n}, {t.desde}, {t.hasta}, {literal(t.codigos)}, {literal(t.estado)}, {t.pagadas})"
        for n, e in enumerate(casos.ESPECIALES)
        for t in e.tramos
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_dias AS
        SELECT d.*, coalesce(t.codigos, '') AS codigos,
               coalesce(t.estado, '{LIQUIDADO}') AS estado,
               coalesce(t.pagadas, d.camas) AS pagadas
        FROM (
            SELECT *, unnest(range(inicio, fin + 1, INTERVAL 1 DAY))::DATE AS dia FROM ant_sedes
        ) AS d LEFT JOIN (VALUES {tramos}) AS t (caso_n, desde, hasta, codigos, estado, pagadas)
        ON t.caso_n = d.caso_n AND day(dia) BETWEEN t.desde AND t.hasta
    """)


def _definicion(ctx: Contexto, n: int, e: Especial) -> str:
    """Columns of the sedes of an ``Especial``, as SQL over their number ``i``."""
    primero = f"([{lista(e.meses)}])[1 + (i * 5 + {n}) % {len(e.meses)}] || '-01'"
    mes = f"CAST({primero} AS DATE)"
    capacidad = ", ".join("NULL" if c is None else str(c) for c in e.capacidad)
    tipo, camas, desde, hasta, estado = e.transitoria or ("", 0, 1, 1, "")
    columnas = {
        "caso": literal(e.caso),
        "p": f"1 + ({n} * 53 + i) % {ctx.plan.n(NIT_EN_JUNIO)}",
        "servicio": literal("INTERMEDIO" if n % 4 == 3 else "UCI"),
        "poblacion": "(['ADULTO', 'PEDIATRICO', 'NEONATAL'])[1 + i % 3]",
        "prestador": literal(e.prestador),
        "camas": str(e.camas),
        "inicio": f"{mes} + {e.dias[0] - 1}",
        "fin": f"{mes} + {e.dias[1] - 1}",
        "fecha_apertura": _dia(mes, e.sede_abre, "DATE '2015-03-01'"),
        "fecha_cierre": _dia(mes, e.sede_cierra, "CAST(NULL AS DATE)"),
        "habilitado": str(e.sede_en_firme).lower(),
        "con_servicio": str(e.con_servicio).lower(),
        "abre": _dia(mes, e.servicio_abre, "DATE '2015-03-01'"),
        "cierra": _dia(mes, e.servicio_cierra, "CAST(NULL AS DATE)"),
        "en_firme": str(e.servicio_en_firme).lower(),
        "grupo": literal(e.grupo),
        "capacidad": f"[{capacidad}]::BIGINT[]",
        "tipo": literal(tipo),
        "camas_acto": str(camas),
        "desde_acto": f"{mes} + {desde - 1}",
        "hasta_acto": f"{mes} + {hasta - 1}",
        "estado_acto": literal(estado),
    }  # fmt: skip
    return ", ".join(f"{sql} AS {nombre}" for nombre, sql in columnas.items())


def _dia(mes: str, dia: int | None, otro: str) -> str:
    return otro if dia is None else f"{mes} + {dia - 1}"


def _segun_cama(valor: Callable[[Cama], str]) -> str:
    ramas = " ".join(
        f"WHEN servicio = '{c.servicio}' AND poblacion = '{c.poblacion}' THEN {valor(c)}"
        for c in CAMAS
    )
    return f"CASE {ramas} END"


def _un_nombre(cama: Cama) -> str:
    """One of the names of the bed, as a list: old and new ones live side by side."""
    return f"[([{lista(cama.todos)}])[1 + azar_entero(s, 'ant-nombre', {len(cama.todos)})]]"


# --- totals -----------------------------------------------------------------------------------


def _certificadas(ctx: Contexto) -> None:
    """The ordinary bed-days, dealt by weight so that the total of each service is exact.

    A row takes the difference of two rounded running totals: whole beds that add up.
    """
    resto = " ".join(
        f"WHEN '{servicio}' THEN {_por_repartir(ctx, servicio)}" for servicio in CAMAS_DIA
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_certificadas AS
        SELECT b, dia, x, servicio, corte,
               (hasta * resto) // total - ((hasta - peso_dia) * resto) // total AS camas,
               CASE WHEN peso_dia > 0 AND azar(x, 'ant-holgura') < 0.25
                    THEN 1 + azar_entero(x, 'ant-cuanta', 2) ELSE 0 END AS holgura
        FROM (
            SELECT *, CASE servicio {resto} END AS resto,
                   (sum(peso_dia) OVER (PARTITION BY servicio))::BIGINT AS total,
                   (sum(peso_dia) OVER (PARTITION BY servicio ORDER BY b, dia
                    ROWS UNBOUNDED PRECEDING))::BIGINT AS hasta
            FROM (
                SELECT b, dia, x, servicio, corte,
                       CASE WHEN libre THEN 0
                            ELSE peso * (600 + azar_entero(x, 'ant-peso', 800)) END AS peso_dia
                FROM ant_malla ANTI JOIN ant_marcas USING (b, dia) ANTI JOIN ant_meses USING (bm)
                WHERE certifica AND NOT (libre AND omite)
            )
        )
    """)


def _por_repartir(ctx: Contexto, servicio: str) -> int:
    """Bed-days of a service that the marked rows leave to the ordinary ones."""
    pagadas = por_caso(lambda h: h.pagadas, "0")
    ((dadas,),) = ctx.con.execute(f"""
        SELECT coalesce(sum(n), 0) FROM (
            SELECT {pagadas} AS n FROM ant_marcas JOIN reps_camas USING (b)
            WHERE servicio = '{servicio}'
            UNION ALL SELECT pagadas FROM ant_dias WHERE servicio = '{servicio}'
        )
    """).fetchall()
    resto = ctx.plan.n(CAMAS_DIA[servicio]) - int(dadas)
    if resto < 0:
        raise EntradaInvalida(
            f"La escala {ctx.plan.escala:g} es muy pequeña para el anticipo: no caben los "
            "defectos. Use 0.001 o más."
        )
    return resto


def _capacidad(ctx: Contexto) -> None:
    """``k`` of each bed and corte: what it certifies, and something always occupied."""
    ctx.con.execute("""
        CREATE OR REPLACE TABLE ant_capacidad AS
        SELECT m.b, m.corte, greatest(5, coalesce(max(camas + holgura), 0)) + 2
                   + azar_entero(m.b * 10 + m.corte, 'ant-ocupadas', 1 + any_value(m.peso)) AS k
        FROM ant_malla AS m LEFT JOIN ant_certificadas AS c ON c.b = m.b AND c.dia = m.dia
        GROUP BY m.b, m.corte
    """)
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_transitorias AS
        SELECT b, 1 + floor(0.4 * min(k))::BIGINT AS camas
        FROM ant_capacidad JOIN reps_camas USING (b)
        WHERE servicio = 'UCI' AND azar(b, 'ant-transitoria') < {_TRANSITORIAS}
        GROUP BY b
    """)


# --- submission and truth ---------------------------------------------------------------------


def _filas(ctx: Contexto) -> None:
    """Every submitted row beside its outcome, numbered by NIT, month and bed."""
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE ant_filas AS
        SELECT *, row_number() OVER (ORDER BY p, month(dia), b, dia, copia) AS fila,
               pagadas * CASE servicio_real
                   {" ".join(f"WHEN '{s}' THEN {t}" for s, t in TARIFAS_CENTAVOS.items())} END
                   AS valor_centavos
        FROM ({_ordinarias()} UNION ALL BY NAME {_marcadas()} UNION ALL BY NAME {_de_sedes()})
    """)


def _ordinarias() -> str:
    return f"""
        SELECT {_COMUNES}, camas::VARCHAR AS camas, 1 AS copia, '{LIQUIDADO}' AS estado,
               '' AS codigos, camas AS pagadas, 'ok' AS caso
        FROM ant_certificadas JOIN reps_camas USING (b, servicio)
    """


def _marcadas() -> str:
    escritas = ", ".join(f"{_escrita(texto)} AS {texto}" for texto in _TEXTOS)
    return f"""
        SELECT b, p, dia, servicio_real, copia, {escritas},
               {por_caso(lambda h: literal(h.estado), literal(LIQUIDADO))} AS estado,
               {por_caso(lambda h: literal(h.codigos), "''")} AS codigos,
               {por_caso(lambda h: h.pagadas, "0")} AS pagadas, caso
        FROM (
            SELECT {_COMUNES}, x, c, copia, caso, nit_ajeno,
                   (CASE WHEN copia = 2 THEN {por_caso(lambda h: h.c_otra, "c")}
                         ELSE {por_caso(lambda h: h.camas, "c")} END)::VARCHAR AS camas
            FROM (
                SELECT m.* EXCLUDE (b), c.*, k.k, {_ajeno()} AS nit_ajeno,
                       unnest(range(1, 1 + {por_caso(lambda h: str(h.copias), "1")})) AS copia
                FROM ant_marcas AS m JOIN reps_camas AS c USING (b)
                JOIN ant_capacidad AS k ON k.b = m.b AND k.corte = {_corte("m.dia")}
            )
        )
    """


def _escrita(texto: str) -> str:
    return por_caso(lambda h: h.columnas.get(texto, texto), texto)


def _ajeno() -> str:
    """The NIT of another IPS: one without beds."""
    otras = "FROM prestadores WHERE NOT tiene_camas"
    return (
        f"(SELECT list(nit ORDER BY p) {otras})"
        f"[1 + azar_entero(x, 'ant-ajeno', (SELECT count(*) {otras}))]"
    )


def _de_sedes() -> str:
    return f"""
        SELECT {_COMUNES}, camas::VARCHAR AS camas, 1 AS copia, estado, codigos, pagadas, caso
        FROM ant_dias
    """


def _publicar(ctx: Contexto) -> None:
    columnas = ", ".join(_TEXTOS[:-1])
    ctx.entrada(MECANISMO, f"SELECT fila, {columnas}, camas AS camas_disponibles FROM ant_filas")
    ctx.verdad(MECANISMO, "SELECT * FROM ant_filas")
    estados = por_caso(
        lambda h: (
            f"([{lista(h.historia)}])[1 + azar_entero(x, 'ant-historia', {len(h.historia)})]"
            if h.historia
            else "NULL"
        ),
        "NULL",
    )
    ctx.propio(
        MECANISMO,
        "historia",
        f"""
        SELECT codigo_habilitacion, numero_sede, servicio, poblacion, dia AS fecha,
               {estados} AS estado
        FROM ant_marcas JOIN reps_camas USING (b) WHERE {estados} IS NOT NULL
        """,
        "codigo_habilitacion, numero_sede, servicio, poblacion, fecha",
    )


def _cifras(ctx: Contexto) -> dict[str, int]:
    ((filas, nit, valor),) = ctx.con.execute("""
        SELECT count(*), count(DISTINCT nit) FILTER (valor_centavos > 0), sum(valor_centavos)
        FROM ant_filas
    """).fetchall()
    estados = ctx.con.execute(
        "SELECT estado, count(*) FROM ant_filas GROUP BY estado ORDER BY estado"
    ).fetchall()
    cifras = {"filas": int(filas), "nit": int(nit), "valor_centavos": int(valor)}
    return cifras | {str(estado): int(n) for estado, n in estados}
