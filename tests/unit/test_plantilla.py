"""The template: what it shows, and that the reader reads it back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from shared.radicacion.esquema import como_se_escribe, describir
from shared.radicacion.lectura import leer
from shared.radicacion.plantilla import plantilla_xlsx
from shared.tipos.campos import Campo, Tipo, plegar_encabezado

LARGA = tuple(f"VALOR {n:03d}" for n in range(60))
MUNICIPIOS = tuple(f"{n:05}" for n in range(1, 1123))
CAMPOS = (
    Campo("nit", Tipo.DIGITOS, largo=9, descripcion="NIT sin dígito", ejemplo="900100101"),
    Campo("periodo", Tipo.PERIODO),
    Campo("codigo_habilitacion", Tipo.DIGITOS, largo=10, completa_ceros=True, alias=("hab",)),
    Campo("servicio", Tipo.TEXTO, largo=20),
    Campo("poblacion", Tipo.LISTA, valores=("ADULTO", "PEDIATRICO")),
    Campo("perfil", Tipo.LISTA, valores=LARGA, obligatorio=False),
    Campo("fecha", Tipo.FECHA),
    Campo("activo", Tipo.BOOLEANO),
    Campo("tipo_documento", Tipo.LISTA, valores=("CC", "PA")),
    Campo("documento", Tipo.DOCUMENTO, segun="tipo_documento", personal=True, ejemplo="52"),
    Campo("municipio", Tipo.LISTA, valores=MUNICIPIOS, lista="un código DIVIPOLA"),
    Campo("camas", Tipo.ENTERO),
)
FILA: dict[str, Any] = {
    "nit": "900100101",
    "periodo": "2021-02",
    "codigo_habilitacion": "0500100101",
    "servicio": "UCI",
    "poblacion": "ADULTO",
    "perfil": LARGA[59],
    "fecha": date(2021, 2, 1),
    "activo": True,
    "tipo_documento": "PA",
    "documento": "007",
    "municipio": "01122",
    "camas": 8,
}


def test_el_lector_la_lee_de_vuelta(tmp_path: Path) -> None:
    ruta = tmp_path / "plantilla.xlsx"
    ruta.write_bytes(plantilla_xlsx(CAMPOS, "Certificación de camas", [FILA, FILA]))
    lectura = leer(ruta, ruta.name, CAMPOS, tmp_path / "s")

    assert (lectura.total, lectura.con_error) == (2, 0)
    assert pq.read_table(lectura.filas).to_pylist()[1] == {"fila": 2, **FILA, "forma_ok": True}


def test_hoja_datos() -> None:
    libro = openpyxl.load_workbook(io.BytesIO(plantilla_xlsx(CAMPOS, "T", [FILA])))
    hoja = libro["Datos"]

    assert [c.value for c in hoja[1]] == [c.nombre for c in CAMPOS]
    assert "NIT sin dígito" in hoja["A1"].comment.text
    assert hoja["C2"].value == "0500100101"
    assert (hoja["C2"].number_format, hoja["G2"].number_format) == ("@", "yyyy-mm-dd")
    assert hoja.column_dimensions["C"].number_format == "@"
    validaciones = {str(v.sqref)[0]: v for v in hoja.data_validations.dataValidation}
    assert validaciones["E"].formula1 == '"ADULTO,PEDIATRICO"'
    assert validaciones["H"].formula1 == '"SI,NO"'
    assert validaciones["F"].formula1 == "Listas!$F$1:$F$60"
    assert libro["Listas"].sheet_state == "hidden"
    assert (validaciones["A"].type, validaciones["L"].type) == ("textLength", "whole")
    assert validaciones["K"].formula1 == "Listas!$K$1:$K$1122"
    assert validaciones["K"].error == "Escriba un código DIVIPOLA."
    assert hoja["J2"].number_format == "@"
    assert "J" not in validaciones


def test_instrucciones() -> None:
    libro = openpyxl.load_workbook(io.BytesIO(plantilla_xlsx(CAMPOS, "=Título", [])))
    filas = list(libro["Instrucciones"].iter_rows(values_only=True))

    assert filas[0][0] == "'=Título"
    assert ("nit", "SI", "NIT sin dígito", como_se_escribe(CAMPOS[0]), None) in filas
    assert any(f[0] == "codigo_habilitacion" and f[4] == "hab" for f in filas)


def test_describir_para_el_api() -> None:
    [nit, *_, camas] = describir(CAMPOS)

    assert (nit["nombre"], nit["tipo"], nit["largo"]) == ("nit", "DIGITOS", 9)
    assert nit["como_se_escribe"] == (
        "Escriba exactamente 9 dígitos, sin puntos ni espacios, por ejemplo 900100101."
    )
    assert (camas["minimo"], camas["obligatorio"]) == (0, True)


@pytest.mark.parametrize(
    "mal",
    [
        {"nombre": "Número", "tipo": Tipo.TEXTO},
        {"nombre": "forma_ok", "tipo": Tipo.TEXTO},
        {"nombre": "a", "tipo": Tipo.LISTA},
        {"nombre": "a", "tipo": Tipo.TEXTO, "valores": ("X",)},
        {"nombre": "a", "tipo": Tipo.LISTA, "valores": ("Niño",)},
        {"nombre": "a", "tipo": Tipo.DIGITOS, "completa_ceros": True},
    ],
)
def test_una_declaracion_contradictoria_no_pasa(mal: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Campo(**mal)


def test_plegar_encabezado() -> None:
    assert plegar_encabezado(" Número-de  SEDE ") == "numero_de_sede"
