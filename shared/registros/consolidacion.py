# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Write once the history that several cortes make, instead of joining them in each evaluation."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from shared.db import UnitOfWork
from shared.registros import store
from shared.registros.calidad import comprobaciones, nulos
from shared.registros.canonico import opciones, orden
from shared.registros.carpeta import abrir_cortes
from shared.registros.catalogo import esquema_de
from shared.registros.consultas import conexion, consultar
from shared.registros.errors import CorteEnConflicto
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import sha256_de
from shared.registros.model import Carga, Corte, EsquemaRegistro, EstadoCorte
from shared.registros.pie import pie_de
from shared.registros.repository import CorteRepository
from shared.tipos import EntradaInvalida, Reloj


@dataclass(frozen=True)
class Consolidado:
    """One corte with the history of several."""

    corte: Corte
    reemplazados: tuple[UUID, ...]
    """Cortes that it takes the place of; evaluations that used them still find them."""


async def consolidar(
    registro: str, *, usuario: str, datos: Path, uow: UnitOfWork, reloj: Reloj
) -> Consolidado:
    """Make one corte of all those in force of a register with intervals.

    It reads the same as they did together, in one sorted file. It takes the date of the latest;
    ``calidad`` names its sources, and they are left REEMPLAZADO. Its file is on disk before the
    transaction that names it, as in any load.

    Raises:
        RegistroDesconocido: no such register.
        EntradaInvalida: its cortes make no history, or there are not several in force.
        CorteEnConflicto: the cortes in force changed meanwhile, or this same consolidation was
            withdrawn.
    """
    esquema = esquema_de(registro)
    if esquema.intervalos is None:
        raise EntradaInvalida(
            f"Los cortes de {esquema.nombre} no se consolidan: cada uno se lee solo."
        )
    async with uow.begin() as tx:
        fuentes = await CorteRepository(tx).vigentes([esquema.nombre])
    if len(fuentes) < 2:
        raise EntradaInvalida(
            f"Para consolidar {esquema.nombre} se necesitan dos cortes vigentes o más; "
            f"hay {len(fuentes)}."
        )
    carga = await asyncio.to_thread(_escribir, esquema, fuentes, datos)
    corte = _corte(carga, fuentes, usuario=usuario, ahora=reloj.ahora())
    async with uow.begin() as tx:
        return await _publicar(CorteRepository(tx), corte, fuentes, usuario, reloj.ahora())


async def _publicar(
    repositorio: CorteRepository,
    corte: Corte,
    fuentes: Sequence[Corte],
    usuario: str,
    ahora: datetime,
) -> Consolidado:
    """The new corte in force and its sources replaced: one transaction."""
    for fuente in sorted(fuentes, key=lambda c: c.id):
        await repositorio.get(fuente.id, for_update=True)
    vigentes = {c.id for c in await repositorio.vigentes([corte.registro])}
    if vigentes != {c.id for c in fuentes}:
        raise CorteEnConflicto(
            f"Los cortes vigentes de {corte.registro} cambiaron mientras se consolidaban. "
            "Consolide otra vez."
        )
    if not await repositorio.insertar(corte):
        corte = await _el_que_ya_esta(repositorio, corte, usuario, ahora)
    reemplazados = [c.id for c in fuentes if c.id != corte.id]
    for id_ in reemplazados:
        await repositorio.cambiar_estado(
            id_,
            EstadoCorte.REEMPLAZADO,
            motivo=f"consolidado en el corte {corte.id}",
            por=usuario,
            en=ahora,
        )
    return Consolidado(corte, tuple(reemplazados))


async def _el_que_ya_esta(
    repositorio: CorteRepository, corte: Corte, usuario: str, ahora: datetime
) -> Corte:
    """The same sources, consolidated before and put in force again since."""
    anterior = await repositorio.por_fuente(corte.registro, corte.sha256_fuente)
    if anterior is None or anterior.estado is EstadoCorte.RETIRADO:
        raise CorteEnConflicto(
            "Estos mismos cortes ya se consolidaron y el resultado fue retirado. "
            "Retire o reemplace el corte errado y consolide los demás."
        )
    await repositorio.cambiar_estado(
        anterior.id, EstadoCorte.VIGENTE, motivo=None, por=usuario, en=ahora
    )
    return anterior


def _escribir(esquema: EsquemaRegistro, fuentes: Sequence[Corte], datos: Path) -> Carga:
    """The history as a canonical Parquet, already in the store."""
    with tempfile.TemporaryDirectory(dir=store.carpeta_temporal(datos)) as nombre:
        carpeta = Path(nombre)
        ruta = carpeta / f"{esquema.nombre}.parquet"
        with conexion(carpeta) as con:
            fuente = abrir_cortes(con, {esquema.nombre: fuentes}, datos=datos)[esquema.nombre]
            columnas = ", ".join(map(ident, esquema.nombres))
            consultar(
                con,
                # Ends in every column: the same sources give the same file.
                f"COPY (SELECT {columnas} FROM ({fuente.sql}) "
                f"ORDER BY {orden(esquema, *esquema.nombres)}) "
                f"TO {literal(str(ruta))} {opciones(esquema)}",
            )
            carga = Carga(
                registro=esquema.nombre,
                ruta=ruta,
                rechazos=None,
                sha256_fuente=_sha256_de_fuentes(fuentes),
                sha256=sha256_de(ruta),
                filas_leidas=fuente.filas,
                filas=pie_de(ruta).filas,
                rechazadas=0,
                avisos=(),
                calidad={
                    "consolida": [_cita(c) for c in fuentes],
                    "nulos": nulos(con, esquema, ruta),
                    "comprobaciones": comprobaciones(con, esquema, ruta),
                },
            )
        return store.guardar(carga, datos, _fecha(fuentes))


def _sha256_de_fuentes(fuentes: Sequence[Corte]) -> str:
    """Identity of a consolidation: that of what it was made of, with their dates."""
    citas = sorted(f"{c.fecha_corte.isoformat()} {c.sha256}" for c in fuentes)
    return hashlib.sha256("\n".join(["consolidado", *citas]).encode()).hexdigest()


def _cita(corte: Corte) -> dict[str, str]:
    return {
        "id": str(corte.id),
        "fecha_corte": corte.fecha_corte.isoformat(),
        "sha256": corte.sha256,
        "sha256_fuente": corte.sha256_fuente,
    }


def _fecha(fuentes: Sequence[Corte]) -> date:
    return max(c.fecha_corte for c in fuentes)


def _corte(carga: Carga, fuentes: Sequence[Corte], *, usuario: str, ahora: datetime) -> Corte:
    return Corte(
        id=uuid4(),
        registro=carga.registro,
        fecha_corte=_fecha(fuentes),
        archivo=f"consolidado de {len(fuentes)} cortes",
        sha256_fuente=carga.sha256_fuente,
        sha256=carga.sha256,
        filas=carga.filas,
        filas_rechazadas=0,
        calidad={**carga.calidad, "avisos": []},
        estado=EstadoCorte.VIGENTE,
        motivo=None,
        derivado_de=None,
        cargado_por=usuario,
        created_at=ahora,
    )
