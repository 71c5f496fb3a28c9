"""What the acts of a mechanism fix: its windows and its options. All SQL of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.radicacion.model import Ventana


@dataclass(frozen=True)
class Parametro:
    """The value of an option of a mechanism from a day on, and the act that says so."""

    mecanismo: str
    nombre: str
    valor: str
    desde: date
    acto: str


class ActoRepository:
    """Reads and writes inside the caller's transaction; never commits."""

    def __init__(self, tx: AsyncConnection) -> None:
        self.tx = tx

    async def ventana(self, mecanismo: str, periodo: str) -> Ventana | None:
        """The window fixed for a period."""
        halladas = await self._ventanas(mecanismo, "periodo = :periodo", periodo=periodo)
        return halladas[0] if halladas else None

    async def ventanas_sin_periodo(self, mecanismo: str) -> list[Ventana]:
        """Those of a mechanism without periods, in order."""
        return await self._ventanas(mecanismo, "periodo IS NULL")

    async def ventanas(self, mecanismo: str) -> list[Ventana]:
        """Every window fixed for a mechanism, in order."""
        return await self._ventanas(mecanismo, "true")

    async def _ventanas(self, mecanismo: str, donde: str, **parametros: str) -> list[Ventana]:
        consulta = text(
            f"SELECT periodo, desde, hasta, acto FROM ventana WHERE mecanismo = :mecanismo "  # noqa: S608 - fixed texts
            f"AND {donde} ORDER BY desde"
        )
        filas = await self.tx.execute(consulta, {"mecanismo": mecanismo, **parametros})
        return [Ventana(*fila) for fila in filas]

    async def fijar_ventana(
        self, mecanismo: str, ventana: Ventana, *, por: str, en: datetime
    ) -> None:
        """Add it, or put it in the place of that of the same period (or of the same beginning)."""
        clave = (
            "(mecanismo, desde) WHERE periodo IS NULL"
            if ventana.periodo is None
            else "(mecanismo, periodo)"
        )
        consulta = text(
            f"""
            INSERT INTO ventana (mecanismo, periodo, desde, hasta, acto, creado_por, created_at)
            VALUES (:mecanismo, :periodo, :desde, :hasta, :acto, :por, :en)
            ON CONFLICT {clave} DO UPDATE SET desde = excluded.desde,
                hasta = excluded.hasta, acto = excluded.acto, creado_por = excluded.creado_por,
                created_at = excluded.created_at
            """  # noqa: S608 - one of two fixed texts
        )
        await self.tx.execute(
            consulta,
            {
                "mecanismo": mecanismo,
                "periodo": ventana.periodo,
                "desde": ventana.desde,
                "hasta": ventana.hasta,
                "acto": ventana.acto,
                "por": por,
                "en": en,
            },
        )

    async def parametros(
        self, mecanismos: Sequence[str], hasta: date | None = None
    ) -> list[Parametro]:
        """Values of the options of those mechanisms, by name and date; only those that begin by
        ``hasta``, if given."""
        consulta = text(
            """
            SELECT mecanismo, nombre, valor, desde, acto FROM parametro
            WHERE mecanismo = ANY(:mecanismos)
              AND (CAST(:hasta AS date) IS NULL OR desde <= :hasta)
            ORDER BY mecanismo, nombre, desde
            """
        )
        filas = await self.tx.execute(consulta, {"mecanismos": list(mecanismos), "hasta": hasta})
        return [Parametro(*fila) for fila in filas]

    async def fijar_parametro(self, parametro: Parametro, *, por: str, en: datetime) -> bool:
        """Add it; ``False`` if an act already fixed that option from that day."""
        consulta = text(
            """
            INSERT INTO parametro (mecanismo, nombre, valor, desde, acto, creado_por, created_at)
            VALUES (:mecanismo, :nombre, :valor, :desde, :acto, :por, :en)
            ON CONFLICT (mecanismo, nombre, desde) DO NOTHING
            """
        )
        valores: dict[str, Any] = {**vars(parametro), "por": por, "en": en}
        return bool((await self.tx.execute(consulta, valores)).rowcount)
