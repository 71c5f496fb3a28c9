"""Findings of a submission: those of its rows, then those of its annexes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from shared.focalizacion.model import Mecanismo
from shared.radicacion.anexos import hallazgos_de_anexos
from shared.radicacion.consultas import COLUMNAS_HALLAZGO, DeEps, hallazgos
from shared.registros.pie import pie_de


def columnas_de(mecanismo: Mecanismo) -> tuple[str, ...]:
    """Of a finding; with annexes, also of which file it is."""
    return (*COLUMNAS_HALLAZGO, "archivo") if mecanismo.esquema.anexos else COLUMNAS_HALLAZGO


def todos(
    mecanismo: Mecanismo,
    ruta: Path,
    entrada: Path,
    *,
    desde: int = 0,
    limite: int | None = None,
    codigo: str | None = None,
    de_eps: DeEps | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Position among all, then ``columnas_de``; ``archivo`` is null for the rows submitted.

    ``ruta`` are the findings of an evaluation and ``entrada`` the folder of its rows; ``desde``,
    the first position wanted.
    """
    de_filas = hallazgos(ruta, desde=desde, limite=limite, codigo=codigo, de_eps=de_eps)
    if not mecanismo.esquema.anexos:
        return de_filas
    return islice(
        chain(((*h, None) for h in de_filas), _de_anexos(mecanismo, ruta, entrada, desde, codigo)),
        limite,
    )


def _de_anexos(
    mecanismo: Mecanismo, ruta: Path, entrada: Path, desde: int, codigo: str | None
) -> Iterator[tuple[Any, ...]]:
    if codigo not in {None, mecanismo.regla_de_forma.codigo}:
        return
    propios = enumerate(hallazgos_de_anexos(mecanismo, entrada), start=pie_de(ruta).filas)
    for posicion, (anexo, *hallazgo) in propios:
        if posicion >= desde:
            yield (posicion, *hallazgo, anexo)
