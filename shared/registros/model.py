"""What a register is: one declaration per register drives loader, report and documentation.

No I/O here. Expressions are DuckDB SQL over the canonical columns of the same row.
Sources: ``dominio`` registers §4, §12 and §18; conventions §1 and §5.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shared.normativa import Certeza, Fuente
from shared.registros.expresiones import FALTANTES
from shared.tipos import InvarianteRota

_ENTRE_COLUMNAS: Final = re.compile(r",(?![^()]*\))")
"""The comma of ``DECIMAL(5,2)`` is inside a column."""


def plegar(texto: str) -> str:
    """Fold a header: no accents, lower case, every other sign (blank, hyphen) equal to ``_``."""
    sin_acentos = unicodedata.normalize("NFKD", texto).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", sin_acentos.lower()).strip("_")


class Clase(StrEnum):
    """Families of cell types."""

    TEXTO = "TEXTO"
    CODIGO = "CODIGO"
    NIT = "NIT"
    ENTERO = "ENTERO"
    FECHA = "FECHA"
    BOOLEANO = "BOOLEANO"
    LISTA = "LISTA"
    DOCUMENTO = "DOCUMENTO"
    PERIODO = "PERIODO"
    DECIMAL = "DECIMAL"


_DUCKDB: Final = {
    Clase.ENTERO: "BIGINT",
    Clase.FECHA: "DATE",
    Clase.BOOLEANO: "BOOLEAN",
    Clase.DECIMAL: "DECIMAL(5,2)",
}

_MOTIVOS: Final = {
    Clase.TEXTO: "no se puede leer",
    Clase.NIT: "debe ser un NIT de 9 dígitos, sin dígito de verificación",
    Clase.ENTERO: "debe ser un número entero, sin decimales ni signo",
    Clase.FECHA: "no es una fecha que exista en un formato admitido; use AAAA-MM-DD",
    Clase.BOOLEANO: "debe ser SI o NO",
    Clase.DOCUMENTO: "no es un número de documento: escriba hasta 20 letras o dígitos",
    Clase.PERIODO: "debe ser un mes AAAA-MM",
    Clase.DECIMAL: "debe ser un número de hasta tres enteros y dos decimales",
}


@dataclass(frozen=True)
class Tipo:
    """Type of a cell. Codes, NIT and lists stay text: leading zeros matter."""

    clase: Clase
    largo: int | None = None
    """CODIGO: exact number of digits; any number of them if ``None``."""
    completa_ceros: bool = False
    """CODIGO: one digit short means a lost leading zero, given back with a counted warning."""
    ceros: int = 1
    """CODIGO: how many leading zeros may have been lost, with ``completa_ceros``."""
    recorta: int | None = None
    """CODIGO: a longer code, of this many digits, is cut to ``largo`` with a counted warning."""
    admite_cedula: bool = False
    """NIT: 5 to 10 digits pass, since REPS writes there the cédula of a natural person."""
    valores: tuple[str, ...] = ()
    """LISTA: canonical spellings; compared without accents or case."""
    alias: tuple[tuple[str, str], ...] = ()
    """LISTA: (other spelling, canonical one); read with a counted warning."""
    quita_prefijo: str = ""
    """TEXTO: prefix cut, whatever its case."""
    mayusculas: bool = False
    """TEXTO: kept in upper case."""
    ancho: int | None = None
    """TEXTO: width of the layout, for the documentation; a longer text is kept."""
    dia_primero: bool = False
    """FECHA: DD/MM/AAAA is read too, because the owner of the register writes so."""
    segun: str = ""
    """DOCUMENTO: column with the type of the document; without one it is a cédula."""
    cotas: tuple[int, int] | None = None
    """ENTERO: a value outside them is brought to the nearest one, with a counted warning."""

    @property
    def duckdb(self) -> str:
        """Column type in DuckDB and Parquet."""
        return _DUCKDB.get(self.clase, "VARCHAR")

    @property
    def motivo(self) -> str:
        """What a bad cell is told, in Spanish."""
        if self.clase is Clase.CODIGO:
            return f"debe tener {self.largo} dígitos" if self.largo else "debe tener solo dígitos"
        if self.clase is Clase.LISTA:
            return "debe ser uno de: " + ", ".join(self.valores)
        if self.dia_primero:
            return f"{_MOTIVOS[self.clase]} o DD/MM/AAAA"
        return _MOTIVOS[self.clase]


TEXTO: Final = Tipo(Clase.TEXTO)
ENTERO: Final = Tipo(Clase.ENTERO)
FECHA: Final = Tipo(Clase.FECHA)
FECHA_DMA: Final = Tipo(Clase.FECHA, dia_primero=True)
PERIODO: Final = Tipo(Clase.PERIODO)
DECIMAL: Final = Tipo(Clase.DECIMAL)
BOOLEANO: Final = Tipo(Clase.BOOLEANO)
NIT: Final = Tipo(Clase.NIT)
NIT_O_CEDULA: Final = Tipo(Clase.NIT, admite_cedula=True)


def T(ancho: int, *, mayusculas: bool = False) -> Tipo:  # noqa: N802 - as the dossiers write it
    """Text up to that width in the layout of its owner."""
    return Tipo(Clase.TEXTO, ancho=ancho, mayusculas=mayusculas)


def CODIGO(  # noqa: N802 - reads as a type in the catalogue
    largo: int | None = None,
    *,
    completa_ceros: bool = False,
    ceros: int = 1,
    recorta: int | None = None,
) -> Tipo:
    """Digits kept as text."""
    return Tipo(
        Clase.CODIGO, largo=largo, completa_ceros=completa_ceros, ceros=ceros, recorta=recorta
    )


def ENTERO_ENTRE(minimo: int, maximo: int) -> Tipo:  # noqa: N802 - idem
    """Integer brought inside its bounds, both admitted."""
    return Tipo(Clase.ENTERO, cotas=(minimo, maximo))


def LISTA(*valores: str, alias: tuple[tuple[str, str], ...] = ()) -> Tipo:  # noqa: N802 - idem
    """Closed list."""
    return Tipo(Clase.LISTA, valores=valores, alias=alias)


@dataclass(frozen=True)
class ColumnaRegistro:
    """One canonical column and the headers under which files bring it.

    A cell that cannot be read sends its row to quarantine, unless the column is
    ``informativa``: then the cell becomes null and is counted.
    """

    nombre: str
    tipo: Tipo
    originales: tuple[str, ...] = ()
    descripcion: str = ""
    obligatoria: bool = False
    """The header must be there and no cell may be empty."""
    admite_vacia: bool = False
    """With ``obligatoria``: the header must be there, and a cell may be empty."""
    informativa: bool = False
    si_falta: str | None = None
    """Value when the file brings none, from the other columns of the row."""
    necesita: tuple[str, ...] = ()
    """Columns that ``si_falta`` reads: with them, an obligatory header may be absent."""
    derivada: str | None = None
    """Always computed, from the finished columns of the row; never read from a file."""

    @property
    def aceptados(self) -> tuple[str, ...]:
        """Folded headers, the canonical one first."""
        return tuple(dict.fromkeys(plegar(h) for h in (self.nombre, *self.originales)))


@dataclass(frozen=True)
class Derivacion:
    """Rows of another register that a file layout brings with it."""

    registro: str
    columnas: dict[str, str]
    """Target column → source column."""
    constantes: dict[str, str]
    """Target column → SQL literal."""
    encabezados: tuple[str, ...]
    """Folded headers that identify the layout; without all of them nothing is derived."""
    certeza: Certeza
    nota: str


@dataclass(frozen=True)
class Comprobacion:
    """A check of quality: it is counted and reported, and changes no row."""

    nombre: str
    falla: str
    """Expression that is true when the row fails."""
    mensaje: str


@dataclass(frozen=True)
class Repeticion:
    """Rows that share what should be of one row: counted and reported, all kept."""

    nombre: str
    columnas: tuple[str, ...]
    mensaje: str
    donde: str = "true"
    """Rows that are looked at."""


@dataclass(frozen=True)
class Referencia:
    """Column that should exist in another register; what does not is an orphan."""

    columna: str
    registro: str
    destino: str


@dataclass(frozen=True)
class FormatoPosicional:
    """A headerless layout, known by its number of fields (and by the name of the file, if told)."""

    nombre: str
    """Name of its position map, with the version: ``bdua_maestro_43``."""
    delimitador: str
    posiciones: tuple[str, ...]
    """Header of each position, first to last; the register maps them as it would a header line."""
    originales: tuple[str, ...] = ()
    """How its owner calls each position, for the documentation."""
    archivo: str = ""
    """Regular expression of the file name, upper case; its named groups fill ``por_nombre``."""
    por_nombre: tuple[tuple[str, str, str], ...] = ()
    """(group, text of the file name, ``columna=valor``): what the name says of every row."""
    nota: str = ""
    certeza: Certeza = Certeza.DISENO


@dataclass(frozen=True)
class Intervalos:
    """Rows that say how a subject was from ``desde`` to ``hasta``.

    A later extract that differs closes the row the day before its own ``desde`` (registers §3).
    """

    sujeto: tuple[str, ...]
    """Who the row is about: ``afl_id``."""
    hecho: tuple[str, ...]
    """Columns that stay equal while the interval lasts."""


@dataclass(frozen=True)
class EsquemaRegistro:
    """Declaration of a register."""

    nombre: str
    titulo: str
    dueno: str
    fuente: Fuente
    columnas: tuple[ColumnaRegistro, ...]
    clave: tuple[str, ...]
    """Rows with one key come together: from several cortes with the key, one gives them all."""
    certeza: Certeza
    unica: bool = False
    """One row per key: repeats go to quarantine."""
    orden: tuple[str, ...] = ()
    """Physical order after the key."""
    deriva: tuple[Derivacion, ...] = ()
    comprobaciones: tuple[Comprobacion, ...] = ()
    referencias: tuple[Referencia, ...] = ()
    defectos: tuple[str, ...] = ()
    """Known defects of the real extracts, in Spanish, for the documentation."""
    formatos: tuple[FormatoPosicional, ...] = ()
    """Headerless layouts accepted beside files with header."""
    comillas: bool = True
    """``False``: a quote is a character like any other (pipe files of SISPRO, BDUA)."""
    umbral: float = 0.05
    """Fraction of rejected rows in one block of the file that stops the load."""
    intervalos: Intervalos | None = None
    """How several extracts make one history; ``None`` when each extract stands alone."""
    repeticiones: tuple[Repeticion, ...] = ()
    cadencia: str = ""
    """How often its owner gives an extract, and of what size, in Spanish."""
    leen: tuple[tuple[str, str], ...] = ()
    """(mechanism, what it reads it for: rules or moment), for the documentation."""
    por_defecto: str = ""
    """Table of ``shared.normativa.tablas`` that answers for the keys that no corte brings, and for
    all of them when the folder has no file."""

    def columna(self, nombre: str) -> ColumnaRegistro:
        """The column of that canonical name.

        Raises:
            InvarianteRota: the declaration names a column it does not have.
        """
        for columna in self.columnas:
            if columna.nombre == nombre:
                return columna
        raise InvarianteRota(f"{self.nombre} no tiene la columna {nombre}")

    @property
    def leidas(self) -> tuple[ColumnaRegistro, ...]:
        """Columns a file may bring."""
        return tuple(c for c in self.columnas if c.derivada is None)

    @property
    def derivadas(self) -> tuple[ColumnaRegistro, ...]:
        """Columns always computed."""
        return tuple(c for c in self.columnas if c.derivada is not None)

    @property
    def nombres(self) -> tuple[str, ...]:
        """Canonical columns, in order."""
        return tuple(c.nombre for c in self.columnas)

    @property
    def revisiones(self) -> dict[str, str]:
        """Name of each check and of each repetition looked for → what it says when it fails."""
        return {c.nombre: c.mensaje for c in self.comprobaciones} | {
            r.nombre: r.mensaje for r in self.repeticiones
        }

    @property
    def sin_dato(self) -> tuple[str, ...]:
        """Spellings of a missing value, but for those that are a value of some list: SD is
        "sin dato" in REPS and "suspendido por documentos" in BDUA."""
        valores = {v for c in self.leidas for v in c.tipo.valores}
        return tuple(f for f in FALTANTES if f not in valores)

    @property
    def firma(self) -> str:
        """Names and types: equal in two Parquets that can be read as one."""
        return ",".join(map(_firma, self.columnas))

    def admite(self, firma: str) -> bool:
        """Whether a Parquet of that ``firma`` has today's columns; derived ones may be missing,
        since whoever reads it computes them."""
        escritas = set(_ENTRE_COLUMNAS.split(firma))
        return {_firma(c) for c in self.leidas} <= escritas <= {_firma(c) for c in self.columnas}

    def mapear(self, encabezado: list[str]) -> dict[str, int]:
        """Canonical column → position in the header; the first accepted spelling wins."""
        posiciones: dict[str, int] = {}
        for posicion, titulo in enumerate(encabezado):
            posiciones.setdefault(plegar(titulo), posicion)
        mapa = {}
        for columna in self.leidas:
            posicion_columna = next(
                (posiciones[h] for h in columna.aceptados if h in posiciones), None
            )
            if posicion_columna is not None:
                mapa[columna.nombre] = posicion_columna
        return mapa

    def faltantes(self, presentes: dict[str, int]) -> list[ColumnaRegistro]:
        """Obligatory columns that a file with these columns neither brings nor can compose."""
        return [
            c
            for c in self.leidas
            if c.obligatoria
            and c.nombre not in presentes
            and not (c.necesita and all(n in presentes for n in c.necesita))
        ]


def _firma(columna: ColumnaRegistro) -> str:
    return f"{columna.nombre}:{columna.tipo.duckdb}"


@dataclass(frozen=True)
class Carga:
    """Result of normalising one file into one register."""

    registro: str
    ruta: Path
    """Parquet with the canonical columns, typed and sorted by key."""
    rechazos: Path | None
    """Quarantine: fila, columna, valor, motivo. ``None`` in derived registers."""
    sha256_fuente: str
    sha256: str
    filas_leidas: int
    filas: int
    rechazadas: int
    avisos: tuple[str, ...]
    calidad: dict[str, Any]
    derivadas: tuple[Carga, ...] = ()


class EstadoCorte(StrEnum):
    """Life of a corte. Evaluations keep pointing to the one they used, whatever its state."""

    CARGADO = "CARGADO"
    VIGENTE = "VIGENTE"
    REEMPLAZADO = "REEMPLAZADO"
    RETIRADO = "RETIRADO"


@dataclass(frozen=True)
class Corte:
    """A dated, immutable extract of a register."""

    id: UUID
    registro: str
    fecha_corte: date
    archivo: str
    sha256_fuente: str
    sha256: str
    filas: int
    filas_rechazadas: int
    calidad: dict[str, Any]
    estado: EstadoCorte
    motivo: str | None
    derivado_de: UUID | None
    cargado_por: str
    created_at: datetime

    @property
    def ruta(self) -> Path:
        """Where its Parquet is, inside the folder of data."""
        return ruta_corte(self.registro, self.fecha_corte, self.sha256)


def ruta_corte(registro: str, fecha_corte: date, sha256: str) -> Path:
    """Place of a corte, named by its content, inside the folder of data."""
    return Path("cortes", registro, fecha_corte.isoformat(), f"{sha256}.parquet")
