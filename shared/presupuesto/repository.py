"""All SQL of the ledger. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Row, String, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.presupuesto import tables
from shared.presupuesto.errors import SaldoInsuficiente
from shared.presupuesto.model import (
    Acto,
    ActoRegistrado,
    CuadreCuenta,
    EstadoCuenta,
    Linea,
    Movimiento,
    TipoActo,
    TipoCuenta,
)

# The accounts are locked before the serial is drawn, so that the order of ids is the order in
# which balances moved: a replay by id never sees a balance that was not there.
_REGISTRAR = text(
    """
    WITH candado AS MATERIALIZED (SELECT bloquear_cuentas(:cuentas))
    INSERT INTO movimiento
        (clave, debito_id, credito_id, valor_centavos, concepto, referencia, event_at, por)
    SELECT m.clave, m.debito_id, m.credito_id, m.valor_centavos, m.concepto, m.referencia,
           m.event_at, m.por
    FROM candado, unnest(:claves, :debitos, :creditos, :valores, :conceptos, :referencias,
                         :fechas, :autores)
         WITH ORDINALITY AS m (clave, debito_id, credito_id, valor_centavos, concepto, referencia,
                               event_at, por, posicion)
    ORDER BY m.posicion
    ON CONFLICT (clave) DO NOTHING
    """
).bindparams(
    *(bindparam(n, type_=ARRAY(BigInteger)) for n in ("cuentas", "debitos", "creditos", "valores")),
    *(bindparam(n, type_=ARRAY(String)) for n in ("claves", "conceptos", "referencias", "autores")),
    bindparam("fechas", type_=ARRAY(DateTime(timezone=True))),
)

_BLOQUEAR = text("SELECT bloquear_cuentas(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)

_CUADRE = text(
    """
    SELECT c.linea_id, c.tipo, c.saldo_centavos,
           COALESCE(sum(m.cambio), 0)::bigint AS recalculado,
           COALESCE(min(m.corrido), 0)::bigint AS minimo
    FROM cuenta c LEFT JOIN (
        SELECT x.cuenta_id, x.cambio,
               sum(x.cambio) OVER (PARTITION BY x.cuenta_id ORDER BY x.id) AS corrido
        FROM (
            SELECT id, debito_id AS cuenta_id, -valor_centavos AS cambio FROM movimiento
            UNION ALL
            SELECT id, credito_id, valor_centavos FROM movimiento
        ) x
    ) m ON m.cuenta_id = c.id
    GROUP BY c.id ORDER BY c.id
    """
)


class LibroRepository:
    """Lines, accounts, movements and acts in the caller's transaction."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def add_linea(self, mecanismo: str, vigencia: int, fuente: str) -> None:
        """Create the line with its accounts, unless it is there."""
        await self._tx.execute(
            insert(tables.linea)
            .values(mecanismo=mecanismo, vigencia=vigencia, fuente=fuente)
            .on_conflict_do_nothing()
        )

    async def lineas(
        self,
        *,
        ids: Iterable[int] | None = None,
        de: tuple[str, int] | None = None,
    ) -> list[Linea]:
        """Lines by id, or of (mecanismo, vigencia), or all; ordered by id."""
        consulta = (
            select(tables.linea, tables.cuenta.c.tipo, tables.cuenta.c.id.label("cuenta_id"))
            .join(tables.cuenta)
            .order_by(tables.linea.c.id, tables.cuenta.c.id)
        )
        if ids is not None:
            consulta = consulta.where(tables.linea.c.id.in_(list(ids)))
        if de is not None:
            consulta = consulta.where(
                tables.linea.c.mecanismo == de[0], tables.linea.c.vigencia == de[1]
            )
        lineas: dict[int, Linea] = {}
        for fila in await self._tx.execute(consulta):
            cuentas = {TipoCuenta(fila.tipo): fila.cuenta_id}
            if (previa := lineas.get(fila.id)) is not None:
                cuentas = {**previa.cuentas, **cuentas}
            lineas[fila.id] = Linea(fila.id, fila.mecanismo, fila.vigencia, fila.fuente, cuentas)
        return list(lineas.values())

    async def bloquear_lineas(self, ids: Iterable[int]) -> None:
        """Lock the lines in id order until the end of the transaction."""
        await self._tx.execute(
            select(tables.linea.c.id)
            .where(tables.linea.c.id.in_(sorted(set(ids))))
            .order_by(tables.linea.c.id)
            .with_for_update(key_share=True)
        )

    async def saldos(self, lineas: Sequence[Linea]) -> dict[int, dict[TipoCuenta, int]]:
        """Balance of every account, by line."""
        filas = await self._tx.execute(
            select(
                tables.cuenta.c.linea_id, tables.cuenta.c.tipo, tables.cuenta.c.saldo_centavos
            ).where(tables.cuenta.c.linea_id.in_([linea.id for linea in lineas]))
        )
        saldos: dict[int, dict[TipoCuenta, int]] = {linea.id: {} for linea in lineas}
        for fila in filas:
            saldos[fila.linea_id][TipoCuenta(fila.tipo)] = fila.saldo_centavos
        return saldos

    async def add_movimientos(self, movimientos: Sequence[Movimiento]) -> int:
        """Post in the given order, in one statement; known keys are skipped. Returns the new ones.

        Raises:
            SaldoInsuficiente: some account would go below zero. The transaction is spoilt.
        """
        cuentas = {m.debito_id for m in movimientos} | {m.credito_id for m in movimientos}
        try:
            resultado = await self._tx.execute(
                _REGISTRAR,
                {
                    "cuentas": list(cuentas),
                    "claves": [m.clave for m in movimientos],
                    "debitos": [m.debito_id for m in movimientos],
                    "creditos": [m.credito_id for m in movimientos],
                    "valores": [m.valor_centavos for m in movimientos],
                    "conceptos": [m.concepto for m in movimientos],
                    "referencias": [m.referencia for m in movimientos],
                    "fechas": [m.event_at for m in movimientos],
                    "autores": [m.por for m in movimientos],
                },
            )
        except IntegrityError as error:
            if (rechazo := _saldo_insuficiente(error)) is not None:
                raise rechazo from error
            raise
        return resultado.rowcount

    async def movimientos(self, claves: Sequence[str]) -> dict[str, Movimiento]:
        """Booked movements by key."""
        filas = await self._tx.execute(
            text("SELECT * FROM movimiento WHERE clave = ANY(:claves) ORDER BY id").bindparams(
                bindparam("claves", type_=ARRAY(String))
            ),
            {"claves": list(claves)},
        )
        return {fila.clave: _movimiento(fila) for fila in filas}

    async def bloquear_cuentas(self, ids: Iterable[int]) -> dict[int, EstadoCuenta]:
        """Lock the accounts in id order and read them."""
        ids = sorted(set(ids))
        await self._tx.execute(_BLOQUEAR, {"ids": ids})
        # A second statement: its snapshot is later than the locks.
        filas = await self._tx.execute(select(tables.cuenta).where(tables.cuenta.c.id.in_(ids)))
        return {f.id: EstadoCuenta(TipoCuenta(f.tipo), f.saldo_centavos) for f in filas}

    async def add_acto(
        self, linea_id: int, acto: Acto, *, event_at: datetime, por: str
    ) -> UUID | None:
        """Book the act; None if its number or its key is taken."""
        resultado = await self._tx.execute(
            insert(tables.acto_presupuestal)
            .values(
                linea_id=linea_id,
                tipo=acto.tipo.value,
                numero=acto.numero,
                fecha=acto.fecha,
                valor_centavos=acto.valor_centavos,
                descripcion=acto.descripcion,
                clave=acto.clave,
                event_at=event_at,
                por=por,
            )
            .on_conflict_do_nothing()
            .returning(tables.acto_presupuestal.c.id)
        )
        acto_id: UUID | None = resultado.scalar_one_or_none()
        return acto_id

    async def actos(self, linea_id: int) -> list[ActoRegistrado]:
        """Acts of a line, oldest first."""
        t = tables.acto_presupuestal.c
        filas = await self._tx.execute(
            select(tables.acto_presupuestal).where(t.linea_id == linea_id).order_by(t.id)
        )
        return [_acto(fila) for fila in filas]

    async def acto_con_clave(self, clave: str) -> ActoRegistrado | None:
        """The act booked under an idempotency key."""
        fila = (
            await self._tx.execute(
                select(tables.acto_presupuestal).where(tables.acto_presupuestal.c.clave == clave)
            )
        ).one_or_none()
        return None if fila is None else _acto(fila)

    async def cuadre(self) -> list[CuadreCuenta]:
        """Every balance beside the one its movements give. Reads the whole ledger."""
        return [
            CuadreCuenta(f.linea_id, TipoCuenta(f.tipo), f.saldo_centavos, f.recalculado, f.minimo)
            for f in await self._tx.execute(_CUADRE)
        ]


