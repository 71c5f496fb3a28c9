"""A register of BDUA's shape, asked in three sizes, beside the query a person would write.

Warm: the file has been read before and its foot is in memory on both sides. Each turn asks for
other documents. With 50 million rows the times have goals; with any number, both sides must give
the same rows.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import duckdb

from bench.consulta.evaluacion import evaluar_cien
from shared.focalizacion.motor import MotorDuckDB
from shared.registros import FuenteRegistro, abrir_carpeta
from shared.registros.busqueda import acotar, acotar_a, buscar

HILOS: Final = 2
TURNOS: Final = 9
FILAS: Final = 1_000_000
NACIONAL: Final = 50_000_000
COLUMNAS: Final = (
    "tipo_documento", "numero_documento", "afl_id", "codigo_eps", "regimen", "tipo_afiliado",
    "estado", "desde", "hasta",
)  # fmt: skip
"""What rules read of a person in BDUA, with the two of the document."""
LEIDAS: Final = ", ".join(COLUMNAS)
CLAVE: Final = ("tipo_documento", "numero_documento")

Pedido = list[tuple[str, str]]
Consulta = Callable[[Pedido], list[tuple[Any, ...]]]


@dataclass
class Medida:
    """Seconds of each turn, on both sides."""

    titulo: str
    pedidos: int
    meta_ms: float
    propia: list[float] = field(default_factory=list)
    a_mano: list[float] = field(default_factory=list)

    @property
    def cumple(self) -> bool:
        return median(self.propia) * 1000 <= self.meta_ms


class Distintas(Exception):
    """Both sides do not give the same rows: their times say nothing."""


class Lector:
    """The two sides over the same files, each with its own connection and equal limits."""

    def __init__(self, datos: Path, temporal: Path, pila: ExitStack) -> None:
        self.ruta = datos / "bdua.parquet"
        self.pedidos = datos / "pedidos.parquet"
        self.motor = pila.enter_context(MotorDuckDB.abrir(temporal / "propia", hilos=HILOS))
        self.otra = pila.enter_context(MotorDuckDB.abrir(temporal / "a_mano", hilos=HILOS))
        self.con = self.motor.conexion
        self.fuente: FuenteRegistro = abrir_carpeta(
            self.con, datos, ["bdua"], trabajo=temporal / "trabajo"
        )["bdua"]
        for con in (self.con, self.otra.conexion):
            con.execute(f"CREATE TABLE pedidos AS FROM '{self.pedidos}'")
        ((self.total,),) = self.con.execute("SELECT count(*) FROM pedidos").fetchall()

    def pedir(self, cuantos: int, turno: int) -> Pedido:
        """Documents of one turn, scattered over the register."""
        desde = turno * cuantos % max(1, self.total - cuantos)
        return self.con.execute(
            "SELECT tipo_documento, numero_documento FROM pedidos "
            f"WHERE fila BETWEEN {desde} AND {desde + cuantos - 1}"
        ).fetchall()

    def persona(self, pedido: Pedido) -> list[tuple[Any, ...]]:
        ((tipo, numero),) = pedido
        valores = {"tipo_documento": [tipo], "numero_documento": [numero]}
        hallada = buscar(self.con, self.fuente, valores, COLUMNAS)
        return list(zip(*hallada.to_pydict().values(), strict=True))

    def persona_a_mano(self, pedido: Pedido) -> list[tuple[Any, ...]]:
        (par,) = pedido
        return self.otra.conexion.execute(
            f"SELECT {LEIDAS} FROM '{self.ruta}' WHERE tipo_documento = ? AND numero_documento = ?",
            par,
        ).fetchall()

    def cien(self, pedido: Pedido) -> list[tuple[Any, ...]]:
        valores = {c: {par[i] for par in pedido} for i, c in enumerate(CLAVE)}
        halladas = self.con.execute(
            f"SELECT {LEIDAS} FROM ({acotar(self.fuente, valores).sql})"
        ).fetchall()
        # Columns are bounded one by one: a type of one document with the number of another.
        pares = set(pedido)
        return [fila for fila in halladas if fila[:2] in pares]

    def cien_a_mano(self, pedido: Pedido) -> list[tuple[Any, ...]]:
        return self.otra.conexion.execute(
            f"SELECT {LEIDAS} FROM '{self.ruta}' "
            f"JOIN {_tabla(pedido)} USING (tipo_documento, numero_documento)"
        ).fetchall()

    def nacional(self, _: Pedido) -> list[tuple[Any, ...]]:
        return self._cruzar(self.con, acotar_a(self.fuente, "pedidos", CLAVE).sql)

    def nacional_a_mano(self, _: Pedido) -> list[tuple[Any, ...]]:
        return self._cruzar(
            self.otra.conexion,
            f"SELECT b.* FROM '{self.ruta}' b "
            "JOIN (SELECT DISTINCT tipo_documento, numero_documento FROM pedidos) "
            "USING (tipo_documento, numero_documento)",
        )

    @staticmethod
    def _cruzar(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
        """The rows stay in the engine; what comes back tells them apart."""
        con.execute(f"CREATE OR REPLACE TEMP TABLE halladas AS SELECT {LEIDAS} FROM ({sql})")
        return con.execute("SELECT count(*), bit_xor(hash(halladas)) FROM halladas").fetchall()


def _tabla(pedido: Pedido) -> str:
    return f"(VALUES {', '.join(map(str, pedido))}) p(tipo_documento, numero_documento)"


def medir(medida: Medida, lector: Lector, propia: Consulta, a_mano: Consulta) -> Medida:
    """Nine turns after one to warm up, first one side and first the other in turn.

    Raises:
        Distintas: the sides differ.
    """
    for turno in range(TURNOS + 1):
        pedido = lector.pedir(medida.pedidos, turno)
        lados = [(propia, medida.propia), (a_mano, medida.a_mano)]
        halladas = []
        for consulta, segundos in lados[:: -1 if turno % 2 else 1]:
            inicio = time.perf_counter()
            halladas.append(sorted(consulta(pedido)))
            segundos.append(time.perf_counter() - inicio)
        if halladas[0] != halladas[1]:
            raise Distintas(f"{medida.titulo}: no dan las mismas filas")
    del medida.propia[0], medida.a_mano[0]
    return medida


def preparar(carpeta: Path, filas: int) -> Path:
    """The data, generated in another process unless they are there already."""
    carpeta.mkdir(parents=True, exist_ok=True)
    if not (carpeta / "pedidos.parquet").is_file():
        orden = [sys.executable, "-m", "bench.consulta.datos", str(carpeta), str(filas)]
        subprocess.run(orden, check=True)
    return carpeta


def imprimir(medidas: Sequence[Medida], filas: int, cien: tuple[float, float]) -> None:
    print(
        f"Un registro de {filas:,} filas; {HILOS} hilos; mediana de {TURNOS} turnos, en caliente\n"
    )
    print(f"{'':<28} {'ms':>9} {'a mano ms':>10} {'razón':>6} {'meta ms':>8}")
    for m in medidas:
        propia, a_mano = median(m.propia) * 1000, median(m.a_mano) * 1000
        print(
            f"{m.titulo:<28} {propia:>9,.1f} {a_mano:>10,.1f} {propia / a_mano:>6.2f} "
            f"{m.meta_ms:>8,.0f}"
        )
    print(
        f"\nReglas sobre 100 filas: {cien[0]:.2f} s leyendo solo lo pedido, "
        f"{cien[1]:.2f} s leyendo el registro entero: {cien[1] / cien[0]:.1f} veces."
    )
    pico = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"Memoria pico del proceso, con los dos lados: {pico:,.0f} MB.")
    print(f"Las metas valen con {NACIONAL:,} filas. Los dos lados dieron las mismas filas.")


def main(argumentos: Sequence[str] | None = None) -> int:
    """Measure and print. Exit code 1 when a run of national size misses a goal.

    Raises:
        Distintas: the two sides differ.
    """
    lector = argparse.ArgumentParser(prog="python -m bench.consulta", description=__doc__)
    filas = int(os.environ.get("MECANISMOS_BENCH_FILAS", FILAS))
    lector.add_argument("--filas", type=int, default=filas)
    lector.add_argument("--datos", type=Path, help="carpeta donde dejarlos, o donde ya están")
    dados = lector.parse_args(argumentos)
    with tempfile.TemporaryDirectory(prefix="bench-") as nombre, ExitStack() as pila:
        temporal = Path(nombre)
        datos = preparar(dados.datos or temporal / "datos", dados.filas)
        lados = Lector(datos, temporal, pila)
        medidas = [
            medir(Medida("una persona", 1, 10), lados, lados.persona, lados.persona_a_mano),
            medir(Medida("100 dispersas", 100, 150), lados, lados.cien, lados.cien_a_mano),
            medir(
                Medida(f"{lados.total:,} de una vez", 0, 3_000),
                lados,
                lados.nacional,
                lados.nacional_a_mano,
            ),
        ]
        imprimir(medidas, lados.fuente.filas, evaluar_cien(lados.fuente, lados.pedir(100, 1)))
        grande = lados.fuente.filas >= NACIONAL
    return int(grande and not all(m.cumple for m in medidas))
