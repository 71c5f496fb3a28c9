"""Use cases of reprocessing: ask, see, confirm or discard."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shared.db import UnitOfWork
from shared.db.cola import encolar
from shared.focalizacion.model import Mecanismo
from shared.reproceso.errors import (
    EstadoDeReproceso,
    MismaPersona,
    ReprocesoAbierto,
    ReprocesoInexistente,
)
from shared.reproceso.model import Alcance, EstadoReproceso, Reproceso
from shared.reproceso.repository import ReprocesoRepository
from shared.seguridad import Rol, Usuario, exigir
from shared.tipos import Reloj

TRABAJO_REPROCESAR: Final = "reprocesar"


def carga_de(mecanismo: str, reproceso_id: UUID) -> str:
    """Payload of the job of a reprocess."""
    return f"{mecanismo}/{reproceso_id}"


async def pedir(
    mecanismo: Mecanismo,
    alcance: Alcance,
    motivo: str,
    *,
    usuario: Usuario,
    uow: UnitOfWork,
    reloj: Reloj,
) -> Reproceso:
    """Queue the calculation of what would change in a mechanism, or in part of it.

    Raises:
        Prohibido: not an operador.
        ReprocesoAbierto: the mechanism has another one that is not over.
    """
    exigir(usuario, Rol.OPERADOR)
    async with uow.begin() as tx:
        repositorio = ReprocesoRepository(tx)
        id_ = await repositorio.insertar(
            mecanismo.nombre, alcance, motivo, por=usuario.sujeto, en=reloj.ahora()
        )
        if id_ is None:
            raise ReprocesoAbierto(
                f"{mecanismo.nombre} tiene otro reproceso. Confírmelo o descártelo antes de pedir "
                "uno nuevo."
            )
        await encolar(tx, TRABAJO_REPROCESAR, [carga_de(mecanismo.nombre, id_)])
        return await _obtener(repositorio, id_)


async def obtener(reproceso_id: UUID, uow: UnitOfWork) -> Reproceso:
    """By id.

    Raises:
        ReprocesoInexistente: there is none.
    """
    async with uow.begin() as tx:
        return await _obtener(ReprocesoRepository(tx), reproceso_id)


async def confirmar(
    reproceso_id: UUID, acto: str, *, usuario: Usuario, uow: UnitOfWork, reloj: Reloj
) -> Reproceso:
    """Queue that exactly what was shown is applied. ``acto`` is the number of the act, or why.

    Raises:
        Prohibido: neither an operador nor an ordenador.
        MismaPersona: it is who asked for it.
        EstadoDeReproceso: it is not LISTO.
    """
    exigir(usuario, Rol.OPERADOR, Rol.ORDENADOR)
    async with uow.begin() as tx:
        repositorio = ReprocesoRepository(tx)
        reproceso = await _obtener(repositorio, reproceso_id, bloquear=True)
        _exigir_estado(reproceso, EstadoReproceso.LISTO)
        if reproceso.pedido_por == usuario.sujeto:
            raise MismaPersona("Usted lo pidió: que lo confirme otra persona.")
        await repositorio.confirmar(reproceso_id, acto=acto, por=usuario.sujeto, en=reloj.ahora())
        await encolar(tx, TRABAJO_REPROCESAR, [carga_de(reproceso.mecanismo, reproceso_id)])
        return await _obtener(repositorio, reproceso_id)


async def descartar(
    reproceso_id: UUID, *, usuario: Usuario, uow: UnitOfWork, reloj: Reloj
) -> Reproceso:
    """It will not be applied. What is being calculated is thrown away.

    Raises:
        Prohibido: not an operador.
        EstadoDeReproceso: it was confirmed, or is over.
    """
    exigir(usuario, Rol.OPERADOR)
    async with uow.begin() as tx:
        repositorio = ReprocesoRepository(tx)
        reproceso = await _obtener(repositorio, reproceso_id, bloquear=True)
        _exigir_estado(reproceso, EstadoReproceso.CALCULANDO, EstadoReproceso.LISTO)
        await repositorio.descartar(reproceso_id, por=usuario.sujeto, en=reloj.ahora())
        return await _obtener(repositorio, reproceso_id)


async def reintentar(reproceso_id: UUID, *, usuario: Usuario, uow: UnitOfWork) -> Reproceso:
    """A confirmed one that failed goes on where it was.

    Raises:
        Prohibido: not an operador.
        EstadoDeReproceso: it did not fail, or had not been confirmed: ask for another one.
        ReprocesoAbierto: the mechanism has another one that is not over.
    """
    exigir(usuario, Rol.OPERADOR)
    async with uow.begin() as tx:
        repositorio = ReprocesoRepository(tx)
        reproceso = await _obtener(repositorio, reproceso_id, bloquear=True)
        _exigir_estado(reproceso, EstadoReproceso.FALLIDO)
        if reproceso.confirmado_por is None:
            raise EstadoDeReproceso("Falló antes de confirmarse. Pida otro reproceso.")
        if await repositorio.hay_abierto(reproceso.mecanismo):
            raise ReprocesoAbierto(f"{reproceso.mecanismo} tiene otro reproceso sin terminar.")
        await repositorio.reabrir(reproceso_id)
        await encolar(tx, TRABAJO_REPROCESAR, [carga_de(reproceso.mecanismo, reproceso_id)])
        return await _obtener(repositorio, reproceso_id)


async def _obtener(
    repositorio: ReprocesoRepository, reproceso_id: UUID, *, bloquear: bool = False
) -> Reproceso:
    reproceso = await repositorio.get(reproceso_id, bloquear=bloquear)
    if reproceso is None:
        raise ReprocesoInexistente("No hay un reproceso con ese identificador.")
    return reproceso


def _exigir_estado(reproceso: Reproceso, *admitidos: EstadoReproceso) -> None:
    if reproceso.estado not in admitidos:
        raise EstadoDeReproceso(
            f"Está {reproceso.estado} y debe estar {' o '.join(admitidos)}.",
            estado=reproceso.estado.value,
        )
