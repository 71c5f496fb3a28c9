"""Use cases of the universe: look at it when something changed, and tell what was seen.

A run is queued by the sweep of the worker when its last one was made from something else: a corte
that came in, a submission that ended, a payment that moved, new rules. At most one waits per
mechanism and no two are closer than ``INTERVALO``, unless somebody asks.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import encolar
from shared.focalizacion.huella import huella
from shared.radicacion.archivos import Almacen
from shared.radicacion.historia import guardadas
from shared.radicacion.parametros import parametros_en
from shared.radicacion.repository import HistoriaRepository
from shared.radicacion.repository.liberacion import LiberacionRepository
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import citar, vigentes_de
from shared.registros import Corte
from shared.tablero.calculo import CARPETA, Calculo, Visto, archivo_de, calcular, guardar
from shared.tablero.errors import SinCorrida
from shared.tablero.model import Corrida, EstadoCorrida
from shared.tablero.repository import CasoRepository, CorridaRepository
from shared.tablero.repository.armado import EnCurso
from shared.tipos import Rechazo

TRABAJO_UNIVERSO: Final = "universo"
INTERVALO: Final = timedelta(minutes=10)
"""Between two runs that nobody asked for."""
CORRIDAS_CON_ARCHIVO: Final = 30
"""Runs whose cases are kept; the totals of all of them are."""
MARGEN: Final = timedelta(hours=6)
"""Younger files may be of a run that has not committed yet, or that somebody is reading."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Estado:
    """What is known of a universe: the last run that holds and, if a later one failed, that one."""

    corrida: Corrida
    fallida: Corrida | None


async def encolar_universo(tx: AsyncConnection, ctx: Contexto) -> bool:
    """Queue a run if something changed since the last one; whether it was queued."""
    if ctx.mecanismo.esquema.universo is None:
        return False
    cortes = await vigentes_de(tx, ctx.mecanismo)
    if not cortes[ctx.mecanismo.esquema.universo.registro]:
        return False
    ultima = await CorridaRepository(tx).ultima(ctx.mecanismo.nombre)
    if ultima is not None:
        reciente = ctx.reloj.ahora() - ultima.created_at < INTERVALO
        if reciente or await _marca(tx, ctx, cortes) == ultima.marca:
            return False
    return await pedir_universo(tx, ctx)


async def pedir_universo(tx: AsyncConnection, ctx: Contexto) -> bool:
    """Queue a run now; ``False``, one already waits."""
    nombre = ctx.mecanismo.nombre
    if await LiberacionRepository(tx).en_cola(TRABAJO_UNIVERSO, nombre):
        return False
    await encolar(tx, TRABAJO_UNIVERSO, [nombre])
    return True


async def atender_universo(mecanismo: str, contexto_de: Callable[[str], Contexto]) -> None:
    """The job: one run of the mechanism that the payload names."""
    await correr_universo(contexto_de(mecanismo))


async def correr_universo(ctx: Contexto) -> Corrida:
    """Look at the whole universe and keep what was seen; the last run, if nothing changed.

    A run that does not add up is kept as FALLIDA, with why and without files, and is told to the
    log: the last one that holds goes on answering, beside the alert.
    """
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal, prefix="universo-") as temporal:
        carpeta = Path(temporal)
        async with ctx.uow.begin() as tx:
            await HistoriaRepository(tx).congelar()
            cortes = await vigentes_de(tx, ctx.mecanismo)
            marca = await _marca(tx, ctx, cortes)
            ultima = await CorridaRepository(tx).ultima(ctx.mecanismo.nombre)
            if ultima is not None and ultima.marca == marca and ultima.sha256 is not None:
                return ultima
            visto = await _mirar(tx, ctx, cortes, carpeta)
        try:
            calculo = await asyncio.to_thread(calcular, ctx.mecanismo, visto, carpeta, ctx.almacen)
        except Rechazo as rechazo:
            if rechazo.reintentable:
                raise
            return await _anotar(ctx, cortes, marca, rechazo.detalle)
        return await _anotar(ctx, cortes, marca, calculo)


async def _marca(tx: AsyncConnection, ctx: Contexto, cortes: Mapping[str, Sequence[Corte]]) -> str:
    """Digest of everything that a run is made from: two equal ones are of equal runs."""
    todo = [
        huella(ctx.mecanismo),
        citar(cortes),
        await parametros_en(tx, ctx.mecanismo, ctx.reloj.hoy()),
        await CorridaRepository(tx).decidido(ctx.mecanismo.nombre),
    ]
    return hashlib.sha256(json.dumps(todo, sort_keys=True).encode()).hexdigest()


