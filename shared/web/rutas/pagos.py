"""``/v1/reconocimientos``: what an entity sees and does about its own money."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Mecanismo
from shared.giros.model import EstadoReconocimiento, Reconocimiento
from shared.giros.repository import ReconocimientoRepository
from shared.giros.schemas import CuentaIn
from shared.giros.service import cambiar_cuenta, entregar_legalizacion, obtener
from shared.radicacion.firma import es_pdf
from shared.seguridad import Rol, Usuario, alcance
from shared.tipos import EntradaInvalida, NoEncontrado, de_decimal
from shared.web import cargas
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.avisos import con_avisos
from shared.web.rutas.vistas import ReconocimientoVista

LIMITE_PDF = 20 * 2**20


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the recognitions of one mechanism, inside the caller's scope."""
    router = APIRouter(prefix="/v1/reconocimientos", tags=["Reconocimientos y pagos"])
    de_la_entidad = [Depends(requiere(*(Rol(r) for r in mecanismo.roles_radican)))]

    async def propio(
        tx: AsyncConnection, reconocimiento_id: UUID, usuario: Usuario
    ) -> Reconocimiento:
        hallado = await obtener(tx, reconocimiento_id, usuario)
        if hallado.mecanismo != mecanismo.nombre:
            raise NoEncontrado("No hay un reconocimiento suyo con ese identificador.")
        return hallado

    @router.get("", summary="Lo reconocido y en qué va su pago")
    async def listar(
        usuario: UsuarioActual, pagina: Paginacion, estado: EstadoReconocimiento | None = None
    ) -> Pagina[ReconocimientoVista]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            hallados = await ReconocimientoRepository(tx).listar(
                mecanismo=mecanismo.nombre,
                alcance=alcance(usuario),
                estados=() if estado is None else (estado,),
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
            vistas = await con_avisos(tx, hallados, entorno.reloj.hoy())
        return paginar(vistas, pagina.limite, clave=lambda v: (v.id,), vista=lambda v: v)

    @router.get("/{reconocimiento_id}", summary="Un reconocimiento")
    async def ver(reconocimiento_id: UUID, usuario: UsuarioActual) -> ReconocimientoVista:
        async with entorno.uow.begin() as tx:
            hallado = await propio(tx, reconocimiento_id, usuario)
            return (await con_avisos(tx, [hallado], entorno.reloj.hoy()))[0]

    @router.post(
        "/{reconocimiento_id}/cuenta",
        dependencies=de_la_entidad,
        summary="Registrar otra cuenta de pago",
    )
    async def cuenta(
        reconocimiento_id: UUID, cuerpo: CuentaIn, usuario: UsuarioActual
    ) -> ReconocimientoVista:
        async with entorno.uow.begin() as tx:
            await propio(tx, reconocimiento_id, usuario)
            cambiado = await cambiar_cuenta(
                tx, reconocimiento_id, cuerpo.cuenta(), usuario=usuario, reloj=entorno.reloj
            )
        return ReconocimientoVista.de(cambiado)

    @router.post(
        "/{reconocimiento_id}/legalizacion",
        status_code=201,
        dependencies=de_la_entidad,
        summary="Entregar el soporte del uso de los recursos",
    )
    async def legalizar(
        reconocimiento_id: UUID,
        documento: UploadFile,
        soportado: Annotated[str, Form(description="Pesos soportados, por ejemplo 5934266")],
        usuario: UsuarioActual,
    ) -> dict[str, Any]:
        recibido = await cargas.recibir(
            documento, entorno.ajustes.datos, limite_bytes=LIMITE_PDF, nombre=documento.filename
        )
        if not es_pdf(recibido.ruta):
            raise EntradaInvalida("El soporte debe ser un PDF completo que se pueda leer.")
        async with entorno.uow.begin() as tx:
            await propio(tx, reconocimiento_id, usuario)
            entregada = await entregar_legalizacion(
                tx,
                reconocimiento_id,
                documento_sha256=recibido.sha256,
                soportado_centavos=de_decimal(soportado),
                usuario=usuario,
                reloj=entorno.reloj,
            )
        return {
            "id": entregada.id,
            "documento_sha256": entregada.documento_sha256,
            "fecha_limite": entregada.fecha_limite,
        }

    return router
