"""Delimited text to batches: encoding, line ends, separator, quotes, rows of the wrong width.

Rows are numbered twice. ``hoja`` counts every record from 1, header and blank lines included, as
a spreadsheet shows them; ``fila`` counts only data rows that hold something. A cell with a quoted
line break is part of one record in both.

Plain blocks (no quotes, no blank lines) go through Arrow's parser and its row count must equal
the line count; every other block is read record by record with the standard ``csv`` module, so a
loose quote spoils one row and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv as pacsv

from shared.radicacion.lectura.encabezado import Emparejamiento, emparejar, reconocidas
from shared.radicacion.lectura.envoltura import ADMITIDOS
from shared.radicacion.lectura.errors import (
    ArchivoDemasiadoGrande,
    ArchivoIlegible,
    ArchivoVacio,
    LineaDemasiadoLarga,
    SeparadorDesconocido,
    SinEncabezado,
    TipoDesconocido,
)
from shared.radicacion.lectura.model import MARCA, MIB, Fuente, Limites, esquema_lote
from shared.tipos.campos import Campo, plegar_encabezado

SEPARADORES: Final = (",", ";", "\t", "|")
_BLOQUE: Final = 8 * MIB
_TANDA: Final = 50_000
"""Lines handled at once where Python objects are made of each cell."""
_MAX_CONTINUACION: Final = 50
"""Lines one quoted cell may span."""
_MAX_SUELTAS: Final = 1_000
"""After so many loose quotes, no more looking for their closing line: it would be quadratic."""
_ILEGIBLE: Final = str.maketrans({"\x00": "\ufffd", MARCA: "\ufffd"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_COMILLA_SUELTA: Final = (
    "tiene una comilla sin cerrar o mal puesta. Quite las comillas, o escriba dos seguidas si "
    "hacen parte del texto."
)
_CELDA_LARGA: Final = "tiene una celda demasiado larga. Acorte el texto."


@dataclass(frozen=True)
class Examen:
    """What the first pass over the bytes found."""

    codec: str
    codificacion: str
    cr_termina: bool
    """A lone CR ends a line (classic Mac); otherwise it is stray and becomes a blank."""


def abrir_texto(ruta: Path, campos: Sequence[Campo], limites: Limites) -> Fuente:
    """Open delimited text.

    Raises:
        ArchivoVacio, TipoDesconocido, ArchivoIlegible, LineaDemasiadoLarga, SinEncabezado,
        SeparadorDesconocido, FaltaColumna, ColumnaRepetida, ArchivoDemasiadoGrande.
    """
    examen = examinar(ruta, limites)
    trozos = bloques(ruta, examen, limites)
    lector = _Lector(limites)
    inicio = lector.encabezado(trozos, campos)
    avisos = avisos_de(examen)
    lector.avisos = avisos
    return Fuente(
        lotes=lector.lotes(inicio, trozos),
        columnas=lector.emparejado.columnas,
        con_letras=True,
        ignoradas=lector.emparejado.ignoradas,
        codificacion=examen.codificacion,
        separador=lector.separador,
        avisos=avisos,
    )


def avisos_de(examen: Examen) -> list[str]:
    """What to tell of how the bytes were read."""
    if examen.codec not in {"cp1252", "latin-1"}:
        return []
    return [
        f"El archivo no está en UTF-8; se leyó como {examen.codificacion}. Revise que las tildes y "
        "las eñes se vean bien."
    ]


# Bytes to text


def examinar(ruta: Path, limites: Limites) -> Examen:
    """Encoding and line ends: UTF-8 strict, else Windows-1252; UTF-16 by its mark or its zeros."""
    with ruta.open("rb") as archivo:
        inicio = archivo.read(64 * 1024)
    if inicio.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidatos = ["utf-16"]
    elif sin_marca := _utf16_sin_marca(inicio):
        candidatos = [sin_marca]
    elif inicio.startswith(codecs.BOM_UTF8):
        candidatos = ["utf-8-sig", "cp1252", "latin-1"]
    else:
        candidatos = ["utf-8", "cp1252", "latin-1"]
    for codec in candidatos:
        try:
            cr_termina = _recorrer(ruta, codec, limites)
        except UnicodeDecodeError:
            continue
        return Examen(codec, _NOMBRES.get(codec, "UTF-16"), cr_termina)
    raise ArchivoIlegible("El texto UTF-16 está incompleto o dañado. Guárdelo de nuevo como UTF-8.")


_NOMBRES: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1",
}


def _utf16_sin_marca(inicio: bytes) -> str | None:
    muestra = inicio[:1024]
    if len(muestra) < 16 or muestra.count(0) < len(muestra) // 3:
        return None
    return "utf-16-le" if muestra[1::2].count(0) > muestra[::2].count(0) else "utf-16-be"


def _decodificar(ruta: Path, codec: str) -> Iterator[str]:
    decodificador = codecs.getincrementaldecoder(codec)("strict")
    with ruta.open("rb") as archivo:
        while datos := archivo.read(_BLOQUE):
            yield decodificador.decode(datos)
    yield decodificador.decode(b"", final=True)


def _recorrer(ruta: Path, codec: str, limites: Limites) -> bool:
    """First pass: decodes all, refuses binary and endless lines, counts line ends."""
    solos = saltos = abierta = 0
    algo = False
    for n, bloque in enumerate(_decodificar(ruta, codec)):
        if n == 0 and len(_CONTROL.findall(bloque[:MIB])) * 20 > min(len(bloque), MIB):
            raise TipoDesconocido(f"El archivo no es de texto. Se admite {ADMITIDOS}.")
        algo = algo or bool(bloque.strip(f"\ufeff\x00{MARCA} \t\r\n"))
        if "\r" in bloque:
            solos += bloque.count("\r") - bloque.count("\r\n")
        saltos += bloque.count("\n")
        abierta = _medir_lineas(bloque.replace("\r", "\n"), abierta, limites)
    if not algo:
        raise ArchivoVacio("El archivo no trae datos. Vuelva a exportarlo y envíelo otra vez.")
    return solos > saltos


def _medir_lineas(bloque: str, abierta: int, limites: Limites) -> int:
    """Length of the line left open at the end of the block."""
    desde = -abierta
    while len(bloque) - desde > limites.linea:
        salto = bloque.rfind("\n", max(desde, 0), desde + limites.linea + 1)
        if salto < 0:
            raise _linea_larga(limites)
        desde = salto + 1
    return len(bloque) - max(bloque.rfind("\n") + 1, desde)


def _linea_larga(limites: Limites) -> LineaDemasiadoLarga:
    return LineaDemasiadoLarga(
        f"Hay una línea de más de {limites.linea} caracteres. Revise que cada registro termine en "
        "un salto de línea."
    )


def bloques(ruta: Path, examen: Examen, limites: Limites) -> Iterator[str]:
    """Text in blocks of whole lines ended by LF, with unreadable characters marked."""
    resto = ""
    for crudo in _decodificar(ruta, examen.codec):
        texto = resto + crudo
        # The CR LF pair must not be cut in two, nor the mark that old DOS leaves at the end.
        corte = max(texto.rfind("\n"), texto.rfind("\r", 0, -1) if examen.cr_termina else -1) + 1
        resto = texto[corte:]
        if len(resto) > limites.linea:  # many stray CR, which the first pass took for line ends
            raise _linea_larga(limites)
        if corte:
            yield _normalizar(texto[:corte], examen)
    resto = resto.rstrip(MARCA)
    if resto:
        yield _normalizar(resto, examen) + "\n"


def _normalizar(texto: str, examen: Examen) -> str:
    if "\r" in texto:
        texto = texto.replace("\r\n", "\n").replace("\r", "\n" if examen.cr_termina else " ")
    if "\x00" in texto or MARCA in texto:
        texto = texto.translate(_ILEGIBLE)
    return texto


# Text to records


@dataclass
class _Lector:
    """Turns blocks of lines into batches, keeping the two row numbers."""

    limites: Limites
    separador: str = ","
    ancho: int = 0
    emparejado: Emparejamiento = field(default_factory=lambda: Emparejamiento((), ()))
    avisos: list[str] = field(default_factory=list)
    fila: int = 0
    hoja: int = 0
    sueltas: int = 0
    recorto: bool = False
    en_blanco: re.Pattern[str] = re.compile("")

    def encabezado(self, bloques: Iterator[str], campos: Sequence[Campo]) -> list[str]:
        """Find the header and the separator; returns the lines of the first block below it."""
        lineas: list[str] = []
        for bloque in bloques:
            lineas = bloque.split("\n")[:-1]
            while lineas and not lineas[0].strip(" \t,;|\ufeff"):
                lineas.pop(0)
                self.hoja += 1
            if lineas:
                break
        if not lineas:
            raise ArchivoVacio("El archivo no trae datos. Vuelva a exportarlo y envíelo otra vez.")
        lineas[0] = lineas[0].lstrip("\ufeff").removeprefix("ï»¿")
        if re.fullmatch(r"sep=.", lineas[0].strip(), re.IGNORECASE) and len(lineas) > 1:
            lineas.pop(0)  # a hint for spreadsheets, which do not show it as a row
        celdas, usadas = self._elegir(lineas, campos)
        while len(celdas) > 1 and not celdas[-1].strip():
            celdas.pop()
        if len(celdas) > self.limites.columnas:
            raise ArchivoDemasiadoGrande(
                f"El encabezado tiene {len(celdas)} columnas y se admiten {self.limites.columnas}."
            )
        _exigir_encabezado(celdas, campos)
        self.ancho = len(celdas)
        self.emparejado = emparejar(celdas, campos)
        self.en_blanco = re.compile(rf"\n[ \t{re.escape(self.separador)}]*\n")
        self.hoja += 1
        return lineas[usadas:]

    def _elegir(self, lineas: Sequence[str], campos: Sequence[Campo]) -> tuple[list[str], int]:
        """The separator under which the header names most campos, then has most cells."""
        opciones = []
        for orden, separador in enumerate(SEPARADORES):
            leido = leer_registro(lineas, 0, separador, len(lineas))
            celdas, usadas = (
                leido
                if isinstance(leido, tuple)
                else (lineas[0].replace('"', "").split(separador), 1)
            )
            puntos = (reconocidas(celdas, campos), len(celdas), -orden)
            opciones.append((puntos, separador, celdas, usadas))
        _, self.separador, celdas, usadas = max(opciones, key=lambda o: o[0])
        return celdas, usadas

    def lotes(self, inicio: list[str], bloques: Iterator[str]) -> Iterator[pa.Table]:
        """The batches, in file order."""
        pendientes: list[str] = []
        for bloque in chain(_unir(inicio), bloques):
            rapido = None if pendientes or '"' in bloque else self._de_una_vez(bloque)
            if rapido is not None:
                yield rapido
                continue
            lineas = bloque.split("\n")
            lineas.pop()
            pendientes = yield from self._por_tandas(pendientes + lineas, final=False)
        yield from self._por_tandas(pendientes, final=True)

    def _de_una_vez(self, texto: str) -> pa.Table | None:
        """Lines without surprises, or ``None``: the count of rows must match that of lines."""
        if self.en_blanco.search(f"\n{texto}"):
            return None
        con_comillas = '"' in texto
        if con_comillas and not self._parejas(texto.split("\n")[:-1]):
            return None
        try:
            tabla = self._con_arrow(texto.encode(), con_comillas=con_comillas)
        except pa.ArrowInvalid:
            return None
        n = texto.count("\n")
        if tabla.num_rows != n:
            return None
        columnas = [
            pa.nulls(n, pa.string()) if i is None else tabla.column(str(i))
            for i in self.emparejado.columnas
        ]
        hojas = pa.arange(self.hoja + 1, self.hoja + n + 1)
        self.hoja += n
        return self._lote(hojas, pa.nulls(n, pa.string()), columnas)

    def _parejas(self, lineas: list[str]) -> bool:
        """Each line is one record, not blank, of the right width, with every quote in place."""
        n = 0
        try:
            for celdas in csv.reader(lineas, delimiter=self.separador, strict=True):
                if len(celdas) != self.ancho or not any(map(str.strip, celdas)):
                    return False
                n += 1
        except csv.Error:
            return False
        return n == len(lineas)

    def _con_arrow(self, datos: bytes, *, con_comillas: bool) -> pa.Table:
        nombres = [str(i) for i in range(self.ancho)]
        return pacsv.read_csv(
            BytesIO(datos),
            pacsv.ReadOptions(column_names=nombres, block_size=4 * self.limites.linea),
            pacsv.ParseOptions(
                delimiter=self.separador,
                quote_char='"' if con_comillas else False,
                double_quote=con_comillas,
                newlines_in_values=False,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(nombres, pa.string()),
                include_columns=[str(i) for i in {*self.emparejado.columnas} - {None}],
                strings_can_be_null=False,
            ),
        )

    def _por_tandas(
        self, lineas: list[str], *, final: bool
    ) -> Generator[pa.Table, None, list[str]]:
        """Batches of at most :data:`_TANDA` rows; returns the lines that wait for more."""
        desde = 0
        while desde < len(lineas):
            hasta = desde + _TANDA
            ultima = final and hasta >= len(lineas)
            lote, usadas = self._tanda(lineas[desde:hasta], final=ultima)
            if lote is not None:
                yield lote
            desde += usadas
            if hasta >= len(lineas):
                break
        return lineas[desde:]

    def _tanda(self, lineas: list[str], *, final: bool) -> tuple[pa.Table | None, int]:
        """Some lines as a batch, and how many were used.

        Without ``final`` an open quote at the end waits for more lines.
        """
        rapido = self._de_una_vez("\n".join(lineas) + "\n")
        return (rapido, len(lineas)) if rapido is not None else self._uno_a_uno(lineas, final=final)

    def _uno_a_uno(self, lineas: list[str], *, final: bool) -> tuple[pa.Table | None, int]:
        registros: list[Sequence[str | None]] = []
        hojas: list[int] = []
        defectos: list[str | None] = []
        vacia: list[str | None] = [None] * self.ancho
        i = 0
        while i < len(lineas):
            celdas, defecto, usadas = self._registro(lineas, i, final=final)
            if not usadas:
                break
            i += usadas
            self.hoja += 1
            if defecto is None and not any(c and not c.isspace() for c in celdas):
                continue
            registros.append(vacia if defecto else celdas)
            defectos.append(defecto)
            hojas.append(self.hoja)
        if not registros:
            return None, i
        columnas = [
            pa.nulls(len(registros), pa.string())
            if c is None
            else pa.array([r[c] for r in registros], pa.string())
            for c in self.emparejado.columnas
        ]
        numeros, textos = pa.array(hojas, pa.int64()), pa.array(defectos, pa.string())
        return self._lote(numeros, textos, columnas), i

    def _registro(
        self, lineas: list[str], i: int, *, final: bool
    ) -> tuple[list[str], str | None, int]:
        """Cells, message about the row, lines used (0: more lines are needed)."""
        linea = lineas[i]
        usadas = 1
        if '"' not in linea:
            celdas = linea.split(self.separador)
        else:
            alcance = _MAX_CONTINUACION if self.sueltas < _MAX_SUELTAS else 1
            leido = leer_registro(lineas, i, self.separador, alcance)
            if leido is None and not final and i + alcance > len(lineas):
                return [], None, 0
            if not isinstance(leido, tuple):
                self.sueltas += 1
                return [], leido or _COMILLA_SUELTA, 1
            celdas, usadas = leido
            if usadas > 1 and self._parecen_filas(lineas[i : i + usadas]):
                self.sueltas += 1
                return [], _COMILLA_SUELTA, 1
        if len(celdas) > self.ancho and not any(c.strip() for c in celdas[self.ancho :]):
            del celdas[self.ancho :]
            self._avisar_recorte()
        if len(celdas) == self.ancho or not any(c and not c.isspace() for c in celdas):
            return celdas, None, usadas
        if usadas > 1:  # a loose quote that found another one further down
            self.sueltas += 1
            return [], _COMILLA_SUELTA, 1
        return [], self._ancho_malo(len(celdas)), 1

    def _parecen_filas(self, lineas: Sequence[str]) -> bool:
        """Every line of a quoted cell is a whole row: two loose quotes that found each other."""
        return self.ancho > 3 and all(
            linea.count(self.separador) == self.ancho - 1 for linea in lineas
        )

    def _ancho_malo(self, n: int) -> str:
        causa = (
            f"Si un valor lleva «{_visible(self.separador)}», enciérrelo entre comillas."
            if n > self.ancho
            else "Complete las que faltan; las vacías también se separan."
        )
        celdas = "1 celda" if n == 1 else f"{n} celdas"
        return f"tiene {celdas} y el encabezado {self.ancho}. {causa}"

    def _avisar_recorte(self) -> None:
        if not self.recorto:
            self.recorto = True
            self.avisos.append("Hay filas con celdas vacías de más al final; se omitieron.")

    def _lote(
        self, hojas: pa.Array, defectos: pa.Array, columnas: Sequence[pa.Array | pa.ChunkedArray]
    ) -> pa.Table:
        filas = pa.arange(self.fila + 1, self.fila + len(hojas) + 1)
        self.fila += len(hojas)
        return pa.table([filas, hojas, defectos, *columnas], schema=esquema_lote(len(columnas)))


def _unir(lineas: Sequence[str]) -> Iterator[str]:
    if lineas:
        yield "\n".join(lineas) + "\n"


def leer_registro(
    lineas: Sequence[str], i: int, separador: str, alcance: int
) -> tuple[list[str], int] | str | None:
    """The record that starts at line ``i``: its cells and how many lines it took.

    A message if its quotes are wrong; ``None`` if a quote is still open after ``alcance`` lines.
    """
    for n in range(1, min(alcance, _MAX_CONTINUACION, len(lineas) - i) + 1):
        if n > 1 and '"' not in lineas[i + n - 1]:
            continue  # only a quote can close a quote
        trozos = [f"{linea}\n" for linea in lineas[i : i + n]]
        try:
            return next(csv.reader(trozos, delimiter=separador, strict=True)), n
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            return _CELDA_LARGA if "field larger" in str(error) else _COMILLA_SUELTA
    return None


def _visible(separador: str) -> str:
    return "tabulador" if separador == "\t" else separador


def _exigir_encabezado(celdas: Sequence[str], campos: Sequence[Campo]) -> None:
    if reconocidas(celdas, campos):
        return
    if len(celdas) == 1:
        plegado = plegar_encabezado(celdas[0])
        if sum(c.nombre in plegado for c in campos) > 1:
            raise SeparadorDesconocido(
                "No se reconoce el separador de las columnas. Use coma, punto y coma, tabulador o "
                "barra vertical."
            )
    llenas = [c for c in celdas if c.strip()]
    if sum(any(x.isdigit() for x in c) for c in llenas) * 2 >= len(llenas):
        raise SinEncabezado(
            "La primera fila parece de datos. Ponga antes una fila con los nombres de las "
            f"columnas: {', '.join(c.nombre for c in campos)}."
        )
