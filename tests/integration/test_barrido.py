"""Sweeping: what nobody names goes away once it is old; what counts stays."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from shared.db import UnitOfWork
from shared.radicacion.archivos import Almacen
from shared.radicacion.barrido import barrer_archivos
from shared.tipos import BOGOTA, RelojFijo

RELOJ = RelojFijo(datetime(2021, 3, 9, 9, 0, tzinfo=BOGOTA))


def _envejecer(ruta: Path, horas: float) -> None:
    antes = time.time() - horas * 3600
    os.utime(ruta, (antes, antes))


async def test_borra_lo_viejo_sin_nombre_y_respeta_lo_reciente(
    uow: UnitOfWork, tmp_path: Path
) -> None:
    almacen = Almacen(tmp_path)
    vieja, reciente = (almacen.radicacion(uuid4()) for _ in range(2))
    for carpeta in (vieja, reciente):
        carpeta.mkdir(parents=True)
        (carpeta / "filas.parquet").write_bytes(b"x")
    _envejecer(vieja, 7)
    almacen.crudos.mkdir()
    parcial, crudo = almacen.crudos / ".parcial-1", almacen.crudo("a" * 64)
    for archivo in (parcial, crudo):
        archivo.write_bytes(b"x")
        _envejecer(archivo, 7)

    borrados = await barrer_archivos(
        almacen=almacen, uow=uow, reloj=RELOJ, margen=timedelta(hours=6)
    )

    assert sorted(borrados) == sorted([vieja, parcial])
    assert not vieja.exists()
    assert reciente.exists()
    # A raw file is evidence: it is never swept, old as it may be.
    assert crudo.exists()
