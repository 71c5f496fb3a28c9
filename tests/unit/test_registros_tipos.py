"""Cells of text as their canonical type, and declarations that hold together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from shared.registros.camas import CAMAS, CODIGO_SERVICIO
from shared.registros.catalogo import DOCUMENTADOS, REGISTROS, SERVICIO_CAMA, esquema_de
from shared.registros.catalogo.columnas import TIPO_DOCUMENTO, numero_documento
from shared.registros.celdas import valor
from shared.registros.errors import RegistroDesconocido
from shared.registros.expresiones import compacto, digito_verificacion, presente
from shared.registros.model import (
    BOOLEANO,
    CODIGO,
    DECIMAL,
    ENTERO,
    FECHA,
    FECHA_DMA,
    NIT,
    NIT_O_CEDULA,
    PERIODO,
    TEXTO,
    EsquemaRegistro,
    T,
    Tipo,
    plegar,
)
from shared.tipos import digito_verificacion as dv_de_la_biblioteca


def _leer(texto: str, tipo: Tipo, tipo_documento: str | None = None) -> Any:
    with duckdb.connect() as con:
        return con.execute(
            f"SELECT {valor('c', tipo)} FROM (SELECT {presente('k')} AS c, "
            f"?::VARCHAR AS v_tipo_documento "
            f"FROM (SELECT {compacto('x')} AS k FROM (SELECT ?::VARCHAR AS x)))",
            [tipo_documento, texto],
        ).fetchall()[0][0]


CODIGO_10 = CODIGO(10, completa_ceros=True)
HABILITACION = CODIGO(10, completa_ceros=True, recorta=12)
MUNICIPIO_3 = CODIGO(3, completa_ceros=True, ceros=2)


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
        ("9004971512", NIT, None),
        ("110010050101", HABILITACION, "1100100501"),
        ("50450767202", HABILITACION, "0504507672"),
        ("504507672", HABILITACION, "0504507672"),
        ("1100100501010", HABILITACION, None),
        ("1", MUNICIPIO_3, "001"),
        ("45", MUNICIPIO_3, "045"),
        ("5045", MUNICIPIO_3, None),
        ("eps044 ", T(6, mayusculas=True), "EPS044"),
        ("2020-06", PERIODO, "2020-06"),
        ("202006", PERIODO, "2020-06"),
        ("2020-13", PERIODO, None),
        ("2020/06", PERIODO, None),
        ("47,99", DECIMAL, Decimal("47.99")),
        ("47.9", DECIMAL, Decimal("47.90")),
        ("8", DECIMAL, Decimal("8.00")),
        ("1.234,5", DECIMAL, None),
        ("3,333", DECIMAL, None),
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
        ("31/01/2021", FECHA_DMA, date(2021, 1, 31)),
        ("1/6/2020", FECHA_DMA, date(2020, 6, 1)),
        ("01/06/2020 00:00:00", FECHA_DMA, date(2020, 6, 1)),
        ("2020-06-01", FECHA_DMA, date(2020, 6, 1)),
        ("06/31/2020", FECHA_DMA, None),
        ("29/02/2021", FECHA_DMA, None),
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


@pytest.mark.parametrize(
    ("tipo_documento", "texto", "esperado"),
    [
        ("CC", "1.020.304.050", "1020304050"),
        ("CC", "1,020,304,050", "1020304050"),
        ("CC", "1020 304 050", "1020304050"),
        ("CC", "0012345678", "12345678"),
        ("CC", "12345678.0", "12345678"),
        ("TI", "01020304050", "1020304050"),
        ("CE", "0123456", "123456"),
        ("PE", "0915123456789012", "915123456789012"),
        ("CC", "000", None),
        ("CC", "123456789012345678901", None),
        ("PA", "0012.345", "0012.345"),
        ("PA", "ab 123", "AB 123"),
        ("RC", "0012345678", "0012345678"),
        ("CN", "0123456789", "0123456789"),
        ("AS", "08001S8125", "08001S8125"),
        ("MS", "08001m1", "08001M1"),
        (None, "0012345678", "0012345678"),
    ],
)
def test_el_numero_se_limpia_solo_donde_el_tipo_es_numerico(
    tipo_documento: str | None, texto: str, esperado: str | None
) -> None:
    assert _leer(texto, numero_documento("tipo_documento"), tipo_documento) == esperado


def test_sin_columna_de_tipo_es_una_cedula() -> None:
    assert _leer("0.012.345", numero_documento()) == "12345"


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("cc", "CC"),
        ("Cédula de Ciudadanía", "CC"),
        ("CEDULA DE EXTRANJERIA", "CE"),
        ("PEP", "PE"),
        ("PR", None),
        ("SI", None),
        ("DE", None),
        ("NI", None),
    ],
)
def test_tipos_de_documento_y_sus_otros_nombres(texto: str, esperado: str | None) -> None:
    assert _leer(texto, TIPO_DOCUMENTO) == esperado


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


TODOS = pytest.mark.parametrize(
    "esquema", [*REGISTROS.values(), *DOCUMENTADOS.values()], ids=lambda e: e.nombre
)


@TODOS
def test_lo_que_nombra_una_declaracion_existe(esquema: EsquemaRegistro) -> None:
    nombrados = [*esquema.clave, *esquema.orden, *(r.columna for r in esquema.referencias)]
    for repeticion in esquema.repeticiones:
        nombrados += repeticion.columnas
    for columna in esquema.leidas:
        nombrados += [*columna.necesita, *([columna.tipo.segun] if columna.tipo.segun else [])]
    if esquema.intervalos:
        nombrados += [*esquema.intervalos.sujeto, *esquema.intervalos.hecho, "desde", "hasta"]
    for nombre in nombrados:
        esquema.columna(nombre)
    for referencia in esquema.referencias:
        esquema_de(referencia.registro).columna(referencia.destino)


@TODOS
def test_ningun_titulo_significa_dos_columnas(esquema: EsquemaRegistro) -> None:
    assert len(set(esquema.nombres)) == len(esquema.nombres)
    aceptados = [h for c in esquema.leidas for h in c.aceptados]
    assert len(set(aceptados)) == len(aceptados)
    for formato in esquema.formatos:
        mapa = esquema.mapear(list(formato.posiciones))
        assert len(mapa) == len(formato.posiciones) == len(formato.originales)


@TODOS
def test_otra_escritura_es_de_un_valor_de_la_lista(esquema: EsquemaRegistro) -> None:
    for columna in esquema.leidas:
        assert {v for _, v in columna.tipo.alias} <= set(columna.tipo.valores)


@TODOS
def test_las_filas_que_da_a_otro_registro_caben_en_el(esquema: EsquemaRegistro) -> None:
    for derivacion in esquema.deriva:
        destino = esquema_de(derivacion.registro)
        for a, de in derivacion.columnas.items():
            assert destino.columna(a).tipo.duckdb == esquema.columna(de).tipo.duckdb
        for a in derivacion.constantes:
            destino.columna(a)


@TODOS
def test_los_documentos_se_ordenan_por_numero(esquema: EsquemaRegistro) -> None:
    """The number tells people apart sooner than the type, and searches go by it."""
    if "tipo_documento" in esquema.clave:
        assert esquema.clave[:2] == ("numero_documento", "tipo_documento")


def test_registro_desconocido() -> None:
    with pytest.raises(RegistroDesconocido, match="reps_sedes"):
        esquema_de("reps_camas")
    with pytest.raises(RegistroDesconocido, match="no se carga"):
        esquema_de("PILA")
