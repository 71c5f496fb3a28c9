"""A mechanism as data: rules, steps that bring register columns to the row, states, value.

Nothing here reads or writes. Expressions are ``narwhals`` expressions, so that one definition
judges one row and a million. Vocabulary: conventions §2-§4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import Formatter
from typing import Final, TypeAlias

import narwhals as nw

from shared.normativa import Certeza, Fuente
from shared.registros.model import ColumnaRegistro
from shared.tipos.campos import Campo
from shared.tipos.disposicion import Disposicion

_COLUMNA: Final = re.compile(r"col\(([^()]*)\)|(?:partition_by|order_by)=\[([^\]]*)\]")


class Etapa(StrEnum):
    """Where in the record's life a rule is judged."""

    RAD = "RAD"
    FORMA = "FORMA"
    FOC = "FOC"
    PRE = "PRE"
    GIRO = "GIRO"
    LEG = "LEG"
    NINGUNA = "NINGUNA"
    """A prohibition laid on the rules themselves: it judges no row, and a test keeps it."""


class Veredicto(StrEnum):
    """What a rule says of a row. A row that is not judged has no verdict."""

    CUMPLE = "cumple"
    INCUMPLE = "incumple"
    NO_EVALUABLE = "no_evaluable"


class Efecto(StrEnum):
    """What a failed rule causes, from the most to the least severe."""

    RECHAZO = "RECHAZO"
    GLOSA_DEFINITIVA = "GLOSA_DEFINITIVA"
    GLOSA = "GLOSA"
    CORRECCION = "CORRECCION"
    DESVIO = "DESVIO"
    RETENCION = "RETENCION"
    AJUSTE = "AJUSTE"
    AVISO = "AVISO"


def columnas_de(*expresiones: nw.Expr | None) -> frozenset[str]:
    """Names of the columns that the expressions and their windows read, taken from their text."""
    return frozenset(
        nombre.strip("'\" ")
        for expresion in expresiones
        if expresion is not None
        for grupo in _COLUMNA.findall(repr(expresion))
        for nombre in ",".join(filter(None, grupo)).split(",")
        if nombre.strip()
    )


def campos_de(plantilla: str) -> frozenset[str]:
    """Names between braces in a message template."""
    return frozenset(campo for _, campo, _, _ in Formatter().parse(plantilla) if campo)


@dataclass(frozen=True)
class Regla:
    """One rule of the norm: ``if aplica: cumple``, with its source, its effect and its message.

    ``cumple`` is null where the datum is missing: the verdict is then ``no_evaluable`` and the
    effect ``si_no_evaluable``. Rules of other stages than FOC carry no expression: they are in
    the catalogue, and the code of their stage applies them.

    ``desde`` and ``hasta`` are compared with the row's ``fecha_hecho``. ``requiere`` names the
    optional registers without which the rule is not applied. ``mensaje`` states the fact with
    the values of the row; ``accion`` says what to do and who does it. ``mensaje_no_evaluable``
    says both.

    A rule of a later ``fase`` looks at what the earlier ones left of the row and of its
    neighbours: it may read ``estado_previo``, the state they alone would give, and
    ``codigos_<efecto>`` (``codigos_glosa``…), their failed codes of that effect between
    semicolons (``;PRU-06;PRU-14;``, or empty). A rule of RAD with ``cumple`` is judged row by
    row, and only of what a known entity submits (``Insumos.radicante``).
    """

    codigo: str
    titulo: str
    si_incumple: Efecto
    fuente: Fuente
    mensaje: str
    certeza: Certeza
    cumple: nw.Expr | None = None
    aplica: nw.Expr | None = None
    si_no_evaluable: Efecto | None = None
    mensaje_no_evaluable: str = ""
    accion: str = ""
    columna: str = ""
    desde: date | None = None
    hasta: date | None = None
    requiere: tuple[str, ...] = ()
    etapa: Etapa = Etapa.FOC
    fase: int = 1

    @property
    def columnas(self) -> frozenset[str]:
        """Columns the rule reads to judge."""
        return columnas_de(self.cumple, self.aplica)

    @property
    def columnas_de_mensaje(self) -> frozenset[str]:
        """Columns the rule's messages show."""
        return campos_de(self.mensaje) | campos_de(self.mensaje_no_evaluable)


