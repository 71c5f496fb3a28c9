"""Products that a social programme already pays to a person: a proposal for whoever operates.

CET §8 names the alliances as the second source of a product, after the one that the EPS reported.
It is no rule: it grants nothing, and a product is used only after it is checked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from shared.db.duck import en_memoria
from shared.giros.model import Beneficiario, CuentaPago
from shared.radicacion.service import Contexto
from shared.registros import Corte, abrir_cortes, cortes_vigentes

REGISTRO: Final = "programas"


@dataclass(frozen=True)
class Sugerencia:
    """A product of the payee in a programme."""

    programa: str
    producto: CuentaPago = field(repr=False)


async def sugerir(beneficiario: Beneficiario, ctx: Contexto) -> list[Sugerencia]:
    """Products of that person in the cortes in force of ``programas``; none without them."""
    async with ctx.uow.begin() as tx:
        cortes = await cortes_vigentes(tx, [REGISTRO])
    return await asyncio.to_thread(_leer, cortes, beneficiario, ctx)


def _leer(
    cortes: dict[str, list[Corte]], beneficiario: Beneficiario, ctx: Contexto
) -> list[Sugerencia]:
    with en_memoria() as conexion:
        fuente = abrir_cortes(conexion, cortes, datos=ctx.almacen.datos)[REGISTRO]
        if not fuente.presente:
            return []
        filas = conexion.execute(
            "SELECT DISTINCT programa, codigo_banco, tipo_producto, numero_producto "  # noqa: S608
            f"FROM ({fuente.sql}) WHERE tipo_documento = ? AND numero_documento = ? "
            "AND codigo_banco IS NOT NULL AND tipo_producto IS NOT NULL "
            "AND numero_producto IS NOT NULL ORDER BY ALL",
            [beneficiario.tipo_documento, beneficiario.numero],
        ).fetchall()
    return [
        Sugerencia(
            str(programa),
            CuentaPago(banco, tipo, numero, beneficiario.numero, beneficiario.tipo_documento),
        )
        for programa, banco, tipo, numero in filas
    ]
