"""Where to find a payee: what the EPS reported in its row, read from the files of the submission.

Contact data are not copied to the database: they stay where they were submitted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from uuid import UUID

import pyarrow.parquet as pq

from shared.db.duck import en_memoria
from shared.enrolamiento.puertos import Contacto
from shared.radicacion.archivos import Almacen
from shared.registros.expresiones import ident

Lugar: TypeAlias = tuple[UUID, int]
"""Submission and row."""

_COLUMNAS: Final = ("celular", "correo", "direccion", "codigo_municipio")
_VACIO: Final = Contacto()


def contactos(lugares: Iterable[Lugar], almacen: Almacen) -> Mapping[Lugar, Contacto]:
    """What those rows say; nothing of a row or of a datum that is not there. It blocks: call it
    in a thread."""
    filas: defaultdict[UUID, list[int]] = defaultdict(list)
    for radicacion_id, fila in lugares:
        filas[radicacion_id].append(fila)
    hallados: defaultdict[Lugar, Contacto] = defaultdict(lambda: _VACIO)
    for radicacion_id, suyas in filas.items():
        ruta = almacen.radicacion(radicacion_id) / "filas.parquet"
        presentes = set(pq.read_schema(ruta).names)
        columnas = ", ".join(
            f"CAST({ident(c)} AS VARCHAR)" if c in presentes else "NULL" for c in _COLUMNAS
        )
        with en_memoria() as conexion:
            leidas = conexion.execute(
                f"SELECT fila, {columnas} FROM read_parquet(?) "  # noqa: S608 - our columns
                "WHERE list_contains(?::BIGINT[], fila)",
                [str(ruta), suyas],
            ).fetchall()
        for fila, *datos in leidas:
            hallados[radicacion_id, fila] = Contacto(*datos)
    return hallados
