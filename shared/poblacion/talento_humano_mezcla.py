"""How many workers of each amount make the published figure of each department.

ADRES published, for each department of the reporter, beneficiaries and pesos (Informe de gestión
2020; dossier talento humano §9), never the perfiles behind them. **The mix is synthetic**: it
says nothing about how many nurses or physicians were really paid anywhere.

The four amounts known (``ths_perfiles``) reach the peso in 10 of the 34 rows only; the real
catalogue had 187 perfiles. The other 24 rows need one more amount, and ``SINTETICO`` is ours: few
people have it, only at scale 1, and it travels with the population as a catalogue of its own. It
is not a figure of Res. 1774.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.normativa import tablas
from shared.poblacion.plan import Plan
from shared.tipos import InvarianteRota

CODIGOS: Final = (("A02",), ("P03", "P04", "P14"), ("P07",), ("M02", "M1302"))
"""Perfiles of each known amount, ascending."""
SINTETICO: Final = ("T99", 1_580_045)
"""Perfil and whole pesos: 1,8 SMLMV, rounded as the published ones. One of the few amounts that
close the 24 rows with under 400 people in all; T99 is "otros tecnólogos", no profession."""
CUOTAS: Final = (48, 33, 18, 1)
"""Aim of the mix, in hundredths: the perfiles counted by the press (§9, S8: 100.422 auxiliares,
45.023 médicos generales, 34.193 enfermeros), stretched to the mean of 1.519.454 pesos."""

PESO_SINTETICO: Final = 20
"""How much dearer is one person of the synthetic amount than one away from the aim."""
ESPECIALISTAS: Final = 8
"""Most specialists of a row, in hundredths."""

Cuatro = tuple[int, int, int, int]
Mezcla = tuple[int, int, int, int, int]
"""People of each known amount, ascending, and of the synthetic one."""


@dataclass(frozen=True)
class Departamento:
    """One row of ``ths_departamentos_2020``: the department of the reporter."""

    codigo: str
    """DIVIPOLA; empty for the row of the INS."""
    beneficiarios: int
    valor: int
    """Whole pesos."""
    mezcla: Mezcla


def importes() -> Cuatro:
    """The four known amounts in whole pesos, ascending.

    Raises:
        InvarianteRota: ``ths_perfiles`` gives two amounts to perfiles of one group.
    """
    valor = {fila["codigo_perfil"]: int(fila["valor_cop"]) for fila in tablas.leer("ths_perfiles")}
    grupos = [{valor[codigo] for codigo in codigos} for codigos in CODIGOS]
    if any(len(grupo) != 1 for grupo in grupos):
        raise InvarianteRota("ths_perfiles no trae un solo valor por grupo de perfiles")
    auxiliar, profesional, medico, especialista = (grupo.pop() for grupo in grupos)
    return auxiliar, profesional, medico, especialista


def departamentos(plan: Plan) -> tuple[Departamento, ...]:
    """The 34 rows with their mix; at scale 1 exactly as published, else in proportion.

    Raises:
        InvarianteRota: no mix gives a published row.
    """
    return tuple(_a_escala(publicado, plan) for publicado in _publicados())


@cache
def _publicados() -> tuple[Departamento, ...]:
    filas = (
        (fila["codigo_divipola"], int(fila["beneficiarios"]), int(fila["valor_cop"]))
        for fila in tablas.leer("ths_departamentos_2020")
    )
    return tuple(Departamento(c, n, valor, mezcla_exacta(n, valor)) for c, n, valor in filas)


def _a_escala(publicado: Departamento, plan: Plan) -> Departamento:
    """Without the synthetic amount: at other scales nothing has to close to the peso."""
    if plan.exacta:
        return publicado
    personas = plan.n(publicado.beneficiarios)
    mezcla = (*_en_proporcion(personas, publicado.mezcla[:4]), 0)
    valor = sum(n * importe for n, importe in zip(mezcla, (*importes(), 0), strict=True))
    return Departamento(publicado.codigo, personas, valor, mezcla)


def _en_proporcion(total: int, pesos: Cuatro) -> Cuatro:
    """``total`` split by weight; what is left over goes to the largest remainders."""
    suma = sum(pesos)
    partes = [total * peso // suma for peso in pesos]
    por_resto = sorted(range(4), key=lambda g: (-(total * pesos[g] % suma), g))
    for grupo in por_resto[: total - sum(partes)]:
        partes[grupo] += 1
    return partes[0], partes[1], partes[2], partes[3]


def mezcla_exacta(personas: int, valor: int) -> Mezcla:
    """Of the mixes of ``personas`` that add up to ``valor`` pesos, the nearest to ``CUOTAS``.

    The synthetic amount enters only where the known ones do not suffice.

    Raises:
        InvarianteRota: there is none.
    """
    mejor: tuple[int, Mezcla] | None = None
    for sinteticos in range(personas + 1):
        if mejor and (sinteticos == 1 or _lejania((0, 0, 0, 0, sinteticos), 0) >= mejor[0]):
            break
        for cuatro in _mezclas(personas - sinteticos, valor - sinteticos * SINTETICO[1]):
            mezcla = (*cuatro, sinteticos)
            candidata = (_lejania(mezcla, personas), mezcla)
            if mejor is None or candidata < mejor:
                mejor = candidata
    if mejor is None:
        raise InvarianteRota(f"no hay mezcla de {personas} personas que sume {valor} pesos")
    return mejor[1]


def _lejania(mezcla: Mezcla, personas: int) -> int:
    """Squared distance to ``CUOTAS``; the synthetic amount counts ``PESO_SINTETICO`` times."""
    *cuatro, sinteticos = mezcla
    lejos = sum((100 * n - c * personas) ** 2 for n, c in zip(cuatro, CUOTAS, strict=True))
    return lejos + (100 * PESO_SINTETICO * sinteticos) ** 2


def _mezclas(personas: int, valor: int) -> Iterator[Cuatro]:
    """Every mix with both sums: two equations leave two free, one of them fixed by a congruence.

    Over the lowest amount, ``resto = b·n2 + c·n3 + d·n4``; for each n4, n2 is one class modulo c.
    """
    base, *otros = importes()
    b, c, d = (importe - base for importe in otros)
    comun = math.gcd(b, c)
    paso = c // comun
    inverso = pow(b // comun, -1, paso)
    resto = valor - base * personas
    for n4 in range(min(personas * ESPECIALISTAS // 100 + 1, resto // d) + 1):
        falta = resto - d * n4
        if falta % comun:
            continue
        for n2 in range(falta // comun * inverso % paso, personas - n4 + 1, paso):
            n3, sobra = divmod(falta - b * n2, c)
            if not sobra and n3 >= 0 and n2 + n3 + n4 <= personas:
                yield personas - n2 - n3 - n4, n2, n3, n4
