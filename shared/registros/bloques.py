# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""A source as typed blocks on disk, each with its quarantine; finished ones are not done again.

While DuckDB types one block, another thread decodes and splits the next one and another writes
the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa
from pyarrow import parquet

from shared.registros.consultas import consultar, una_fila
from shared.registros.errors import DemasiadosRechazos
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import Tramo
from shared.registros.model import EsquemaRegistro
from shared.registros.ordenacion import Clave, escribir_bloque, por_tramos
from shared.registros.origen import Origen, Texto
from shared.registros.parcial import Bloque, Parcial
from shared.registros.partido import Partido, Partidor, Rota
from shared.registros.progreso import Avance, Fase, Paso
from shared.registros.tipado import sql_etapa

FILAS_PARA_UMBRAL: Final = 1_000
"""Below these rows a fraction says nothing: the block is not tested against the threshold."""
MUESTRAS: Final = 64
BYTES_DE_MUESTRA: Final = 2**16
"""Of each of the samples that say how the key is spread."""
EJEMPLOS: Final = 3
MOTIVOS: Final = 5
ESQUEMA_RECHAZO: Final = pa.schema(
    [
        ("fila", pa.int64()),
        ("columna", pa.string()),
        ("valor", pa.string()),
        ("motivo", pa.string()),
    ]
)


@dataclass(frozen=True)
class Trabajo:
    """A load in progress: the source, what it is read as and where its blocks stay."""

    con: duckdb.DuckDBPyConnection
    esquema: EsquemaRegistro
    origen: Origen
    mapa: dict[str, int]
    fecha_corte: date | None
    parcial: Parcial
    avance: Avance
    bytes: int
    """Of the source."""
    cortes: tuple[Clave, ...] = ()
    """Keys at which the ranges of the sort begin; none when it is done in one go."""


@dataclass(frozen=True)
class _Leido:
    """A block split and not typed yet."""

    inicio: int
    fin: int
    primera: int
    partido: Partido


def tipar(trabajo: Trabajo) -> list[Bloque]:
    """Every block of the source, typed and flushed to disk.

    Raises:
        ArchivoIlegible: a line that never ends.
        DemasiadosRechazos: a block passes the threshold of its register.
    """
    hechos = trabajo.parcial.hechos()
    texto = trabajo.origen.texto
    if texto is None:
        return hechos or [_tipar_parquet(trabajo)]
    if hechos:
        _avanzar(trabajo, hechos[-1])
    else:
        trabajo.avance(Paso(Fase.LEER, 0, 0, trabajo.bytes))
    escritura: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as escritor:
        for leido in _leidos(trabajo, texto, hechos[-1] if hechos else None):
            tipado = _tipar_bloque(trabajo, len(hechos), leido)
            if escritura is not None:
                escritura.result()
            escritura = escritor.submit(_guardar, trabajo, tipado)
            hechos.append(tipado.bloque)
        if escritura is not None:
            escritura.result()
    return hechos


# --- reading ---------------------------------------------------------------------------------


def _leidos(trabajo: Trabajo, texto: Texto, ultimo: Bloque | None) -> Iterator[_Leido]:
    """Blocks from the one after ``ultimo`` on, one ahead of whoever takes them."""
    partidor = _partidor(trabajo, texto)
    inicio = ultimo.fin if ultimo else texto.inicio
    primera = ultimo.primera + ultimo.filas if ultimo else 1

    def leer(inicio: int, primera: int) -> _Leido | None:
        return _leer(texto, partidor, inicio, primera)

    if ultimo is None and inicio >= texto.lector.bytes:
        yield _Leido(inicio, inicio, primera, partidor.partir(b"", primera, ultimo=True))
    with ThreadPoolExecutor(max_workers=1) as hilo:
        futuro = hilo.submit(leer, inicio, primera)
        while leido := futuro.result():
            futuro = hilo.submit(leer, leido.fin, leido.primera + leido.partido.filas)
            yield leido


def _partidor(trabajo: Trabajo, texto: Texto) -> Partidor:
    declaradas = len(trabajo.origen.encabezado) - len(texto.constantes)
    return Partidor(
        texto.delimitador,
        columnas=declaradas,
        usadas=tuple(sorted(i for i in set(trabajo.mapa.values()) if i < declaradas)),
        comillas=texto.comillas,
        faltantes=trabajo.esquema.sin_dato,
        referencia="el formato" if texto.formato else "el encabezado",
    )


def _leer(texto: Texto, partidor: Partidor, inicio: int, primera: int) -> _Leido | None:
    """The block at ``inicio``: longer than usual if a quoted field would leave it empty."""
    if inicio >= texto.lector.bytes:
        return None
    bloques = 1
    while True:
        tramo = texto.lector.tramo(inicio, bloques)
        limpio = texto.lector.limpio(tramo.crudo, texto.delimitador)
        partido = partidor.partir(limpio, primera, ultimo=tramo.ultimo)
        fin = _fin(texto, tramo, partido)
        if fin > inicio:
            return _Leido(inicio, fin, primera, partido)
        bloques *= 2


