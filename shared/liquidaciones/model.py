"""Settlement of an EPS, and who is paid on its behalf. No I/O.

Source: ``dominio`` activos §5.4 (concepts), §7 (compensación, LMA, giro directo) and §8 (an EPS
in liquidation); budget §6 (reintegros). What is settled is UPC alone, in a concept of its own, so
that money of FOME never mixes with cotizaciones. How the list of payees is given, accepted and
applied is a design choice: Ley 1966/2019 art. 10 only says that ADRES may pay an IPS directly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final
from uuid import UUID

from shared.giros.errors import DesgloseExcedido
from shared.giros.model import CuentaPago
from shared.normativa import tablas
from shared.tipos import Centavos, EntradaInvalida, repartir

CIEN_POR_CIENTO: Final = 10_000
"""Percentages are whole hundredths of one per cent."""
MAXIMO_BENEFICIARIOS: Final = 200


# --- settlement ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Eps:
    """An EPS as it is settled: all its codes are one."""

    codigo_base: str
    nombre: str
    nit: str | None


@cache
def _eps() -> tuple[dict[str, str], dict[str, Eps]]:
    """Code → base code, and base code → EPS."""
    filas = tablas.leer("eps_2020")
    bases = {f["codigo"]: f["codigo_base"] for f in filas}
    return bases, {
        f["codigo"]: Eps(f["codigo"], f["nombre"], f["nit"] or None)
        for f in filas
        if f["codigo"] == f["codigo_base"]
    }


def base_de(codigo_eps: str) -> str:
    """Base code of an EPS; a code that the table does not have is its own."""
    return _eps()[0].get(codigo_eps, codigo_eps)


def eps_de(codigo_eps: str) -> Eps:
    """The EPS of a code; one that the table does not have has no NIT."""
    base = base_de(codigo_eps)
    return _eps()[1].get(base, Eps(base, base, None))


def base_del_nit(nit: str) -> str:
    """Base code of the EPS of that NIT; empty if no EPS has it."""
    return next((e.codigo_base for e in _eps()[1].values() if e.nit == nit), "")


@dataclass(frozen=True)
class Liquidado:
    """What a month is worth to an EPS under one of its codes. Amounts in centavos.

    ``liquidado`` is what its records are worth now; of it, ``sin_nit`` waits because the EPS has
    no known NIT, ``en_espera`` waits for aforo, ``por_girar`` is owed, ``en_giro`` is at the bank
    and ``girado`` was paid; ``delegado``, of all of them, is paid to others on its behalf.
    ``reversado`` was recognised before and was taken back by opposite entries. Of what was paid
    without cause, ``por_reintegrar`` is found and not back, ``reintegrado`` came back
    (``descontado``, kept from compensación or LMA) and ``adeudado`` went to collection.
    """

    codigo_base: str
    codigo_eps: str
    personas: int = 0
    dias: int = 0
    liquidado_centavos: int = 0
    sin_nit_centavos: int = 0
    en_espera_centavos: int = 0
    por_girar_centavos: int = 0
    en_giro_centavos: int = 0
    girado_centavos: int = 0
    delegado_centavos: int = 0
    reversado_centavos: int = 0
    por_reintegrar_centavos: int = 0
    reintegrado_centavos: int = 0
    descontado_centavos: int = 0
    adeudado_centavos: int = 0

    @property
    def reconocido_centavos(self) -> int:
        """Everything that was ever recognised of it, what was reversed too."""
        return self.liquidado_centavos + self.reversado_centavos

    @property
    def neto_centavos(self) -> int:
        """What the month comes to: recognised, less reversed, less what came back."""
        return self.liquidado_centavos - self.reintegrado_centavos


IMPORTES: Final = (
    "reconocido",
    "reversado",
    "liquidado",
    "sin_nit",
    "en_espera",
    "por_girar",
    "en_giro",
    "girado",
    "delegado",
    "por_reintegrar",
    "reintegrado",
    "descontado",
    "adeudado",
    "neto",
)
"""Amounts of a ``Liquidado``, in the order in which they are shown."""


@dataclass(frozen=True)
class Grupo:
    """Part of a settlement: one UPC zone and age group."""

    codigo_base: str
    codigo_eps: str
    zona: str
    grupo: str
    personas: int
    dias: int
    valor_centavos: int


@dataclass(frozen=True)
class RamaLma:
    """Days of people who moved to RS (ACT-10), at the UPC of RS: shown for LMA, never posted."""

    codigo_base: str
    codigo_eps: str
    personas: int
    dias: int
    valor_centavos: int


@dataclass(frozen=True)
class LiquidacionPeriodo:
    """A month, by EPS and code; ``hallazgos_sin_periodo_centavos`` are of payments of several
    months, which no month tells apart."""

    periodo: str
    concepto: str
    eps: tuple[Liquidado, ...]
    grupos: tuple[Grupo, ...]
    lma: tuple[RamaLma, ...]
    hallazgos_sin_periodo_centavos: int = 0

    def total(self, importe: str) -> int:
        """Sum of an amount of ``IMPORTES`` over every EPS, in centavos."""
        return sum(getattr(e, f"{importe}_centavos") for e in self.eps)

    @property
    def personas(self) -> int:
        return sum(e.personas for e in self.eps)

    @property
    def dias(self) -> int:
        return sum(e.dias for e in self.eps)


@dataclass(frozen=True)
class Partida:
    """What some query adds to the settlement of a code: amounts of ``Liquidado`` by name."""

    codigo_eps: str
    importes: Mapping[str, int]


def juntar(partidas: Iterable[Partida]) -> tuple[Liquidado, ...]:
    """One ``Liquidado`` per code, with everything that is said of it, in code order."""
    sumas: dict[tuple[str, str], dict[str, Any]] = {}
    for partida in partidas:
        suya = sumas.setdefault((base_de(partida.codigo_eps), partida.codigo_eps), {})
        for nombre, valor in partida.importes.items():
            suya[nombre] = suya.get(nombre, 0) + valor
    return tuple(Liquidado(*clave, **suya) for clave, suya in sorted(sumas.items()))


@dataclass(frozen=True)
class Control:
    """The same money seen from the records, the recognitions and the ledger, in centavos.

    ``registros`` is what the parts of the records are worth; ``reconocimientos``, what stands of
    those of the line; ``libro``, the obligaciones of the ledger. ``sin_rastro`` are the
    recognitions whose records do not add up to them.
    """

    vigencia: int
    registros_centavos: int
    reconocimientos_centavos: int
    hallazgos_centavos: int
    en_espera_centavos: int
    en_giro_centavos: int
    girado_centavos: int
    libro_centavos: int
    libro_en_giro_centavos: int
    libro_girado_centavos: int
    sin_rastro: int

    @property
    def cuadra(self) -> bool:
        """Whether they all say the same. A record of what was paid without cause may keep what
        it was paid, or show what it should have been."""
        return (
            self.sin_rastro == 0
            and self.libro_centavos == self.reconocimientos_centavos - self.en_espera_centavos
            and self.libro_en_giro_centavos == self.en_giro_centavos
            and self.libro_girado_centavos == self.girado_centavos
        )


# --- who is paid on behalf of an EPS --------------------------------------------------------------


class ClaseDesglose(StrEnum):
    """Why others are paid on behalf of an EPS."""

    GIRO_DIRECTO = "GIRO_DIRECTO"
    """It names the IPS that it owes (Ley 1966/2019 art. 10)."""
    TRASLADO = "TRASLADO"
    """It is in liquidation: the unpaid balance follows the EPS that takes its members (§8)."""


class EstadoDesglose(StrEnum):
    """Where a list stands."""

    ENTREGADO = "ENTREGADO"
    ACEPTADO = "ACEPTADO"
    RECHAZADO = "RECHAZADO"


@dataclass(frozen=True)
class BeneficiarioPedido:
    """A payee as it is asked for: an amount or a percentage of the recognition, not both.

    ``porcentaje`` in hundredths of one per cent. Without account it is paid where it already is,
    or waits for one.
    """

    nit: str
    nombre: str
    cuenta: CuentaPago | None = None
    valor_centavos: int | None = None
    porcentaje: int | None = None


@dataclass(frozen=True)
class BeneficiarioDesglose:
    """A payee of a list, with what it is given."""

    nit: str
    nombre: str
    cuenta: CuentaPago | None
    porcentaje: int | None
    valor_centavos: int


@dataclass(frozen=True)
class Desglose:
    """Who is paid out of a recognition; what is left stays with its payee."""

    id: UUID
    clase: ClaseDesglose
    mecanismo: str
    reconocimiento_id: UUID
    nit: str
    valor_centavos: int
    acto: str | None
    estado: EstadoDesglose
    motivo: str | None
    entregado_por: str
    entregado_at: datetime
    decidido_por: str | None
    decidido_at: datetime | None
    beneficiarios: tuple[BeneficiarioDesglose, ...] = field(default=())

    @property
    def resto_centavos(self) -> int:
        """What stays with the EPS."""
        return self.valor_centavos - sum(b.valor_centavos for b in self.beneficiarios)


def repartir_desglose(
    nit: str, valor_centavos: int, pedidos: Sequence[BeneficiarioPedido]
) -> list[BeneficiarioDesglose]:
    """What each payee is given out of a recognition of ``nit``.

    Percentages are of the whole recognition, to the centavo by largest remainder, so that one
    hundred per cent leaves nothing.

    Raises:
        EntradaInvalida: no payee, one repeated or the EPS itself, both or neither of amount and
            percentage, or a part that comes to nothing.
        DesgloseExcedido: they add up to more than the recognition.
    """
    _exigir_lista(nit, pedidos)
    pesos = [p.porcentaje or 0 for p in pedidos]
    if (sobra := CIEN_POR_CIENTO - sum(pesos)) < 0:
        raise EntradaInvalida("Los porcentajes suman más de 100. Reduzca alguno.")
    partes = repartir(Centavos(valor_centavos), [*pesos, sobra])[:-1]
    dados = [
        BeneficiarioDesglose(
            p.nit,
            p.nombre,
            p.cuenta,
            p.porcentaje,
            parte if p.valor_centavos is None else p.valor_centavos,
        )
        for p, parte in zip(pedidos, partes, strict=True)
    ]
    if any(d.valor_centavos <= 0 for d in dados):
        raise EntradaInvalida("A algún beneficiario no le corresponde nada. Quítelo de la lista.")
    exceso = sum(d.valor_centavos for d in dados) - valor_centavos
    if exceso > 0:
        raise DesgloseExcedido.de(valor_centavos, exceso)
    return dados


def _exigir_lista(nit: str, pedidos: Sequence[BeneficiarioPedido]) -> None:
    if not 1 <= len(pedidos) <= MAXIMO_BENEFICIARIOS:
        raise EntradaInvalida(f"Registre entre 1 y {MAXIMO_BENEFICIARIOS} beneficiarios.")
    nits = [p.nit for p in pedidos]
    if len(set(nits)) < len(nits):
        raise EntradaInvalida("Un beneficiario está más de una vez. Regístrelo una sola vez.")
    if nit in nits:
        raise EntradaInvalida("La EPS recibe lo que no dé a otros: no se registra a sí misma.")
    if any((p.valor_centavos is None) == (p.porcentaje is None) for p in pedidos):
        raise EntradaInvalida("De cada beneficiario diga un valor o un porcentaje, no ambos.")


@dataclass(frozen=True)
class Descuento:
    """Money paid without cause that was kept from what an EPS was to receive."""

    metodo: str
    proceso: str
    fecha: date
    capital_centavos: int
    interes_centavos: int = 0

    def referencia(self, reintegro_id: UUID) -> str:
        """As the book of deposits knows it: one process keeps back for several files."""
        return f"{self.metodo} {self.proceso} {reintegro_id}"[:120]
