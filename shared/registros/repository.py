"""All SQL of the cortes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.registros.model import Corte, EstadoCorte
from shared.registros.tables import corte

_COLUMNAS = [c for c in corte.c if c.name not in {"estado_por", "estado_at"}]


class CorteRepository:
    """Cortes of one transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self.tx = tx

    async def insertar(self, nuevo: Corte) -> bool:
        """Add a corte; ``False`` if its file already is one of that register."""
        valores = {c.name: getattr(nuevo, c.name) for c in _COLUMNAS}
        resultado = await self.tx.execute(
            insert(corte)
            .values(**valores, estado_por=nuevo.cargado_por, estado_at=nuevo.created_at)
            .on_conflict_do_nothing(index_elements=["registro", "sha256_fuente"])
            .returning(corte.c.id)
        )
        return resultado.first() is not None

    async def get(self, corte_id: UUID, *, for_update: bool = False) -> Corte | None:
        """A corte by its id."""
        consulta = select(*_COLUMNAS).where(corte.c.id == corte_id)
        if for_update:
            consulta = consulta.with_for_update()
        return _uno((await self.tx.execute(consulta)).mappings().first())

    async def por_fuente(self, registro: str, sha256_fuente: str) -> Corte | None:
        """The corte made from that file."""
        consulta = select(*_COLUMNAS).where(
            corte.c.registro == registro, corte.c.sha256_fuente == sha256_fuente
        )
        return _uno((await self.tx.execute(consulta)).mappings().first())

    async def por_huella(self, inicio: str) -> list[Corte]:
        """Cortes whose file has a digest that begins so, without those that came with another."""
        return await self._varios(
            corte.c.sha256_fuente.startswith(inicio, autoescape=True),
            corte.c.derivado_de.is_(None),
        )

    async def derivados_de(self, corte_id: UUID) -> list[Corte]:
        """Cortes of other registers that came with it."""
        return await self._varios(corte.c.derivado_de == corte_id)

    async def listar(self, registro: str | None = None) -> list[Corte]:
        """All of them, by register and date."""
        return await self._varios(*([corte.c.registro == registro] if registro else []))

    async def vigentes(self, registros: Sequence[str]) -> list[Corte]:
        """Those in force, by register and date."""
        return await self._varios(
            corte.c.registro.in_(registros), corte.c.estado == EstadoCorte.VIGENTE
        )

    async def cambiar_estado(
        self, corte_id: UUID, estado: EstadoCorte, *, motivo: str | None, por: str, en: datetime
    ) -> None:
        """New state of a corte and of those that came with it."""
        await self.tx.execute(
            update(corte)
            .where(or_(corte.c.id == corte_id, corte.c.derivado_de == corte_id))
            .values(estado=estado, motivo=motivo, estado_por=por, estado_at=en)
        )

    async def _varios(self, *condiciones: Any) -> list[Corte]:
        consulta = (
            select(*_COLUMNAS)
            .where(*condiciones)
            .order_by(corte.c.registro, corte.c.fecha_corte, corte.c.created_at, corte.c.id)
        )
        return [_corte(fila) for fila in (await self.tx.execute(consulta)).mappings()]


def _uno(fila: RowMapping | None) -> Corte | None:
    return None if fila is None else _corte(fila)


def _corte(fila: RowMapping) -> Corte:
    return Corte(**{**fila, "estado": EstadoCorte(fila["estado"])})
