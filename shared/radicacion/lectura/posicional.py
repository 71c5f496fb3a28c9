"""Another layout of the same rows (:class:`Disposicion`) to batches of canonical cells.

Two passes. The first checks the control line, counts the lines and settles what those of the
file do to each other; the second gives the rows that are left. A line that cannot be read is a
row with its defect: nothing is lost, and whoever sent it is told its number. Messages never show
a field of a line, which may be personal if it is out of place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa

from shared.radicacion.lectura.errors import ControlInvalido, DemasiadasFilas, TotalNoCoincide
from shared.radicacion.lectura.model import MARCA, NOVEDADES, Fuente, Limites, esquema_lote
from shared.radicacion.lectura.texto import Examen, avisos_de, bloques, examinar
from shared.radicacion.novedades import Accion, Clave, Indicador, Novedad, en_archivo
from shared.tipos import InvarianteRota
from shared.tipos.campos import Campo
from shared.tipos.disposicion import (
    CONSECUTIVO,
    INDICADOR,
    NUMERO_DOCUMENTO,
    TIPO_DOCUMENTO,
    TIPO_REGISTRO,
    Disposicion,
    Origen,
)
from shared.tipos.documentos import FORMATOS_DOCUMENTO, normalizar_documento

Sobre = Callable[[str], Mapping[str, str]]
"""What is known of who submits (``nit``, ``dv``), given the code in the control line."""

_SEPARADOR: Final = "|"
_TANDA: Final = 50_000
_CODIGO: Final = 10
"""Digits of a habilitation code; nine have lost their leading zero (conventions §1)."""
_INDICADORES: Final = frozenset(Indicador)


def sin_sobre(_codigo: str) -> Mapping[str, str]:
    """Nothing is known of who submits."""
    return {}


def reconocer(ruta: Path, nombre: str, disposiciones: Sequence[Disposicion]) -> Disposicion | None:
    """The layout of a text file, by its first line; ``None`` if it is of none.

    Raises:
        ControlInvalido: the name is of a layout, and the first line is not its control line.
    """
    with ruta.open("rb") as archivo:
        inicio = archivo.read(4096).replace(b"\x00", b"").decode("latin-1")
    primera = inicio.lstrip("\ufeffï»¿þÿ \t\r\n").splitlines()[:1]
    campos = [c.strip().upper() for c in "".join(primera).split(_SEPARADOR)]
    for disposicion in disposiciones:
        if tuple(campos[: len(disposicion.marca)]) == disposicion.marca:
            return disposicion
        if _nombre(nombre, disposicion):
            raise ControlInvalido(
                f"Por su nombre es un {disposicion.nombre} y la primera línea no es la de control. "
                f"{_como_es(disposicion)} Si es otro archivo, cámbiele el nombre."
            )
    return None


def _nombre(nombre: str, disposicion: Disposicion) -> re.Match[str] | None:
    return re.match(disposicion.archivo, nombre.upper())


def _como_es(disposicion: Disposicion) -> str:
    resto = (f"<{c}>" for c in disposicion.control[len(disposicion.marca) :])
    return f"Debe ser {_SEPARADOR.join([*disposicion.marca, *resto])}."


def abrir_posicional(
    ruta: Path,
    disposicion: Disposicion,
    campos: Sequence[Campo],
    limites: Limites,
    *,
    nombre: str = "",
    sobre: Sobre = sin_sobre,
) -> Fuente:
    """Open a file of that layout.

    Raises:
        ControlInvalido: what the control line says cannot be read, or is not of this file.
        TotalNoCoincide: it tells another number of lines.
        ArchivoVacio, TipoDesconocido, ArchivoIlegible, LineaDemasiadoLarga, DemasiadasFilas.
    """
    examen = examinar(ruta, limites)
    lector = _Lector(ruta, examen, disposicion, limites)
    control = lector.control(nombre)
    datos = sobre(control[disposicion.entidad])
    novedades = lector.resolver(control)
    return Fuente(
        lotes=lector.lotes(_columnas(disposicion, campos, control, datos)),
        columnas=tuple(range(len(campos))),
        con_letras=False,
        codificacion=examen.codificacion,
        separador=_SEPARADOR,
        avisos=[*avisos_de(examen), *_avisos(disposicion, novedades), *lector.cortas()],
        defectos=_defectos(disposicion),
        faltan=frozenset(
            columna
            for columna, origen in disposicion.columnas.items()
            if origen.sobre and not datos.get(origen.sobre)
        ),
        novedades=novedades,
    )


# The lines


class _Lector:
    """The lines of one file, read twice."""

    def __init__(
        self, ruta: Path, examen: Examen, disposicion: Disposicion, limites: Limites
    ) -> None:
        self.ruta = ruta
        self.examen = examen
        self.disposicion = disposicion
        self.limites = limites
        self.campos = disposicion.versiones[0]
        self.mapas = {
            len(v): [v.index(c) if c in v else None for c in self.campos]
            for v in disposicion.versiones
        }
        self.lugar = {c: i for i, c in enumerate(self.campos)}
        self.por_largo: Counter[int] = Counter()
        """Lines of each number of fields."""
        self.son_filas = bytearray()
        """Per line below the control line, whether it is a row."""
        self.defectos: dict[int, str] = {}
        """Of those lines, what is wrong with the ones that cannot be read."""

    def lineas(self) -> Iterator[tuple[int, str]]:
        """Lines that hold something, with their number in the file."""
        n = 0
        for bloque in bloques(self.ruta, self.examen, self.limites):
            for linea in bloque.split("\n")[:-1]:
                n += 1
                if linea.strip("\ufeff \t"):
                    yield n, linea

    def control(self, nombre: str) -> dict[str, str]:
        """Fields of the control line by name; dates as AAAA-MM-DD and the code with ten digits.

        Raises:
            ControlInvalido: every problem, at once.
        """
        disposicion = self.disposicion
        _, linea = next(self.lineas())
        celdas = [c.strip() for c in linea.lstrip("\ufeffï»¿").split(_SEPARADOR)]
        if len(celdas) == len(disposicion.control) + 1 and not celdas[-1]:
            celdas.pop()
        if len(celdas) != len(disposicion.control):
            raise ControlInvalido(
                f"La línea de control tiene {len(celdas)} campos. {_como_es(disposicion)}"
            )
        control = dict(zip(disposicion.control, celdas, strict=True))
        problemas = [
            *_poner_codigo(control, disposicion.entidad),
            *(p for campo in disposicion.fechas for p in _poner_fecha(control, campo)),
        ]
        if not re.fullmatch(r"[0-9]{1,9}", control[disposicion.total]):
            problemas.append(f"{disposicion.total} debe ser un número entero.")
        hallado = _nombre(nombre, disposicion)
        if hallado and not problemas:
            problemas += _del_nombre(hallado["entidad"], control[disposicion.entidad])
        if problemas:
            raise ControlInvalido(f"Línea de control: {' '.join(problemas)}")
        return control

    def partir(self, linea: str) -> list[str] | str:
        """The fields of a line in the order of the longest version, or what is wrong with it."""
        celdas = linea.split(_SEPARADOR)
        if len(celdas) not in self.mapas and len(celdas) - 1 in self.mapas and not celdas[-1]:
            celdas.pop()
        mapa = self.mapas.get(len(celdas))
        if mapa is None:
            largos = " o ".join(str(n) for n in self.mapas)
            return f"tiene {len(celdas)} campos y se esperan {largos}, separados por «|»."
        celdas = ["" if i is None else celdas[i].strip() for i in mapa]
        if celdas[self.lugar[TIPO_REGISTRO]] not in self.disposicion.tipos:
            tipos = " o ".join(f"{t} ({n})" for t, n in self.disposicion.tipos.items())
            return f"{TIPO_REGISTRO} debe ser {tipos}."
        if celdas[self.lugar[INDICADOR]].upper() not in _INDICADORES:
            return f"{INDICADOR} debe ser I (inserta), A (actualiza) o E (elimina)."
        return celdas

    def novedad(self, n: int, celdas: Sequence[str]) -> Novedad | str:
        """What a line asks for, or why it cannot be told."""
        tipo, indicador, consecutivo, tipo_documento, numero = (
            celdas[self.lugar[c]]
            for c in (TIPO_REGISTRO, INDICADOR, CONSECUTIVO, TIPO_DOCUMENTO, NUMERO_DOCUMENTO)
        )
        paga = tipo == self.disposicion.paga
        clave = _clave(tipo_documento, numero)
        pide = Indicador(indicador.upper())
        if clave is None and paga and pide is Indicador.ELIMINA:
            return (
                "pide eliminar un registro y su documento no se puede leer. Corrija "
                f"{TIPO_DOCUMENTO} y {NUMERO_DOCUMENTO}."
            )
        return Novedad(n, consecutivo, tipo, paga, pide, clave)

    def resolver(self, control: Mapping[str, str]) -> pa.Table:
        """First pass: which lines are rows, and the table :data:`NOVEDADES`.

        Raises:
            TotalNoCoincide, DemasiadasFilas.
        """
        novedades: list[Novedad] = []
        leidas: list[int] = []
        for n, linea in self._registros():
            celdas = self.partir(linea)
            novedad = celdas if isinstance(celdas, str) else self.novedad(n, celdas)
            if isinstance(novedad, str):
                self.defectos[len(self.son_filas)] = novedad
            else:
                campos = linea.count(_SEPARADOR) + 1
                self.por_largo[campos if campos in self.mapas else campos - 1] += 1
                leidas.append(len(self.son_filas))
                novedades.append(novedad)
            self.son_filas.append(1)
            if len(self.son_filas) > self.limites.filas:
                raise DemasiadasFilas(
                    f"El archivo pasa de {self.limites.filas} líneas. Divídalo en varias "
                    "radicaciones."
                )
        self._exigir_total(int(control[self.disposicion.total]))
        acciones = en_archivo(novedades)
        for i, accion in zip(leidas, acciones, strict=True):
            self.son_filas[i] = accion in {Accion.INSERTA, Accion.CORRIGE}
        return _tabla(novedades, acciones, self._filas(leidas))

    def cortas(self) -> Iterator[str]:
        """What is told of the lines of a shorter version."""
        for version in self.disposicion.versiones[1:]:
            n = self.por_largo[len(version)]
            if n:
                faltan = ", ".join(c for c in self.campos if c not in version)
                yield (
                    f"Líneas de {len(version)} campos, que no traen {faltan}: {n}. Si un registro "
                    f"los necesita, use {len(self.campos)} campos."
                )

    def _registros(self) -> Iterator[tuple[int, str]]:
        lineas = self.lineas()
        next(lineas)
        return lineas

    def _exigir_total(self, anunciado: int) -> None:
        if anunciado != len(self.son_filas):
            raise TotalNoCoincide(
                f"La línea de control anuncia {anunciado} registros y el archivo trae "
                f"{len(self.son_filas)}. Revise si está incompleto y corrija el total.",
                anunciado=anunciado,
                hallado=len(self.son_filas),
            )

    def _filas(self, leidas: Sequence[int]) -> list[int | None]:
        """Number of the row that each of those lines is."""
        numeros: list[int | None] = []
        fila = 0
        for es_fila in self.son_filas:
            fila += es_fila
            numeros.append(fila if es_fila else None)
        return [numeros[i] for i in leidas]

    def lotes(self, columnas: Sequence[_Columna]) -> Iterator[pa.Table]:
        """Second pass: the rows that are left, in their order."""
        fila = 0
        tanda: list[tuple[int, str | None, Sequence[str]]] = []
        nada = [""] * len(self.campos)
        for i, (es_fila, (n, linea)) in enumerate(
            zip(self.son_filas, self._registros(), strict=True)
        ):
            if not es_fila:
                continue
            defecto = self.defectos.get(i)
            tanda.append((n, defecto, nada if defecto else self._celdas(linea)))
            if len(tanda) == _TANDA:
                yield _lote(fila, tanda, columnas)
                fila, tanda = fila + len(tanda), []
        if tanda:
            yield _lote(fila, tanda, columnas)

    def _celdas(self, linea: str) -> list[str]:
        """The fields of a line that is known to be sound."""
        celdas = self.partir(linea)
        if isinstance(celdas, str):
            raise InvarianteRota("la línea no es la misma que se leyó")
        return celdas


def _poner_codigo(control: dict[str, str], campo: str) -> Iterator[str]:
    codigo = control[campo]
    control[campo] = codigo.zfill(_CODIGO) if len(codigo) == _CODIGO - 1 else codigo
    if not re.fullmatch(rf"[0-9]{{{_CODIGO}}}", control[campo]):
        yield f"{campo} debe tener {_CODIGO} dígitos, sin el número de sede."


def _poner_fecha(control: dict[str, str], campo: str) -> Iterator[str]:
    escrita = re.fullmatch(r"(\d{4})(-?)(\d{2})\2(\d{2})", control[campo], re.ASCII)
    try:
        if escrita is None:
            raise ValueError
        control[campo] = date(int(escrita[1]), int(escrita[3]), int(escrita[4])).isoformat()
    except ValueError:
        yield f"{campo} debe ser una fecha AAAA-MM-DD."


def _del_nombre(codigo: str, entidad: str) -> Iterator[str]:
    if codigo.zfill(_CODIGO) != entidad:
        yield (
            f"dice que reporta {entidad} y el nombre del archivo dice {codigo}. Corrija el que "
            "esté mal."
        )


def _clave(tipo: str, numero: str) -> Clave | None:
    """The document of a line, normalised; ``None`` if it has not the form of its type."""
    tipo, numero = normalizar_documento(tipo, " ".join(numero.split()))
    formato = FORMATOS_DOCUMENTO.get(tipo)
    return (tipo, numero) if formato and re.fullmatch(formato.patron, numero) else None


def _tabla(
    novedades: Sequence[Novedad], acciones: Sequence[Accion], filas: Sequence[int | None]
) -> pa.Table:
    claves = [n.clave or (None, None) for n in novedades]
    return pa.table(
        [
            [n.linea for n in novedades],
            [n.consecutivo for n in novedades],
            [n.tipo for n in novedades],
            [n.paga for n in novedades],
            [str(n.indicador) for n in novedades],
            [tipo for tipo, _ in claves],
            [numero for _, numero in claves],
            [str(a) for a in acciones],
            list(filas),
        ],
        schema=NOVEDADES,
    )


# The columns


@dataclass(frozen=True)
class _Columna:
    """How a campo is made: always the same text, or from the field at ``lugar``."""

    fijo: str | None
    lugar: int | None
    origen: Origen
    campo: str

    def celdas(self, campos: Sequence[Sequence[str]], n: int) -> pa.Array:
        """The cells of a batch, given its fields by column."""
        if self.lugar is None:
            return pa.array([self.fijo] * n, pa.string())
        valores = campos[self.lugar]
        if self.origen == Origen(posicion=self.origen.posicion):
            return pa.array(valores, pa.string())
        return pa.array([self._celda(v) for v in valores], pa.string())

    def _celda(self, valor: str) -> str | None:
        origen = self.origen
        if not valor and self.fijo is not None:
            return self.fijo
        if origen.traduce:
            return origen.traduce.get(valor, MARCA + self.campo)
        if origen.largo:
            valor = valor.zfill(origen.largo) if len(valor) == origen.largo - 1 else valor
            if not re.fullmatch(rf"[0-9]{{{origen.largo}}}", valor):
                return MARCA + self.campo
        return valor[: origen.primeros]


def _columnas(
    disposicion: Disposicion,
    campos: Sequence[Campo],
    control: Mapping[str, str],
    sobre: Mapping[str, str],
) -> list[_Columna]:
    mapa = disposicion.versiones[0]
    columnas = []
    for campo in campos:
        propio = Origen(posicion=campo.nombre if campo.nombre in mapa else "")
        origen = disposicion.columnas.get(campo.nombre, propio)
        fijo = control.get(origen.control) or sobre.get(origen.sobre) or origen.fijo or None
        if fijo is not None:
            fijo = fijo[: origen.primeros]
        lugar = mapa.index(origen.posicion) if origen.posicion else None
        columnas.append(_Columna(fijo, lugar, origen, campo.nombre))
    return columnas


def _lote(
    fila: int,
    tanda: Sequence[tuple[int, str | None, Sequence[str]]],
    columnas: Sequence[_Columna],
) -> pa.Table:
    n = len(tanda)
    campos = list(zip(*(celdas for _, _, celdas in tanda), strict=True))
    return pa.table(
        [
            pa.arange(fila + 1, fila + n + 1),
            pa.array([linea for linea, _, _ in tanda], pa.int64()),
            pa.array([defecto for _, defecto, _ in tanda], pa.string()),
            *(c.celdas(campos, n) for c in columnas),
        ],
        schema=esquema_lote(len(columnas)),
    )


# What is told


def _defectos(disposicion: Disposicion) -> dict[str, str]:
    """Message of a column whose field has no value that can be understood."""
    textos = {}
    for columna, origen in disposicion.columnas.items():
        if origen.traduce:
            valores = " o ".join(f"{c} ({v})" for c, v in origen.traduce.items())
            textos[columna] = f"sale de {origen.posicion}, que debe ser {valores}."
        elif origen.largo:
            textos[columna] = f"sale de {origen.posicion}, que debe tener {origen.largo} dígitos."
    return textos


def _avisos(disposicion: Disposicion, novedades: pa.Table) -> Iterator[str]:
    yield f"Se leyó con la disposición {disposicion.nombre}."
    yield from disposicion.avisos
    for tipo, nombre in list(disposicion.tipos.items())[1:]:
        n = _contar(novedades, "tipo", tipo)
        if n:
            yield f"Registros de tipo {tipo}, {nombre}: {n}. Se informan y no se pagan."
    for accion, texto in _ACCIONES.items():
        n = _contar(novedades, "accion", str(accion))
        if n:
            yield f"{texto}: {n}."


_ACCIONES: Final = {
    Accion.CORRIGE: "Registros que actualizan lo que reportó antes",
    Accion.RETIRA: "Registros que retiran lo que reportó antes",
    Accion.EN_ARCHIVO: "Registros que se anulan con otros del mismo archivo",
}


def _contar(tabla: pa.Table, columna: str, valor: str) -> int:
    return int(tabla.column(columna).to_pylist().count(valor))
