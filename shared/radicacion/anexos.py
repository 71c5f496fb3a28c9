"""Annexes: registers that come with a submission, in a file of their own, and count only for it.

Beside the typed rows there are two files of each annex that came: ``<annex>.parquet``, its rows of
sound form with the canonical columns of the register, and ``<annex>.forma.parquet``, what is wrong
with the others. A row that cannot be read stops nothing and is not used: its findings say which
rows of the submission go without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.db.duck import en_memoria
from shared.focalizacion.model import Efecto, Mecanismo, Veredicto
from shared.radicacion.archivos import Almacen
from shared.radicacion.errors import AnexoRepetido
from shared.radicacion.lectura import Lectura, leer, leer_filas
from shared.radicacion.model import Recibido
from shared.registros import FuenteRegistro, esquema_de
from shared.registros.carpeta import sql_parquet, sql_vacio
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import sha256_de
from shared.registros.pie import pie_de
from shared.tipos import Rechazo
from shared.tipos.campos import Campo

_FILAS_CITADAS: Final = 5
_LARGO_CITADO: Final = 20
"""Rows that the warning of the whole submission names."""
Filas = Sequence[Mapping[str, Any]]


def ruta_anexo(entrada: Path, nombre: str) -> Path:
    """Where the rows of an annex are: ``fila`` and the canonical columns of its register."""
    return entrada / f"{nombre}.parquet"


def _ruta_forma(entrada: Path, nombre: str) -> Path:
    return entrada / f"{nombre}.forma.parquet"


def leer_anexos(
    mecanismo: Mecanismo,
    hojas: Mapping[str, Lectura],
    archivos: Mapping[str, Recibido],
    filas: Mapping[str, Filas],
    *,
    almacen: Almacen,
    destino: Path,
) -> dict[str, Lectura]:
    """Type every annex beside the rows that ``leer`` left in ``destino``.

    ``hojas`` are those that the workbook of the rows brought; ``archivos``, those of a file of
    their own; ``filas``, those of a JSON document. The paths of what is returned do not last.

    Raises:
        AnexoRepetido: an annex came twice.
        EntradaInvalida, DemasiadoGrande: one cannot be read; ``anexo`` says which.
    """
    leidos = {}
    for nombre, campos in mecanismo.esquema.anexos.items():
        propia = destino / nombre
        lectura = hojas.get(nombre)
        if lectura is not None and nombre in archivos:
            raise AnexoRepetido(
                f"El libro trae la hoja «{nombre}» y además llegó el archivo {nombre}. Deje uno "
                "solo.",
                anexo=nombre,
            )
        with _con_su_nombre(nombre):
            if nombre in archivos:
                recibido = archivos[nombre]
                lectura = leer(almacen.crudo(recibido.sha256), recibido.nombre, campos, propia)
            elif filas.get(nombre):
                lectura = leer_filas(filas[nombre], campos, propia)
        if lectura is not None:
            _guardar(nombre, lectura, destino, mecanismo)
            leidos[nombre] = lectura
        shutil.rmtree(propia, ignore_errors=True)
    return leidos


@contextmanager
def _con_su_nombre(nombre: str) -> Iterator[None]:
    try:
        yield
    except Rechazo as rechazo:
        rechazo.detalle = f"Archivo {nombre}: {rechazo.detalle}"
        rechazo.extra["anexo"] = nombre
        raise


def _guardar(nombre: str, lectura: Lectura, destino: Path, mecanismo: Mecanismo) -> None:
    esquema = esquema_de(nombre)
    campos = _nombres(mecanismo.esquema.anexos[nombre])
    columnas = ", ".join(
        f"CAST({ident(c.nombre)} AS {c.tipo.duckdb}) AS {ident(c.nombre)}"
        for c in esquema.columnas
        if c.nombre in campos
    )
    # The key of the register says whose each row is: a family, of the cases with its identifier.
    llave = [c for c in esquema.clave if c in _nombres(mecanismo.esquema.campos)]
    misma = " AND ".join(f"p.{ident(c)} = a.{ident(c)}" for c in llave) or "false"
    with en_memoria() as conexion:
        conexion.read_parquet(str(lectura.filas)).create_view("anexo")
        conexion.read_parquet(str(lectura.forma), file_row_number=True).create_view("forma")
        conexion.read_parquet(str(destino / "filas.parquet")).create_view("principal")
        _copiar(
            conexion,
            f"SELECT fila, {columnas} FROM anexo WHERE forma_ok ORDER BY fila",  # noqa: S608 - our columns
            ruta_anexo(destino, nombre),
        )
        _copiar(
            conexion,
            "SELECT f.fila, f.columna, f.mensaje, list_sort(list(DISTINCT p.fila) "  # noqa: S608
            "FILTER (p.fila IS NOT NULL)) AS afecta FROM forma f JOIN anexo a USING (fila) "
            f"LEFT JOIN principal p ON {misma} "
            "GROUP BY f.fila, f.columna, f.mensaje, f.file_row_number "
            "ORDER BY f.file_row_number",
            _ruta_forma(destino, nombre),
        )


def _nombres(campos: Sequence[Campo]) -> list[str]:
    return [c.nombre for c in campos]


def _copiar(conexion: duckdb.DuckDBPyConnection, sql: str, ruta: Path) -> None:
    conexion.execute(f"COPY ({sql}) TO {literal(str(ruta))} (FORMAT parquet, COMPRESSION zstd)")


def fuentes_de_anexos(
    conexion: duckdb.DuckDBPyConnection, mecanismo: Mecanismo, entrada: Path
) -> dict[str, FuenteRegistro]:
    """The annexes of a submission as registers; one that did not come is typed and empty."""
    fuentes = {}
    for nombre in mecanismo.esquema.anexos:
        ruta = ruta_anexo(entrada, nombre)
        if ruta.is_file():
            fuentes[nombre] = FuenteRegistro(
                registro=nombre,
                presente=True,
                sql=sql_parquet(conexion, nombre, ruta),
                rutas=(ruta,),
                sha256=(sha256_de(ruta),),
                filas=pie_de(ruta).filas,
            )
        else:
            fuentes[nombre] = FuenteRegistro(
                registro=nombre, presente=False, sql=sql_vacio(esquema_de(nombre))
            )
    return fuentes


def llevar_anexos(mecanismo: Mecanismo, origen: Path, destino: Path) -> None:
    """The annexes of a submission go with its rows to another folder where they are judged."""
    for nombre in mecanismo.esquema.anexos:
        for ruta in (ruta_anexo(origen, nombre), _ruta_forma(origen, nombre)):
            if ruta.is_file():
                os.link(ruta, destino / ruta.name)


def hallazgos_de_anexos(
    mecanismo: Mecanismo, entrada: Path, *, fila: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """Findings of the annexes: annex, then fila (of the annex), codigo, veredicto, efecto,
    columna, mensaje. With ``fila``, only those that row of the submission goes without."""
    regla = mecanismo.regla_de_forma
    for nombre in mecanismo.esquema.anexos:
        for suya, columna, mensaje, afecta in _leer_forma(entrada, nombre):
            if fila is None or fila in (afecta or ()):
                yield (
                    nombre,
                    suya,
                    regla.codigo,
                    str(Veredicto.INCUMPLE),
                    str(Efecto.AVISO),
                    columna or "",
                    f"{mensaje} {_consecuencia(afecta)}",
                )


def _leer_forma(entrada: Path, nombre: str) -> Iterator[tuple[Any, ...]]:
    ruta = _ruta_forma(entrada, nombre)
    if not ruta.is_file():
        return
    with en_memoria() as conexion:
        hallados = conexion.execute(
            "SELECT fila, columna, mensaje, afecta FROM read_parquet(?, file_row_number = true) "
            "ORDER BY file_row_number",
            [str(ruta)],
        )
        while trozo := hallados.fetchmany(10_000):
            yield from trozo


def _consecuencia(afecta: Sequence[int] | None) -> str:
    if not afecta:
        return "Esta fila no se usa."
    return f"Esta fila no se usa; iba con {_citar(afecta, _FILAS_CITADAS)} de lo radicado."


def _citar(filas: Sequence[int], cuantas: int) -> str:
    citas = ", ".join(map(str, filas[:cuantas]))
    mas = f" y {len(filas) - cuantas} más" if len(filas) > cuantas else ""
    return f"{'la fila' if len(filas) == 1 else 'las filas'} {citas}{mas}"


def avisos_de_anexos(mecanismo: Mecanismo, entrada: Path) -> list[dict[str, str]]:
    """What whoever submits is told of the annexes as a whole: how many rows were not used, and
    which rows of the submission go without them."""
    avisos = []
    for nombre in mecanismo.esquema.anexos:
        malas: set[int] = set()
        afecta: set[int] = set()
        for fila, _, _, suyas in _leer_forma(entrada, nombre):
            malas.add(fila)
            afecta.update(suyas or ())
        if malas:
            cuantas = "1 fila" if len(malas) == 1 else f"{len(malas)} filas"
            texto = f"No se usaron {cuantas} del archivo {nombre}: vea sus hallazgos y corríjalas."
            if afecta:
                texto += f" Sin ellas se evaluó {_citar(sorted(afecta), _LARGO_CITADO)}."
            avisos.append({"codigo": mecanismo.regla_de_forma.codigo, "mensaje": texto})
    return avisos
