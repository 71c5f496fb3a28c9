# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Who is tested, and the facts of every submitted row before they are written down.

Leaves ``pruebas_base`` (people of the turns), ``pruebas_casas`` (IPS and laboratories),
``pruebas_eps`` and ``pruebas_hechos``: one row per submitted row, with ``i`` (person), ``k``
(story, 0 without), ``j`` (row of the story), ``slot`` and the columns that everything else uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.normativa import tablas
from shared.poblacion.contexto import Contexto
from shared.poblacion.plan import Plan
from shared.poblacion.pruebas_casos import CASAS, GRUPOS, LIQUIDADO, REFERENCIA, Cambios
from shared.poblacion.pruebas_sql import CUPO, numerados, ramas, valores
from shared.tipos import InvarianteRota

PRUEBAS: Final = 371_529
"""Tests that ADRES recognised in 2020 (dossier §9)."""
MOLECULARES: Final = 162_480
"""With the rest antigen, at base caps, they add 52,155,033,888 pesos: the dossier's synthetic
fixture (§9). Only the count and the total are published; the mix of types and amounts is not,
and the one below is invented, under the caps, with the same total to the peso."""
TOPES: Final = {"MOLECULAR": 216_994, "ANTIGENO": 80_832, "ANTICUERPOS": 60_000}
"""Caps of the base (``pruebas_tarifas.csv``)."""
EN_EL_TOPE: Final = 0.35
"""Part of the tests without a story billed at the cap."""
PRIMER_NUMERO: Final = 1_520_000_000
"""Documents of pruebas that nobody in BDUA has."""
AFECTADOS: Final = 0.5
"""Part of the people of each group that may live a story."""


def construir(ctx: Contexto) -> None:
    """Everything up to the final amounts."""
    _eps(ctx)
    _base(ctx)
    _casas(ctx)
    _municipios(ctx)
    _sujetos(ctx)
    _hechos(ctx)
    _ajustar(ctx)


def total(plan: Plan) -> int:
    """Pesos that the LIQUIDADO rows must add at this scale: exact at scale 1."""
    moleculares = plan.n(MOLECULARES)
    resto = plan.n(PRUEBAS) - moleculares
    return moleculares * TOPES["MOLECULAR"] + resto * TOPES["ANTIGENO"]


def _eps(ctx: Contexto) -> None:
    """Per code: another EPS of the régimen, and another code of the same EPS."""
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_eps AS
        WITH lista AS (
            SELECT codigo, codigo_base, left(regimen, 1) AS regimen
            FROM read_csv('{tablas.ruta("eps_2020")}', header = true, all_varchar = true)
        )
        SELECT codigo_eps, e.codigo_base,
               coalesce(lead(codigo_eps) OVER en_orden, first_value(codigo_eps) OVER en_orden)
                   AS otra_eps,
               coalesce(h.codigo, codigo_eps) AS hermana_eps,
               coalesce(h.regimen, e.regimen) AS hermana_regimen
        FROM eps e
        LEFT JOIN (
            SELECT l.codigo AS de, min(o.codigo) AS codigo, min_by(o.regimen, o.codigo) AS regimen
            FROM lista l JOIN lista o ON o.codigo_base = l.codigo_base AND o.codigo <> l.codigo
            GROUP BY l.codigo
        ) h ON h.de = codigo_eps
        WINDOW en_orden AS (PARTITION BY e.regimen ORDER BY codigo_eps)
        """
    )


def _base(ctx: Contexto) -> None:
    """The people of the turns. ``puesto`` ranks EPS by how many of them they have."""
    grupos = " ".join(f"WHEN {condicion} THEN '{grupo}'" for grupo, condicion in GRUPOS.items())
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_base AS
        WITH mia AS (
            SELECT * FROM gente JOIN pruebas_eps USING (codigo_eps) WHERE {ctx.turnos("pruebas")}
        ), puestos AS (
            SELECT codigo_base, row_number() OVER (ORDER BY count(*) DESC, codigo_base) AS puesto
            FROM mia GROUP BY codigo_base
        )
        SELECT *, CASE WHEN edad < 7 OR es_cabeza OR doc_tipo(i, edad) NOT IN ('CC', 'TI')
                            OR azar(i, 'pru.afectado') >= {AFECTADOS} THEN NULL
                       {grupos} END AS grupo
        FROM mia JOIN puestos USING (codigo_base)
        """
    )


