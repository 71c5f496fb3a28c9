# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Quality of a load: what was mended, what is missing, what does not add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from shared.registros.consultas import consultar, una_fila
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import NOMBRES_DELIMITADOR
from shared.registros.model import EsquemaRegistro
from shared.registros.origen import Origen


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
    clave = ", ".join(map(ident, esquema.nombres))
    (distintas,) = una_fila(
        con,
        f"SELECT count(*) FROM (SELECT DISTINCT {clave} FROM read_parquet({literal(str(ruta))}))",
    )
    (filas,) = una_fila(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
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
        "rechazos_por_motivo": _rechazos_por_motivo(con),
        "nulos": nulos(con, esquema, ruta),
        "filas_iguales": filas - distintas,
        **_banderas(con, etapa),
        "comprobaciones": comprobaciones(con, esquema, ruta),
    }


def _rechazos_por_motivo(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    filas = consultar(
        con,
        "SELECT CASE WHEN columna IS NULL OR motivo LIKE 'repite%' "
        "THEN regexp_replace(motivo, '[0-9]+', 'N', 'g') "
        "ELSE columna || ': ' || motivo END AS causa, "
        "count(*) FROM rechazo GROUP BY causa ORDER BY causa",
    )
    return {causa: int(n) for causa, n in filas}


def nulos(con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path) -> dict[str, int]:
    """Empty cells by column, where there are any."""
    cuentas = ", ".join(f"count(*) - count({ident(n)})" for n in esquema.nombres)
    valores = una_fila(con, f"SELECT {cuentas} FROM read_parquet({literal(str(ruta))})")
    return {n: int(v) for n, v in zip(esquema.nombres, valores, strict=True) if v}


def _banderas(con: duckdb.DuckDBPyConnection, etapa: str) -> dict[str, dict[str, int]]:
    """Sums of the flags left by ``_contadores``, by kind and column."""
    nombres = [
        f[0]
        for f in consultar(con, f"DESCRIBE SELECT * FROM {etapa}")
        if f[0].startswith(("_cero_", "_sentinela_", "_ilegible_"))
    ]
    resultado: dict[str, dict[str, int]] = {"cero": {}, "sentinela": {}, "ilegible": {}}
    if nombres:
        sumas = ", ".join(f"count(*) FILTER (WHERE {ident(n)})" for n in nombres)
        for nombre, suma in zip(
            nombres, una_fila(con, f"SELECT {sumas} FROM {etapa}"), strict=True
        ):
            _, tipo, columna = nombre.split("_", 2)
            if suma:
                resultado[tipo][columna] = int(suma)
    return {
        "ceros_repuestos": resultado["cero"],
        "sentinelas": resultado["sentinela"],
        "informativas_ilegibles": resultado["ilegible"],
    }


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
        f"A {n} valores de {columna} se les repuso el cero inicial."
        for columna, n in calidad["ceros_repuestos"].items()
    ]
    textos += [
        f"{n} fechas de {columna} significan «sin fecha» y quedan vacías."
        for columna, n in calidad["sentinelas"].items()
    ]
    textos += [
        f"{n} valores de {columna} no se pudieron leer y quedan vacíos."
        for columna, n in calidad["informativas_ilegibles"].items()
    ]
    textos += [
        f"{calidad['comprobaciones'][c.nombre]} filas: {c.mensaje}."
        for c in esquema.comprobaciones
        if calidad["comprobaciones"][c.nombre]
    ]
    if calidad["filas_iguales"]:
        textos.append(f"{calidad['filas_iguales']} filas son iguales a otra; se conservan.")
    if calidad["bytes_nulos"]:
        textos.append(f"Se quitaron {calidad['bytes_nulos']} bytes nulos.")
    if calidad["columnas_no_usadas"]:
        textos.append(f"Columnas que no se usan: {', '.join(calidad['columnas_no_usadas'])}.")
    return tuple(textos)