def _fin(texto: Texto, tramo: Tramo, partido: Partido) -> int:
    if not partido.sobrantes:
        return tramo.fin
    return texto.lector.sin_ultimas(tramo, partido.sobrantes)


# --- typing ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tipado:
    """A block typed and not written yet."""

    bloque: Bloque
    filas: pa.Table
    rechazos: pa.Table


def _tipar_bloque(trabajo: Trabajo, numero: int, leido: _Leido) -> _Tipado:
    partido, con = leido.partido, trabajo.con
    con.register("bloque", partido.tabla)
    etapa = _etapa(trabajo, _con_constantes(trabajo.origen), limpias=partido.limpia)
    if trabajo.cortes:
        etapa = f"SELECT * FROM ({etapa}) ORDER BY {_clave(trabajo.esquema)}"
    filas = con.sql(etapa).to_arrow_table()
    con.unregister("bloque")
    con.register("tipado", filas)
    rechazadas = _rechazar(con, "tipado", partido.rotas)
    con.unregister("tipado")
    bloque = Bloque(
        numero=numero,
        inicio=leido.inicio,
        fin=leido.fin,
        primera=leido.primera,
        filas=partido.filas,
        rotas=len(partido.rotas),
        rechazadas=rechazadas,
        en_blanco=partido.en_blanco,
        con_rechazos=rechazadas > 0,
        tramos=tuple(por_tramos(filas, trabajo.esquema.clave, trabajo.cortes))
        if trabajo.cortes
        else (),
    )
    _exigir_umbral(trabajo, bloque)
    return _Tipado(bloque, filas, con.sql("SELECT * FROM rechazo_bloque").to_arrow_table())


def _guardar(trabajo: Trabajo, tipado: _Tipado) -> None:
    """Write a block and make it count."""
    bloque, parcial = tipado.bloque, trabajo.parcial
    contado = tipado.filas
    if bloque.tramos:
        propias = ["fila", *trabajo.esquema.nombres, "_malas"]
        escribir_bloque(contado.select(propias), bloque.tramos, parcial.tramos_de(bloque.numero))
        # What the report counts and the unique key is looked for in.
        aparte = set(trabajo.esquema.nombres) - set(trabajo.esquema.clave)
        contado = contado.select([n for n in contado.column_names if n not in aparte])
    # Read once and deleted: what matters is that it takes little time.
    parquet.write_table(
        contado,
        parcial.filas_de(bloque.numero),
        compression="lz4",
        use_dictionary=False,
        write_statistics=False,
    )
    if bloque.con_rechazos:
        parquet.write_table(tipado.rechazos, parcial.rechazos_de(bloque.numero))
    parcial.terminar(bloque)
    _avanzar(trabajo, bloque)


def _avanzar(trabajo: Trabajo, bloque: Bloque) -> None:
    trabajo.avance(Paso(Fase.LEER, bloque.primera - 1 + bloque.filas, bloque.fin, trabajo.bytes))


def _con_constantes(origen: Origen) -> str:
    """The relation of a block, with what the name of the file says of every row."""
    constantes = origen.texto.constantes if origen.texto else {}
    if not constantes:
        return "bloque"
    columnas = ", ".join(f"{literal(v)} AS c{i}" for i, v in constantes.items())
    return f"(SELECT *, {columnas} FROM bloque)"


def _tipar_parquet(trabajo: Trabajo) -> Bloque:
    """A Parquet source is one block: it brings its structure, and DuckDB reads it by parts."""
    con = trabajo.con
    ruta = literal(str(trabajo.parcial.filas_de(0)))
    etapa = _etapa(trabajo, trabajo.origen.relacion)
    consultar(con, f"COPY ({etapa}) TO {ruta} (FORMAT parquet, COMPRESSION lz4)")
    rechazadas = _rechazar(con, f"read_parquet({ruta})", [])
    bloque = Bloque(
        numero=0,
        inicio=0,
        fin=trabajo.bytes,
        primera=1,
        filas=trabajo.origen.filas,
        rotas=0,
        rechazadas=rechazadas,
        en_blanco=0,
        con_rechazos=rechazadas > 0,
        tramos=(),
    )
    _exigir_umbral(trabajo, bloque)
    if rechazadas:
        rechazos = literal(str(trabajo.parcial.rechazos_de(0)))
        consultar(con, f"COPY rechazo_bloque TO {rechazos} (FORMAT parquet)")
    trabajo.parcial.terminar(bloque)
    _avanzar(trabajo, bloque)
    return bloque


