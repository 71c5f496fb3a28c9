"""``/v1/reprocesos``: judge a mechanism again with what is in force, see it, confirm it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from services.operaciones.roles import Confirma, Interno, Operador
from shared.focalizacion.descubrir import mecanismo as buscar
from shared.radicacion.descargas import Celda, csv_en_trozos, escribir_xlsx
from shared.reproceso.model import Clase, Resultado
from shared.reproceso.repository import ReprocesoRepository
from shared.reproceso.schemas import CambioVista, ConfirmarIn, ReprocesoIn, ReprocesoVista
from shared.reproceso.service import confirmar, descartar, obtener, pedir, reintentar
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNAS: Final = tuple(CambioVista.model_fields)
_TROZO: Final = 5_000


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of the reprocesses of every mechanism."""
    router = APIRouter(prefix="/v1/reprocesos", tags=["Reprocesos"])
    _agregar_vida(router, entorno)
    _agregar_cambios(router, entorno)
    return router


def _agregar_vida(router: APIRouter, entorno: Entorno) -> None:
    @router.post(
        "",
        status_code=202,
        summary="Pedir que se juzgue otra vez lo abierto con lo que rige hoy; nada cambia aún",
    )
    async def pedir_uno(cuerpo: ReprocesoIn, usuario: Operador) -> ReprocesoVista:
        pedido = await pedir(
            buscar(cuerpo.mecanismo),
            cuerpo.alcance,
            cuerpo.motivo,
            usuario=usuario,
            uow=entorno.uow,
            reloj=entorno.reloj,
        )
        return ReprocesoVista.de(pedido)

    @router.get("", summary="Listar, el más nuevo primero")
    async def listar(
        _: Interno, pagina: Paginacion, mecanismo: str | None = None
    ) -> Pagina[ReprocesoVista]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            hallados = await ReprocesoRepository(tx).listar(
                mecanismo, despues[0] if despues else None, pagina.limite + 1
            )
        return paginar(hallados, pagina.limite, clave=lambda r: (r.id,), vista=ReprocesoVista.de)

    @router.get("/{reproceso_id}", summary="Ver su avance y qué cambiaría: de qué a qué y cuánto")
    async def ver(reproceso_id: UUID, _: Interno) -> ReprocesoVista:
        return ReprocesoVista.de(await obtener(reproceso_id, entorno.uow))

    @router.post(
        "/{reproceso_id}/confirmar",
        status_code=202,
        summary="Aplicar exactamente lo que se mostró; lo confirma otra persona",
    )
    async def confirmar_uno(
        reproceso_id: UUID, cuerpo: ConfirmarIn, usuario: Confirma
    ) -> ReprocesoVista:
        confirmado = await confirmar(
            reproceso_id, cuerpo.acto, usuario=usuario, uow=entorno.uow, reloj=entorno.reloj
        )
        return ReprocesoVista.de(confirmado)

    @router.post("/{reproceso_id}/descartar", summary="No aplicarlo")
    async def descartar_uno(reproceso_id: UUID, usuario: Operador) -> ReprocesoVista:
        descartado = await descartar(
            reproceso_id, usuario=usuario, uow=entorno.uow, reloj=entorno.reloj
        )
        return ReprocesoVista.de(descartado)

    @router.post(
        "/{reproceso_id}/reintentar",
        status_code=202,
        summary="Seguir uno confirmado que falló, desde donde quedó",
    )
    async def reintentar_uno(reproceso_id: UUID, usuario: Operador) -> ReprocesoVista:
        return ReprocesoVista.de(await reintentar(reproceso_id, usuario=usuario, uow=entorno.uow))


def _agregar_cambios(router: APIRouter, entorno: Entorno) -> None:
    @router.get("/{reproceso_id}/cambios", summary="Registro por registro: qué cambia y qué pasó")
    async def cambios(
        reproceso_id: UUID,
        _: Interno,
        pagina: Paginacion,
        clase: Clase | None = None,
        resultado: Resultado | None = None,
    ) -> Pagina[CambioVista]:
        await obtener(reproceso_id, entorno.uow)
        despues = leer_cursor(pagina.cursor, tuple[int])
        async with entorno.uow.begin() as tx:
            hallados = await ReprocesoRepository(tx).cambios(
                reproceso_id,
                despues[0] if despues else None,
                pagina.limite + 1,
                clase=clase,
                resultado=resultado,
            )
        return paginar(
            hallados,
            pagina.limite,
            clave=lambda f: (f["numero"],),
            vista=lambda f: CambioVista.de_fila(dict(f)),
        )

    @router.get(
        "/{reproceso_id}/cambios.{formato}",
        summary="Descargar los cambios",
        response_class=Response,
    )
    async def descargar(
        reproceso_id: UUID, formato: Literal["csv", "xlsx"], _: Interno
    ) -> Response:
        await obtener(reproceso_id, entorno.uow)
        nombre = f"reproceso-{reproceso_id}.{formato}"
        disposicion = {"Content-Disposition": f'attachment; filename="{nombre}"'}
        if formato == "csv":
            return StreamingResponse(
                _en_csv(reproceso_id, entorno),
                media_type="text/csv; charset=utf-8",
                headers=disposicion,
            )
        ruta = await _en_xlsx(reproceso_id, entorno)
        return FileResponse(
            ruta,
            media_type=_XLSX,
            headers=disposicion,
            background=BackgroundTask(ruta.unlink, missing_ok=True),
        )


async def _en_csv(reproceso_id: UUID, entorno: Entorno) -> AsyncIterator[bytes]:
    primero = True
    async for filas in _trozos(reproceso_id, entorno):
        texto = b"".join(csv_en_trozos(_COLUMNAS, filas))
        # Each piece comes with its header and its mark: only the first ones are kept.
        yield texto if primero else texto.split(b"\r\n", 1)[1]
        primero = False


async def _en_xlsx(reproceso_id: UUID, entorno: Entorno) -> Path:
    todas = [fila async for filas in _trozos(reproceso_id, entorno) for fila in filas]
    descriptor, nombre = await asyncio.to_thread(
        tempfile.mkstemp, suffix=".xlsx", dir=entorno.almacen.temporal
    )
    os.close(descriptor)
    ruta = Path(nombre)
    await asyncio.to_thread(escribir_xlsx, ruta, _COLUMNAS, todas)
    return ruta  # if it could not be written, it is swept with the temporary files


async def _trozos(reproceso_id: UUID, entorno: Entorno) -> AsyncIterator[list[tuple[Celda, ...]]]:
    """Rows of the table, some thousands at a time; at least one list."""
    despues: int | None = None
    while True:
        async with entorno.uow.begin() as tx:
            hallados = await ReprocesoRepository(tx).cambios(reproceso_id, despues, _TROZO)
        yield [tuple(_celdas(CambioVista.de_fila(dict(f)))) for f in hallados]
        if len(hallados) < _TROZO:
            return
        despues = hallados[-1]["numero"]


def _celdas(vista: CambioVista) -> Iterator[Celda]:
    for nombre in _COLUMNAS:
        valor = getattr(vista, nombre)
        if isinstance(valor, list):
            yield ";".join(valor)
        elif nombre in {"valor_antes", "valor_despues", "hallado"}:
            yield Decimal(valor)
        elif valor is None or isinstance(valor, int):
            yield valor
        else:
            yield str(valor)
