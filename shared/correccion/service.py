"""Propose: from an evaluated submission to ``propuestas.parquet``."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from shared.correccion.candidatos import Buscador
from shared.correccion.evidencia import Propuesta, propuestas
from shared.correccion.model import (
    COLUMNAS,
    IDENTIDAD,
    PADRONES,
    Evaluada,
    codigos_de,
    padrones,
)
from shared.db.duck import en_memoria
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.consultas import carpeta_resultado, cortes_citados
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.service import Contexto
from shared.registros import Corte, FuenteRegistro, abrir_carpeta, abrir_cortes
from shared.registros.parcial import candado
from shared.tipos import EntradaInvalida, InvarianteRota

ARCHIVO: Final = "propuestas.parquet"
TURNO: Final = "propuestas"
"""Whoever holds it is looking in the registers, which may take gigabytes: one at a time."""
ESPERA: Final = 0.2
"""Seconds between looks at a turn that another one holds."""
_NUMEROS: Final = {"linea": pa.int64(), "fila": pa.int64(), "similitud": pa.float64()}
_ESQUEMA: Final = pa.schema([(c, _NUMEROS.get(c, pa.string())) for c in COLUMNAS])
_TROZO: Final = 20_000


async def propuestas_de(radicacion: Radicacion, ctx: Contexto) -> Path:
    """The proposals of a decided submission, made the first time that they are asked for.

    They come from the very cortes that decided it.

    Raises:
        SinResultado: it has not been decided.
    """
    carpeta = await carpeta_resultado(radicacion, ctx)
    while not await asyncio.to_thread((carpeta / ARCHIVO).is_file):
        with candado(ctx.almacen.temporal / TURNO) as tomado:
            if tomado:
                cortes = await _cortes_de(radicacion, ctx)
                await asyncio.to_thread(_proponer, radicacion, carpeta, cortes, ctx)
        if not tomado:
            await asyncio.sleep(ESPERA)
    return carpeta / ARCHIVO


async def _cortes_de(radicacion: Radicacion, ctx: Contexto) -> dict[str, list[Corte]]:
    async with ctx.uow.begin() as tx:
        evaluacion = await RadicacionRepository(tx).evaluacion(radicacion.id)
        if evaluacion is None:
            raise InvarianteRota(f"la radicación {radicacion.id} perdió su evaluación")
        return await cortes_citados(tx, evaluacion["cortes"], ctx)


def _proponer(
    radicacion: Radicacion, carpeta: Path, cortes: Mapping[str, list[Corte]], ctx: Contexto
) -> None:
    """Write the file whole or not at all."""
    preguntados = {p.registro for p in PADRONES}
    with (
        tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as temporal,
        MotorDuckDB.abrir(Path(temporal)) as motor,
    ):
        fuentes = abrir_cortes(
            motor.conexion,
            {n: propios for n, propios in cortes.items() if n in preguntados},
            datos=ctx.almacen.datos,
        )
        hecho = Path(temporal) / ARCHIVO
        evaluada = Evaluada(
            ctx.almacen.radicacion(radicacion.id) / "filas.parquet",
            carpeta / "registros.parquet",
            codigos_de(ctx.mecanismo),
        )
        proponer(evaluada, fuentes, motor, hecho)
        hecho.replace(carpeta / ARCHIVO)


def proponer_en(mecanismo: Mecanismo, carpeta: Path, cortes: Path) -> int:
    """Proposals of a folder that ``mecanismos evaluar`` left, from a folder of registers.

    Writes ``propuestas.parquet`` in it; returns how many lines.

    Raises:
        EntradaInvalida: it is not such a folder, or a register cannot be read.
    """
    evaluada = Evaluada(
        carpeta / "entrada" / "filas.parquet",
        carpeta / "registros.parquet",
        codigos_de(mecanismo),
    )
    if not evaluada.filas.is_file() or not evaluada.registros.is_file():
        raise EntradaInvalida(
            f"«{carpeta.name}» no es una carpeta de resultados de «mecanismos evaluar»."
        )
    leidos = [p.registro for p in PADRONES if p.registro in mecanismo.esquema.registros]
    with (
        tempfile.TemporaryDirectory() as temporal,
        MotorDuckDB.abrir(Path(temporal)) as motor,
    ):
        fuentes = abrir_carpeta(motor.conexion, cortes, (), leidos, trabajo=Path(temporal))
        return proponer(evaluada, fuentes, motor, carpeta / ARCHIVO)


def leer_propuestas(
    ruta: Path, *, despues: int = 0, limite: int | None = None, fila: int | None = None
) -> Iterator[dict[str, Any]]:
    """Lines of a file of proposals, in order: those after ``despues``, or of one ``fila``."""
    with en_memoria() as conexion:
        resultado = conexion.execute(
            f"SELECT {', '.join(COLUMNAS)} FROM read_parquet(?) WHERE linea > ? "  # noqa: S608
            "AND (? IS NULL OR fila = ?) ORDER BY linea LIMIT ?",
            [str(ruta), despues, fila, fila, 2**62 if limite is None else limite],
        )
        while trozo := resultado.fetchmany(_TROZO):
            yield from (dict(zip(COLUMNAS, linea, strict=True)) for linea in trozo)


def proponer(
    evaluada: Evaluada, fuentes: Mapping[str, FuenteRegistro], motor: MotorDuckDB, salida: Path
) -> int:
    """Write the proposals of the rows that failed one of the rules; returns how many lines.

    ``fuentes``: the registers that judged them. Lines go by row, then in the order of the columns.
    """
    padrones_ = padrones(n for n, f in fuentes.items() if f.presente)
    cortes = {p.registro: _cita(fuentes[p.registro]) for p in padrones_}
    buscador = Buscador(motor.conexion, fuentes, padrones_)
    total = 0
    with pq.ParquetWriter(salida, _ESQUEMA, compression="zstd") as escritor:
        if evaluada.codigos and padrones_ and buscador.abrir(evaluada):
            buscador.elegir()
            for trozo in _elegidos(motor):
                lineas = [p for e in trozo for p in propuestas(e, padrones_, cortes)]
                escritor.write_table(_tabla(lineas, total))
                total += len(lineas)
    return total


def _elegidos(motor: MotorDuckDB) -> Iterator[list[dict[str, Any]]]:
    """Chosen candidates in row order, each with what was written."""
    escrito = ", ".join(f"{c} := t.{c}" for c in IDENTIDAD)
    cursor = motor.conexion.execute(
        f"SELECT e.*, t.estado, struct_pack({escrito}) AS escrito FROM correccion_elegidos AS e "  # noqa: S608
        "JOIN correccion_abiertas AS t USING (fila) ORDER BY fila"
    )
    nombres = [d[0] for d in cursor.description]
    while trozo := cursor.fetchmany(_TROZO):
        yield [dict(zip(nombres, fila, strict=True)) for fila in trozo]


def _tabla(lineas: list[Propuesta], antes: int) -> pa.Table:
    return pa.table(
        {
            "linea": range(antes + 1, antes + len(lineas) + 1),
            **{c: [getattr(p, c) for p in lineas] for c in COLUMNAS if c != "linea"},
        },
        schema=_ESQUEMA,
    )


def _cita(fuente: FuenteRegistro) -> str:
    """How to name a corte whose rows carry no date: by the beginning of its digest."""
    return ", ".join(f"sha256 {s[:12]}" for s in fuente.sha256)
