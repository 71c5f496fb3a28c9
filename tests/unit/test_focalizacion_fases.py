"""Rules that look at rows already judged, rows found under several keys, options and payees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import narwhals as nw
import pyarrow as pa
import pytest

from shared.focalizacion import (
    Beneficiario,
    Columna,
    Cruce,
    CuentaDeFila,
    Efecto,
    Enlace,
    Etapa,
    Linea,
    Mecanismo,
    Opcion,
    Puente,
    col,
    lit,
)
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.service import juzgar
from shared.registros.model import TEXTO, ColumnaRegistro
from shared.tipos import EntradaInvalida
from tests.rules.reps import motor
from tests.unit.test_focalizacion import (
    FUENTE,
    PRECEDENCIA,
    Fila,
    decidir,
    fila,
    hallar,
    insumos,
    mecanismo,
    regla,
)

DOCUMENTOS: Final = pa.schema([("persona", pa.string()), ("clave", pa.string())])
MUESTRAS: Final = pa.schema([("clave", pa.string()), ("id", pa.string()), ("v", pa.int64())])
UNA_SOLA: Final = col("ganadora").is_null() | (col("ganadora") == col("fila"))


def con_fases(*reglas: Any, fases: dict[int, tuple[Columna, ...]]) -> Mecanismo:
    de = mecanismo(
        regla("X-01", col("n") > 0, si_incumple=Efecto.CORRECCION),
        *reglas,
        precedencia=(*PRECEDENCIA, Linea("RETENIDO", efectos=(Efecto.RETENCION,))),
    )
    return replace(de, esquema=replace(de.esquema, fases=fases))


GANADORA: Final = Columna(
    "ganadora",
    nw.when(col("estado_previo") == "BIEN").then(col("fila")).min().over("clave"),
)
UNA_VEZ: Final = con_fases(
    regla("X-02", UNA_SOLA, fase=2), fases={2: (GANADORA, Columna("gana_fila", col("ganadora")))}
)


def test_solo_gana_la_primera_fila_que_estaria_bien() -> None:
    filas = [fila(0), fila(1), fila(2), fila(3, clave="b"), fila(4)]
    assert [(f["estado"], f["codigos"]) for f in decidir(UNA_VEZ, filas)] == [
        ("NEGADO", "X-01;X-02"),
        ("BIEN", ""),
        ("NEGADO", "X-02"),
        ("BIEN", ""),
        ("NEGADO", "X-02"),
    ]


def test_el_resultado_dice_que_fila_gana() -> None:
    with motor() as en:
        juicio = juzgar(UNA_VEZ, insumos(en, [fila(1), fila(2)]), en)
        assert [f["gana"] for f in en.filas(juicio.registros)] == [1, 1]


def test_la_explicacion_ve_lo_mismo_que_la_evaluacion() -> None:
    with motor() as en:
        datos = explicar(UNA_VEZ, insumos(en, [fila(1), fila(2)]), 2, en)
    ultima = datos["reglas"][-1]
    assert (ultima["codigo"], ultima["veredicto"]) == ("X-02", "incumple")
    assert ultima["valores"] == {"fila": 2, "ganadora": 1}


def test_una_fase_ve_los_codigos_por_efecto_de_las_anteriores() -> None:
    de = con_fases(
        regla("X-02", ~col("codigos_correccion").str.contains(";X-01;", literal=True), fase=2),
        fases={},
    )
    assert [f["codigos"] for f in decidir(de, [fila(0), fila(1)])] == ["X-01;X-02", ""]


def test_la_tercera_fase_ve_lo_que_dejo_la_segunda() -> None:
    """A running sum in row order of what would still be paid: nobody overtakes."""
    suma = nw.when(col("estado_previo") == "BIEN").then(col("n")).otherwise(lit(0))
    de = con_fases(
        regla("X-02", col("n") < 50, fase=2),
        regla("X-03", col("corrida") <= 10, fase=3, si_incumple=Efecto.RETENCION),
        fases={3: (Columna("corrida", suma.cum_sum().over("clave", order_by="fila")),)},
    )
    assert [(f["estado"], f["codigos"]) for f in decidir(de, [fila(n) for n in (6, 60, 5, 4)])] == [
        ("BIEN", ""),
        ("NEGADO", "X-02"),
        ("RETENIDO", "X-03"),
        ("RETENIDO", "X-03"),
    ]


# --- several keys -------------------------------------------------------------------------------

PUENTE: Final = Puente(
    "claves",
    propias={"clave": "clave"},
    enlaces=(Enlace("documentos", {"persona_id": "persona"}, {"clave": "clave"}),),
)
PASOS: Final = (
    Cruce(
        "persona",
        registro="documentos",
        claves={"clave": "clave"},
        trae={"id": col("persona").max()},
    ),
    PUENTE,
    Cruce(
        "muestra",
        registro="muestras",
        por="claves",
        claves={"clave": "clave"},
        con={"pedida": "n"},
        antes=(Columna("lejos", (col("v") - col("pedida")).abs()),),
        condicion=(col("v") - col("pedida")).abs() <= 3,
        trae={"id": col("id").first(order_by=["lejos", "id"]), "n": col("id").len()},
    ),
)


def buscar(filas: Sequence[Fila], muestras: Sequence[tuple[str, str, int]]) -> list[str]:
    de = mecanismo(
        regla("X-01", col("muestra_existe"), mensaje="{muestra_id} de {muestra_n}"),
        regla("X-02", lit(False), mensaje="{muestra_id} de {muestra_n}"),
        pasos=PASOS,
        obligatorios=("documentos", "muestras"),
    )
    registros = {
        "documentos": (
            DOCUMENTOS,
            [{"persona": "1", "clave": "a"}, {"persona": "1", "clave": "vieja"}],
        ),
        "muestras": (MUESTRAS, [{"clave": c, "id": i, "v": v} for c, i, v in muestras]),
    }
    hallados = hallar(de, filas, registros=registros)
    return [h["mensaje"] for h in hallados if h["codigo"] == "X-02"]


def test_se_busca_con_todos_los_documentos_de_la_persona() -> None:
    assert buscar([fila(5)], [("vieja", "M1", 5)]) == ["M1 de 1"]


def test_gana_la_muestra_mas_cercana_y_luego_la_menor() -> None:
    muestras = [("a", "M3", 7), ("vieja", "M2", 6), ("a", "M1", 6), ("a", "M0", 9)]
    assert buscar([fila(5)], muestras) == ["M1 de 3"]


def test_quien_no_esta_en_el_registro_se_busca_con_el_suyo() -> None:
    assert buscar([fila(5, clave="suya")], [("suya", "M9", 5)]) == ["M9 de 1"]


def test_no_hallar_nada_es_un_no() -> None:
    assert buscar([fila(5, clave="otra")], [("a", "M1", 5)]) == ["(sin dato) de (sin dato)"]


# --- options, who submits, payees -----------------------------------------------------------------


def test_una_opcion_es_una_columna_y_tiene_valor_por_defecto() -> None:
    opcion = Opcion("politica", ("GLOSA", "RECORTE"), "Qué hacer con el exceso", FUENTE)
    de = replace(mecanismo(regla("X-01", col("politica") == "RECORTE")), parametros=(opcion,))
    with motor() as en:
        dados = insumos(en, [fila()])
        codigos = [
            en.filas(juzgar(de, replace(dados, parametros=p), en).registros)[0]["codigos"]
            for p in ({}, {"politica": "RECORTE"})
        ]
    assert codigos == ["X-01", ""]


@pytest.mark.parametrize(
    ("parametros", "mensaje"),
    [({"otra": "SI"}, "no tiene el parámetro «otra»"), ({"politica": "NADA"}, "GLOSA, RECORTE")],
)
def test_una_opcion_que_no_existe_se_rechaza(parametros: dict[str, str], mensaje: str) -> None:
    opcion = Opcion("politica", ("GLOSA", "RECORTE"), "Qué hacer con el exceso", FUENTE)
    de = replace(mecanismo(), parametros=(opcion,))
    with motor() as en, pytest.raises(EntradaInvalida, match=mensaje):
        juzgar(de, replace(insumos(en, [fila()]), parametros=parametros), en)


def test_las_reglas_de_radicacion_solo_se_juzgan_si_se_sabe_quien_radica() -> None:
    de = mecanismo(regla("X-01", col("radicante_nit") == col("clave"), etapa=Etapa.RAD))
    with motor() as en:
        dados = insumos(en, [fila(clave="9"), fila(clave="8")])
        decidido = [
            [f["codigos"] for f in en.filas(juzgar(de, replace(dados, radicante=r), en).registros)]
            for r in (None, {"nit": "9"})
        ]
    assert decidido == [["", ""], ["", "X-01"]]


def test_el_valor_de_una_fila_se_reparte_entre_sus_beneficiarios() -> None:
    de = mecanismo(regla("X-01", col("n") > 1))
    cuenta = CuentaDeFila(lit("1007"), lit("AHORROS"), col("clave"))
    mitad = col("pagadas") * 50
    de = replace(
        de,
        esquema=replace(de.esquema, historia=(ColumnaRegistro("clave", TEXTO),)),
        liquidacion=replace(
            de.liquidacion,
            beneficiarios=(
                Beneficiario("toma", lit("NI"), lit("900"), lit("IPS"), mitad),
                Beneficiario("procesa", lit("CC"), col("clave"), lit("X"), mitad, cuenta),
            ),
        ),
    )
    with motor() as en:
        juicio = juzgar(de, insumos(en, [fila(1), fila(3, clave="b")]), en)
        assert juicio.pagos is not None
        pagos = en.filas(juicio.pagos)
        assert en.filas(juicio.registros)[1]["clave"] == "b"
    assert [(p["fila"], p["concepto"], p["numero"], p["valor_centavos"]) for p in pagos] == [
        (2, "procesa", "b", 150),
        (2, "toma", "900", 150),
    ]
    assert [p["numero_producto"] for p in pagos] == ["b", None]
