"""The value of a test and who is paid it: worked examples, fixture, properties (dossier §5, §9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.pruebas.liquidacion import LIQUIDACION
from shared.focalizacion.cruces import aplicar
from tests.rules.muestras import (
    EN_ORDEN,
    IPS,
    LAB,
    Fila,
    afiliacion,
    evaluar,
    fila,
    motor,
    muestra,
    pagos,
    prestador,
)

BASE: Final = {"MOLECULAR": 216_994, "ANTIGENO": 80_832, "ANTICUERPOS": 60_000}
VALORABLES: Final = pa.schema(
    [
        ("diferencial", pa.bool_()),
        ("diferencial_procede", pa.bool_()),
        ("tarifa_valor", pa.int64()),
        ("tarifa_diferencial_existe", pa.bool_()),
        ("tarifa_diferencial_valor", pa.int64()),
        ("valor_toma", pa.int64()),
        ("valor_procesa", pa.int64()),
        ("valor_total", pa.int64()),
    ]
)
RURAL: Final = {"codigo_municipio_toma": "27001"}
"""Without any laboratory in the list."""
ANTIGENO: Final = {"tipo_prueba": "ANTIGENO", "cups": "906340"}


def _dia(texto: str, toma: int, procesa: int, **mas: Any) -> Fila:
    dia = date.fromisoformat(texto)
    return {"fecha_toma": dia, "valor_toma": toma, "valor_procesa": procesa, **mas}


EJEMPLOS: Final[dict[str, tuple[Fila, tuple[str, str, int], tuple[str, str, int]]]] = {
    # What is submitted; estado, codigos and pesos with GLOSA, and with RECORTE.
    "1": (
        _dia("2020-10-05", 60_000, 140_000),
        ("LIQUIDADO", "", 200_000),
        ("LIQUIDADO", "", 200_000),
    ),
    "2": (
        _dia("2020-11-10", 30_000, 69_423, diferencial=True, **RURAL, **ANTIGENO),
        ("LIQUIDADO", "", 99_423),
        ("LIQUIDADO", "", 99_423),
    ),
    "3": (
        _dia("2020-09-10", 60_000, 170_000, **RURAL),
        ("GLOSADO", "PRU-22", 0),
        ("LIQUIDADO", "PRU-22", 216_994),
    ),
    "3, cobrada como diferencial": (
        _dia("2020-09-10", 60_000, 170_000, diferencial=True, **RURAL),
        ("GLOSADO", "PRU-22;PRU-23", 0),
        ("GLOSADO", "PRU-22;PRU-23", 0),
    ),
    "4": (
        _dia("2022-07-02", 20_000, 60_000, **ANTIGENO),
        ("SIN_TARIFA", "PRU-09", 0),
        ("SIN_TARIFA", "PRU-09", 0),
    ),
    "5": (
        _dia("2020-11-03", 100_000, 150_000, diferencial=True),
        ("GLOSADO", "PRU-22;PRU-23", 0),
        ("GLOSADO", "PRU-22;PRU-23", 0),
    ),
    "el giro a la EPS": (
        _dia("2020-10-05", 60_000, 140_000, codigo_eps="EPSS10", beneficiario_giro="EPS"),
        ("LIQUIDADO", "", 200_000),
        ("LIQUIDADO", "", 200_000),
    ),
    "sobre la diferencial": (
        _dia("2020-11-10", 100_000, 200_000, diferencial=True, **RURAL),
        ("GLOSADO", "PRU-22", 0),
        ("LIQUIDADO", "PRU-22", 266_903),
    ),
}
_X: Final = (IPS["nit"], "IPS EJEMPLO")
_Y: Final = (LAB["nit"], "LABORATORIO EJEMPLO")
_EPS: Final = ("800088702", "EPS Sura")


@pytest.fixture(scope="module")
def radicadas() -> tuple[list[Fila], dict[str, Sequence[Fila]]]:
    """One person per example, with a sample, in an EPS."""
    filas = [fila(**e, numero_documento=f"{n}") for n, (e, _, _) in enumerate(EJEMPLOS.values())]
    registros = {
        **EN_ORDEN,
        "bdua": [afiliacion(numero_documento=f"{n}", afl_id=f"{n}") for n in range(len(filas))],
        "sismuestras": [
            muestra(
                numero_documento=f["numero_documento"],
                id_sismuestras=f["numero_documento"],
                tipo_prueba=f["tipo_prueba"],
                fecha_toma=f["fecha_toma"],
            )
            for f in filas
        ],
        "reps_prestadores": [prestador(), prestador(LAB, razon_social="LABORATORIO EJEMPLO")],
    }
    return filas, registros


@pytest.mark.parametrize("politica", ["GLOSA", "RECORTE"])
def test_ejemplos_del_dosier(
    radicadas: tuple[list[Fila], dict[str, Sequence[Fila]]], politica: str
) -> None:
    filas, registros = radicadas
    juzgadas = evaluar(filas, politica, **registros)
    dadas = {
        ejemplo: (f["estado"], f["codigos"], f["valor_centavos"] / 100)
        for ejemplo, f in zip(EJEMPLOS, juzgadas, strict=True)
    }
    assert dadas == {e: con[politica == "RECORTE"] for e, (_, *con) in EJEMPLOS.items()}


def test_cada_parte_va_a_su_nit(
    radicadas: tuple[list[Fila], dict[str, Sequence[Fila]]],
) -> None:
    filas, registros = radicadas
    girado = pagos(filas, "RECORTE", **registros)
    nombres = list(EJEMPLOS)
    assert {(nombres[f - 1], concepto): pago for (f, concepto), pago in girado.items()} == {
        ("1", "toma"): (*_X, 60_000),
        ("1", "procesamiento"): (*_Y, 140_000),
        ("2", "toma"): (*_X, 30_000),
        ("2", "procesamiento"): (*_Y, 69_423),
        ("3", "toma"): (*_X, 56_607),
        ("3", "procesamiento"): (*_Y, 160_387),
        ("el giro a la EPS", "toma"): (*_EPS, 60_000),
        ("el giro a la EPS", "procesamiento"): (*_EPS, 140_000),
        ("sobre la diferencial", "toma"): (*_X, 88_967),
        ("sobre la diferencial", "procesamiento"): (*_Y, 177_936),
    }


def valorar(columnas: dict[str, Any]) -> list[Fila]:
    """Value and parts in pesos, by the mechanism's own expressions on DuckDB."""
    partes = ("valor_reconocido", "toma_reconocido", "procesamiento_reconocido")
    with motor() as en:
        filas = nw.from_native(en.conexion.from_arrow(pa.table(columnas, schema=VALORABLES)))
        return en.filas(aplicar(filas, LIQUIDACION.pasos, {}, {}).select(*partes))


