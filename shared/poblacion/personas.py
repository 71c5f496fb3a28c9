# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""The people: ``gente``, the view ``persona``, ``eps`` and the macros every part uses.

``i`` numbers people in the order of their documents, so a register sorted by document is a
register in the order of ``i``: no sort of the whole country is needed to write one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

from shared.normativa import tablas
from shared.poblacion import datos, estructura, nombres
from shared.poblacion.estructura import ADULTOS, CAPAS, CC_JOVEN, CC_MAYOR, PE, RC, TI, Estrato
from shared.poblacion.plan import TURNOS, Plan
from shared.registros.expresiones import literal
from shared.tipos import Centavos, repartir

DIA: Final = "2020-06-01"
"""Day on which ``edad`` is counted."""
RANGOS: Final = {
    CC_JOVEN: (1_000_000_000, 1_041_000_000),
    RC: (1_041_000_000, 1_055_000_000),
    TI: (1_055_000_000, 1_080_000_000),
    PE: (190_000_000_000_000, 200_000_000_000_000),
    CC_MAYOR: (20_000_000, 100_000_000),
}
"""Document numbers of each stratum, the end out: as text each range sorts after the one before."""
TIPOS: Final = {CC_JOVEN: "CC", RC: "RC", TI: "TI", PE: "PE", CC_MAYOR: "CC"}
AFL_ID: Final = 100_000_000
"""``afl_id`` is ``i`` above this: nine digits, so it sorts as ``i`` does."""
CUPOS: Final = 1_000
"""Parts in which the people of a department are dealt to the EPS of each régimen."""
GIROS: Final = (0, 0, 300, 500, 600, 650, 680, 700)
"""Household, in thousandths, where each layer of members begins to be dealt: the mix varies."""
PRIMERA_AFILIACION: Final = "2008-01-01"
DIAS_AFILIACION: Final = 4_380
"""Households joined their EPS in the days from ``PRIMERA_AFILIACION``, all before 2020."""