def mensaje_completo(regla: Regla, veredicto: Veredicto) -> str:
    """Template that the entity reads: what happened and what to do."""
    if veredicto is Veredicto.NO_EVALUABLE and regla.mensaje_no_evaluable:
        return regla.mensaje_no_evaluable
    return f"{regla.mensaje} {regla.accion}".strip()


@dataclass(frozen=True)
class Columna:
    """A column derived from those already there."""

    nombre: str
    expr: nw.Expr


@dataclass(frozen=True)
class Cruce:
    """A join that brings a register next to the row; it never multiplies rows.

    The register is reduced to one row per key (``trae`` holds aggregations, output name →
    expression over the register's columns) and joined from the left. Added columns:
    ``<prefijo>_existe`` (true, false, or null when the key itself is missing) and
    ``<prefijo>_<salida>``.

    ``dia`` names the row's day; with ``por_corte`` only the corte in force that day is read
    (conventions §5), and ``condicion`` may compare the register's columns with ``col("dia")``.
    ``con`` lends it more columns of the row (name it sees → column of the row; a name of its own
    when the register has a column so called). ``antes`` are columns computed on each pair that
    was found, for ``trae`` to choose by: ``col("nit").first(order_by=["lejos", "nit"])``.
    ``filtro`` keeps part of the register before anything else.

    ``por`` names a ``Puente``: the row is looked for with every key that it holds. ``claves`` may
    then name its columns and those of the row.
    """

    prefijo: str
    registro: str
    claves: Mapping[str, str]
    trae: Mapping[str, nw.Expr] = field(default_factory=dict)
    filtro: nw.Expr | None = None
    dia: str | None = None
    por_corte: bool = False
    condicion: nw.Expr | None = None
    con: Mapping[str, str] = field(default_factory=dict)
    antes: tuple[Columna, ...] = ()
    por: str | None = None

    @property
    def del_registro(self) -> frozenset[str]:
        """Columns of the register that the join reads."""
        calculadas = (columna.expr for columna in self.antes)
        leidas = columnas_de(*self.trae.values(), self.filtro, self.condicion, *calculadas)
        prestadas = {*self.con, *(columna.nombre for columna in self.antes)}
        if self.dia is not None:
            prestadas.add("dia")
        return leidas.union(self.claves.values()) - prestadas


@dataclass(frozen=True)
class Enlace:
    """Further keys of a row that a register knows: all the documents of a person.

    ``claves``: column of the row → column of the register. ``trae``: column of the ``Puente`` →
    column of the register.
    """

    registro: str
    claves: Mapping[str, str]
    trae: Mapping[str, str]

    @property
    def del_registro(self) -> frozenset[str]:
        """Columns of the register that it reads."""
        return frozenset((*self.claves.values(), *self.trae.values()))


@dataclass(frozen=True)
class Puente:
    """Every key under which a row may be found: its own, and those its ``enlaces`` add.

    ``propias``: column of the ``Puente`` → column of the row. It adds nothing to the row: it is
    what a ``Cruce`` goes ``por``. Keys with an empty part are left out, and none is repeated.
    """

    nombre: str
    propias: Mapping[str, str]
    enlaces: tuple[Enlace, ...]


@dataclass(frozen=True)
class Grupo:
    """Totals of the submitted rows that share ``claves``, brought next to each of those rows.

    ``trae`` holds aggregations, output name → expression over the row's columns. A row with an
    empty key has no totals.
    """

    claves: tuple[str, ...]
    trae: Mapping[str, nw.Expr]


