"""Refusals of the ledger."""

from __future__ import annotations

from shared.tipos import Conflicto, EntradaInvalida, NoEncontrado, a_decimal, formato_pesos


class SaldoInsuficiente(Conflicto):
    """The budget account cannot cover the posting (PRE-01…05). The transaction must roll back."""

    codigo = "presupuesto.saldo_insuficiente"
    titulo = "La cuenta presupuestal no tiene saldo suficiente"

    @classmethod
    def de(cls, cuenta: str, *, saldo_centavos: int, faltante_centavos: int) -> SaldoInsuficiente:
        """Refusal that names the account, what it holds and what it lacks."""
        return cls(
            f"La cuenta «{cuenta}» tiene {formato_pesos(saldo_centavos)} y le faltan "
            f"{formato_pesos(faltante_centavos)}. Adicione aforo, registre recaudo o reduzca "
            "el valor.",
            cuenta=cuenta,
            saldo=a_decimal(saldo_centavos),
            faltante=a_decimal(faltante_centavos),
        )


class ClaveReutilizada(Conflicto):
    """The idempotency key already names something else. The transaction must roll back."""

    codigo = "presupuesto.clave_reutilizada"
    titulo = "La clave ya se usó con otro contenido"


class ReferenciaRepetida(Conflicto):
    """The act number or bank reference is already booked in the line (PRE-09, PRE-10)."""

    codigo = "presupuesto.referencia_repetida"
    titulo = "El acto o la referencia bancaria ya está registrado en la línea"


class LineaInexistente(NoEncontrado):
    """No budget line for that mechanism and vigencia."""

    codigo = "presupuesto.linea_inexistente"
    titulo = "No hay línea presupuestal"


class ActoInvalido(EntradaInvalida):
    """An act without number, with a value of zero, or negative where that is not allowed."""

    codigo = "presupuesto.acto_invalido"
    titulo = "El acto presupuestal está incompleto"
