"""Control totals of the five mechanisms, in proportion; ``bench.poblacion`` asserts them exact."""

from __future__ import annotations

from pathlib import Path

from bench.poblacion.controles import CET, comprobar
from shared.normativa import tablas
from shared.poblacion.generar import LECTURAS, Resumen

Generado = tuple[Path, Resumen]


def test_the_published_totals_come_out_in_proportion(generado: Generado) -> None:
    carpeta, resumen = generado
    controles = comprobar(carpeta, resumen.escala, resumen.cifras)
    assert [c for c in controles if not c.bien] == []
    assert {c.parte for c in controles} == set(LECTURAS)


def test_the_34_departments_add_up_to_the_national_figures() -> None:
    filas = tablas.leer("ths_departamentos_2020")
    assert len(filas) == 34
    assert sum(int(f["beneficiarios"]) for f in filas) == 250_569
    assert sum(int(f["valor_cop"]) for f in filas) == 380_728_073_616


def test_the_ten_states_and_the_residue_are_the_published_cases() -> None:
    assert len(CET) == 11
    assert sum(CET.values()) == 181_565


def test_what_the_parts_say_is_what_they_wrote(generado: Generado) -> None:
    """The figures of each ``construir`` and the rows of its truth are the same."""
    _, resumen = generado
    filas = {archivo.ruta: archivo.filas for archivo in resumen.archivos}
    for parte in LECTURAS:
        assert resumen.cifras[parte]["filas"] == filas[f"{parte}/verdad.parquet"]
        assert filas[f"{parte}/entrada.parquet"] == filas[f"{parte}/verdad.parquet"]