@dataclass(frozen=True)
class Nombres:
    """Names of the row against those that a join brought (registers §6).

    ``nombre`` is IGUAL, PARECIDO or DISTINTO; null where the register has no name. ``fila`` and
    ``otros`` name four columns each: the surnames, then the given names.
    """

    nombre: str
    fila: tuple[str, str, str, str]
    otros: tuple[str, str, str, str]


@dataclass(frozen=True)
class Origen:
    """One way to arrive from a row at others: the rows of a register that have its keys.

    ``claves``: column of the row → column of the register; without ``registro`` the row itself is
    one of the others. ``trae``: column of the ``Conjunto`` → column of the register (of the row, if
    there is no register). ``fija``: columns whose value is the same for all that come this way.
    ``donde`` keeps the pairs for which it is true: it sees the columns of the register and, by the
    names of ``Conjunto.lleva``, those of the row.
    """

    trae: Mapping[str, str]
    registro: str = ""
    claves: Mapping[str, str] = field(default_factory=dict)
    fija: Mapping[str, str | int] = field(default_factory=dict)
    donde: nw.Expr | None = None

    @property
    def del_registro(self) -> frozenset[str]:
        """Columns of the register that it reads, with those that the row lends to ``donde``."""
        return columnas_de(self.donde).union(self.claves.values(), self.trae.values())


@dataclass(frozen=True)
class Conjunto:
    """The others that a row has to do with, looked at one by one, and what comes of it.

    Each distinct pair of a row and another that some of ``origenes`` gives is looked at with
    ``pasos``, as if it were a row, and the row gets ``<nombre>_<salida>`` from the aggregations of
    ``trae`` (null, and counts too, where there is no other). A column that an origin does not give
    in ``trae`` or ``fija`` is null there, and another with all of its ``trae`` null is none.
    ``lleva`` are columns of the row that go with each of the others: name they see → column of the
    row; they and ``de`` (the row they belong to) take no name of a column of a register that an
    origin with ``donde`` reads. A ``Conjunto`` among ``pasos`` goes one step further.
    """

    nombre: str
    origenes: tuple[Origen, ...]
    trae: Mapping[str, nw.Expr]
    lleva: Mapping[str, str] = field(default_factory=dict)
    pasos: tuple[Paso, ...] = ()


Paso: TypeAlias = Columna | Conjunto | Cruce | Grupo | Nombres | Puente


def en_profundidad(pasos: Iterable[Paso], ambito: str = "") -> Iterator[tuple[str, Paso]]:
    """Every step with the ``Conjunto`` that it is in (``vecinos/grupo/``; empty outside)."""
    for paso in pasos:
        yield ambito, paso
        if isinstance(paso, Conjunto):
            yield from en_profundidad(paso.pasos, f"{ambito}{paso.nombre}/")


Lectura: TypeAlias = Cruce | Enlace | Origen
"""What a step asks of a register by keys."""


def lecturas_de(paso: Paso) -> Sequence[Lectura]:
    """What a step itself asks of registers; what is inside it asks for itself."""
    match paso:
        case Cruce():
            return (paso,)
        case Puente():
            return paso.enlaces
        case Conjunto():
            return [origen for origen in paso.origenes if origen.registro]
        case _:
            return ()


