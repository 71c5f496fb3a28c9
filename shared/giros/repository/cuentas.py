"""SQL of the bank accounts of payees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Row,
    String,
    Uuid,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.giros import tables
from shared.giros.model import (
    CuentaBancaria,
    CuentaPago,
    EstadoCuentaBancaria,
)
from shared.giros.repository.filas import entre

_AGREGAR_CUENTAS = text(
    """
    INSERT INTO cuenta_bancaria
        (nit, codigo_banco, tipo_producto, numero_producto, titular_nit, created_at)
    SELECT DISTINCT c.nit, c.banco, c.tipo, c.numero, c.titular, CAST(:ahora AS timestamptz)
    FROM unnest(:nits, :bancos, :tipos, :numeros, :titulares)
         AS c (nit, banco, tipo, numero, titular)
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT DO NOTHING
    """
).bindparams(
    *(
        bindparam(n, type_=ARRAY(String))
        for n in ("nits", "bancos", "tipos", "numeros", "titulares")
    ),
    bindparam("ahora", type_=DateTime(timezone=True)),
)


class CuentaRepository:
    """Bank accounts of payees."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def asegurar(
        self, cuentas: Sequence[tuple[str, CuentaPago]], ahora: datetime
    ) -> dict[tuple[str, CuentaPago], CuentaBancaria]:
        """The account of each (NIT, account), added POR_VERIFICAR if nobody gave it before."""
        if not cuentas:
            return {}
        await self._tx.execute(
            _AGREGAR_CUENTAS,
            {
                "nits": [nit for nit, _ in cuentas],
                "bancos": [c.codigo_banco for _, c in cuentas],
                "tipos": [c.tipo_producto for _, c in cuentas],
                "numeros": [c.numero_producto for _, c in cuentas],
                "titulares": [c.titular_nit for _, c in cuentas],
                "ahora": ahora,
            },
        )
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t).where(entre(t.c.nit, {nit for nit, _ in cuentas}, String))
        )
        return {(c.nit, c.pago): c for c in map(_cuenta, filas)}

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, CuentaBancaria]:
        """Those that exist, by id."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(select(t).where(entre(t.c.id, ids, Uuid)))
        return {f.id: _cuenta(f) for f in filas}

    async def de_nit(self, nit: str) -> list[CuentaBancaria]:
        """Accounts that a payee gave, oldest first."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(select(t).where(t.c.nit == nit).order_by(t.c.id))
        return [_cuenta(f) for f in filas]

    async def por_verificar(self, *, limite: int = 50) -> list[CuentaBancaria]:
        """Accounts that nobody has checked, oldest first."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t).where(t.c.estado == "POR_VERIFICAR").order_by(t.c.id).limit(limite)
        )
        return [_cuenta(f) for f in filas]

    async def decidir(
        self,
        id_: UUID,
        estado: EstadoCuentaBancaria,
        *,
        motivo: str | None,
        por: str,
        ahora: datetime,
    ) -> CuentaBancaria:
        """Write the outcome of checking the account."""
        t = tables.cuenta_bancaria
        resultado = await self._tx.execute(
            update(t)
            .where(t.c.id == id_)
            .values(estado=estado.value, motivo=motivo, decidida_por=por, decidida_at=ahora)
            .returning(t)
        )
        return _cuenta(resultado.one())


def _cuenta(f: Row[Any]) -> CuentaBancaria:
    return CuentaBancaria(
        id=f.id,
        nit=f.nit,
        pago=CuentaPago(f.codigo_banco, f.tipo_producto, f.numero_producto, f.titular_nit),
        estado=EstadoCuentaBancaria(f.estado),
    )
