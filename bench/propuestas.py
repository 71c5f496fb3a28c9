"""Proposals of correction: seconds, memory, and how many are right against the known truth.

The rows that fail are those of ``verdad.parquet``; who each one really is, in ``identidad``. A
second table sows, on good rows, one slip of each kind that people make. The whole country unless
``--escala`` or ``MECANISMOS_BENCH_ESCALA`` says otherwise, or ``--pais`` brings one made before.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from bench._proceso import Medidas, correr
from shared.correccion.model import (
    DOCUMENTO,
    IDENTIDAD,
    NOMBRES,
    PADRONES,
    Evaluada,
    codigos_de,
)
from shared.correccion.service import proponer
from shared.focalizacion.descubrir import mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.poblacion.generar import generar
from shared.radicacion.lectura import leer
from shared.registros import abrir_carpeta

SEMILLA: Final = 2020
META_SEGUNDOS: Final = 30
META_GIB: Final = 4
META_PRECISION: Final = 0.99
META_COBERTURA: Final = 0.90
SEMBRADAS: Final = 20_000
"""Good rows of talento humano that get a slip, at scale 1."""
_LUGAR: Final = "(2 + hash(fila, 7) % (length(numero_documento) - 3))::INTEGER"
_DIGITO: Final = "(hash(fila, 9) % 10)::VARCHAR"
_SIN_UNO: Final = f"left(numero_documento, {_LUGAR} - 1) || substr(numero_documento, {_LUGAR} + 1)"
_CAMBIADOS: Final = (
    f"left(numero_documento, {_LUGAR} - 1) || substr(numero_documento, {_LUGAR} + 1, 1) "
    f"|| substr(numero_documento, {_LUGAR}, 1) || substr(numero_documento, {_LUGAR} + 2)"
)
_DISTINTO: Final = (
    f"left(numero_documento, {_LUGAR} - 1) || {_DIGITO} || substr(numero_documento, {_LUGAR} + 1)"
)
_DE_MAS: Final = (
    f"left(numero_documento, {_LUGAR}) || {_DIGITO} || substr(numero_documento, {_LUGAR} + 1)"
)
_UNA_LETRA: Final = "left(primer_apellido, 2) || 'X' || substr(primer_apellido, 4)"
ERRATAS: Final[dict[str, dict[str, str]]] = {
    "dos dígitos cambiados de lugar": {"numero_documento": _CAMBIADOS},
    "un dígito menos": {"numero_documento": _SIN_UNO},
    "un dígito de más": {"numero_documento": _DE_MAS},
    "un dígito distinto": {"numero_documento": _DISTINTO},
    "otro tipo de documento": {"tipo_documento": "'PA'"},
    "una letra en un apellido": {"primer_apellido": _UNA_LETRA},
    "sin segundo apellido": {"segundo_apellido": "NULL"},
    "apellidos al revés y un dígito distinto": {
        "primer_apellido": "segundo_apellido",
        "segundo_apellido": "primer_apellido",
        "numero_documento": _DISTINTO,
    },
    "una letra y un dígito menos": {
        "primer_apellido": _UNA_LETRA,
        "numero_documento": _SIN_UNO,
    },
    "un dígito menos y sin segundo apellido": {
        "segundo_apellido": "NULL",
        "numero_documento": _SIN_UNO,
    },
}


@dataclass(frozen=True)
class Corrida:
    """What is measured, and what it is compared with.

    ``identidad``: ``SELECT`` of fila and the six columns, of the rows that are wrong; ``grupos``,
    of fila and grupo.
    """

    titulo: str
    mecanismo: str
    filas: Path
    registros: Path
    cortes: Path
    salida: Path
    identidad: str
    grupos: str


@dataclass(frozen=True)
class Acierto:
    """Rows with a slip, those that got a proposal, and those whose proposal is right in full."""

    nombre: str
    filas: int
    propuestas: int
    bien: int

    @property
    def precision(self) -> float:
        return self.bien / self.propuestas if self.propuestas else 1.0

    @property
    def cobertura(self) -> float:
        return self.bien / self.filas if self.filas else 1.0


def main(argumentos: list[str] | None = None) -> int:
    """Measure and print. Exit code 1 if a goal is missed."""
    opciones = _opciones(argumentos or [])
    with tempfile.TemporaryDirectory(prefix="bench-propuestas-") as carpeta:
        trabajo = Path(carpeta)
        pais = opciones.pais
        if pais is None:
            pais = trabajo / "pais"
            generar(opciones.escala, SEMILLA, pais)
        cuantas = max(200, int(SEMBRADAS * opciones.escala))
        corridas = [_talento_humano(pais, trabajo), _pruebas(pais, trabajo)]
        corridas.append(_sembradas(pais, trabajo, cuantas))
        # All measured before any is compared: a child begins with its parent's peak memory.
        medidas = [_medir(c, trabajo) for c in corridas]
        bien = [_mostrar(c, comparar(c), m) for c, m in zip(corridas, medidas, strict=True)]
    return 0 if all(bien) else 1


def _opciones(argumentos: list[str]) -> argparse.Namespace:
    opciones = argparse.ArgumentParser(prog="python -m bench.propuestas")
    opciones.add_argument(
        "--escala", type=float, default=float(os.environ.get("MECANISMOS_BENCH_ESCALA", "1"))
    )
    opciones.add_argument("--pais", type=Path, help="país ya generado, a esa escala")
    return opciones.parse_args(argumentos)


def _talento_humano(pais: Path, trabajo: Path) -> Corrida:
    """Precision and recall against ``identidad.parquet``."""
    verdad = pais / "talento_humano" / "verdad.parquet"
    return Corrida(
        titulo="talento humano, contra la verdad",
        mecanismo="talento_humano",
        filas=_leidas(pais, "talento_humano", trabajo),
        registros=verdad,
        cortes=pais / "talento_humano" / "cortes",
        salida=trabajo / "propuestas-talento_humano.parquet",
        identidad=f"FROM read_parquet('{pais}/talento_humano/identidad.parquet')",
        grupos=f"SELECT fila, caso AS grupo FROM read_parquet('{verdad}')",
    )


def _pruebas(pais: Path, trabajo: Path) -> Corrida:
    """The country has no truth of identities for pruebas: rows with PRU-10, against the person
    whom the generator tested, whose number is that of the invoice."""
    filas = _leidas(pais, "pruebas", trabajo)
    verdad = pais / "pruebas" / "verdad.parquet"
    identidad = f"""
        SELECT fila, b.tipo_documento, b.numero_documento, f.primer_apellido, f.segundo_apellido,
               f.primer_nombre, f.segundo_nombre
        FROM read_parquet('{filas}') AS f JOIN read_parquet('{verdad}') AS v USING (fila)
        JOIN (SELECT DISTINCT afl_id, tipo_documento, numero_documento
              FROM read_parquet('{pais}/pruebas/cortes/bdua.parquet')) AS b
          ON b.afl_id = (100000000 + regexp_extract(factura_toma, '[0-9]+')::BIGINT)::VARCHAR
        WHERE contains(v.codigos, 'PRU-10')
    """
    return Corrida(
        titulo="pruebas, personas que no están en BDUA",
        mecanismo="pruebas",
        filas=filas,
        registros=verdad,
        cortes=pais / "pruebas" / "cortes",
        salida=trabajo / "propuestas-pruebas.parquet",
        identidad=identidad,
        grupos=f"SELECT fila, caso AS grupo FROM read_parquet('{verdad}')",
    )


def _sembradas(pais: Path, trabajo: Path, cuantas: int) -> Corrida:
    """Good rows with a slip of each kind, in equal parts."""
    filas = _leidas(pais, "talento_humano", trabajo)
    con_errata, registros = trabajo / "con_errata.parquet", trabajo / "registros.parquet"
    columnas = ", ".join(f"CASE grupo {_ramas(c)} ELSE {c} END AS {c}" for c in IDENTIDAD)
    lista = ", ".join(f"'{nombre}'" for nombre in ERRATAS)
    distintas = " OR ".join(f"e.{c} IS DISTINCT FROM b.{c}" for c in IDENTIDAD)
    with duckdb.connect() as con:
        con.execute(
            f"""
            CREATE TABLE buenas AS
            SELECT f.*, ([{lista}])[(1 + hash(fila) % {len(ERRATAS)})::BIGINT] AS grupo
            FROM read_parquet('{filas}') AS f
            JOIN read_parquet('{pais}/talento_humano/verdad.parquet') AS v USING (fila)
            WHERE v.caso = 'ok' ORDER BY hash(fila, 1) LIMIT {cuantas}
            """
        )
        con.execute(
            f"COPY (SELECT e.* FROM (SELECT fila, grupo, true AS forma_ok, {columnas} FROM buenas) "
            f"AS e JOIN buenas AS b USING (fila) WHERE {distintas} ORDER BY fila) "
            f"TO '{con_errata}'"
        )
        con.execute(
            f"COPY (SELECT fila, 'EN_CORRECCION' AS estado, 'THS-04' AS codigos "
            f"FROM read_parquet('{con_errata}')) TO '{registros}'"
        )
    identidad = f"""
        SELECT fila, {", ".join(f"f.{c}" for c in IDENTIDAD)}
        FROM read_parquet('{filas}') AS f SEMI JOIN read_parquet('{con_errata}') USING (fila)
    """
    return Corrida(
        titulo="talento humano, erratas sembradas en filas buenas",
        mecanismo="talento_humano",
        filas=con_errata,
        registros=registros,
        cortes=pais / "talento_humano" / "cortes",
        salida=trabajo / "propuestas-sembradas.parquet",
        identidad=identidad,
        grupos=f"SELECT fila, grupo FROM read_parquet('{con_errata}')",
    )


def _ramas(columna: str) -> str:
    ramas = [
        f"WHEN '{nombre}' THEN {cambios[columna]}"
        for nombre, cambios in ERRATAS.items()
        if columna in cambios
    ]
    return " ".join(ramas) or "WHEN '' THEN NULL"


def _leidas(pais: Path, nombre: str, trabajo: Path) -> Path:
    """The typed rows of the submission, read once."""
    entrada = trabajo / nombre
    if not entrada.is_dir():
        esquema = mecanismo(nombre).esquema
        archivo = pais / nombre / "entrada.parquet"
        leer(archivo, archivo.name, esquema.campos, entrada, condiciones=esquema.condiciones)
    return entrada / "filas.parquet"


def _medir(corrida: Corrida, trabajo: Path) -> Medidas:
    medidas = Medidas()
    argumentos = (corrida.filas, corrida.registros, corrida.cortes, corrida.salida, trabajo)
    medidas.agregar(*correr("bench.propuestas", "--medir", corrida.mecanismo, *argumentos))
    return medidas


def medir(nombre: str, *rutas: str) -> None:
    """What is measured, in a process of its own; prints seconds of clock and of processor.

    Registers are opened first: their digests are read once, whatever is done with them.
    """
    filas, registros, cortes, salida, en = map(Path, rutas)
    elegido = mecanismo(nombre)
    leidos = [p.registro for p in PADRONES if p.registro in elegido.esquema.registros]
    evaluada = Evaluada(filas, registros, codigos_de(elegido))
    with (
        tempfile.TemporaryDirectory(dir=en) as temporal,
        MotorDuckDB.abrir(Path(temporal)) as motor,
    ):
        fuentes = abrir_carpeta(motor.conexion, cortes, (), leidos, trabajo=Path(temporal))
        inicio, procesador = time.perf_counter(), time.process_time()
        proponer(evaluada, fuentes, motor, salida)
        print(time.perf_counter() - inicio, time.process_time() - procesador)


def comparar(corrida: Corrida) -> list[Acierto]:
    """Rows as they would be with every line accepted, against who they are.

    A proposal on a row that is not wrong is wrong. Names are those when their words are, in any
    order (registers §6).
    """
    propuesta = ", ".join(
        f"max(valor_propuesto) FILTER (columna = '{c}') AS {c}" for c in IDENTIDAD
    )
    nombres = [f"coalesce(p.{c}, f.{c})" for c in NOMBRES]
    iguales = " AND ".join(
        [
            *(f"coalesce(p.{c}, f.{c}) = i.{c}" for c in DOCUMENTO),
            f"{_palabras(nombres)} = {_palabras([f'i.{c}' for c in NOMBRES])}",
        ]
    )
    with duckdb.connect() as con:
        halladas = con.execute(
            f"""
            WITH i AS ({corrida.identidad}), p AS (
                SELECT fila, {propuesta} FROM read_parquet('{corrida.salida}') GROUP BY fila
            )
            SELECT g.grupo, count(i.fila), count(p.fila),
                   count(*) FILTER (i.fila IS NOT NULL AND p.fila IS NOT NULL AND {iguales})
            FROM i FULL JOIN p USING (fila) JOIN read_parquet('{corrida.filas}') AS f USING (fila)
            JOIN ({corrida.grupos}) AS g USING (fila) GROUP BY g.grupo ORDER BY g.grupo
            """
        ).fetchall()
    return [Acierto(*fila) for fila in halladas]


def _palabras(columnas: list[str]) -> str:
    return f"list_sort(string_split(concat_ws(' ', {', '.join(columnas)}), ' '))"


def _mostrar(corrida: Corrida, aciertos: list[Acierto], medidas: Medidas) -> bool:
    total = Acierto("total", *(sum(getattr(a, c) for a in aciertos) for c in _CUENTAS))
    print(f"\n{corrida.titulo}\n")
    print(
        f"{'':<44} {'filas':>8} {'propuestas':>11} {'bien':>8} {'precisión':>10} {'cobertura':>10}"
    )
    for a in (*aciertos, total):
        print(
            f"{a.nombre:<44} {a.filas:>8} {a.propuestas:>11} {a.bien:>8} "
            f"{a.precision:>10.2%} {a.cobertura:>10.2%}"
        )
    segundos, gib = medidas.segundos[0], medidas.memoria / 2**30
    print(
        f"{segundos:.1f} s, {medidas.procesador[0]:.1f} de procesador (meta: {META_SEGUNDOS}); "
        f"{gib:.2f} GiB (meta: {META_GIB})"
    )
    return (
        total.precision >= META_PRECISION
        and total.cobertura >= META_COBERTURA
        and segundos <= META_SEGUNDOS
        and gib <= META_GIB
    )


_CUENTAS: Final = ("filas", "propuestas", "bien")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--medir"]:
        medir(*sys.argv[2:])
    else:
        raise SystemExit(main(sys.argv[1:]))
