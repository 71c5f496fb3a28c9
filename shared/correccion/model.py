"""What a correction is proposed from and what it says. No I/O.

The dossiers ask for it (talento humano §8: «suggest RNEC value, reporter confirms») and say
nothing of how: every proposal is ``Certeza.DISENO``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.focalizacion.model import Etapa, Mecanismo
from shared.normativa import Certeza

DOCUMENTO: Final = ("tipo_documento", "numero_documento")
NOMBRES: Final = ("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre")
IDENTIDAD: Final = (*DOCUMENTO, *NOMBRES)
"""Columns that say who a person is, in every mechanism and register (conventions §1)."""
COLUMNAS: Final = (
    "linea",
    "fila",
    "columna",
    "valor_reportado",
    "valor_propuesto",
    "similitud",
    "evidencia",
    "registro",
    "corte",
    "certeza",
    "estado",
)
"""Of ``propuestas.parquet``, in order. ``estado`` is that of the row when it was judged: not
every state lets it be corrected."""
CERTEZA: Final = Certeza.DISENO


@dataclass(frozen=True)
class Padron:
    """A register that knows people by document and names.

    ``tipo`` is the type of all its documents when it has no column for it. ``donde`` keeps part
    of it. ``acredita``: that it has the document with those names proves that the document is of
    that person; SISMUESTRAS copies what the reporter wrote, so it proves nothing. ``universal``:
    everybody is in it, so being there with the same names says little; a number is never proposed
    out of the names alone of such a register. ``persona`` is its key of a person, and
    ``nombres_de`` the register that has their names, joined by it.
    """

    registro: str
    titulo: str
    tipo: str | None = None
    donde: str = "true"
    acredita: bool = True
    universal: bool = False
    nacimiento: bool = False
    persona: str | None = None
    nombres_de: str | None = None


PADRONES: Final = (
    Padron(
        "rnec",
        "la Registraduría",
        tipo="CC",
        donde="coalesce(cod_error, 0) = 0 AND coalesce(clase, '') <> 'CANCELADA'",
        universal=True,
        nacimiento=True,
    ),
    Padron("bdua", "la BDUA", universal=True, nacimiento=True, persona="afl_id"),
    Padron(
        "bdua_historia_identificacion",
        "la historia de documentos de la BDUA",
        universal=True,
        nacimiento=True,
        persona="afl_id",
        nombres_de="bdua",
    ),
    Padron("rethus", "ReTHUS"),
    Padron("sismuestras", "SISMUESTRAS", acredita=False, nacimiento=True),
)
"""Who is believed first, first. A cancelled cédula is proposed to nobody (registers §6)."""


@dataclass(frozen=True)
class Evaluada:
    """What was judged: the typed rows that ``leer`` left, the outcome that ``evaluar`` wrote, and
    the rules that open a proposal."""

    filas: Path
    registros: Path
    codigos: Collection[str]


def padrones(presentes: Iterable[str]) -> tuple[Padron, ...]:
    """Those that can answer when only these registers are at hand."""
    hay = set(presentes)
    return tuple(p for p in PADRONES if {p.registro, p.nombres_de or p.registro} <= hay)


OTRA_PERSONA: Final = frozenset({"PRU-12", "PRU-14"})
"""Rules that point at another column and fail too when the number is of somebody else: the other
person has another EPS, and no sample."""


def codigos_de(mecanismo: Mecanismo) -> frozenset[str]:
    """Rules of the mechanism whose failure may be a mistake in the identity.

    Those that point at one of its columns as the one to mend, and ``OTRA_PERSONA``. None where
    rows carry no identity, or are not corrected one by one (they are where each has its payees).
    """
    if not {c.nombre for c in mecanismo.esquema.campos}.issuperset(IDENTIDAD):
        return frozenset()
    if not mecanismo.liquidacion.beneficiarios:
        return frozenset()
    return frozenset(
        r.codigo
        for r in mecanismo.reglas_de(Etapa.FOC)
        if r.columna in IDENTIDAD or r.codigo in OTRA_PERSONA
    )