@dataclass(frozen=True)
class Cupo:
    """What a valued row takes of a quantity that all rows share: a person is paid once, a month
    has thirty days.

    ``clave`` are columns that say of what, and ``cantidad`` how much; with ``de``, columns of that
    ``Conjunto`` of the row, once per distinct key. No more than ``maximo`` of each key is ever
    taken by rows that hold their right: the database refuses it. ``donde`` leaves out those others
    of ``de`` that take nothing. With ``historia`` (column → value), each part is a row of
    ``historia`` too: that of its record, with the columns of ``clave`` and these in their place.
    """

    clave: tuple[str, ...]
    maximo: int
    cantidad: nw.Expr
    de: str = ""
    donde: nw.Expr | None = None
    historia: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Universo:
    """Every case that the mechanism answers for, submitted or not, each in exactly one state.

    ``registro`` is reduced to one row per key (``claves``, ``trae``, as a ``Cruce`` does, after
    ``filtro``) and ``donde`` says which are cases. ``pasos`` look at each; in them the register
    ``juicio`` is the rows of the file as judged: fila, estado, codigos, valor_centavos and the
    columns of ``ve``. The state is the first of ``precedencia`` that is true, else ``otro``.
    ``identidad`` is the column that names the case.
    """

    registro: str
    claves: tuple[str, ...]
    trae: Mapping[str, nw.Expr]
    donde: nw.Expr
    pasos: tuple[Paso, ...]
    identidad: str
    precedencia: tuple[tuple[str, nw.Expr], ...]
    otro: str
    valor_centavos: nw.Expr
    filtro: nw.Expr | None = None
    ve: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidatos:
    """Rows that nobody submits: what a register says of a period (``AAAA-MM``).

    ``filtro`` chooses rows of ``registro``; it and ``pasos`` also see ``periodo`` (text) and the
    first and last day of it, ``periodo_desde`` and ``periodo_hasta``. ``uno_por`` and ``orden``:
    of several rows with those columns equal, the first in that order. ``campos``: submitted
    column → expression. ``mas`` names a register with more intervals of the same subjects (column
    ``sujeto``): its rows count too, with the columns they lack taken from ``registro``.
    """

    registro: str
    filtro: nw.Expr
    pasos: tuple[Paso, ...]
    uno_por: tuple[str, ...]
    orden: tuple[str, ...]
    campos: Mapping[str, nw.Expr]
    mas: str = ""
    sujeto: str = ""


@dataclass(frozen=True)
class Condicion:
    """What FORMA asks of a row beyond each cell: ``fecha_fin`` is not before ``fecha_inicio``.

    ``cumple`` reads the typed columns of the file; a row fails where it is false, never where it
    is null. ``columna`` is the one to mend, and ``mensaje`` says what to write.
    """

    columna: str
    cumple: nw.Expr
    mensaje: str


@dataclass(frozen=True)
class Esquema:
    """What an entity submits and which register columns are read.

    ``clave`` identifies the right that is paid once, with columns of the row or derived ones.
    ``obligatorios`` and ``opcionales`` name registers. ``fases`` are the steps that look at the
    rows already judged, by the phase whose rules read them: windows over ``estado_previo``.
    ``historia`` are the columns kept of each decided row for ``historia`` to answer with, beside
    estado, codigos, fecha_comunicacion and valor (pesos); without them, those of ``clave``.
    ``disposiciones`` are other layouts in which the same rows may come.

    ``caso`` identifies what the row is about, by which a correction finds what it answers; it is
    ``clave`` unless several cases compete for one right. ``anexos`` are registers that come with
    the submission in a file of their own, and its fields.
    """

    campos: tuple[Campo, ...]
    clave: tuple[str, ...]
    fecha_hecho: str
    pasos: tuple[Paso, ...]
    obligatorios: tuple[str, ...]
    opcionales: tuple[str, ...] = ()
    condiciones: tuple[Condicion, ...] = ()
    fases: Mapping[int, tuple[Paso, ...]] = field(default_factory=dict)
    historia: tuple[ColumnaRegistro, ...] = ()
    disposiciones: tuple[Disposicion, ...] = ()
    caso: tuple[str, ...] = ()
    cupos: tuple[Cupo, ...] = ()
    anexos: Mapping[str, tuple[Campo, ...]] = field(default_factory=dict)
    universo: Universo | None = None
    candidatos: Candidatos | None = None

    @property
    def registros(self) -> tuple[str, ...]:
        return self.obligatorios + self.opcionales


