"""The universe of a mechanism in figures, and how each EPS answers for its cases.

Source: dossier ``compensacion_rs`` §6 (ten states), §9 (scorecards), §10 (what adds up), §11.3
(fifteen calendar days to correct). Whose a case is, what counts as delivered and how EPS are
ranked are our design choices (``Certeza.DISENO``): ``DEFINICIONES`` says them to whoever reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from shared.focalizacion.model import Mecanismo, Universo
from shared.normativa import tablas
from shared.tipos import InvarianteRota

PLAZO_CORRECCION_DIAS: Final = 15
"""Calendar days that an EPS has to correct (§11.3, ``Certeza.DISENO``)."""
PLAZO_MAXIMO_DIAS: Final = 90
OTRAS_MINIMAS: Final = 5
"""With fewer others, a quartile would tell the figure of one of them."""
GLOSADO: Final = "GLOSADO"
DEVUELTO: Final = "EN_CORRECCION_EPS"
EN_REVISION: Final = "EN_REVISION_ADRES"
PAGADO: Final = "PAGADO"
NO_ADMITIDO: Final = "NO_ADMITIDO"
SIN_EPS: Final = ""
"""Base code of the cases whose EPS the register does not say."""
_NOMBRE_SIN_EPS: Final = "Sin EPS en el registro"


class EstadoCorrida(StrEnum):
    """How a run ended."""

    TERMINADA = "TERMINADA"
    FALLIDA = "FALLIDA"


@dataclass(frozen=True)
class PorEstado:
    """Cases in one state, and what they are worth."""

    estado: str
    casos: int
    valor_centavos: int


@dataclass(frozen=True)
class Corrida:
    """One look at the whole universe. ``fecha`` is the legal day on which it was taken.

    ``sha256`` and ``sha256_devoluciones`` name its files; a FALLIDA run has none, and says why.
    ``marca`` is a digest of everything it was made from.
    """

    id: UUID
    mecanismo: str
    estado: EstadoCorrida
    fecha: date
    cortes: Mapping[str, Any]
    resumen: tuple[PorEstado, ...]
    marca: str
    created_at: datetime
    sha256: str | None = None
    sha256_devoluciones: str | None = None
    motivo: str | None = None

    @property
    def casos(self) -> int:
        return sum(p.casos for p in self.resumen)

    @property
    def valor_centavos(self) -> int:
        return sum(p.valor_centavos for p in self.resumen)


def universo_de(mecanismo: Mecanismo) -> Universo:
    """The universe that the mechanism declares.

    Raises:
        InvarianteRota: it has none; nothing here is for it.
    """
    if mecanismo.esquema.universo is None:
        raise InvarianteRota(f"{mecanismo.nombre} no tiene universo")
    return mecanismo.esquema.universo


def estados_de(universo: Universo) -> tuple[str, ...]:
    """Every state a case may be in, in the order of the precedence table."""
    return tuple(dict.fromkeys((*(estado for estado, _ in universo.precedencia), universo.otro)))


def resumir(universo: Universo, contados: Mapping[str, tuple[int, int]]) -> tuple[PorEstado, ...]:
    """State → (cases, centavos) as the states of the universe, in their order, and after them any
    that it does not have."""
    conocidos = estados_de(universo)
    ajenos = sorted(contados.keys() - set(conocidos))
    return tuple(PorEstado(e, *contados.get(e, (0, 0))) for e in (*conocidos, *ajenos))


def incumple(
    universo: Universo,
    resumen: Sequence[PorEstado],
    *,
    casos: int,
    personas: int,
    registros: Mapping[str, int],
) -> str | None:
    """What keeps a run from being true; ``None`` if nothing does.

    Every case is in exactly one state of the universe: ``casos`` distinct identities and
    ``personas`` distinct keys, both as many as the sum of the states. Live, nothing is left
    unclassified (§6). ``registros``: how many current records are in each state; one in a state
    that no line looks at would leave its case as if nobody had delivered it.
    """
    conocidos = estados_de(universo)
    if ajenos := _ajenos({p.estado: p.casos for p in resumen}, conocidos):
        return (
            f"SIN_CLASIFICAR = {sum(ajenos.values())}: casos en estados ajenos ({_citar(ajenos)})."
        )
    if ajenos := _ajenos(registros, (*conocidos, NO_ADMITIDO)):
        return f"Hay registros en estados que el universo no tiene ({_citar(ajenos)})."
    suma = sum(p.casos for p in resumen)
    if suma != casos:
        return f"Los estados suman {suma} y los casos distintos son {casos}: alguno se repite."
    if suma != personas:
        return f"Los estados suman {suma} y las personas son {personas}: alguna tiene dos casos."
    return None


def _ajenos(contados: Mapping[str, int], conocidos: Sequence[str]) -> dict[str, int]:
    return {estado: n for estado, n in contados.items() if estado not in conocidos}


def _citar(contados: Mapping[str, int]) -> str:
    return ", ".join(f"{estado or '(vacío)'}: {n}" for estado, n in sorted(contados.items()))


# EPS -------------------------------------------------------------------------


@lru_cache(maxsize=1)
def bases() -> Mapping[str, str]:
    """Code of an EPS → its base: an EPS is one, whatever the regime it is known by."""
    return {f["codigo"]: f["codigo_base"] for f in tablas.leer("eps_2020")}


@lru_cache(maxsize=1)
def _nombres() -> Mapping[str, str]:
    return {f["codigo"]: f["nombre"] for f in tablas.leer("eps_2020")}


def base_de(codigo: str) -> str:
    """Base code of an EPS; a code that the table does not have is its own."""
    return bases().get(codigo, codigo)


def nombre_de(base: str) -> str:
    """How the EPS of a base code is called."""
    return _NOMBRE_SIN_EPS if base == SIN_EPS else _nombres().get(base, base)


# Scorecard -------------------------------------------------------------------


@dataclass(frozen=True)
class Mes:
    """Cases of an EPS that were confirmed in one month (``AAAA-MM``)."""

    mes: str
    universo: int
    nunca_entregados: int
    nucleos_pagados: int
    pagado_centavos: int | None


@dataclass(frozen=True)
class FilaEps:
    """How an EPS answers for its cases: ``universo`` = ``entregados`` + ``nunca_entregados``, and
    ``devoluciones`` = ``corregidas_a_tiempo`` + ``corregidas_tarde`` + ``en_espera``.

    ``sin_registro`` are those counted as delivered of which the EPS delivered nothing: the
    outcome of their núcleo is theirs. Ages in whole days; ``None`` where nothing waits or, for
    ``pagado_centavos``, where what was read does not say the amount.
    """

    eps: str
    universo: int = 0
    entregados: int = 0
    sin_registro: int = 0
    nunca_entregados: int = 0
    glosados: int = 0
    nucleos_pagados: int = 0
    pagado_centavos: int | None = 0
    por_estado: Mapping[str, int] = field(default_factory=dict)
    por_mes: tuple[Mes, ...] = ()
    devoluciones: int = 0
    corregidas_a_tiempo: int = 0
    corregidas_tarde: int = 0
    en_espera: int = 0
    espera_desde: date | None = None
    espera_mediana_dias: int | None = None
    espera_maxima_dias: int | None = None

    @property
    def nombre(self) -> str:
        return nombre_de(self.eps)

    @property
    def parte_nunca(self) -> Fraction | None:
        return _parte(self.nunca_entregados, self.universo)

    @property
    def parte_glosada(self) -> Fraction | None:
        return _parte(self.glosados, self.universo)

    @property
    def parte_a_tiempo(self) -> Fraction | None:
        """Of what was due: answered, or waiting."""
        return _parte(self.corregidas_a_tiempo, self.devoluciones)


def _parte(cuantos: int, de: int) -> Fraction | None:
    return Fraction(cuantos, de) if de else None


def porcentaje(parte: Fraction | None) -> Decimal | None:
    """A share as a percentage with two decimals, half up: ``50.54``."""
    if parte is None:
        return None
    cien = Decimal(parte.numerator * 100) / Decimal(parte.denominator)
    return cien.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Cuartiles:
    """Three values, by nearest rank, that split those of ``cuantas`` EPS."""

    primero: Fraction
    mediana: Fraction
    tercero: Fraction
    cuantas: int


def cuartiles(valores: Sequence[Fraction | int]) -> Cuartiles | None:
    """Quartiles of the values; ``None`` if they are so few that one could be told."""
    if len(valores) < OTRAS_MINIMAS:
        return None
    orden = sorted(Fraction(v) for v in valores)

    def rango(cuartos: int) -> Fraction:
        return orden[-(-len(orden) * cuartos // 4) - 1]

    return Cuartiles(rango(1), rango(2), rango(3), len(orden))


INDICADORES: Final[Mapping[str, Callable[[FilaEps], Fraction | int | None]]] = {
    "nunca_entregados_porcentaje": lambda f: f.parte_nunca,
    "glosados_porcentaje": lambda f: f.parte_glosada,
    "a_tiempo_porcentaje": lambda f: f.parte_a_tiempo,
    "espera_mediana_dias": lambda f: f.espera_mediana_dias,
}
"""What an EPS may compare itself by with the others."""


@dataclass(frozen=True)
class Tablero:
    """The scorecard of a universe: one row per EPS, the best delivered first, and the totals.

    ``fecha`` is the day to which ages are counted, ``plazo_dias`` what is on time, and ``estados``
    those of the universe, in order. Without ``hay_fechas`` (an evaluation without a server) nobody
    knows what was corrected, nor when.
    """

    fecha: date
    plazo_dias: int
    estados: tuple[str, ...]
    filas: tuple[FilaEps, ...]
    totales: FilaEps
    hay_fechas: bool = True

    def fila(self, base: str) -> FilaEps:
        """That of an EPS, empty if it has nothing."""
        return next((f for f in self.filas if f.eps == base), FilaEps(base))

    def puesto(self, base: str) -> int | None:
        """Place of an EPS by the share that it never delivered; equal ones share it."""
        suya = self.fila(base).parte_nunca
        if suya is None or base == SIN_EPS:
            return None
        return 1 + sum(parte < suya for parte in self._partes())

    @property
    def clasificadas(self) -> int:
        """How many EPS have a place."""
        return len(self._partes())

    def _partes(self) -> list[Fraction]:
        return [f.parte_nunca for f in self.filas if f.eps != SIN_EPS and f.parte_nunca is not None]

    def cuartiles_sin(self, base: str) -> dict[str, Cuartiles | None]:
        """Of each indicator, the quartiles of all the EPS but that one."""
        otras = [f for f in self.filas if f.eps not in (base, SIN_EPS) and f.universo]
        return {
            nombre: cuartiles([v for v in map(de, otras) if v is not None])
            for nombre, de in INDICADORES.items()
        }


def ordenar(filas: Sequence[FilaEps]) -> tuple[FilaEps, ...]:
    """The best delivered first; then who has more cases; who has none, and no EPS, last."""

    def clave(fila: FilaEps) -> tuple[bool, bool, Fraction, int, str]:
        parte = fila.parte_nunca
        sin_casos = parte is None
        return (fila.eps == SIN_EPS, sin_casos, parte or Fraction(0), -fila.universo, fila.eps)

    return tuple(sorted(filas, key=clave))


DEFINICIONES: Final = (
    (
        "Universo",
        "Casos confirmados de SEGCOVID de los que responde el mecanismo, uno por persona.",
    ),
    (
        "EPS del caso",
        "La que dice SEGCOVID, por su código base: la EPS es una en los dos regímenes.",
    ),
    ("Entregados", "Casos en cualquier estado distinto de NUNCA_ENTREGADO."),
    (
        "Sin registro de la EPS",
        "De los entregados, los que nadie entregó: siguen el resultado de su núcleo familiar.",
    ),
    ("Nunca entregados", "Casos en NUNCA_ENTREGADO; el porcentaje es sobre el universo."),
    ("Glosados", "Casos que hoy están en GLOSADO."),
    (
        "Devueltos para corrección",
        "Veces que un registro se devolvió a la EPS que lo radicó: a tiempo, tarde o en espera.",
    ),
    (
        "A tiempo",
        "Respondidos dentro del plazo, en días calendario desde el día siguiente a la devolución. "
        "El plazo de 15 días es decisión de diseño: no se halló norma que lo fije.",
    ),
    ("En espera", "Devueltos que nadie ha respondido, y hace cuántos días, hasta la fecha."),
    (
        "Núcleos pagados",
        "Casos en PAGADO: uno por núcleo. El valor es el de su registro, en pesos.",
    ),
    ("Mes", "El de la confirmación del caso en SEGCOVID."),
    (
        "Puesto",
        "Por el porcentaje nunca entregado, de menor a mayor; si hay empate, el mismo puesto.",
    ),
    (
        "Cuartiles",
        "De las demás EPS con casos, sin nombrarlas; no se muestran si son menos de cinco.",
    ),
)
"""What each figure is, as its readers need it."""
