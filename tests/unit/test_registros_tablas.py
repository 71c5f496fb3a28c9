"""Tables shipped with the suite: codes that tell rows apart, and that agree with each other."""

from __future__ import annotations

import re

import pytest

from shared.normativa import tablas
from shared.registros.camas import CODIGO_SERVICIO
from shared.registros.model import plegar


def codigos(tabla: str, columna: str) -> list[str]:
    return [fila[columna] for fila in tablas.leer(tabla)]


@pytest.mark.parametrize(
    ("tabla", "columna", "forma", "filas"),
    [
        ("divipola_municipios", "codigo_municipio", "[0-9]{5}", 1123),
        ("bancos", "codigo_banco", "[0-9]{4}", 20),
        ("ths_perfiles_rethus", "codigo_perfil", "[A-Z][A-Z0-9]{2,8}|na|ni", 219),
        ("ths_servicios", "codigo_servicio", "[0-9]{3,4}", 154),
    ],
)
def test_codigos_sin_repetir_y_en_orden(tabla: str, columna: str, forma: str, filas: int) -> None:
    leidos = codigos(tabla, columna)
    assert len(leidos) == filas
    assert leidos == sorted(set(leidos))
    assert [c for c in leidos if not re.fullmatch(forma, c)] == []


@pytest.mark.parametrize(
    ("tabla", "columna"),
    [
        ("divipola_municipios", "nombre"),
        ("bancos", "nombre"),
        ("ths_perfiles_rethus", "profesion"),
        ("ths_servicios", "nombre"),
    ],
)
def test_nombres_en_espanol(tabla: str, columna: str) -> None:
    """Neither empty nor in capitals, and without blanks that differ from one."""
    for nombre in codigos(tabla, columna):
        assert nombre == " ".join(nombre.split())
        assert nombre[0].isupper()
        assert not nombre.isupper() or len(nombre) <= 4


def test_los_municipios_son_de_un_departamento() -> None:
    departamentos = set(codigos("divipola_departamentos", "codigo"))
    assert {c[:2] for c in codigos("divipola_municipios", "codigo_municipio")} == departamentos
    nombres = {f["codigo_municipio"]: f["nombre"] for f in tablas.leer("divipola_municipios")}
    assert nombres["11001"] == "Bogotá, D.C."
    assert nombres["05042"] == "Santa Fé de Antioquia"
    assert nombres["27086"] == "Belén de Bajirá"


def test_las_zonas_de_la_upc_son_de_municipios_que_existen() -> None:
    nombres = {f["codigo_municipio"]: f["nombre"] for f in tablas.leer("divipola_municipios")}
    for fila in tablas.leer("zonas_upc_2020"):
        assert fila["codigo_municipio"] in nombres, fila


def test_los_perfiles_con_valor_son_de_la_lista_de_rethus() -> None:
    lista = {f["codigo_perfil"]: plegar(f["profesion"]) for f in tablas.leer("ths_perfiles_rethus")}
    assert set(codigos("ths_perfiles", "codigo_perfil")) <= set(lista)
    assert lista["P03"] == "enfermeria"


def test_los_servicios_de_las_camas_estan_en_la_lista() -> None:
    assert set(CODIGO_SERVICIO.values()) <= set(codigos("ths_servicios", "codigo_servicio"))
