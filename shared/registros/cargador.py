# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Normalise one file into the canonical Parquet of its register, with quarantine and quality.

Order of registers §12: decode, split, trim, missing, types, sentinels. The source is typed in
blocks that stay on disk (``bloques``), so a killed load goes on where it was; then all the good
rows are sorted by key into one Parquet.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from shared.registros import calidad
from shared.registros.bloques import EJEMPLOS, Trabajo, describir, muestra_de_claves, tipar
from shared.registros.canonico import opciones, orden
from shared.registros.catalogo import esquema_de
from shared.registros.consultas import conexion, consultar, una_fila
from shared.registros.errors import NingunaFilaSirve
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import BLOQUE, TEXTO_ROTO, Inspeccion, inspeccionar, sha256_de
from shared.registros.model import Carga, Derivacion, EsquemaRegistro, plegar
from shared.registros.ordenacion import (
    FILAS_MAXIMAS,
    cortes,
    cuantos_tramos,
    ordenar,
    sin_tramos,
)
from shared.registros.origen import Origen, abrir, columnas_de
from shared.registros.parcial import Bloque, Parcial, huella_de
from shared.registros.progreso import Avance, CargaInterrumpida, Fase, Paso, en_silencio
from shared.registros.tipado import derivadas
from shared.tipos import InvarianteRota

SEGUNDOS_DE_AVANCE: Final = 0.5


def cargar_archivo(
    registro: str | EsquemaRegistro,
    ruta: Path,
    destino: Path,
    *,
    fecha_corte: date | None = None,
    nombre: str | None = None,
    inspeccion: Inspeccion | None = None,
    parcial: Path | None = None,
    avance: Avance = en_silencio,
    bloque: int = BLOQUE,
) -> Carga:
    """Normalise ``ruta`` into ``destino``; bad rows go to quarantine without stopping.

    Writes ``<registro>.parquet``, ``<registro>.rechazos.parquet`` and ``<registro>.calidad.json``,
    and ``<registro>.<otro>.parquet`` for each register that the layout also brings
    (``Carga.derivadas``). ``fecha_corte`` fills the rows that bring none; ``nombre`` is how the
    owner of the file called it; ``inspeccion`` saves a pass over a file already inspected.

    With ``parcial``, a folder of the caller, the blocks already typed there by a killed load of
    the same source are not done again; nobody else may use it meanwhile. ``bloque``: bytes.

    Raises:
        RegistroDesconocido: no such register.
        ArchivoIlegible: missing or empty file, or not CSV, TXT or Parquet.
        FormatoDesconocido: no header, and none of the headerless layouts of the register.
        FaltanColumnas, RegistroEquivocado: the header is not the one of the register.
        DemasiadosRechazos: a block passes the threshold of the register.
        NingunaFilaSirve: every row went to quarantine.
        InvarianteRota: rows read are not rows kept plus rows rejected.
    """
    esquema = esquema_de(registro)
    nombre = nombre or ruta.name
    inspeccion = inspeccion or inspeccionar(ruta, avance)
    destino.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destino, prefix=".carga-") as propia:
        carpeta = Path(propia)
        with conexion(carpeta) as con:
            origen = abrir(
                con,
                esquema,
                ruta,
                carpeta,
                inspeccion=inspeccion,
                nombre=nombre,
                bloque=bloque,
            )
            trabajo = Trabajo(
                con=con,
                esquema=esquema,
                origen=origen,
                mapa=columnas_de(esquema, origen.encabezado, nombre),
                fecha_corte=fecha_corte,
                parcial=Parcial.abrir(
                    parcial or carpeta / "bloques",
                    huella_de(esquema, fecha_corte, nombre, bloque),
                ),
                avance=avance,
                bytes=origen.texto.lector.bytes if origen.texto else inspeccion.bytes,
            )
            trabajo = _con_tramos(trabajo, bloque)
            bloques = tipar(trabajo)
            # What Arrow keeps for more blocks is now for DuckDB to use.
            pa.default_memory_pool().release_unused()
            return _publicar(trabajo, bloques, destino)


