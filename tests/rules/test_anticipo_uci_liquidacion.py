"""The value of the anticipo: published amounts, worked examples, properties (dossier §5, §9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.anticipo_uci.liquidacion import LIQUIDACION
from shared.focalizacion.cruces import aplicar
from tests.rules.reps import (
    Fila,
    capacidad,
    evaluar,
    fila,
    marco,
    motor,
    prestador,
    reporte,
    sede,
    transitoria,
)

TARIFA_UCI, TARIFA_INT = 456_482, 347_538
MITAD_UCI, MITAD_INT = TARIFA_UCI // 2, TARIFA_INT // 2
POR_FILA: Final = 40
PRIMER_DIA: Final = date(2020, 7, 1)
VALORABLES: Final = pa.schema(
    [
        ("servicio", pa.string()),
        ("fecha", pa.date32()),
        ("camas_disponibles", pa.int64()),
        ("reps_capacidad_dia", pa.int64()),
        ("reporte_existe", pa.bool_()),
        ("reporte_camas_disponibles", pa.int64()),
        ("ocupadas", pa.int64()),
    ]
)


def valorar(filas: list[Fila]) -> list[int | None]:
    """Value of each row in centavos, by the mechanism's own expressions on DuckDB."""
    with motor() as en:
        valoradas = aplicar(marco(en, VALORABLES, filas), LIQUIDACION.pasos, {}, {})
        return [f["v"] for f in en.filas(valoradas.select(LIQUIDACION.valor_centavos.alias("v")))]


