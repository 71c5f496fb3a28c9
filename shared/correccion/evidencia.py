"""A chosen candidate in words, one line for each column that would change. No I/O.

The words say what of the row coincides, never what else the register knows of the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shared.correccion.candidatos import IGUALES, INCOMPLETOS, LETRAS
from shared.correccion.model import CERTEZA, NOMBRES, Padron
from shared.focalizacion.nombres import PARTICULAS
from shared.tipos.campos import sin_tildes

_EN_LETRAS: Final = {2: "dos", 3: "tres", 4: "cuatro", 5: "cinco", 6: "seis"}
_ROTULOS: Final = {
    "primer_apellido": "el primer apellido",
    "segundo_apellido": "el segundo apellido",
    "primer_nombre": "el primer nombre",
    "segundo_nombre": "el segundo nombre",
}


@dataclass(frozen=True)
class Propuesta:
    """One cell that would change, and why."""

    fila: int
    columna: str
    valor_reportado: str
    valor_propuesto: str
    similitud: float
    """From 0 to 1: mean of how alike document, names and, if known, day of birth are."""
    evidencia: str
    registro: str
    corte: str
    estado: str
    certeza: str = CERTEZA.value


def propuestas(
    elegido: Mapping[str, Any], padrones: Sequence[Padron], cortes: Mapping[str, str]
) -> Iterator[Propuesta]:
    """Lines of one row; none if nothing would change.

    ``elegido`` is a row of ``correccion_elegidos`` with what the entity wrote under ``escrito``.
    ``cortes``: what to cite of a register whose rows carry no date.
    """
    padron = padrones[elegido["orden"]]
    escrito: Mapping[str, str | None] = elegido["escrito"]
    cambios = {} if elegido["propio"] else _documento(elegido, escrito)
    if elegido["clase"] != IGUALES:
        cambios |= _nombres(elegido, escrito)
    corte = _corte(elegido["fecha_corte"], cortes.get(padron.registro, ""))
    for columna, valor in cambios.items():
        yield Propuesta(
            fila=elegido["fila"],
            columna=columna,
            valor_reportado=escrito[columna] or "",
            valor_propuesto=valor or "",
            similitud=round(elegido["similitud"], 3),
            evidencia=_evidencia(elegido, columna, cambios, padrones),
            registro=padron.registro,
            corte=corte,
            estado=elegido["estado"],
        )


def _documento(
    elegido: Mapping[str, Any], escrito: Mapping[str, str | None]
) -> dict[str, str | None]:
    columnas = ("tipo_documento", "numero_documento")
    return {c: elegido[c] for c in columnas if elegido[c] != escrito[c]}


def _nombres(
    elegido: Mapping[str, Any], escrito: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Columns of names that say something else than the register, accents and particles apart."""
    return {c: elegido[c] for c in NOMBRES if _palabras(elegido[c]) != _palabras(escrito[c])}


def _palabras(texto: str | None) -> list[str]:
    limpio = re.sub(r"[^A-Z0-9]+", " ", sin_tildes(texto or "").upper())
    return [p for p in limpio.split() if p not in PARTICULAS]


def _corte(fecha: date | None, cita: str) -> str:
    return fecha.isoformat() if fecha is not None else cita


def _evidencia(
    elegido: Mapping[str, Any],
    columna: str,
    cambios: Mapping[str, str | None],
    padrones: Sequence[Padron],
) -> str:
    donde = _enumerar([padrones[i].titulo for i in elegido["ordenes"]])
    partes = [_de_nombres(elegido, cambios)]
    if elegido["misma_fecha"]:
        partes.append("la fecha de nacimiento coincide")
    partes.append(_de_documento(elegido))
    texto = f"Según {donde}: {'; '.join(partes)}."
    otras = [c for c in cambios if c != columna]
    return f"{texto} Va junto con {_enumerar(otras)}." if otras else texto


def _de_nombres(elegido: Mapping[str, Any], cambios: Mapping[str, str | None]) -> str:
    clase, comunes = elegido["clase"], elegido["comunes"]
    if clase == IGUALES:
        orden = "" if _mismo_orden(elegido) else ", en otro orden"
        return f"los {_cuantos(comunes)} nombres y apellidos coinciden{orden}"
    rotulos = _enumerar([_ROTULOS[c] for c in cambios if c in _ROTULOS])
    difiere = {
        LETRAS: f"{rotulos}: cambia una letra o un espacio",
        INCOMPLETOS: f"{rotulos}: sobra o falta una palabra",
    }.get(clase, f"{rotulos}: es otra palabra")
    coinciden = "uno coincide" if comunes == 1 else f"{_cuantos(comunes)} coinciden"
    return f"de los nombres y apellidos, {coinciden}; {difiere}"


def _mismo_orden(elegido: Mapping[str, Any]) -> bool:
    return all(_palabras(elegido[c]) == _palabras(elegido["escrito"][c]) for c in NOMBRES)


def _de_documento(elegido: Mapping[str, Any]) -> str:
    if elegido["propio"]:
        return "el documento coincide"
    if elegido["distancia"] == 0:
        return "el número es el mismo, con otro tipo de documento"
    if elegido["distancia"] > 1:
        return "el número escrito es otro"
    otro = "" if elegido["mismo_tipo"] else ", y el tipo de documento es otro"
    return _errata(elegido["escrito"]["numero_documento"], elegido["numero_documento"]) + otro


def _errata(escrito: str, hallado: str) -> str:
    """What happened between two numbers that are one slip apart."""
    if len(escrito) < len(hallado):
        return "al número escrito le falta un dígito"
    if len(escrito) > len(hallado):
        return "al número escrito le sobra un dígito"
    if sorted(escrito) == sorted(hallado):
        return "dos dígitos están cambiados de lugar"
    return "un dígito es distinto"


def _cuantos(n: int) -> str:
    return _EN_LETRAS.get(n, str(n))


def _enumerar(textos: Sequence[str]) -> str:
    if len(textos) < 2:
        return "".join(textos)
    return f"{', '.join(textos[:-1])} y {textos[-1]}"
