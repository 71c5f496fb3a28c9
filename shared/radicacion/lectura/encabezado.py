"""The declared columns against the header of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from shared.radicacion.lectura.errors import ColumnaRepetida, FaltaColumna
from shared.tipos.campos import Campo, plegar_encabezado

_PARECIDO: Final = 0.6
"""Least similarity (0 to 1) for saying that a column may be another one misspelled."""
_MAX_NOMBRES: Final = 15
"""Extra headers named in a message; the rest are counted."""


@dataclass(frozen=True)
class Emparejamiento:
    """Where each campo is in the header, from 0, and which header cells nobody asked for."""

    columnas: tuple[int | None, ...]
    ignoradas: tuple[str, ...]


def reconocidas(encabezado: Sequence[str], campos: Sequence[Campo]) -> int:
    """How many header cells name some campo."""
    conocidas = {c.nombre for c in campos}.union(*(c.encabezados for c in campos))
    return sum(plegar_encabezado(celda) in conocidas for celda in encabezado)


def emparejar(encabezado: Sequence[str], campos: Sequence[Campo]) -> Emparejamiento:
    """Find each campo in the header. The canonical name wins over an alias.

    Raises:
        FaltaColumna: required columns are absent; repeated ones are told along.
        ColumnaRepetida: two header cells name the same campo.
    """
    plegados = [plegar_encabezado(celda) for celda in encabezado]
    halladas = [_posiciones(plegados, campo) for campo in campos]
    usadas = {i for posiciones in halladas for i in posiciones}
    sobran = [_rotulo(celda, i) for i, celda in enumerate(encabezado) if i not in usadas]
    repetidas = [
        f"La columna {campo.nombre} está repetida: "
        f"{' y '.join(_rotulo(encabezado[i], i, lugar=True) for i in posiciones)}. Deje solo una."
        for campo, posiciones in zip(campos, halladas, strict=True)
        if len(posiciones) > 1
    ]
    faltan = [
        campo.nombre
        for campo, posiciones in zip(campos, halladas, strict=True)
        if campo.obligatorio and not posiciones
    ]
    if faltan:
        raise _falta_columna(faltan, sobran, repetidas)
    if repetidas:
        raise ColumnaRepetida(" ".join(repetidas))
    return Emparejamiento(tuple(p[0] if p else None for p in halladas), tuple(sobran))


def _posiciones(plegados: Sequence[str], campo: Campo) -> list[int]:
    exactas = [i for i, p in enumerate(plegados) if p == campo.nombre]
    return exactas or [i for i, p in enumerate(plegados) if p in campo.encabezados]


def _rotulo(celda: str, indice: int, *, lugar: bool = False) -> str:
    limpia = " ".join(celda.split())[:40]
    if not limpia:
        return f"columna {indice + 1} sin nombre"
    return f"«{limpia}» (columna {indice + 1})" if lugar else limpia


def _falta_columna(
    faltan: Sequence[str], sobran: Sequence[str], repetidas: Sequence[str]
) -> FaltaColumna:
    sugerencias = _sugerir(faltan, sobran)
    frases = [
        f"Falta la columna {falta} y sobra «{sobra}». Si son la misma, cámbiele el nombre."
        for falta, sobra in sugerencias.items()
    ]
    solas = [f for f in faltan if f not in sugerencias]
    if solas:
        nombre = "Falta la columna" if len(solas) == 1 else "Faltan las columnas"
        frases.append(f"{nombre} {', '.join(solas)}.")
    otras = [s for s in sobran if s not in sugerencias.values()]
    if otras:
        resto = f" y {len(otras) - _MAX_NOMBRES} más" if len(otras) > _MAX_NOMBRES else ""
        nombres = ", ".join(f"«{s}»" for s in otras[:_MAX_NOMBRES])
        frases.append(f"{'Sobra' if len(otras) == 1 else 'Sobran'} {nombres}{resto}.")
    return FaltaColumna(
        " ".join([*frases, *repetidas]),
        faltan=list(faltan),
        sobran=list(sobran[:_MAX_NOMBRES]),
        sugerencias=sugerencias,
    )


def _sugerir(faltan: Sequence[str], sobran: Sequence[str]) -> dict[str, str]:
    """Missing column → extra one it most resembles, best pairs first, each used once."""
    pares = sorted(
        (-SequenceMatcher(None, plegar_encabezado(sobra), falta).ratio(), falta, sobra)
        for falta in faltan
        for sobra in sobran[:100]
    )
    hallados: dict[str, str] = {}
    for parecido, falta, sobra in pares:
        if -parecido >= _PARECIDO and falta not in hallados and sobra not in hallados.values():
            hallados[falta] = sobra
    return hallados