def _clave(esquema: EsquemaRegistro) -> str:
    return ", ".join(map(ident, esquema.clave))


def _etapa(trabajo: Trabajo, relacion: str, *, limpias: bool = False) -> str:
    return sql_etapa(trabajo.esquema, relacion, trabajo.mapa, trabajo.fecha_corte, limpias=limpias)


def _rechazar(con: duckdb.DuckDBPyConnection, tipadas: str, rotas: list[Rota]) -> int:
    """Leave in ``rechazo_bloque`` the broken lines and every bad cell; gives the rows in it."""
    celdas = [
        {"fila": r.fila, "columna": None, "valor": r.muestra, "motivo": r.motivo} for r in rotas
    ]
    con.register("rotas", pa.Table.from_pylist(celdas, schema=ESQUEMA_RECHAZO))
    consultar(
        con,
        "CREATE OR REPLACE TEMP TABLE rechazo_bloque AS "
        "SELECT fila, columna, valor, motivo FROM rotas UNION ALL "
        "SELECT fila, m.columna, m.valor, m.motivo FROM (SELECT fila, unnest(_malas) AS m "
        f"FROM {tipadas} WHERE _malas IS NOT NULL)",
    )
    con.unregister("rotas")
    (rechazadas,) = una_fila(con, "SELECT count(DISTINCT fila) FROM rechazo_bloque")
    return int(rechazadas)


# --- sample ----------------------------------------------------------------------------------


def muestra_de_claves(trabajo: Trabajo, texto: Texto) -> list[Clave]:
    """Keys of some rows from all over the source."""
    lector = texto.lector
    trozo = max(min(BYTES_DE_MUESTRA, lector.bloque // 8), 1)
    paso = max((lector.bytes - texto.inicio) // MUESTRAS, 1)
    crudo = b"".join(
        lector.lineas_enteras(desde, trozo) for desde in range(texto.inicio, lector.bytes, paso)
    )
    partido = _partidor(trabajo, texto).partir(
        lector.limpio(crudo, texto.delimitador), 1, ultimo=True
    )
    trabajo.con.register("bloque", partido.tabla)
    etapa = _etapa(trabajo, _con_constantes(trabajo.origen), limpias=partido.limpia)
    claves = consultar(
        trabajo.con, f"SELECT {_clave(trabajo.esquema)} FROM ({etapa}) WHERE _malas IS NULL"
    )
    trabajo.con.unregister("bloque")
    return claves


# --- threshold -------------------------------------------------------------------------------


def _exigir_umbral(trabajo: Trabajo, bloque: Bloque) -> None:
    umbral = trabajo.esquema.umbral
    if bloque.filas < FILAS_PARA_UMBRAL or bloque.rechazadas <= umbral * bloque.filas:
        return
    motivos = consultar(
        trabajo.con,
        f"SELECT {CAUSA} AS causa, count(*) AS n FROM rechazo_bloque GROUP BY causa "
        f"ORDER BY n DESC, causa LIMIT {MOTIVOS}",
    )
    ejemplos = consultar(
        trabajo.con,
        f"SELECT fila, columna, motivo FROM rechazo_bloque ORDER BY fila, columna LIMIT {EJEMPLOS}",
    )
    raise DemasiadosRechazos(
        f"En el bloque {bloque.numero + 1} (filas {bloque.primera} a "
        f"{bloque.primera + bloque.filas - 1}) se rechazan {bloque.rechazadas} de {bloque.filas} "
        f"filas ({100 * bloque.rechazadas / bloque.filas:.1f} %) y «{trabajo.esquema.nombre}» "
        f"admite {100 * umbral:g} %. La carga se detuvo y no cambió nada. "
        f"Motivos: {'; '.join(f'{causa} ({n})' for causa, n in motivos)}. "
        f"Las primeras: {describir(ejemplos)}. "
        "Revise el delimitador, la codificación y el registro al que carga el archivo.",
        registro=trabajo.esquema.nombre,
        bloque=bloque.numero + 1,
        rechazadas=bloque.rechazadas,
        filas=bloque.filas,
    )


CAUSA: Final = (
    "CASE WHEN columna IS NULL OR motivo LIKE 'repite%' "
    "THEN regexp_replace(motivo, '[0-9]+', 'N') ELSE columna || ': ' || motivo END"
)
"""Reason of a rejection without what is particular of its row: to count alike ones."""


def describir(ejemplos: list[tuple[int, str | None, str]]) -> str:
    """Some rejections in words. Their values stay out: they may be data of a person."""
    return "; ".join(
        f"fila {fila}: {columna} {motivo}" if columna else f"fila {fila}: {motivo}"
        for fila, columna, motivo in ejemplos
    )