def _casas(ctx: Contexto) -> None:
    """Ordinary prestadores from 0 on, the laboratories of salud pública apart; ours below 0."""
    propias = valores(
        (int(REFERENCIA[nombre]), casa.hab, casa.nit, casa.hab[:5], False)
        for nombre, casa in CASAS.items()
    )
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_casas AS
        SELECT row_number() OVER (ORDER BY p) - 1 AS ref, hab_prestador AS hab, nit,
               codigo_municipio AS municipio, laboratorio
        FROM prestadores WHERE NOT laboratorio_salud_publica
        UNION ALL SELECT * FROM (VALUES {propias})
        """
    )
    ctx.con.execute(
        "CREATE TEMP TABLE pruebas_laboratorios AS SELECT row_number() OVER (ORDER BY ref) - 1 "
        "AS n, ref, municipio FROM pruebas_casas WHERE ref >= 0 AND laboratorio"
    )
    ctx.con.execute(
        "CREATE TEMP TABLE pruebas_cerca AS SELECT municipio, ref, "
        "row_number() OVER (PARTITION BY municipio ORDER BY ref) - 1 AS n, "
        "count(*) OVER (PARTITION BY municipio) AS cuantas FROM pruebas_casas WHERE ref >= 0"
    )
    if not cuenta(ctx, "SELECT count(*) FROM pruebas_laboratorios"):
        raise InvarianteRota("no hay laboratorios avalados entre los prestadores")


def _municipios(ctx: Contexto) -> None:
    """Municipalities without any laboratory; the last of them gets the rural one."""
    ctx.con.execute(
        """
        CREATE TEMP TABLE pruebas_lejanos AS
        SELECT row_number() OVER (ORDER BY municipio DESC) - 2 AS n, municipio
        FROM (
            SELECT DISTINCT codigo_municipio AS municipio FROM pruebas_base
            WHERE codigo_municipio NOT IN
                (SELECT codigo_municipio FROM prestadores WHERE laboratorio)
              AND codigo_municipio NOT IN (SELECT municipio FROM pruebas_casas WHERE ref < 0)
        )
        """
    )
    if cuenta(ctx, "SELECT count(*) FROM pruebas_lejanos") <= 1:
        raise InvarianteRota("todos los municipios tienen laboratorio avalado")


def _sujetos(ctx: Contexto) -> None:
    """Who lives each story, and who is tested without one: as many as the total asks for."""
    cuotas, antes = [], dict.fromkeys(GRUPOS, 0)
    for k, caso in numerados():
        cuantos = ctx.plan.n(caso.cuenta)
        cuotas.append((k, caso.grupo, antes[caso.grupo], cuantos, len(caso.filas)))
        antes[caso.grupo] += cuantos
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_sujetos AS
        WITH cuotas(k, grupo, antes, cuantos, filas) AS (VALUES {valores(cuotas)}),
        turno AS (
            SELECT i, grupo,
                   row_number() OVER (PARTITION BY grupo ORDER BY azar(i, 'pru.sujeto'), i) AS n
            FROM pruebas_base WHERE grupo IS NOT NULL
        )
        SELECT i, k, filas, row_number() OVER (ORDER BY k, n) AS s
        FROM turno JOIN cuotas USING (grupo) WHERE n > antes AND n <= antes + cuantos
        """
    )
    esperados = sum(antes.values())
    if cuenta(ctx, "SELECT count(*) FROM pruebas_sujetos") != esperados:
        raise InvarianteRota("no hay personas para todos los casos de pruebas a esta escala")
    liquidadas = sum(ctx.plan.n(caso.cuenta) * caso.cuantas(LIQUIDADO) for _, caso in numerados())
    ctx.con.execute(
        f"""
        INSERT INTO pruebas_sujetos
        SELECT i, 0, 1, NULL FROM pruebas_base
        WHERE i NOT IN (SELECT i FROM pruebas_sujetos)
        ORDER BY azar(i, 'pru.ok'), i LIMIT {max(0, ctx.plan.n(PRUEBAS) - liquidadas)}
        """
    )


