# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Quality of a load: what was mended, what is missing, what does not add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb

from shared.registros import tipado
from shared.registros.consultas import consultar, una_fila
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import NOMBRES_DELIMITADOR
from shared.registros.model import EsquemaRegistro
from shared.registros.origen import Origen

EJEMPLOS: Final = 3
"""Rows told of each reason."""

NOTAS: Final = {
    tipado.CERO: "ceros_repuestos",
    tipado.CORTADO: "recortados",
    tipado.SIN_DV: "nit_sin_dv",
    tipado.LIMPIO: "documentos_limpiados",
    tipado.ALIAS: "traducidos",
    tipado.SENTINELA: "sentinelas",
    tipado.ILEGIBLE: "informativas_ilegibles",
    tipado.ACOTADO: "acotados",
}
"""Note of ``tipado`` → name of its counts in the report."""

_FRASES: Final = {
    "ceros_repuestos": (
        "A 1 valor de {columna} se le repuso el cero inicial.",
        "A {n} valores de {columna} se les repuso el cero inicial.",
    ),
    "recortados": (
        "A 1 código de {columna} se le quitó el número de sede.",
        "A {n} códigos de {columna} se les quitó el número de sede.",
    ),
    "nit_sin_dv": (
        "A 1 valor de {columna} se le quitó el dígito de verificación, que era el del NIT.",
        "A {n} valores de {columna} se les quitó el dígito de verificación, que era el del NIT.",
    ),
    "documentos_limpiados": (
        "A 1 valor de {columna} se le quitaron puntos, comas, blancos o ceros iniciales.",
        "A {n} valores de {columna} se les quitaron puntos, comas, blancos o ceros iniciales.",
    ),
    "traducidos": (
        "1 valor de {columna} venía con otra escritura y se tradujo.",
        "{n} valores de {columna} venían con otra escritura y se tradujeron.",
    ),
    "sentinelas": (
        "1 fecha de {columna} significa «sin fecha» y queda vacía.",
        "{n} fechas de {columna} significan «sin fecha» y quedan vacías.",
    ),
    "informativas_ilegibles": (
        "1 valor de {columna} no se pudo leer y queda vacío.",
        "{n} valores de {columna} no se pudieron leer y quedan vacíos.",
    ),
    "acotados": (
        "1 valor de {columna} estaba fuera de sus cotas y se llevó a la más cercana.",
        "{n} valores de {columna} estaban fuera de sus cotas y se llevaron a la más cercana.",
    ),
}
"""What is said of each count, for one and for several."""


def medir(
    con: duckdb.DuckDBPyConnection,
    esquema: EsquemaRegistro,
    *,
    origen: Origen,
    mapa: dict[str, int],
    etapa: str,
    ruta: Path,
) -> dict[str, Any]:
    """The report of a load: ``etapa`` holds every typed row, ``ruta`` the good ones.

    Reads the table ``rechazo`` of ``con``.
    """
    texto = origen.texto
    usadas = set(mapa.values())
    return {
        "formato": "texto" if texto else "parquet",
        "codificacion": texto.inspeccion.codificacion if texto else None,
        "delimitador": NOMBRES_DELIMITADOR[texto.delimitador] if texto else None,
        "fin_de_linea": ("CR" if texto.inspeccion.fin_cr else "LF o CRLF") if texto else None,
        "bytes_nulos": texto.inspeccion.nulos if texto else 0,
        "lineas_en_blanco": texto.en_blanco if texto else 0,
        "filas_rotas": texto.filas_rotas if texto else 0,
        "columnas_ausentes": [c.nombre for c in esquema.leidas if c.nombre not in mapa],
        "columnas_no_usadas": [
            titulo for i, titulo in enumerate(origen.encabezado) if i not in usadas
        ],
        **_rechazos(con),
        "nulos": nulos(con, esquema, ruta),
        **_repetidas(con, esquema, ruta),
        **_notas(con, etapa),
        "comprobaciones": comprobaciones(con, esquema, ruta),
    }