def _con_tramos(trabajo: Trabajo, bloque: int) -> Trabajo:
    """Where the ranges of the sort begin, if the source needs any.

    Not for a layout that gives rows to other registers: those are small.
    """
    texto = trabajo.origen.texto
    tramos = cuantos_tramos(trabajo.bytes, bloque)
    if texto is None or not tramos or trabajo.esquema.deriva:
        return trabajo
    return replace(trabajo, cortes=cortes(muestra_de_claves(trabajo, texto), tramos))


def _publicar(trabajo: Trabajo, bloques: list[Bloque], destino: Path) -> Carga:
    con, esquema = trabajo.con, trabajo.esquema
    origen = _contado(trabajo, bloques)
    etapa = _relacion([trabajo.parcial.filas_de(b.numero) for b in bloques])
    _rechazar(trabajo, bloques, etapa)
    ruta = destino / f"{esquema.nombre}.parquet"
    _ordenar(trabajo, bloques, etapa, ruta)
    rechazos = destino / f"{esquema.nombre}.rechazos.parquet"
    consultar(
        con,
        f"COPY (SELECT * FROM rechazo ORDER BY fila, columna, motivo) "
        f"TO {literal(str(rechazos))} (FORMAT parquet, COMPRESSION zstd)",
    )
    filas, rechazadas = contar(con, ruta), _rechazadas(con)
    if filas + rechazadas != origen.filas:
        raise InvarianteRota(
            f"{esquema.nombre}: {origen.filas} filas leídas, {filas} guardadas y "
            f"{rechazadas} rechazadas"
        )
    _exigir_alguna(con, filas, rechazadas)
    medida = calidad.medir(con, esquema, origen=origen, mapa=trabajo.mapa, etapa=etapa, ruta=ruta)
    titulos = {plegar(t) for t in origen.encabezado}
    carga = Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=rechazos,
        sha256_fuente=origen.sha256,
        sha256=sha256_de(ruta),
        filas_leidas=origen.filas,
        filas=filas,
        rechazadas=rechazadas,
        avisos=calidad.avisos(esquema, medida),
        calidad=medida,
        derivadas=tuple(
            _derivar(trabajo, d, etapa, destino)
            for d in esquema.deriva
            if titulos.issuperset(d.encabezados)
        ),
    )
    _escribir_calidad(carga, destino)
    return carga


def _ordenar(trabajo: Trabajo, bloques: list[Bloque], etapa: str, ruta: Path) -> None:
    """The canonical Parquet: in one go, or by ranges where the blocks have them."""
    con, esquema = trabajo.con, trabajo.esquema
    filas = sum(b.filas for b in bloques)
    if not trabajo.cortes:
        with _avanzando(trabajo, filas):
            escribir(con, esquema, _buenas(con, etapa), ruta)
        return
    rutas = [trabajo.parcial.tramos_de(b.numero) for b in bloques]
    if max(map(sum, zip(*(b.tramos for b in bloques), strict=True))) > FILAS_MAXIMAS:
        con.register("tramo", sin_tramos(rutas))
        with _avanzando(trabajo, filas):
            escribir(con, esquema, _buenas(con, "tramo"), ruta)
        con.unregister("tramo")
        return

    def avanzar(parte: float) -> None:
        trabajo.avance(
            Paso(Fase.ORDENAR, int(filas * parte), int(trabajo.bytes * parte), trabajo.bytes)
        )

    ordenar(
        con,
        esquema,
        rutas,
        len(trabajo.cortes) + 1,
        ruta,
        buenas=lambda relacion: _buenas(con, relacion),
        avance=avanzar,
    )
    pa.default_memory_pool().release_unused()


