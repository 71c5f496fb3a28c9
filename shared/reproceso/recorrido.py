"""Every radicación judged again in the order of submission, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.archivos import borrar
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import AlguienLoTiene, viendo_carreras
from shared.reproceso.model import Cambio, EstadoPaso, Totales
from shared.reproceso.pasos import Orden, revisar
from shared.reproceso.repository import ReprocesoRepository

_VUELTAS: Final = 3
"""Times that what asks for a right which somebody lets go of is looked at again."""
_OCUPADO: Final = "Otro registro, fuera de este reproceso, tiene el derecho que tomaría."
Avanzar = Callable[[str], Awaitable[None]]


@dataclass
class Recorrido:
    """What would change. ``carpetas`` are to be deleted once it is undone."""

    pasos: list[tuple[UUID, EstadoPaso, str]] = field(default_factory=list)
    cambios: list[tuple[int, Cambio]] = field(default_factory=list)
    totales: Totales = field(default_factory=Totales)
    carpetas: list[Path] = field(default_factory=list)


@asynccontextmanager
async def deshecho(tx: AsyncConnection) -> AsyncIterator[None]:
    """Whatever is written inside is undone at the end."""
    punto = await tx.begin_nested()
    try:
        yield
    finally:
        await punto.rollback()


async def recorrer(
    tx: AsyncConnection,
    radicaciones: Sequence[UUID],
    orden: Orden,
    ctx: Contexto,
    *,
    recorrido: Recorrido,
    avanzar: Avanzar,
) -> None:
    """Judge each after the earlier ones, with what became of them as history; then, those that
    ask for what a later one let go of. The caller is alone in the mechanism and undoes it."""
    liberan = ctx.mecanismo.estados.liberan
    pendientes, juzgadas = list(radicaciones), set(radicaciones)
    for vuelta in range(_VUELTAS):
        sueltos: list[UUID] = []
        for i, radicacion_id in enumerate(pendientes, 1):
            await avanzar(f"Vuelta {vuelta + 1}: radicación {i} de {len(pendientes)}")
            hechos = await _paso(tx, radicacion_id, orden, ctx, recorrido)
            sueltos += [c.registro_id for c in hechos if c.a in liberan and c.de not in liberan]
        pendientes = await ReprocesoRepository(tx).reclaman(sueltos, sorted(juzgadas))
        if not pendientes:
            break
    recorrido.totales.radicaciones = len(juzgadas)


async def _paso(
    tx: AsyncConnection, radicacion_id: UUID, orden: Orden, ctx: Contexto, recorrido: Recorrido
) -> Sequence[Cambio]:
    """The changes of the open records of one radicación, which have been made."""
    carpeta = carpeta_nueva(radicacion_id, ctx)
    recorrido.carpetas.append(carpeta)
    punto = await tx.begin_nested()
    try:
        with viendo_carreras():
            revision = await revisar(tx, radicacion_id, carpeta, orden, ctx)
    except AlguienLoTiene:
        await punto.rollback()
        recorrido.pasos.append((radicacion_id, EstadoPaso.DESACTUALIZADO, _OCUPADO))
        recorrido.totales.imposibles += 1
        return []
    except BaseException:
        await punto.rollback()
        raise
    await punto.commit()
    todos = [*revision.cambios, *revision.fijos]
    numero = len(recorrido.pasos)
    recorrido.pasos.append(
        (radicacion_id, EstadoPaso.PENDIENTE if todos else EstadoPaso.SIN_CAMBIOS, "")
    )
    recorrido.cambios += [(numero, c) for c in todos]
    recorrido.totales.con_cambios += bool(todos)
    recorrido.totales.sumar(todos)
    return revision.cambios


def borrar_todas(carpetas: Sequence[Path]) -> None:
    """Remove folders that nobody names."""
    for carpeta in carpetas:
        borrar(carpeta)


def carpeta_nueva(radicacion_id: UUID, ctx: Contexto) -> Path:
    """A folder of its own: what a worker that died leaves is nobody's, and is swept."""
    return ctx.almacen.radicacion(radicacion_id) / f"evaluacion-{uuid4().hex}"
