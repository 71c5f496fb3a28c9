"""``/v1/cortes`` and ``/v1/ventanas``: extracts of registers, and when periods are submitted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from pydantic import AwareDatetime, BaseModel, Field

from services.operaciones.roles import Interno, Operador, Ordenador
from services.operaciones.vistas import CorteVista
from shared.focalizacion.descubrir import mecanismo as buscar
from shared.radicacion.model import Ventana
from shared.radicacion.repository import RadicacionRepository
from shared.registros import EstadoCorte, cambiar_estado, cargar_corte
from shared.registros import listar as listar_cortes
from shared.tipos import EntradaInvalida, Periodo
from shared.web import cargas
from shared.web.entorno import Entorno

LIMITE_CORTE = 512 * 2**20
# Nearer than the ends of the calendar, where a change of time zone has no day to go to.
_PRIMER_INSTANTE = datetime(2000, 1, 1, tzinfo=UTC)
_ULTIMO_INSTANTE = datetime(2200, 1, 1, tzinfo=UTC)


class VentanaIn(BaseModel):
    """When a period may be submitted, and the act that says so."""

    desde: AwareDatetime = Field(ge=_PRIMER_INSTANTE)
    hasta: AwareDatetime = Field(le=_ULTIMO_INSTANTE)
    acto: str = Field(min_length=3, max_length=200)


class VentanaVista(BaseModel):
    """A configured window."""

    mecanismo: str
    periodo: str
    desde: datetime
    hasta: datetime
    acto: str


class EstadoCorteIn(BaseModel):
    """Put a corte in force, or mark it replaced or withdrawn with a reason."""

    estado: EstadoCorte
    motivo: str | None = None


class CorteCargadoVista(BaseModel):
    """What a load left."""

    corte: CorteVista
    nuevo: bool
    derivados: list[CorteVista]
    avisos: list[str]


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of cortes and windows."""
    router = APIRouter(prefix="/v1", tags=["Registros y ventanas"])

    @router.get("/cortes", summary="Cortes cargados")
    async def cortes(_: Interno, registro: str | None = None) -> list[CorteVista]:
        async with entorno.uow.begin() as tx:
            return [CorteVista.de(c) for c in await listar_cortes(tx, registro)]

    @router.post("/cortes", status_code=201, summary="Cargar un extracto")
    async def cargar(
        archivo: UploadFile,
        registro: Annotated[str, Form()],
        fecha_corte: Annotated[date, Form()],
        usuario: Operador,
    ) -> CorteCargadoVista:
        recibido = await cargas.recibir(
            archivo, entorno.ajustes.datos, limite_bytes=LIMITE_CORTE, nombre=archivo.filename
        )
        cargado = await cargar_corte(
            registro,
            recibido.ruta,
            fecha_corte=fecha_corte,
            usuario=usuario.sujeto,
            datos=entorno.ajustes.datos,
            uow=entorno.uow,
            reloj=entorno.reloj,
            nombre=recibido.nombre,
        )
        return CorteCargadoVista(
            corte=CorteVista.de(cargado.corte),
            nuevo=cargado.nuevo,
            derivados=[CorteVista.de(c) for c in cargado.derivados],
            avisos=list(cargado.avisos),
        )

    @router.post("/cortes/{corte_id}/estado", summary="Cambiar el estado de un corte")
    async def cambiar(corte_id: UUID, cuerpo: EstadoCorteIn, usuario: Operador) -> CorteVista:
        corte = await cambiar_estado(
            corte_id,
            cuerpo.estado,
            motivo=cuerpo.motivo,
            usuario=usuario.sujeto,
            uow=entorno.uow,
            reloj=entorno.reloj,
        )
        return CorteVista.de(corte)

    @router.put("/ventanas/{mecanismo}/{periodo}", summary="Fijar la ventana de un periodo")
    async def fijar(
        mecanismo: str, periodo: str, cuerpo: VentanaIn, usuario: Ordenador
    ) -> VentanaVista:
        if cuerpo.desde >= cuerpo.hasta:
            raise EntradaInvalida("La ventana debe empezar antes de terminar.")
        nombre = buscar(mecanismo).nombre
        ventana = Ventana(str(Periodo.de(periodo)), cuerpo.desde, cuerpo.hasta, cuerpo.acto)
        async with entorno.uow.begin() as tx:
            await RadicacionRepository(tx).fijar_ventana(
                nombre, ventana, por=usuario.sujeto, en=entorno.reloj.ahora()
            )
        return VentanaVista(
            mecanismo=nombre,
            periodo=ventana.periodo,
            desde=ventana.desde,
            hasta=ventana.hasta,
            acto=ventana.acto,
        )

    return router