@dataclass(frozen=True)
class Linea:
    """One line of the precedence table: the state of a row that meets the condition.

    A row meets it with any failed rule of ``efectos`` (restricted to ``codigos`` when given,
    never one of ``excepto``) and, if ``cuando`` is given, only where that is true too. Without
    ``efectos`` it is ``cuando`` alone that says.
    """

    estado: str
    efectos: tuple[Efecto, ...] = ()
    codigos: tuple[str, ...] = ()
    excepto: tuple[str, ...] = ()
    cuando: nw.Expr | None = None


DEL_REGISTRO: Final = "DEL_REGISTRO"
"""As a name in ``Estados.publicados``: the state that the record itself has."""


@dataclass(frozen=True)
class Vencimiento:
    """What becomes of a record that nobody answers in time.

    Its last day, included, is ``meses`` calendar months and ``dias_habiles`` business days after
    the day it was communicated (America/Bogota); the day after, it is in ``a``. ``codigo`` is the
    rule that the late answer would fail, and is added to those of the record; empty if none.
    """

    a: str
    fuente: Fuente
    certeza: Certeza
    meses: int = 0
    dias_habiles: int = 0
    codigo: str = ""

    @property
    def plazo(self) -> str:
        """As people read it: ``6 meses``."""
        partes = ((self.meses, "meses"), (self.dias_habiles, "días hábiles"))
        return " y ".join(f"{cuantos} {de_que}" for cuantos, de_que in partes if cuantos)


@dataclass(frozen=True)
class Estados:
    """Lifecycle of a record: precedence of the evaluation, and which states mean what.

    ``forma`` is the state of a row that fails FORMA; ``valorados`` are the states whose rows
    are worth money; ``liberan`` are those in which a right may be claimed again;
    ``corregibles`` those that the entity may correct; ``retenidos`` those in order that wait for
    an event and are judged again when it comes, without anyone submitting; ``vencen``, those of
    ``corregibles`` that are answered in time or move by themselves. ``publicados`` says how the
    mechanism calls a state of the payment: ``{"GIRADO": "PAGADO"}``. ``resuelven``: a held row
    that waits for another record is judged again when that one reaches one of these, or no longer
    holds the right.
    """

    precedencia: tuple[Linea, ...]
    otro: str
    forma: str
    valorados: frozenset[str]
    liberan: frozenset[str]
    corregibles: frozenset[str]
    transiciones: Mapping[str, frozenset[str]]
    retenidos: frozenset[str] = frozenset()
    vencen: Mapping[str, Vencimiento] = field(default_factory=dict)
    publicados: Mapping[str, str] = field(default_factory=dict)
    resuelven: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CuentaDeFila:
    """The account that travels in the row, from columns of the row."""

    codigo_banco: nw.Expr
    tipo_producto: nw.Expr
    numero_producto: nw.Expr


@dataclass(frozen=True)
class Beneficiario:
    """Who is paid a part of the row's value; rows of a submission with one payee are one payment.

    ``concepto`` tells the parts of a row apart (``toma``, ``procesamiento``). ``tipo_documento``
    is ``NI`` for an entity; ``numero``, its NIT without dv or the person's document. A part that
    is zero, or of an empty ``numero``, pays nobody. The parts of a row add up to its value.
    """

    concepto: str
    tipo_documento: nw.Expr
    numero: nw.Expr
    nombre: nw.Expr
    valor_centavos: nw.Expr
    cuenta: CuentaDeFila | None = None


@dataclass(frozen=True)
class Liquidacion:
    """The amount of a row, in centavos, from columns already there.

    ``pasos`` are shown in the explanation; ``valor_centavos`` is an Int64 expression. Without
    ``beneficiarios`` the entity that submits is paid.
    """

    pasos: tuple[Columna, ...]
    valor_centavos: nw.Expr
    beneficiarios: tuple[Beneficiario, ...] = ()


