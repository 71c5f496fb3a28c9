"""``/v1/radicaciones``: submit, follow, download, correct."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask

from shared.focalizacion.model import Mecanismo
from shared.giros.service import saldo_solicitud
from shared.radicacion.consultas import COLUMNAS_HALLAZGO, carpeta_resultado, hallazgos
from shared.radicacion.descargas import csv_en_trozos, escribir_xlsx
from shared.radicacion.errors import SolicitudIncompleta
from shared.radicacion.model import Radicacion, Recibido
from shared.radicacion.repository import Filtro, RadicacionRepository
from shared.radicacion.schemas import SolicitudIn
from shared.radicacion.service import (
    Contexto,
    OrdenRadicar,
    anotar_rechazo,
    obtener,
    radicar,
    reintentar,
)
from shared.radicacion.simulacion import simular
from shared.seguridad import Rol, Usuario, alcance
from shared.tipos import EntradaInvalida, NoEncontrado, a_decimal
from shared.web import cargas
from shared.web.cabeceras import ClaveIdempotencia, Espera
from shared.web.dependencias import UsuarioActual, requiere
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.vistas import HallazgoVista, RadicacionVista, RegistroVista, resumen_publico
from shared.web.traduccion import errores as traducir_errores

LIMITE_ARCHIVO = 512 * 2**20
LIMITE_PDF = 20 * 2**20
LIMITE_JSON = 8 * 2**20
FILAS_JSON = 1000
_SONDEO_S = 0.1


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the submissions of one mechanism."""
    router = APIRouter(prefix="/v1/radicaciones", tags=["Radicaciones"])
    quien_radica = [Depends(requiere(*(Rol(r) for r in mecanismo.roles_radican)))]

    def contexto() -> Contexto:
        return Contexto(mecanismo, entorno.uow, entorno.reloj, entorno.almacen)

    @router.post(
        "",
        status_code=202,
        response_model=RadicacionVista,
        dependencies=quien_radica,
        openapi_extra=_cuerpos_aceptados(),
        summary="Radicar un archivo o filas JSON",
    )
    async def crear(
        request: Request,
        usuario: UsuarioActual,
        clave: ClaveIdempotencia,
        espera: Espera,
        simular_: Annotated[
            bool, Query(alias="simular", description="Probar sin guardar nada")
        ] = False,
    ) -> Response:
        ctx = contexto()
        if simular_:
            return await _simular(request, usuario, ctx)
        return await _radicar(request, usuario, clave, espera, None, ctx)

    @router.post(
        "/{radicacion_id}/correcciones",
        status_code=202,
        response_model=RadicacionVista,
        dependencies=quien_radica,
        openapi_extra=_cuerpos_aceptados(),
        summary="Radicar una versión nueva, que reemplaza entera a la anterior",
    )
    async def corregir(
        radicacion_id: UUID,
        request: Request,
        usuario: UsuarioActual,
        clave: ClaveIdempotencia,
        espera: Espera,
    ) -> Response:
        return await _radicar(request, usuario, clave, espera, radicacion_id, contexto())

    @router.post("/{radicacion_id}/reintentos", status_code=202, summary="Reintentar una fallida")
    async def volver_a_intentar(
        radicacion_id: UUID, _: Annotated[Usuario, Depends(requiere(Rol.OPERADOR, Rol.ADMIN))]
    ) -> dict[str, str]:
        ctx = contexto()
        await obtener(radicacion_id, ctx)
        await reintentar(radicacion_id, ctx)
        return {"estado": "EN_COLA"}

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
        raiz = _raiz(request)
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda r: (r.numero,),
            vista=lambda r: RadicacionVista.de(r, raiz),
        )

    @router.get("/{radicacion_id}", summary="Ver una radicación y su progreso")
    async def ver(radicacion_id: UUID, request: Request, usuario: UsuarioActual) -> RadicacionVista:
        radicacion = await obtener(radicacion_id, contexto(), entidad=alcance(usuario))
        return RadicacionVista.de(radicacion, _raiz(request))

    @router.get("/{radicacion_id}/archivo", summary="Descargar el archivo tal como llegó")
    async def archivo(radicacion_id: UUID, usuario: UsuarioActual) -> FileResponse:
        radicacion = await obtener(radicacion_id, contexto(), entidad=alcance(usuario))
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
        filtro = Filtro(alcance(usuario), mecanismo.nombre, estado=estado, codigo=codigo)
        await obtener(radicacion_id, contexto(), entidad=filtro.entidad)
        despues = leer_cursor(pagina.cursor, tuple[int])
        async with entorno.uow.begin() as tx:
            halladas = await RadicacionRepository(tx).registros(
                filtro, radicacion_id, despues[0] if despues else None, pagina.limite + 1
            )
        return paginar(
            halladas,
            pagina.limite,
            clave=lambda f: (f["fila"],),
            vista=lambda f: RegistroVista.de(dict(f)),
        )

    @router.get("/{radicacion_id}/hallazgos", summary="Por qué no pasó cada fila")
    async def ver_hallazgos(
        radicacion_id: UUID, usuario: UsuarioActual, pagina: Paginacion, codigo: str | None = None
    ) -> Pagina[HallazgoVista]:
        ruta = await _hallazgos_de(radicacion_id, usuario, contexto())
        desde = leer_cursor(pagina.cursor, tuple[int])
        hallados = await asyncio.to_thread(
            lambda: list(
                hallazgos(
                    ruta,
                    desde=desde[0] + 1 if desde else 0,
                    limite=pagina.limite + 1,
                    codigo=codigo,
                )
            )
        )
        return paginar(
            hallados,
            pagina.limite,
            clave=lambda h: (h[0],),
            vista=lambda h: HallazgoVista(**dict(zip(COLUMNAS_HALLAZGO, h[1:], strict=True))),
        )

    @router.get(
        "/{radicacion_id}/hallazgos.{formato}",
        summary="Descargar los hallazgos",
        response_class=Response,
    )
    async def descargar_hallazgos(
        radicacion_id: UUID, formato: Literal["json", "csv", "xlsx"], usuario: UsuarioActual
    ) -> Response:
        ruta = await _hallazgos_de(radicacion_id, usuario, contexto())
        filas = (h[1:] for h in hallazgos(ruta))
        nombre = f"hallazgos-{radicacion_id}"
        return await _descarga(filas, formato, nombre, entorno.almacen.temporal)

    @router.get("/{radicacion_id}/saldo", summary="Reconocido, girado y pendiente")
    async def saldo(radicacion_id: UUID, usuario: UsuarioActual) -> dict[str, str]:
        radicacion = await obtener(radicacion_id, contexto(), entidad=alcance(usuario))
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

    return router


