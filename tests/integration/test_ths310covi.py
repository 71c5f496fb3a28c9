"""The acceptance case of THS sent as the entities sent it: the same states, row by row."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from services.talento_humano.mecanismo import MECANISMO
from shared.normativa.ths310covi import THS310COVI
from shared.radicacion.evaluacion import evaluar_archivo
from tests.support.casos import RAIZ

CASO: Final = RAIZ / "dominio" / "casos" / "talento_humano"
CODIGO: Final = "0500100101"
DIA: Final = date(2020, 9, 15)
AREAS: Final = {"ATENCION": "01", "OTRA": "02"}


def leer(nombre: str) -> list[dict[str, str]]:
    with (CASO / nombre).open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


def enviables() -> list[int]:
    """Rows of the case that a THS310COVI of one IPS can say: those of its code, dates and areas
    that pass FORMA, without account (this file brings none)."""
    return [
        int(e["fila"])
        for f, e in zip(leer("entrada.csv"), leer("esperado.csv"), strict=True)
        if (f["reportante_codigo"], f["fecha_inicio"], f["fecha_fin"])
        == (CODIGO, "2020-04-01", "2020-06-30")
        and f["actividad"] in AREAS
        and not {"THS-03", "THS-16"} & set(e["codigos"].split(";"))
    ]


def escribir(ruta: Path, filas: list[dict[str, str]]) -> Path:
    with ruta.open("w", encoding="utf-8") as archivo:
        archivo.write(f"1|PI|{CODIGO}|2020-04-01|2020-06-30|{len(filas)}\n")
        for n, fila in enumerate(filas, start=1):
            datos = fila | {
                "tipo_registro": "2",
                "consecutivo": str(n),
                "codigo_municipio": fila["codigo_departamento"] + "001",
                "codigo_area_covid": AREAS[fila["actividad"]],
                "indicador_actualizacion": "I",
            }
            archivo.write("|".join(datos.get(c, "") for c in THS310COVI.versiones[0]) + "\n")
    return ruta


def test_el_caso_de_aceptacion_da_lo_mismo_por_las_dos_disposiciones(tmp_path: Path) -> None:
    cuales = enviables()
    entrada, esperado = leer("entrada.csv"), leer("esperado.csv")
    archivo = escribir(
        tmp_path / f"THS310COVI20200915PI{CODIGO}.txt", [entrada[i - 1] for i in cuales]
    )
    cortes = tmp_path / "cortes"
    shutil.copytree(CASO, cortes)
    (cortes / "reps_prestadores.csv").write_text(
        f"hab_prestador,nit,habilitado\n{CODIGO},900100101,SI\n", encoding="utf-8"
    )
    evaluacion = evaluar_archivo(MECANISMO, archivo, cortes, tmp_path / "s", fecha=DIA)

    decididos = pq.read_table(evaluacion.registros).to_pylist()
    assert len(cuales) > 20
    assert [(d["estado"], d["codigos"]) for d in decididos] == [
        (esperado[i - 1]["estado"], esperado[i - 1]["codigos"]) for i in cuales
    ]
    leidas = pq.read_table(tmp_path / "s" / "entrada" / "filas.parquet").to_pylist()
    assert {(f["reportante_nit"], f["reportante_dv"]) for f in leidas} == {("900100101", "1")}


def test_sin_reps_el_nit_queda_vacio_y_no_estorba(tmp_path: Path) -> None:
    fila = leer("entrada.csv")[0]
    archivo = escribir(tmp_path / "reporte.txt", [fila])
    evaluacion = evaluar_archivo(MECANISMO, archivo, CASO, tmp_path / "s", fecha=DIA)

    [decidido] = pq.read_table(evaluacion.registros).to_pylist()
    assert decidido["estado"] == "LIQUIDADO"
    [leida] = pq.read_table(tmp_path / "s" / "entrada" / "filas.parquet").to_pylist()
    assert leida["reportante_nit"] is None
