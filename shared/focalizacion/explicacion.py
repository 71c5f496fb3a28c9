"""Why one record came out as it did: every rule with the values it saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals as nw

from shared.focalizacion.expresiones import SIN_DATO
from shared.focalizacion.model import Mecanismo, Regla, Veredicto, mensaje_completo
from shared.focalizacion.motor import Motor
from shared.focalizacion.service import CUMPLE, INCUMPLE, Insumos, juzgar_filas, separar
from shared.normativa import Fuente

_VEREDICTOS = {CUMPLE: Veredicto.CUMPLE, INCUMPLE: Veredicto.INCUMPLE}


def explicar(mecanismo: Mecanismo, insumos: Insumos, fila: int, motor: Motor) -> dict[str, Any]:
    """Every rule of FOC for one row that passed FORMA, judged again with what judged it.

    Returns ``reglas`` (codigo, titulo, veredicto or null when not judged, efecto, valores,
    mensaje, fuente, certeza, vigencia) and ``liquidacion`` (the steps of the amount).
    """
    aplicadas, no_aplicadas = separar(mecanismo, insumos)
    hecho = mecanismo.esquema.fecha_hecho
    vistas = sorted(
        set().union(*(r.columnas | r.columnas_de_mensaje for r in aplicadas))
        | {hecho}
        | {p.nombre for p in mecanismo.liquidacion.pasos}
    )
    juzgada = juzgar_filas(mecanismo, insumos, motor, aplicadas).select(
        "fila",
        *vistas,
        mecanismo.liquidacion.valor_centavos.alias("__valor"),
        *(f"__v{i}" for i in range(len(aplicadas))),
    )
    hallada = motor.filas(juzgada.filter(nw.col("fila") == fila))
    valores = hallada[0] if hallada else {}
    return {
        "reglas": [
            _regla(regla, valores, valores.get(f"__v{i}"))
            for i, regla in enumerate(aplicadas)
            if hallada
        ]
        + [_sin_aplicar(regla) for regla in no_aplicadas],
        "liquidacion": {
            p.nombre: _legible(valores.get(p.nombre)) for p in mecanismo.liquidacion.pasos
        },
    }


def _regla(regla: Regla, valores: Mapping[str, Any], codigo: int | None) -> dict[str, Any]:
    dado = None if codigo is None else _VEREDICTOS.get(codigo, Veredicto.NO_EVALUABLE)
    efecto = (
        {
            Veredicto.INCUMPLE: regla.si_incumple,
            Veredicto.NO_EVALUABLE: regla.si_no_evaluable,
        }.get(dado)
        if dado is not None
        else None
    )
    return {
        **_identidad(regla),
        "veredicto": dado,
        "efecto": efecto,
        "valores": {c: _legible(valores.get(c)) for c in sorted(regla.columnas)},
        "mensaje": _mensaje(regla, dado, valores) if dado and efecto else None,
    }


def _sin_aplicar(regla: Regla) -> dict[str, Any]:
    return {
        **_identidad(regla),
        "veredicto": None,
        "efecto": None,
        "valores": {},
        "mensaje": f"No se aplicó: falta el registro {', '.join(regla.requiere)}.",
    }


def _identidad(regla: Regla) -> dict[str, Any]:
    return {
        "codigo": regla.codigo,
        "titulo": regla.titulo,
        "fuente": fuente_legible(regla.fuente),
        "certeza": regla.certeza,
        "desde": _legible(regla.desde),
        "hasta": _legible(regla.hasta),
    }


def fuente_legible(fuente: Fuente) -> dict[str, str]:
    """A source as the catalogue and the explanation show it."""
    return {
        "norma": fuente.norma,
        "articulo": fuente.articulo,
        "emisor": fuente.emisor,
        "certeza": fuente.certeza,
        "nota": fuente.nota,
    }


def _mensaje(regla: Regla, dado: Veredicto, valores: Mapping[str, Any]) -> str:
    vistos = {c: _en_mensaje(v) for c, v in valores.items()}
    return mensaje_completo(regla, dado).format_map(vistos)


def _en_mensaje(valor: Any) -> Any:
    """As the batch writes it: see ``expresiones.texto``."""
    if valor is None:
        return SIN_DATO
    return str(valor).lower() if isinstance(valor, bool) else _legible(valor)


def _legible(valor: Any) -> Any:
    return valor.isoformat() if isinstance(valor, date) else valor