async def _radicar(
    request: Request,
    usuario: Usuario,
    clave: str | None,
    espera: int,
    corrige: UUID | None,
    ctx: Contexto,
) -> Response:
    orden = await _recibir_orden(request, usuario, ctx)
    radicacion, nueva = await radicar(
        OrdenRadicar(**{**vars(orden), "clave": clave, "corrige": corrige}), ctx
    )
    radicacion = await _esperar(radicacion, espera, ctx)
    vista = RadicacionVista.de(radicacion, _raiz(request))
    terminada = radicacion.estado.terminada
    return JSONResponse(
        vista.model_dump(mode="json"),
        status_code=200 if terminada or not nueva else 202,
        headers={"Location": vista.enlaces["propio"]},
    )


async def _esperar(radicacion: Radicacion, segundos: int, ctx: Contexto) -> Radicacion:
    """The radicación when it ends, or as it is after ``segundos``."""
    limite = asyncio.get_running_loop().time() + segundos
    while not radicacion.estado.terminada and asyncio.get_running_loop().time() < limite:
        await asyncio.sleep(_SONDEO_S)
        radicacion = await obtener(radicacion.id, ctx)
    return radicacion


async def _simular(request: Request, usuario: Usuario, ctx: Contexto) -> Response:
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as paso:
        de_paso = replace(ctx, almacen=replace(ctx.almacen, paso=Path(paso)))
        orden = await _recibir_orden(request, usuario, de_paso)
        prueba = await simular(orden, de_paso)
    return JSONResponse(
        {
            "simulacion": True,
            "mensaje": "PRUEBA: nada se ha radicado.",
            "lectura": prueba.lectura,
            "resumen": resumen_publico(prueba.resumen),
            "hallazgos": [
                dict(zip(COLUMNAS_HALLAZGO, h[1:], strict=True)) for h in prueba.hallazgos
            ],
        }
    )


