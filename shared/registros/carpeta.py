# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Registers as an evaluation reads them: from a folder of files or from stored cortes.

Both give the same: for each register one ``SELECT`` with its canonical, typed columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import duckdb

from shared.normativa import tablas
from shared.registros.canonico import es_canonico
from shared.registros.cargador import cargar_archivo
from shared.registros.catalogo import esquema_de
from shared.registros.consultas import una_fila
from shared.registros.errors import ArchivoIlegible, FaltanRegistros
from shared.registros.expresiones import ident, literal
from shared.registros.intervalos import Extracto, Historia
from shared.registros.lectura import sha256_de
from shared.registros.model import Carga, Corte, EsquemaRegistro, plegar
from shared.registros.pie import pie_de
from shared.registros.tipado import por_columna, sql_etapa

EXTENSIONES: Final = (".csv", ".txt", ".parquet")


@dataclass(frozen=True)
class FuenteRegistro:
    """A register ready to be read: always the same typed columns, whatever the file brought."""

    registro: str
    presente: bool
    sql: str
    """``SELECT`` of the canonical columns; empty when the register is absent."""
    rutas: tuple[Path, ...] = ()
    """Canonical Parquets behind ``sql``, the first one in precedence first."""
    sha256: tuple[str, ...] = ()
    """Of the source files: what an evaluation cites."""
    cargas: tuple[Carga, ...] = ()
    """Counts and quality of the files just normalised."""
    filas: int = 0
    """Rows of those Parquets together."""
    historia: Historia | None = None
    """How ``sql`` joins several dated extracts, if it does."""

    def relacion(self, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Lazy relation over ``sql``: every use runs it again."""
        return con.sql(self.sql)


@dataclass(frozen=True)
class _Tramo:
    """One Parquet of a register and the file it came from."""

    ruta: Path
    sha256: str
    filas: int
    derivado: bool = False
    fecha: date | None = None
    """Of its corte; unknown in a folder."""


@dataclass
class _Piezas:
    """What the files of a folder gave to one register, its own file first."""

    tramos: list[_Tramo] = field(default_factory=list)
    cargas: list[Carga] = field(default_factory=list)


def abrir_carpeta(
    con: duckdb.DuckDBPyConnection,
    carpeta: Path,
    registros: Sequence[str | EsquemaRegistro],
    opcionales: Sequence[str | EsquemaRegistro] = (),
    *,
    trabajo: Path,
) -> dict[str, FuenteRegistro]:
    """Read ``<registro>.{csv,txt,parquet}`` of a folder; normalised files go to ``trabajo``.

    ``trabajo`` is the caller's and must live as long as the result is read. A register may come
    whole or in part from the file of another (``EsquemaRegistro.deriva``). An absent optional one
    is typed and empty, with ``presente = False``, unless a shipped table answers for it
    (``EsquemaRegistro.por_defecto``).

    Raises:
        FaltanRegistros: obligatory registers without file; all are named.
        ArchivoIlegible: no such folder, or two files for one register.
        EntradaInvalida: whatever ``cargar_archivo`` refuses.
    """
    obligatorios = [esquema_de(r) for r in registros]
    todos = [*obligatorios, *(esquema_de(r) for r in opcionales)]
    archivos = {e.nombre: _buscar(carpeta, e.nombre) for e in todos}
    sin_archivo = [e for e in obligatorios if archivos[e.nombre] is None and not e.por_defecto]
    derivables = {d.registro for e in todos if archivos[e.nombre] for d in e.deriva}
    if any(e.nombre not in derivables for e in sin_archivo):
        _exigir(sin_archivo, carpeta)
    piezas: dict[str, _Piezas] = {e.nombre: _Piezas() for e in todos}
    for esquema in todos:
        archivo = archivos[esquema.nombre]
        if archivo is not None:
            _agregar(esquema, archivo, piezas, trabajo)
    _exigir([e for e in sin_archivo if not piezas[e.nombre].tramos], carpeta)
    return {
        esquema.nombre: _fuente(
            esquema,
            _sin_fecha(con, esquema, piezas[esquema.nombre].tramos),
            cargas=tuple(piezas[esquema.nombre].cargas),
        )
        for esquema in todos
    }


def abrir_cortes(
    con: duckdb.DuckDBPyConnection, cortes: Mapping[str, Sequence[Corte]], *, datos: Path
) -> dict[str, FuenteRegistro]:
    """Read stored cortes; a register with none is typed and empty, with ``presente = False``.

    One with a shipped table (``EsquemaRegistro.por_defecto``) is the table, under its cortes.

    Several of a register with intervals make one history (``shared.registros.intervalos``). In
    any other, where several bring one key (``EsquemaRegistro.clave``), one gives all its rows:
    own extracts before rows taken from another register, then the later ``fecha_corte``, then the
    last loaded.
    """
    fuentes = {}
    for nombre, propios in cortes.items():
        ordenados = sorted(
            propios,
            key=lambda c: (c.derivado_de is None, c.fecha_corte, c.created_at, str(c.id)),
            reverse=True,
        )
        tramos = [
            (_Tramo(datos / c.ruta, c.sha256_fuente, c.filas, fecha=c.fecha_corte), "")
            for c in ordenados
        ]
        esquema = esquema_de(nombre)
        fuentes[nombre] = _sobre_la_tabla(esquema, _fuente(esquema, tramos))
    return fuentes


def esquema_vacio(
    con: duckdb.DuckDBPyConnection, registro: str | EsquemaRegistro
) -> duckdb.DuckDBPyRelation:
    """A relation with the typed columns of a register and no rows."""
    return con.sql(sql_vacio(esquema_de(registro)))


def sql_vacio(esquema: EsquemaRegistro) -> str:
    """``SELECT`` of the typed columns of a register, without rows."""
    columnas = ", ".join(
        f"CAST(NULL AS {c.tipo.duckdb}) AS {ident(c.nombre)}" for c in esquema.columnas
    )
    return f"SELECT {columnas} WHERE false"


def huerfanos(
    con: duckdb.DuckDBPyConnection,
    registro: str | EsquemaRegistro,
    sql: str,
    otros: Mapping[str, str],
) -> dict[str, int]:
    """Distinct keys of ``sql`` that another register should have and has not, by reference.

    ``otros``: ``SELECT`` of each register at hand; a reference to any other is not checked.
    """
    cuentas = {}
    for referencia in esquema_de(registro).referencias:
        if referencia.registro not in otros:
            continue
        columna, destino = ident(referencia.columna), ident(referencia.destino)
        (n,) = una_fila(
            con,
            f"SELECT count(DISTINCT {columna}) FROM ({sql}) AS f "
            f"ANTI JOIN ({otros[referencia.registro]}) AS o ON f.{columna} = o.{destino} "
            f"WHERE {columna} IS NOT NULL",
        )
        cuentas[f"{referencia.columna} sin {referencia.registro}"] = int(n)
    return cuentas


def sql_parquet(con: duckdb.DuckDBPyConnection, registro: str | EsquemaRegistro, ruta: Path) -> str:
    """``SELECT`` of the canonical columns of a Parquet, whichever of them it was written with."""
    return _select(esquema_de(registro), ruta, "")


# --- folder ----------------------------------------------------------------------------------


def _buscar(carpeta: Path, nombre: str) -> Path | None:
    if not carpeta.is_dir():
        raise ArchivoIlegible(f"No existe la carpeta de registros «{carpeta.name}».")
    hallados = sorted(
        ruta
        for ruta in carpeta.iterdir()
        if ruta.suffix.lower() in EXTENSIONES and plegar(ruta.stem) == nombre and ruta.is_file()
    )
    if len(hallados) > 1:
        raise ArchivoIlegible(
            f"Hay más de un archivo para «{nombre}»: {', '.join(r.name for r in hallados)}. "
            "Deje uno."
        )
    return hallados[0] if hallados else None


def _agregar(
    esquema: EsquemaRegistro,
    archivo: Path,
    piezas: dict[str, _Piezas],
    trabajo: Path,
) -> None:
    """Add a file to its register, and the rows it brings to the others that were asked for."""
    propias = piezas[esquema.nombre]
    if es_canonico(esquema, archivo):
        propias.tramos.insert(0, _Tramo(archivo, _sha256(archivo), pie_de(archivo).filas))
        return
    carga = cargar_archivo(esquema, archivo, trabajo)
    propias.tramos.insert(0, _Tramo(carga.ruta, carga.sha256_fuente, carga.filas))
    propias.cargas.insert(0, carga)
    for derivada in carga.derivadas:
        if derivada.registro in piezas:
            otras = piezas[derivada.registro]
            otras.tramos.append(
                _Tramo(derivada.ruta, derivada.sha256_fuente, derivada.filas, derivado=True)
            )
            otras.cargas.append(derivada)


def _exigir(faltan: list[EsquemaRegistro], carpeta: Path) -> None:
    if not faltan:
        return
    nombres = "; ".join(f"{e.nombre} ({e.titulo})" for e in faltan)
    raise FaltanRegistros(
        f"En la carpeta «{carpeta.name}» faltan registros obligatorios: {nombres}. "
        "Ponga un archivo <registro>.csv, .txt o .parquet por cada uno.",
        faltan=[e.nombre for e in faltan],
    )


def _sha256(ruta: Path) -> str:
    """Digest of a canonical file, in one pass; asked again, without any while it is the same."""
    estado = ruta.stat()
    return _sha256_visto(ruta.resolve(), estado.st_ino, estado.st_size, estado.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256_visto(ruta: Path, nodo: int, tamano: int, modificado_ns: int) -> str:
    return sha256_de(ruta)


def _sin_fecha(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, tramos: list[_Tramo]
) -> list[tuple[_Tramo, str]]:
    """Derived rows lose their date when the own extract has none: the register is one corte."""
    traidos = any(t.derivado for t in tramos)
    if "fecha_corte" not in esquema.nombres or not traidos or tramos[0].derivado:
        return [(t, "") for t in tramos]
    (fechas,) = una_fila(
        con, f"SELECT count(fecha_corte) FROM read_parquet({literal(str(tramos[0].ruta))})"
    )
    borrar = "CAST(NULL AS DATE)" if not fechas else ""
    return [(t, borrar if t.derivado else "") for t in tramos]


# --- union -----------------------------------------------------------------------------------


def _fuente(
    esquema: EsquemaRegistro,
    tramos: list[tuple[_Tramo, str]],
    *,
    cargas: tuple[Carga, ...] = (),
) -> FuenteRegistro:
    if not tramos and esquema.por_defecto:
        return _de_tabla(esquema)
    selects = [_select(esquema, tramo.ruta, fecha) for tramo, fecha in tramos]
    historia = _historia(esquema, [t for t, _ in tramos])
    if historia is not None:
        sql = historia.sql()
    else:
        sql = _unir(esquema, selects) if selects else sql_vacio(esquema)
    return FuenteRegistro(
        registro=esquema.nombre,
        presente=bool(tramos),
        sql=sql,
        rutas=tuple(t.ruta for t, _ in tramos),
        sha256=tuple(dict.fromkeys(t.sha256 for t, _ in tramos)),
        cargas=cargas,
        filas=sum(t.filas for t, _ in tramos),
        historia=historia,
    )


def _sobre_la_tabla(esquema: EsquemaRegistro, fuente: FuenteRegistro) -> FuenteRegistro:
    """Cortes that change a shipped table, which goes on answering for the keys they do not bring:
    an act that fixes one value says nothing of the others."""
    if not esquema.por_defecto or not fuente.rutas:
        return fuente
    tabla = _de_tabla(esquema)
    return replace(
        fuente,
        sql=_unir(esquema, (fuente.sql, tabla.sql)),
        sha256=(*fuente.sha256, *tabla.sha256),
        filas=fuente.filas + tabla.filas,
    )


def _de_tabla(esquema: EsquemaRegistro) -> FuenteRegistro:
    """The shipped table, typed as the loader would type its file."""
    filas = tablas.leer(esquema.por_defecto)
    valores = ", ".join(
        f"({', '.join([str(n), *map(literal, fila.values())])})"
        for n, fila in enumerate(filas, start=1)
    )
    celdas = ", ".join(["fila", *(f"c{i}" for i in range(len(filas[0])))])
    etapa = sql_etapa(
        esquema,
        f"(VALUES {valores}) AS tabla({celdas})",
        esquema.mapear(list(filas[0])),
        fecha_corte=None,
    )
    return FuenteRegistro(
        registro=esquema.nombre,
        presente=True,
        sql=f"SELECT {', '.join(map(ident, esquema.nombres))} FROM ({etapa})",
        sha256=(_sha256(tablas.ruta(esquema.por_defecto)),),
        filas=len(filas),
    )


def _historia(esquema: EsquemaRegistro, tramos: list[_Tramo]) -> Historia | None:
    """The history that several dated extracts make, if the register has intervals."""
    if esquema.intervalos is None or len(tramos) < 2:
        return None
    extractos = tuple(
        Extracto(_select(esquema, t.ruta, "", numerada=True), t.fecha)
        for t in tramos
        if t.fecha is not None
    )
    return Historia(esquema, extractos) if len(extractos) == len(tramos) else None


def _select(
    esquema: EsquemaRegistro,
    ruta: Path,
    fecha_corte: str,
    *,
    numerada: bool = False,
) -> str:
    """Canonical columns of a Parquet: those it was written without are computed, if they follow
    from the others, or else typed nulls.

    ``numerada`` adds ``_numero``, the place of the row in the file.
    """
    origen = f"read_parquet({literal(str(ruta))})"
    hay = pie_de(ruta).columnas
    faltan = [c for c in esquema.derivadas if c.nombre not in hay]
    columnas = []
    for columna in esquema.columnas:
        if columna in faltan:
            continue
        nombre = ident(columna.nombre)
        if columna.nombre == "fecha_corte" and fecha_corte:
            columnas.append(f"{fecha_corte} AS {nombre}")
        elif columna.nombre in hay:
            columnas.append(nombre)
        else:
            columnas.append(f"CAST(NULL AS {columna.tipo.duckdb}) AS {nombre}")
    if numerada:
        columnas.append("file_row_number AS _numero")
        origen = f"read_parquet({literal(str(ruta))}, file_row_number = true)"
    leidas = f"SELECT {', '.join(columnas)} FROM {origen}"
    if not faltan:
        return leidas
    nombres = [*map(ident, esquema.nombres), *(["_numero"] if numerada else [])]
    return (
        f"SELECT {', '.join(nombres)} FROM "
        f"(SELECT *, {por_columna(faltan, lambda c: c.derivada or 'NULL')} FROM ({leidas}))"
    )


def _unir(esquema: EsquemaRegistro, selects: Iterable[str]) -> str:
    """Rows of all, those of the first one that brings each key."""
    partes = list(selects)
    if len(partes) == 1:
        return partes[0]
    union = " UNION ALL ".join(
        f"SELECT *, {i} AS _prioridad FROM ({parte})" for i, parte in enumerate(partes)
    )
    clave = ", ".join(map(ident, esquema.clave))
    return (
        f"SELECT {', '.join(map(ident, esquema.nombres))} FROM ({union}) "
        f"QUALIFY rank() OVER (PARTITION BY {clave} ORDER BY _prioridad) = 1"
    )
