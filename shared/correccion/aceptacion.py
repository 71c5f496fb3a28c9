"""Use case: the sheet comes back ticked and becomes a correction of just those rows.

Nothing changes without it. What is applied is what was proposed, never what the sheet says: a
line that was altered, or whose record is no longer what it was, is told apart and left out.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from shared.correccion.errors import SinAceptar
from shared.correccion.hoja import ACEPTAR, NO_SE_CORRIGE, RADICACION, como_se_muestra, leer_hoja
from shared.correccion.model import IDENTIDAD
from shared.correccion.repository import CorreccionRepository
from shared.correccion.service import leer_propuestas, propuestas_de
from shared.db.duck import en_memoria
from shared.radicacion.archivos import guardar_crudo
from shared.radicacion.model import Radicacion, Recibido
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.schemas import SolicitudIn
from shared.radicacion.service import (
    Contexto,
    OrdenRadicar,
    Subsana,
    anotar_rechazo,
    obtener,
    radicar,
)
from shared.registros.expresiones import ident
from shared.registros.lectura import sha256_de
from shared.seguridad import Usuario
from shared.tipos import Rechazo

RECIBIDAS: Final = "PROPUESTAS"
"""Outcome under which the raw sheet is written down."""


@dataclass(frozen=True)
class OrdenAceptar:
    """A sheet that came back, already kept by its SHA-256."""

    radicacion_id: UUID
    hoja: Recibido
    usuario: Usuario
    clave: str | None = None
    """Idempotency key of the correction; without it, its content."""


@dataclass(frozen=True)
class Conflicto:
    """A ticked line that was not applied. ``linea`` is null where it could not be read."""

    linea: int | None
    fila: int | None
    columna: str
    motivo: str


@dataclass(frozen=True)
class Aceptadas:
    """What came of a sheet. ``radicacion`` is the correction, if any line was applied; the same
    sheet again gives the same one."""

    radicacion: Radicacion | None
    lineas: int
    """Applied."""
    filas: int
    """Rows of the correction."""
    conflictos: tuple[Conflicto, ...]


@dataclass(frozen=True)
class _Cambio:
    """A proposal that was ticked."""

    linea: int
    fila: int
    columna: str
    valor: str


async def aceptar(orden: OrdenAceptar, ctx: Contexto) -> Aceptadas:
    """Correct the rows whose proposals were ticked; the raw sheet is written down.

    Raises:
        NoEncontrado: no such submission, or not the caller's.
        SinResultado: it has not been decided.
        SinAceptar: no line is ticked.
        EntradaInvalida: the sheet cannot be read.
        Rechazo: whatever ``radicar`` refuses.
    """
    try:
        return await _aceptar(orden, ctx)
    except Rechazo as rechazo:
        await anotar_rechazo([orden.hoja], orden.usuario, rechazo, ctx)
        raise


async def _aceptar(orden: OrdenAceptar, ctx: Contexto) -> Aceptadas:
    radicacion = await obtener(orden.radicacion_id, ctx, entidad=orden.usuario.entidad or "")
    marcados, conflictos = await _marcadas(radicacion, orden.hoja, ctx)
    if not marcados and not conflictos:
        raise SinAceptar("Escriba SI en la columna aceptar de las líneas correctas.")
    cambios, tardios = await _todavia_valen(radicacion, marcados, ctx)
    if tardios and (previa := await _ya_aplicada(radicacion, marcados, ctx)) is not None:
        return _aceptadas(previa, marcados, conflictos)
    conflictos += tardios
    detalle = f"{len(cambios)} líneas por aplicar, {len(conflictos)} en conflicto"
    await _anotar(radicacion, orden, detalle, ctx)
    if not cambios:
        return _aceptadas(None, [], conflictos)
    corregida = await _corregir(radicacion, cambios, orden, ctx)
    return _aceptadas(corregida, cambios, conflictos)


def _aceptadas(
    radicacion: Radicacion | None, cambios: list[_Cambio], conflictos: list[Conflicto]
) -> Aceptadas:
    filas = len({c.fila for c in cambios})
    return Aceptadas(radicacion, len(cambios), filas, tuple(conflictos))


async def _marcadas(
    radicacion: Radicacion, hoja: Recibido, ctx: Contexto
) -> tuple[list[_Cambio], list[Conflicto]]:
    propuestas = await propuestas_de(radicacion, ctx)

    def comparar() -> tuple[list[_Cambio], list[Conflicto]]:
        with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as carpeta:
            lineas = leer_hoja(ctx.almacen.crudo(hoja.sha256), hoja.nombre, Path(carpeta))
            return comparar_lineas(lineas, leer_propuestas(propuestas), radicacion.id)

    return await asyncio.to_thread(comparar)


def comparar_lineas(
    lineas: Iterable[Mapping[str, Any]],
    propuestas: Iterable[Mapping[str, Any]],
    radicacion_id: UUID,
) -> tuple[list[_Cambio], list[Conflicto]]:
    """Ticked lines that are what was proposed, and those that are not with the reason.

    A cell has one proposal at most: that is how a line is known, wherever the sheet was sorted.
    """
    por_celda = {(p["fila"], p["columna"]): p for p in propuestas}
    cambios: dict[tuple[int, str], _Cambio] = {}
    conflictos = []
    for leida in lineas:
        celda = (leida["fila_radicada"], leida["columna"])
        motivo = _por_que_no(leida, por_celda.get(celda), radicacion_id)
        if motivo == "" and celda in cambios:
            motivo = "La línea está repetida."
        if motivo:
            conflictos.append(_conflicto(leida, motivo))
        elif motivo == "":
            propuesta = por_celda[celda]
            cambios[celda] = _Cambio(
                propuesta["linea"],
                propuesta["fila"],
                propuesta["columna"],
                propuesta["valor_propuesto"],
            )
    return list(cambios.values()), conflictos


def _por_que_no(
    leida: Mapping[str, Any], propuesta: Mapping[str, Any] | None, radicacion_id: UUID
) -> str | None:
    """Why a line is not applied: empty if it is, ``None`` if it was not ticked."""
    marca = (leida[ACEPTAR] or "").strip().upper()
    if marca in {"", "NO", NO_SE_CORRIGE} and leida["legible"]:
        return None
    if not leida["legible"]:
        return "A la línea le falta un dato o no se puede leer."
    if marca != "SI":
        return "En la columna aceptar escriba SI o NO."
    if leida[RADICACION] != str(radicacion_id):
        return "La línea es de otra radicación o de otra versión. Descargue la hoja de esta."
    if propuesta is None or not _es_la_misma(leida, propuesta):
        return "La línea no es la que se propuso. Descargue la hoja otra vez y no la cambie."
    return ""


def _es_la_misma(leida: Mapping[str, Any], propuesta: Mapping[str, Any]) -> bool:
    return all(
        leida[c] == como_se_muestra(propuesta[c], c) for c in ("valor_reportado", "valor_propuesto")
    )


def _conflicto(leida: Mapping[str, Any], motivo: str) -> Conflicto:
    columna = leida["columna"] if leida["columna"] in IDENTIDAD else ""
    return Conflicto(leida["linea"], leida["fila_radicada"], columna, motivo)


async def _todavia_valen(
    radicacion: Radicacion, cambios: list[_Cambio], ctx: Contexto
) -> tuple[list[_Cambio], list[Conflicto]]:
    """Changes of records that are current and may be corrected; the others, as conflicts."""
    corregibles = ctx.mecanismo.estados.corregibles
    async with ctx.uow.begin() as tx:
        estados = await CorreccionRepository(tx).vigentes(
            radicacion.id, sorted({c.fila for c in cambios})
        )
    valen, tardios = [], []
    for cambio in cambios:
        estado = estados.get(cambio.fila)
        if estado in corregibles:
            valen.append(cambio)
            continue
        motivo = (
            "Ya hay una versión más nueva de esta fila."
            if estado is None
            else f"La fila está en {estado} y no admite corrección."
        )
        tardios.append(Conflicto(cambio.linea, cambio.fila, cambio.columna, motivo))
    return valen, tardios


async def _ya_aplicada(
    radicacion: Radicacion, marcados: list[_Cambio], ctx: Contexto
) -> Radicacion | None:
    """The correction that these very changes already were: the same sheet came again."""
    if not marcados:
        return None
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as carpeta:
        ruta = Path(carpeta) / "correccion.parquet"
        await asyncio.to_thread(_escribir_filas, radicacion, marcados, ruta, ctx)
        sha256 = await asyncio.to_thread(sha256_de, ruta)
    async with ctx.uow.begin() as tx:
        previa = await CorreccionRepository(tx).correccion(radicacion.id, sha256)
    return None if previa is None else await obtener(previa, ctx, entidad=radicacion.entidad)


async def _corregir(
    radicacion: Radicacion, cambios: list[_Cambio], orden: OrdenAceptar, ctx: Contexto
) -> Radicacion:
    """A new version of just those rows, each saying which one it answers."""
    nombre = Path(orden.hoja.nombre).with_suffix(".parquet").name
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as carpeta:
        ruta = Path(carpeta) / "correccion.parquet"
        await asyncio.to_thread(_escribir_filas, radicacion, cambios, ruta, ctx)
        archivo = await asyncio.to_thread(guardar_crudo, ruta, nombre, ctx.almacen)
    filas = sorted({c.fila for c in cambios})
    corregida, _ = await radicar(
        OrdenRadicar(
            usuario=orden.usuario,
            solicitud=SolicitudIn.model_validate(radicacion.solicitud),
            archivo=archivo,
            clave=orden.clave,
            corrige=radicacion.id,
            subsana=[Subsana(i, radicacion.id, fila) for i, fila in enumerate(filas, start=1)],
        ),
        ctx,
    )
    return corregida


def _escribir_filas(
    radicacion: Radicacion, cambios: list[_Cambio], ruta: Path, ctx: Contexto
) -> None:
    """The corrected rows as a Parquet, in the order of the originals."""
    entrada = ctx.almacen.radicacion(radicacion.id) / "filas.parquet"
    tabla = pa.table(
        {
            "fila": pa.array([c.fila for c in cambios], pa.int64()),
            "columna": [c.columna for c in cambios],
            "valor": pa.array([c.valor or None for c in cambios], pa.string()),
        }
    )
    columnas = ", ".join(_corregida(c.nombre) for c in ctx.mecanismo.esquema.campos)
    with en_memoria() as conexion:
        conexion.register("cambios", tabla)
        conexion.execute(
            f"COPY (SELECT {columnas} FROM read_parquet($filas) AS f "  # noqa: S608 - our columns
            "JOIN (SELECT fila, map_from_entries(list((columna, valor))) AS cambia "
            "FROM cambios GROUP BY fila) USING (fila) ORDER BY f.fila) "
            "TO $ruta (FORMAT parquet, COMPRESSION zstd)",
            {"filas": str(entrada), "ruta": str(ruta)},
        )


def _corregida(columna: str) -> str:
    """The cell as it was, unless it is of the identity and changes."""
    nombre = ident(columna)
    if columna not in IDENTIDAD:
        return f"f.{nombre}"
    return (
        f"CASE WHEN map_contains(cambia, '{columna}') THEN cambia['{columna}'] "
        f"ELSE f.{nombre} END AS {nombre}"
    )


async def _anotar(radicacion: Radicacion, orden: OrdenAceptar, detalle: str, ctx: Contexto) -> None:
    """Write down the raw sheet, before anything is done with it."""
    async with ctx.uow.begin() as tx:
        await RadicacionRepository(tx).registrar_recepcion(
            orden.hoja,
            mecanismo=radicacion.mecanismo,
            entidad=radicacion.entidad,
            resultado=RECIBIDAS,
            detalle=detalle,
            por=orden.usuario.sujeto,
            en=ctx.reloj.ahora(),
            radicacion_id=radicacion.id,
        )
