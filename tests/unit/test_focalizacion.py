"""The engine on invented mechanisms of a few columns: verdicts, states, joins, messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import narwhals as nw
import pyarrow as pa
import pytest

from shared.focalizacion import (
    Columna,
    Cruce,
    Efecto,
    Esquema,
    Estados,
    Etapa,
    Grupo,
    Linea,
    Liquidacion,
    Mecanismo,
    Regla,
    alguna,
    col,
    lit,
    segun,
    texto,
    vigente_en,
)
from shared.focalizacion.cruces import corte_del_dia
from shared.focalizacion.explicacion import explicar
from shared.focalizacion.model import Paso, campos_de, columnas_de
from shared.focalizacion.motor import MotorDuckDB, cortes_de
from shared.focalizacion.service import Insumos, juzgar
from shared.normativa import Certeza, Fuente, Parametro, Vigente
from shared.tipos.campos import Campo, Tipo
from tests.rules.reps import FORMA, marco, motor

Fila = dict[str, Any]

FUENTE: Final = Fuente("Resolución inventada", certeza=Certeza.DISENO)
DIA: Final = date(2021, 2, 10)
FILAS: Final = pa.schema(
    [
        ("fila", pa.int64()),
        ("clave", pa.string()),
        ("fecha", pa.date32()),
        ("n", pa.int64()),
        ("juzga", pa.bool_()),
        ("forma_ok", pa.bool_()),
    ]
)
REGISTRO: Final = pa.schema(
    [("clave", pa.string()), ("v", pa.int64()), ("dia", pa.date32()), ("fecha_corte", pa.date32())]
)
REGISTRO_POR_DIA: Final = pa.schema(
    [("clave", pa.string()), ("v", pa.int64()), ("desde", pa.date32())]
)
PRECEDENCIA: Final = (
    Linea("NEGADO", efectos=(Efecto.RECHAZO,)),
    Linea("DEVUELTO", efectos=(Efecto.CORRECCION,)),
)


def regla(codigo: str, cumple: nw.Expr | None = None, **cambios: Any) -> Regla:
    base = Regla(
        codigo=codigo,
        titulo=f"Lo correcto según {codigo}",
        cumple=cumple,
        si_incumple=Efecto.RECHAZO,
        fuente=FUENTE,
        mensaje=f"{codigo}: {{n}}.",
        certeza=Certeza.DISENO,
    )
    return replace(base, **cambios)


def mecanismo(
    *reglas: Regla,
    pasos: tuple[Paso, ...] = (),
    precedencia: tuple[Linea, ...] = PRECEDENCIA,
    obligatorios: tuple[str, ...] = (),
    opcionales: tuple[str, ...] = (),
) -> Mecanismo:
    forma = regla("X-00", etapa=Etapa.FORMA, si_incumple=Efecto.CORRECCION, mensaje="")
    return Mecanismo(
        nombre="inventado",
        titulo="Mecanismo inventado",
        prefijo="X",
        esquema=Esquema(
            campos=(
                Campo("clave", Tipo.TEXTO),
                Campo("fecha", Tipo.FECHA),
                Campo("n", Tipo.ENTERO),
            ),
            clave=("clave",),
            fecha_hecho="fecha",
            pasos=pasos,
            obligatorios=obligatorios,
            opcionales=opcionales,
        ),
        reglas=(forma, *reglas),
        liquidacion=Liquidacion(
            pasos=(Columna("pagadas", col("n")),), valor_centavos=col("pagadas") * 100
        ),
        estados=Estados(
            precedencia=precedencia,
            otro="BIEN",
            forma="DEVUELTO",
            valorados=frozenset({"BIEN"}),
            liberan=frozenset({"NEGADO", "DEVUELTO"}),
            corregibles=frozenset({"DEVUELTO"}),
            transiciones={},
        ),
    )


def fila(n: int | None = 1, **cambios: Any) -> Fila:
    return {"clave": "a", "fecha": DIA, "n": n, "juzga": True, "forma_ok": True} | cambios


def insumos(
    en: MotorDuckDB,
    filas: Sequence[Fila],
    registros: Mapping[str, tuple[pa.Schema, Sequence[Fila]]] | None = None,
    ausentes: Sequence[str] = (),
    forma: Sequence[Fila] = (),
) -> Insumos:
    return Insumos(
        filas=marco(en, FILAS, [{"fila": i} | f for i, f in enumerate(filas, 1)]),
        forma=marco(en, FORMA, forma),
        registros={n: marco(en, e, fs) for n, (e, fs) in (registros or {}).items()},
        ausentes=frozenset(ausentes),
    )


DECIDIDO: Final = ("fila", "estado", "codigos", "valor_centavos")


def decidir(de: Mecanismo, filas: Sequence[Fila], **dados: Any) -> list[Fila]:
    """What was decided of each row, in order."""
    with motor() as en:
        return en.filas(juzgar(de, insumos(en, filas, **dados), en).registros.select(*DECIDIDO))


def hallar(de: Mecanismo, filas: Sequence[Fila], **dados: Any) -> list[Fila]:
    """Hallazgos of the outcome, in order."""
    with motor() as en:
        return en.filas(juzgar(de, insumos(en, filas, **dados), en).hallazgos)


MAS_DE_CINCO: Final = col("n") > 5


def test_tres_veredictos_y_la_fila_que_no_se_juzga() -> None:
    de = mecanismo(
        regla("X-01", MAS_DE_CINCO, aplica=col("juzga"), si_no_evaluable=Efecto.CORRECCION)
    )
    filas = [fila(6), fila(5), fila(None), fila(5, juzga=False), fila(5, juzga=None)]
    assert [(f["estado"], f["codigos"]) for f in decidir(de, filas)] == [
        ("BIEN", ""),
        ("NEGADO", "X-01"),
        ("DEVUELTO", "X-01"),
        ("BIEN", ""),
        ("BIEN", ""),
    ]
    assert [(h["fila"], h["veredicto"], h["efecto"]) for h in hallar(de, filas)] == [
        (2, "incumple", "RECHAZO"),
        (3, "no_evaluable", "CORRECCION"),
    ]


def test_no_evaluable_sin_efecto_no_deja_codigo() -> None:
    de = mecanismo(regla("X-01", MAS_DE_CINCO))
    assert decidir(de, [fila(None)])[0]["codigos"] == ""
    assert decidir(de, [fila(None)])[0]["estado"] == "BIEN"
    assert hallar(de, [fila(None)]) == []


def test_un_codigo_con_dos_efectos() -> None:
    """Two entries under one code: one code in the record, each failure a finding."""
    de = mecanismo(
        regla("X-01", MAS_DE_CINCO, si_incumple=Efecto.AVISO, mensaje="pocas"),
        regla("X-01", col("n") > 2, mensaje="muy pocas"),
    )
    filas = [fila(6), fila(4), fila(1)]
    assert [(f["estado"], f["codigos"]) for f in decidir(de, filas)] == [
        ("BIEN", ""),
        ("BIEN", "X-01"),
        ("NEGADO", "X-01"),
    ]
    assert [(h["fila"], h["efecto"], h["mensaje"]) for h in hallar(de, filas)] == [
        (2, "AVISO", "pocas"),
        (3, "AVISO", "pocas"),
        (3, "RECHAZO", "muy pocas"),
    ]


def test_codigos_ascendentes_aunque_las_reglas_no_lo_esten() -> None:
    nunca = lit(False)
    de = mecanismo(regla("X-09", nunca), regla("X-02", nunca), regla("X-10", nunca))
    assert decidir(de, [fila()])[0]["codigos"] == "X-02;X-09;X-10"
    assert [h["codigo"] for h in hallar(de, [fila()])] == ["X-02", "X-09", "X-10"]


def test_toda_fila_pasa_por_todas_las_reglas() -> None:
    """A refusal does not hide the errors that remain to be mended."""
    de = mecanismo(
        regla("X-01", lit(False)), regla("X-02", lit(False), si_incumple=Efecto.CORRECCION)
    )
    assert decidir(de, [fila()]) == [
        {"fila": 1, "estado": "NEGADO", "codigos": "X-01;X-02", "valor_centavos": 0}
    ]


def test_solo_lo_que_queda_bien_vale_dinero() -> None:
    de = mecanismo(regla("X-01", MAS_DE_CINCO), regla("X-02", lit(False), si_incumple=Efecto.AVISO))
    assert [f["valor_centavos"] for f in decidir(de, [fila(7), fila(5)])] == [700, 0]


REGLAS_DE_LINEA: Final = (
    regla("X-01", col("n") != 1),
    regla("X-02", col("n") != 2),
    regla("X-03", col("n") != 3, si_incumple=Efecto.AJUSTE),
)


@pytest.mark.parametrize(
    ("linea", "estados"),
    [
        (Linea("Z", efectos=(Efecto.RECHAZO,)), "Z Z . ."),
        (Linea("Z", efectos=(Efecto.RECHAZO, Efecto.AJUSTE)), "Z Z Z ."),
        (Linea("Z", efectos=(Efecto.RECHAZO,), codigos=("X-02",)), ". Z . ."),
        (Linea("Z", efectos=(Efecto.RECHAZO,), excepto=("X-02",)), "Z . . ."),
        (Linea("Z", efectos=(Efecto.RECHAZO, Efecto.AJUSTE), cuando=col("n") > 1), ". Z Z ."),
        (Linea("Z", efectos=(Efecto.AJUSTE,), cuando=col("pagadas") == 3), ". . Z ."),
        (Linea("Z", efectos=(Efecto.AJUSTE,), cuando=lit(None, dtype=nw.Boolean)), ". . . ."),
        (Linea("Z", efectos=(Efecto.DESVIO,)), ". . . ."),
    ],
    ids=repr,
)
def test_linea_de_precedencia(linea: Linea, estados: str) -> None:
    de = mecanismo(*REGLAS_DE_LINEA, precedencia=(linea,))
    dados = [f["estado"] for f in decidir(de, [fila(n) for n in range(1, 5)])]
    assert dados == ["BIEN" if e == "." else e for e in estados.split()]


def test_gana_la_primera_linea_que_se_cumple() -> None:
    reglas = (
        regla("X-01", lit(False)),
        regla("X-02", lit(False), si_incumple=Efecto.DESVIO),
    )
    desvio, rechazo = Linea("D", efectos=(Efecto.DESVIO,)), Linea("R", efectos=(Efecto.RECHAZO,))
    for orden in ((desvio, rechazo), (rechazo, desvio)):
        assert decidir(mecanismo(*reglas, precedencia=orden), [fila()])[0]["estado"] == (
            orden[0].estado
        )


@pytest.mark.parametrize(
    ("desde", "hasta", "juzgados"),
    [
        (None, None, [9, 10, 11]),
        (date(2021, 2, 10), None, [10, 11]),
        (None, date(2021, 2, 10), [9, 10]),
        (date(2021, 2, 10), date(2021, 2, 10), [10]),
        (date(2021, 2, 12), None, []),
    ],
)
def test_una_regla_rige_entre_sus_fechas(
    desde: date | None, hasta: date | None, juzgados: list[int]
) -> None:
    de = mecanismo(regla("X-01", lit(False), desde=desde, hasta=hasta))
    filas = [fila(fecha=date(2021, 2, d)) for d in (9, 10, 11)]
    negadas = [f["fila"] + 8 for f in decidir(de, filas) if f["codigos"]]
    assert negadas == juzgados


def test_dos_versiones_de_una_regla_no_juzgan_el_mismo_dia() -> None:
    de = mecanismo(
        regla("X-01", col("n") > 5, hasta=date(2021, 2, 9)),
        regla("X-01", col("n") > 3, desde=date(2021, 2, 10)),
    )
    filas = [fila(4, fecha=date(2021, 2, 9)), fila(4, fecha=date(2021, 2, 10))]
    assert [f["codigos"] for f in decidir(de, filas)] == ["X-01", ""]
    assert de.regla("X-01").desde == date(2021, 2, 10)
    with pytest.raises(LookupError):
        de.regla("X-99")


CON_REGISTRO: Final = Cruce(
    "r", registro="reg", claves={"clave": "clave"}, trae={"v": col("v").sum()}
)


def de_registro(*reglas: Regla, cruce: Cruce = CON_REGISTRO) -> Mecanismo:
    return mecanismo(*reglas, pasos=(cruce,), opcionales=("reg",))


def reg(*filas: Fila, esquema: pa.Schema = REGISTRO) -> dict[str, tuple[pa.Schema, list[Fila]]]:
    return {"reg": (esquema, list(filas))}


def test_sin_un_registro_opcional_su_regla_no_se_aplica() -> None:
    de = de_registro(regla("X-01", col("r_existe"), requiere=("reg",)), regla("X-02", MAS_DE_CINCO))
    with motor() as en:
        dados = insumos(en, [fila(1)], reg(), ausentes=["reg"])
        juicio = juzgar(de, dados, en)
        assert [r.codigo for r in juicio.no_aplicadas] == ["X-01"]
        assert [f["codigos"] for f in en.filas(juicio.registros)] == ["X-02"]
        explicada = {r["codigo"]: r for r in explicar(de, dados, 1, en)["reglas"]}
    assert explicada["X-01"]["veredicto"] is None
    assert "falta el registro reg" in explicada["X-01"]["mensaje"]
    assert explicada["X-02"]["veredicto"] == "incumple"


def test_un_registro_vacio_pero_dado_si_se_aplica() -> None:
    de = de_registro(regla("X-01", col("r_existe"), requiere=("reg",)))
    assert decidir(de, [fila()], registros=reg())[0]["codigos"] == "X-01"


def test_un_cruce_no_multiplica_y_dice_si_existe() -> None:
    de = de_registro(
        regla("X-01", col("r_existe"), si_no_evaluable=Efecto.AVISO),
        regla("X-02", col("r_v") == 5, si_incumple=Efecto.AVISO),
    )
    filas = [fila(clave="a"), fila(clave="b"), fila(clave=None)]
    registros = reg({"clave": "a", "v": 2}, {"clave": "a", "v": 3}, {"clave": None, "v": 9})
    assert [(f["fila"], f["codigos"]) for f in decidir(de, filas, registros=registros)] == [
        (1, ""),
        (2, "X-01"),
        (3, "X-01"),
    ]
    assert [h["veredicto"] for h in hallar(de, filas, registros=registros)] == [
        "incumple",
        "no_evaluable",
    ]


CON_CONDICION: Final = Cruce(
    "r",
    registro="reg",
    claves={"clave": "clave"},
    trae={"v": col("v").sum()},
    dia="fecha",
    condicion=col("desde") <= col("dia"),
)


def test_un_cruce_con_condicion_mira_el_dia_de_cada_fila() -> None:
    cruce, dias = CON_CONDICION, [date(2021, 2, d) for d in (1, 5, 9)]
    filas = [fila(fecha=d) for d in dias] + [fila(clave="b"), fila(clave=None), fila(fecha=dias[1])]
    registros = reg(
        {"clave": "a", "v": 2, "desde": dias[1]},
        {"clave": "a", "v": 3, "desde": dias[2]},
        {"clave": None, "v": 9, "desde": dias[0]},
        esquema=REGISTRO_POR_DIA,
    )
    de = de_registro(
        regla("X-01", col("r_existe"), si_no_evaluable=Efecto.CORRECCION, mensaje="{r_v}"),
        regla("X-02", lit(False), si_incumple=Efecto.AVISO, mensaje="{r_v}"),
        cruce=cruce,
    )
    vistos = [h for h in hallar(de, filas, registros=registros) if h["codigo"] == "X-02"]
    assert [h["mensaje"] for h in vistos] == [
        "(sin dato)",
        "2",
        "5",
        "(sin dato)",
        "(sin dato)",
        "2",
    ]
    assert [f["estado"] for f in decidir(de, filas, registros=registros)] == [
        "NEGADO",
        "BIEN",
        "BIEN",
        "NEGADO",
        "DEVUELTO",
        "BIEN",
    ]


def test_el_corte_que_rige_es_el_del_dia() -> None:
    cruce = replace(CON_REGISTRO, dia="fecha", por_corte=True)
    cortes = [date(2021, 2, 3), date(2021, 2, 6)]
    filas = [fila(fecha=date(2021, 2, d)) for d in (1, 3, 5, 6, 9)]
    registros = reg(*({"clave": "a", "v": i, "fecha_corte": c} for i, c in enumerate(cortes, 1)))
    de = de_registro(regla("X-01", lit(False), mensaje="{r_v}"), cruce=cruce)
    vistos = [h["mensaje"] for h in hallar(de, filas, registros=registros)]
    assert vistos == ["1", "1", "1", "2", "2"]


def test_cortes_de_un_registro() -> None:
    dias = [date(2021, 2, 6), date(2021, 2, 3), None, date(2021, 2, 6)]
    with motor() as en:
        registro = marco(en, REGISTRO, [{"fecha_corte": d} for d in dias])
        assert cortes_de(en, registro) == [date(2021, 2, 3), date(2021, 2, 6)]
        assert cortes_de(en, registro.drop("fecha_corte")) == ()


def test_grupo_suma_las_filas_de_forma_correcta() -> None:
    """Rows that failed FORMA are not seen by rules that look at others."""
    de = mecanismo(
        regla("X-01", col("copias") == 1, mensaje="{copias}"),
        pasos=(Grupo(("clave",), trae={"copias": nw.len()}),),
    )
    filas = [fila(clave="a"), fila(clave="a"), fila(clave="b"), fila(clave="b", forma_ok=False)]
    assert [f["codigos"] for f in decidir(de, filas)] == ["X-01", "X-01", "", "X-00"]


def test_una_fila_sin_forma_solo_lleva_ese_codigo() -> None:
    de = mecanismo(regla("X-01", lit(False)))
    defectos = [
        {"fila": 1, "columna": "n", "mensaje": "«x» no es un número."},
        {"fila": 1, "columna": "fecha", "mensaje": "Falta la fecha."},
    ]
    filas = [fila(None, fecha=None, forma_ok=False), fila()]
    assert decidir(de, filas, forma=defectos) == [
        {"fila": 1, "estado": "DEVUELTO", "codigos": "X-00", "valor_centavos": 0},
        {"fila": 2, "estado": "NEGADO", "codigos": "X-01", "valor_centavos": 0},
    ]
    hallados = hallar(de, filas, forma=defectos)
    assert [(h["fila"], h["codigo"], h["efecto"]) for h in hallados] == [
        (1, "X-00", "CORRECCION"),
        (1, "X-00", "CORRECCION"),
        (2, "X-01", "RECHAZO"),
    ]
    assert {(h["columna"], h["mensaje"]) for h in hallados[:2]} == {
        (d["columna"], d["mensaje"]) for d in defectos
    }


def test_un_archivo_sin_filas_no_falla() -> None:
    de = mecanismo(regla("X-01", MAS_DE_CINCO))
    assert decidir(de, []) == []
    assert hallar(de, []) == []


def test_un_mecanismo_sin_reglas_de_registro_deja_todo_bien() -> None:
    assert decidir(mecanismo(), [fila(3)]) == [
        {"fila": 1, "estado": "BIEN", "codigos": "", "valor_centavos": 300}
    ]


def test_el_orden_es_el_de_las_filas() -> None:
    de = mecanismo(regla("X-01", col("n") % 3 != 0))
    filas = [fila(n, forma_ok=n % 7 != 0) for n in range(1, 200)]
    assert [f["fila"] for f in decidir(de, filas)] == list(range(1, 200))
    hallados = [h["fila"] for h in hallar(de, filas)]
    assert hallados == sorted(hallados)


def test_el_mensaje_muestra_los_valores_y_lo_que_falta() -> None:
    de = mecanismo(
        regla(
            "X-01",
            lit(False),
            mensaje="La {clave} del {fecha} pidió {n}.",
            accion="Corrija la {clave}.",
            columna="clave",
        )
    )
    filas = [fila(3), fila(None, clave=None, fecha=None)]
    assert [(h["columna"], h["mensaje"]) for h in hallar(de, filas)] == [
        ("clave", "La a del 2021-02-10 pidió 3. Corrija la a."),
        ("clave", "La (sin dato) del (sin dato) pidió (sin dato). Corrija la (sin dato)."),
    ]


def test_el_mensaje_de_lo_no_evaluable_es_otro() -> None:
    de = mecanismo(
        regla(
            "X-01",
            MAS_DE_CINCO,
            si_no_evaluable=Efecto.CORRECCION,
            mensaje="{n} no basta.",
            mensaje_no_evaluable="No hay dato de {clave}.",
        )
    )
    assert [h["mensaje"] for h in hallar(de, [fila(2), fila(None)])] == [
        "2 no basta.",
        "No hay dato de a.",
    ]


def test_la_explicacion_dice_lo_mismo_que_el_lote() -> None:
    de = de_registro(
        regla("X-01", col("juzga"), si_no_evaluable=Efecto.AVISO, mensaje="{juzga} {fecha} {n}"),
        regla("X-02", col("r_existe"), mensaje="{r_v} {r_existe}", requiere=("reg",)),
        regla("X-03", lit(False), aplica=col("n") > 5),
    )
    filas = [fila(6, juzga=False), fila(None, juzga=None, clave=None), fila(1, clave="b")]
    dados = reg({"clave": "a", "v": 1})
    hallados = hallar(de, filas, registros=dados)
    with motor() as en:
        entradas = insumos(en, filas, dados)
        explicadas = [
            {"fila": n, **r}
            for n in (1, 2, 3)
            for r in explicar(de, entradas, n, en)["reglas"]
            if r["efecto"] is not None
        ]
    claves = ("fila", "codigo", "veredicto", "efecto", "mensaje")
    assert [[r[c] for c in claves] for r in explicadas] == [
        [h[c] for c in claves] for h in hallados
    ]


def test_la_explicacion_muestra_lo_que_cada_regla_vio() -> None:
    de = mecanismo(regla("X-01", MAS_DE_CINCO, aplica=col("fecha") > lit(date(2021, 1, 1))))
    with motor() as en:
        explicada = explicar(de, insumos(en, [fila(6)]), 1, en)
    assert explicada["reglas"] == [
        {
            "codigo": "X-01",
            "titulo": "Lo correcto según X-01",
            "fuente": {
                "norma": "Resolución inventada",
                "articulo": "",
                "emisor": "",
                "certeza": "DISENO",
                "nota": "",
            },
            "certeza": "DISENO",
            "desde": None,
            "hasta": None,
            "veredicto": "cumple",
            "efecto": None,
            "valores": {"fecha": "2021-02-10", "n": 6},
            "mensaje": None,
        }
    ]
    assert explicada["liquidacion"] == {"pagadas": 6}


def test_la_explicacion_de_una_fila_que_no_esta_no_juzga_nada() -> None:
    with motor() as en:
        explicada = explicar(mecanismo(regla("X-01", MAS_DE_CINCO)), insumos(en, [fila()]), 9, en)
    assert explicada["reglas"] == []


def evaluar(expresion: nw.Expr, filas: Sequence[Fila]) -> list[Any]:
    with motor() as en:
        tabla = marco(en, FILAS, filas).select(expresion.alias("x")).collect("pyarrow")
        return [f["x"] for f in tabla.to_native().to_pylist()]


def test_un_parametro_vale_lo_de_su_dia() -> None:
    parametro = Parametro(
        Vigente(date(2021, 2, 3), 10, FUENTE, hasta=date(2021, 2, 5)),
        Vigente(date(2021, 2, 8), 20, FUENTE),
    )
    dias = [date(2021, 2, d) for d in (2, 3, 5, 6, 8, 28)]
    filas = [fila(fecha=d) for d in dias] + [fila(fecha=None)]
    valores = [None, 10, 10, None, 20, 20, None]
    assert evaluar(vigente_en(parametro, col("fecha")), filas) == valores


def test_segun_elige_por_el_valor_de_la_columna() -> None:
    filas = [fila(clave=c) for c in ("a", "b", "z", None)]
    elegido = segun({"a": col("n"), "b": lit(7, dtype=nw.Int64)}, col("clave"))
    assert evaluar(elegido, filas) == [1, 7, None, None]


def test_alguna_lee_un_vacio_como_no() -> None:
    filas = [fila(n) for n in (1, 2, 3, None)]
    assert evaluar(alguna([col("n") == 1, col("n") == 2]), filas) == [True, True, False, False]
    assert evaluar(alguna([]), [fila()]) == [False]


def test_texto_con_campos_pegados_y_llaves() -> None:
    assert evaluar(texto("{clave}{n}: {{fijo}}"), [fila(4)]) == ["a4: {fijo}"]
    assert evaluar(texto("sin campos"), [fila()]) == ["sin campos"]


def test_corte_del_dia_sin_cortes_no_dice_nada() -> None:
    assert evaluar(corte_del_dia([], col("fecha")), [fila()]) == [None]


@pytest.mark.parametrize(
    ("expresion", "leidas"),
    [
        (
            col("a") > col("b"),
            (
                "a",
                "b",
            ),
        ),
        (
            col("a").is_in(["z"]) & ~col("b").is_null(),
            (
                "a",
                "b",
            ),
        ),
        (
            nw.when(col("a") > 1).then(col("b")).otherwise(col("c")),
            (
                "a",
                "b",
                "c",
            ),
        ),
        (nw.max_horizontal(col("a"), lit(0)), ("a",)),
        (
            col("a", "b").max(),
            (
                "a",
                "b",
            ),
        ),
        (lit(None, dtype=nw.Boolean), ()),
    ],
    ids=repr,
)
def test_columnas_que_lee_una_expresion(expresion: nw.Expr, leidas: tuple[str, ...]) -> None:
    assert columnas_de(expresion) == set(leidas)


def test_campos_de_un_mensaje() -> None:
    assert campos_de("{a}-{b} y {{c}} {a}") == {"a", "b"}
