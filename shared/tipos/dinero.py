"""Money: integer centavos inside, decimal text with two digits at the edge.

Source: ``dominio`` conventions §7. No float ever touches an amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NewType

from shared.tipos.errores import EntradaInvalida

Centavos = NewType("Centavos", int)
"""The only unit of money inside the system: 1 peso = 100 centavos."""

MONEDA: Final = "COP"


def pesos(valor: int) -> Centavos:
    """Whole pesos as centavos: ``pesos(456_482) == 45_648_200``."""
    return Centavos(valor * 100)


def a_decimal(valor: int) -> str:
    """Centavos as decimal text with two digits: ``8_652_150`` → ``"86521.50"``."""
    signo = "-" if valor < 0 else ""
    enteros, resto = divmod(abs(valor), 100)
    return f"{signo}{enteros}.{resto:02d}"


def de_decimal(texto: str) -> Centavos:
    """Decimal text as centavos. Accepts an optional sign, digits and up to two decimals.

    Raises:
        EntradaInvalida: thousands separators, commas, more than two decimals or no digits.
    """
    limpio = texto.strip()
    signo = -1 if limpio.startswith("-") else 1
    enteros, punto, decimales = limpio.lstrip("-").partition(".")
    if not (enteros.isascii() and enteros.isdigit()) or (
        punto and not (decimales.isascii() and decimales.isdigit() and len(decimales) <= 2)
    ):
        raise EntradaInvalida(
            f"«{texto}» no es un valor en pesos. Escriba solo dígitos y, si hay centavos, "
            "un punto y dos decimales: 86521.50."
        )
    return Centavos(signo * (int(enteros) * 100 + int(decimales.ljust(2, "0") or 0)))


def formato_pesos(valor: int) -> str:
    """Centavos as people in Colombia write pesos: ``$ 1.242.939.982``; centavos only if any."""
    enteros, _, decimales = a_decimal(valor).partition(".")
    miles = f"{int(enteros):,}".replace(",", ".")
    return f"$ {miles}" if decimales == "00" else f"$ {miles},{decimales}"


def repartir(total: Centavos, proporciones: Sequence[int]) -> list[Centavos]:
    """Split ``total`` by integer weights so that the parts add up to it exactly.

    Largest remainder; ties go to the earlier part. ``total`` and weights must be ≥ 0 and some
    weight > 0.

    Raises:
        ValueError: negative input or no weight.
    """
    suma = sum(proporciones)
    if total < 0 or suma <= 0 or any(p < 0 for p in proporciones):
        raise ValueError("repartir pide un total y pesos no negativos, y algún peso mayor que cero")
    partes = [total * p // suma for p in proporciones]
    restos = sorted(range(len(partes)), key=lambda i: (-(total * proporciones[i] % suma), i))
    for i in restos[: total - sum(partes)]:
        partes[i] += 1
    return [Centavos(p) for p in partes]