async def _mirar(
    tx: AsyncConnection, ctx: Contexto, cortes: Mapping[str, Sequence[Corte]], carpeta: Path
) -> Visto:
    repositorio, mecanismo = CorridaRepository(tx), ctx.mecanismo
    decidido = carpeta / "decidido.csv"
    columnas = [c.nombre for c in guardadas(mecanismo)]
    await repositorio.volcar(mecanismo.nombre, columnas, mecanismo.estados.publicados, decidido)
    en_curso = [
        EnCurso(
            fila["id"],
            fila["entidad"],
            fila["radicado_el"],
            ctx.almacen.radicacion(fila["id"]) / "filas.parquet",
        )
        for fila in await repositorio.en_curso(mecanismo.nombre)
    ]
    return Visto(cortes, await parametros_en(tx, mecanismo, ctx.reloj.hoy()), decidido, en_curso)


async def _anotar(
    ctx: Contexto,
    cortes: Mapping[str, Sequence[Corte]],
    marca: str,
    resultado: Calculo | str,
) -> Corrida:
    """Keep a run: its files first, then the row that names them. A text says why it failed."""
    nombre, almacen = ctx.mecanismo.nombre, ctx.almacen
    calculo = None if isinstance(resultado, str) else resultado
    falla = resultado if isinstance(resultado, str) else resultado.falla
    digestos: dict[str, str] = {}
    if calculo is not None and falla is None:
        digestos = {
            "sha256": await asyncio.to_thread(guardar, calculo.casos, nombre, almacen),
            "sha256_devoluciones": await asyncio.to_thread(
                guardar, calculo.devoluciones, nombre, almacen
            ),
        }
    async with ctx.uow.begin() as tx:
        repositorio = CorridaRepository(tx)
        await repositorio.a_solas(nombre)
        corrida = Corrida(
            id=await repositorio.nuevo_id(),
            mecanismo=nombre,
            estado=EstadoCorrida.TERMINADA if falla is None else EstadoCorrida.FALLIDA,
            fecha=ctx.reloj.hoy(),
            cortes=citar(cortes),
            resumen=() if calculo is None else calculo.resumen,
            marca=marca,
            created_at=ctx.reloj.ahora(),
            motivo=falla,
            **digestos,
        )
        await repositorio.insertar(corrida)
        vivos = await repositorio.archivos(nombre, CORRIDAS_CON_ARCHIVO)
    if falla is not None:
        _log.error("El universo de %s no se pudo clasificar: %s", nombre, falla)
    # File times are the machine's, whatever the business clock says.
    await asyncio.to_thread(_podar, almacen, nombre, vivos)
    return corrida


def _podar(almacen: Almacen, mecanismo: str, vivos: set[str]) -> None:
    """Delete the files of old runs, and those that no run names."""
    limite = time.time() - MARGEN.total_seconds()
    for ruta in (almacen.datos / CARPETA / mecanismo).glob("*.parquet"):
        if ruta.stem not in vivos and ruta.stat().st_mtime < limite:
            with suppress(FileNotFoundError):
                ruta.unlink()


async def estado_del_universo(tx: AsyncConnection, ctx: Contexto) -> Estado:
    """The last run that holds, and the alert of a later one that does not.

    Raises:
        SinCorrida: none ever did.
    """
    nombre = ctx.mecanismo.nombre
    repositorio = CorridaRepository(tx)
    buena = await repositorio.ultima(nombre, terminada=True)
    ultima = await repositorio.ultima(nombre)
    fallida = ultima if ultima is not None and ultima.motivo is not None else None
    if buena is None:
        raise SinCorrida(
            "Se calcula solo cuando hay cortes de los registros que lee."
            if fallida is None
            else f"La última vez no se pudo: {fallida.motivo}"
        )
    return Estado(buena, fallida)


def casos_de(corrida: Corrida, ctx: Contexto) -> CasoRepository:
    """The files of a run that holds.

    Raises:
        SinCorrida: it does not hold, or its files were deleted with those of old runs.
    """
    digestos = (corrida.sha256, corrida.sha256_devoluciones)
    rutas = [archivo_de(d, corrida.mecanismo, ctx.almacen) for d in digestos if d is not None]
    if len(rutas) != len(digestos) or not all(r.is_file() for r in rutas):
        raise SinCorrida("Los casos de esa corrida ya no están disponibles. Pida una nueva.")
    return CasoRepository(*rutas)
