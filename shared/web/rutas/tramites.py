"""``/v1/tramites``, ``/v1/solicitudes-directas``, ``/v1/antiguedad``: off the main track.

A mechanism has the routes of what it has: rights of the deceased where a state waits for them, the
log where persons are paid, ageing where samples are read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import StreamingResponse

from shared.focalizacion.model import Mecanismo
from shared.radicacion.descargas import csv_en_trozos
from shared.radicacion.firma import es_pdf
from shared.seguridad import Rol, Usuario, alcance
from shared.tipos import EntradaInvalida
from shared.tramites import antiguedad, directas, fallecidos
from shared.tramites.model import (
    DESVIOS,
    EN_TRAMITE_FALLECIDO,
    ClaseDocumento,
    EstadoTramite,
)
from shared.tramites.repository import DirectaRepository, FallecidoRepository
from shared.tramites.schemas import (
    AbrirFallecidoIn,
    AntiguedadOut,
    DesvioOut,
    FallecidoOut,
    RechazarIn,
    SolicitudDirectaIn,
    SolicitudDirectaOut,
)
from shared.web import cargas
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar

LIMITE_PDF = 20 * 2**20
Operador = Annotated[Usuario, Depends(requiere(Rol.OPERADOR))]
Interno = Annotated[Usuario, Depends(requiere(Rol.OPERADOR, Rol.AUDITOR))]


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of what leaves the main track of one mechanism."""
    router = APIRouter(prefix="/v1")
    if EN_TRAMITE_FALLECIDO in mecanismo.estados.transiciones:
        router.include_router(_desvios(mecanismo, entorno))
        router.include_router(_fallecidos(mecanismo, entorno))
        router.include_router(_directas(mecanismo, entorno))
    if antiguedad.se_mide_en(mecanismo):
        router.include_router(_antiguedad(mecanismo, entorno))
    return router


def _desvios(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="/tramites", tags=["Trámites"])

    @router.get(
        "/desvios",
        summary="Registros apartados: fallecidos y régimen de excepción",
    )
    async def desvios(usuario: UsuarioActual) -> list[DesvioOut]:
        async with entorno.uow.begin() as tx:
            hallados = await FallecidoRepository(tx).desvios(
                mecanismo.nombre, DESVIOS, alcance(usuario)
            )
        return [DesvioOut(**dict(h)) for h in hallados]

    return router


