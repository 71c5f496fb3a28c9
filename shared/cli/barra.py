"""The progress bar of a load: phase, rows per second and time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from shared.registros.progreso import Avance, Fase, Paso

_TITULOS: Final = {
    Fase.REVISAR: "Revisando",
    Fase.LEER: "Leyendo",
    Fase.ORDENAR: "Ordenando",
}


class FilasPorSegundo(ProgressColumn):
    """Rows of the phase, and how many a second since it began."""

    def render(self, task: Task) -> Text:
        filas = task.fields.get("filas", 0)
        if not filas:
            return Text("")
        # A resumed load begins with rows that this run did not read.
        hechas = filas - task.fields.get("ya_estaban", 0)
        ritmo = f" · {_miles(hechas / task.elapsed)} filas/s" if task.elapsed and hechas else ""
        return Text(f"{_miles(filas)} filas{ritmo}")


@contextmanager
def avanzando(consola: Console, archivo: str) -> Iterator[Avance]:
    """A bar for each phase of the load of ``archivo``, on ``consola``, while it lasts."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        FilasPorSegundo(),
        TextColumn("faltan"),
        TimeRemainingColumn(compact=True),
        console=consola,
        transient=True,
    ) as barras:
        yield _Barras(barras, archivo)


class _Barras:
    """Moves the bar of each phase; a phase that begins ends the one before."""

    def __init__(self, barras: Progress, archivo: str) -> None:
        self.barras = barras
        self.archivo = archivo

    def __call__(self, paso: Paso, /) -> None:
        tarea = next((t for t in self.barras.tasks if t.fields.get("fase") is paso.fase), None)
        if tarea is None:
            for anterior in self.barras.tasks:
                self.barras.update(anterior.id, completed=anterior.total, visible=False)
            self.barras.add_task(
                f"{_TITULOS[paso.fase]} {self.archivo}",
                total=max(paso.total_bytes, 1),
                completed=paso.bytes,
                fase=paso.fase,
                filas=paso.filas,
                ya_estaban=paso.filas if paso.fase is Fase.LEER else 0,
            )
        else:
            self.barras.update(tarea.id, completed=paso.bytes, filas=paso.filas)


def _miles(numero: float) -> str:
    return f"{round(numero):,}".replace(",", ".")