def _hechos(ctx: Contexto) -> None:
    """Three steps, because what happens to a fact changes those that follow from it."""
    propios: dict[int, Cambios] = {
        k * CUPO + j: fila.hechos for k, caso in numerados() for j, fila in enumerate(caso.filas)
    }
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_hechos AS
        WITH toma AS ({_reemplazo(_TOMA, propios, ("fecha",))}),
        tipo AS ({_reemplazo(_tipo(ctx), propios, _DE_TIPO)}),
        proceso AS ({_reemplazo(_PROCESO, propios, _DE_PROCESO)}),
        final AS ({_reemplazo(_FINAL, propios, _DE_FINAL)})
        SELECT * FROM final
        """
    )


def _reemplazo(sql: str, propios: Mapping[int, Cambios], nombres: tuple[str, ...]) -> str:
    cambios = ", ".join(f"{ramas(propios, nombre)} AS {nombre}" for nombre in nombres)
    return f"SELECT * REPLACE ({cambios}) FROM ({sql})"


_DE_TIPO: Final = ("tipo", "diferencial", "toma", "bdua_tipo", "bdua_numero")
_DE_PROCESO: Final = (
    "procesa", "proceso", "factura", "cups", "valor", "municipio", "eps",
    "tipo_documento", "numero_documento",
)  # fmt: skip
_DE_FINAL: Final = ("hab_toma", "nit_toma", "hab_procesa", "nit_procesa", "id_muestra")

_TOMA: Final = f"""
    SELECT * EXCLUDE (filas), k * {CUPO} + j AS slot,
           ({PRIMER_NUMERO} + s)::VARCHAR AS viejo,
           CASE WHEN k > 0 THEN DATE '2020-09-16' + azar_entero(i, 'pru.dia', 76)::INTEGER
                WHEN azar(i, 'pru.periodo') < 0.14 AND puesto NOT IN (3, 4)
                THEN DATE '2020-04-01' + azar_entero(i, 'pru.dia', 147)::INTEGER
                WHEN azar(i, 'pru.periodo') < 0.22
                THEN DATE '2020-08-26' + azar_entero(i, 'pru.dia', 21)::INTEGER
                WHEN azar(i, 'pru.periodo') < 0.93
                THEN DATE '2020-09-16' + azar_entero(i, 'pru.dia', 107)::INTEGER
                ELSE DATE '2021-01-01' + azar_entero(i, 'pru.dia', 546)::INTEGER END AS fecha
    FROM (SELECT *, unnest(range(filas)) AS j FROM pruebas_sujetos) JOIN pruebas_base USING (i)
"""
"""Antigen tests came with the second half of 2020; in P0 there were PCR and antibodies (§5)."""


def _tipo(ctx: Contexto) -> str:
    """The sample is taken in the municipality of the person when there is where.

    Counts go as numbers: a subquery in the condition would turn the join into a product.
    """
    casas = cuenta(ctx, "SELECT count(*) FROM pruebas_casas WHERE ref >= 0")
    laboratorios = cuenta(ctx, "SELECT count(*) FROM pruebas_laboratorios")
    lejanos = cuenta(ctx, "SELECT count(*) FROM pruebas_lejanos WHERE n >= 0")
    return f"""
        SELECT t.*, coalesce(c.ref, azar_entero(i, 'pru.lejos', {casas})) AS toma,
               false AS diferencial,
               doc_tipo(i, edad) AS bdua_tipo, doc_numero(i, edad) AS bdua_numero,
               l.ref AS lab, l.municipio AS lab_municipio, lejos.municipio AS lejano,
               (SELECT municipio FROM pruebas_lejanos WHERE n = -1) AS rural,
               CASE WHEN fecha < DATE '2020-08-26' THEN
                        CASE WHEN azar(i, 'pru.tipo') < 0.86 THEN 'MOLECULAR' ELSE 'ANTICUERPOS' END
                    WHEN azar(i, 'pru.tipo') < 0.545 THEN 'MOLECULAR'
                    WHEN azar(i, 'pru.tipo') < 0.97 THEN 'ANTIGENO'
                    ELSE 'ANTICUERPOS' END AS tipo
        FROM toma t
        LEFT JOIN (SELECT DISTINCT municipio, cuantas FROM pruebas_cerca) m
            ON m.municipio = codigo_municipio
        LEFT JOIN pruebas_cerca c
            ON c.municipio = codigo_municipio AND c.n = azar_entero(i, 'pru.toma', m.cuantas)
        JOIN pruebas_laboratorios l ON l.n = azar_entero(i, 'pru.lab', {laboratorios})
        JOIN pruebas_lejanos lejos ON lejos.n = azar_entero(i, 'pru.lejano', {lejanos})
    """


_TOPE: Final = " ".join(f"WHEN '{tipo}' THEN {tope}" for tipo, tope in TOPES.items())
_PROCESO: Final = f"""
    SELECT t.*, CASE WHEN tipo = 'MOLECULAR' AND NOT laboratorio THEN lab ELSE toma END AS procesa,
           fecha + azar_entero(i, 'pru.proceso', 3)::INTEGER AS proceso,
           fecha + (10 + azar_entero(i, 'pru.factura', 50))::INTEGER AS factura,
           CASE tipo WHEN 'MOLECULAR' THEN '908856' WHEN 'ANTIGENO' THEN '906340'
                ELSE '906270' END AS cups,
           CASE WHEN azar(i, 'pru.tope') < {EN_EL_TOPE} THEN CASE tipo {_TOPE} END
                ELSE CASE tipo {_TOPE} END * (600 + azar_entero(i, 'pru.valor', 400)) // 1000
                END AS valor,
           c.municipio, codigo_eps AS eps, bdua_tipo AS tipo_documento,
           bdua_numero AS numero_documento
    FROM tipo t JOIN pruebas_casas c ON c.ref = toma
