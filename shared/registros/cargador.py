# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Normalise one file into the canonical Parquet of its register, with quarantine and quality.

Order of registers §12: decode, split, trim, missing, types, sentinels. Cells are typed in one
vectorised DuckDB pass over text; a second one sorts the good rows by key.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from shared.registros import calidad
from shared.registros.catalogo import esquema_de
from shared.registros.consultas import conexion, consultar, una_fila
from shared.registros.errors import NingunaFilaSirve
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import TEXTO_ROTO, sha256_de
from shared.registros.model import Carga, Derivacion, EsquemaRegistro, plegar
from shared.registros.origen import Origen, abrir, columnas_de, leer_lineas
from shared.registros.tipado import derivadas, sql_etapa
from shared.tipos import InvarianteRota

FILAS_POR_GRUPO: Final = 61_440
"""Rows per Parquet row group: small enough for single look-ups, large enough for joins."""
EJEMPLOS: Final = 3
MARCA_REGISTRO: Final = "mecanismos_registro"
MARCA_FIRMA: Final = "mecanismos_firma"


@dataclass(frozen=True)
class _Trabajo:
    """One load in progress."""

    con: duckdb.DuckDBPyConnection
    esquema: EsquemaRegistro
    origen: Origen
    etapa: str
    """Relation of ``sql_etapa``, already on disk."""
    destino: Path


def cargar_archivo(
    registro: str | EsquemaRegistro,
    ruta: Path,
    destino: Path,
    *,
    fecha_corte: date | None = None,
) -> Carga:
    """Normalise ``ruta`` into ``destino``; bad rows go to quarantine without stopping.

    Writes ``<registro>.parquet``, ``<registro>.rechazos.parquet`` and ``<registro>.calidad.json``,
    and ``<registro>.<otro>.parquet`` for each register that the layout also brings
    (``Carga.derivadas``). ``fecha_corte`` fills the rows that bring none.

    Raises:
        RegistroDesconocido: no such register.
        ArchivoIlegible: missing or empty file, or not CSV, TXT or Parquet.
        FaltanColumnas, RegistroEquivocado: the header is not the one of the register.
        NingunaFilaSirve: every row went to quarantine.
        InvarianteRota: rows read are not rows kept plus rows rejected.
    """
    esquema = esquema_de(registro)
    destino.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destino, prefix=".carga-") as nombre:
        carpeta = Path(nombre)
        with conexion(carpeta) as con:
            origen = abrir(con, esquema, ruta, carpeta)
            mapa = columnas_de(esquema, origen.encabezado, ruta)
            etapa = literal(str(carpeta / "etapa.parquet"))
            consultar(
                con,
                f"COPY ({sql_etapa(esquema, origen.relacion, mapa, fecha_corte)}) "
                f"TO {etapa} (FORMAT parquet)",
            )
            trabajo = _Trabajo(con, esquema, origen, f"read_parquet({etapa})", destino)
            return _publicar(trabajo, mapa)


def _publicar(trabajo: _Trabajo, mapa: dict[str, int]) -> Carga:
    con, esquema, origen = trabajo.con, trabajo.esquema, trabajo.origen
    _rechazar(trabajo)
    ruta = _escribir_buenas(trabajo)
    rechazos = trabajo.destino / f"{esquema.nombre}.rechazos.parquet"
    consultar(
        con,
        f"COPY (SELECT * FROM rechazo ORDER BY fila, columna, motivo) "
        f"TO {literal(str(rechazos))} (FORMAT parquet, COMPRESSION zstd)",
    )
    filas, rechazadas = contar(con, ruta), _rechazadas(trabajo)
    if filas + rechazadas != origen.filas:
        raise InvarianteRota(
            f"{esquema.nombre}: {origen.filas} filas leídas, {filas} guardadas y "
            f"{rechazadas} rechazadas"
        )
    _exigir_alguna(con, filas, rechazadas)
    medida = calidad.medir(con, esquema, origen=origen, mapa=mapa, etapa=trabajo.etapa, ruta=ruta)
    titulos = {plegar(t) for t in origen.encabezado}
    carga = Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=rechazos,
        sha256_fuente=origen.sha256,
        sha256=sha256_de(ruta),
        filas_leidas=origen.filas,
        filas=filas,
        rechazadas=rechazadas,
        avisos=calidad.avisos(esquema, medida),
        calidad=medida,
        derivadas=tuple(
            _derivar(trabajo, d) for d in esquema.deriva if titulos.issuperset(d.encabezados)
        ),
    )
    _escribir_calidad(carga, trabajo.destino)
    return carga


def _rechazar(trabajo: _Trabajo) -> None:
    """Quarantine: broken lines, bad cells, repeats of a unique key (the first row stays)."""
    con, esquema, texto = trabajo.con, trabajo.esquema, trabajo.origen.texto
    consultar(
        con, "CREATE TABLE rechazo (fila BIGINT, columna VARCHAR, valor VARCHAR, motivo VARCHAR)"
    )
    if texto is not None and texto.filas_rotas:
        rotas = leer_lineas(
            texto.rotas, {"fila": "BIGINT", "valor": "VARCHAR", "motivo": "VARCHAR"}
        )
        consultar(con, f"INSERT INTO rechazo SELECT fila, NULL, valor, motivo FROM {rotas}")
    consultar(
        con,
        f"INSERT INTO rechazo SELECT fila, m.columna, m.valor, m.motivo "
        f"FROM (SELECT fila, unnest(_malas) AS m FROM {trabajo.etapa} WHERE _malas IS NOT NULL)",
    )
    if esquema.unica:
        clave = ", ".join(map(ident, esquema.clave))
        ventana = f"PARTITION BY {clave} ORDER BY fila"
        consultar(
            con,
            f"INSERT INTO rechazo SELECT fila, {literal(' + '.join(esquema.clave))}, "
            f"left(concat_ws(' ', {clave}), {TEXTO_ROTO}), "
            f"'repite la clave de la fila ' || primera FROM ("
            f"SELECT *, first_value(fila) OVER ({ventana}) AS primera FROM {trabajo.etapa} "
            f"WHERE _malas IS NULL QUALIFY row_number() OVER ({ventana}) > 1)",
        )