def camas_dia(servicio: str, total: int) -> list[Fila]:
    """``total`` bed-days in rows of at most ``POR_FILA`` beds, a day each."""
    cuantas = [POR_FILA] * (total // POR_FILA) + ([total % POR_FILA] if total % POR_FILA else [])
    return [
        {
            "servicio": servicio,
            "fecha": PRIMER_DIA + timedelta(days=i % 62),
            "camas_disponibles": n,
            "reps_capacidad_dia": POR_FILA,
            "reporte_existe": False,
        }
        for i, n in enumerate(cuantas)
    ]


def total_centavos(uci: int, intermedio: int) -> int:
    return sum(v or 0 for v in valorar(camas_dia("UCI", uci) + camas_dia("INTERMEDIO", intermedio)))


@pytest.mark.parametrize(
    ("uci", "intermedio", "pesos"),
    [
        (2480, 319, 1_242_939_982),  # hospital público de Casanare
        (1904, 273, 964_019_602),  # lo pagado al mismo hospital a diciembre
        (576, 46, 278_920_380),  # lo que le quedaba pendiente
        (24_054, 9_495, 14_280_091_338),  # clínica privada de Montería
    ],
)
def test_valores_publicados(uci: int, intermedio: int, pesos: int) -> None:
    assert total_centavos(uci, intermedio) == pesos * 100


@settings(max_examples=40, deadline=None)
@given(uci=st.integers(0, 400), intermedio=st.integers(0, 400))
def test_todo_valor_es_par_y_dice_cuantas_camas_paga(uci: int, intermedio: int) -> None:
    """Half the tariffs are coprime: the split is recovered while uci < MITAD_INT."""
    centavos = total_centavos(uci, intermedio)
    pesos, resto = divmod(centavos, 100)
    assert (resto, pesos % 2) == (0, 0)
    assert recuperar(pesos) == (uci, intermedio)


@given(uci=st.integers(0, MITAD_INT - 1), intermedio=st.integers(0, 10**6))
def test_la_particion_es_unica_por_debajo_del_limite(uci: int, intermedio: int) -> None:
    assert recuperar(TARIFA_UCI * uci + TARIFA_INT * intermedio) == (uci, intermedio)


def test_en_el_limite_hay_dos_particiones() -> None:
    assert MITAD_INT == 173_769
    assert TARIFA_UCI * MITAD_INT == TARIFA_INT * MITAD_UCI


def recuperar(pesos: int) -> tuple[int, int]:
    """The only split into bed-days with fewer than ``MITAD_INT`` of UCI."""
    uci = (pesos // 2) * pow(MITAD_UCI, -1, MITAD_INT) % MITAD_INT
    return uci, (pesos - TARIFA_UCI * uci) // TARIFA_INT


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.integers(0, 60),
            st.one_of(st.none(), st.tuples(st.integers(0, 60), st.integers(0, 90))),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_se_paga_el_menor_de_los_topes(
    camas: list[tuple[int, int, tuple[int, int] | None]],
) -> None:
    """Same amount as the formula of §5 written apart, row by row."""
    filas: list[Fila] = [
        {
            "servicio": "UCI",
            "fecha": PRIMER_DIA,
            "camas_disponibles": certificadas,
            "reps_capacidad_dia": cabe,
            "reporte_existe": dicho is not None,
            "reporte_camas_disponibles": dicho[0] if dicho else None,
            "ocupadas": dicho[1] if dicho else None,
        }
        for certificadas, cabe, dicho in camas
    ]
    esperadas = [
        min(certificadas, cabe, *((dicho[0], max(0, cabe - dicho[1])) if dicho else ()))
        for certificadas, cabe, dicho in camas
    ]
    assert valorar(filas) == [n * TARIFA_UCI * 100 for n in esperadas]


def test_un_tope_sin_dato_no_cuenta() -> None:
    """An unknown occupancy is not a full ward: that term drops out, as without a report."""
    sin_ocupadas: Fila = {
        "servicio": "UCI",
        "fecha": PRIMER_DIA,
        "camas_disponibles": 8,
        "reps_capacidad_dia": 20,
        "reporte_existe": True,
        "reporte_camas_disponibles": 10,
    }
    assert valorar([sin_ocupadas]) == [8 * TARIFA_UCI * 100]


def test_otro_servicio_y_otro_tiempo_no_tienen_tarifa() -> None:
    antes = {"servicio": "UCI", "fecha": date(2020, 5, 31)}
    otro = {"servicio": "HOSPITALIZACION", "fecha": PRIMER_DIA}
    camas = {"camas_disponibles": 1, "reps_capacidad_dia": 1, "reporte_existe": False}
    assert valorar([antes | camas, otro | camas]) == [None, None]


def test_el_valor_es_un_entero_de_64_bits() -> None:
    with motor() as en:
        valoradas = aplicar(marco(en, VALORABLES, []), LIQUIDACION.pasos, {}, {})
        tipos = valoradas.select(LIQUIDACION.valor_centavos.alias("v")).collect_schema()
        assert tipos["v"] == nw.Int64


def test_ejemplo_uno_un_dia() -> None:
    """28 UCI (20 habilitated + 8 transitorias), 15 occupied, 13 certified; 4 intermedios."""
    dia = date(2020, 7, 15)
    intermedio = {"servicio": "INTERMEDIO", "fecha": dia}
    filas = [
        fila(fecha=dia, camas_disponibles=13),
        fila(camas_disponibles=4, **intermedio),
    ]
    juzgadas = evaluar(
        filas,
        reps_prestadores=[prestador()],
        reps_sedes=[sede()],
        reps_capacidad=[capacidad(20), capacidad(4, servicio="INTERMEDIO")],
        reps_transitorias=[transitoria("AUTORIZACION", 8, fecha_inicio=dia)],
        reps_ocupacion_diaria=[reporte(13, 15, fecha=dia), reporte(4, 0, **intermedio)],
    )
    assert [f["estado"] for f in juzgadas] == ["LIQUIDADO", "LIQUIDADO"]
    assert [f["codigos"] for f in juzgadas] == ["", ""]
    assert [f["valor_centavos"] for f in juzgadas] == [593_426_600, 139_015_200]
    assert sum(f["valor_centavos"] for f in juzgadas) == 7_324_418 * 100


def test_ejemplo_dos_ajuste_de_medio_mes() -> None:
    """10 UCI and 4 intermedios daily; from day 16 REPS shows 6 UCI available."""
    dias = [date(2020, 7, d) for d in range(1, 32)]
    filas = [fila(fecha=d, camas_disponibles=10) for d in dias]
    filas += [fila(fecha=d, camas_disponibles=4, servicio="INTERMEDIO") for d in dias]
    reportes = [reporte(10 if d.day < 16 else 6, fecha=d) for d in dias]
    reportes += [reporte(4, fecha=d, servicio="INTERMEDIO") for d in dias]
    juzgadas = evaluar(
        filas,
        reps_prestadores=[prestador()],
        reps_sedes=[sede()],
        reps_capacidad=[capacidad(10), capacidad(4, servicio="INTERMEDIO")],
        reps_ocupacion_diaria=reportes,
    )
    assert {f["estado"] for f in juzgadas} == {"LIQUIDADO"}
    assert sum("ANT-13" in f["codigos"] for f in juzgadas) == 16
    pagado = sum(f["valor_centavos"] for f in juzgadas)
    assert pagado == 155_389_284 * 100
    certificado = (310 * TARIFA_UCI + 124 * TARIFA_INT) * 100
    assert certificado == 184_604_132 * 100
    assert certificado - pagado == 29_214_848 * 100
