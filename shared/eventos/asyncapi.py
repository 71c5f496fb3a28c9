"""The published contract of the events: an AsyncAPI 3.0 document made from the catalogue.

The catalogue is the code that publishes, so the document cannot promise another thing. It is
deterministic: the same catalogue gives the same bytes, and a test compares the committed copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from shared.eventos.model import (
    PREFIJO_ESQUEMA,
    PREFIJO_ORIGEN,
    PREFIJO_TIPO,
    TIPO_CONTENIDO,
    DefinicionEvento,
    definicion_muertos,
)
from shared.eventos.temas import CONSUMIDORES, PARTICIONES

_VERSION_BINDING: Final = "0.5.0"
_REF: Final = "#/components/schemas/"

_DESCRIPCION: Final = (
    "Eventos de los mecanismos extraordinarios de pago en salud. Sobre CloudEvents 1.0 en modo "
    "estructurado; entrega al menos una vez, en orden por clave: el consumidor guarda el id de lo "
    "que ya procesó y tolera repeticiones. Los valores son texto decimal con dos cifras, en la "
    "moneda indicada. Un evento no lleva más datos que los de su esquema. Un cambio incompatible "
    "es otra versión, en otro tema."
)


def documento(catalogo: Iterable[DefinicionEvento]) -> dict[str, Any]:
    """AsyncAPI 3.0 document of the events of ``catalogo`` and of their dead letters."""
    definiciones = sorted(catalogo, key=lambda d: (d.tema, d.tipo))
    for tema in sorted({d.tema for d in definiciones}):
        definiciones.append(definicion_muertos(tema))
    por_tema: dict[str, list[DefinicionEvento]] = {}
    for definicion in definiciones:
        por_tema.setdefault(definicion.tema, []).append(definicion)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:mecanismos:eventos",
        "info": {
            "title": "Eventos de los mecanismos",
            "version": "1.0.0",
            "description": _DESCRIPCION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": TIPO_CONTENIDO,
        "channels": {tema: _canal(tema, suyas) for tema, suyas in sorted(por_tema.items())},
        "operations": _operaciones(sorted(por_tema)),
        "components": {
            "messages": {d.tipo: _mensaje(d) for d in definiciones},
            "schemas": _esquemas(definiciones),
        },
    }


def esquema(documento: dict[str, Any], tipo: str) -> dict[str, Any]:
    """JSON Schema of a whole message of ``tipo``, to validate one outside of AsyncAPI."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": _REF + tipo,
        "components": {"schemas": documento["components"]["schemas"]},
    }


def texto(catalogo: Iterable[DefinicionEvento]) -> str:
    """The document as it is committed."""
    return json.dumps(documento(catalogo), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def escribir(ruta: Path, catalogo: Iterable[DefinicionEvento]) -> None:
    """Write the document to ``ruta``."""
    ruta.write_text(texto(catalogo), encoding="utf-8")


def _canal(tema: str, definiciones: Sequence[DefinicionEvento]) -> dict[str, Any]:
    return {
        "address": tema,
        "messages": {d.tipo: {"$ref": f"#/components/messages/{d.tipo}"} for d in definiciones},
        "bindings": {
            "kafka": {
                "topic": tema,
                "partitions": PARTICIONES,
                "bindingVersion": _VERSION_BINDING,
            }
        },
    }


def _operaciones(temas: Sequence[str]) -> dict[str, Any]:
    operaciones: dict[str, Any] = {}
    for tema in temas:
        canal = {"channel": {"$ref": f"#/channels/{tema}"}}
        operaciones[f"publicar-{tema}"] = {"action": "send"} | canal
        for consumidor in CONSUMIDORES.get(tema, ()):
            operaciones[f"recibir-{tema}-{consumidor}"] = {"action": "receive"} | canal
    return operaciones


def _mensaje(definicion: DefinicionEvento) -> dict[str, Any]:
    return {
        "name": definicion.tipo,
        "summary": definicion.descripcion,
        "contentType": TIPO_CONTENIDO,
        "headers": {
            "type": "object",
            "properties": {"content-type": {"const": TIPO_CONTENIDO}},
            "required": ["content-type"],
        },
        "payload": {"$ref": _REF + definicion.tipo},
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "Clave de partición: lo de una misma clave llega en orden. "
                    "Es el NIT del beneficiario o de la entidad.",
                },
                "bindingVersion": _VERSION_BINDING,
            }
        },
    }


def _esquemas(definiciones: Sequence[DefinicionEvento]) -> dict[str, Any]:
    """Schema of each payload, and of each message: its envelope around the payload."""
    modelos = list(dict.fromkeys(d.modelo for d in definiciones))
    referencias, definidos = models_json_schema(
        [(modelo, "serialization") for modelo in modelos], ref_template=_REF + "{model}"
    )
    esquemas = {nombre: _publicado(e) for nombre, e in definidos.get("$defs", {}).items()}
    for definicion in definiciones:
        contenido = referencias[(definicion.modelo, "serialization")]
        esquemas[definicion.tipo] = _sobre(definicion.tipo, contenido)
    return esquemas


def _publicado(esquema: dict[str, Any]) -> dict[str, Any]:
    """What a reader may count on: every field is always there, also one with a default. The
    docstrings of the classes are for us."""
    publico = {clave: valor for clave, valor in esquema.items() if clave != "description"}
    if "properties" in publico:
        publico["required"] = sorted(publico["properties"])
    return publico


def _sobre(tipo: str, contenido: dict[str, Any]) -> dict[str, Any]:
    propiedades: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "pattern": f"^{PREFIJO_ORIGEN}"},
        "type": {"const": PREFIJO_TIPO + tipo},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": PREFIJO_ESQUEMA + tipo},
        "data": contenido,
    }
    return {
        "type": "object",
        "properties": propiedades,
        "required": list(propiedades),
        "additionalProperties": False,
    }