def _saldo_insuficiente(error: IntegrityError) -> SaldoInsuficiente | None:
    causa = getattr(error.orig, "__cause__", None)
    if getattr(causa, "constraint_name", None) != "ck_cuenta_saldo_no_negativo":
        return None
    datos = json.loads(getattr(causa, "detail", ""))
    return SaldoInsuficiente.de(
        datos["cuenta"],
        saldo_centavos=datos["saldo_centavos"],
        faltante_centavos=int(datos["faltante_centavos"]),
    )


def _movimiento(fila: Row[tuple[object, ...]]) -> Movimiento:
    return Movimiento(
        clave=fila.clave,
        debito_id=fila.debito_id,
        credito_id=fila.credito_id,
        valor_centavos=fila.valor_centavos,
        concepto=fila.concepto,
        referencia=fila.referencia,
        event_at=fila.event_at,
        por=fila.por,
    )


def _acto(fila: Row[tuple[object, ...]]) -> ActoRegistrado:
    return ActoRegistrado(
        id=fila.id,
        linea_id=fila.linea_id,
        acto=Acto(
            tipo=TipoActo(fila.tipo),
            numero=fila.numero,
            fecha=fila.fecha,
            valor_centavos=fila.valor_centavos,
            descripcion=fila.descripcion,
            clave=fila.clave,
        ),
    )
