"""What the rows of a submission say of who submits, against its envelope and its user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shared.db.duck import en_memoria
from shared.focalizacion.model import Etapa, Mecanismo
from shared.radicacion.errors import MetadatosNoCoinciden
from shared.radicacion.radicante import codigos_de_la_misma_eps
from shared.radicacion.schemas import SolicitudIn
from shared.registros.expresiones import ident
from shared.seguridad import Rol, Usuario
from shared.tipos.campos import Campo

EPS: Final = "codigo_eps"
_FILAS_CITADAS: Final = 5
ARCHIVO: Final = "archivo"
"""The rows themselves, among the files of a submission."""


def exigir_mismos_metadatos(filas: Path, solicitud: SolicitudIn, columnas: Sequence[str]) -> None:
    """NIT and period of every row equal the envelope's, where the rows say them (anticipo §3.1).

    Raises:
        MetadatosNoCoinciden: some row is of another NIT or period.
    """
    del_sobre = {
        "nit": solicitud.nit,
        "reportante_nit": solicitud.nit,
        "periodo": solicitud.periodo,
    }
    esperado = {n: v for n, v in del_sobre.items() if n in columnas and v is not None}
    for nombre, valor in esperado.items():
        total, citas = _otras(filas, nombre, [valor])
        if total:
            raise MetadatosNoCoinciden(
                f"La solicitud dice {nombre} {valor} y el archivo trae otro en {citas}. "
                "Corrija las filas, o radique cada NIT y periodo por separado."
            )


def exigir_su_eps(filas: Mapping[str, Path], usuario: Usuario, mecanismo: Mecanismo) -> None:
    """An EPS submits its own rows, and those of its other code (*misma EPS*, conventions §5).

    ``filas``: the typed rows by what people call their file. Where a rule of RAD asks it row by
    row (PRU-02), that rule answers.

    Raises:
        MetadatosNoCoinciden: some row is of another EPS.
    """
    if Rol.EPS not in usuario.roles or usuario.entidad is None or _lo_dice_una_regla(mecanismo):
        return
    propios = codigos_de_la_misma_eps(usuario.entidad)
    for archivo, ruta in filas.items():
        if EPS not in _columnas_de(archivo, mecanismo):
            continue
        total, citas = _otras(ruta, EPS, propios)
        if total:
            cual = "el archivo" if archivo == ARCHIVO else f"el archivo {archivo}"
            raise MetadatosNoCoinciden(
                f"Su usuario es de la EPS {usuario.entidad} y {cual} trae {total} filas de otra: "
                f"{citas}. Quítelas o corrija codigo_eps: cada EPS radica lo suyo.",
                filas=total,
            )


def _lo_dice_una_regla(mecanismo: Mecanismo) -> bool:
    return any("radicante_eps" in regla.columnas for regla in mecanismo.reglas_de(Etapa.RAD))


def _columnas_de(archivo: str, mecanismo: Mecanismo) -> list[str]:
    campos: Sequence[Campo] = mecanismo.esquema.anexos.get(archivo, mecanismo.esquema.campos)
    return [c.nombre for c in campos]


def _otras(filas: Path, columna: str, esperados: Sequence[str]) -> tuple[int, str]:
    """How many rows say something else in a column, and the first ones as people read them."""
    with en_memoria() as conexion:
        distintas: list[Any] = conexion.execute(
            f"SELECT fila, {ident(columna)}, count(*) OVER () FROM read_parquet(?) "  # noqa: S608 - our column names
            f"WHERE NOT list_contains(?, upper({ident(columna)})) ORDER BY fila LIMIT ?",
            [str(filas), list(esperados), _FILAS_CITADAS],
        ).fetchall()
    citas = ", ".join(f"fila {fila + 1}: {visto}" for fila, visto, _ in distintas)
    return (distintas[0][2] if distintas else 0), citas