def _rechazadas(trabajo: _Trabajo) -> int:
    (n,) = una_fila(trabajo.con, "SELECT count(DISTINCT fila) FROM rechazo")
    return int(n)


def _escribir_buenas(trabajo: _Trabajo) -> Path:
    ruta = trabajo.destino / f"{trabajo.esquema.nombre}.parquet"
    escribir(
        trabajo.con,
        trabajo.esquema,
        f"SELECT * FROM {trabajo.etapa} WHERE fila NOT IN (SELECT fila FROM rechazo)",
        ruta,
    )
    return ruta


def _exigir_alguna(con: duckdb.DuckDBPyConnection, filas: int, rechazadas: int) -> None:
    if filas or not rechazadas:
        return
    ejemplos = consultar(
        con, f"SELECT fila, columna, valor, motivo FROM rechazo ORDER BY ALL LIMIT {EJEMPLOS}"
    )
    detalle = "; ".join(
        " ".join([f"fila {fila}:", *filter(None, [columna, valor and f"«{valor}»", motivo])])
        for fila, columna, valor, motivo in ejemplos
    )
    raise NingunaFilaSirve(
        f"Ninguna de las {rechazadas} filas se pudo leer. Las primeras: {detalle}.",
        rechazadas=rechazadas,
    )


def contar(con: duckdb.DuckDBPyConnection, ruta: Path) -> int:
    """Rows of a Parquet."""
    (n,) = una_fila(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
    return int(n)


def escribir(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, sql: str, ruta: Path
) -> None:
    """Write the canonical Parquet: ``sql`` gives the columns and ``fila``, which breaks ties."""
    orden = ", ".join(ident(n) for n in (*esquema.clave, *esquema.orden, "fila"))
    consultar(
        con,
        f"COPY (SELECT {', '.join(map(ident, esquema.nombres))} FROM ({sql}) ORDER BY {orden}) "
        f"TO {literal(str(ruta))} (FORMAT parquet, COMPRESSION zstd, "
        f"ROW_GROUP_SIZE {FILAS_POR_GRUPO}, KV_METADATA {{{MARCA_REGISTRO}: "
        f"{literal(esquema.nombre)}, {MARCA_FIRMA}: {literal(esquema.firma)}}})",
    )


def _derivar(trabajo: _Trabajo, derivacion: Derivacion) -> Carga:
    """Rows of another register that this file brings: one per key, the first one seen."""
    con, esquema = trabajo.con, esquema_de(derivacion.registro)
    lecturas = {
        **{destino: ident(de) for destino, de in derivacion.columnas.items()},
        **derivacion.constantes,
    }
    leidas = ", ".join(
        f"CAST({lecturas.get(c.nombre, 'NULL')} AS {c.tipo.duckdb}) AS {ident(c.nombre)}"
        for c in esquema.leidas
    )
    clave = ", ".join(map(ident, esquema.clave))
    completas = " AND ".join(
        f"{ident(c.nombre)} IS NOT NULL" for c in esquema.leidas if c.obligatoria
    )
    ruta = trabajo.destino / f"{trabajo.esquema.nombre}.{esquema.nombre}.parquet"
    escribir(
        con,
        esquema,
        f"SELECT *{derivadas(esquema)} FROM (SELECT {leidas}, fila FROM {trabajo.etapa} "
        f"WHERE fila NOT IN (SELECT fila FROM rechazo)) WHERE {completas} "
        f"QUALIFY row_number() OVER (PARTITION BY {clave} ORDER BY fila) = 1",
        ruta,
    )
    filas = contar(con, ruta)
    return Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=None,
        sha256_fuente=trabajo.origen.sha256,
        sha256=sha256_de(ruta),
        filas_leidas=filas,
        filas=filas,
        rechazadas=0,
        avisos=(f"{filas} filas tomadas de {trabajo.esquema.nombre}: {derivacion.nota}.",),
        calidad={
            "derivado_de": trabajo.esquema.nombre,
            "certeza": str(derivacion.certeza),
            "nota": derivacion.nota,
            "nulos": calidad.nulos(con, esquema, ruta),
            "comprobaciones": calidad.comprobaciones(con, esquema, ruta),
        },
    )


def _escribir_calidad(carga: Carga, destino: Path) -> None:
    informe = {
        "registro": carga.registro,
        "sha256_fuente": carga.sha256_fuente,
        "sha256": carga.sha256,
        "filas_leidas": carga.filas_leidas,
        "filas": carga.filas,
        "filas_rechazadas": carga.rechazadas,
        "avisos": carga.avisos,
        "calidad": carga.calidad,
        "derivadas": {d.registro: d.filas for d in carga.derivadas},
    }
    (destino / f"{carga.registro}.calidad.json").write_text(
        json.dumps(informe, ensure_ascii=False, indent=2), encoding="utf-8"
    )