def _rechazos(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Rejects by reason, and the first rows of each: by number, since values may be personal."""
    filas = consultar(
        con,
        "SELECT CASE WHEN columna IS NULL OR motivo LIKE 'repite%' "
        "THEN regexp_replace(motivo, '[0-9]+', 'N', 'g') "
        "ELSE columna || ': ' || motivo END AS causa, "
        f"count(*), min(fila, {EJEMPLOS}) FROM rechazo GROUP BY causa ORDER BY causa",
    )
    return {
        "rechazos_por_motivo": {causa: int(n) for causa, n, _ in filas},
        "rechazos_ejemplos": {causa: ejemplos for causa, _, ejemplos in filas},
    }


def nulos(con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path) -> dict[str, int]:
    """Empty cells by column, where there are any: from the footer, which counts them."""
    cuentas = dict(
        consultar(
            con,
            "SELECT path_in_schema, sum(stats_null_count) FROM "
            f"parquet_metadata({literal(str(ruta))}) GROUP BY path_in_schema",
        )
    )
    return {n: int(cuentas[n]) for n in esquema.nombres if cuentas.get(n)}


def _repetidas(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path
) -> dict[str, Any]:
    """Rows beyond the first among the equal ones, and among those of each ``Repeticion``.

    Rows are compared only when a hash of a few columns is repeated: equal rows have those
    columns equal, so the first ``Repeticion`` serves both.
    """
    filas = f"read_parquet({literal(str(ruta))})"
    por_defecto = (*esquema.clave, *esquema.orden)
    resultado: dict[str, Any] = {"filas_iguales": 0, "repeticiones": {}}
    if not esquema.unica:
        columnas = esquema.repeticiones[0].columnas if esquema.repeticiones else por_defecto
        _marcar_repetidas(con, filas, columnas)
        resultado["filas_iguales"] = _de_mas(con, filas, columnas, esquema.nombres)
    for repeticion in esquema.repeticiones:
        if repeticion is not esquema.repeticiones[0] or esquema.unica:
            _marcar_repetidas(con, filas, repeticion.columnas)
        resultado["repeticiones"][repeticion.nombre] = _de_mas(
            con, filas, repeticion.columnas, repeticion.columnas, repeticion.donde
        )
    return resultado


def _huella(columnas: tuple[str, ...]) -> str:
    return f"hash({', '.join(map(ident, columnas))})"


def _marcar_repetidas(
    con: duckdb.DuckDBPyConnection, filas: str, columnas: tuple[str, ...]
) -> None:
    consultar(
        con,
        f"CREATE OR REPLACE TEMP TABLE huella_repetida AS SELECT {_huella(columnas)} AS h "
        f"FROM {filas} GROUP BY h HAVING count(*) > 1",
    )


def _de_mas(
    con: duckdb.DuckDBPyConnection,
    filas: str,
    huella: tuple[str, ...],
    iguales: tuple[str, ...],
    donde: str = "true",
) -> int:
    """Rows beyond the first of each group with those columns equal."""
    (n,) = una_fila(
        con,
        f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {filas} "
        f"WHERE {_huella(huella)} IN (SELECT h FROM huella_repetida) AND ({donde}) "
        f"GROUP BY {', '.join(map(ident, iguales))})",
    )
    return int(n)


def _notas(con: duckdb.DuckDBPyConnection, etapa: str) -> dict[str, dict[str, int]]:
    """Notes of the rows, added up by kind and column."""
    resultado: dict[str, dict[str, int]] = {nombre: {} for nombre in NOTAS.values()}
    cuentas = consultar(
        con,
        "SELECT nota, count(*) FROM (SELECT unnest(_notas) AS nota "
        f"FROM {etapa} WHERE _notas IS NOT NULL) GROUP BY nota ORDER BY nota",
    )
    for nota, n in cuentas:
        que, columna = nota.split(tipado.SEPARADOR_NOTA, 1)
        resultado[NOTAS[que]][columna] = int(n)
    return resultado


def comprobaciones(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path
) -> dict[str, int]:
    """Rows that fail each check of the register."""
    if not esquema.comprobaciones:
        return {}
    cuentas = ", ".join(f"count(*) FILTER (WHERE {c.falla})" for c in esquema.comprobaciones)
    valores = una_fila(con, f"SELECT {cuentas} FROM read_parquet({literal(str(ruta))})")
    return {c.nombre: int(v) for c, v in zip(esquema.comprobaciones, valores, strict=True)}


def avisos(esquema: EsquemaRegistro, calidad: dict[str, Any]) -> tuple[str, ...]:
    """What a person should know of the load, in Spanish."""
    textos = [
        frases[n != 1].format(n=n, columna=columna)
        for cuenta, frases in _FRASES.items()
        for columna, n in calidad[cuenta].items()
    ]
    cuentas = {**calidad["comprobaciones"], **calidad["repeticiones"]}
    textos += [
        f"{cuentas[nombre]} {'fila' if cuentas[nombre] == 1 else 'filas'}: {mensaje}."
        for nombre, mensaje in esquema.revisiones.items()
        if cuentas[nombre]
    ]
    if calidad["filas_iguales"] == 1:
        textos.append("1 fila es igual a otra; se conserva.")
    elif calidad["filas_iguales"]:
        textos.append(f"{calidad['filas_iguales']} filas son iguales a otra; se conservan.")
    if calidad["bytes_nulos"]:
        textos.append(f"Se quitaron {calidad['bytes_nulos']} bytes nulos.")
    if calidad["columnas_no_usadas"]:
        textos.append(f"Columnas que no se usan: {', '.join(calidad['columnas_no_usadas'])}.")
    return tuple(textos)
