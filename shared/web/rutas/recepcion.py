"""A submission as it comes: files to disk first, whatever is wrong with the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

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
FILAS_DE_ANEXO_JSON = 5000


@dataclass(frozen=True)
class _Llegado:
    """What came, on disk and unread. ``documento`` is the body when it came as JSON."""

    archivo: Recibido
    certificacion: Recibido | None = None
    sobre: str | None = None
    documento: bytes | None = None
    anexos: Mapping[str, Recibido] = field(default_factory=dict)
    problema: str = ""
    """What is wrong with the form itself, if anything."""


async def recibir_orden(request: Request, usuario: Usuario, ctx: Contexto) -> OrdenRadicar:
    """Keep the files and read the envelope, and the rows if they came as JSON.

    Raises:
        EntradaInvalida: no file, or an envelope that cannot be read; the file is written down.
    """
    es_json = request.headers.get("content-type", "").startswith("application/json")
    llegado = await (_recibir_json if es_json else _recibir_formulario)(request, ctx)
    try:
        if llegado.problema:
            raise EntradaInvalida(llegado.problema)
        if llegado.documento is not None:
            sobre, filas, anexos = _leer_documento(llegado.documento, ctx.mecanismo)
            return OrdenRadicar(
                usuario,
                _leer_sobre(sobre),
                llegado.archivo,
                filas=filas,
                filas_de_anexos=anexos,
            )
        return OrdenRadicar(
            usuario,
            _leer_sobre(llegado.sobre),
            llegado.archivo,
            llegado.certificacion,
            anexos=llegado.anexos,
        )
    except Rechazo as rechazo:
        recibidos = (llegado.archivo, *llegado.anexos.values())
        await anotar_rechazo(recibidos, usuario, rechazo, ctx)
        raise


async def _recibir_formulario(request: Request, ctx: Contexto) -> _Llegado:
    nombres = tuple(ctx.mecanismo.esquema.anexos)
    async with request.form(max_files=2 + len(nombres), max_fields=5) as formulario:
        archivo, pdf = formulario.get("archivo"), formulario.get("certificacion")
        if not isinstance(archivo, UploadFile):
            raise EntradaInvalida("Falta el archivo: envíelo en el campo «archivo».")
        recibido = await _guardar(archivo, archivo.filename, LIMITE_ARCHIVO, ctx)
        certificacion = None
        if isinstance(pdf, UploadFile):
            certificacion = await _guardar(pdf, pdf.filename, LIMITE_PDF, ctx)
        anexos = {
            nombre: await _guardar(anexo, anexo.filename, LIMITE_ARCHIVO, ctx)
            for nombre in nombres
            if isinstance(anexo := formulario.get(nombre), UploadFile) and anexo.filename
        }
        sobre = formulario.get("solicitud")
        problema = _problema_de(formulario, nombres)
    propio = sobre if isinstance(sobre, str) else None
    return _Llegado(recibido, certificacion, propio, anexos=anexos, problema=problema)


def _problema_de(formulario: FormData, anexos: tuple[str, ...]) -> str:
    """A file under a name that nobody reads would be left out without a word."""
    conocidos = ("archivo", "certificacion", *anexos)
    for nombre, valor in formulario.multi_items():
        es_archivo = isinstance(valor, UploadFile)
        if es_archivo and nombre not in conocidos:
            return (
                f"Llegó un archivo en el campo «{nombre[:40]}», que no se lee. Los campos con "
                f"archivo son: {', '.join(conocidos)}."
            )
        if not es_archivo and nombre in anexos and valor:
            return f"El campo «{nombre}» debe ser un archivo, no un texto."
    return ""


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


_Filas = list[Mapping[str, Any]]


def _leer_documento(cuerpo: bytes, mecanismo: Mecanismo) -> tuple[str, _Filas, dict[str, _Filas]]:
    """Envelope, as text, rows and rows of the annexes of a JSON body."""
    try:
        documento = json.loads(cuerpo)
        filas = _lista(documento["filas"], FILAS_JSON, "filas")
        anexos = {
            nombre: _lista(documento[nombre], FILAS_DE_ANEXO_JSON, nombre)
            for nombre in mecanismo.esquema.anexos
            if documento.get(nombre) is not None
        }
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        listas = " y ".join(f"«{n}»" for n in ("filas", *mecanismo.esquema.anexos))
        raise EntradaInvalida(
            f"El cuerpo debe ser un objeto JSON con «solicitud» y {listas} (lista de objetos)."
        ) from error
    conocidos = ("solicitud", "filas", *mecanismo.esquema.anexos)
    if sobran := [nombre[:40] for nombre in documento if nombre not in conocidos]:
        raise EntradaInvalida(
            f"El cuerpo JSON trae {', '.join(f'«{n}»' for n in sobran[:5])}, que no se lee. Lo que "
            f"se lee es: {', '.join(conocidos)}."
        )
    return json.dumps(documento.get("solicitud")), filas, anexos


def _lista(valor: Any, maximo: int, nombre: str) -> _Filas:
    """
    Raises:
        TypeError: it is not a list of objects.
        EntradaInvalida: it is longer than ``maximo``.
    """
    if not isinstance(valor, list) or not all(isinstance(f, dict) for f in valor):
        raise TypeError
    if len(valor) > maximo:
        raise EntradaInvalida(
            f"Trae {len(valor)} {nombre}; por JSON se aceptan hasta {maximo}. Envíe un archivo."
        )
    return valor


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
    anexos = mecanismo.esquema.anexos
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
                            **{
                                nombre: {
                                    "type": "string",
                                    "format": "binary",
                                    "description": "Anexo opcional, en los mismos formatos; en un "
                                    f"XLSX también como hoja «{nombre}» del archivo",
                                }
                                for nombre in anexos
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
                            **{
                                nombre: {
                                    "type": "array",
                                    "maxItems": FILAS_DE_ANEXO_JSON,
                                    "items": {"type": "object"},
                                    "description": "Anexo opcional",
                                }
                                for nombre in anexos
                            },
                        },
                    }
                },
            },
        }
    }
