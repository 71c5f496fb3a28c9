"""What the registers make of a row: days, cuts, who the person is and who heads the household.

One evaluation judges all the cases, each with people of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.act import (
    Fila,
    cedula,
    compensado,
    decidido,
    dia,
    evaluar,
    fila,
    hallazgos,
    maestro,
    mora,
    numero,
    tramo,
)

LIQUIDADO, NO_ELEGIBLE, GLOSADO = "LIQUIDADO", "NO_ELEGIBLE", "GLOSADO"
CORRECCION, SIN_TARIFA = "EN_CORRECCION_EPS", "SIN_TARIFA"
DIA: Final = 262_521
"""Centavos of a woman of 34 in a normal zone."""


@dataclass(frozen=True)
class Caso:
    """Rows and registers of the people 1, 2 and 3, and (estado, codigos, días) of each row."""

    nombre: str
    esperado: Sequence[tuple[str, str, int]]
    filas: Sequence[Fila] = field(default_factory=lambda: [fila()])
    registros: Mapping[str, Sequence[Fila]] = field(default_factory=dict)


EN_ORDEN: Final[Mapping[str, Sequence[Fila]]] = {"bdua": [maestro()], "bdua_afiliacion": [mora()]}


def caso(
    nombre: str,
    *esperado: tuple[str, str, int],
    filas: Sequence[Fila] | None = None,
    **registros: Sequence[Fila],
) -> Caso:
    return Caso(nombre, esperado, filas or [fila()], {**EN_ORDEN, **registros})


def bien(dias: int = 30, codigos: str = "") -> tuple[str, str, int]:
    return (LIQUIDADO, codigos, dias)


def _mes(anio: int, mes: int, desde: int, hasta: int, sujeto: str = "I") -> list[Fila]:
    return [
        fila(
            sujeto=sujeto,
            periodo=f"{anio}-{mes:02}",
            fecha_inicio=date(anio, mes, desde),
            fecha_fin=date(anio, mes, hasta),
        )
    ]


def _protegida(*, hasta: date | None, desde: date = dia(4, 1)) -> dict[str, Sequence[Fila]]:
    return {"bdua": [maestro(desde=dia(4, 1))], "bdua_afiliacion": [tramo(1, "PL", desde, hasta)]}


DESDE_ABRIL: Final = {"bdua": [maestro(desde=dia(4, 1))]}
DIAS: Final = [
    caso("mes de 31", bien()),
    caso("mes de 31 hasta el 30", bien(), filas=_mes(2020, 7, 1, 30)),
    caso("mes de 31 hasta el 29", bien(29), filas=_mes(2020, 7, 1, 29)),
    caso("solo el 31", bien(1), filas=_mes(2020, 7, 31, 31)),
    caso("del 30 al 31", bien(1), filas=_mes(2020, 7, 30, 31)),
    caso("solo el 30 de 31", bien(1), filas=_mes(2020, 7, 30, 30)),
    caso("mes de 30", bien(), filas=_mes(2020, 9, 1, 30)),
    caso("solo el 30 de 30", bien(1), filas=_mes(2020, 9, 30, 30)),
    caso("del 14 al fin", bien(17), filas=_mes(2020, 9, 14, 30)),
    caso("febrero de 28", (SIN_TARIFA, "ACT-17", 30), filas=_mes(2021, 2, 1, 28)),
    caso("hasta el 27 de febrero", (SIN_TARIFA, "ACT-17", 27), filas=_mes(2021, 2, 1, 27)),
    caso("solo el 28 de febrero", (SIN_TARIFA, "ACT-17", 3), filas=_mes(2021, 2, 28, 28)),
    caso(
        "febrero de 29",
        (NO_ELEGIBLE, "ACT-02;ACT-03;ACT-04;ACT-07;ACT-13", 0),
        filas=_mes(2020, 2, 1, 29),
    ),
    caso("justo desde el decreto", bien(19), filas=_mes(2020, 4, 12, 30, "II"),
         **_protegida(desde=dia(1, 1), hasta=dia(4, 11))),
    caso("abril entero", bien(19, "ACT-07"), filas=_mes(2020, 4, 1, 30, "II"),
         **_protegida(desde=dia(1, 1), hasta=dia(3, 31))),
    caso("antes del decreto", (NO_ELEGIBLE, "ACT-07", 0), filas=_mes(2020, 4, 1, 11, "II"),
         **_protegida(desde=dia(1, 1), hasta=dia(3, 31))),
    caso("último mes", (SIN_TARIFA, "ACT-17", 30), filas=_mes(2022, 6, 1, 30)),
    caso("después de la emergencia", (NO_ELEGIBLE, "ACT-07;ACT-17", 0),
         filas=_mes(2022, 7, 1, 31)),
]  # fmt: skip
CORTES: Final = [
    caso("protección hasta el 10", bien(20, "ACT-05"), filas=[fila(sujeto="II")],
         **_protegida(hasta=dia(7, 10))),
    caso("protección hasta la víspera del fin", bien(1, "ACT-05"), filas=[fila(sujeto="II")],
         **_protegida(hasta=dia(7, 30))),
    caso("protección todo el mes", (NO_ELEGIBLE, "ACT-05", 0), filas=[fila(sujeto="II")],
         **_protegida(hasta=dia(7, 31))),
    caso("protección sin fin", (NO_ELEGIBLE, "ACT-05", 0), filas=[fila(sujeto="II")],
         **_protegida(hasta=None)),
    caso("protección que empieza después", bien(30, "ACT-05"), filas=[fila(sujeto="II")],
         **_protegida(desde=dia(8, 1), hasta=dia(8, 31))),
    caso("de dos protecciones, la última", bien(25, "ACT-05"), filas=[fila(sujeto="II")],
         bdua=[maestro(desde=dia(4, 1))],
         bdua_afiliacion=[tramo(1, "PL", dia(4, 1), dia(7, 5)),
                          tramo(1, "PL", dia(3, 1), dia(3, 9))]),
    caso("subsidiada desde el 16", bien(15, "ACT-10"),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 16), regimen="S")]),
    caso("subsidiada desde el 1", (NO_ELEGIBLE, "ACT-10", 0),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(6, 1), regimen="S")]),
    caso("subsidiada hasta la víspera", bien(),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(1, 1), dia(6, 30), regimen="S")]),
    caso("subsidiada retirada", bien(),
         bdua_afiliacion=[mora(), tramo(1, "RE", dia(7, 16), regimen="S")]),
    caso("muere el 10", bien(10, "ACT-12"), rnec=[cedula(1, "FALLECIDO", dia(7, 10))]),
    caso("muere el último día", bien(), rnec=[cedula(1, "FALLECIDO", dia(7, 31))]),
    caso("murió antes", (NO_ELEGIBLE, "ACT-12", 0), rnec=[cedula(1, "FALLECIDO", dia(6, 30))]),
    caso("la Registraduría manda sobre BDUA", bien(), rnec=[cedula()],
         bdua_afiliacion=[mora(), tramo(1, "AF", dia(7, 10))]),
    caso("sin fila de la Registraduría, BDUA", bien(10, "ACT-12"),
         bdua_afiliacion=[mora(), tramo(1, "AF", dia(7, 10))]),
    caso("la muerte de quien no tiene cédula", bien(10, "ACT-12"),
         filas=[fila(tipo_documento="TI")], bdua=[maestro(tipo_documento="TI")],
         bdua_afiliacion=[mora(), tramo(1, "AF", dia(7, 10))], rnec=[cedula()]),
    caso("cancelada", (GLOSADO, "ACT-12", 30), rnec=[cedula(1, "CANCELADA")]),
    caso("en expedición", bien(), rnec=[cedula(1, "PENDIENTE")]),
    caso("cotizó tres días", bien(27, "ACT-08"), compensados=[compensado(1, "2020-07", 3)]),
    caso("cotizó el mes", (NO_ELEGIBLE, "ACT-08", 0), compensados=[compensado(1, "2020-07", 30)]),
    caso("cotizó dos veces", bien(15, "ACT-08"),
         compensados=[compensado(1, "2020-07", 10), compensado(1, "2020-07", 5)]),
    caso("cabe con lo cotizado", bien(10), filas=_mes(2020, 7, 1, 10),
         compensados=[compensado(1, "2020-07", 20)]),
    caso("lo de emergencia no cuenta", bien(), compensados=[compensado(1, "2020-07", 30, "AE")]),
    caso("muere y es subsidiada", bien(9, "ACT-10;ACT-12"),
         rnec=[cedula(1, "FALLECIDO", dia(7, 20))],
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 10), regimen="S")]),
]  # fmt: skip
DOS: Final = [fila(fecha_fin=dia(7, 20)), fila(codigo_eps="EPS002", fecha_inicio=dia(7, 12))]
EN_DOS_EPS: Final = {
    "bdua": [maestro(hasta=dia(7, 20)), maestro(codigo_eps="EPS002", desde=dia(7, 12))]
}
TREINTA: Final = [
    caso("traslado", bien(20), bien(10, "ACT-16"), filas=DOS, **EN_DOS_EPS),
    caso("repetida", bien(), (NO_ELEGIBLE, "ACT-16", 0), filas=[fila(), fila()]),
    caso("tres filas", bien(10), bien(10), bien(10, "ACT-16"),
         filas=[fila(fecha_fin=dia(7, d)) for d in (10, 10, 15)]),
    caso("la que sobra no gasta", bien(20), bien(10, "ACT-16"), (NO_ELEGIBLE, "ACT-16", 0),
         filas=[fila(fecha_fin=dia(7, d)) for d in (20, 20, 5)]),
    caso("la corregible no gasta", (CORRECCION, "ACT-13", 30), bien(),
         filas=[fila(novedad_reportada=False), fila()]),
    caso("la glosada se mide con las demás", bien(), (NO_ELEGIBLE, "ACT-09;ACT-16", 0),
         filas=[fila(fecha_fin=dia(7, 30)), fila(fecha_inicio=dia(7, 31))],
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 31), codigo_eps="EPS002")]),
    caso("de otro mes", bien(), bien(), filas=[*_mes(2020, 7, 1, 31), *_mes(2020, 8, 1, 31)]),
    caso("ya pagado", (NO_ELEGIBLE, "ACT-16", 0), historia=[decidido(1, 30)]),
    caso("diez ya decididos", bien(20, "ACT-16"), historia=[decidido(1, 10, "RECONOCIDO")]),
    caso("espera su valor y cuenta", bien(20, "ACT-16"), historia=[decidido(1, 10, "SIN_TARIFA")]),
    caso("pagado otro mes", bien(), historia=[decidido(1, 30, periodo="2020-06")]),
    *(
        caso(f"lo {estado} no cuenta", bien(), historia=[decidido(1, 30, estado)])
        for estado in (CORRECCION, GLOSADO, NO_ELEGIBLE, "REVERSADO", "REINTEGRADO")
    ),
    caso("cotizado y decidido", bien(15, "ACT-08;ACT-16"), historia=[decidido(1, 10, LIQUIDADO)],
         compensados=[compensado(1, "2020-07", 5)]),
    caso("más decidido que el mes", (NO_ELEGIBLE, "ACT-16", 0), historia=[decidido(1, 45)]),
]  # fmt: skip
IDENTIDAD: Final = [
    caso("no está en BDUA", (CORRECCION, "ACT-01", 30), bdua=[maestro(2)]),
    caso("de dos personas", (CORRECCION, "ACT-01", 30),
         bdua=[maestro(), maestro(2, numero_documento=numero(1))]),
    caso("otro tipo", (CORRECCION, "ACT-01", 30), filas=[fila(tipo_documento="CE")]),
    caso("dos documentos: cuenta lo cotizado con el otro", bien(20, "ACT-08"),
         bdua=[maestro(), maestro(numero_documento=numero(2), hasta=dia(5, 1), desde=dia(1, 1))],
         compensados=[compensado(2, "2020-07", 10)]),
    caso("dos documentos: cuenta lo decidido con el otro", bien(10, "ACT-16"),
         bdua=[maestro(), maestro(numero_documento=numero(2), hasta=dia(5, 1), desde=dia(1, 1))],
         historia=[decidido(2, 15), decidido(1, 5)]),
    caso("dos documentos: lo suyo bajo el otro vale", bien(),
         bdua=[maestro(estado="RE", desde=dia(1, 1), hasta=dia(3, 1)),
               maestro(numero_documento=numero(2))]),
    caso("dos documentos en el archivo", bien(20), bien(10, "ACT-16"),
         filas=[fila(fecha_fin=dia(7, 20)), fila(2, fecha_inicio=dia(7, 12))],
         bdua=[maestro(), maestro(2, afl_id="1")]),
    caso("manda la fila que solapa", bien(),
         bdua=[maestro(), maestro(desde=dia(8, 1), tipo_afiliado="A", estado="AC")]),
    caso("y de esas la suspendida", bien(),
         bdua=[maestro(), maestro(desde=dia(7, 2), tipo_afiliado="A", estado="RE")]),
    caso("si ninguna solapa, la última", (NO_ELEGIBLE, "ACT-15", 30),
         bdua=[maestro(desde=dia(8, 2), tipo_afiliado="A"), maestro(desde=dia(8, 1))],
         bdua_afiliacion=[mora(hasta=dia(7, 31))]),
]  # fmt: skip
MORAS: Final = [
    caso("en mora todo el mes", bien(), bdua=[maestro(estado="SM", desde=dia(5, 1))],
         bdua_afiliacion=[]),
    caso("desde el decreto", bien(), bdua_afiliacion=[mora(desde=dia(4, 12))]),
    caso("desde la víspera", (NO_ELEGIBLE, "ACT-04", 30), bdua_afiliacion=[mora(desde=dia(4, 11))]),
    caso("que empieza el último día", bien(), bdua=[maestro(estado="SM", desde=dia(7, 31))],
         bdua_afiliacion=[tramo(1, "AC", dia(1, 1), dia(7, 30))]),
    caso("que empieza después", (NO_ELEGIBLE, "ACT-04", 30),
         bdua_afiliacion=[mora(desde=dia(8, 1), hasta=dia(8, 9))]),
    caso("sin estado anterior", bien(30, "ACT-04"), bdua_afiliacion=[]),
    caso("cotizó el mes antes", (NO_ELEGIBLE, "ACT-04", 30),
         compensados=[compensado(1, "2020-04", 30)]),
    caso("cotizó dos meses antes", (NO_ELEGIBLE, "ACT-04", 30),
         compensados=[compensado(1, "2020-03", 1)]),
    caso("cotizó tres meses antes", bien(), compensados=[compensado(1, "2020-02", 30)]),
    caso("cotizó el mes de la mora", bien(), compensados=[compensado(1, "2020-05", 30)]),
    caso("cotizó cero días", bien(), compensados=[compensado(1, "2020-04", 0)]),
    caso("la compensación de emergencia no es cotizar", bien(),
         compensados=[compensado(1, "2020-04", 30, "AE")]),
    caso("cotizó mucho antes y ese mes", bien(),
         compensados=[compensado(1, "2020-01", 30), compensado(1, "2020-06", 30)]),
    caso("cotizó mucho antes y el mes antes", (NO_ELEGIBLE, "ACT-04", 30),
         compensados=[compensado(1, m, 30) for m in ("2020-01", "2020-04", "2020-06")]),
    caso("de dos moras, vale la segunda", bien(), compensados=[compensado(1, "2020-04", 30)],
         bdua_afiliacion=[mora(hasta=dia(5, 9)), mora(desde=dia(7, 1), hasta=dia(7, 2))]),
    caso("de dos moras, vale la primera", bien(), compensados=[compensado(1, "2020-06", 30)],
         bdua_afiliacion=[mora(hasta=dia(5, 9)), mora(desde=dia(7, 1), hasta=dia(7, 2))]),
    caso("de dos moras, ninguna", (NO_ELEGIBLE, "ACT-04", 30),
         compensados=[compensado(1, "2020-04", 30), compensado(1, "2020-06", 30)],
         bdua_afiliacion=[mora(hasta=dia(5, 9)), mora(desde=dia(7, 1), hasta=dia(7, 2))]),
    caso("de tres moras, la de en medio", bien(),
         compensados=[compensado(1, "2020-04", 9), compensado(1, "2020-11", 9)],
         filas=_mes(2020, 12, 1, 31), bdua=[maestro(desde=dia(5, 1))],
         bdua_afiliacion=[mora(hasta=dia(5, 9)), mora(desde=dia(8, 1), hasta=dia(8, 2)),
                          mora(desde=dia(12, 1), hasta=dia(12, 2))]),
    caso("cotizó con otro documento", (NO_ELEGIBLE, "ACT-04", 30),
         bdua=[maestro(), maestro(numero_documento=numero(2), desde=dia(1, 1), hasta=dia(2, 1))],
         compensados=[compensado(2, "2020-04", 30)]),
    caso("con otro documento no cotizó", bien(),
         bdua=[maestro(), maestro(numero_documento=numero(2), desde=dia(1, 1), hasta=dia(2, 1))],
         compensados=[compensado(2, "2020-05", 30)]),
]  # fmt: skip


def _hijo(**cambios: Any) -> Fila:
    propios = {"tipo_afiliado": "B", "afl_id_cabeza": "1", "fecha_nacimiento": dia(1, 1, 2012)}
    return maestro(2, **propios | cambios)


HIJO: Final = [fila(2)]
III: Final = [fila(2, sujeto="III")]
FAMILIA: Final = [
    caso("hijo de una suspendida de emergencia", bien(), filas=HIJO, bdua=[maestro(), _hijo()]),
    caso("el cotizante sigue en mora", (GLOSADO, "ACT-14", 30), filas=HIJO,
         bdua=[maestro(estado="SM", desde=dia(5, 1)), _hijo()], bdua_afiliacion=[]),
    caso("la mora del cotizante, y no la suya", (NO_ELEGIBLE, "ACT-04", 30), filas=HIJO,
         bdua=[maestro(), _hijo()],
         bdua_afiliacion=[mora(2), tramo(1, "AC", dia(1, 1), dia(6, 30))]),
    caso("el cotizante cotizó", (NO_ELEGIBLE, "ACT-04", 30), filas=HIJO,
         bdua=[maestro(), _hijo()], compensados=[compensado(1, "2020-04", 30)]),
    caso("la protección del cotizante", bien(20, "ACT-05"),
         filas=[fila(2, sujeto="II")], bdua=[maestro(), _hijo()],
         bdua_afiliacion=[tramo(1, "PL", dia(6, 1), dia(7, 10))]),
    caso("de un protegido ya agotado", bien(), filas=[fila(2, sujeto="II")],
         bdua=[maestro(estado="RE", desde=dia(7, 1)), _hijo()],
         bdua_afiliacion=[tramo(1, "PL", dia(6, 1), dia(6, 30))]),
    caso("el año en la EPS es el del cotizante", bien(30, "ACT-05"), filas=[fila(2, sujeto="II")],
         bdua=[maestro(), _hijo(fecha_afiliacion_eps=dia(6, 1))], bdua_afiliacion=[]),
    caso("huérfano", bien(), filas=III,
         bdua=[maestro(estado="AF", desde=dia(6, 20)), _hijo()], bdua_afiliacion=[]),
    caso("la cabeza muere el último día", bien(), filas=III,
         bdua=[maestro(estado="AF", desde=dia(7, 31)), _hijo()], bdua_afiliacion=[]),
    caso("la cabeza muere después", (NO_ELEGIBLE, "ACT-06;ACT-14", 30), filas=III,
         bdua=[maestro(estado="AF", desde=dia(8, 1)), _hijo()], bdua_afiliacion=[]),
    caso("muerte que solo sabe la Registraduría", bien(), filas=III,
         bdua=[maestro(), _hijo()], rnec=[cedula(1, "FALLECIDO", dia(7, 31))]),
    caso("y es posterior", (NO_ELEGIBLE, "ACT-06", 30), filas=III,
         bdua=[maestro(), _hijo()], rnec=[cedula(1, "FALLECIDO", dia(8, 1))]),
    caso("la sabe con otra cédula", bien(), filas=III,
         bdua=[maestro(), maestro(numero_documento=numero(3), desde=dia(1, 1), hasta=dia(2, 1)),
               _hijo()],
         rnec=[cedula(3, "FALLECIDO", dia(7, 1))]),
    caso("con un número que no es cédula", (NO_ELEGIBLE, "ACT-06", 30), filas=III,
         bdua=[maestro(tipo_documento="CE"), _hijo()], rnec=[cedula(1, "FALLECIDO", dia(7, 1))]),
    caso("con otro que no es cédula", (NO_ELEGIBLE, "ACT-06", 30), filas=III,
         bdua=[maestro(), maestro(tipo_documento="CE", numero_documento=numero(3),
                                  desde=dia(1, 1), hasta=dia(2, 1)), _hijo()],
         rnec=[cedula(3, "FALLECIDO", dia(7, 1))]),
    caso("cabeza viva", (NO_ELEGIBLE, "ACT-06", 30), filas=III, bdua=[maestro(), _hijo()]),
    caso("la cotizante, como huérfana", (NO_ELEGIBLE, "ACT-03;ACT-06", 30),
         filas=[fila(sujeto="III")]),
    caso("adicional", (NO_ELEGIBLE, "ACT-15", 30), filas=HIJO,
         bdua=[maestro(), _hijo(tipo_afiliado="A")]),
    caso("beneficiario sin cabeza", (GLOSADO, "ACT-04;ACT-14", 30), filas=HIJO,
         bdua=[_hijo(afl_id_cabeza=None)], bdua_afiliacion=[mora(2)]),
]  # fmt: skip
OTRAS: Final = [
    caso("activa en otra EPS", (GLOSADO, "ACT-09", 30),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 15), codigo_eps="EPS002")]),
    caso("activa en la misma, con código de movilidad", bien(),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 15), codigo_eps="EPSS10")]),
    caso("activa en otra hasta la víspera", bien(),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(2, 1), dia(6, 30), codigo_eps="EPS002")]),
    caso("activa en otra desde el último día", (GLOSADO, "ACT-09", 30),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 31), codigo_eps="EPS002")]),
    caso("exceptuada", (NO_ELEGIBLE, "ACT-11", 30), bdex=[
        {"tipo_documento": "CC", "numero_documento": numero(1), "desde": dia(7, 31)}]),
    caso("exceptuada hasta la víspera", bien(), bdex=[
        {"tipo_documento": "CC", "numero_documento": numero(1), "desde": dia(1, 1),
         "hasta": dia(6, 30)}]),
    caso("exceptuada hasta el primer día", (NO_ELEGIBLE, "ACT-11", 30), bdex=[
        {"tipo_documento": "CC", "numero_documento": numero(1), "desde": dia(1, 1),
         "hasta": dia(7, 1)}]),
    caso("suspendida por documentos", (NO_ELEGIBLE, "ACT-03", 30),
         bdua=[maestro(estado="SD")]),
    caso("la EPS no la tiene", (CORRECCION, "ACT-13", 30), filas=[fila(codigo_eps="EPS002")]),
    caso("minúsculas", bien(), filas=[fila(codigo_eps="eps010")]),
    caso("municipio que no existe", (CORRECCION, "ACT-17", 30),
         bdua=[maestro(codigo_municipio="99999")]),
    caso("sin sexo", (CORRECCION, "ACT-17", 30), bdua=[maestro(sexo=None)]),
    caso("sin nacimiento", (CORRECCION, "ACT-17", 30), bdua=[maestro(fecha_nacimiento=None)]),
    caso("nace después", (CORRECCION, "ACT-17", 30), bdua=[maestro(fecha_nacimiento=dia(7, 2))]),
    caso("municipio que no existe, y otro año", (CORRECCION, "ACT-17", 30),
         bdua=[maestro(codigo_municipio="99999")], filas=_mes(2021, 3, 1, 31)),
    caso("rechazo antes que glosa y corrección", (NO_ELEGIBLE, "ACT-09;ACT-13;ACT-15", 30),
         filas=[fila(novedad_reportada=False)], bdua=[maestro(tipo_afiliado="A")],
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 15), codigo_eps="EPS002")]),
    caso("cero días antes que glosa", (NO_ELEGIBLE, "ACT-09;ACT-10", 0),
         bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 1), regimen="S"),
                          tramo(1, "AC", dia(7, 15), codigo_eps="EPS002")]),
    caso("glosa antes que corrección", (GLOSADO, "ACT-12;ACT-13", 30),
         filas=[fila(novedad_reportada=False)], rnec=[cedula(1, "CANCELADA")]),
    caso("corrección antes que retención", (CORRECCION, "ACT-13;ACT-17", 30),
         filas=[f | {"novedad_reportada": False} for f in _mes(2021, 3, 1, 31)]),
]  # fmt: skip
CASOS: Final = [*DIAS, *CORTES, *TREINTA, *IDENTIDAD, *MORAS, *FAMILIA, *OTRAS]
_PERSONAS: Final = ("afl_id", "afl_id_cabeza")


def _renombrada(dicha: Fila, n: int) -> Fila:
    """The same row about the people of the case ``n``."""
    nueva = dict(dicha)
    for campo in _PERSONAS:
        if nueva.get(campo) is not None:
            nueva[campo] = f"{n}00{nueva[campo]}"
    if nueva.get("numero_documento") is not None:
        nueva["numero_documento"] = str(int(nueva["numero_documento"]) + n * 100)
    return nueva


@cache
def _evaluados() -> dict[str, list[tuple[str, str, int, int]]]:
    """estado, codigos, días and value of each row of each case: all judged at once."""
    filas: list[Fila] = []
    registros: dict[str, list[Fila]] = {
        r: [] for r in ("bdua", "bdua_afiliacion", "compensados", "rnec", "bdex", "historia")
    }
    for n, uno in enumerate(CASOS):
        filas += [_renombrada(f, n) for f in uno.filas]
        for registro, dichas in uno.registros.items():
            registros[registro] += [_renombrada(d, n) for d in dichas]
    dados = iter(evaluar(filas, {}, **registros))
    return {
        uno.nombre: [
            (d["estado"], d["codigos"], d["dias"], d["valor_centavos"])
            for d in (next(dados) for _ in uno.filas)
        ]
        for uno in CASOS
    }


def test_ningun_caso_se_llama_como_otro() -> None:
    assert len({c.nombre for c in CASOS}) == len(CASOS)


@pytest.mark.parametrize("uno", CASOS, ids=lambda c: c.nombre)
def test_cada_caso(uno: Caso) -> None:
    dados = _evaluados()[uno.nombre]
    assert [(estado, codigos, dias) for estado, codigos, dias, _ in dados] == list(uno.esperado)
    for estado, _, dias, valor in dados:
        assert (valor > 0) == (estado == LIQUIDADO)
        assert estado != LIQUIDADO or valor % dias == 0


def test_el_valor_es_el_de_los_dias() -> None:
    assert _evaluados()["muere el 10"][0][3] == 10 * DIA


def test_la_mora_anterior_vale_si_un_acto_lo_dice() -> None:
    (dado,) = evaluar(
        [fila()],
        {"incluir_suspendidos_previos": "SI"},
        bdua=[maestro()],
        bdua_afiliacion=[mora(desde=dia(4, 11))],
    )
    assert dado["estado"] == LIQUIDADO


def test_sin_los_registros_opcionales() -> None:
    """What they would say is not asked; the rest is judged."""
    (dado,) = evaluar([fila()], bdua=[maestro(estado="SM", desde=dia(5, 1))])
    assert (dado["estado"], dado["codigos"], dado["dias"]) == bien()


def test_los_recortes_de_cada_regla_y_lo_de_la_lma() -> None:
    dados = evaluar(
        [fila(), fila(2, sujeto="II"), fila(3), fila(4)],
        bdua=[maestro(n, desde=dia(4, 1)) for n in (1, 2, 3, 4)],
        bdua_afiliacion=[
            mora(1),
            tramo(1, "AC", dia(7, 11), regimen="S"),
            tramo(2, "PL", dia(5, 1), dia(7, 2)),
            mora(3),
            mora(4),
            tramo(4, "AC", dia(7, 30), regimen="S"),
        ],
        rnec=[cedula(1, "FALLECIDO", dia(7, 20)), cedula(2, "FALLECIDO", dia(7, 25))],
        compensados=[compensado(2, "2020-07", 10)],
        historia=[decidido(2, 4)],
    )
    assert [d["recortes"] for d in dados] == [
        "ACT-10=20",
        "ACT-05=2;ACT-12=5;ACT-08=3;ACT-16=4",
        None,
        "ACT-10=1",
    ]
    # Del 11 al 20: muerta, tampoco en el subsidiado vale nada.
    assert [d["dias_lma"] for d in dados] == [10, 0, 0, 1]
    assert [d["valor_lma_centavos"] for d in dados] == [10 * 2_439_73, None, None, 2_439_73]


def test_ningun_mensaje_dice_lo_que_sabe_un_registro() -> None:
    """Neither the day of a death nor the EPS, the document or the state that a register has."""
    dados = hallazgos(
        [fila(), fila(2, sujeto="III"), fila(3, novedad_reportada=False)],
        bdua=[maestro(), maestro(2, estado="SD"), maestro(3)],
        bdua_afiliacion=[mora(), tramo(1, "AC", dia(7, 9), regimen="S", codigo_eps="ESS024"),
                         mora(3), tramo(3, "AC", dia(7, 3), codigo_eps="EPS002")],
        rnec=[cedula(1, "FALLECIDO", dia(7, 23))],
        compensados=[compensado(1, "2020-07", 17)],
    )  # fmt: skip
    dichos = " ".join(d["mensaje"] for d in dados)
    assert {d["codigo"] for d in dados} >= {"ACT-03", "ACT-06", "ACT-09", "ACT-10", "ACT-12"}
    for dato in ("2020-07-23", "2020-07-09", "ESS024", "EPS002", numero(1), "17", "2020-07-03"):
        assert dato not in dichos


_DIAS = st.tuples(st.integers(1, 31), st.integers(1, 31)).map(sorted)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            _DIAS,
            st.sampled_from(["EPS010", "EPS002"]),
            st.sampled_from(["I", "II"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=60,
    ),
    st.dictionaries(st.integers(1, 6), st.integers(0, 31)),
    st.dictionaries(st.integers(1, 6), st.integers(0, 31)),
    st.dictionaries(st.integers(1, 6), st.integers(1, 31)),
)
def test_nadie_tiene_mas_de_treinta_dias(
    pedidas: list[tuple[int, list[int], str, str, bool]],
    cotizados: dict[int, int],
    decididos: dict[int, int],
    muertes: dict[int, int],
) -> None:
    """Σ days of LIQUIDADO rows, with those paid for and decided, ≤ 30, whatever rows come; and
    each row takes all that is left of what it asks for."""
    filas = [
        fila(n, codigo_eps=eps, sujeto=sujeto, novedad_reportada=novedad,
             fecha_inicio=dia(7, desde), fecha_fin=dia(7, hasta))
        for n, (desde, hasta), eps, sujeto, novedad in pedidas
    ]  # fmt: skip
    dados = evaluar(
        filas,
        bdua=[
            maestro(n, afl_id=str(n), codigo_eps=eps, desde=dia(5, 1))
            for n in range(1, 7)
            for eps in ("EPS010", "EPS002")
        ],
        bdua_afiliacion=[mora(n) for n in range(1, 7)],
        compensados=[compensado(n, "2020-07", d) for n, d in cotizados.items()],
        historia=[decidido(n, d) for n, d in decididos.items()],
        rnec=[cedula(n, "FALLECIDO", dia(7, d)) for n, d in muertes.items()],
    )
    tomados = {n: cotizados.get(n, 0) + decididos.get(n, 0) for n in range(1, 7)}
    for (n, *_), dado in zip(pedidas, dados, strict=True):
        if dado["estado"] == LIQUIDADO:
            tomados[n] += dado["dias"]
            assert tomados[n] <= 30
        elif dado["recortes"] is not None and "ACT-16" in dado["recortes"] and not dado["dias"]:
            assert tomados[n] >= 30
