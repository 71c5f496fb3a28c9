"""Checks that several registers share: counted, never a reason to drop a row."""

from __future__ import annotations

from typing import Final

from shared.normativa import tablas
from shared.registros.expresiones import literal
from shared.registros.model import Comprobacion
from shared.tipos.documentos import FORMATOS_DOCUMENTO


def _no_es(forma: str) -> str:
    return f"NOT regexp_full_match(numero_documento, {literal(forma)})"


_RAMAS: Final = " ".join(
    f"WHEN {literal(tipo)} THEN {_no_es(formato.patron)}"
    for tipo, formato in FORMATOS_DOCUMENTO.items()
)

DOCUMENTO_MAL_FORMADO: Final = (
    Comprobacion(
        "documento_mal_formado",
        f"CASE tipo_documento {_RAMAS} ELSE false END",
        "el número no tiene la forma de su tipo de documento",
    ),
    Comprobacion(
        "cedula_de_nueve_digitos",
        "tipo_documento = 'CC' AND strlen(numero_documento) = 9",
        "la cédula tiene nueve dígitos",
    ),
)

CEDULA_MAL_FORMADA: Final = Comprobacion(
    "cedula_mal_formada",
    _no_es(FORMATOS_DOCUMENTO["CC"].patron),
    "el número no tiene la forma de una cédula",
)

_NOMBRES: Final = ("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre")
_DANOS: Final = ("?", "\ufffd", "Ã")
"""What a Ñ becomes when a file is read with the encoding of another."""

NOMBRE_DANADO: Final = Comprobacion(
    "nombre_danado",
    "coalesce("
    + " OR ".join(f"contains({n}, {literal(d)})" for n in _NOMBRES for d in _DANOS)
    + ", false)",
    "el nombre tiene letras dañadas por la codificación",
)

_CODIGOS_EPS: Final = f"|{'|'.join(f['codigo'] for f in tablas.leer('eps_2020'))}|"

EPS_DESCONOCIDA: Final = Comprobacion(
    "eps_desconocida",
    # Thirty times faster than a long IN, which DuckDB makes a join.
    f"NOT contains({literal(_CODIGOS_EPS)}, '|' || codigo_eps || '|')",
    "la EPS no está en la tabla de códigos de 2020",
)

INTERVALO_AL_REVES: Final = Comprobacion(
    "hasta_antes_de_desde", "hasta < desde", "el último día es anterior al primero"
)
