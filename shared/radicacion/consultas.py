"""Read the outcome of a submission: findings, explanation. Files, through DuckDB."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.anexos import hallazgos_de_anexos
from shared.radicacion.evaluacion import insumos
from shared.radicacion.historia import fuente_historia
from shared.radicacion.model import EstadoRadicacion, Radicacion
from shared.radicacion.radicante import radicante_de
from shared.radicacion.repository import Filtro, RadicacionRepository, RegistroRepository
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import abrir_fuentes, registros_con_cortes
from shared.registros import Corte
from shared.registros.repository import CorteRepository
from shared.tipos import Conflicto, InvarianteRota, NoEncontrado

COLUMNAS_HALLAZGO = ("fila", "codigo", "veredicto", "efecto", "columna", "mensaje")


class SinResultado(Conflicto):
    """The evaluation has not finished (409)."""

    codigo = "radicacion.sin_resultado"
    titulo = "La radicación todavía no tiene resultado"


@dataclass(frozen=True)
class DeEps:
    """The rows of an EPS among those of a file, by its codes."""

    filas: Path
    codigos: Sequence[str]


async def carpeta_resultado(radicacion: Radicacion, ctx: Contexto) -> Path:
    """Folder of the last evaluation of the submission.

    Raises:
        SinResultado: it has not been decided.
    """
    if radicacion.estado is not EstadoRadicacion.PROCESADA:
        raise SinResultado(
            f"Está {radicacion.estado}. Espere a que termine y consulte de nuevo.",
            progreso=radicacion.progreso,
        )
    async with ctx.uow.begin() as tx:
        evaluacion = await RadicacionRepository(tx).evaluacion(radicacion.id)
    if evaluacion is None:
        raise SinResultado("No se encontró la evaluación.")
    return ctx.almacen.datos / str(evaluacion["carpeta"])


def hallazgos(
    ruta: Path,
    *,
    desde: int = 0,
    limite: int | None = None,
    fila: int | None = None,
    codigo: str | None = None,
    de_eps: DeEps | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Findings in row and code order, streamed: position in the file, then the columns.

    ``desde`` is the first position wanted; ``fila``, ``codigo`` and ``de_eps`` keep part of them.
    """
    with en_memoria() as conexion:
        suyas, propios = "", list[Any]()
        if de_eps is not None:
            suyas = (
                "AND fila IN (SELECT fila FROM read_parquet(?) "
                "WHERE list_contains(?, upper(codigo_eps))) "
            )
            propios = [str(de_eps.filas), list(de_eps.codigos)]
        resultado = conexion.execute(
            f"SELECT file_row_number, {', '.join(COLUMNAS_HALLAZGO)} "  # noqa: S608 - our columns
            "FROM read_parquet(?, file_row_number = true) WHERE file_row_number >= ? "
            f"AND (? IS NULL OR fila = ?) AND (? IS NULL OR codigo = ?) {suyas}"
            "ORDER BY file_row_number LIMIT ?",
            [
                *(str(ruta), desde, fila, fila, codigo, codigo),
                *propios,
                2**62 if limite is None else limite,
            ],
        )
        while trozo := resultado.fetchmany(10_000):
            yield from trozo


async def explicacion(registro_id: UUID, ctx: Contexto, *, entidad: str | None) -> dict[str, Any]:
    """Every rule of one record, judged again with the cortes that decided it.

    Raises:
        NoEncontrado: no such record, or not the caller's.
    """
    filtro = Filtro(entidad, ctx.mecanismo.nombre, publicados=ctx.mecanismo.estados.publicados)
    async with ctx.uow.begin() as tx:
        registro = await RegistroRepository(tx).registro(filtro, registro_id)
        if registro is None:
            raise NoEncontrado("No hay un registro suyo con ese identificador.")
        evaluacion = await RadicacionRepository(tx).evaluacion_de(registro_id)
        if evaluacion is None:
            raise NoEncontrado("El registro no tiene evaluación.")
        cortes = await cortes_citados(tx, evaluacion["cortes"], ctx)
    detalle = await asyncio.to_thread(_explicar, dict(registro), dict(evaluacion), cortes, ctx)
    return {
        **_de_registro(dict(registro)),
        **detalle,
        "evaluacion": _de_evaluacion(dict(evaluacion)),
    }


async def cortes_citados(
    tx: AsyncConnection, citados: Mapping[str, list[dict[str, str]]], ctx: Contexto
) -> dict[str, list[Corte]]:
    """The very cortes that decided, in force or not today."""
    repositorio = CorteRepository(tx)
    cortes: dict[str, list[Corte]] = {r: [] for r in registros_con_cortes(ctx.mecanismo)}
    for nombre, lista in citados.items():
        for cita in lista:
            corte = await repositorio.get(UUID(cita["id"]))
            if corte is None:
                raise InvarianteRota(f"falta el corte {cita['id']} que decidió una evaluación")
            cortes[nombre].append(corte)
    return cortes


def _explicar(
    registro: Mapping[str, Any],
    evaluacion: Mapping[str, Any],
    cortes: Mapping[str, list[Corte]],
    ctx: Contexto,
) -> dict[str, Any]:
    carpeta = ctx.almacen.datos / evaluacion["carpeta"]
    entrada = carpeta / "entrada"  # what was judged again later is beside its outcome
    if not entrada.is_dir():
        entrada = ctx.almacen.radicacion(registro["radicacion_id"])
    with MotorDuckDB.abrir(ctx.almacen.temporal) as motor:
        historia = fuente_historia(carpeta / "historia.parquet")
        fuentes = abrir_fuentes(ctx, motor, cortes, historia, entrada)
        leidos = insumos(
            entrada,
            fuentes,
            motor,
            fecha=evaluacion["fecha"],
            parametros=evaluacion["parametros"],
            radicante=radicante_de(registro["entidad"]),
        )
        explicado = explicar(ctx.mecanismo, leidos, registro["fila"], motor)
    de_la_fila = [
        dict(zip(COLUMNAS_HALLAZGO, hallazgo[1:], strict=True))
        for hallazgo in hallazgos(carpeta / "hallazgos.parquet", fila=registro["fila"])
    ]
    columnas = ("archivo", *COLUMNAS_HALLAZGO)
    de_la_fila += [
        dict(zip(columnas, hallazgo, strict=True))
        for hallazgo in hallazgos_de_anexos(ctx.mecanismo, entrada, fila=registro["fila"])
    ]
    return {**explicado, "hallazgos": de_la_fila}


def _de_registro(registro: Mapping[str, Any]) -> dict[str, Any]:
    campos = (
        "id",
        "radicacion_id",
        "fila",
        "estado",
        "codigos",
        "valor_centavos",
        "vigente",
        "version",
        "subsana_id",
        "gana_id",
    )
    return {c: registro[c] for c in campos}


def _de_evaluacion(evaluacion: Mapping[str, Any]) -> dict[str, Any]:
    campos = ("huella", "versiones", "cortes", "ausentes", "parametros", "fecha")
    return {c: evaluacion[c] for c in campos}
