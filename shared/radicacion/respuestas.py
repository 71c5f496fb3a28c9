# ruff: noqa: S608 - the SQL names only columns that a mechanism declares
"""Answers in the convention of BDUA: ``.VAL``, ``.NEG`` and ``.ERR`` (registers §2, §3).

For entities whose programs already read the daily files of BDUA. Pipe, no header, UTF-8, CRLF.
``.NEG`` holds the records sent back, as they were written, and a last field with the glosas:
``ANT-12(camas_disponibles);ANT-13(camas_disponibles)``; arguments are joined by ``|`` and name the
columns to mend, never what a register says of a person. ``.VAL`` holds the others, with the same
last field (warnings, or why nothing is paid). ``.ERR`` says why a whole file was not read.
Our prefixes, the ``.ERR`` and the last field of ``.VAL`` are design choices.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.db.duck import en_memoria
from shared.focalizacion.model import Mecanismo
from shared.radicacion.lectura import celdas, celdas_de
from shared.radicacion.lectura.model import MARCA, Fuente
from shared.tipos import Rechazo

MEDIA: Final = "text/plain; charset=utf-8"
_FIN: Final = "\r\n"
_SIEMPRE_DEVUELTOS: Final = frozenset({"NO_ADMITIDO", "GLOSADO"})


class Respuesta(StrEnum):
    """Which records an answer holds."""

    VAL = "val"
    NEG = "neg"


@dataclass(frozen=True)
class Decidido:
    """A submission and what was decided of it.

    ``crudo`` is the file as it arrived; ``resultado`` the folder of its evaluation.
    """

    mecanismo: Mecanismo
    crudo: Path
    resultado: Path


def nombre(entidad: str, dia: date, extension: str) -> str:
    """``<ENT><DDMMAAAA>.NEG``, as BDUA names its answers."""
    return f"{entidad}{dia:%d%m%Y}.{extension.upper()}"


def devueltos(mecanismo: Mecanismo) -> frozenset[str]:
    """States whose records go to ``.NEG``: those that ask the entity for an answer."""
    return _SIEMPRE_DEVUELTOS | mecanismo.estados.corregibles


def respuesta(decidido: Decidido, cual: Respuesta, temporal: Path) -> Iterator[bytes]:
    """The lines of ``.VAL`` or ``.NEG`` in the order of the file, streamed.

    A compressed file is opened inside ``temporal``.

    Raises:
        EntradaInvalida: the raw file no longer reads as it did.
    """
    with (
        tempfile.TemporaryDirectory(dir=temporal) as trabajo,
        _celdas(decidido, Path(trabajo)) as fuente,
        en_memoria() as con,
    ):
        _preparar(con, decidido, cual)
        for lote in fuente.lotes:
            con.register("lote", lote)
            lineas = con.execute(_sql_lineas(len(decidido.mecanismo.esquema.campos))).fetchall()
            con.unregister("lote")
            if lineas:
                yield "".join(linea + _FIN for (linea,) in lineas).encode()


def errores(rechazo: Rechazo) -> bytes:
    """The ``.ERR`` of a file refused as a whole: code, title and what to mend, one cause a line."""
    causas = [(rechazo.codigo, rechazo.titulo, rechazo.detalle)]
    causas += [
        (rechazo.codigo, str(e.get("donde", "")), str(e.get("mensaje", "")))
        for e in rechazo.extra.get("errores", ())
    ]
    return "".join("|".join(map(_plano, causa)) + _FIN for causa in causas).encode()


def _plano(texto: str) -> str:
    return " ".join(texto.replace("|", " ").split())


@contextmanager
def _celdas(decidido: Decidido, trabajo: Path) -> Iterator[Fuente]:
    esquema = decidido.mecanismo.esquema
    if filas := _filas_json(decidido.crudo):
        yield celdas_de(filas, esquema.campos)
        return
    with celdas(
        decidido.crudo, esquema.campos, trabajo, disposiciones=esquema.disposiciones
    ) as fuente:
        yield fuente


def _filas_json(crudo: Path) -> list[dict[str, Any]]:
    """Rows of a body that came as JSON; none if the file is of another kind."""
    with crudo.open("rb") as archivo:
        if not archivo.read(64).lstrip().startswith(b"{"):
            return []
    filas: list[dict[str, Any]] = json.loads(crudo.read_bytes())["filas"]
    return filas


def _preparar(con: duckdb.DuckDBPyConnection, decidido: Decidido, cual: Respuesta) -> None:
    """Table ``respondida``: each row that the answer holds, with its last field."""
    con.execute(
        "CREATE TABLE respondida AS "
        "WITH glosa AS ("
        "  SELECT fila, codigo, string_agg(DISTINCT columna, '|' ORDER BY columna) AS columnas "
        "  FROM read_parquet($hallazgos) GROUP BY fila, codigo"
        "), juntas AS ("
        "  SELECT fila, string_agg(codigo || coalesce('(' || columnas || ')', ''), ';' "
        "                          ORDER BY codigo) AS glosas FROM glosa GROUP BY fila"
        ") SELECT fila, coalesce(glosas, '') AS glosas "
        "FROM read_parquet($registros) LEFT JOIN juntas USING (fila) "
        "WHERE list_contains($devueltos, estado) = $devuelve",
        {
            "hallazgos": str(decidido.resultado / "hallazgos.parquet"),
            "registros": str(decidido.resultado / "registros.parquet"),
            "devueltos": sorted(devueltos(decidido.mecanismo)),
            "devuelve": cual is Respuesta.NEG,
        },
    )


def _sql_lineas(campos: int) -> str:
    """Lines of a batch: what would break one becomes a blank, a cell nobody could read is empty."""
    limpias = ", ".join(
        f"CASE WHEN c{i} IS NULL OR starts_with(c{i}, '{MARCA}') THEN '' "
        f"ELSE translate(c{i}, '|' || chr(13) || chr(10), '   ') END"
        for i in range(campos)
    )
    return (
        f"SELECT concat_ws('|', {limpias}, glosas) FROM lote JOIN respondida USING (fila) "
        "ORDER BY fila"
    )