def _base(topes: list[int], tomas: list[int], procesos: list[int]) -> dict[str, Any]:
    n = len(topes)
    return {
        "diferencial": [False] * n,
        "diferencial_procede": [False] * n,
        "tarifa_valor": topes,
        "tarifa_diferencial_existe": [False] * n,
        "tarifa_diferencial_valor": [None] * n,
        "valor_toma": tomas,
        "valor_procesa": procesos,
        "valor_total": [a + b for a, b in zip(tomas, procesos, strict=True)],
    }


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1), st.integers(1, 1_000_000)
        ),
        min_size=1,
        max_size=40,
    )
)
def test_las_partes_suman_el_valor_y_ninguna_crece(casos: list[tuple[int, int, int]]) -> None:
    """Same split as the formula of §5 written apart: floors, and the residue to processing."""
    tomas, procesos, topes = (list(x) for x in zip(*casos, strict=True))
    for (toma, procesa, tope), dada in zip(
        casos, valorar(_base(topes, tomas, procesos)), strict=True
    ):
        total = toma + procesa
        valor = min(total, tope)
        recorte = toma if total <= tope else toma * tope // total
        assert list(dada.values()) == [valor, recorte, valor - recorte]
        assert 0 <= recorte <= toma
        assert 0 <= valor - recorte <= procesa + 1