"""

_FINAL: Final = """
    SELECT p.*, t.hab AS hab_toma, t.nit AS nit_toma, l.hab AS hab_procesa, l.nit AS nit_procesa,
           CASE WHEN k > 0 THEN 'E' || i
                ELSE 'M' || lpad((row_number() OVER (PARTITION BY l.nit ORDER BY k, i, j))::VARCHAR,
                                 7, '0') END AS id_muestra,
           CASE WHEN k > 0 THEN 'FE' || i ELSE 'FT' || i // 5 END AS factura_toma,
           CASE WHEN k > 0 THEN 'PE' || i ELSE 'FP' || i // 5 END AS factura_procesa
    FROM proceso p
    JOIN pruebas_casas t ON t.ref = toma JOIN pruebas_casas l ON l.ref = procesa
"""
"""Each laboratory numbers its samples, so ids repeat between laboratories (registers §7), and
neighbours share invoices (C49 allows it). Who lives a story has both apart: it touches nobody."""


def _ajustar(ctx: Contexto) -> None:
    """Spread over the tests without a story what is missing to the total, by the room of each."""
    liquidadas = ", ".join(
        str(k * CUPO + j)
        for k, caso in numerados()
        for j, fila in enumerate(caso.filas)
        if fila.estado == LIQUIDADO
    )
    ahora = cuenta(
        ctx,
        "SELECT coalesce(sum(valor), 0)::BIGINT FROM pruebas_hechos "
        f"WHERE k = 0 OR slot IN ({liquidadas})",
    )
    falta = total(ctx.plan) - ahora
    tope = f"CASE tipo {_TOPE} END"
    sitio = f"{tope} - 1 - valor" if falta > 0 else f"valor - {tope} // 4"
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_ajuste AS
        WITH sitios AS (
            SELECT i, {sitio} AS sitio FROM pruebas_hechos
            WHERE k = 0 AND valor < {tope} - 1
        ), partes AS (
            SELECT i, sitio, ({abs(falta)} * sitio // sum(sitio) OVER ())::BIGINT AS parte,
                   row_number() OVER (ORDER BY i) AS n
            FROM sitios WHERE sitio > 0
        )
        SELECT i, parte + (n <= {abs(falta)} - sum(parte) OVER ())::INTEGER AS parte, sitio
        FROM partes
        """
    )
    if not cuenta(ctx, f"SELECT coalesce(sum(sitio), 0) >= {abs(falta)} FROM pruebas_ajuste"):
        raise InvarianteRota("el total de pruebas no cabe bajo los topes a esta escala")
    ctx.con.execute(
        f"UPDATE pruebas_hechos SET valor = valor {'+' if falta > 0 else '-'} parte "
        "FROM pruebas_ajuste a WHERE a.i = pruebas_hechos.i"
    )


def cuenta(ctx: Contexto, sql: str) -> int:
    """The only number that ``sql`` gives."""
    return int(ctx.con.execute(sql).fetchall()[0][0])