def instalar(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Everything the contract promises before any part runs; needs an attached ``nucleo``."""
    instalar_azar(con, plan.semilla)
    estratos = estructura.instalar(con, plan)
    _documentos(con, estratos)
    nombres.instalar(con)
    _eps(con)
    _orden(con, estratos)
    _gente(con)
    con.execute(_PERSONA)


def instalar_azar(con: duckdb.DuckDBPyConnection, semilla: int) -> None:
    """The only source of chance. Hashing twice keeps two salts of one person independent."""
    mezcla = f"hash(xor(hash(i::BIGINT), hash(sal, {semilla}::BIGINT)))"
    con.execute(f"CREATE MACRO azar(i, sal) AS ({mezcla} >> 11) / 9007199254740992.0")
    con.execute(f"CREATE MACRO azar_entero(i, sal, n) AS ({mezcla} % n::UBIGINT)::BIGINT")


def _documentos(con: duckdb.DuckDBPyConnection, estratos: list[Estrato]) -> None:
    """Type and number follow from ``i``; ``edad`` is accepted so that callers read naturally."""
    tipos, numeros = [], []
    for e, estrato in enumerate(estratos):
        desde, hasta = RANGOS[e]
        paso = (hasta - desde) // estrato.permutacion.n
        tipos.append(f"WHEN i < {estrato.fin} THEN '{TIPOS[e]}'")
        numeros.append(
            f"WHEN i < {estrato.fin} THEN {desde} + (i - {estrato.primero}) * {paso} "
            f"+ azar_entero(i, 'documento', {paso})"
        )
    con.execute(f"CREATE MACRO doc_tipo(i, edad) AS CASE {' '.join(tipos)} END")
    con.execute(f"CREATE MACRO doc_numero(i, edad) AS (CASE {' '.join(numeros)} END)::VARCHAR")
    con.execute(f"CREATE MACRO afl(i) AS ({AFL_ID} + i)::VARCHAR")


def _eps(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``eps`` and, for each department and régimen, the EPS of each of its parts."""
    publicadas = {fila["codigo"]: fila for fila in tablas.leer("eps_2020")}
    cupos: list[tuple[object, ...]] = []
    pesos: dict[str, int] = {}
    for lugar in datos.leer("afiliados_2022_departamento"):
        for regimen, nombre in (("C", "contributivo"), ("S", "subsidiado")):
            for cupo, codigo in enumerate(_cupos(lugar["codigo_departamento"], regimen)):
                cupos.append((lugar["codigo_departamento"], regimen, cupo, codigo))
                pesos[codigo] = pesos.get(codigo, 0) + int(lugar[nombre])
    _crear(con, "nucleo.cupos", ("dep", "regimen", "cupo", "codigo_eps"), cupos)
    totales = {r: sum(p for c, p in pesos.items() if _regimen(publicadas[c]) == r) for r in "CS"}
    _crear(
        con,
        "eps",
        ("codigo_eps", "regimen", "codigo_base", "nit", "cuota"),
        [
            (c, _regimen(f), f["codigo_base"], f["nit"], pesos[c] / totales[_regimen(f)])
            for c, f in publicadas.items()
            if c in pesos
        ],
    )


def _cupos(departamento: str, regimen: str) -> list[str]:
    """EPS of each of the equal parts of a department, by largest remainder of their weights."""
    propias = [
        fila
        for fila in datos.leer("eps_cuotas")
        if fila["regimen"] == regimen
        and departamento in (fila["departamentos"] or departamento).split()
    ]
    partes = repartir(Centavos(CUPOS), [int(fila["peso"]) for fila in propias])
    return [fila["codigo_eps"] for fila, n in zip(propias, partes, strict=True) for _ in range(n)]


def _regimen(fila: dict[str, str]) -> str:
    return fila["regimen"][0]


def _crear(
    con: duckdb.DuckDBPyConnection,
    tabla: str,
    columnas: tuple[str, ...],
    filas: Sequence[tuple[object, ...]],
) -> None:
    valores = [list(columna) for columna in zip(*filas, strict=True)]
    con.register("filas_arrow", pa.table(dict(zip(columnas, valores, strict=True))))
    con.execute(f"CREATE TABLE {tabla} AS SELECT * FROM filas_arrow")
    con.unregister("filas_arrow")


def _orden(con: duckdb.DuckDBPyConnection, estratos: list[Estrato]) -> None:
    """Who is who: number, household, head and cell of everyone, in the order of ``i``."""
    cambios = " ".join(f"WHEN {e} THEN {estrato.i('j')}" for e, estrato in enumerate(estratos))
    con.execute(
        f"""
        CREATE TABLE nucleo.orden AS
        WITH partes AS (
            SELECT m, {", ".join(_de_cabezas(e) for e in ADULTOS)}
            FROM nucleo.celdas GROUP BY m
        ), uno AS (
            SELECT celda, m, estrato, unnest(range(n)) AS r, k0, j0 FROM nucleo.celdas
        ), local AS (
            SELECT celda, m, estrato, j0 + r AS j,
                   CASE WHEN k0 + r < adultos THEN (paso_a * (k0 + r) + corre_a) % n_a
                        ELSE adultos + (paso_m * (k0 + r - adultos) + corre_m) % n_m END AS q,
                   cortes, hogares, primer_hogar, n_a, corre_a, inversa_a
            FROM uno JOIN nucleo.municipios USING (m)
        ), reunido AS (
            SELECT *, {_capa()} AS capa, {_hogar()} AS h FROM local
        ), encabezado AS (
            SELECT *, (inversa_a * ((h - corre_a) % n_a + n_a)) % n_a AS kh FROM reunido
        )
        SELECT (CASE estrato {cambios} END)::INTEGER AS i,
               (primer_hogar + h)::INTEGER AS hogar,
               ({_cabeza(estratos)})::INTEGER AS cabeza_i,
               capa::TINYINT AS capa, celda
        FROM encabezado JOIN partes USING (m)
        ORDER BY i
        """
    )


def _de_cabezas(estrato: int) -> str:
    """First number inside the stratum, and how many, of the adults of a municipality."""
    return (
        f"coalesce(min(j0) FILTER (estrato = {estrato}), 0) AS j_{estrato}, "
        f"coalesce(sum(n) FILTER (estrato = {estrato}), 0)::BIGINT AS n_{estrato}"
    )


def _capa() -> str:
    """Layer of the local position: how many layers end at or before it."""
    return " + ".join(f"(q >= cortes[{c}])::INTEGER" for c in range(1, len(CAPAS)))


def _hogar() -> str:
    """Household inside the municipality: each layer is dealt from a place of its own."""
    capas = [
        f"WHEN q < cortes[{c + 1}] THEN (q - cortes[{c}] + hogares * {GIROS[c]} // 1000) % hogares"
        for c in range(1, len(CAPAS))
    ]
    return f"CASE WHEN q < cortes[1] THEN q {' '.join(capas)} END"


def _cabeza(estratos: list[Estrato]) -> str:
    """Number of the adult who is the ``kh``-th of the municipality."""
    ramas, antes = [], "0"
    for e in ADULTOS:
        hasta = f"{antes} + n_{e}"
        ramas.append(f"WHEN kh < {hasta} THEN {estratos[e].i(f'j_{e} + kh - ({antes})')}")
        antes = hasta
    return f"CASE {' '.join(ramas)} END"


def _gente(con: duckdb.DuckDBPyConnection) -> None:
    """``gente``: one row per affiliate in the order of ``i``, no names in it.

    ``nucleo.gente`` is the same with ``capa``, the layer of the household (0, the head).
    """
    ordenada = con.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0][0]
    con.execute("SET preserve_insertion_order = true")
    _cuotas(con)
    con.execute(
        f"""
        CREATE TABLE nucleo.gente AS
        WITH base AS (
            SELECT i, hogar, cabeza_i, capa, c.sexo, c.m,
                   CASE WHEN c.edad < 85 THEN c.edad
                        ELSE 85 + {_mayores()} END::INTEGER AS edad,
                   azar_entero(hogar, 'zona', 1000) AS suerte_zona,
                   azar_entero(hogar, 'regimen', 100000) AS suerte_regimen,
                   azar_entero(hogar, 'eps', {CUPOS}) AS cupo,
                   DATE '{PRIMERA_AFILIACION}'
                       + azar_entero(hogar, 'afiliacion', {DIAS_AFILIACION})::INTEGER AS afiliado
            FROM nucleo.orden JOIN nucleo.celdas c USING (celda)
        ), nacida AS (
            SELECT *, make_date(2020 - edad, 6, 1) - {_dias()} AS nacimiento,
                   suerte_regimen < cuota_c AS contributivo
            FROM base JOIN nucleo.lugares USING (m)
        )
        SELECT i::BIGINT AS i, hogar::BIGINT AS hogar,
               azar_entero(hogar, 'turno', {TURNOS})::INTEGER AS turno,
               cabeza_i = i AS es_cabeza, cabeza_i::BIGINT AS cabeza_i, edad,
               nacimiento AS fecha_nacimiento, sexo, codigo_municipio,
               CASE WHEN suerte_zona < urbana THEN 'U' ELSE 'R' END AS zona,
               CASE WHEN contributivo THEN 'C' ELSE 'S' END AS regimen,
               codigo_eps,
               CASE WHEN contributivo THEN CASE WHEN cabeza_i = i THEN 'C' ELSE 'B' END
                    WHEN cabeza_i = i THEN 'F' ELSE 'O' END AS tipo_afiliado,
               greatest(nacimiento, afiliado) AS fecha_afiliacion_eps, capa
        FROM nacida
        JOIN nucleo.cupos_numerados n
          ON n.clave = (d * 2 + contributivo::INTEGER) * {CUPOS} + cupo
        """
    )
    con.execute(f"SET preserve_insertion_order = {ordenada}")
    con.execute("CREATE VIEW gente AS SELECT * EXCLUDE (capa) FROM nucleo.gente")


