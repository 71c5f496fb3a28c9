"""Fingerprint of a rule set: two evaluations with the same one were judged alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, fields
from importlib.metadata import version
from typing import Any

import narwhals as nw

from shared.focalizacion.model import (
    Beneficiario,
    Columna,
    Conjunto,
    Cruce,
    Cupo,
    Grupo,
    Linea,
    Mecanismo,
    Nombres,
    Origen,
    Paso,
    Puente,
    Regla,
    Vencimiento,
)

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
        "fase": regla.fase,
    }


def _paso(paso: Paso) -> list[Any]:
    match paso:
        case Columna():
            return [paso.nombre, repr(paso.expr)]
        case Nombres():
            return [paso.nombre, repr(paso.fila), repr(paso.otros)]
        case Grupo():
            return [repr(sorted(paso.claves)), _trae(paso.trae)]
        case Puente():
            enlaces = [
                [e.registro, sorted(e.claves.items()), sorted(e.trae.items())] for e in paso.enlaces
            ]
            return [paso.nombre, repr(sorted(paso.propias.items())), repr(enlaces)]
        case Conjunto():
            return [
                paso.nombre,
                [_origen(o) for o in paso.origenes],
                repr(sorted(paso.lleva.items())),
                [_paso(p) for p in paso.pasos],
                _trae(paso.trae),
            ]
        case Cruce():
            return [
                paso.prefijo,
                paso.registro,
                repr(sorted(paso.claves.items())),
                _trae(paso.trae),
                repr(paso.filtro),
                repr(paso.dia),
                repr(paso.por_corte),
                repr(paso.condicion),
                repr(sorted(paso.con.items())),
                repr([_paso(c) for c in paso.antes]),
                repr(paso.por),
            ]


def _origen(origen: Origen) -> list[str]:
    return [
        origen.registro,
        repr(sorted(origen.claves.items())),
        repr(sorted(origen.trae.items())),
        repr(sorted(origen.fija.items())),
        repr(origen.donde),
    ]


def _cupo(cupo: Cupo) -> list[str]:
    return [repr(getattr(cupo, f.name)) for f in fields(cupo)]


def _trae(trae: Mapping[str, nw.Expr]) -> str:
    return repr(sorted((nombre, repr(expresion)) for nombre, expresion in trae.items()))


def _beneficiario(beneficiario: Beneficiario) -> list[str]:
    return [repr(getattr(beneficiario, f.name)) for f in fields(beneficiario)]


def _linea(linea: Linea) -> list[Any]:
    return [linea.estado, linea.efectos, linea.codigos, linea.excepto, repr(linea.cuando)]


def _vencimiento(vence: Vencimiento) -> list[Any]:
    return [vence.a, vence.plazo, vence.codigo, astuple(vence.fuente), vence.certeza]


def huella(mecanismo: Mecanismo) -> str:
    """SHA-256 of everything that decides the outcome: rules, steps, amount and precedence.

    Dated parameters are inside the expressions that use them, so they count too.
    """
    contenido = {
        "mecanismo": mecanismo.nombre,
        "reglas": [_regla(r) for r in mecanismo.reglas],
        "forma": [[c.columna, repr(c.cumple), c.mensaje] for c in mecanismo.esquema.condiciones],
        "pasos": [_paso(p) for p in mecanismo.esquema.pasos],
        "fases": {
            fase: [_paso(p) for p in pasos] for fase, pasos in mecanismo.esquema.fases.items()
        },
        "cupos": [_cupo(c) for c in mecanismo.esquema.cupos],
        "parametros": [[o.nombre, o.valores, o.rango] for o in mecanismo.parametros],
        "liquidacion": [
            [_paso(p) for p in mecanismo.liquidacion.pasos],
            repr(mecanismo.liquidacion.valor_centavos),
            [_beneficiario(b) for b in mecanismo.liquidacion.beneficiarios],
        ],
        "precedencia": [_linea(x) for x in mecanismo.estados.precedencia],
        "estados": [
            mecanismo.estados.otro,
            mecanismo.estados.forma,
            sorted(mecanismo.estados.valorados),
            sorted(mecanismo.estados.liberan),
            {estado: _vencimiento(v) for estado, v in mecanismo.estados.vencen.items()},
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
