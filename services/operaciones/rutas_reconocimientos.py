"""``/v1/reconocimientos`` and what follows the payment: support and reintegros."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.operaciones.roles import Interno, Operador, Ordenador, Tesorero
from services.operaciones.vistas import ReintegroVista
from shared.giros.model import EntidadEnRevision, EstadoReconocimiento, Reintegro
from shared.giros.repository import (
    AdvertenciaRepository,
    ReconocimientoRepository,
    ReintegroRepository,
)
from shared.giros.schemas import AprobarIn, EntidadEnRevisionIn, PagoReintegroIn, ReintegroIn
from shared.giros.service import (
    abrir_reintegro,
    aceptar_legalizacion,
    aclarar_reintegro,
    aprobar,
    cerrar_reconocimiento,
    confirmar_reintegro,
    declarar_adeudado,
    legalizaciones_vencidas,
    reintegrar,
)
from shared.seguridad import Usuario
from shared.tipos import Reloj, de_decimal
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.avisos import con_avisos
from shared.web.rutas.vistas import ReconocimientoVista


class CasoReintegro(Protocol):
    """A step of a reintegro that needs nothing more than who gives it."""

    def __call__(
        self, tx: AsyncConnection, reintegro_id: UUID, /, *, usuario: Usuario, reloj: Reloj
    ) -> Awaitable[Reintegro]: ...


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of the recognitions and of the reintegros."""
    router = APIRouter(prefix="/v1", tags=["Reconocimientos"])

    @router.get("/reconocimientos", summary="Listar, del más antiguo al más nuevo")
    async def listar(
        _: Interno,
        pagina: Paginacion,
        mecanismo: str | None = None,
        nit: str | None = None,
        estado: EstadoReconocimiento | None = None,
        sin_aprobar: bool = False,
    ) -> Pagina[ReconocimientoVista]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            hallados = await ReconocimientoRepository(tx).listar(
                mecanismo=mecanismo,
                alcance=nit,
                estados=() if estado is None else (estado,),
                sin_aprobar=sin_aprobar,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
            vistas = await con_avisos(tx, hallados, entorno.reloj.hoy())
        return paginar(vistas, pagina.limite, clave=lambda v: (v.id,), vista=lambda v: v)

    @router.post("/reconocimientos/aprobar", summary="Ordenar el gasto de varios juntos")
    async def aprobar_varios(cuerpo: AprobarIn, usuario: Ordenador) -> list[ReconocimientoVista]:
        aprobados = await aprobar(
            cuerpo.reconocimientos, usuario=usuario, uow=entorno.uow, reloj=entorno.reloj
        )
        async with entorno.uow.begin() as tx:
            return await con_avisos(tx, aprobados, entorno.reloj.hoy())

    @router.post(
        "/reconocimientos/{reconocimiento_id}/legalizacion/aceptar",
        summary="Aceptar el soporte; lo que falte pasa a reintegro",
    )
    async def aceptar(reconocimiento_id: UUID, usuario: Operador) -> ReconocimientoVista:
        async with entorno.uow.begin() as tx:
            r = await aceptar_legalizacion(
                tx, reconocimiento_id, usuario=usuario, reloj=entorno.reloj
            )
        return ReconocimientoVista.de(r)

    @router.post("/reconocimientos/{reconocimiento_id}/cerrar", summary="Cerrar uno ya legalizado")
    async def cerrar(reconocimiento_id: UUID, usuario: Operador) -> ReconocimientoVista:
        async with entorno.uow.begin() as tx:
            r = await cerrar_reconocimiento(
                tx, reconocimiento_id, usuario=usuario, reloj=entorno.reloj
            )
        return ReconocimientoVista.de(r)

    @router.get("/legalizaciones/vencidas", summary="Giros sin soporte pasado el plazo")
    async def vencidas(_: Interno) -> list[UUID]:
        async with entorno.uow.begin() as tx:
            return await legalizaciones_vencidas(tx, reloj=entorno.reloj)

    _agregar_revision(router, entorno)
    _agregar_reintegros(router, entorno)
    return router


def _agregar_revision(router: APIRouter, entorno: Entorno) -> None:
    @router.get("/entidades-en-revision", summary="Entidades en liquidación o intervenidas")
    async def listar(_: Interno) -> list[EntidadEnRevision]:
        async with entorno.uow.begin() as tx:
            return await AdvertenciaRepository(tx).listar()

    @router.post(
        "/entidades-en-revision",
        status_code=201,
        summary="Anotar, o cerrar con fecha, que una entidad está en liquidación o intervenida",
    )
    async def anotar(cuerpo: EntidadEnRevisionIn, usuario: Operador) -> EntidadEnRevision:
        entidad = cuerpo.entidad()
        async with entorno.uow.begin() as tx:
            await AdvertenciaRepository(tx).registrar(
                entidad, por=usuario.sujeto, ahora=entorno.reloj.ahora()
            )
        return entidad


def _agregar_reintegros(router: APIRouter, entorno: Entorno) -> None:
    @router.get(
        "/reconocimientos/{reconocimiento_id}/reintegros", summary="Sus expedientes de reintegro"
    )
    async def listar(reconocimiento_id: UUID, _: Interno) -> list[ReintegroVista]:
        async with entorno.uow.begin() as tx:
            hallados = await ReintegroRepository(tx).de([reconocimiento_id])
        return [ReintegroVista.de(r) for r in hallados]

    @router.post(
        "/reconocimientos/{reconocimiento_id}/reintegros",
        status_code=201,
        summary="Abrir un hallazgo sobre lo girado",
    )
    async def abrir(
        reconocimiento_id: UUID, cuerpo: ReintegroIn, usuario: Operador
    ) -> ReintegroVista:
        async with entorno.uow.begin() as tx:
            abierto = await abrir_reintegro(
                tx,
                reconocimiento_id,
                capital_centavos=de_decimal(cuerpo.capital),
                motivo=cuerpo.motivo,
                usuario=usuario,
                reloj=entorno.reloj,
            )
        return ReintegroVista.de(abierto)

    for accion, caso in (
        ("confirmar", confirmar_reintegro),
        ("aclarar", aclarar_reintegro),
        ("adeudado", declarar_adeudado),
    ):
        _agregar_paso(router, entorno, accion, caso)

    @router.post(
        "/reintegros/{reintegro_id}/pagos",
        status_code=201,
        summary="Registrar dinero devuelto: capital e intereses aparte",
    )
    async def pagar(
        reintegro_id: UUID, cuerpo: PagoReintegroIn, usuario: Tesorero
    ) -> ReintegroVista:
        async with entorno.uow.begin() as tx:
            pagado = await reintegrar(
                tx,
                reintegro_id,
                capital_centavos=de_decimal(cuerpo.capital),
                interes_centavos=de_decimal(cuerpo.interes),
                referencia_banco=cuerpo.referencia_banco,
                fecha=cuerpo.fecha,
                usuario=usuario,
                reloj=entorno.reloj,
            )
        return ReintegroVista.de(pagado)


_PASOS = {
    "confirmar": "El hallazgo se sostiene: hay que reintegrar",
    "aclarar": "La entidad lo explicó: no hay nada que reintegrar",
    "adeudado": "No se reintegró: pasa a cobro",
}


def _agregar_paso(router: APIRouter, entorno: Entorno, accion: str, caso: CasoReintegro) -> None:
    @router.post(
        f"/reintegros/{{reintegro_id}}/{accion}",
        name=f"reintegro_{accion}",
        summary=_PASOS[accion],
    )
    async def paso(reintegro_id: UUID, usuario: Operador) -> ReintegroVista:
        async with entorno.uow.begin() as tx:
            return ReintegroVista.de(
                await caso(tx, reintegro_id, usuario=usuario, reloj=entorno.reloj)
            )
