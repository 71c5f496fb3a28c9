"""``/v1/radicaciones`` to read: where it stands, each row, each finding, the money."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from shared.focalizacion.model import Mecanismo
from shared.giros.service import saldo_solicitud
from shared.radicacion import respuestas
from shared.radicacion.consultas import DeEps, carpeta_resultado
from shared.radicacion.descargas import csv_en_trozos, escribir_xlsx
from shared.radicacion.hallazgos import columnas_de, todos
from shared.radicacion.pais import obtener_para_leer
from shared.radicacion.repository import Filtro, RadicacionRepository, RegistroRepository
from shared.radicacion.service import Contexto, obtener
from shared.seguridad import Usuario, alcance
from shared.tipos import NoEncontrado, a_decimal
from shared.web.dependencias import UsuarioActual
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.vistas import HallazgoVista, RadicacionVista, RegistroVista, raiz


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes that read the submissions of one mechanism, inside the caller's scope."""
    router = APIRouter(prefix="/v1/radicaciones", tags=["Radicaciones"])
    _agregar_radicaciones(router, mecanismo, entorno)
    _agregar_hallazgos(router, mecanismo, entorno)
    _agregar_respuestas(router, mecanismo, entorno)
    _agregar_saldo(router, mecanismo, entorno)
    return router


def _agregar_radicaciones(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get("", summary="Listar, la más nueva primero")
    async def listar(
        request: Request, usuario: UsuarioActual, pagina: Paginacion, estado: str | None = None
    ) -> Pagina[RadicacionVista]:
        filtro = Filtro(alcance(usuario), mecanismo.nombre, estado=estado)
        despues = leer_cursor(pagina.cursor, tuple[int])
        async with entorno.uow.begin() as tx:
            halladas = await RadicacionRepository(tx).pagina(
                filtro, despues[0] if despues else None, pagina.limite + 1
            )
        base = raiz(request)
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda r: (r.numero,),
            vista=lambda r: RadicacionVista.de(r, base),
        )

    @router.get("/{radicacion_id}", summary="Ver una radicación y su progreso")
    async def ver(radicacion_id: UUID, request: Request, usuario: UsuarioActual) -> RadicacionVista:
        radicacion = await obtener(
            radicacion_id, entorno.contexto(mecanismo), entidad=alcance(usuario)
        )
        return RadicacionVista.de(radicacion, raiz(request))

    @router.get("/{radicacion_id}/archivo", summary="Descargar el archivo tal como llegó")
    async def archivo(radicacion_id: UUID, usuario: UsuarioActual) -> FileResponse:
        radicacion = await obtener(
            radicacion_id, entorno.contexto(mecanismo), entidad=alcance(usuario)
        )
        return FileResponse(
            entorno.almacen.crudo(radicacion.archivo_sha256),
            filename=radicacion.archivo_nombre,
            media_type="application/octet-stream",
        )

    @router.get("/{radicacion_id}/registros", summary="Estado de cada fila")
    async def registros(
        radicacion_id: UUID,
        usuario: UsuarioActual,
        pagina: Paginacion,
        estado: str | None = None,
        codigo: str | None = None,
    ) -> Pagina[RegistroVista]:
        filtro = Filtro(
            alcance(usuario),
            mecanismo.nombre,
            estado=estado,
            codigo=codigo,
            publicados=mecanismo.estados.publicados,
        )
        await obtener_para_leer(radicacion_id, usuario, entorno.contexto(mecanismo))
        despues = leer_cursor(pagina.cursor, tuple[int])
        async with entorno.uow.begin() as tx:
            halladas = await RegistroRepository(tx).registros(
                filtro, radicacion_id, despues[0] if despues else None, pagina.limite + 1
            )
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda f: (f["fila"],),
            vista=lambda f: RegistroVista.de(dict(f)),
        )


