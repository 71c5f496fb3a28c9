"""What FORMA asks of whole rows, once every cell of the file has its type.

A condition may look at other rows of the file (a number that repeats), so it is judged over
``filas.parquet`` and not batch by batch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.focalizacion.model import Condicion
from shared.focalizacion.motor import MotorDuckDB

_NUEVOS: Final = (
    "CREATE TEMP TABLE nuevos (fila BIGINT, orden INTEGER, columna VARCHAR, mensaje VARCHAR)"
)
_AGREGAR: Final = (
    "INSERT INTO nuevos SELECT fila, {i}, $columna, 'Fila ' || hoja || $texto "
    "FROM fallas JOIN hojas USING (fila) WHERE NOT k{i} AND NOT EXISTS (SELECT 1 FROM forma "
    "WHERE forma.fila = fallas.fila AND (forma.columna IS NULL OR forma.columna = $columna))"
)
_UNIR: Final = (
    "SELECT fila, columna, mensaje FROM ("
    "SELECT fila, 0 AS parte, file_row_number AS orden, columna, mensaje FROM forma UNION ALL "
    "SELECT fila, 1, orden, columna, mensaje FROM nuevos) ORDER BY fila, parte, orden"
)


def aplicar(
    condiciones: Sequence[Condicion],
    lugares: Sequence[str],
    hojas: pa.Table,
    ruta_filas: Path,
    ruta_forma: Path,
) -> int:
    """Add what the conditions find to both files; returns how many rows fail for that alone.

    ``lugares`` is, per condition, the text between the row and the message; ``hojas`` has the
    number of each ``fila`` in a spreadsheet. A cell that has its own finding gets no other.
    """
    with tempfile.TemporaryDirectory(dir=ruta_filas.parent) as temporal:
        with MotorDuckDB.abrir(Path(temporal)) as motor:
            con = motor.conexion
            con.register("fallas", _fallas(motor, condiciones, ruta_filas))
            con.register("hojas", hojas)
            con.read_parquet(str(ruta_forma), file_row_number=True).create_view("forma")
            con.execute(_NUEVOS)
            for i, (condicion, lugar) in enumerate(zip(condiciones, lugares, strict=True)):
                texto = f"{lugar}{condicion.mensaje}"
                con.execute(_AGREGAR.format(i=i), {"columna": condicion.columna, "texto": texto})
            malas = con.sql("SELECT DISTINCT fila FROM nuevos").to_arrow_table().column("fila")
            if not len(malas):
                return 0
            unidos = Path(temporal) / ruta_forma.name
            con.sql(_UNIR).write_parquet(str(unidos), compression="zstd")
        solas = _marcar(ruta_filas, malas, Path(temporal) / ruta_filas.name)
        unidos.replace(ruta_forma)
    return solas


def _fallas(motor: MotorDuckDB, condiciones: Sequence[Condicion], ruta_filas: Path) -> pa.Table:
    """``fila`` and one ``k<i>`` per condition, of the rows where some condition is false."""
    juzgadas = [c.cumple.alias(f"k{i}") for i, c in enumerate(condiciones)]
    alguna = reduce(or_, (~nw.col(f"k{i}") for i in range(len(condiciones))))
    falsas = motor.leer_parquet(ruta_filas).select("fila", *juzgadas).filter(alguna)
    tabla: pa.Table = falsas.collect("pyarrow").to_native()
    return tabla


def _marcar(ruta: Path, malas: pa.ChunkedArray, nueva: Path) -> int:
    """Write ``forma_ok`` as false in those rows; returns in how many it was true."""
    solas = 0
    with pq.ParquetFile(ruta) as archivo:
        esquema = archivo.schema_arrow
        lugar = esquema.get_field_index("forma_ok")
        with pq.ParquetWriter(nueva, esquema, compression="zstd") as salida:
            for lote in archivo.iter_batches():
                mala = pc.is_in(lote.column("fila"), malas)
                antes = lote.column(lugar)
                solas += pc.sum(pc.and_(antes, mala)).as_py() or 0
                ahora = pc.and_not(antes, mala)
                salida.write_batch(lote.set_column(lugar, esquema.field(lugar), ahora))
    nueva.replace(ruta)
    return solas
