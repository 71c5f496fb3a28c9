"""What the lines of a file do to what was reported before: insert, update, withdraw.

First inside the file, in its order; then against what its reporter has on record. Pure: whoever
owns the transaction carries the plan out. Sources: THS dossier §3.1b (the three indicators must
work across files); who gives way to whom is a design choice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Clave = tuple[str, str]
"""Type and number of a document, normalised."""


class Indicador(StrEnum):
    """What a line asks for."""

    INSERTA = "I"
    ACTUALIZA = "A"
    ELIMINA = "E"


class Accion(StrEnum):
    """What is left of a line once the whole file was read."""

    INSERTA = "INSERTA"
    """A row that enters as new."""
    CORRIGE = "CORRIGE"
    """A row that takes the place of what was reported before of that person."""
    RETIRA = "RETIRA"
    """No row: what was reported before of that person goes."""
    INFORMA = "INFORMA"
    """No row: its records are not of those that are paid."""
    EN_ARCHIVO = "EN_ARCHIVO"
    """No row: another line of the same file undid it, or it undid another."""


@dataclass(frozen=True, slots=True)
class Novedad:
    """One line of a file. ``clave`` is null if its document cannot be read."""

    linea: int
    consecutivo: str
    tipo: str
    paga: bool
    """It is of the type whose records are paid."""
    indicador: Indicador
    clave: Clave | None


def en_archivo(novedades: Sequence[Novedad]) -> list[Accion]:
    """What each line comes to after those that follow it in the file.

    An update takes the place of the last live row of its document, and a withdrawal removes it.
    Where the file has none, they act on what was reported before. An update of somebody as
    another type than the one that is paid withdraws them from it.
    """
    acciones: list[Accion] = []
    vivas: defaultdict[Clave, list[int]] = defaultdict(list)
    for i, novedad in enumerate(novedades):
        pila = vivas[novedad.clave] if novedad.clave is not None else []
        acciones.append(_accion(novedad, pila, acciones))
        if acciones[i] in {Accion.INSERTA, Accion.CORRIGE}:
            pila.append(i)
    return acciones


def _accion(novedad: Novedad, vivas: list[int], acciones: list[Accion]) -> Accion:
    """The action of one line; what it undoes is marked, and taken out of ``vivas``."""
    nueva = novedad.indicador is Indicador.INSERTA
    if not novedad.paga and novedad.indicador is not Indicador.ACTUALIZA:
        return Accion.INFORMA
    if nueva:
        return Accion.INSERTA
    actualiza = novedad.paga and novedad.indicador is Indicador.ACTUALIZA
    if not vivas:
        return Accion.CORRIGE if actualiza else Accion.RETIRA
    deshecha = vivas.pop()
    antes, acciones[deshecha] = acciones[deshecha], Accion.EN_ARCHIVO
    if actualiza:
        return antes
    return Accion.RETIRA if antes is Accion.CORRIGE else Accion.EN_ARCHIVO


# Against what was reported before

_SIN_REGISTRO: Final = (
    "pide eliminar un registro y no hay ninguno vigente de ese documento entre los que su entidad "
    "ha reportado. Revise el tipo y el número de documento."
)
_COMPROMETIDO: Final = (
    "pide eliminar un registro que ya fue reconocido para pago. Escriba a la ADRES para que lo "
    "retire."
)
_COMPROMETIDO_CORRIGE: Final = (
    "actualiza un registro que ya fue reconocido para pago, y no lo cambia: entra como un reporte "
    "más de esa persona. Si el dato es de identidad, escriba a la ADRES."
)


@dataclass(frozen=True)
class Vigente:
    """A current record of the same reporter and document.

    ``comprometido``: it is recognised for payment, or paid. ``con_derecho``: it holds the right,
    and so is not itself a duplicate of another.
    """

    radicacion_id: str
    fila: int
    con_derecho: bool = False
    comprometido: bool = False


@dataclass(frozen=True)
class Cambio:
    """A line with its action; ``fila`` is its row in the submission, if it is one."""

    novedad: Novedad
    accion: Accion
    fila: int | None


@dataclass(frozen=True)
class Imposible:
    """What a line asks for and cannot be, with what to do about it. No personal data."""

    linea: int
    motivo: str


@dataclass(frozen=True)
class Plan:
    """What a file does to the records of its reporter.

    ``insertar`` are rows that enter as new. ``corregir`` are (row, record whose place it takes);
    ``retirar``, (line, record that goes). A line of ``imposibles`` that is a row enters as new.
    """

    insertar: tuple[int, ...] = ()
    corregir: tuple[tuple[int, Vigente], ...] = ()
    retirar: tuple[tuple[int, Vigente], ...] = ()
    imposibles: tuple[Imposible, ...] = ()


def planear(cambios: Iterable[Cambio], vigentes: Mapping[Clave, Sequence[Vigente]]) -> Plan:
    """The plan of a file, given the current records of its reporter by document, oldest first.

    Of several records of a person the one that holds the right is taken first, then the newest.
    A withdrawal followed by a row of the same document is an update. What is recognised for
    payment is left alone.
    """
    plan = _EnCurso(
        {clave: sorted(suyos, key=lambda v: v.con_derecho) for clave, suyos in vigentes.items()}
    )
    for cambio in cambios:
        plan.aplicar(cambio)
    return plan.terminar()


class _EnCurso:
    """A plan while the lines go by, in their order."""

    def __init__(self, libres: dict[Clave, list[Vigente]]) -> None:
        self.libres = libres
        self.insertar: list[int] = []
        self.corregir: list[tuple[int, Vigente]] = []
        self.retirar: dict[Clave, list[tuple[int, Vigente]]] = defaultdict(list)
        self.imposibles: list[Imposible] = []

    def aplicar(self, cambio: Cambio) -> None:
        clave = cambio.novedad.clave
        if cambio.accion is Accion.RETIRA and clave is not None:
            self._retirar(cambio.novedad, clave)
        elif cambio.fila is not None:
            self._entra(cambio, cambio.fila)

    def _retirar(self, novedad: Novedad, clave: Clave) -> None:
        suyos = self.libres.get(clave)
        if not suyos:
            # Of another type than the one that is paid there is usually no record to withdraw.
            if novedad.paga:
                self.imposibles.append(Imposible(novedad.linea, _SIN_REGISTRO))
        elif suyos[-1].comprometido:
            self.imposibles.append(Imposible(novedad.linea, _COMPROMETIDO))
        else:
            self.retirar[clave].append((novedad.linea, suyos.pop()))

    def _entra(self, cambio: Cambio, fila: int) -> None:
        clave = cambio.novedad.clave
        retirados = self.retirar.get(clave) if clave is not None else None
        if retirados:
            self.corregir.append((fila, retirados.pop()[1]))
            return
        suyos = self.libres.get(clave) if clave is not None else None
        if cambio.accion is Accion.INSERTA or not suyos:
            self.insertar.append(fila)
        elif suyos[-1].comprometido:
            self.imposibles.append(Imposible(cambio.novedad.linea, _COMPROMETIDO_CORRIGE))
            self.insertar.append(fila)
        else:
            self.corregir.append((fila, suyos.pop()))

    def terminar(self) -> Plan:
        retirar = sorted(
            (par for suyos in self.retirar.values() for par in suyos), key=lambda par: par[0]
        )
        return Plan(
            tuple(self.insertar), tuple(self.corregir), tuple(retirar), tuple(self.imposibles)
        )