def _cuotas(con: duckdb.DuckDBPyConnection) -> None:
    """What a place says of its people: département, share of régimen, parts of each EPS."""
    afiliados = datos.CARPETA / "afiliados_2022_departamento.csv"
    con.execute(
        f"""
        CREATE TABLE nucleo.departamentos AS
        SELECT codigo_departamento AS dep,
               (row_number() OVER (ORDER BY codigo_departamento) - 1)::INTEGER AS d,
               contributivo::BIGINT * 100000 // (contributivo::BIGINT + subsidiado::BIGINT)
                   AS cuota_c
        FROM read_csv({literal(str(afiliados))}, all_varchar = true)
        """
    )
    con.execute(
        "CREATE TABLE nucleo.lugares AS SELECT m, codigo_municipio, urbana, d, cuota_c "
        "FROM nucleo.municipios JOIN nucleo.departamentos ON dep = left(codigo_municipio, 2)"
    )
    con.execute(
        f"CREATE TABLE nucleo.cupos_numerados AS SELECT codigo_eps, "
        f"((d * 2 + (regimen = 'C')::INTEGER) * {CUPOS} + cupo)::BIGINT AS clave "
        "FROM nucleo.cupos JOIN nucleo.departamentos USING (dep)"
    )


def _mayores() -> str:
    """Years above 85 of whom DANE counts together at municipal level: national proportions."""
    ramas = []
    for sexo, columna in (("F", "mujeres"), ("M", "hombres")):
        partes = [int(fila[columna]) for fila in datos.leer("dane_2020_mayores")]
        total, suma, limites = sum(partes), 0, []
        for parte in partes[:-1]:
            suma += parte
            limites.append(suma)
        suerte = f"azar_entero(i, 'mayores', {total})"
        ramas.append(f"WHEN '{sexo}' THEN len(list_filter({limites}, lambda x: x <= {suerte}))")
    return f"CASE c.sexo {' '.join(ramas)} END"


def _dias() -> str:
    """Days since the last birthday. Nobody is born in 2020, and who is 36 was born in 1983."""
    return (
        "CASE WHEN edad IN (0, 36) THEN 153 + azar_entero(i, 'nacimiento', 212) "
        "ELSE azar_entero(i, 'nacimiento', 365) END::INTEGER"
    )


_PERSONA: Final = """
    CREATE VIEW persona AS
    SELECT *, afl(i) AS afl_id, doc_tipo(i, edad) AS tipo_documento,
           doc_numero(i, edad) AS numero_documento,
           apellido1(i) AS primer_apellido, apellido2(i) AS segundo_apellido,
           nombre1(i, sexo) AS primer_nombre, nombre2(i, sexo) AS segundo_nombre,
           afl(cabeza_i) AS afl_id_cabeza, doc_tipo(cabeza_i, NULL) AS tipo_documento_cabeza,
           doc_numero(cabeza_i, NULL) AS numero_documento_cabeza
    FROM gente
"""