def _agregar_hallazgos(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get("/{radicacion_id}/hallazgos", summary="Por qué no pasó cada fila")
    async def ver_hallazgos(
        radicacion_id: UUID, usuario: UsuarioActual, pagina: Paginacion, codigo: str | None = None
    ) -> Pagina[HallazgoVista]:
        leer = await _hallazgos_de(radicacion_id, usuario, entorno.contexto(mecanismo))
        desde = leer_cursor(pagina.cursor, tuple[int])
        hallados = await asyncio.to_thread(
            lambda: list(
                leer(
                    desde=desde[0] + 1 if desde else 0,
                    limite=pagina.limite + 1,
                    codigo=codigo,
                )
            )
        )
        columnas = columnas_de(mecanismo)
        return paginar(
            hallados,
            pagina.limite,
            clave=lambda h: (h[0],),
            vista=lambda h: HallazgoVista(**dict(zip(columnas, h[1:], strict=True))),
        )

    @router.get(
        "/{radicacion_id}/hallazgos.{formato}",
        summary="Descargar los hallazgos",
        response_class=Response,
    )
    async def descargar_hallazgos(
        radicacion_id: UUID, formato: Literal["json", "csv", "xlsx"], usuario: UsuarioActual
    ) -> Response:
        leer = await _hallazgos_de(radicacion_id, usuario, entorno.contexto(mecanismo))
        tabla = _Tabla(columnas_de(mecanismo), (h[1:] for h in leer()))
        nombre = f"hallazgos-{radicacion_id}"
        return await _descarga(tabla, formato, nombre, entorno.almacen.temporal)


def _agregar_respuestas(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get(
        "/{radicacion_id}/respuesta.{cual}",
        summary="Descargar la respuesta en el formato de la BDUA (.VAL o .NEG)",
        response_class=Response,
    )
    async def respuesta_bdua(
        radicacion_id: UUID, cual: respuestas.Respuesta, usuario: UsuarioActual
    ) -> StreamingResponse:
        ctx = entorno.contexto(mecanismo)
        radicacion = await obtener(radicacion_id, ctx, entidad=alcance(usuario))
        decidido = respuestas.Decidido(
            mecanismo,
            entorno.almacen.crudo(radicacion.archivo_sha256),
            await carpeta_resultado(radicacion, ctx),
        )
        nombre = respuestas.nombre(radicacion.entidad, radicacion.fecha, cual)
        return StreamingResponse(
            respuestas.respuesta(decidido, cual, entorno.almacen.temporal),
            media_type=respuestas.MEDIA,
            headers={"Content-Disposition": f'attachment; filename="{nombre}"'},
        )


def _agregar_saldo(router: APIRouter, mecanismo: Mecanismo, entorno: Entorno) -> None:
    @router.get("/{radicacion_id}/saldo", summary="Reconocido, girado y pendiente")
    async def saldo(radicacion_id: UUID, usuario: UsuarioActual) -> dict[str, str]:
        radicacion = await obtener(
            radicacion_id, entorno.contexto(mecanismo), entidad=alcance(usuario)
        )
        async with entorno.uow.begin() as tx:
            total = await saldo_solicitud(tx, radicacion.solicitud_id)
        return {
            "solicitud_id": str(radicacion.solicitud_id),
            "reconocido": a_decimal(total.reconocido_centavos),
            "girado": a_decimal(total.girado_centavos),
            "pendiente": a_decimal(total.pendiente_centavos),
            # No crossing against later canasta payments is modelled: design choice.
            "saldo_por_cruzar": a_decimal(0),
            "moneda": "COP",
        }


async def _hallazgos_de(
    radicacion_id: UUID, usuario: Usuario, ctx: Contexto
) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """How to read the findings that the caller may see, as ``todos`` does."""
    radicacion, codigos = await obtener_para_leer(radicacion_id, usuario, ctx)
    ruta = await carpeta_resultado(radicacion, ctx) / "hallazgos.parquet"
    if not await asyncio.to_thread(ruta.is_file):
        raise NoEncontrado("El archivo de hallazgos no está disponible.")
    entrada = ctx.almacen.radicacion(radicacion.id)
    de_eps = None if codigos is None else DeEps(entrada / "filas.parquet", codigos)
    return partial(todos, ctx.mecanismo, ruta, entrada, de_eps=de_eps)


class _Tabla(NamedTuple):
    """What a download holds."""

    columnas: tuple[str, ...]
    filas: Iterator[tuple[Any, ...]]


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _descarga(tabla: _Tabla, formato: str, nombre: str, temporal: Path) -> Response:
    """The table as a file. Texts that a spreadsheet could run are neutralised."""
    disposicion = {"Content-Disposition": f'attachment; filename="{nombre}.{formato}"'}
    if formato == "xlsx":
        descriptor, ruta = tempfile.mkstemp(suffix=".xlsx", dir=temporal)
        os.close(descriptor)
        await asyncio.to_thread(escribir_xlsx, Path(ruta), tabla.columnas, tabla.filas)
        return FileResponse(
            ruta,
            media_type=_XLSX,
            headers=disposicion,
            background=BackgroundTask(Path(ruta).unlink, missing_ok=True),
        )
    if formato == "csv":
        trozos, tipo = csv_en_trozos(tabla.columnas, tabla.filas), "text/csv; charset=utf-8"
    else:
        trozos, tipo = _a_json(tabla.columnas, tabla.filas), "application/json"
    return StreamingResponse(trozos, media_type=tipo, headers=disposicion)


def _a_json(columnas: tuple[str, ...], filas: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    yield b"["
    for i, fila in enumerate(filas):
        objeto = json.dumps(dict(zip(columnas, fila, strict=True)), ensure_ascii=False)
        yield (b",\n" if i else b"\n") + objeto.encode()
    yield b"\n]\n"
