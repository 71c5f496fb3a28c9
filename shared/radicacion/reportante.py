"""The entity that reports: known of its kind, and of the kind of whoever submits (THS-01).

An IPS is in REPS with the code and the NIT that it writes, an entidad territorial in DIVIPOLA;
the INS is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from shared.db.duck import en_memoria
from shared.normativa import tablas
from shared.radicacion.errors import MetadatosNoCoinciden
from shared.radicacion.radicante import reportantes_de
from shared.registros import Corte, abrir_cortes
from shared.registros.busqueda import acotar
from shared.registros.errors import FaltanRegistros
from shared.seguridad import Usuario

REGISTRO_REPORTANTES: Final = "reps_prestadores"
INS: Final = "INS"


@dataclass(frozen=True)
class Reportante:
    """What the rows say of who reports."""

    tipo: str
    codigo: str
    nit: str


def reportante_de(filas: Path) -> Reportante | None:
    """The reporter of the rows of sound form; ``None`` when there are none.

    Raises:
        MetadatosNoCoinciden: more than one.
    """
    with en_memoria() as conexion:
        hallados = conexion.execute(
            "SELECT reportante_tipo, reportante_codigo, reportante_nit FROM read_parquet(?) "
            "WHERE forma_ok GROUP BY ALL ORDER BY min(fila) LIMIT 2",
            [str(filas)],
        ).fetchall()
    if len(hallados) > 1:
        (tipo, codigo, _), (otro_tipo, otro_codigo, _) = hallados
        raise MetadatosNoCoinciden(
            f"El archivo trae filas de {tipo} {codigo} y de {otro_tipo} {otro_codigo}, o de dos "
            "NIT. Radique lo de cada entidad por separado."
        )
    return Reportante(*hallados[0]) if hallados else None


def problema_de(
    reportante: Reportante,
    usuario: Usuario,
    cortes: Mapping[str, Sequence[Corte]],
    *,
    datos: Path,
    dia: date,
) -> str | None:
    """Why the reporter cannot report, for whoever sent the file; ``None`` if it can.

    Raises:
        FaltanRegistros: an IPS, and no corte of REPS in force.
    """
    if reportante.tipo not in reportantes_de(usuario):
        return (
            f"El archivo es de un reportante {reportante.tipo} y su usuario no es de esa clase. "
            "Cada entidad radica lo suyo: corrija reportante_tipo."
        )
    match reportante.tipo:
        case "IPS":
            return _problema_de_ips(reportante, cortes, datos, dia)
        case "ET":
            return _problema_de_territorial(reportante)
        case _ if reportante.codigo == INS:
            return None
        case _:
            return f"El reportante_codigo del INS es «{INS}» y el archivo trae otro. Corríjalo."


def _problema_de_ips(
    reportante: Reportante, cortes: Mapping[str, Sequence[Corte]], datos: Path, dia: date
) -> str | None:
    with en_memoria() as conexion:
        reps = abrir_cortes(conexion, cortes, datos=datos)[REGISTRO_REPORTANTES]
        if not reps.presente:
            raise FaltanRegistros(
                f"No hay corte vigente de {REGISTRO_REPORTANTES} para reconocer a quien reporta. "
                "Un operador debe cargarlo con «mecanismos corte cargar».",
                faltan=[REGISTRO_REPORTANTES],
            )
        propia = acotar(reps, {"hab_prestador": [reportante.codigo]})
        nits = conexion.execute(
            f"SELECT nit FROM ({propia.sql}) WHERE fecha_corte IS NOT DISTINCT FROM "  # noqa: S608 - our SQL
            "(SELECT coalesce(max(fecha_corte) FILTER (fecha_corte <= ?), min(fecha_corte)) "
            f"FROM ({reps.sql}))",
            [dia],
        ).fetchall()
    if (reportante.nit,) in nits:
        return None
    if nits:
        return (
            f"El prestador {reportante.codigo} tiene en REPS otro NIT que el {reportante.nit} del "
            "archivo. Corrija reportante_codigo o reportante_nit, o actualice REPS."
        )
    return (
        f"El prestador {reportante.codigo} no está en REPS. Corrija reportante_codigo: los 10 "
        "dígitos del código de habilitación, sin la sede."
    )


def _problema_de_territorial(reportante: Reportante) -> str | None:
    departamentos = {f["codigo"] for f in tablas.leer("divipola_departamentos")}
    municipios = {f["codigo_municipio"] for f in tablas.leer("divipola_municipios")}
    if reportante.codigo in departamentos | municipios:
        return None
    return (
        f"El código {reportante.codigo} no es de un departamento (2 dígitos) ni de un municipio "
        "(5 dígitos) de la DIVIPOLA. Corrija reportante_codigo."
    )
