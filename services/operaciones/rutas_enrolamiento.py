"""``/v1/enrolamientos``: products of the persons that are paid, and who has to act."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import StreamingResponse

from services.operaciones.roles import Interno, Operador
from shared.enrolamiento.model import Enrolamiento, EstadoEnrolamiento
from shared.enrolamiento.repository import EnrolamientoRepository
from shared.enrolamiento.schemas import (
    ENCABEZADO_PEDIDOS,
    AplicadasOut,
    AvisoOut,
    DetalleOut,
    EnrolamientoOut,
    ProductoIn,
    RespuestaIn,
    SolicitudOut,
    SugerenciaOut,
    filas_de_pedidos,
    leer_respuestas,
)
from shared.enrolamiento.service.manual import (
    dar_producto,
    obtener,
    pedidos,
    reintentar,
    responder,
    responder_archivo,
)
from shared.enrolamiento.sugerencias import sugerir
from shared.focalizacion.descubrir import mecanismo as buscar
from shared.radicacion.descargas import csv_en_trozos
from shared.radicacion.service import Contexto
from shared.seguridad import Rol
from shared.web import cargas
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar

LIMITE_RESPUESTAS: Final = 32 * 2**20
"""Bytes of a file of answers."""
Dias = Annotated[int, Query(ge=0, le=3650, description="Sin cambios desde hace tantos días")]


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of the enrolment."""
    router = APIRouter(prefix="/v1/enrolamientos/{mecanismo}", tags=["Enrolamiento"])

    def contexto(mecanismo: str) -> Contexto:
        return entorno.contexto(buscar(mecanismo))

    async def vista(e: Enrolamiento) -> EnrolamientoOut:
        async with entorno.uow.begin() as tx:
            registros = await EnrolamientoRepository(tx).registros_de([e.id])
        return EnrolamientoOut.de(e, registros.get(e.id, ()))

    @router.get("", summary="Productos por validar o por abrir, del más antiguo al más nuevo")
    async def listar(
        mecanismo: str,
        _: Interno,
        pagina: Paginacion,
        estado: EstadoEnrolamiento | None = None,
        dias: Dias = 0,
    ) -> Pagina[EnrolamientoOut]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            repositorio = EnrolamientoRepository(tx)
            hallados = await repositorio.listar(
                mecanismo=buscar(mecanismo).nombre,
                estado=estado,
                cambiados_antes_de=entorno.reloj.ahora() - timedelta(days=dias) if dias else None,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
            registros = await repositorio.registros_de([e.id for e in hallados])
        return paginar(
            hallados,
            pagina.limite,
            clave=lambda e: (e.id,),
            vista=lambda e: EnrolamientoOut.de(e, registros.get(e.id, ())),
        )

    @router.get("/totales", summary="Cuántos hay en cada estado")
    async def totales(mecanismo: str, _: Interno) -> dict[EstadoEnrolamiento, int]:
        async with entorno.uow.begin() as tx:
            return await EnrolamientoRepository(tx).totales(buscar(mecanismo).nombre)

    @router.get("/pedidos.csv", summary="Lo que el operador bancario no ha respondido, para él")
    async def descargar(mecanismo: str, usuario: Operador) -> StreamingResponse:
        pendientes = await pedidos(usuario=usuario, ctx=contexto(mecanismo))
        return StreamingResponse(
            csv_en_trozos(ENCABEZADO_PEDIDOS, filas_de_pedidos(*pendientes)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="pedidos-{mecanismo}.csv"'},
        )

    @router.post("/respuestas", summary="Registrar un archivo de respuestas del operador bancario")
    async def cargar(mecanismo: str, archivo: UploadFile, usuario: Operador) -> AplicadasOut:
        recibido = await cargas.recibir(
            archivo,
            entorno.ajustes.datos,
            limite_bytes=LIMITE_RESPUESTAS,
            nombre=archivo.filename,
        )
        respuestas = leer_respuestas(recibido.ruta.read_bytes())
        efectos = await responder_archivo(respuestas, usuario=usuario, ctx=contexto(mecanismo))
        return AplicadasOut.de(efectos, len(respuestas))

    @router.get("/{enrolamiento_id}", summary="Uno, con su historia y los productos conocidos")
    async def ver(mecanismo: str, enrolamiento_id: UUID, usuario: Interno) -> DetalleOut:
        ctx = contexto(mecanismo)
        async with entorno.uow.begin() as tx:
            e = await obtener(tx, enrolamiento_id, usuario=usuario, mecanismo=ctx.mecanismo.nombre)
            repositorio = EnrolamientoRepository(tx)
            solicitudes = await repositorio.solicitudes_de(e.id)
            avisos = await repositorio.avisos_de(e.id)
        comun = await vista(e)
        opera = Rol.OPERADOR in usuario.roles
        conocidos = await sugerir(e.beneficiario, ctx) if opera else []
        return DetalleOut(
            **vars(comun),
            solicitudes=[SolicitudOut.de(s) for s in solicitudes],
            avisos=[AvisoOut(**a._mapping) for a in avisos],
            sugerencias=[SugerenciaOut.de(s) for s in conocidos],
        )

    @router.post(
        "/{enrolamiento_id}/reintentar",
        summary="Pedir de nuevo al operador bancario, o volver a girar lo que está en revisión",
    )
    async def insistir(mecanismo: str, enrolamiento_id: UUID, usuario: Operador) -> EnrolamientoOut:
        return await vista(
            await reintentar(enrolamiento_id, usuario=usuario, ctx=contexto(mecanismo))
        )

    @router.post(
        "/{enrolamiento_id}/solicitudes/{solicitud_id}/respuesta",
        summary="Registrar lo que respondió el operador bancario",
    )
    async def registrar(
        mecanismo: str,
        enrolamiento_id: UUID,
        solicitud_id: UUID,
        cuerpo: RespuestaIn,
        usuario: Operador,
    ) -> EnrolamientoOut:
        e, _ = await responder(
            enrolamiento_id,
            cuerpo.respuesta(solicitud_id),
            usuario=usuario,
            ctx=contexto(mecanismo),
        )
        return await vista(e)

    @router.post(
        "/{enrolamiento_id}/producto",
        summary="Registrar un producto del receptor, que se valida antes de usarlo",
    )
    async def producto(
        mecanismo: str, enrolamiento_id: UUID, cuerpo: ProductoIn, usuario: Operador
    ) -> EnrolamientoOut:
        return await vista(
            await dar_producto(
                enrolamiento_id, cuerpo.cuenta(), usuario=usuario, ctx=contexto(mecanismo)
            )
        )

    return router
