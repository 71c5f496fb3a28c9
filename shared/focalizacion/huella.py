"""Fingerprint of a rule set: two evaluations with the same one were judged alike."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from importlib.metadata import version
from typing import Any

from shared.focalizacion.model import Columna, Grupo, Linea, Mecanismo, Paso, Regla

LIBRERIAS = ("duckdb", "narwhals", "pyarrow")


def _regla(regla: Regla) -> dict[str, Any]:
    return {
        "codigo": regla.codigo,
        "etapa": regla.etapa,
        "aplica": repr(regla.aplica),
        "cumple": repr(regla.cumple),
        "si_incumple": regla.si_incumple,
        "si_no_evaluable": regla.si_no_evaluable,
        "desde": str(regla.desde),
        "hasta": str(regla.hasta),
        "requiere": regla.requiere,
        "mensaje": [regla.mensaje, regla.mensaje_no_evaluable, regla.accion],
        "fuente": astuple(regla.fuente),
        "certeza": regla.certeza,
    }


def _paso(paso: Paso) -> list[str]:
    if isinstance(paso, Columna):
        return [paso.nombre, repr(paso.expr)]
    trae = repr(sorted((k, repr(v)) for k, v in paso.trae.items()))
    if isinstance(paso, Grupo):
        return [repr(sorted(paso.claves)), trae]
    return [
        paso.prefijo,
        paso.registro,
        repr(sorted(paso.claves.items())),
        trae,
        repr(paso.filtro),
        repr(paso.dia),
        repr(paso.por_corte),
        repr(paso.condicion),
    ]


def _linea(linea: Linea) -> list[Any]:
    return [linea.estado, linea.efectos, linea.codigos, linea.excepto, repr(linea.cuando)]


def huella(mecanismo: Mecanismo) -> str:
    """SHA-256 of everything that decides the outcome: rules, steps, amount and precedence.

    Dated parameters are inside the expressions that use them, so they count too.
    """
    contenido = {
        "mecanismo": mecanismo.nombre,
        "reglas": [_regla(r) for r in mecanismo.reglas],
        "pasos": [_paso(p) for p in mecanismo.esquema.pasos],
        "liquidacion": [
            [_paso(p) for p in mecanismo.liquidacion.pasos],
            repr(mecanismo.liquidacion.valor_centavos),
        ],
        "precedencia": [_linea(x) for x in mecanismo.estados.precedencia],
        "estados": [
            mecanismo.estados.otro,
            mecanismo.estados.forma,
            sorted(mecanismo.estados.valorados),
            sorted(mecanismo.estados.liberan),
        ],
        "fecha_hecho": mecanismo.esquema.fecha_hecho,
        "clave": mecanismo.esquema.clave,
    }
    return hashlib.sha256(
        json.dumps(contenido, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def versiones() -> dict[str, str]:
    """Versions of the libraries that took part in the evaluation."""
    return {nombre: version(nombre) for nombre in LIBRERIAS}