def _contado(trabajo: Trabajo, bloques: list[Bloque]) -> Origen:
    """The source with the counts of its blocks."""
    origen = trabajo.origen
    texto = origen.texto and replace(
        origen.texto,
        filas_rotas=sum(b.rotas for b in bloques),
        en_blanco=sum(b.en_blanco for b in bloques),
    )
    return replace(origen, texto=texto, filas=sum(b.filas for b in bloques))


def _relacion(rutas: list[Path]) -> str:
    lista = ", ".join(literal(str(r)) for r in rutas)
    return f"read_parquet([{lista}])"


def _rechazar(trabajo: Trabajo, bloques: list[Bloque], etapa: str) -> None:
    """Quarantine: that of the blocks, and repeats of a unique key (the first row stays)."""
    con, esquema = trabajo.con, trabajo.esquema
    consultar(
        con, "CREATE TABLE rechazo (fila BIGINT, columna VARCHAR, valor VARCHAR, motivo VARCHAR)"
    )
    rutas = [trabajo.parcial.rechazos_de(b.numero) for b in bloques if b.con_rechazos]
    if rutas:
        consultar(con, f"INSERT INTO rechazo SELECT * FROM {_relacion(rutas)}")
    consultar(con, "CREATE TABLE repetida (fila BIGINT, valor VARCHAR, primera BIGINT)")
    if esquema.unica:
        _repetidas(con, esquema, etapa)
        consultar(
            con,
            f"INSERT INTO rechazo SELECT fila, {literal(' + '.join(esquema.clave))}, valor, "
            "'repite la clave de la fila ' || primera FROM repetida",
        )


def _repetidas(con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, etapa: str) -> None:
    """Rows with the key of an earlier one. Only rows of repeated keys are put in order."""
    clave = ", ".join(map(ident, esquema.clave))
    igual = " AND ".join(f"e.{ident(n)} IS NOT DISTINCT FROM r.{ident(n)}" for n in esquema.clave)
    ventana = f"PARTITION BY {clave} ORDER BY fila"
    consultar(
        con,
        f"INSERT INTO repetida WITH r AS (SELECT {clave} FROM {etapa} WHERE _malas IS NULL "
        f"GROUP BY ALL HAVING count(*) > 1) "
        f"SELECT fila, left(concat_ws(' ', {clave}), {TEXTO_ROTO}), "
        f"first_value(fila) OVER ({ventana}) FROM (SELECT fila, {clave} FROM {etapa} AS e "
        f"WHERE _malas IS NULL AND EXISTS (SELECT 1 FROM r WHERE {igual})) "
        f"QUALIFY row_number() OVER ({ventana}) > 1",
    )


def _buenas(con: duckdb.DuckDBPyConnection, etapa: str) -> str:
    """Rows that no quarantine holds. Bad cells tell by themselves; repeats are looked up."""
    (repetidas,) = una_fila(con, "SELECT count(*) FROM repetida")
    otras = " AND fila NOT IN (SELECT fila FROM repetida)" if repetidas else ""
    return f"SELECT * FROM {etapa} WHERE _malas IS NULL{otras}"


def _rechazadas(con: duckdb.DuckDBPyConnection) -> int:
    (n,) = una_fila(con, "SELECT count(DISTINCT fila) FROM rechazo")
    return int(n)


def _exigir_alguna(con: duckdb.DuckDBPyConnection, filas: int, rechazadas: int) -> None:
    if filas or not rechazadas:
        return
    ejemplos = consultar(
        con, f"SELECT fila, columna, motivo FROM rechazo ORDER BY ALL LIMIT {EJEMPLOS}"
    )
    raise NingunaFilaSirve(
        f"Ninguna de las {rechazadas} filas se pudo leer. Las primeras: {describir(ejemplos)}.",
        rechazadas=rechazadas,
    )


