"""What becomes of the cases of the CET with their registers beside: states, lead, payee, members.

Each table is one evaluation; every situation has its own people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import pytest

from services.compensacion_rs import norma
from services.compensacion_rs.mecanismo import MECANISMO
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.focalizacion.universo import universo
from shared.tipos import InvarianteRota
from tests.rules.cet import (
    PRODUCTO,
    F,
    Fila,
    Salida,
    Situacion,
    bdua,
    caso,
    familiar,
    fila,
    grupo,
    historia,
    insumos,
    juzgadas,
    recibe,
    rnec,
    salidas,
    vive,
)
from tests.rules.muestras import motor

Registros = dict[str, list[Fila]]
Caso = tuple[Situacion, list[Salida]]

UN_DIA: Final = timedelta(days=1)
CET: Final = 204_820
ABRE: Final[Salida] = ("EN_ENROLAMIENTO", "", CET)
VALIDA: Final[Salida] = ("EN_VALIDACION_BANCARIA", "", CET)
TRAS_ABRE: Final[Salida] = ("NO_PAGO_NUCLEO_ENROLAMIENTO", "CET-08", 0)
TRAS_VALIDA: Final[Salida] = ("NUCLEO_VALIDACION_BANCARIA", "CET-08", 0)
PAGADO: Final[Salida] = ("EN_NUCLEO_PAGADO", "CET-07", 0)
NO_ADMITIDO: Final[Salida] = ("NO_ADMITIDO", "CET-09", 0)
REVISION: Final[Salida] = ("EN_REVISION_ADRES", "", 0)


def corrige(codigos: str) -> Salida:
    return ("EN_CORRECCION_EPS", codigos, 0)


def glosa(codigos: str) -> Salida:
    return ("GLOSADO", codigos, 0)


def uno(salida: Salida, /, *filas: Fila, **registros: Sequence[Fila]) -> Caso:
    """A situation of one row and what must come of it."""
    return Situacion(filas or (fila(),), registros), [salida]


def comprobar(tabla: Mapping[str, Caso]) -> None:
    situaciones = {n: situacion for n, (situacion, _) in tabla.items()}
    assert salidas(situaciones) == {n: esperadas for n, (_, esperadas) in tabla.items()}


def test_el_caso_de_segcovid_da_el_dia() -> None:
    """The dossier, §4 *case* and §5 (c)."""
    comprobar(
        {
            "en orden": uno(ABRE),
            "con producto": uno(VALIDA, fila(**PRODUCTO)),
            "sin caso": uno(glosa("CET-01"), segcovid=[]),
            "sospechoso": uno(glosa("CET-01"), segcovid=[caso(clasificacion="SOSPECHOSO")]),
            "contacto": uno(glosa("CET-01"), segcovid=[caso(tipo_registro="CONTACTO")]),
            "con otro tipo": uno(corrige("CET-01"), segcovid=[caso(tipo_documento="TI")]),
            "(c) el 10 de agosto": uno(
                ("NO_ADMITIDO", "CET-02", 0), segcovid=[caso(dia=date(2020, 8, 10))]
            ),
            "el primer día": uno(ABRE, segcovid=[caso(dia=date(2020, 8, 11))]),
            "el último": uno(
                ("EN_ENROLAMIENTO", "", 233_331), segcovid=[caso(dia=date(2022, 6, 30))]
            ),
            "después": uno(("NO_ADMITIDO", "CET-02", 0), segcovid=[caso(dia=date(2022, 7, 1))]),
            "el del universo antes que uno anterior": uno(
                ABRE, segcovid=[caso(dia=date(2020, 7, 1)), caso(dia=F, id_caso="C2")]
            ),
            "de varios fuera, el más antiguo": uno(
                ("NO_ADMITIDO", "CET-02", 0),
                segcovid=[caso(dia=date(2022, 7, 1)), caso(dia=date(2020, 8, 1), id_caso="C2")],
            ),
            "uno con fecha antes que otro sin ella": uno(
                ABRE, segcovid=[caso(dia=None), caso(dia=F, id_caso="C2")]
            ),
            "confirmado sin fecha: a revisión": uno(REVISION, segcovid=[caso(dia=None)]),
            "SEGCOVID dice que no se aisló": uno(
                glosa("CET-06"), segcovid=[caso(cumple_aislamiento=False)]
            ),
            "lo dice de otro de sus casos": uno(
                ABRE,
                segcovid=[caso(), caso(dia=F + UN_DIA, id_caso="C2", cumple_aislamiento=False)],
            ),
            "lo dice del que tiene otro tipo": uno(
                ABRE, segcovid=[caso(), caso(tipo_documento="TI", cumple_aislamiento=False)]
            ),
        }
    )


def test_la_afiliacion_del_dia() -> None:
    comprobar(
        {
            "contributivo": uno(glosa("CET-03"), bdua=[bdua(regimen="C")]),
            "retirado": uno(glosa("CET-03"), bdua=[bdua(estado="RE")]),
            "vigente hasta ese día": uno(
                ABRE, bdua=[bdua(hasta=F), bdua(desde=F + UN_DIA, regimen="C")]
            ),
            "vigente desde ese día": uno(
                ABRE, bdua=[bdua(desde=F), bdua(hasta=F - UN_DIA, desde=None, regimen="C")]
            ),
            "hasta la víspera": uno(glosa("CET-03"), bdua=[bdua(hasta=F - UN_DIA)]),
            "la misma EPS con otro código": uno(ABRE, fila(codigo_eps="ESSC62")),
            "otra EPS": uno(corrige("CET-04"), bdua=[bdua(codigo_eps="ESS024")]),
            "otra EPS y contributivo: solo una": uno(
                glosa("CET-03"), bdua=[bdua(codigo_eps="EPS010", regimen="C")]
            ),
            "no está en la BDUA": uno(corrige("CET-05"), bdua=[]),
            "con otro tipo de documento": uno(corrige("CET-05"), bdua=[bdua(tipo_documento="CE")]),
            "otros nombres": uno(corrige("CET-05"), fila(primer_apellido="OTRO")),
            "una letra": uno(("EN_ENROLAMIENTO", "CET-05", CET), fila(primer_nombre="PERSONA 12")),
            "los nombres de ese día, no los últimos": uno(
                ABRE,
                bdua=[bdua(hasta=F), bdua(desde=F + UN_DIA, primer_apellido="OTRO")],
            ),
            "sin fila ese día, los últimos": uno(
                glosa("CET-03;CET-05"),
                bdua=[
                    bdua(hasta=date(2019, 1, 1)),
                    bdua(desde=date(2019, 2, 1), hasta=date(2019, 3, 1), primer_apellido="OTRO"),
                ],
            ),
            "cédula cancelada": uno(corrige("CET-05"), rnec=[rnec(clase="CANCELADA")]),
            "cédula sin definir": uno(
                ("EN_ENROLAMIENTO", "CET-05", CET), rnec=[rnec(clase="PENDIENTE")]
            ),
            "cédula que no está": uno(corrige("CET-05"), rnec=[]),
            "consulta sin respuesta": uno(corrige("CET-05"), rnec=[rnec(clase=None)]),
        }
    )


def test_el_aislamiento_se_cuenta_en_dias() -> None:
    fin, enero = date(2020, 10, 18), date(2022, 1, 7)
    avisa: Salida = ("EN_ENROLAMIENTO", "CET-06", CET)
    de_2022: Salida = ("EN_ENROLAMIENTO", "", 233_331)
    siete: Fila = {"aislamiento_inicio": enero, "aislamiento_fin": enero + 6 * UN_DIA}
    tabla: dict[str, Caso] = {
        "catorce": uno(ABRE),
        "trece": uno(avisa, fila(aislamiento_fin=fin - UN_DIA)),
        "siete desde el 7 de enero": uno(de_2022, fila(**siete), segcovid=[caso(dia=enero)]),
        "siete la víspera": uno(
            ("EN_ENROLAMIENTO", "CET-06", 233_331),
            fila(**siete),
            segcovid=[caso(dia=enero - UN_DIA)],
        ),
        "no lo cumplió": uno(glosa("CET-06"), fila(cumple_aislamiento=False)),
    }
    comprobar(tabla)
    assert salidas(
        {n: s for n, (s, _) in tabla.items()},
        {"dias_aislamiento": "13", "dias_aislamiento_corto": "8"},
    ) == {
        "catorce": [ABRE],
        "trece": [ABRE],
        "siete desde el 7 de enero": [("EN_ENROLAMIENTO", "CET-06", 233_331)],
        "siete la víspera": [("EN_ENROLAMIENTO", "CET-06", 233_331)],
        "no lo cumplió": [glosa("CET-06")],
    }


def test_el_valor_es_de_siete_dias_del_salario_de_ese_anio() -> None:
    """The dossier, §5 and (b)."""
    situaciones = {
        "(b) diciembre de 2020": Situacion([fila()], {"segcovid": [caso(dia=date(2020, 12, 28))]}),
        "31 de diciembre": Situacion([fila()], {"segcovid": [caso(dia=date(2020, 12, 31))]}),
        "1 de enero de 2021": Situacion([fila()], {"segcovid": [caso(dia=date(2021, 1, 1))]}),
        "31 de diciembre de 2021": Situacion(
            [fila()], {"segcovid": [caso(dia=date(2021, 12, 31))]}
        ),
        "1 de enero de 2022": Situacion([fila()], {"segcovid": [caso(dia=date(2022, 1, 1))]}),
    }
    por_dia = [204_820, 204_820, 211_988, 211_988, 233_331]
    assert [f[0][2] for f in salidas(situaciones).values()] == por_dia
    en_total = [204_820, 204_820, 211_989, 211_989, 233_333]
    assert [f[0][2] for f in salidas(situaciones, {"redondeo": "TOTAL"}).values()] == en_total


def _familia(*filas: Fila, cabeza: int = 1) -> dict[str, list[Fila]]:
    """BDUA of people with one head."""
    return {"bdua": [bdua(int(str(f["numero_documento"])), cabeza) for f in filas]}


def test_de_cada_nucleo_va_un_solo_caso() -> None:
    """Precedence, the election of the lead and §5 (a)."""
    tres = [fila(1), fila(2), fila(3)]
    dos = [fila(1), fila(2)]
    antes = [caso(1), caso(2, F - UN_DIA)]
    tabla = {
        "(a) tres de una familia": (tres, _familia(*tres), [ABRE, TRAS_ABRE, TRAS_ABRE]),
        "el primero confirmado": (dos, {**_familia(*dos), "segcovid": antes}, [TRAS_ABRE, ABRE]),
        "el que trae producto": (
            [fila(1), fila(2, **PRODUCTO)],
            {**_familia(*dos), "segcovid": [caso(1, F - UN_DIA), caso(2)]},
            [TRAS_VALIDA, VALIDA],
        ),
        "de dos, el de menor tipo": (
            [fila(2), fila(1, tipo_documento="CE")],
            {
                "bdua": [bdua(2, 2), bdua(1, 2, tipo_documento="CE")],
                "segcovid": [caso(2), caso(1, tipo_documento="CE")],
            },
            [ABRE, TRAS_ABRE],
        ),
        "de dos, el de menor número": ([fila(2), fila(1)], _familia(*dos), [TRAS_ABRE, ABRE]),
        "el glosado no es líder": (
            [fila(1, cumple_aislamiento=False), fila(2)],
            _familia(*dos),
            [("NO_PAGO_NUCLEO_ENROLAMIENTO", "CET-06;CET-08", 0), ABRE],
        ),
        "ni el que se corrige": (
            [fila(1, direccion=None), fila(2)],
            _familia(*dos),
            [("NO_PAGO_NUCLEO_ENROLAMIENTO", "CET-08;CET-13", 0), ABRE],
        ),
        "sin líder cada uno sigue por lo suyo": (
            [fila(1, direccion=None), fila(2, cumple_aislamiento=False)],
            _familia(*dos),
            [corrige("CET-13"), glosa("CET-06")],
        ),
        "la glosa antes que la corrección": (
            [fila(cumple_aislamiento=False, direccion=None)],
            {},
            [glosa("CET-06;CET-13")],
        ),
        "uno fuera de los días no compite": (
            dos,
            {**_familia(*dos), "segcovid": [caso(1, date(2020, 8, 1)), caso(2)]},
            [("NO_ADMITIDO", "CET-02;CET-08", 0), ABRE],
        ),
        "líder anterior sin producto": (
            [fila(**PRODUCTO)],
            {"historia": [historia(9, "EN_ENROLAMIENTO", "BDUA:CC:1")]},
            [TRAS_ABRE],
        ),
        "líder anterior con producto": (
            [fila()],
            {"historia": [historia(9, "EN_VALIDACION_BANCARIA", "BDUA:CC:1")]},
            [TRAS_VALIDA],
        ),
        "un miembro no es un líder": (
            [fila()],
            {"historia": [historia(9, "EN_ENROLAMIENTO", "BDUA:CC:1", rol="MIEMBRO")]},
            [ABRE],
        ),
        "otro estado no es un líder": (
            [fila()],
            {"historia": [historia(9, "GLOSADO", "BDUA:CC:1")]},
            [ABRE],
        ),
    }
    juicios = juzgadas({n: Situacion(f, r) for n, (f, r, _) in tabla.items()})
    assert {n: j.filas for n, j in juicios.items()} == {n: e for n, (*_, e) in tabla.items()}
    gana = {n: j.gana for n, j in juicios.items()}
    assert gana["(a) tres de una familia"] == [None, 1, 1]
    assert gana["el primero confirmado"] == [2, None]
    assert gana["sin líder cada uno sigue por lo suyo"] == [None, None]
    assert gana["líder anterior sin producto"] == [None]


def test_la_llave_del_nucleo() -> None:
    """§7.2 and §7.4, and how many heads CET-10 sees."""
    ya_no, desde = {"hasta": F - UN_DIA}, {"desde": F + UN_DIA}
    sin_nadie: Registros = {"segcovid": []}
    tabla = {
        "la cabeza de la BDUA": ({"bdua": [bdua(1, 5)]}, "BDUA:CC:5"),
        "la de ese día": ({"bdua": [bdua(1, 5, hasta=F), bdua(1, 6, **desde)]}, "BDUA:CC:5"),
        "la del grupo": ({"bdua": [bdua(1, None), bdua(5)], "grupo": [grupo(1, 5)]}, "BDUA:CC:5"),
        "un grupo que ya no": (
            {"bdua": [bdua(1, 6), bdua(5)], "grupo": [grupo(1, 5, **ya_no)]},
            "BDUA:CC:6",
        ),
        "un grupo que aún no": (
            {"bdua": [bdua(1, 6), bdua(5)], "grupo": [grupo(1, 5, **desde)]},
            "BDUA:CC:6",
        ),
        "la misma en los dos": (
            {"bdua": [bdua(1, 5), bdua(5)], "grupo": [grupo(1, 5, hasta=F)]},
            "BDUA:CC:5",
        ),
        "una cabeza de grupo que no está": (
            {"bdua": [bdua(1, 6)], "grupo": [grupo(1, 5)]},
            "BDUA:CC:6",
        ),
        "la casa": ({"bdua": [bdua(1, None)], "sisben": [vive(1)]}, "SISBEN:05001:F1"),
        "la EPS": ({"bdua": [bdua(1, None)]}, "EPS:ESS062:N1"),
        "la casa no vale con cabeza": ({"sisben": [vive(1)]}, "BDUA:CC:1"),
        "sin día del caso no hay": (sin_nadie, None),
    }

    def con_nombres(registros: Registros) -> Registros:
        return {"bdua_grupo_familiar" if r == "grupo" else r: v for r, v in registros.items()}

    situaciones = {n: Situacion([fila()], con_nombres(r)) for n, (r, _) in tabla.items()}
    varias = {
        "dos filas": Situacion([fila()], {"bdua": [bdua(1, 5), bdua(1, 6)]}),
        "la fila y el grupo": Situacion(
            [fila()], {"bdua": [bdua(1, 6), bdua(5)], "bdua_grupo_familiar": [grupo(1, 5)]}
        ),
        "dos grupos": Situacion(
            [fila()],
            {
                "bdua": [bdua(1, None), bdua(5), bdua(6)],
                "bdua_grupo_familiar": [grupo(1, 5), grupo(1, 6)],
            },
        ),
        "un grupo y el mismo, y otro": Situacion(
            [fila()],
            {
                "bdua": [bdua(1, 5), bdua(5), bdua(6)],
                "bdua_grupo_familiar": [grupo(1, 5), grupo(1, 6)],
            },
        ),
    }
    juicios = juzgadas(situaciones | varias)
    assert {n: juicios[n].claves for n in tabla} == {n: [e] for n, (_, e) in tabla.items()}
    assert {n: juicios[n].filas for n in varias} == {n: [corrige("CET-10")] for n in varias}


MENOR: Final[Fila] = {"tipo_documento": "TI", "fecha_nacimiento": date(2008, 8, 8)}


def test_a_quien_se_le_paga() -> None:
    """§7.7 and CET-11: who receives, in order, and who cannot."""
    cumple = date(2002, 10, 5)  # eighteen on F
    nino = fila(1, **MENOR)
    en_segcovid = {"segcovid": [caso(1, tipo_documento="TI")]}

    def familia(*otros: Fila, **registros: list[Fila]) -> Registros:
        return {**en_segcovid, "bdua": [bdua(1, 5, **MENOR), *otros], **registros}

    vecinos = [bdua(6, 5, fecha_nacimiento=date(1970, 1, 1)), bdua(7, 5)]
    tabla: dict[str, tuple[Fila, Registros, str | None]] = {
        "el paciente": (fila(), {}, "1"),
        "el reportado": (fila(**recibe(2)), {"bdua": [bdua(1), bdua(2, 1)], "rnec": [rnec()]}, "2"),
        "solo el reportado": (fila(**recibe(2)), {"bdua": [bdua(1), bdua(2, 1, **MENOR)]}, None),
        "uno de otra familia": (fila(**recibe(2)), {"bdua": [bdua(1), bdua(2)]}, None),
        "la cabeza": (nino, familia(bdua(5), *vecinos), "5"),
        "la cabeza y los suyos, solo del grupo familiar": (
            nino,
            {
                **en_segcovid,
                "bdua": [bdua(1, None, **MENOR), bdua(5, None, estado="AF"), bdua(6, None)],
                "bdua_grupo_familiar": [grupo(1, 5), grupo(5, 5), grupo(6, 5)],
            },
            "6",
        ),
        "el cónyuge": (
            nino,
            familia(familiares=[familiar(8), familiar(9, parentesco="CONYUGE")]),
            "9",
        ),
        "el mayor": (nino, familia(*vecinos), "6"),
        "el familiar mayor que los demás": (
            nino,
            familia(*vecinos, familiares=[familiar(8, fecha_nacimiento=date(1960, 1, 1))]),
            "8",
        ),
        "de dos iguales, el menor número": (nino, familia(bdua(7, 5), bdua(6, 5)), "6"),
        "menores solos": (nino, familia(), None),
        "cumple dieciocho ese día": (
            nino,
            familia(bdua(5, 5, fecha_nacimiento=cumple)),
            "5",
        ),
        "los cumple al día siguiente": (
            nino,
            familia(bdua(5, 5, fecha_nacimiento=cumple + UN_DIA)),
            None,
        ),
        "sin fecha de nacimiento": (nino, familia(bdua(5, fecha_nacimiento=None)), None),
        "la del familiar vale": (
            nino,
            familia(bdua(8, 8, fecha_nacimiento=None), familiares=[familiar(8)]),
            "8",
        ),
        "la del paciente vale": (fila(), {"bdua": [bdua(fecha_nacimiento=None)]}, "1"),
        "documento que no sirve": (
            nino,
            familia(bdua(5, 5, tipo_documento="PT"), familiares=[familiar(5, tipo_documento="PT")]),
            None,
        ),
        "muerto en la Registraduría": (nino, familia(bdua(5), rnec=[rnec(5, "FALLECIDO")]), None),
        "muerto en la BDUA": (
            nino,
            familia(bdua(5, hasta=F + UN_DIA), bdua(5, desde=F + 2 * UN_DIA, estado="AF")),
            None,
        ),
        "muerto según la EPS": (nino, familia(familiares=[familiar(8, vivo=False)]), None),
        "de otra familia de la EPS": (nino, familia(familiares=[familiar(8, de=2)]), None),
        "del grupo familiar": (
            fila(**recibe(2)),
            {"bdua": [bdua(1), bdua(2, None)], "bdua_grupo_familiar": [grupo(2, 1)]},
            "2",
        ),
        "quien vive en la casa que es el núcleo": (
            nino,
            {
                **en_segcovid,
                "bdua": [bdua(1, None, **MENOR), bdua(2, None), bdua(3, 3)],
                "sisben": [vive(1, tipo_documento="TI"), vive(2), vive(3)],
            },
            "2",
        ),
        "quien vive ahí y no está en la BDUA": (
            fila(1, **MENOR, **recibe(2)),
            {
                **en_segcovid,
                "bdua": [bdua(1, None, **MENOR)],
                "sisben": [vive(1, tipo_documento="TI"), vive(2)],
            },
            None,
        ),
        "quien vive ahí, con cabeza propia el paciente": (
            nino,
            {
                **en_segcovid,
                "bdua": [bdua(1, 1, **MENOR), bdua(2, None)],
                "sisben": [vive(1, tipo_documento="TI"), vive(2)],
            },
            None,
        ),
    }
    juicios = juzgadas({n: Situacion([f], r) for n, (f, r, _) in tabla.items()})
    dados = {n: j.recibe.get(1, (None,))[0] for n, j in juicios.items()}
    assert dados == {n: e for n, (*_, e) in tabla.items()}
    sin_nadie = [n for n, (*_, e) in tabla.items() if e is None]
    assert {n: "CET-11" in juicios[n].filas[0][1] for n in sin_nadie} == dict.fromkeys(
        sin_nadie, True
    )
    assert juicios["el paciente"].recibe[1] == ("1", "PERSONA 1 PRUEBA")
    assert juicios["la cabeza"].recibe[1] == ("5", "PERSONA 5 PRUEBA")
    assert juicios["el cónyuge"].recibe[1] == ("9", "FAMILIAR 9 PRUEBA")


def test_quien_fallece_no_recibe() -> None:
    """CET-12, §7.7: the payee of the deceased is reported."""
    murio: Fila = {"fallecido": True, "fecha_defuncion": F + UN_DIA}
    con_otro = {"bdua": [bdua(1), bdua(2, 1)]}
    comprobar(
        {
            "sin otro": uno(corrige("CET-11;CET-12"), fila(**murio)),
            "hay quien reciba y no se reporta": uno(corrige("CET-12"), fila(**murio), **con_otro),
            "él mismo": uno(corrige("CET-11;CET-12"), fila(**murio, **recibe(1)), **con_otro),
            "otro del núcleo": uno(ABRE, fila(**murio, **recibe(2)), **con_otro),
            "lo sabe la Registraduría": uno(
                corrige("CET-11;CET-12"), fila(), rnec=[rnec(clase="FALLECIDO")]
            ),
            "y de un menor": uno(
                corrige("CET-12"),
                fila(**MENOR),
                segcovid=[caso(tipo_documento="TI")],
                bdua=[bdua(1, 5, **MENOR), bdua(5)],
                rnec=[rnec(clase="FALLECIDO")],
            ),
            "lo sabe la BDUA": uno(
                corrige("CET-12"),
                bdua=[bdua(hasta=F), bdua(1, 5, desde=F + UN_DIA, estado="AF"), bdua(2, 1)],
            ),
        }
    )


def test_a_nadie_se_le_paga_dos_veces() -> None:
    """CET-07, CET-08 and CET-09 against what was decided before."""
    comprobar(
        {
            "el núcleo cobró": uno(PAGADO, historia=[historia(9, "PAGADO", "BDUA:CC:1")]),
            "otro del núcleo quedó detrás": uno(
                PAGADO, historia=[historia(9, "EN_NUCLEO_PAGADO", "BDUA:CC:1")]
            ),
            "el paciente, en otro núcleo": uno(
                PAGADO, historia=[historia(1, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")]
            ),
            "quien recibe": uno(
                PAGADO,
                fila(**recibe(2)),
                bdua=[bdua(1), bdua(2, 1)],
                historia=[historia(2, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "quien recibe, elegido": uno(
                PAGADO,
                fila(**MENOR),
                segcovid=[caso(tipo_documento="TI")],
                bdua=[bdua(1, 5, **MENOR), bdua(5)],
                historia=[historia(5, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "un familiar": uno(
                PAGADO,
                familiares=[familiar(8)],
                historia=[historia(8, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "un familiar de otra familia": uno(
                ABRE,
                familiares=[familiar(8, de=2)],
                historia=[historia(8, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "alguien de la BDUA del núcleo": uno(
                ("EN_NUCLEO_PAGADO", "CET-08", 0),
                bdua=[bdua(1), bdua(2, 1)],
                historia=[historia(2, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "alguien que vive con ellos": uno(
                ("EN_ENROLAMIENTO", "CET-16", CET),
                bdua=[bdua(1), bdua(2)],
                sisben=[vive(1), vive(2)],
                historia=[historia(2, "PAGADO", rol="MIEMBRO")],
            ),
            "el paciente va en otro núcleo": uno(
                TRAS_ABRE, historia=[historia(1, "EN_ENROLAMIENTO", "BDUA:CC:9", rol="MIEMBRO")]
            ),
            "un familiar va en otro": uno(
                TRAS_VALIDA,
                familiares=[familiar(8)],
                historia=[historia(8, "EN_VALIDACION_BANCARIA", "BDUA:CC:9", rol="MIEMBRO")],
            ),
            "va en este mismo": uno(
                ABRE, historia=[historia(1, "EN_ENROLAMIENTO", "BDUA:CC:1", rol="MIEMBRO")]
            ),
            "entregado y sin resultado": uno(
                NO_ADMITIDO, historia=[historia(1, "EN_REVISION_ADRES")]
            ),
            "glosado por el aislamiento": uno(
                NO_ADMITIDO, historia=[historia(1, "GLOSADO", codigos="CET-03;CET-06")]
            ),
            "glosado por otra cosa": uno(ABRE, historia=[historia(1, "GLOSADO", codigos="CET-03")]),
            "glosado sin códigos": uno(ABRE, historia=[historia(1, "GLOSADO")]),
            "devuelto": uno(ABRE, historia=[historia(1, "EN_CORRECCION_EPS")]),
            "nunca entregado": uno(ABRE, historia=[historia(1, "NUNCA_ENTREGADO")]),
            "no admitido": uno(ABRE, historia=[historia(1, "NO_ADMITIDO")]),
            "otro con el mismo número": uno(
                ABRE, historia=[historia(1, "EN_REVISION_ADRES", tipo_documento="TI")]
            ),
        }
    )


def test_las_repetidas_no_se_juzgan_por_nada_mas() -> None:
    mal: Fila = {"cumple_aislamiento": False, "direccion": None}
    comprobar(
        {
            "en el archivo": (
                Situacion([fila(), fila(consecutivo=2, **mal), fila(consecutivo=3)]),
                [ABRE, NO_ADMITIDO, NO_ADMITIDO],
            ),
            "la primera aunque no sirva": (
                Situacion([fila(**mal), fila(consecutivo=2)]),
                [glosa("CET-06;CET-13"), NO_ADMITIDO],
            ),
            "el mismo número con otro tipo no": (
                Situacion(
                    [fila(), fila(consecutivo=2, tipo_documento="CE")],
                    {
                        "segcovid": [caso(), caso(tipo_documento="CE", id_caso="C2")],
                        "bdua": [bdua(), bdua(tipo_documento="CE", afl_id="2")],
                    },
                ),
                [ABRE, TRAS_ABRE],
            ),
        }
    )


def test_dos_nucleos_con_alguien_en_comun() -> None:
    """The second entry of CET-08: the first lead in order goes ahead."""
    comun = [familiar(8, de=1), familiar(8, de=2)]
    tres = [familiar(8, de=1), familiar(8, de=2), familiar(9, de=2), familiar(9, de=3)]
    tabla = {
        "el segundo espera": ([fila(1), fila(2)], {"familiares": comun}, [ABRE, TRAS_ABRE]),
        "el que trae producto va antes": (
            [fila(1), fila(2, **PRODUCTO)],
            {"familiares": comun},
            [TRAS_VALIDA, VALIDA],
        ),
        "contra todos los líderes, en una pasada": (
            [fila(1), fila(2), fila(3)],
            {"familiares": tres},
            [ABRE, TRAS_ABRE, TRAS_ABRE],
        ),
        "quien no es líder no estorba": (
            [fila(1, direccion=None), fila(2)],
            {"familiares": comun},
            [corrige("CET-13"), ABRE],
        ),
        "sin nadie en común": (
            [fila(1), fila(2)],
            {"familiares": [familiar(8, de=1), familiar(9, de=2)]},
            [ABRE, ABRE],
        ),
    }
    juicios = juzgadas({n: Situacion(f, r) for n, (f, r, _) in tabla.items()})
    assert {n: j.filas for n, j in juicios.items()} == {n: e for n, (*_, e) in tabla.items()}
    assert juicios["el segundo espera"].gana == [None, 1]
    assert juicios["el que trae producto va antes"].gana == [2, None]
    assert juicios["contra todos los líderes, en una pasada"].gana == [None, 1, 2]


def test_la_casa_de_dos_nucleos_avisa() -> None:
    """§5 (d)."""
    juntos = [vive(1), vive(2)]
    avisa: Salida = ("EN_ENROLAMIENTO", "CET-16", CET)
    comprobar(
        {
            "(d) dos núcleos en una casa": (
                Situacion([fila(1), fila(2)], {"sisben": juntos}),
                [avisa, avisa],
            ),
            "una familia en una casa": (
                Situacion([fila(1)], {"sisben": juntos, "bdua": [bdua(1), bdua(2, 1)]}),
                [ABRE],
            ),
            "con alguien sin cabeza": (
                Situacion([fila(1)], {"sisben": juntos, "bdua": [bdua(1), bdua(2, None)]}),
                [ABRE],
            ),
            "la cabeza vive en otra": (
                Situacion([fila(1)], {"sisben": [vive(1), vive(5, "F2")], "bdua": [bdua(1, 5)]}),
                [avisa],
            ),
        }
    )


def test_los_miembros_son_quienes_cobran_con_el_nucleo() -> None:
    familia = Situacion(
        [fila(**recibe(2))],
        {
            "bdua": [bdua(1, 5), bdua(2, 5), bdua(3, 5, hasta=F - UN_DIA), bdua(4), bdua(6, 5)],
            "sisben": [vive(1), vive(4)],
            "familiares": [familiar(8)],
        },
    )
    detras = Situacion([fila(1, direccion=None)])
    juicios = juzgadas({"familia": familia, "detras": detras})
    assert juicios["familia"].miembros == {1: ["1", "2", "5", "6", "8"]}
    assert juicios["detras"].miembros == {}


def test_el_universo_tiene_cada_caso_en_un_estado() -> None:
    """§6: the table of precedence, submitted or not."""
    dos = {"bdua": [bdua(1), bdua(2, 1)]}
    casos = {"segcovid": [caso(1), caso(2)]}
    tabla = {
        "sin entregar": ([], {"segcovid": [caso(1)]}, {"C1": ("NUNCA_ENTREGADO", 0)}),
        "el líder y otro que nadie entregó": (
            [fila(1)],
            dos | casos,
            {"C1": ("EN_ENROLAMIENTO", CET), "C2": ("NO_PAGO_NUCLEO_ENROLAMIENTO", 0)},
        ),
        "con producto": (
            [fila(1, **PRODUCTO)],
            dos | casos,
            {"C1": ("EN_VALIDACION_BANCARIA", CET), "C2": ("NUCLEO_VALIDACION_BANCARIA", 0)},
        ),
        "el líder está en la historia": (
            [],
            dos | casos | {"historia": [historia(1, "EN_VALIDACION_BANCARIA")]},
            {"C1": ("EN_VALIDACION_BANCARIA", 0), "C2": ("NUCLEO_VALIDACION_BANCARIA", 0)},
        ),
        "núcleo pagado": (
            [],
            dos | casos | {"historia": [historia(1, "PAGADO")]},
            {"C1": ("PAGADO", 0), "C2": ("EN_NUCLEO_PAGADO", 0)},
        ),
        "miembro de uno pagado": (
            [],
            {
                "segcovid": [caso(1)],
                "historia": [historia(1, "PAGADO", "BDUA:CC:9", rol="MIEMBRO")],
            },
            {"C1": ("EN_NUCLEO_PAGADO", 0)},
        ),
        "en revisión": (
            [],
            {"segcovid": [caso(1)], "historia": [historia(1, "EN_REVISION_ADRES")]},
            {"C1": ("EN_REVISION_ADRES", 0)},
        ),
        "la fila manda sobre lo anterior": (
            [fila(1, cumple_aislamiento=False)],
            {"segcovid": [caso(1)], "historia": [historia(1, "EN_CORRECCION_EPS")]},
            {"C1": ("GLOSADO", 0)},
        ),
        "la no admitida no": (
            [fila(1)],
            {"segcovid": [caso(1)], "historia": [historia(1, "EN_REVISION_ADRES")]},
            {"C1": ("EN_REVISION_ADRES", 0)},
        ),
        "la que falla FORMA también cuenta": (
            [fila(1, forma_ok=False)],
            {"segcovid": [caso(1)]},
            {"C1": ("EN_CORRECCION_EPS", 0)},
        ),
        "ni quita lo que ya cobró": (
            [fila(1, forma_ok=False)],
            {"segcovid": [caso(1)], "historia": [historia(1, "PAGADO")]},
            {"C1": ("PAGADO", 0)},
        ),
        "ni lo que va a cobrar": (
            [fila(1, forma_ok=False)],
            {"segcovid": [caso(1)], "historia": [historia(1, "EN_VALIDACION_BANCARIA")]},
            {"C1": ("EN_VALIDACION_BANCARIA", 0)},
        ),
        "la de otro tipo presta su estado": (
            [fila(1)],
            {"segcovid": [caso(1, tipo_documento="TI")]},
            {"C1": ("EN_CORRECCION_EPS", 0)},
        ),
        "también si se decidió antes": (
            [],
            {
                "segcovid": [caso(1, tipo_documento="TI")],
                "historia": [historia(1, "EN_CORRECCION_EPS", codigos="CET-01")],
            },
            {"C1": ("EN_CORRECCION_EPS", 0)},
        ),
        "y solo por eso": (
            [],
            {
                "segcovid": [caso(1, tipo_documento="TI")],
                "historia": [historia(1, "EN_CORRECCION_EPS", codigos="CET-13")],
            },
            {"C1": ("NUNCA_ENTREGADO", 0)},
        ),
        "por la casa": (
            [fila(1)],
            casos | {"bdua": [bdua(1, None), bdua(2, None)], "sisben": [vive(1), vive(2)]},
            {"C1": ("EN_ENROLAMIENTO", CET), "C2": ("NO_PAGO_NUCLEO_ENROLAMIENTO", 0)},
        ),
        "fuera del universo no hay": (
            [],
            {"segcovid": [caso(1, date(2020, 8, 10)), caso(2, date(2022, 7, 1)), caso(3, None)]},
            {},
        ),
        "una persona, un caso": (
            [],
            {"segcovid": [caso(1, F + UN_DIA), caso(1, id_caso="C2"), caso(1, id_caso="C3")]},
            {"C2": ("NUNCA_ENTREGADO", 0)},
        ),
    }
    juicios = juzgadas({n: Situacion(f, r) for n, (f, r, _) in tabla.items()})
    assert {n: j.universo for n, j in juicios.items()} == {n: e for n, (*_, e) in tabla.items()}


def test_sin_los_registros_opcionales_las_demas_siguen() -> None:
    ausentes = MECANISMO.esquema.opcionales
    dado = juzgadas({"una": Situacion([fila()])}, ausentes=ausentes)["una"]
    assert (dado.filas, dado.recibe) == ([ABRE], {1: ("1", "PERSONA 1 PRUEBA")})


def test_quien_no_tiene_universo_no_lo_da() -> None:
    with motor() as en:
        dados = insumos(en, [], {}, {}, ())
        with pytest.raises(InvarianteRota):
            universo(TALENTO_HUMANO, dados, dados.filas, en)


def test_lo_publicado_de_2020() -> None:
    """§10: 27,419 núcleos."""
    salario = norma.SALARIO_MINIMO.en(F)
    por_nucleo = norma.DIAS_DE_SALARIO * (salario // norma.DIAS_DEL_MES)
    assert (por_nucleo, 27_419 * por_nucleo) == (204_820, 5_615_959_580)
