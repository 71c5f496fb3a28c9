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
    Beneficiario,
    CuentaBancaria,
    CuentaPago,
    EstadoCuentaBancaria,
)
from shared.giros.repository.filas import entre

_AGREGAR_CUENTAS = text(
    """
    INSERT INTO cuenta_bancaria
        (tipo_documento, nit, codigo_banco, tipo_producto, numero_producto,
         titular_tipo_documento, titular_nit, created_at)
    SELECT DISTINCT c.*, CAST(:ahora AS timestamptz)
    FROM unnest(:documentos, :nits, :bancos, :tipos, :numeros, :documentos_titular, :titulares)
         AS c (documento, nit, banco, tipo, numero, documento_titular, titular)
    ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT DO NOTHING
    """
).bindparams(
    *(
        bindparam(n, type_=ARRAY(String))
        for n in (
            "documentos",
            "nits",
            "bancos",
            "tipos",
            "numeros",
            "documentos_titular",
            "titulares",
        )
    ),
    bindparam("ahora", type_=DateTime(timezone=True)),
)


class CuentaRepository:
    """Bank accounts of payees."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def asegurar(
        self, cuentas: Sequence[tuple[Beneficiario, CuentaPago]], ahora: datetime
    ) -> dict[tuple[Beneficiario, CuentaPago], CuentaBancaria]:
        """The account of each (payee, account), added POR_VERIFICAR if nobody gave it before."""
        if not cuentas:
            return {}
        await self._tx.execute(
            _AGREGAR_CUENTAS,
            {
                "documentos": [b.tipo_documento for b, _ in cuentas],
                "nits": [b.numero for b, _ in cuentas],
                "bancos": [c.codigo_banco for _, c in cuentas],
                "tipos": [c.tipo_producto for _, c in cuentas],
                "numeros": [c.numero_producto for _, c in cuentas],
                "documentos_titular": [c.titular_tipo_documento for _, c in cuentas],
                "titulares": [c.titular_nit for _, c in cuentas],
                "ahora": ahora,
            },
        )
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t).where(entre(t.c.nit, {b.numero for b, _ in cuentas}, String))
        )
        return {(c.beneficiario, c.pago): c for c in map(_cuenta, filas)}

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, CuentaBancaria]:
        """Those that exist, by id."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(select(t).where(entre(t.c.id, ids, Uuid)))
        return {f.id: _cuenta(f) for f in filas}

    async def de(self, beneficiario: Beneficiario) -> list[CuentaBancaria]:
        """Accounts that a payee gave, oldest first."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t)
            .where(
                t.c.tipo_documento == beneficiario.tipo_documento, t.c.nit == beneficiario.numero
            )
            .order_by(t.c.id)
        )
        return [_cuenta(f) for f in filas]

    async def verificadas(self, beneficiarios: Iterable[Beneficiario]) -> dict[Beneficiario, UUID]:
        """The last account of each payee that was checked and is theirs; none of whom has none."""
        t = tables.cuenta_bancaria
        filas = await self._tx.execute(
            select(t)
            .where(
                entre(t.c.nit, {b.numero for b in beneficiarios}, String),
                t.c.estado == EstadoCuentaBancaria.VERIFICADA.value,
            )
            .order_by(t.c.decidida_at, t.c.id)
        )
        return {c.beneficiario: c.id for c in map(_cuenta, filas) if c.sirve}

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
        beneficiario=Beneficiario(f.tipo_documento, f.nit),
        pago=CuentaPago(
            f.codigo_banco,
            f.tipo_producto,
            f.numero_producto,
            f.titular_nit,
            f.titular_tipo_documento,
        ),
        estado=EstadoCuentaBancaria(f.estado),
    )
