"""Budget line, its accounts, movements and acts. No I/O.

Source: ``dominio`` budget dossier §1–3 and §7. A movement takes from the account debited and
gives to the account credited, so balance = Σ credits − Σ debits. External accounts stand for
the world outside the line and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.presupuesto.errors import ActoInvalido, ClaveReutilizada, SaldoInsuficiente
from shared.tipos import Rechazo


class TipoCuenta(StrEnum):
    """Accounts of a line: the chain of the appropriation, its cash, and loans."""

    AFORO = "aforo"
    APROPIACION_DISPONIBLE = "apropiacion_disponible"
    CDP = "cdp"
    RP = "rp"
    OBLIGACION = "obligacion"
    ORDENADO = "ordenado"
    PAGADO = "pagado"
    REINTEGRADO = "reintegrado"
    RECAUDO = "recaudo"
    CAJA = "caja"
    CAJA_ORDENADA = "caja_ordenada"
    BANCO = "banco"
    EMBARGO = "embargo"
    REINTEGROS = "reintegros"
    INTERESES_REINTEGRO = "intereses_reintegro"
    PRESTAMO_POR_COBRAR = "prestamo_por_cobrar"
    PRESTAMO_POR_PAGAR = "prestamo_por_pagar"


EXTERNAS: Final = frozenset(
    {TipoCuenta.AFORO, TipoCuenta.RECAUDO, TipoCuenta.BANCO, TipoCuenta.PRESTAMO_POR_PAGAR}
)


@dataclass(frozen=True)
class Linea:
    """Budget line of one mechanism in one vigencia, with the ids of its accounts."""

    id: int
    mecanismo: str
    vigencia: int
    fuente: str
    cuentas: Mapping[TipoCuenta, int] = field(repr=False)

    def cuenta(self, tipo: TipoCuenta) -> int:
        """Id of an account of this line."""
        return self.cuentas[tipo]

    def __str__(self) -> str:
        return f"{self.mecanismo} {self.vigencia}"


@dataclass(frozen=True, slots=True)
class Movimiento:
    """One entry: ``valor_centavos`` > 0 goes from account ``debito_id`` to ``credito_id``.

    ``clave`` is the idempotency key; ``referencia`` names the document or act behind it;
    ``event_at`` is when it happened (when it was recorded is the database's to say).
    """

    clave: str
    debito_id: int
    credito_id: int
    valor_centavos: int
    concepto: str
    referencia: str
    event_at: datetime
    por: str

    @property
    def contenido(self) -> tuple[int, int, int, str, str]:
        """What a repeat under the same key must equal. A retry comes later: time is no part."""
        return (
            self.debito_id,
            self.credito_id,
            self.valor_centavos,
            self.concepto,
            self.referencia,
        )

    def inverso(self, *, referencia: str, event_at: datetime, por: str) -> Movimiento:
        """The entry that undoes this one (invariant 7)."""
        return Movimiento(
            clave=f"reversa:{self.clave}",
            debito_id=self.credito_id,
            credito_id=self.debito_id,
            valor_centavos=self.valor_centavos,
            concepto=f"REVERSA_{self.concepto}",
            referencia=referencia,
            event_at=event_at,
            por=por,
        )


class TipoActo(StrEnum):
    """Acts that change a line from outside the chain."""

    ADICION_AFORO = "ADICION_AFORO"
    RECAUDO = "RECAUDO"
    EMBARGO = "EMBARGO"
    DESEMBARGO = "DESEMBARGO"
    INCORPORACION_REINTEGROS = "INCORPORACION_REINTEGROS"


ASIENTO_DE_ACTO: Final[Mapping[TipoActo, tuple[TipoCuenta, TipoCuenta]]] = {
    TipoActo.ADICION_AFORO: (TipoCuenta.AFORO, TipoCuenta.APROPIACION_DISPONIBLE),
    TipoActo.RECAUDO: (TipoCuenta.RECAUDO, TipoCuenta.CAJA),
    TipoActo.EMBARGO: (TipoCuenta.CAJA, TipoCuenta.EMBARGO),
    TipoActo.DESEMBARGO: (TipoCuenta.EMBARGO, TipoCuenta.CAJA),
    TipoActo.INCORPORACION_REINTEGROS: (TipoCuenta.REINTEGROS, TipoCuenta.CAJA),
}
"""Account debited and account credited by each act, when its value is positive."""


@dataclass(frozen=True)
class Acto:
    """An act or bank entry to be booked.

    ``numero`` is the act number, the bank reference of a recaudo or the process of an embargo:
    unique per line and type (PRE-09, PRE-10). Only ADICION_AFORO may be negative: it takes back
    aforo while the available appropriation suffices. ``clave``, if given, makes a retry quiet.

    Raises:
        ActoInvalido: no number, zero, or negative where it is not allowed.
    """

    tipo: TipoActo
    numero: str
    fecha: date
    valor_centavos: int
    descripcion: str = ""
    clave: str | None = None

    def __post_init__(self) -> None:
        if not self.numero.strip():
            raise ActoInvalido(
                "Falta el número del acto o la referencia bancaria. Escríbalo como figura en el "
                "documento."
            )
        if self.valor_centavos == 0:
            raise ActoInvalido("El valor no puede ser cero.")
        if self.valor_centavos < 0 and self.tipo is not TipoActo.ADICION_AFORO:
            raise ActoInvalido("El valor debe ser mayor que cero. Solo el aforo admite reducción.")

    def movimiento(
        self, linea: Linea, acto_id: UUID, *, event_at: datetime, por: str
    ) -> Movimiento:
        """The one movement of this act in ``linea``."""
        debito, credito = ASIENTO_DE_ACTO[self.tipo]
        if self.valor_centavos < 0:
            debito, credito = credito, debito
        return Movimiento(
            clave=f"acto:{acto_id}",
            debito_id=linea.cuenta(debito),
            credito_id=linea.cuenta(credito),
            valor_centavos=abs(self.valor_centavos),
            concepto=self.tipo.value,
            referencia=self.numero,
            event_at=event_at,
            por=por,
        )


@dataclass(frozen=True)
class ActoRegistrado:
    """An act as booked. ``repetido`` when this call found it already there."""

    id: UUID
    linea_id: int
    acto: Acto
    repetido: bool = False


@dataclass(frozen=True)
class Resumen:
    """A line at a moment, in centavos. ``saldos`` holds every account by type."""

    linea: Linea
    saldos: Mapping[TipoCuenta, int]

    def _suma(self, *tipos: TipoCuenta) -> int:
        return sum(self.saldos[tipo] for tipo in tipos)

    @property
    def aforo_centavos(self) -> int:
        return -self.saldos[TipoCuenta.AFORO]

    @property
    def recaudo_centavos(self) -> int:
        return -self.saldos[TipoCuenta.RECAUDO]

    @property
    def disponible_centavos(self) -> int:
        """Appropriation that no CDP holds."""
        return self.saldos[TipoCuenta.APROPIACION_DISPONIBLE]

    @property
    def reconocido_centavos(self) -> int:
        """Obligaciones booked, whatever became of them: due, in transit, paid, paid back."""
        return self.en_transito_centavos + self._suma(
            TipoCuenta.OBLIGACION, TipoCuenta.PAGADO, TipoCuenta.REINTEGRADO
        )

    @property
    def girado_centavos(self) -> int:
        """Confirmed by the bank, net of returns and of reintegros."""
        return self.saldos[TipoCuenta.PAGADO]

    @property
    def en_transito_centavos(self) -> int:
        """Ordered, without the bank's last word."""
        return self.saldos[TipoCuenta.ORDENADO]

    @property
    def caja_centavos(self) -> int:
        """Cash free to be ordered."""
        return self.saldos[TipoCuenta.CAJA]

    @property
    def embargado_centavos(self) -> int:
        return self.saldos[TipoCuenta.EMBARGO]

    @property
    def cdp_centavos(self) -> int:
        """Σ CDP: a CDP keeps counting once turned into RP (§3)."""
        return self._suma(TipoCuenta.CDP) + self.rp_centavos

    @property
    def rp_centavos(self) -> int:
        """Σ RP, turned into obligación or not."""
        return self._suma(TipoCuenta.RP) + self.reconocido_centavos

    @property
    def comprometido_sin_recaudo_centavos(self) -> int:
        """Committed beyond what was collected: allowed, with alert (PRE-14)."""
        return max(0, self.rp_centavos - self.recaudo_centavos)

    @property
    def ejecucion_centesimas(self) -> int | None:
        """Girado ÷ recaudo in hundredths of a percent; None without recaudo."""
        return porcentaje_centesimas(self.girado_centavos, self.recaudo_centavos)


def porcentaje_centesimas(ejecutado_centavos: int, base_centavos: int) -> int | None:
    """``ejecutado`` over ``base`` in hundredths of a percent, half up: 449 is 4.49 %.

    The base of the published figures is recaudo, not aforo (budget dossier §2). None if 0.
    """
    if base_centavos <= 0:
        return None
    return (ejecutado_centavos * 20_000 + base_centavos) // (2 * base_centavos)


@dataclass(frozen=True)
class CuadreCuenta:
    """A stored balance beside the one its movements give, and the lowest it ever was."""

    linea_id: int
    cuenta: TipoCuenta
    saldo_centavos: int
    recalculado_centavos: int
    minimo_centavos: int

    @property
    def cuadra(self) -> bool:
        """Stored = replayed, and never below zero unless external (invariants 3 and 5)."""
        return self.saldo_centavos == self.recalculado_centavos and (
            self.cuenta in EXTERNAS or self.minimo_centavos >= 0
        )


@dataclass(frozen=True)
class EstadoCuenta:
    """An account as the simulation sees it, under lock."""

    tipo: TipoCuenta
    saldo_centavos: int


def simular(
    cuentas: Mapping[int, EstadoCuenta],
    existentes: Mapping[str, Movimiento],
    grupos: Sequence[Sequence[Movimiento]],
) -> list[Rechazo | None]:
    """Judge the groups in order, each whole or not at all; a refused one leaves no trace.

    ``cuentas`` are the locked balances, ``existentes`` the movements already booked under the
    keys of the groups. Position ``i`` of the answer is the refusal of group ``i``, or ``None``.
    """
    saldos = {cuenta: estado.saldo_centavos for cuenta, estado in cuentas.items()}
    conocidos = dict(existentes)
    respuestas: list[Rechazo | None] = []
    for grupo in grupos:
        propios = dict(saldos)
        nuevos: dict[str, Movimiento] = {}
        rechazo = _simular_grupo(grupo, cuentas, propios, conocidos, nuevos)
        if rechazo is None:
            saldos = propios
            conocidos.update(nuevos)
        respuestas.append(rechazo)
    return respuestas


def _simular_grupo(
    grupo: Sequence[Movimiento],
    cuentas: Mapping[int, EstadoCuenta],
    saldos: dict[int, int],
    conocidos: Mapping[str, Movimiento],
    nuevos: dict[str, Movimiento],
) -> Rechazo | None:
    for movimiento in grupo:
        previo = conocidos.get(movimiento.clave) or nuevos.get(movimiento.clave)
        if previo is not None:
            if previo.contenido != movimiento.contenido:
                return clave_reutilizada(movimiento.clave)
            continue
        origen = cuentas[movimiento.debito_id].tipo
        antes = saldos[movimiento.debito_id]
        saldos[movimiento.debito_id] = despues = antes - movimiento.valor_centavos
        if despues < 0 and origen not in EXTERNAS:
            return SaldoInsuficiente.de(origen, saldo_centavos=antes, faltante_centavos=-despues)
        saldos[movimiento.credito_id] += movimiento.valor_centavos
        nuevos[movimiento.clave] = movimiento
    return None


def clave_reutilizada(clave: str) -> ClaveReutilizada:
    """The refusal of a key that names something else."""
    return ClaveReutilizada(
        f"La clave «{clave}» ya nombra un movimiento con otras cuentas, valor, concepto o "
        "referencia. Use una clave nueva, o repita exactamente el mismo movimiento.",
        clave=clave,
    )
