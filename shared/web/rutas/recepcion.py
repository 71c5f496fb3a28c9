"""A submission as it comes: files to disk first, whatever is wrong with the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from shared.focalizacion.model import Mecanismo
from shared.radicacion.errors import SolicitudIncompleta
from shared.radicacion.model import Recibido
from shared.radicacion.schemas import SolicitudIn, exigidos
from shared.radicacion.service import Contexto, OrdenRadicar, anotar_rechazo
from shared.seguridad import Usuario
from shared.tipos import EntradaInvalida, Rechazo
from shared.web import cargas
from shared.web.traduccion import errores as traducir_errores

LIMITE_ARCHIVO = 512 * 2**20
LIMITE_PDF = 20 * 2**20
LIMITE_JSON = 8 * 2**20
FILAS_JSON = 1000


@dataclass(frozen=True)
class _Llegado:
    """What came, on disk and unread. ``documento`` is the body when it came as JSON."""

    archivo: Recibido
    certificacion: Recibido | None = None
    sobre: str | None = None
    documento: bytes | None = None


async def recibir_orden(request: Request, usuario: Usuario, ctx: Contexto) -> OrdenRadicar:
    """Keep the files and read the envelope, and the rows if they came as JSON.

    Raises:
        EntradaInvalida: no file, or an envelope that cannot be read; the file is written down.
    """
    es_json = request.headers.get("content-type", "").startswith("application/json")
    llegado = await (_recibir_json if es_json else _recibir_formulario)(request, ctx)
    try:
        if llegado.documento is not None:
            sobre, filas = _leer_documento(llegado.documento)
            return OrdenRadicar(usuario, _leer_sobre(sobre), llegado.archivo, filas=filas)
        solicitud = _leer_sobre(llegado.sobre)
        return OrdenRadicar(usuario, solicitud, llegado.archivo, llegado.certificacion)
    except Rechazo as rechazo:
        await anotar_rechazo(llegado.archivo, usuario, rechazo, ctx)
        raise


async def _recibir_formulario(request: Request, ctx: Contexto) -> _Llegado:
    async with request.form(max_files=2, max_fields=5) as formulario:
        archivo, pdf = formulario.get("archivo"), formulario.get("certificacion")
        if not isinstance(archivo, UploadFile):
            raise EntradaInvalida("Falta el archivo: envíelo en el campo «archivo».")
        recibido = await _guardar(archivo, archivo.filename, LIMITE_ARCHIVO, ctx)
        certificacion = None
        if isinstance(pdf, UploadFile):
            certificacion = await _guardar(pdf, pdf.filename, LIMITE_PDF, ctx)
        sobre = formulario.get("solicitud")
    return _Llegado(recibido, certificacion, sobre if isinstance(sobre, str) else None)


async def _recibir_json(request: Request, ctx: Contexto) -> _Llegado:
    cuerpo = bytearray()
    async for trozo in request.stream():
        cuerpo.extend(trozo)
        if len(cuerpo) > LIMITE_JSON:
            raise EntradaInvalida(
                f"Por JSON se aceptan hasta {FILAS_JSON} filas. Envíe un archivo para más."
            )
    documento = bytes(cuerpo)
    recibido = await _guardar(documento, "filas.json", LIMITE_JSON, ctx)
    return _Llegado(recibido, documento=documento)


async def _guardar(
    contenido: cargas.Lector | bytes, nombre: str | None, limite: int, ctx: Contexto
) -> Recibido:
    guardado = await cargas.recibir(
        contenido, ctx.almacen.recibo, limite_bytes=limite, nombre=nombre
    )
    return Recibido(guardado.sha256, guardado.nombre, guardado.tamano)


def _leer_documento(cuerpo: bytes) -> tuple[str, list[Mapping[str, Any]]]:
    """Envelope, as text, and rows of a JSON body."""
    try:
        documento = json.loads(cuerpo)
        filas = documento["filas"]
        if not isinstance(filas, list) or not all(isinstance(f, dict) for f in filas):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EntradaInvalida(
            "El cuerpo debe ser un objeto JSON con «solicitud» y «filas» (lista de objetos)."
        ) from error
    if len(filas) > FILAS_JSON:
        raise EntradaInvalida(
            f"Trae {len(filas)} filas; por JSON se aceptan hasta {FILAS_JSON}. Envíe un archivo."
        )
    return json.dumps(documento.get("solicitud")), filas


def _leer_sobre(texto: str | None) -> SolicitudIn:
    if texto is None:
        raise SolicitudIncompleta("Faltan los datos de la solicitud en el campo «solicitud».")
    try:
        return SolicitudIn.model_validate_json(texto)
    except ValidationError as error:
        errores = [{**e, "loc": ("body", "solicitud", *e["loc"])} for e in error.errors()]
        raise SolicitudIncompleta(
            "Corrija los datos de la solicitud.", errores=traducir_errores(errores)
        ) from error


def cuerpos_aceptados(mecanismo: Mecanismo) -> dict[str, Any]:
    """The two bodies of a submission, for the documentation."""
    # In full: no route has it as its body, so the document would not define a reference to it.
    sobre = SolicitudIn.model_json_schema() | {
        "description": "Datos de la solicitud",
        "required": list(exigidos(mecanismo)),
    }
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
