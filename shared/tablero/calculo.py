"""A run: the universe as everything decided leaves it, from one instant of the database to files.

The records are read in one stream and looked at as if they were the rows of one file; what the
submissions in the queue bring is under review. The same expressions classify here and in
``mecanismos evaluar``. What comes with one submission (``Esquema.anexos``) is not of the universe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import narwhals as nw

from shared.db.disco import sincronizar
from shared.focalizacion.model import Efecto, Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos
from shared.focalizacion.universo import universo
from shared.radicacion.archivos import Almacen
from shared.radicacion.evaluacion import FILAS_DE_UN_REGISTRO_GRANDE, acotador
from shared.radicacion.historia import HISTORIA, guardadas
from shared.registros import Corte, FuenteRegistro, abrir_cortes, esquema_vacio
from shared.registros.errors import FaltanRegistros
from shared.tablero.model import PorEstado, incumple, resumir, universo_de
from shared.tablero.repository import armado
from shared.tablero.repository.armado import EnCurso

CARPETA: Final = "universo"


@dataclass(frozen=True)
class Visto:
    """Everything a run is made from, read in one transaction."""

    cortes: Mapping[str, Sequence[Corte]]
    parametros: Mapping[str, str]
    decidido: Path
    """Stream of the records."""
    en_curso: Sequence[EnCurso] = ()


@dataclass(frozen=True)
class Calculo:
    """What came out: the totals and, if they hold, the files."""

    resumen: tuple[PorEstado, ...]
    falla: str | None
    casos: Path
    devoluciones: Path


def calcular(mecanismo: Mecanismo, visto: Visto, carpeta: Path, almacen: Almacen) -> Calculo:
    """Classify every case and write its files in ``carpeta``.

    Raises:
        FaltanRegistros: an obligatory register has no corte in force.
    """
    propio = universo_de(mecanismo)
    with MotorDuckDB.abrir(carpeta) as motor:
        con = motor.conexion
        fuentes = abrir_cortes(con, visto.cortes, datos=almacen.datos)
        _exigir(mecanismo, fuentes)
        _preparar(mecanismo, visto, motor, almacen)
        _clasificar(mecanismo, fuentes, visto.parametros, motor)
        contados, casos, personas = armado.contar(con)
        registros = armado.contar_registros(con)
        rutas = {nombre: carpeta / f"{nombre}.parquet" for nombre in ("caso", "devolucion")}
        for nombre, ruta in rutas.items():
            armado.escribir(con, nombre, ruta)
    resumen = resumir(propio, contados)
    falla = incumple(propio, resumen, casos=casos, personas=personas, registros=registros)
    return Calculo(resumen, falla, rutas["caso"], rutas["devolucion"])


def _exigir(mecanismo: Mecanismo, fuentes: Mapping[str, FuenteRegistro]) -> None:
    faltan = [r for r in mecanismo.esquema.obligatorios if not fuentes[r].presente]
    if faltan:
        raise FaltanRegistros(
            f"No hay corte vigente de: {', '.join(faltan)}. Cárguelo con "
            "«mecanismos corte cargar».",
            faltan=faltan,
        )


def _preparar(mecanismo: Mecanismo, visto: Visto, motor: MotorDuckDB, almacen: Almacen) -> None:
    con, propias = motor.conexion, guardadas(mecanismo)
    definitivos = {r.codigo for r in mecanismo.reglas if r.si_incumple is Efecto.GLOSA_DEFINITIVA}
    armado.codigos_eps(con)
    armado.leer_decidido(con, visto.decidido, propias)
    forma = mecanismo.regla_de_forma.codigo
    armado.completar_forma(con, _tipadas(armado.radicaciones_con(con, forma), almacen), forma)
    armado.devoluciones(con)
    en_curso = [envio for envio in visto.en_curso if envio.filas.is_file()]
    armado.agregar_en_curso(con, en_curso, mecanismo.estados.corregibles, definitivos)
    armado.tabla_juicio(con, universo_de(mecanismo).ve)
    armado.tabla_historia(con, propias)


def _clasificar(
    mecanismo: Mecanismo,
    fuentes: Mapping[str, FuenteRegistro],
    parametros: Mapping[str, str],
    motor: MotorDuckDB,
) -> None:
    """Table ``caso``: the state of each case, with what is known of it."""
    con, propio = motor.conexion, universo_de(mecanismo)
    clasificados = universo(
        mecanismo,
        _insumos(mecanismo, fuentes, parametros, motor),
        nw.from_native(con.table("juicio")),
        motor,
    )
    clasificados.select("id_caso", "estado").to_native().create("universo")
    armado.tabla_casos(
        con, fuentes[propio.registro].sql, mecanismo.esquema.fecha_hecho, propio.identidad
    )


def _tipadas(ids: Sequence[UUID], almacen: Almacen) -> dict[UUID, Path]:
    rutas = {id_: almacen.radicacion(id_) / "filas.parquet" for id_ in ids}
    return {id_: ruta for id_, ruta in rutas.items() if ruta.is_file()}


def _insumos(
    mecanismo: Mecanismo,
    fuentes: Mapping[str, FuenteRegistro],
    parametros: Mapping[str, str],
    motor: MotorDuckDB,
) -> Insumos:
    con = motor.conexion
    nada = nw.from_native(con.sql("SELECT 1 AS fila WHERE false"))
    marcos = {n: nw.from_native(con.sql(f.sql)) for n, f in fuentes.items()}
    anexos = {n: nw.from_native(esquema_vacio(con, n)) for n in mecanismo.esquema.anexos}
    return Insumos(
        filas=nada,
        forma=nada,
        registros=marcos | anexos | {HISTORIA: nw.from_native(con.table("historia"))},
        ausentes=frozenset(n for n, f in fuentes.items() if not f.presente),
        acotables={
            n: acotador(f, motor)
            for n, f in fuentes.items()
            if f.filas >= FILAS_DE_UN_REGISTRO_GRANDE
        },
        parametros=parametros,
    )


def guardar(ruta: Path, mecanismo: str, almacen: Almacen) -> str:
    """Move a file to where its content names it, flushed to disk; its SHA-256."""
    with ruta.open("rb") as archivo:
        sha256 = hashlib.file_digest(archivo, "sha256").hexdigest()
    destino = archivo_de(sha256, mecanismo, almacen)
    destino.parent.mkdir(parents=True, exist_ok=True)
    ruta.replace(destino)
    sincronizar(destino, destino.parent, destino.parent.parent, almacen.datos)
    return sha256


def archivo_de(sha256: str, mecanismo: str, almacen: Almacen) -> Path:
    """Where the file with that content is."""
    return almacen.datos / CARPETA / mecanismo / f"{sha256}.parquet"
