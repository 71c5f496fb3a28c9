"""A mechanism's columns explained to people and to programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.tipos.campos import Campo, Tipo
from shared.tipos.documentos import DOCUMENTOS_NUMERICOS


def como_se_escribe(campo: Campo) -> str:
    """One Spanish sentence that tells what to write in a cell."""
    if campo.tipo is Tipo.LISTA and not campo.lista:
        return f"Escriba uno de estos valores: {', '.join(campo.valores)}."
    partes = {
        Tipo.TEXTO: f"Escriba un texto de hasta {campo.largo} caracteres"
        if campo.largo
        else "Escriba un texto",
        Tipo.DIGITOS: f"Escriba exactamente {campo.largo} dígitos, sin puntos ni espacios"
        if campo.largo
        else "Escriba solo dígitos, sin puntos ni espacios",
        Tipo.ENTERO: f"Escriba un número entero desde {campo.minimo or 0}, sin decimales ni "
        "separador de miles",
        Tipo.FECHA: "Escriba la fecha como AAAA-MM-DD",
        Tipo.PERIODO: "Escriba el periodo como AAAA-MM",
        Tipo.BOOLEANO: "Escriba SI o NO",
        Tipo.LISTA: f"Escriba {campo.lista}",
        Tipo.DOCUMENTO: f"Escriba el número como lo pide su {campo.segun}; si es de "
        f"{', '.join(DOCUMENTOS_NUMERICOS[:-1])} o {DOCUMENTOS_NUMERICOS[-1]}, solo dígitos, sin "
        "puntos ni espacios",
    }
    ejemplo = campo.ejemplo or {Tipo.FECHA: "2021-02-28", Tipo.PERIODO: "2021-02"}.get(
        campo.tipo, ""
    )
    return partes[campo.tipo] + (f", por ejemplo {ejemplo}." if ejemplo else ".")


def describir(campos: Sequence[Campo]) -> list[dict[str, Any]]:
    """The columns as JSON-ready data, in their order."""
    return [
        {
            "nombre": c.nombre,
            "tipo": c.tipo.value,
            "obligatorio": c.obligatorio,
            "descripcion": c.descripcion,
            "como_se_escribe": como_se_escribe(c),
            "ejemplo": c.ejemplo,
            "largo": c.largo,
            "minimo": (c.minimo or 0) if c.tipo is Tipo.ENTERO else None,
            "valores": list(c.valores),
            "lista": c.lista,
            "segun": c.segun,
            "fecha": c.fecha,
            "alias": list(c.alias),
            "personal": c.personal,
        }
        for c in campos
    ]
