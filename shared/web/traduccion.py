"""What pydantic says of a bad request, in Spanish and without repeating what was sent.

Only the place and the reason go back: the value may be a document, an account or a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_LUGARES: Final = {
    "body": "cuerpo",
    "query": "consulta",
    "path": "ruta",
    "header": "encabezado",
    "cookie": "cookie",
}

# A key the caller invented is shown only if it looks like a field name, not like a datum.
_NOMBRE_DE_CAMPO: Final = re.compile(r"[A-Za-z_][\w\-]{0,63}")

_MENSAJES: Final[Mapping[str, str]] = {
    "missing": "Falta este dato.",
    "extra_forbidden": "Este dato no se espera aquí. Quítelo o corrija su nombre.",
    "json_invalid": "No es JSON válido. Revise comillas, comas y llaves.",
    "string_too_short": "Debe tener al menos {min_length} caracteres.",
    "string_too_long": "Debe tener máximo {max_length} caracteres.",
    "string_pattern_mismatch": "No tiene la forma esperada: {pattern}",
    "string_unicode": "Tiene caracteres que no son texto válido. Envíelo en UTF-8.",
    "enum": "Debe ser uno de: {expected}.",
    "literal_error": "Debe ser uno de: {expected}.",
    "greater_than": "Debe ser mayor que {gt}.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than": "Debe ser menor que {lt}.",
    "less_than_equal": "Debe ser {le} o menos.",
    "multiple_of": "Debe ser múltiplo de {multiple_of}.",
    "finite_number": "Debe ser un número finito.",
    "decimal_max_places": "Debe tener máximo {decimal_places} decimales.",
    "decimal_max_digits": "Debe tener máximo {max_digits} dígitos.",
    "too_short": "Debe tener al menos {min_length} elementos.",
    "too_long": "Debe tener máximo {max_length} elementos.",
    "union_tag_invalid": "Debe ser uno de: {expected_tags}.",
    "union_tag_not_found": "Falta el dato que dice de qué clase es.",
    "none_required": "Debe ir vacío (null).",
}

# By the beginning of the kind of error; the first that fits.
_FAMILIAS: Final = (
    ("string", "Debe ser texto."),
    ("int", "Debe ser un número entero, sin separadores de miles."),
    ("float", "Debe ser un número."),
    ("decimal", "Debe ser un número con punto decimal y sin separadores de miles."),
    ("bool", "Debe ser true o false."),
    ("datetime", "Debe ser una fecha y hora que exista, AAAA-MM-DDThh:mm:ss con zona horaria."),
    ("date", "Debe ser una fecha que exista, AAAA-MM-DD."),
    ("timezone", "La fecha y hora debe llevar zona horaria."),
    ("time", "Debe ser una hora o una duración válida."),
    ("uuid", "Debe ser un identificador UUID."),
    ("url", "Debe ser una dirección web válida."),
    ("bytes", "Debe ser texto o un archivo."),
    ("list", "Debe ser una lista."),
    ("tuple", "Debe ser una lista."),
    ("set", "Debe ser una lista sin repetidos."),
    ("frozen_set", "Debe ser una lista sin repetidos."),
    ("dict", "Debe ser un objeto JSON."),
    ("model", "Debe ser un objeto JSON, enviado con Content-Type: application/json."),
    ("dataclass", "Debe ser un objeto JSON."),
)

_SIN_TRADUCCION: Final = "El valor no es válido."


def donde(lugar: Sequence[str | int]) -> str:
    """Place of the error: ``("body", "registros", 3, "nit")`` → ``cuerpo.registros[3].nit``."""
    texto = ""
    for parte in lugar:
        if isinstance(parte, int):
            texto += f"[{parte}]"
        elif not texto:
            texto = _LUGARES.get(parte, "petición")
        else:
            texto += f".{parte}" if _NOMBRE_DE_CAMPO.fullmatch(parte) else ".…"
    return texto or "petición"


def mensaje(tipo: str, contexto: Mapping[str, Any]) -> str:
    """Reason of one pydantic error in Spanish, from its kind and limits, never its input."""
    if tipo == "value_error":
        return _de_validador(contexto)
    plantilla = _MENSAJES.get(tipo)
    if plantilla is not None:
        try:
            return plantilla.format_map(contexto).replace(" or ", " o ")
        except KeyError:
            return _SIN_TRADUCCION
    return next((texto for inicio, texto in _FAMILIAS if tipo.startswith(inicio)), _SIN_TRADUCCION)


def _de_validador(contexto: Mapping[str, Any]) -> str:
    """Text of a validator of ours (Spanish already); the one FastAPI has of its own, translated."""
    texto = str(contexto.get("error", "")) or _SIN_TRADUCCION
    return "Debe ser un archivo." if texto.startswith("Expected UploadFile") else texto


def errores(detalles: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """``donde`` and ``mensaje`` of each error pydantic reported."""
    return [_error(d["type"], d["loc"], d.get("ctx") or {}) for d in detalles]


def _error(tipo: str, lugar: Sequence[str | int], contexto: Mapping[str, Any]) -> dict[str, str]:
    posicion = lugar[-1] if lugar else None
    if tipo != "json_invalid" or not isinstance(posicion, int):
        return {"donde": donde(lugar), "mensaje": mensaje(tipo, contexto)}
    # FastAPI puts the character offset where a field name goes.
    return {
        "donde": donde(lugar[:1]),
        "mensaje": f"{mensaje(tipo, contexto)} El error está cerca del carácter {posicion}.",
    }