async def _recibir_orden(request: Request, usuario: Usuario, ctx: Contexto) -> OrdenRadicar:
    """The submission as it came, its files kept whatever is wrong with the rest.

    Raises:
        EntradaInvalida: no file, or an envelope that cannot be read; the file is written down.
    """
    if request.headers.get("content-type", "").startswith("application/json"):
        return await _recibir_json(request, usuario, ctx)
    async with request.form(max_files=2, max_fields=5) as formulario:
        archivo = formulario.get("archivo")
        if not hasattr(archivo, "read"):
            raise EntradaInvalida("Falta el archivo: envíelo en el campo «archivo».")
        recibido = await _guardar(archivo, LIMITE_ARCHIVO, ctx)
        certificacion = formulario.get("certificacion")
        pdf = (
            await _guardar(certificacion, LIMITE_PDF, ctx)
            if hasattr(certificacion, "read")
            else None
        )
        sobre = formulario.get("solicitud")
    solicitud = await _leer_solicitud(
        sobre if isinstance(sobre, str) else None, recibido, usuario, ctx
    )
    return OrdenRadicar(usuario, solicitud, recibido, pdf)


async def _recibir_json(request: Request, usuario: Usuario, ctx: Contexto) -> OrdenRadicar:
    cuerpo = bytearray()
    async for trozo in request.stream():
        cuerpo.extend(trozo)
        if len(cuerpo) > LIMITE_JSON:
            raise EntradaInvalida(
                f"Por JSON se aceptan hasta {FILAS_JSON} filas. Envíe un archivo para más."
            )
    guardado = await cargas.recibir(
        bytes(cuerpo), ctx.almacen.recibo, limite_bytes=LIMITE_JSON, nombre="filas.json"
    )
    recibido = Recibido(guardado.sha256, guardado.nombre, guardado.tamano)
    try:
        documento = json.loads(cuerpo)
        filas = documento["filas"]
        if not isinstance(filas, list) or not all(isinstance(f, dict) for f in filas):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        rechazo = EntradaInvalida(
            "El cuerpo debe ser un objeto JSON con «solicitud» y «filas» (lista de objetos)."
        )
        await anotar_rechazo(recibido, usuario, rechazo, ctx)
        raise rechazo from error
    if len(filas) > FILAS_JSON:
        rechazo = EntradaInvalida(
            f"Trae {len(filas)} filas; por JSON se aceptan hasta {FILAS_JSON}. Envíe un archivo."
        )
        await anotar_rechazo(recibido, usuario, rechazo, ctx)
        raise rechazo
    solicitud = await _leer_solicitud(
        json.dumps(documento.get("solicitud")), recibido, usuario, ctx
    )
    return OrdenRadicar(usuario, solicitud, recibido, filas=filas)


async def _guardar(archivo: Any, limite: int, ctx: Contexto) -> Recibido:
    guardado = await cargas.recibir(
        archivo, ctx.almacen.recibo, limite_bytes=limite, nombre=archivo.filename
    )
    return Recibido(guardado.sha256, guardado.nombre, guardado.tamano)