@contextmanager
def _avanzando(trabajo: Trabajo, filas: int) -> Iterator[None]:
    """Tell how far the query that runs inside is, from another thread, and stop it if told to."""
    acabo = threading.Event()

    def contar_avance() -> None:
        try:
            avisar()
        except CargaInterrumpida:
            trabajo.con.interrupt()

    def avisar() -> None:
        parte = 0.0
        while not acabo.wait(SEGUNDOS_DE_AVANCE):
            parte = max(parte, trabajo.con.query_progress() / 100)
            trabajo.avance(
                Paso(Fase.ORDENAR, int(filas * parte), int(trabajo.bytes * parte), trabajo.bytes)
            )

    hilo = threading.Thread(target=contar_avance, daemon=True)
    hilo.start()
    try:
        yield
    finally:
        acabo.set()
        hilo.join()
    trabajo.avance(Paso(Fase.ORDENAR, filas, trabajo.bytes, trabajo.bytes))


def contar(con: duckdb.DuckDBPyConnection, ruta: Path) -> int:
    """Rows of a Parquet."""
    (n,) = una_fila(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
    return int(n)


def escribir(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, sql: str, ruta: Path
) -> None:
    """Write the canonical Parquet: ``sql`` gives the columns and ``fila``, which breaks ties."""
    columnas = ", ".join(map(ident, esquema.nombres))
    consultar(
        con,
        f"COPY (SELECT {columnas} FROM ({sql}) ORDER BY {orden(esquema, 'fila')}) "
        f"TO {literal(str(ruta))} {opciones(esquema)}",
    )


def _derivar(trabajo: Trabajo, derivacion: Derivacion, etapa: str, destino: Path) -> Carga:
    """Rows of another register that this file brings: one per key, the first one seen."""
    con, esquema = trabajo.con, esquema_de(derivacion.registro)
    lecturas = {
        **{destino: ident(de) for destino, de in derivacion.columnas.items()},
        **derivacion.constantes,
    }
    leidas = ", ".join(
        f"CAST({lecturas.get(c.nombre, 'NULL')} AS {c.tipo.duckdb}) AS {ident(c.nombre)}"
        for c in esquema.leidas
    )
    clave = ", ".join(map(ident, esquema.clave))
    completas = " AND ".join(
        f"{ident(c.nombre)} IS NOT NULL" for c in esquema.leidas if c.obligatoria
    )
    ruta = destino / f"{trabajo.esquema.nombre}.{esquema.nombre}.parquet"
    escribir(
        con,
        esquema,
        f"SELECT *{derivadas(esquema)} FROM (SELECT {leidas}, fila FROM ({_buenas(con, etapa)})) "
        f"WHERE {completas} "
        f"QUALIFY row_number() OVER (PARTITION BY {clave} ORDER BY fila) = 1",
        ruta,
    )
    filas = contar(con, ruta)
    return Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=None,
        sha256_fuente=trabajo.origen.sha256,
        sha256=sha256_de(ruta),
        filas_leidas=filas,
        filas=filas,
        rechazadas=0,
        avisos=(f"{filas} filas tomadas de {trabajo.esquema.nombre}: {derivacion.nota}.",),
        calidad={
            "derivado_de": trabajo.esquema.nombre,
            "certeza": str(derivacion.certeza),
            "nota": derivacion.nota,
            "nulos": calidad.nulos(con, esquema, ruta),
            "comprobaciones": calidad.comprobaciones(con, esquema, ruta),
        },
    )


def _escribir_calidad(carga: Carga, destino: Path) -> None:
    informe = {
        "registro": carga.registro,
        "sha256_fuente": carga.sha256_fuente,
        "sha256": carga.sha256,
        "filas_leidas": carga.filas_leidas,
        "filas": carga.filas,
        "filas_rechazadas": carga.rechazadas,
        "avisos": carga.avisos,
        "calidad": carga.calidad,
        "derivadas": {d.registro: d.filas for d in carga.derivadas},
    }
    (destino / f"{carga.registro}.calidad.json").write_text(
        json.dumps(informe, ensure_ascii=False, indent=2), encoding="utf-8"
    )
