"""Pure parts of budget and giros: percentages, simulation, corrections, return codes."""

from __future__ import annotations

import csv
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.giros.model import (
    Accion,
    AccionTrasDevolucion,
    CuentaPago,
    Situacion,
    Vivo,
    accion_tras_devolucion,
    planear_correccion,
)
from shared.giros.schemas import EVENTOS, GiroRespondido
from shared.normativa import tablas
from shared.presupuesto.model import porcentaje_centesimas
from shared.tipos import pesos

PRESUPUESTO = tablas.ruta("presupuesto_2020")


def test_las_lineas_de_2020_dan_los_porcentajes_publicados() -> None:
    """Invariants 8 and 9: base recaudo; only talento humano differs from print; totals tie."""
    with PRESUPUESTO.open(encoding="utf-8", newline="") as archivo:
        filas = list(csv.DictReader(archivo))
    calculados = {
        f["mecanismo"]: porcentaje_centesimas(
            pesos(int(f["ejecutado_millones"]) * 1_000_000),
            pesos(int(f["recaudo_millones"]) * 1_000_000),
        )
        for f in filas
    }
    assert calculados == {
        "anticipo_uci": 10_000,
        "talento_humano": 8_056,
        "compensacion_rs": 449,
        "pruebas": 1_335,
        "activos_emergencia": 10_000,
    }
    distintos = [
        f["mecanismo"]
        for f in filas
        if calculados[f["mecanismo"]] != int(f["porcentaje_publicado"].replace(".", ""))
    ]
    assert distintos == ["talento_humano"]
    columnas = ("aforo_millones", "recaudo_millones", "ejecutado_millones")
    totales = [sum(int(f[c]) for f in filas) for c in columnas]
    assert totales == [1_855_462, 1_838_017, 1_292_116]
    assert porcentaje_centesimas(5_615, 142_484) == 394  # CET over aforo: not what was printed
    assert porcentaje_centesimas(1, 0) is None


@pytest.mark.parametrize(
    ("codigo", "accion"),
    [
        *(
            (c, AccionTrasDevolucion.NUEVA_CUENTA)
            for c in ["R02", "R03", "R04", "R17", "R20", "R35"]
        ),
        *((c, AccionTrasDevolucion.OTRO_PRODUCTO) for c in ["R16", "R33"]),
        *((c, AccionTrasDevolucion.REVISION_MANUAL) for c in ["R06", "R23", "R34", "R99"]),
        ("D17", AccionTrasDevolucion.CORREGIR_FORMATO),
        (None, AccionTrasDevolucion.REVISION_MANUAL),
    ],
)
def test_cada_codigo_de_devolucion_tiene_su_accion(
    codigo: str | None, accion: AccionTrasDevolucion
) -> None:
    assert accion_tras_devolucion(codigo) is accion


A, B, C = (UUID(int=i) for i in (1, 2, 3))
ESPERA, SIN_PAGAR, PAGADO = Situacion.EN_ESPERA, Situacion.SIN_PAGAR, Situacion.PAGADO


@pytest.mark.parametrize(
    ("vivos", "nuevo", "pasos"),
    [
        ([], 100, [("AGREGAR", None, 100)]),
        ([], 0, []),
        ([(A, PAGADO, 100)], 100, []),
        ([(A, PAGADO, 100)], 130, [("AGREGAR", None, 30)]),
        ([(A, SIN_PAGAR, 100)], 130, [("AGREGAR", None, 30)]),
        ([(A, ESPERA, 100)], 130, [("REEMPLAZAR", A, 130)]),
        ([(A, ESPERA, 100)], 60, [("REEMPLAZAR", A, 60)]),
        ([(A, ESPERA, 100)], 0, [("ANULAR", A, 0)]),
        ([(A, SIN_PAGAR, 100)], 60, [("REEMPLAZAR", A, 60)]),
        ([(A, SIN_PAGAR, 100)], 0, [("ANULAR", A, 0)]),
        ([(A, PAGADO, 100)], 60, [("REINTEGRAR", A, 40)]),
        ([(A, PAGADO, 100, 40)], 60, []),
        ([(A, PAGADO, 100, 40)], 100, [("AGREGAR", None, 40)]),
        ([(B, ESPERA, 30), (A, PAGADO, 100)], 110, [("REEMPLAZAR", B, 10)]),
        ([(B, ESPERA, 30), (A, PAGADO, 100)], 100, [("ANULAR", B, 0)]),
        (
            [(C, ESPERA, 5), (B, SIN_PAGAR, 30), (A, PAGADO, 100)],
            90,
            [("ANULAR", C, 0), ("ANULAR", B, 0), ("REINTEGRAR", A, 10)],
        ),
    ],
)
def test_el_plan_de_una_correccion(
    vivos: list[tuple[UUID, Situacion, int] | tuple[UUID, Situacion, int, int]],
    nuevo: int,
    pasos: list[tuple[str, UUID | None, int]],
) -> None:
    plan = planear_correccion([Vivo(*v) for v in vivos], nuevo)
    assert [(p.accion.value, p.sobre, p.valor_centavos) for p in plan] == pasos


@given(
    valores=st.lists(
        st.tuples(st.sampled_from([SIN_PAGAR, PAGADO]), st.integers(1, 1000), st.booleans()),
        max_size=5,
    ),
    en_espera=st.none() | st.integers(1, 1000),
    nuevo=st.integers(0, 4000),
)
def test_tras_el_plan_la_solicitud_vale_lo_nuevo(
    valores: list[tuple[Situacion, int, bool]], en_espera: int | None, nuevo: int
) -> None:
    """Whatever came before, the steps leave exactly the new value, with at most one addition."""
    vivos = [
        Vivo(uuid4(), s, v, v // 2 if hallazgo and s is PAGADO else 0) for s, v, hallazgo in valores
    ]
    if en_espera is not None:
        vivos.insert(0, Vivo(uuid4(), ESPERA, en_espera))
    netos = {v.id: v.neto_centavos for v in vivos}
    plan = planear_correccion(vivos, nuevo)
    agregado = 0
    for paso in plan:
        if paso.sobre is None:
            agregado += paso.valor_centavos
        elif paso.accion is Accion.REINTEGRAR:
            netos[paso.sobre] -= paso.valor_centavos
        else:
            netos[paso.sobre] = paso.valor_centavos
    assert sum(netos.values()) + agregado == nuevo
    assert all(neto >= 0 for neto in netos.values())
    assert sum(p.accion in {Accion.AGREGAR, Accion.REEMPLAZAR} for p in plan) <= 1


def test_el_numero_de_cuenta_no_aparece_en_la_representacion() -> None:
    assert "12345678" not in repr(CuentaPago("1007", "AHORROS", "12345678", "900123456"))


def test_los_eventos_de_giros_son_tres_y_cierran_su_contenido() -> None:
    assert [d.tipo for d in EVENTOS] == [
        "reconocimiento.registrado.v1",
        "giro.ordenado.v1",
        "giro.respondido.v1",
    ]
    respuesta = GiroRespondido.model_validate(
        {"id_giro": "G1", "estado": "DEVUELTO", "codigo": "R02", "fecha": "2020-09-01",
         "valor": "12.34"}
    ).respuesta()  # fmt: skip
    assert respuesta.valor_centavos == 1234
    assert respuesta.moneda == "COP"