async def _leer_solicitud(
    texto: str | None, recibido: Recibido, usuario: Usuario, ctx: Contexto
) -> SolicitudIn:
    if texto is None:
        rechazo = SolicitudIncompleta("Faltan los datos de la solicitud en el campo «solicitud».")
        await anotar_rechazo(recibido, usuario, rechazo, ctx)
        raise rechazo
    try:
        return SolicitudIn.model_validate_json(texto)
    except ValidationError as error:
        errores = [{**e, "loc": ("body", "solicitud", *e["loc"])} for e in error.errors()]
        rechazo = SolicitudIncompleta(
            "Corrija los datos de la solicitud.", errores=traducir_errores(errores)
        )
        await anotar_rechazo(recibido, usuario, rechazo, ctx)
        raise rechazo from error


async def _hallazgos_de(radicacion_id: UUID, usuario: Usuario, ctx: Contexto) -> Path:
    radicacion = await obtener(radicacion_id, ctx, entidad=alcance(usuario))
    ruta = await carpeta_resultado(radicacion, ctx) / "hallazgos.parquet"
    if not await asyncio.to_thread(ruta.is_file):
        raise NoEncontrado("El archivo de hallazgos no está disponible.")
    return ruta


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _descarga(
    filas: Iterator[tuple[Any, ...]], formato: str, nombre: str, temporal: Path
) -> Response:
    """The table as a file. Texts that a spreadsheet could run are neutralised."""
    disposicion = {"Content-Disposition": f'attachment; filename="{nombre}.{formato}"'}
    if formato == "xlsx":
        descriptor, ruta = tempfile.mkstemp(suffix=".xlsx", dir=temporal)
        os.close(descriptor)
        await asyncio.to_thread(escribir_xlsx, Path(ruta), COLUMNAS_HALLAZGO, filas)
        return FileResponse(
            ruta,
            media_type=_XLSX,
            headers=disposicion,
            background=BackgroundTask(Path(ruta).unlink, missing_ok=True),
        )
    if formato == "csv":
        trozos, tipo = csv_en_trozos(COLUMNAS_HALLAZGO, filas), "text/csv; charset=utf-8"
    else:
        trozos, tipo = _a_json(COLUMNAS_HALLAZGO, filas), "application/json"
    return StreamingResponse(trozos, media_type=tipo, headers=disposicion)


def _a_json(columnas: tuple[str, ...], filas: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    yield b"["
    for i, fila in enumerate(filas):
        objeto = json.dumps(dict(zip(columnas, fila, strict=True)), ensure_ascii=False)
        yield (b",\n" if i else b"\n") + objeto.encode()
    yield b"\n]\n"


def _raiz(request: Request) -> str:
    """Where the service hangs: links work alone and under the one-process mode."""
    return str(request.scope.get("root_path", ""))


def _cuerpos_aceptados() -> dict[str, Any]:
    """The two bodies of a submission, for the documentation."""
    # In full: no route has it as its body, so the document would not define a reference to it.
    sobre = SolicitudIn.model_json_schema() | {"description": "Datos de la solicitud"}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["archivo", "solicitud"],
                        "properties": {
                            "archivo": {
                                "type": "string",
                                "format": "binary",
                                "description": "CSV, TXT con |, XLSX o Parquet, también .gz o .zip",
                            },
                            "solicitud": {
                                "type": "string",
                                "description": "Objeto JSON con los datos de la solicitud",
                            },
                            "certificacion": {
                                "type": "string",
                                "format": "binary",
                                "description": "Certificación firmada, en PDF",
                            },
                        },
                    }
                },
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["solicitud", "filas"],
                        "properties": {
                            "solicitud": sobre,
                            "filas": {
                                "type": "array",
                                "maxItems": FILAS_JSON,
                                "items": {"type": "object"},
                            },
                        },
                    }
                },
            },
        }
    }
