"""The scorecard of the synthetic country adds up to the truth of its universe."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb

from services.compensacion_rs.mecanismo import MECANISMO
from shared.poblacion.compensacion_rs_casos import SIN_CLASIFICAR
from shared.poblacion.generar import CARPETA_CORTES, Resumen
from shared.radicacion.evaluacion import evaluar_archivo
from shared.tablero.carpeta import tablero_de_carpeta


def test_los_totales_del_tablero_son_los_de_la_verdad(
    generado: tuple[Path, Resumen], tmp_path: Path
) -> None:
    pais = generado[0]
    carpeta, cortes = pais / MECANISMO.nombre, tmp_path / "cortes"
    juntar(cortes, pais / CARPETA_CORTES, carpeta / CARPETA_CORTES)
    salida, trabajo = tmp_path / "salida", tmp_path / "trabajo"
    trabajo.mkdir()
    evaluar_archivo(MECANISMO, carpeta / "entrada.parquet", cortes, salida, fecha=date(2021, 2, 26))
    tablero = tablero_de_carpeta(MECANISMO, salida, cortes, trabajo, plazo_dias=15)
    verdad = Counter(
        dict(
            duckdb.connect(":memory:")
            .execute(
                f"SELECT estado, count(*) FROM '{carpeta / 'verdad_universo.parquet'}' "
                f"WHERE estado <> '{SIN_CLASIFICAR}' GROUP BY 1"
            )
            .fetchall()
        )
    )
    assert Counter(tablero.totales.por_estado) == verdad
    assert tablero.totales.universo == verdad.total()
    assert sum(f.universo for f in tablero.filas) == verdad.total()
    assert sum(f.nunca_entregados for f in tablero.filas) == verdad["NUNCA_ENTREGADO"]
    assert sum(f.nucleos_pagados for f in tablero.filas) == verdad["PAGADO"]


def juntar(destino: Path, *carpetas: Path) -> None:
    """One folder with the extracts of all of them."""
    destino.mkdir()
    for ruta in (r for carpeta in carpetas for r in carpeta.iterdir()):
        if not (destino / ruta.name).exists():
            (destino / ruta.name).symlink_to(ruta)
