"""Which extracts the demonstration loads: the real ones if they are there, our sample if not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MUESTRA = Path(__file__).parents[3] / "dominio" / "muestra"
_REALES = {
    "reps_prestadores": "reps_prestadores_suroccidente_2023-06.csv",
    "reps_sedes": "reps_sedes_suroccidente_2023-06.csv",
    "reps_servicios": "reps_servicios_suroccidente_2023-06.csv",
    "reps_capacidad": "reps_capacidad_instalada_2022-11_muestra.csv",
}
_FECHA_REAL = {"reps_capacidad": "2022-11-05"}
_FECHA_MUESTRA = "2021-01-31"
_MUESTRA_SIEMPRE = ("reps_servicios", "reps_ocupacion_diaria", "reps_transitorias")
"""Not among the real extracts, or (servicios) without any ICU or intermediate service in them."""


@dataclass(frozen=True)
class Extracto:
    """A file to load as a corte."""

    registro: str
    ruta: Path
    fecha_corte: str
    real: bool


def carpeta_real() -> Path | None:
    """The folder named by ``MECANISMOS_DATOS_REALES``, if it exists."""
    nombrada = os.environ.get("MECANISMOS_DATOS_REALES")
    carpeta = Path(nombrada) if nombrada else None
    return carpeta if carpeta is not None and carpeta.is_dir() else None


def extractos() -> Iterator[Extracto]:
    """What to load, in order."""
    reales = carpeta_real()
    if reales is not None:
        for registro, nombre in _REALES.items():
            fecha = _FECHA_REAL.get(registro, "2023-06-19")
            yield Extracto(registro, reales / nombre, fecha, real=True)
    de_muestra = _MUESTRA_SIEMPRE if reales is not None else (*_REALES, *_MUESTRA_SIEMPRE[1:])
    for registro in de_muestra:
        yield Extracto(registro, _de_muestra(registro), _FECHA_MUESTRA, real=False)


def _de_muestra(registro: str) -> Path:
    return next(r for r in sorted(MUESTRA.iterdir()) if r.stem == registro)