def test_un_recorte_que_no_deja_nada_es_un_rechazo() -> None:
    """Conventions §4: never LIQUIDADO for zero pesos."""
    nada = [tarifa | {"valor_cop": 0} for tarifa in EN_ORDEN["pruebas_tarifas"]]
    un_peso = [tarifa | {"valor_cop": 1} for tarifa in EN_ORDEN["pruebas_tarifas"]]
    dadas = [evaluar([fila()], "RECORTE", pruebas_tarifas=t)[0] for t in (nada, un_peso)]
    assert [(f["estado"], f["codigos"], f["valor_centavos"]) for f in dadas] == [
        ("NO_ADMITIDO", "PRU-22", 0),
        ("LIQUIDADO", "PRU-22", 100),
    ]


def test_un_recorte_que_no_deja_nada_manda_sobre_una_glosa_definitiva() -> None:
    """It counts as RECHAZO, which comes first."""
    nada = [tarifa | {"valor_cop": 0} for tarifa in EN_ORDEN["pruebas_tarifas"]]
    publicos = [p | {"laboratorio_salud_publica": True} for p in EN_ORDEN["reps_prestadores"]]
    (dada,) = evaluar([fila()], "RECORTE", pruebas_tarifas=nada, reps_prestadores=publicos)
    assert (dada["estado"], dada["codigos"]) == ("NO_ADMITIDO", "PRU-21;PRU-22")


TOPES: Final[dict[str, tuple[bool, bool, bool, int]]] = {
    # diferencial, procede, hay tarifa diferencial, tope
    "base": (False, False, True, 80_832),
    "no la cobra donde procede": (False, True, True, 80_832),
    "la cobra donde no procede": (True, False, True, 80_832),
    "la cobra y no la hay": (True, True, False, 80_832),
    "diferencial": (True, True, True, 99_423),
}


def test_tope_de_cada_prueba() -> None:
    n = len(TOPES)
    dadas = valorar(
        _base([80_832] * n, [0] * n, [10**6] * n)
        | {
            "diferencial": [t[0] for t in TOPES.values()],
            "diferencial_procede": [t[1] for t in TOPES.values()],
            "tarifa_diferencial_existe": [t[2] for t in TOPES.values()],
            "tarifa_diferencial_valor": [99_423 if t[2] else None for t in TOPES.values()],
        }
    )
    assert [d["valor_reconocido"] for d in dadas] == [t[3] for t in TOPES.values()]


@pytest.mark.parametrize(
    ("moleculares", "antigenos", "pruebas", "pesos"),
    [
        (162_480, 209_049, 371_529, 52_155_033_888),
        (41_442, 86_839, 128_281, 16_012_035_396),
    ],
)
def test_los_dos_lotes_sinteticos(
    moleculares: int, antigenos: int, pruebas: int, pesos: int
) -> None:
    """Not the real mix: one that gives the published totals with base caps (§9)."""
    topes = [BASE["MOLECULAR"]] * moleculares + [BASE["ANTIGENO"]] * antigenos
    assert len(topes) == pruebas
    dadas = valorar(_base(topes, [t // 3 for t in topes], [t - t // 3 for t in topes]))
    assert sum(d["valor_reconocido"] for d in dadas) == pesos


def test_las_cifras_publicadas_cuadran_entre_si() -> None:
    """Mean between the least and the greatest tariff, execution and unspent of 2020 (§9)."""
    assert 52_155_033_888 // 371_529 == 140_379
    assert min(BASE.values()) < 140_379 < max(BASE.values())
    assert (52_155 * 200_000 + 390_590) // (2 * 390_590) == 13_353  # hundred-thousandths
    assert 390_590 - 52_155 == 338_435
    assert 52_155 + 16_012 == 68_167
    assert 499_810 - 371_529 == 128_281
    assert 16_012_035_396 // 128_281 == 124_820


def test_el_valor_es_un_entero_de_64_bits() -> None:
    with motor() as en:
        vacia = nw.from_native(en.conexion.from_arrow(VALORABLES.empty_table()))
        valoradas = aplicar(vacia, LIQUIDACION.pasos, {}, {})
        tipos = valoradas.select(LIQUIDACION.valor_centavos.alias("v"), "toma_reconocido")
        assert set(tipos.collect_schema().values()) == {nw.Int64}