def _fallecidos(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    preparan = [Depends(requiere(Rol.OPERADOR, *(Rol(r) for r in mecanismo.roles_radican)))]
    router = APIRouter(prefix="/tramites/fallecidos", tags=["Trámites"])

    @router.get("", summary="Trámites de fallecidos")
    async def listar(
        usuario: UsuarioActual, pagina: Paginacion, estado: EstadoTramite | None = None
    ) -> Pagina[FallecidoOut]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            hallados = await FallecidoRepository(tx).listar(
                mecanismo.nombre,
                entidad=alcance(usuario),
                estado=estado,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
        return paginar(hallados, pagina.limite, clave=lambda t: (t.id,), vista=FallecidoOut.de)

    @router.post(
        "",
        status_code=201,
        dependencies=preparan,
        summary="Abrir el trámite de una persona fallecida",
    )
    async def abrir(cuerpo: AbrirFallecidoIn, usuario: UsuarioActual) -> FallecidoOut:
        abierto = await fallecidos.abrir(
            cuerpo.registro_id,
            cuerpo.fecha_defuncion,
            [b.beneficiario() for b in cuerpo.beneficiarios],
            usuario=usuario,
            ctx=entorno.contexto(mecanismo),
        )
        return FallecidoOut.de(abierto)

    @router.get("/{tramite_id}", summary="Un trámite y lo que le falta")
    async def ver(tramite_id: UUID, usuario: UsuarioActual) -> FallecidoOut:
        async with entorno.uow.begin() as tx:
            hallado = await fallecidos.obtener(tx, tramite_id, usuario=usuario, mecanismo=mecanismo)
        return FallecidoOut.de(hallado)

    @router.post(
        "/{tramite_id}/documentos",
        status_code=201,
        dependencies=preparan,
        summary="Entregar un documento en PDF",
    )
    async def entregar(
        tramite_id: UUID,
        documento: UploadFile,
        clase: Annotated[ClaseDocumento, Form()],
        usuario: UsuarioActual,
        beneficiario: Annotated[int | None, Form(description="Solo del parentesco")] = None,
    ) -> FallecidoOut:
        recibido = await cargas.recibir(documento, entorno.ajustes.datos, limite_bytes=LIMITE_PDF)
        if not es_pdf(recibido.ruta):
            raise EntradaInvalida("El documento debe ser un PDF completo que se pueda leer.")
        async with entorno.uow.begin() as tx:
            tramite = await fallecidos.entregar(
                tx,
                tramite_id,
                clase,
                beneficiario,
                recibido.sha256,
                usuario=usuario,
                mecanismo=mecanismo,
                reloj=entorno.reloj,
            )
        return FallecidoOut.de(tramite)

    @router.post(
        "/{tramite_id}/acreditar",
        summary="Acreditar a los beneficiarios: decide quien no preparó el trámite",
    )
    async def acreditar(tramite_id: UUID, usuario: Operador) -> FallecidoOut:
        return FallecidoOut.de(
            await fallecidos.acreditar(tramite_id, usuario=usuario, ctx=entorno.contexto(mecanismo))
        )

    @router.post("/{tramite_id}/rechazar", summary="Rechazar un trámite")
    async def rechazar(tramite_id: UUID, cuerpo: RechazarIn, usuario: Operador) -> FallecidoOut:
        async with entorno.uow.begin() as tx:
            tramite = await fallecidos.rechazar(
                tx,
                tramite_id,
                cuerpo.motivo,
                usuario=usuario,
                mecanismo=mecanismo,
                reloj=entorno.reloj,
            )
        return FallecidoOut.de(tramite)

    return router


def _directas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="/solicitudes-directas", tags=["Solicitudes directas"])

    @router.post(
        "",
        status_code=201,
        summary="Anotar a quien dice que no lo reportaron",
        description="Nadie se inscribe a sí mismo: queda anotado para MinSalud.",
    )
    async def registrar(cuerpo: SolicitudDirectaIn, usuario: Operador) -> dict[str, UUID]:
        async with entorno.uow.begin() as tx:
            id_ = await directas.registrar(
                tx, mecanismo.nombre, cuerpo.nueva(), usuario=usuario, reloj=entorno.reloj
            )
        return {"id": id_}

    @router.get("", summary="Las anotadas, enmascaradas")
    async def listar(_: Interno, pagina: Paginacion) -> Pagina[SolicitudDirectaOut]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            halladas = await DirectaRepository(tx).listar(
                mecanismo.nombre,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
        return paginar(
            halladas, pagina.limite, clave=lambda s: (s.id,), vista=SolicitudDirectaOut.de
        )

    @router.post(
        "/entregas",
        summary="Descargar todas en CSV para MinSalud; queda escrito quién lo hizo",
    )
    async def exportar(usuario: Operador) -> StreamingResponse:
        async with entorno.uow.begin() as tx:
            filas = await directas.exportar(
                tx, mecanismo.nombre, usuario=usuario, reloj=entorno.reloj
            )
        return _csv(directas.COLUMNAS, filas, "solicitudes_directas.csv")

    return router


def _antiguedad(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    router = APIRouter(prefix="/antiguedad", tags=["Antigüedad"])
    medidor = antiguedad.Medidor()

    async def medir(usuario: Usuario, fecha: date | None) -> list[antiguedad.Renglon]:
        renglones = await medidor.medir(entorno.contexto(mecanismo), fecha or entorno.reloj.hoy())
        return antiguedad.visibles(renglones, alcance(usuario))

    @router.get(
        "",
        summary="Pruebas facturables que nadie ha reportado, por antigüedad",
        description="El detalle trae los mil renglones de mayor valor; el CSV los trae todos.",
    )
    async def ver(usuario: UsuarioActual, fecha: date | None = None) -> AntiguedadOut:
        return AntiguedadOut.de(await medir(usuario, fecha), fecha or entorno.reloj.hoy())

    @router.get("/detalle.csv", summary="Lo mismo, en CSV")
    async def en_csv(usuario: UsuarioActual, fecha: date | None = None) -> StreamingResponse:
        renglones = await medir(usuario, fecha)
        return _csv(antiguedad.COLUMNAS, [r.fila for r in renglones], "antiguedad.csv")

    return router


def _csv(encabezado: Any, filas: Any, nombre: str) -> StreamingResponse:
    return StreamingResponse(
        csv_en_trozos(encabezado, filas),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nombre}"'},
    )
