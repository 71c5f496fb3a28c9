"""Cells of text as their canonical type, and declarations that hold together."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from shared.registros.camas import CAMAS, CODIGO_SERVICIO
from shared.registros.catalogo import REGISTROS, SERVICIO_CAMA, esquema_de
from shared.registros.errors import RegistroDesconocido
from shared.registros.expresiones import compacto, digito_verificacion, presente, valor
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    ENTERO,
    FECHA,
    NIT,
    NIT_O_CEDULA,
    TEXTO,
    EsquemaRegistro,
    Tipo,
    plegar,
)
from shared.tipos import digito_verificacion as dv_de_la_biblioteca


def _leer(texto: str, tipo: Tipo) -> Any:
    with duckdb.connect() as con:
        return con.execute(
            f"SELECT {valor('c', tipo)} FROM (SELECT {presente('k')} AS c "
            f"FROM (SELECT {compacto('x')} AS k FROM (SELECT ?::VARCHAR AS x)))",
            [texto],
        ).fetchall()[0][0]


CODIGO_10 = CODIGO(10, completa_ceros=True)


@pytest.mark.parametrize(
    ("texto", "tipo", "esperado"),
    [
        ("  dos   palabras ", TEXTO, "dos palabras"),
        ('X """Y"""', TEXTO, 'X "Y"'),
        ("N/A", TEXTO, None),
        ("nd", TEXTO, None),
        ("SD", TEXTO, None),
        ("No definido", TEXTO, None),
        ("0504513197", CODIGO_10, "0504513197"),
        ("504513197", CODIGO_10, "0504513197"),
        ("504513197.0", CODIGO_10, "0504513197"),
        ("04513197", CODIGO_10, None),
        ("05045131970", CODIGO_10, None),
        ("05O4513197", CODIGO_10, None),
        ("5.0", CODIGO(2, completa_ceros=True), "05"),
        ("14", CODIGO(2, completa_ceros=True), "14"),
        ("7.0", CODIGO(1), "7"),
        ("900,497,151", NIT, "900497151"),
        ("900.497.151", NIT, "900497151"),
        ("838,000,000", NIT, "838000000"),
        ("900497151.0", NIT, "900497151"),
        ("900497151-1", NIT, "900497151"),
        ("9004971511", NIT, "900497151"),
        ("900497151-2", NIT, None),
        ("12345678", NIT, None),
        ("12345678", NIT_O_CEDULA, "12345678"),
        ("1020304050", NIT_O_CEDULA, "1020304050"),
        ("7", ENTERO, 7),
        ("7.0", ENTERO, 7),
        ("1,234", ENTERO, 1234),
        ("2.000", ENTERO, None),
        ("2.5", ENTERO, None),
        ("-3", ENTERO, None),
        ("20190514", FECHA, date(2019, 5, 14)),
        ("20190514.0", FECHA, date(2019, 5, 14)),
        ("2019-05-14", FECHA, date(2019, 5, 14)),
        ("2020-07-01 12:00:00", FECHA, date(2020, 7, 1)),
        ("Jun 25 2025  7:36AM", FECHA, date(2025, 6, 25)),
        ("Fecha corte REPS: Nov  5 2022  1:37PM", FECHA, date(2022, 11, 5)),
        ("Fecha corte REPS: Jun 19 2023 4:41PM", FECHA, date(2023, 6, 19)),
        ("2021-02-31", FECHA, None),
        ("20210231", FECHA, None),
        ("31/01/2021", FECHA, None),
        ("SÍ", BOOLEANO, True),
        ("si", BOOLEANO, True),
        ("N", BOOLEANO, False),
        ("0.0", BOOLEANO, False),
        ("TAL VEZ", BOOLEANO, None),
        ("uci", SERVICIO_CAMA, "UCI"),
        ("Hospitalización", SERVICIO_CAMA, None),
    ],
)
def test_celdas(texto: str, tipo: Tipo, esperado: Any) -> None:
    assert _leer(texto, tipo) == esperado


@pytest.mark.parametrize("nit", ["860066942", "830113831", "901037916", "805000427", "900390423"])
def test_digito_de_verificacion_igual_al_de_la_biblioteca(nit: str) -> None:
    with duckdb.connect() as con:
        filas = con.execute(f"SELECT {digito_verificacion('x')} FROM (SELECT ? AS x)", [nit])
        assert filas.fetchall() == [(dv_de_la_biblioteca(nit),)]


def test_plegar_encabezados() -> None:
    assert plegar("nit IPS ") == plegar("NIT_IPS") == "nit_ips"
    assert plegar("Código Habilitación") == "codigo_habilitacion"


def test_camas_sin_nombres_repetidos() -> None:
    nombres = [plegar(n) for c in CAMAS for n in c.todos]
    assert len(nombres) == len(set(nombres))
    assert CODIGO_SERVICIO["UCI", "ADULTO"] == "110"
    assert sorted(CODIGO_SERVICIO.values()) == ["105", "106", "107", "108", "109", "110"]


@pytest.mark.parametrize("esquema", REGISTROS.values(), ids=lambda e: e.nombre)
def test_declaraciones(esquema: EsquemaRegistro) -> None:
    """Every name a declaration mentions exists, and no header means two columns."""
    assert len(set(esquema.nombres)) == len(esquema.nombres)
    for nombre in (*esquema.clave, *esquema.orden):
        esquema.columna(nombre)
    for columna in esquema.leidas:
        for otra in columna.necesita:
            esquema.columna(otra)
    aceptados = [h for c in esquema.leidas for h in c.aceptados]
    assert len(set(aceptados)) == len(aceptados)
    for derivacion in esquema.deriva:
        destino = esquema_de(derivacion.registro)
        for a, de in derivacion.columnas.items():
            assert destino.columna(a).tipo.duckdb == esquema.columna(de).tipo.duckdb
        for a in derivacion.constantes:
            destino.columna(a)
    for referencia in esquema.referencias:
        esquema.columna(referencia.columna)
        esquema_de(referencia.registro).columna(referencia.destino)


def test_registro_desconocido() -> None:
    with pytest.raises(RegistroDesconocido, match="reps_sedes"):
        esquema_de("reps_camas")
