"""One step: judge a radicación again, in two parts, and move what changes.

Open records are judged together, with everything else that was decided as history; then those at
the bank or paid, which do not change, with what the others are now. The same code tells what would
change, in a transaction that is undone, and applies it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.aparte import juntar, juzgar_filas
from shared.radicacion.archivos import asegurar
from shared.radicacion.cupos import tomar_cupos
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.liberacion import Vigor
from shared.radicacion.model import Radicacion
from shared.radicacion.repository import (
    CupoRepository,
    RadicacionRepository,
    RegistroDecidido,
    RegistroRepository,
)
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import (
    Preparada,
    anotar_evaluacion,
    consulta_de,
    decidir,
    ganadores,
    lector,
)
from shared.reproceso.juicio import (
    ABIERTA,
    FIJA,
    Actual,
    Filas,
    clasificar,
    comparar,
    comparar_fijas,
)
from shared.reproceso.model import Cambio, siguen_igual
from shared.reproceso.repository import ActualesRepository
from shared.tipos import InvarianteRota


class SeMovio(Exception):
    """What was shown is not what would come out now; its text says why, for people."""


@dataclass(frozen=True)
class Orden:
    """How radicaciones are judged again: with what, why and by whom.

    With ``todo``, also what is at the bank or paid is judged as if it were open.
    """

    vigor: Vigor
    motivo: str
    por: str
    todo: bool = False


@dataclass
class Revision:
    """A radicación judged again. Its records have moved; nothing was paid yet."""

    radicacion: Radicacion
    anterior: RowMapping
    """The last evaluation that it had."""
    actual: Actual
    cambios: Sequence[Cambio] = ()
    fijos: Sequence[Cambio] = ()
    presentes: frozenset[UUID] = field(default_factory=frozenset)
    """Open records that were judged."""
    juzgada: Evaluacion | None = None
    """Outcome of the open ones, if some changed."""

    @property
    def filas(self) -> list[int]:
        """Rows that changed."""
        return [c.fila for c in self.cambios]

    @property
    def numero(self) -> int:
        """Of the evaluation that changed them."""
        return int(self.anterior["numero"]) + 1


async def revisar(
    tx: AsyncConnection,
    radicacion_id: UUID,
    carpeta: Path,
    orden: Orden,
    ctx: Contexto,
    *,
    previstos: Collection[Cambio] | None = None,
) -> Revision:
    """Judge it again and move its open records. The caller is alone in the mechanism.

    ``previstos``: the changes of open records that were confirmed.

    Raises:
        SeMovio: open records do not come out as in ``previstos``.
        AlguienLoTiene, IntegrityError: somebody else holds what one of them would take.
    """
    repositorio = RadicacionRepository(tx)
    radicacion = await repositorio.por_id(radicacion_id)
    anterior = await repositorio.evaluacion(radicacion_id)
    if radicacion is None or anterior is None:
        raise InvarianteRota(f"la radicación {radicacion_id} no tiene evaluación")
    actual = await _leer_actual(tx, radicacion, carpeta / "actual", ctx)
    clases = await asyncio.to_thread(clasificar, actual, ctx.mecanismo, todo=orden.todo)
    revision = Revision(radicacion, anterior, actual)
    preparada = Preparada(radicacion, 0, orden.vigor.cortes, orden.vigor.parametros)
    if (abiertas := clases.get(ABIERTA)) is not None:
        evaluacion = await _juzgar(tx, preparada, abiertas, carpeta, ctx)
        revision.presentes = frozenset(abiertas.registros)
        revision.cambios = await asyncio.to_thread(
            comparar, actual, evaluacion, radicacion, ctx.mecanismo
        )
        _exigir_lo_previsto(revision, previstos)
        if revision.cambios:
            await _mover(tx, revision, preparada, evaluacion, orden=orden, ctx=ctx)
    if (fijas := clases.get(FIJA)) is not None:
        evaluacion = await _juzgar(tx, preparada, fijas, carpeta / "fijas", ctx)
        revision.fijos = await asyncio.to_thread(
            comparar_fijas, actual, evaluacion, radicacion, ctx.mecanismo
        )
    return revision


async def _leer_actual(
    tx: AsyncConnection, radicacion: Radicacion, carpeta: Path, ctx: Contexto
) -> Actual:
    await asyncio.to_thread(carpeta.mkdir, parents=True)
    repositorio = ActualesRepository(tx)
    evaluaciones = await repositorio.evaluaciones(radicacion.id)
    actual = Actual(carpeta, {n: ctx.almacen.datos / c for n, c in evaluaciones.items()})
    await repositorio.volcar_registros(radicacion.id, actual.registros)
    await repositorio.volcar_pagos(radicacion.id, actual.pagos)
    await repositorio.volcar_hallazgos(radicacion.id, actual.hallazgos)
    return actual


async def _juzgar(
    tx: AsyncConnection, preparada: Preparada, filas: Filas, carpeta: Path, ctx: Contexto
) -> Evaluacion:
    """As if they had not been decided. What came later and holds nothing was not there."""
    consulta = replace(
        consulta_de(ctx.mecanismo, preparada.radicacion),
        solicitud_id=None,
        excluidos=filas.registros,
        hasta=preparada.radicacion.numero,
    )
    leer = lector(tx, consulta)
    return await asyncio.to_thread(juzgar_filas, preparada, filas.filas, carpeta, leer, ctx)


def _exigir_lo_previsto(revision: Revision, previstos: Collection[Cambio] | None) -> None:
    if previstos is None or siguen_igual(previstos, revision.cambios, revision.presentes):
        return
    raise SeMovio("Lo que se juzga hoy ya no es lo que se mostró. Pida otro reproceso.")


async def _mover(
    tx: AsyncConnection,
    revision: Revision,
    preparada: Preparada,
    evaluacion: Evaluacion,
    *,
    orden: Orden,
    ctx: Contexto,
) -> None:
    """Records, rights and what they share, as they are now; what paid them pays them no more."""
    radicacion, filas, ahora = revision.radicacion, revision.filas, ctx.reloj.ahora()
    carpeta = evaluacion.registros.parent
    previa = ctx.almacen.datos / str(revision.anterior["carpeta"])

    def trabajo() -> tuple[Evaluacion, list[RegistroDecidido]]:
        juzgada = juntar(previa, evaluacion, carpeta, filas)
        elegidas = set(filas)
        decididos = [d for d in decidir(juzgada, ctx.mecanismo) if d.fila in elegidas]
        asegurar(carpeta)
        return juzgada, decididos

    juzgada, decididos = await asyncio.to_thread(trabajo)
    revision.juzgada = juzgada
    evaluacion_id = await anotar_evaluacion(tx, preparada, juzgada, carpeta, ctx)
    actuales, registros = ActualesRepository(tx), RegistroRepository(tx)
    await actuales.retirar_pagos(radicacion.id, filas, motivo=orden.motivo, en=ahora)
    await actuales.soltar(radicacion.id, filas)
    await CupoRepository(tx).quitar(radicacion.id, filas)
    await actuales.mover(
        radicacion.id,
        decididos,
        evaluacion_id=evaluacion_id,
        motivo=orden.motivo,
        por=orden.por,
        en=ahora,
    )
    await tomar_cupos(tx, radicacion, juzgada, ctx.mecanismo, filas=filas)
    await registros.enlazar_ganadores(radicacion.id, ganadores(juzgada))