@dataclass(frozen=True)
class ReglasDeRadicacion:
    """Which rule each check of intake answers for; a mechanism without the check leaves it out.

    ``ventana``: the day is inside the period's window. ``certificacion``: a readable PDF signed
    after the period. ``firmante``: who signs is whom REPS knows. ``reportante``: the entity that
    reports is known.
    """

    ventana: str | None = None
    certificacion: str | None = None
    firmante: str | None = None
    reportante: str | None = None


@dataclass(frozen=True)
class ReglasDePago:
    """Which rule each warning about a payment answers for; left out where there is none.

    ``entidad_en_revision``: the payee is in liquidation or under intervention.
    ``soporte_anterior``: the support of what was paid for the previous period is missing.
    ``cuenta_compartida``: other payees gave the same account.
    ``enrola``: the product of whoever is paid is checked, and one is opened to whoever has none;
    each row pays one person.
    """

    entidad_en_revision: str | None = None
    soporte_anterior: str | None = None
    cuenta_compartida: str | None = None
    enrola: str | None = None


@dataclass(frozen=True)
class Opcion:
    """A policy that an act may change: rows see it as a column of this name.

    The first of ``valores`` is the default. With ``rango`` it is a whole number, any from the
    first to the last, and the column is Int64; otherwise it is text, one of ``valores``.
    """

    nombre: str
    valores: tuple[str, ...]
    descripcion: str
    fuente: Fuente
    rango: tuple[int, int] | None = None

    def admite(self, valor: str) -> bool:
        """Whether an act may give it that value."""
        if self.rango is None:
            return valor in self.valores
        desde, hasta = self.rango
        return valor.isascii() and valor.isdigit() and desde <= int(valor) <= hasta

    @property
    def admitidos(self) -> str:
        """What it may be, as people read it."""
        if self.rango is None:
            return ", ".join(self.valores)
        return f"un número entero del {self.rango[0]} al {self.rango[1]}"


class Ventanas(StrEnum):
    """How a mechanism opens its windows when no act fixes one."""

    MENSUAL = "MENSUAL"
    """The first ten business days of the month after the period."""
    SEMANAL = "SEMANAL"
    """The first three business days of each week, for EPS; the others submit any day."""
    FIJA = "FIJA"
    """One for the whole mechanism: ``Mecanismo.ventana_fija``."""


@dataclass(frozen=True)
class Mecanismo:
    """Everything that is particular to one mechanism."""

    nombre: str
    titulo: str
    prefijo: str
    esquema: Esquema
    reglas: tuple[Regla, ...]
    liquidacion: Liquidacion
    estados: Estados
    requiere_legalizacion: bool = False
    roles_radican: tuple[str, ...] = ("ips",)
    radicacion: ReglasDeRadicacion = ReglasDeRadicacion()
    pago: ReglasDePago = ReglasDePago()
    ventanas: Ventanas = Ventanas.MENSUAL
    ventana_fija: tuple[date, date] | None = None
    parametros: tuple[Opcion, ...] = ()
    concepto_eps: str = ""
    """Concept under which what it owes is settled with each EPS (``UPC_AE``), apart from any other
    money of theirs; empty if it does not settle by EPS."""

    @property
    def ruta(self) -> str:
        return self.nombre.replace("_", "-")

    @property
    def regla_de_forma(self) -> Regla:
        return next(r for r in self.reglas if r.etapa is Etapa.FORMA)

    def regla(self, codigo: str) -> Regla:
        """The current version of a rule.

        Raises:
            LookupError: no rule has that code.
        """
        versiones = [r for r in self.reglas if r.codigo == codigo]
        if not versiones:
            raise LookupError(codigo)
        return versiones[-1]

    def reglas_de(self, etapa: Etapa) -> tuple[Regla, ...]:
        return tuple(r for r in self.reglas if r.etapa is etapa)
