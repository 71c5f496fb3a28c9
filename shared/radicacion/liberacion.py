"""Release what was held, when what it waits for may have come, without anyone resubmitting.

A record in ``Estados.retenidos`` is in order and waits for a corte, an option or a rule, or for
what becomes of another record that holds the right (``Estados.resuelven``). When those are no
longer the ones that judged it, the worker judges again the held rows of its radicación, and no
others, with what is in force now; the rest of what was decided counts as history. Those whose
state changes move, and ``registro_cambio`` keeps from what to what and why; a right that its
record lost goes to the first of those that wait.

One transaction per radicación, alone in its mechanism and in the order of submission: nobody
overtakes, and a worker that dies, or a second one with the same job, changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import encolar
from shared.db.duck import en_memoria
from shared.focalizacion.huella import huella
from shared.radicacion.aparte import juntar, juzgar_filas
from shared.radicacion.archivos import asegurar, borrar
from shared.radicacion.cupos import tomar_cupos
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.model import EstadoRadicacion
from shared.radicacion.pago import preparar_pago
from shared.radicacion.parametros import parametros_en
from shared.radicacion.repository import (
    CupoRepository,
    RadicacionRepository,
    RegistroRepository,
)
from shared.radicacion.repository.liberacion import EnVigor, LiberacionRepository, PorRevisar
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import (
    AlguienLoTiene,
    Preparada,
    anotar_evaluacion,
    citar,
    consulta_de,
    decidir,
    ganadores,
    lector,
    publicar_rechazos,
    viendo_carreras,
    vigentes_de,
)
from shared.registros import Corte
from shared.tipos import InvarianteRota, Rechazo

TRABAJO_LIBERAR: Final = "liberar"
_POR: Final = "sistema"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Vigor:
    """What a row would be judged with now."""

    cortes: Mapping[str, Sequence[Corte]]
    parametros: Mapping[str, str]
    resumido: EnVigor


@dataclass(frozen=True)
class _Revision:
    """Held rows judged again, and where their outcome is."""

    preparada: Preparada
    filas: Sequence[int]
    por: PorRevisar
    vigor: EnVigor
    anterior: RowMapping
    """The last evaluation so far."""
    evaluacion: Evaluacion
    """Of the held rows alone."""
    carpeta: Path
    mueve: bool
    """Whether some row changes its state, or asks for another right."""


async def encolar_liberacion(tx: AsyncConnection, ctx: Contexto) -> bool:
    """Queue the release of a mechanism if it holds something that may move; at most one waits."""
    if not await _por_revisar(tx, ctx):
        return False
    nombre = ctx.mecanismo.nombre
    if await LiberacionRepository(tx).en_cola(TRABAJO_LIBERAR, nombre):
        return False
    await encolar(tx, TRABAJO_LIBERAR, [nombre])
    return True


async def liberar(ctx: Contexto) -> None:
    """Judge again everything that the mechanism holds and that may move, in order.

    What a radicación is refused for is logged and does not stop those behind; neither does what
    others hold or wait for, which is tried again later.
    """
    async with ctx.uow.begin() as tx:
        pendientes = await _por_revisar(tx, ctx)
    for pendiente in pendientes:
        try:
            await _revisar(pendiente.id, ctx)
        except AlguienLoTiene:
            _log.warning("La radicación %s sigue retenida: otros tienen su derecho", pendiente.id)
        except Rechazo as rechazo:
            if rechazo.reintentable:
                raise
            _log.warning("La radicación %s sigue retenida: %s", pendiente.id, rechazo.detalle)


async def en_vigor(tx: AsyncConnection, ctx: Contexto) -> Vigor:
    """Cortes in force, options of today and the rules as they are."""
    cortes = await vigentes_de(tx, ctx.mecanismo)
    parametros = await parametros_en(tx, ctx.mecanismo, ctx.reloj.hoy())
    reglas, citados = huella(ctx.mecanismo), citar(cortes)
    todo = json.dumps([reglas, citados, parametros], sort_keys=True)
    resumido = EnVigor(reglas, citados, parametros, hashlib.sha256(todo.encode()).hexdigest())
    return Vigor(cortes, parametros, resumido)


async def _por_revisar(
    tx: AsyncConnection, ctx: Contexto, vigor: Vigor | None = None, *, solo: UUID | None = None
) -> list[PorRevisar]:
    estados = ctx.mecanismo.estados
    if not estados.retenidos:
        return []
    vigor = vigor or await en_vigor(tx, ctx)
    return await LiberacionRepository(tx).por_revisar(
        ctx.mecanismo.nombre, estados, vigor.resumido, solo=solo
    )


async def _revisar(radicacion_id: UUID, ctx: Contexto) -> None:
    """Judge the held rows of a radicación and move those that change, in one transaction."""
    # A name of its own: what a worker that died leaves is nobody's, and is swept.
    carpeta = ctx.almacen.radicacion(radicacion_id) / f"evaluacion-{uuid4().hex}"
    with viendo_carreras():
        async with ctx.uow.begin() as tx:
            revision = await _juzgar(tx, radicacion_id, carpeta, ctx)
            if revision is not None:
                await _guardar(tx, revision, ctx)
    if revision is not None and not revision.mueve:
        await asyncio.to_thread(borrar, carpeta)


async def _juzgar(
    tx: AsyncConnection, radicacion_id: UUID, carpeta: Path, ctx: Contexto
) -> _Revision | None:
    """``None``: another worker was here first, or nothing is held any more."""
    await RegistroRepository(tx).turno(ctx.mecanismo.nombre, exclusivo=True)
    vigor = await en_vigor(tx, ctx)
    por_revisar = await _por_revisar(tx, ctx, vigor, solo=radicacion_id)
    if not por_revisar:
        return None
    repositorio = RadicacionRepository(tx)
    radicacion = await repositorio.bloquear(radicacion_id)
    anterior = await repositorio.evaluacion(radicacion_id)
    if radicacion is None or anterior is None:
        raise InvarianteRota(f"la radicación {radicacion_id} retiene y no tiene evaluación")
    retenidos = ctx.mecanismo.estados.retenidos
    retenidas = await LiberacionRepository(tx).retenidas(radicacion_id, retenidos)
    filas = list(retenidas)
    # What is held is left out of the history; whatever else was decided, of this one too, is in.
    consulta = replace(
        consulta_de(ctx.mecanismo, radicacion),
        solicitud_id=radicacion.solicitud_id,
        propias=retenidos,
        excluidos=list(retenidas.values()),
    )
    leer = lector(tx, consulta)
    preparada = Preparada(radicacion, 0, vigor.cortes, vigor.parametros)

    def trabajo() -> _Revision:
        evaluacion = juzgar_filas(preparada, filas, carpeta, leer, ctx)
        previa = ctx.almacen.datos / str(anterior["carpeta"])
        movidas = _movidas(previa, evaluacion)
        juzgada = juntar(previa, evaluacion, carpeta, movidas)
        asegurar(carpeta)
        return _Revision(
            preparada,
            filas,
            por_revisar[0],
            vigor.resumido,
            anterior,
            juzgada,
            carpeta,
            bool(movidas),
        )

    return await asyncio.to_thread(trabajo)


def _movidas(previa: Path, evaluacion: Evaluacion) -> list[int]:
    """Rows that come out in another state, or ask for another right."""
    with en_memoria() as conexion:
        filas = conexion.execute(
            "SELECT n.fila FROM read_parquet(?) n JOIN read_parquet(?) a USING (fila) "
            "WHERE n.estado <> a.estado OR n.clave IS DISTINCT FROM a.clave",
            [str(evaluacion.registros), str(previa / "registros.parquet")],
        ).fetchall()
    return [fila for (fila,) in filas]


def _de_ahora(evaluacion: Evaluacion) -> dict[str, Any]:
    """With what it was judged; what was warned when it came in stays as it was."""
    campos = ("huella", "versiones", "registros", "parametros", "reglas_no_aplicadas")
    resumen = asdict(evaluacion.resumen)
    return {c: resumen[c] for c in campos}


async def _guardar(tx: AsyncConnection, revision: _Revision, ctx: Contexto) -> None:
    """Keep that it was judged and, if something moves, what became of it and who is paid."""
    radicacion, juzgada = revision.preparada.radicacion, revision.evaluacion
    ahora = ctx.reloj.ahora()
    await LiberacionRepository(tx).revisada(revision.por, revision.vigor.huella, ahora)
    numero = int(revision.anterior["numero"]) + 1
    pago = await preparar_pago(tx, radicacion, juzgada, ctx, numero=numero)
    await _mover(tx, revision, ctx)
    if not revision.mueve:
        return
    repositorio = RadicacionRepository(tx)
    await repositorio.terminar(
        radicacion.id,
        EstadoRadicacion.PROCESADA,
        en=radicacion.terminado_at or ahora,
        resumen={**(radicacion.resumen or {}), **_de_ahora(juzgada)},
    )
    resumenes = await repositorio.recontar([radicacion.id])
    await publicar_rechazos(tx, radicacion, resumenes[radicacion.id], ctx)
    # Last, because it locks the line and posts to the ledger.
    await pago.registrar(tx)


async def _mover(tx: AsyncConnection, revision: _Revision, ctx: Contexto) -> None:
    """The held records as they are now: state, what they take of what all share, and who holds
    the right that those that still wait ask for."""
    radicacion, juzgada = revision.preparada.radicacion, revision.evaluacion
    registros = RegistroRepository(tx)
    await CupoRepository(tx).quitar(radicacion.id, revision.filas)
    await registros.soltar_ganadores(radicacion.id, revision.filas)
    if revision.mueve:
        movidos = await registros.cambiar(
            radicacion.id,
            decidir(juzgada, ctx.mecanismo),
            desde=ctx.mecanismo.estados.retenidos,
            evaluacion_id=await anotar_evaluacion(
                tx, revision.preparada, juzgada, revision.carpeta, ctx
            ),
            motivo=_motivo(revision),
            por=_POR,
            en=ctx.reloj.ahora(),
        )
        _log.info("Radicación %s: %d registros dejaron de esperar", radicacion.id, len(movidos))
    await tomar_cupos(tx, radicacion, juzgada, ctx.mecanismo)
    await registros.enlazar_ganadores(radicacion.id, ganadores(juzgada))


def _motivo(revision: _Revision) -> str:
    """What is not as it was when they were held."""
    anterior, vigor = revision.anterior, revision.vigor
    cambios = [
        f"cambió el corte de {nombre}"
        for nombre in sorted({*vigor.cortes, *anterior["cortes"]})
        if vigor.cortes.get(nombre) != anterior["cortes"].get(nombre)
    ]
    cambios += [
        f"{nombre} = {valor}"
        for nombre, valor in sorted(vigor.parametros.items())
        if anterior["parametros"].get(nombre) != valor
    ]
    if vigor.reglas != anterior["huella"]:
        cambios.append("cambiaron las reglas")
    if revision.por.resueltos:
        cambios.append("se resolvió el registro del que dependía")
    return "; ".join(cambios)
