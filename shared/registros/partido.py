"""A block of lines as numbered columns of text, and the lines that could not be split.

Two ways, with one result. Lines without quotes that quote are split by Arrow, which calls back
for every line of another width: nothing is lost nor miscounted. Lines with them go through the
``csv`` module one at a time, since a stray quote must break one row and no more (with quoting on,
DuckDB lost whole stretches of rows to them).
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Final

import pyarrow as pa
import pyarrow.csv as pacsv

from shared.registros.expresiones import FALTANTES
from shared.registros.lectura import LINEA_MAXIMA, TEXTO_ROTO

LINEAS_POR_REGISTRO: Final = 20
"""A quoted field may hold line ends; past this many lines the quote was a stray one."""
FILA: Final = "fila"
SEPARADOR: Final = "\x1f"
MUESTRA_DE_LINEAS: Final = 64

_US: Final = SEPARADOR.encode()
_TROZO: Final = 4 * 2**20
"""Bytes that Arrow splits at a time: above ``LINEA_MAXIMA``, within the cache."""
_VENTANA: Final = LINEA_MAXIMA // 2
"""A line longer than ``LINEA_MAXIMA`` covers a whole window of this size wherever it begins."""


@cache
def _en_toda_caja(faltantes: tuple[str, ...]) -> list[str]:
    """Spellings of "missing" in every case: Arrow finds them while it splits, at no cost."""
    cajas = (product(*({c, c.lower()} for c in f)) for f in faltantes)
    return ["", *("".join(letras) for caja in cajas for letras in caja)]


@dataclass(frozen=True)
class Rota:
    """A line that is not a row of the file."""

    fila: int
    muestra: str
    motivo: str


@dataclass
class Partido:
    """What a block gave."""

    tabla: pa.Table
    """``fila`` and the text columns ``c<i>`` that are used."""
    filas: int
    """Data rows, broken ones included; blank lines are not rows."""
    en_blanco: int
    rotas: list[Rota]
    limpia: bool = False
    """The cells are compact, and null where they say "missing"."""
    sobrantes: int = 0
    """Lines at the end, of a quoted field that the block does not close: they start the next."""


@dataclass(frozen=True)
class Partidor:
    """How the lines of a file are split."""

    delimitador: str
    columnas: int
    usadas: tuple[int, ...]
    """Positions that the register reads."""
    comillas: bool = True
    """``False``: a quote is a character like any other."""
    faltantes: tuple[str, ...] = FALTANTES
    """Spellings of "missing"."""
    referencia: str = "el encabezado"
    """What says how many columns there are."""

    def partir(self, texto: bytes, primera: int, *, ultimo: bool) -> Partido:
        """Split a block of lines that end in LF; its first row has number ``primera``."""
        if (self.comillas and b'"' in texto) or _hay_linea_larga(texto):
            return _Lento(self, primera).partir(texto, ultimo=ultimo)
        return self._rapido(texto, primera)

    # --- fast --------------------------------------------------------------------------------

    def _rapido(self, texto: bytes, primera: int) -> Partido:
        texto, en_blanco = self._sin_blancos(self._compacto(texto))
        cola = self._cola(texto)
        if cola:
            texto = texto.replace(cola + b"\n", b"\n")
        numeros: list[int] = []
        otras: list[bytes] = []

        def apartar(fila: pacsv.InvalidRow) -> str:
            numeros.append(fila.number - 1)
            otras.append(fila.text.encode() + cola)
            return "skip"

        tabla = self._leer(texto, self.delimitador, apartar)
        filas = tabla.num_rows + len(otras)
        tabla = tabla.add_column(0, "fila", _numerar(primera, filas, numeros))
        rotas: list[Rota] = []
        buenas: list[bytes] = []
        for numero, linea in zip(numeros, otras, strict=True):
            campos = self.simple(linea)
            if campos is None:
                rotas.append(self.rota(primera + numero, linea, self.ancho(linea)))
            else:
                buenas.append(b"%d%b%b\n" % (primera + numero, _US, campos))
        if buenas:
            tabla = pa.concat_tables([tabla, self.de_lineas(buenas, faltantes=True)])
        return Partido(tabla, filas, en_blanco, rotas, limpia=True)

    def _compacto(self, texto: bytes) -> bytes:
        """What ``expresiones.compacto`` does to each cell, to all of them at once."""
        while b"  " in texto:
            texto = texto.replace(b"  ", b" ")
        while b'"' in texto and b'""' in texto:
            texto = texto.replace(b'""', b'"')
        for borde in (self.delimitador.encode(), b"\n"):
            for con_blanco in (b" " + borde, borde + b" "):
                if con_blanco in texto:
                    texto = texto.replace(con_blanco, borde)
        return texto.lstrip(b" ")

    def _sin_blancos(self, texto: bytes) -> tuple[bytes, int]:
        """Without the lines that hold only separators, blanks and quotes; and how many."""
        relleno = re.escape(self.delimitador.encode()) + b' "'
        primeras = re.match(rb"(?:[" + relleno + rb"]*\n)+", texto)
        en_blanco = 0
        if primeras is not None:
            en_blanco = primeras[0].count(b"\n")
            texto = texto[primeras.end() :]
        patron = re.compile(rb"\n[" + relleno + rb"]*(?=\n)")
        if patron.search(texto) is None:
            return texto, en_blanco
        texto, quitadas = patron.subn(b"", texto)
        return texto, en_blanco + quitadas

    def _cola(self, texto: bytes) -> bytes:
        """The separator after the last column, if every line has one there."""
        delim = self.delimitador.encode()
        primeras = texto.split(b"\n", MUESTRA_DE_LINEAS)[:-1]
        con_cola = sum(linea.count(delim) == self.columnas for linea in primeras)
        if con_cola * 2 <= len(primeras) or texto.count(delim + b"\n") != texto.count(b"\n"):
            return b""
        return delim

    def _leer(
        self,
        texto: bytes,
        delimitador: str,
        apartar: pacsv.InvalidRowHandler | None,
        *,
        numeradas: bool = False,
        faltantes: bool = True,
    ) -> pa.Table:
        nombres = ([FILA] if numeradas else []) + [f"c{i}" for i in range(self.columnas)]
        usados = ([FILA] if numeradas else []) + [f"c{i}" for i in self.usadas]
        tipos = {n: pa.int64() if n == FILA else pa.string() for n in usados}
        if not texto:
            return pa.table({n: pa.array([], tipo) for n, tipo in tipos.items()})
        return pacsv.read_csv(
            pa.BufferReader(texto),
            # One thread: with more, a line of another width does not tell its number.
            read_options=pacsv.ReadOptions(
                use_threads=False, block_size=_TROZO, column_names=nombres
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimitador,
                quote_char=False,
                double_quote=False,
                escape_char=False,
                invalid_row_handler=apartar,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=tipos,
                include_columns=usados,
                strings_can_be_null=faltantes,
                null_values=_en_toda_caja(self.faltantes),
                check_utf8=False,
            ),
        )

    def de_lineas(self, lineas: Iterable[bytes], *, faltantes: bool = False) -> pa.Table:
        """Table of lines already split and numbered."""
        return self._leer(b"".join(lineas), SEPARADOR, None, numeradas=True, faltantes=faltantes)

    # --- one line ----------------------------------------------------------------------------

    @property
    def relleno(self) -> bytes:
        """What a blank line may hold."""
        return self.delimitador.encode() + b' "'

    def ancho(self, linea: bytes) -> str:
        """Why a line has not the columns it should."""
        delim = self.delimitador.encode()
        # A trailing separator ends the last column and opens no other.
        columnas = linea.count(delim) + (not linea.endswith(delim))
        return f"tiene {columnas} columnas y {self.referencia} {self.columnas}"

    def simple(self, linea: bytes) -> bytes | None:
        """Fields of a line whose quotes quote nothing; ``None`` if it has another width."""
        delim = self.delimitador.encode()
        linea = linea.rstrip(b" ")
        separadores = linea.count(delim)
        if separadores == self.columnas and linea.endswith(delim):
            linea = linea[: -len(delim)]
        elif separadores != self.columnas - 1:
            return None
        return linea.replace(delim, _US)

    def entrecomillada(self, lineas: Sequence[bytes]) -> bytes | None:
        """Fields of a quoted record, or ``None`` if it is not one of the right width."""
        texto = b"\n".join(lineas).decode(errors="replace")
        try:
            # Split by line ends as a file would be: a quoted field may hold them.
            registros = list(
                csv.reader(texto.splitlines(keepends=True), delimiter=self.delimitador, strict=True)
            )
        except csv.Error:
            return None
        if len(registros) != 1:
            return None
        campos = registros[0]
        if len(campos) == self.columnas + 1 and not campos[-1].strip():
            campos = campos[:-1]
        if len(campos) != self.columnas:
            return None
        return SEPARADOR.join(" ".join(c.splitlines()) for c in campos).encode()

    @staticmethod
    def rota(fila: int, linea: bytes, motivo: str) -> Rota:
        """A line set apart; of its text only the beginning is kept."""
        muestra = linea[: TEXTO_ROTO * 4].decode(errors="replace")[:TEXTO_ROTO]
        return Rota(fila, muestra, f"la fila {motivo}")


def _hay_linea_larga(texto: bytes) -> bool:
    return any(
        texto.find(b"\n", inicio, inicio + _VENTANA) < 0
        for inicio in range(0, len(texto) - _VENTANA, _VENTANA)
    )


def _numerar(primera: int, filas: int, saltos: Sequence[int]) -> pa.Array:
    """Numbers of the rows that are not at ``saltos``, counted from ``primera``."""
    tramos = []
    desde = 0
    for salto in (*saltos, filas):
        if salto > desde:
            tramos.append(pa.arange(primera + desde, primera + salto))
        desde = salto + 1
    return pa.concat_arrays(tramos) if tramos else pa.array([], pa.int64())


@dataclass
class _Lento:
    """Splits one line at a time."""

    como: Partidor
    siguiente: int
    """Number of the next row."""
    buenas: list[bytes] = field(default_factory=list)
    rotas: list[Rota] = field(default_factory=list)
    en_blanco: int = 0
    abierta: list[bytes] = field(default_factory=list)
    """Lines of a quoted field not closed yet."""

    def partir(self, texto: bytes, *, ultimo: bool) -> Partido:
        primera = self.siguiente
        self._procesar(texto.removesuffix(b"\n").split(b"\n") if texto else [])
        while ultimo and self.abierta:  # end of file: an open quote was a stray one
            self._procesar(self._soltar())
        return Partido(
            self.como.de_lineas(self.buenas),
            self.siguiente - primera,
            self.en_blanco,
            self.rotas,
            sobrantes=len(self.abierta),
        )

    def _procesar(self, lineas: Iterable[bytes]) -> None:
        pendientes = deque(lineas)
        while pendientes:
            linea = pendientes.popleft()
            if self.abierta:
                self._continuar(linea, pendientes)
            elif self.como.comillas and b'"' in linea:
                self._con_comillas(linea)
            else:
                self._simple(linea)

    def _simple(self, linea: bytes) -> None:
        if not linea.strip(self.como.relleno):
            self.en_blanco += 1
            return
        campos = self.como.simple(linea)
        if campos is None:
            self._romper(linea, self.como.ancho(linea))
        else:
            self._agregar(campos, linea)

    def _con_comillas(self, linea: bytes) -> None:
        campos = self.como.entrecomillada([linea])
        if campos is not None:
            self._agregar(campos, linea)
        elif (
            linea.count(self.como.delimitador.encode()) == self.como.columnas - 1
            or linea.count(b'"') % 2 == 0
        ):
            self._simple(linea)  # quotes that quote nothing
        else:
            self.abierta = [linea]

    def _continuar(self, linea: bytes, pendientes: deque[bytes]) -> None:
        self.abierta.append(linea)
        campos = self.como.entrecomillada(self.abierta)
        if campos is not None:
            self._agregar(campos, b" ".join(self.abierta))
            self.abierta = []
        elif len(self.abierta) >= LINEAS_POR_REGISTRO:
            pendientes.extendleft(reversed(self._soltar()))

    def _soltar(self) -> list[bytes]:
        """Give up on an open quote: its line is broken, those behind it are read again."""
        primera, *resto = self.abierta
        self.abierta = []
        self._romper(primera, "tiene comillas sin cerrar")
        return resto

    def _agregar(self, campos: bytes, linea: bytes) -> None:
        if len(campos) > LINEA_MAXIMA:
            self._romper(linea, "pasa de 1 MB")
            return
        self.buenas.append(b"%d%b%b\n" % (self.siguiente, _US, campos))
        self.siguiente += 1

    def _romper(self, linea: bytes, motivo: str) -> None:
        self.rotas.append(self.como.rota(self.siguiente, linea, motivo))
        self.siguiente += 1
