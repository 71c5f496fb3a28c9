"""Movements of the ledger for each thing that happens to a recognition. No I/O.

Keys are made of our own ids, so a repeat of the same fact is the same movement. Grouping after
the budget dossier §3: one CDP and one RP per batch, obligaciones and giros one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.giros.model import EstadoGiro, Giro, Reconocimiento
from shared.presupuesto.model import Linea, Movimiento, TipoCuenta

_CADENA: Final = (
    TipoCuenta.APROPIACION_DISPONIBLE,
    TipoCuenta.CDP,
    TipoCuenta.RP,
    TipoCuenta.OBLIGACION,
)


@dataclass(frozen=True)
class Asientos:
    """Builds movements of one line, at one moment, by one author."""

    linea: Linea
    event_at: datetime
    por: str

    def reconocidos(self, lote: Sequence[Reconocimiento]) -> list[Movimiento]:
        """CDP and RP of the whole batch, then one obligación per payee (PRE-01…03)."""
        if not lote:
            return []
        primero, total = lote[0].id, sum(r.valor_centavos for r in lote)
        disponible, cdp, rp, obligacion = _CADENA
        return [
            self._mover("CDP", f"cdp:{primero}", primero, (disponible, cdp), total),
            self._mover("RP", f"rp:{primero}", primero, (cdp, rp), total),
            *(
                self._mover(
                    "OBLIGACION", f"obligacion:{r.id}", r.id, (rp, obligacion), r.valor_centavos
                )
                for r in lote
            ),
        ]

    def liberado(self, clave: str, origen: UUID, valor_centavos: int) -> list[Movimiento]:
        """Obligación, RP and CDP taken back to the appropriation (PRE-11)."""
        pasos = zip(reversed(_CADENA), reversed(_CADENA[:-1]), strict=False)
        return [
            self._mover("LIBERACION", f"{clave}:{cuentas[0]}", origen, cuentas, valor_centavos)
            for cuentas in pasos
        ]

    def ordenado(self, giro: Giro) -> list[Movimiento]:
        """The obligación and its cash leave for the bank (PRE-04, PRE-05)."""
        return self._par(
            "GIRO_ORDENADO",
            giro,
            (TipoCuenta.OBLIGACION, TipoCuenta.ORDENADO),
            (TipoCuenta.CAJA, TipoCuenta.CAJA_ORDENADA),
        )

    def aplicado(self, giro: Giro) -> list[Movimiento]:
        """The bank paid."""
        return self._par(
            "GIRO_APLICADO",
            giro,
            (TipoCuenta.ORDENADO, TipoCuenta.PAGADO),
            (TipoCuenta.CAJA_ORDENADA, TipoCuenta.BANCO),
        )

    def devuelto(self, giro: Giro) -> list[Movimiento]:
        """The bank gave it back: cash and obligación restored, RP as it was (PRE-13)."""
        if giro.estado is EstadoGiro.APLICADO:
            origen = (TipoCuenta.PAGADO, TipoCuenta.BANCO)
        else:
            origen = (TipoCuenta.ORDENADO, TipoCuenta.CAJA_ORDENADA)
        return self._par(
            "GIRO_DEVUELTO",
            giro,
            (origen[0], TipoCuenta.OBLIGACION),
            (origen[1], TipoCuenta.CAJA),
        )

    def reintegrado(self, pago: UUID, capital_centavos: int, interes: int) -> list[Movimiento]:
        """Money came back from the payee. It does not raise recaudo: another act incorporates
        it to cash. Interest never restores the line (budget §6)."""
        movimientos = [
            self._mover(
                "REINTEGRO", f"reintegro:{pago}:{cuentas[0]}", pago, cuentas, capital_centavos
            )
            for cuentas in (
                (TipoCuenta.PAGADO, TipoCuenta.REINTEGRADO),
                (TipoCuenta.BANCO, TipoCuenta.REINTEGROS),
            )
        ]
        if interes:
            movimientos.append(
                self._mover(
                    "INTERES_REINTEGRO",
                    f"reintegro:{pago}:interes",
                    pago,
                    (TipoCuenta.BANCO, TipoCuenta.INTERESES_REINTEGRO),
                    interes,
                )
            )
        return movimientos

    def _par(
        self, concepto: str, giro: Giro, *pares: tuple[TipoCuenta, TipoCuenta]
    ) -> list[Movimiento]:
        return [
            self._mover(
                concepto,
                f"{concepto.lower()}:{giro.id_giro}:{cuentas[0]}",
                giro.id_giro,
                cuentas,
                giro.valor_centavos,
            )
            for cuentas in pares
        ]

    def _mover(
        self,
        concepto: str,
        clave: str,
        referencia: UUID | str,
        cuentas: tuple[TipoCuenta, TipoCuenta],
        valor_centavos: int,
    ) -> Movimiento:
        return Movimiento(
            clave=clave,
            debito_id=self.linea.cuenta(cuentas[0]),
            credito_id=self.linea.cuenta(cuentas[1]),
            valor_centavos=valor_centavos,
            concepto=concepto,
            referencia=str(referencia),
            event_at=self.event_at,
            por=self.por,
        )
