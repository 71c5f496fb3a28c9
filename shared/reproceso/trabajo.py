"""The jobs: calculate what would change, and apply it. A worker that dies leaves nothing halfway.

What would change is calculated in one transaction that is undone before it is stored. It is
applied radicación by radicación, each in its transaction, by the same code: what does not come out
as it was shown is left as it is, and listed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import encolar
from shared.giros.errors import OtraSituacion
from shared.radicacion.liberacion import Vigor, en_vigor
from shared.radicacion.model import EstadoRadicacion
from shared.radicacion.repository import RadicacionRepository, RegistroRepository
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import AlguienLoTiene, publicar_rechazos, viendo_carreras
from shared.reproceso.model import (
    INTENTOS_MAXIMOS,
    Cambio,
    Clase,
    EstadoPaso,
    EstadoReproceso,
    Reproceso,
    Resultado,
)
from shared.reproceso.pagos import pagar
from shared.reproceso.pasos import Orden, Revision, SeMovio, revisar
from shared.reproceso.recorrido import (
    Avanzar,
    Recorrido,
    borrar_todas,
    carpeta_nueva,
    deshecho,
    recorrer,
)
from shared.reproceso.repository import ReprocesoRepository
from shared.reproceso.service import TRABAJO_REPROCESAR, carga_de
from shared.tipos import Rechazo

_CADA_S: Final = 2.0
_VECES: Final = 3
"""A radicación is judged again if a payment of it moves meanwhile."""
_DE_AHORA: Final = ("huella", "versiones", "registros", "parametros", "reglas_no_aplicadas")
_log = logging.getLogger(__name__)


async def reprocesar(carga: str, contexto_de: Callable[[str], Contexto]) -> None:
    """Do what a reprocess waits for. Safe to run again at any point, also twice at once.

    After three attempts that did not end, it is left FALLIDO for a person.
    """
    mecanismo, _, id_ = carga.partition("/")
    ctx, reproceso_id = contexto_de(mecanismo), UUID(id_)
    async with ctx.uow.begin() as tx:
        reproceso = await ReprocesoRepository(tx).tomar(reproceso_id)
    if reproceso is None:
        return
    if reproceso.intento > INTENTOS_MAXIMOS:
        await _fallar(reproceso_id, f"No terminó en {INTENTOS_MAXIMOS} intentos.", ctx)
        return
    try:
        if reproceso.estado is EstadoReproceso.CALCULANDO:
            await calcular(reproceso, ctx)
        else:
            await aplicar(reproceso, ctx)
    except Rechazo as rechazo:
        if rechazo.reintentable:
            raise
        await _fallar(reproceso_id, rechazo.detalle, ctx)


async def encolar_huerfanos(tx: AsyncConnection, ctx: Contexto) -> None:
    """A handler that broke loses its job: what is unfinished gets another."""
    nombre = ctx.mecanismo.nombre
    huerfanos = await ReprocesoRepository(tx).huerfanos(nombre)
    if huerfanos:
        await encolar(tx, TRABAJO_REPROCESAR, [carga_de(nombre, h) for h in huerfanos])


async def _fallar(reproceso_id: UUID, error: str, ctx: Contexto) -> None:
    async with ctx.uow.begin() as tx:
        await ReprocesoRepository(tx).fallar(reproceso_id, error, ctx.reloj.ahora())
    _log.error("El reproceso %s falló: %s", reproceso_id, error)


def _avance(reproceso: Reproceso, ctx: Contexto) -> Avanzar:
    """Progress for whoever waits, in a transaction of its own, now and then."""
    ultimo = 0.0

    async def avanzar(texto: str) -> None:
        nonlocal ultimo
        if time.monotonic() - ultimo < _CADA_S:
            return
        async with ctx.uow.begin() as tx:
            await ReprocesoRepository(tx).progresar(reproceso.id, texto)
        ultimo = time.monotonic()

    return avanzar


# --- calculate ----------------------------------------------------------------------------------


async def calcular(reproceso: Reproceso, ctx: Contexto) -> None:
    """Find what would change and keep it. Nobody else writes records of the mechanism meanwhile."""
    recorrido = Recorrido()
    try:
        async with ctx.uow.begin() as tx:
            await RegistroRepository(tx).turno(ctx.mecanismo.nombre, exclusivo=True)
            await _calcular(tx, reproceso, ctx, recorrido)
    finally:
        await asyncio.to_thread(borrar_todas, recorrido.carpetas)


async def _calcular(
    tx: AsyncConnection, reproceso: Reproceso, ctx: Contexto, recorrido: Recorrido
) -> None:
    repositorio = ReprocesoRepository(tx)
    actual = await repositorio.get(reproceso.id)
    if actual is None or actual.estado is not EstadoReproceso.CALCULANDO:
        return  # another worker did it, or somebody discarded it
    vigor = await en_vigor(tx, ctx)
    orden = Orden(vigor, _motivo(reproceso), reproceso.pedido_por)
    async with deshecho(tx):
        radicaciones = await repositorio.por_juzgar(
            ctx.mecanismo.nombre, reproceso.alcance, vigor.resumido
        )
        await recorrer(
            tx,
            radicaciones,
            orden,
            ctx,
            recorrido=recorrido,
            avanzar=_avance(reproceso, ctx),
        )
    # From here its row is ours: who discarded it did so before.
    if await repositorio.calculado(
        reproceso.id, vigor.resumido, recorrido.totales.a_json(), ctx.reloj.ahora()
    ):
        await repositorio.agregar_pasos(reproceso.id, recorrido.pasos)
        await repositorio.agregar_cambios(reproceso.id, recorrido.cambios)
    _log.info("Reproceso %s: cambiarían %d registros", reproceso.id, recorrido.totales.cambian)


def _motivo(reproceso: Reproceso) -> str:
    """As the record keeps it; the same before and after it is confirmed."""
    return f"reproceso: {reproceso.motivo}"


# --- apply --------------------------------------------------------------------------------------


async def aplicar(reproceso: Reproceso, ctx: Contexto) -> None:
    """Apply what was confirmed, radicación by radicación; goes on where it was."""
    avanzar = _avance(reproceso, ctx)
    async with ctx.uow.begin() as tx:
        pendientes = await ReprocesoRepository(tx).pendientes(reproceso.id)
    for i, (orden, radicacion_id) in enumerate(pendientes, 1):
        await avanzar(f"Aplicando la radicación {i} de {len(pendientes)}")
        await _Paso(reproceso, orden, radicacion_id, ctx).aplicar()
    async with ctx.uow.begin() as tx:
        repositorio, ahora = ReprocesoRepository(tx), ctx.reloj.ahora()
        sin_cambios = await repositorio.sin_cambios(reproceso.id)
        await repositorio.revisada(sin_cambios, reproceso.huella or "", ahora)
        await repositorio.aplicado(reproceso.id, ahora)


@dataclass(frozen=True)
class _Paso:
    """One radicación of a confirmed reprocess."""

    reproceso: Reproceso
    numero: int
    radicacion_id: UUID
    ctx: Contexto

    async def aplicar(self) -> None:
        """In one transaction; if it does not come out as it was shown, nothing of it changes."""
        motivo = ""
        for _ in range(_VECES):
            try:
                await self._intentar()
            except OtraSituacion as otra:
                motivo = otra.detalle
            except SeMovio as movio:
                motivo = str(movio)
                break
            except AlguienLoTiene:
                motivo = "Otro registro tomó el derecho. Pida otro reproceso."
                break
            except Rechazo as rechazo:
                if rechazo.reintentable:
                    raise
                motivo = rechazo.detalle
                break
            else:
                return
        await self._dejar(motivo)

    async def _intentar(self) -> None:
        carpeta = carpeta_nueva(self.radicacion_id, self.ctx)
        queda = False
        try:
            async with self.ctx.uow.begin() as tx:
                with viendo_carreras():
                    mueve = await self._aplicar(tx, carpeta)
            queda = mueve  # committed: something names it
        finally:
            sobran = [carpeta / "actual", carpeta / "fijas"] if queda else [carpeta]
            await asyncio.to_thread(borrar_todas, sobran)

    async def _aplicar(self, tx: AsyncConnection, carpeta: Path) -> bool:
        """Whether the folder is that of an evaluation that counts."""
        repositorio, ctx = ReprocesoRepository(tx), self.ctx
        await RegistroRepository(tx).turno(ctx.mecanismo.nombre, exclusivo=True)
        if not await repositorio.bloquear_paso(self.reproceso.id, self.numero):
            return False  # another worker was here first
        await RadicacionRepository(tx).bloquear(self.radicacion_id)
        vigor = await en_vigor(tx, ctx)
        if vigor.resumido.huella != self.reproceso.huella:
            raise SeMovio("Cambió un corte, un parámetro o una regla. Pida otro reproceso.")
        previstos = await repositorio.previstos(self.reproceso.id, self.numero)
        revision = await revisar(
            tx,
            self.radicacion_id,
            carpeta,
            self._orden(vigor),
            ctx,
            previstos=[c for c in previstos.values() if c.clase is Clase.CAMBIO],
        )
        await self._guardar(tx, revision, previstos, vigor)
        return bool(revision.cambios)

    def _orden(self, vigor: Vigor) -> Orden:
        por = self.reproceso.confirmado_por or self.reproceso.pedido_por
        return Orden(vigor, _motivo(self.reproceso), por)

    async def _guardar(
        self,
        tx: AsyncConnection,
        revision: Revision,
        previstos: Mapping[int, Cambio],
        vigor: Vigor,
    ) -> None:
        repositorio, ctx = ReprocesoRepository(tx), self.ctx
        hechos = {*revision.cambios, *revision.fijos}
        valen = {n: c for n, c in previstos.items() if c in hechos}
        completo = len(valen) == len(previstos)
        fijos = [c for c in valen.values() if c.clase is not Clase.CAMBIO]
        if revision.juzgada is not None:
            await _contar(tx, revision, ctx)
        if completo:
            await repositorio.revisada(
                [self.radicacion_id], vigor.resumido.huella, ctx.reloj.ahora()
            )
        await repositorio.cerrar_paso(
            self.reproceso.id,
            self.numero,
            EstadoPaso.APLICADO if valen else EstadoPaso.DESACTUALIZADO,
            "" if completo else "El registro se corrigió o se pagó desde que se mostró.",
        )
        # Last, because it locks the line and posts to the ledger.
        reintegros = await pagar(tx, revision, fijos, self._orden(vigor), ctx)
        await repositorio.resolver(
            self.reproceso.id,
            {n: _resultado(n, c, valen, reintegros) for n, c in previstos.items()},
        )

    async def _dejar(self, motivo: str) -> None:
        """It stays as it was, and is listed."""
        async with self.ctx.uow.begin() as tx:
            repositorio = ReprocesoRepository(tx)
            if not await repositorio.bloquear_paso(self.reproceso.id, self.numero):
                return
            previstos = await repositorio.previstos(self.reproceso.id, self.numero)
            await repositorio.cerrar_paso(
                self.reproceso.id, self.numero, EstadoPaso.DESACTUALIZADO, motivo
            )
            await repositorio.resolver(
                self.reproceso.id, dict.fromkeys(previstos, (Resultado.DESACTUALIZADO, None))
            )


def _resultado(
    numero: int, cambio: Cambio, valen: Mapping[int, Cambio], reintegros: Mapping[UUID, UUID]
) -> tuple[Resultado, UUID | None]:
    if numero not in valen:
        return Resultado.DESACTUALIZADO, None
    if cambio.clase is not Clase.HALLAZGO or cambio.reconocimiento_id is None:
        return Resultado.APLICADO, None
    return Resultado.APLICADO, reintegros[cambio.reconocimiento_id]


async def _contar(tx: AsyncConnection, revision: Revision, ctx: Contexto) -> None:
    """The totals of the submission say what its records are now, and with what they were judged."""
    if revision.juzgada is None:
        return
    radicacion, repositorio = revision.radicacion, RadicacionRepository(tx)
    juzgado: dict[str, Any] = vars(revision.juzgada.resumen)
    await repositorio.terminar(
        radicacion.id,
        EstadoRadicacion.PROCESADA,
        en=radicacion.terminado_at or ctx.reloj.ahora(),
        resumen={**(radicacion.resumen or {}), **{c: juzgado[c] for c in _DE_AHORA}},
    )
    resumenes = await repositorio.recontar([radicacion.id])
    await publicar_rechazos(tx, radicacion, resumenes[radicacion.id], ctx)
