"""The others a row has to do with, and what rows take of a quantity that all share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import narwhals as nw
import pyarrow as pa

from shared.focalizacion import (
    Columna,
    Conjunto,
    Cupo,
    Linea,
    Mecanismo,
    Opcion,
    Origen,
    col,
    lit,
)
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.service import juzgar
from tests.rules.reps import motor
from tests.unit.test_focalizacion import FUENTE, PRECEDENCIA, Fila, fila, insumos, mecanismo, regla

CASAS: Final = pa.schema([("clave", pa.string()), ("persona", pa.string()), ("edad", pa.int64())])
AMIGOS: Final = pa.schema([("persona", pa.string()), ("amigo", pa.string())])
_CASAS: Final[list[Fila]] = [
    {"clave": "a", "persona": "ana", "edad": 40},
    {"clave": "a", "persona": "beto", "edad": 12},
    {"clave": "b", "persona": "carla", "edad": 9},
]
_AMIGOS: Final[list[Fila]] = [
    {"persona": "ana", "amigo": "zoe"},
    {"persona": "ana", "amigo": "yago"},
    {"persona": "beto", "amigo": "zoe"},
]
REGISTROS: Final[dict[str, tuple[pa.Schema, list[Fila]]]] = {
    "casas": (CASAS, _CASAS),
    "amigos": (AMIGOS, _AMIGOS),
}

VECINOS: Final = Conjunto(
    "casa",
    origenes=(
        Origen(
            registro="casas",
            claves={"clave": "clave"},
            trae={"quien": "persona", "edad": "edad"},
            fija={"via": "casa"},
            donde=col("edad") >= col("desde_edad"),
        ),
        Origen(trae={"quien": "clave"}),
    ),
    lleva={"desde_edad": "n"},
    pasos=(
        Columna("es_de_casa", col("via") == "casa"),
        Conjunto(
            "amigo",
            origenes=(Origen(registro="amigos", claves={"quien": "persona"}, trae={"a": "amigo"}),),
            trae={"cuantos": nw.len()},
        ),
    ),
    trae={
        "gente": nw.len().cast(nw.Int64),
        "propios": col("es_de_casa").cast(nw.Int64).sum().cast(nw.Int64),
        "amigos": col("amigo_cuantos").sum().cast(nw.Int64),
        "mayor": col("edad").max(),
    },
)


def _con(*reglas: Any, pasos: tuple[Any, ...] = (VECINOS,), **cambios: Any) -> Mecanismo:
    de = mecanismo(*reglas, pasos=pasos, obligatorios=("casas", "amigos"))
    return replace(de, esquema=replace(de.esquema, **cambios))


VISTA: Final = _con(
    regla("X-01", col("casa_gente") > 2, mensaje="{casa_gente} {casa_propios} {casa_amigos}."),
    regla("X-02", col("casa_mayor") > 20, mensaje="{casa_mayor}."),
)


def _mensajes(de: Mecanismo, filas: list[Fila]) -> list[tuple[int, str, str]]:
    with motor() as en:
        juicio = juzgar(de, insumos(en, filas, registros=REGISTROS), en)
        return [(f["fila"], f["codigo"], f["mensaje"]) for f in en.filas(juicio.hallazgos)]


def test_los_otros_se_miran_uno_por_uno_y_se_resumen_en_la_fila() -> None:
    filas = [fila(0), fila(20), fila(10, clave="b"), fila(0, clave=None)]
    assert _mensajes(VISTA, filas) == [
        # Row 1 has three others: Ana with two friends, Beto with one, and itself.
        (2, "X-01", "2 1 2."),
        (3, "X-01", "1 0 0."),
    ]


def test_la_explicacion_ve_los_mismos_otros() -> None:
    with motor() as en:
        datos = explicar(VISTA, insumos(en, [fila(20)], registros=REGISTROS), 1, en)
    assert datos["reglas"][0]["valores"] == {"casa_gente": 2}


def test_un_otro_que_llega_dos_veces_cuenta_una() -> None:
    repetidas = {**REGISTROS, "casas": (CASAS, _CASAS * 2)}
    with motor() as en:
        juicio = juzgar(VISTA, insumos(en, [fila(0)], registros=repetidas), en)
        assert en.filas(juicio.hallazgos) == []


def test_un_conjunto_en_una_fase_mira_a_las_demas_filas_ya_juzgadas() -> None:
    """Two rows of different keys share a person: only the first of those in order is paid."""
    comparte = Conjunto(
        "gente",
        origenes=(Origen(registro="casas", claves={"clave": "clave"}, trae={"quien": "persona"}),),
        lleva={"orden": "orden"},
        pasos=(Columna("primera", col("orden").min().over("quien")),),
        trae={"cede": (col("primera") < col("orden")).any()},
    )
    de = _con(
        regla("X-01", col("n") > 0),
        regla("X-02", ~col("gente_cede"), aplica=~col("gente_cede").is_null(), fase=3),
        pasos=(),
        fases={
            2: (Columna("orden", nw.when(col("estado_previo") == "BIEN").then(col("fila"))),),
            3: (comparte,),
        },
    )
    otras = {**REGISTROS, "casas": (CASAS, [*_CASAS, {**_CASAS[0], "clave": "c"}])}
    filas = [fila(0), fila(1, clave="c"), fila(1), fila(1, clave="b")]
    with motor() as en:
        decididas = en.filas(juzgar(de, insumos(en, filas, registros=otras), en).registros)
    assert [f["codigos"] for f in decididas] == ["X-01", "", "X-02", ""]


CUPOS: Final = (
    Cupo(
        clave=("quien",),
        maximo=1,
        cantidad=lit(1),
        de="casa",
        donde=col("via") == "casa",
        historia={"rol": "MIEMBRO"},
    ),
    Cupo(clave=("clave", "fecha"), maximo=30, cantidad=col("n")),
)


def test_lo_que_toma_cada_fila_valorada() -> None:
    de = _con(regla("X-01", col("n") > 0), cupos=CUPOS)
    filas = [fila(7), fila(0), fila(3, clave="z"), fila(1, clave="b", fecha=None)]
    with motor() as en:
        cupos = juzgar(de, insumos(en, filas, registros=REGISTROS), en).cupos
        assert cupos is not None
        tomado = [tuple(f.values()) for f in en.filas(cupos)]
    assert tomado == [
        (1, "ANA", 1, 1, "ana", "MIEMBRO"),
        (1, "A|2021-02-10", 7, 30, None, None),
        (1, "BETO", 1, 1, "beto", "MIEMBRO"),
        (3, "Z|2021-02-10", 3, 30, None, None),
        (4, "CARLA", 1, 1, "carla", "MIEMBRO"),
    ]


def test_una_linea_sin_efectos_decide_por_lo_que_dice() -> None:
    de = mecanismo(
        regla("X-01", col("n") > 0),
        precedencia=(Linea("LIDER", cuando=col("juzga")), *PRECEDENCIA),
    )
    with motor() as en:
        filas = [fila(0), fila(0, juzga=False), fila(1, juzga=None)]
        decididas = en.filas(juzgar(de, insumos(en, filas), en).registros)
    assert [f["estado"] for f in decididas] == ["LIDER", "NEGADO", "BIEN"]


def test_una_opcion_con_rango_es_un_numero() -> None:
    opcion = Opcion("tolerancia", ("3",), "Días", FUENTE, rango=(0, 30))
    de = replace(mecanismo(regla("X-01", col("n") <= col("tolerancia"))), parametros=(opcion,))
    with motor() as en:
        dados = insumos(en, [fila(4)])
        assert [f["estado"] for f in en.filas(juzgar(de, dados, en).registros)] == ["NEGADO"]
        con_cinco = replace(dados, parametros={"tolerancia": "5"})
        assert [f["estado"] for f in en.filas(juzgar(de, con_cinco, en).registros)] == ["BIEN"]
    assert [opcion.admite(v) for v in ("0", "30", "31", "-1", "x", "²")] == [True] * 2 + [False] * 4


def test_el_caso_es_la_clave_si_no_se_dice_otra_cosa() -> None:
    with motor() as en:
        propio = juzgar(mecanismo(regla("X-01", col("n") > 0)), insumos(en, [fila(1)]), en)
        (registro,) = en.filas(propio.registros)
        assert (registro["clave"], registro["caso"]) == ("A", "A")
        de = _con(regla("X-01", col("n") > 0), pasos=(), caso=("clave", "n"))
        (registro,) = en.filas(
            juzgar(de, insumos(en, [fila(1)], registros=REGISTROS), en).registros
        )
        assert (registro["clave"], registro["caso"]) == ("A", "A|1")
