"""What is wrong in the submission of the anticipo, each defect with its outcome beside it.

Two kinds. A ``Hueco`` changes one bed-day of an ordinary bed of the network: what is certified,
its daily report or what was decided before. An ``Especial`` is a sede of its own with something
in REPS: it certifies ten days, five on each side of the day when that changes.

Codes are those of the dossier (§4); counts are at scale 1 and ours. Codes of other stages (RAD,
GIRO, LEG: ANT-01, 03, 09, 10, 18 to 20) never come out of an evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.registros.expresiones import literal

LIQUIDADO: Final = "LIQUIDADO"
EN_CORRECCION: Final = "EN_CORRECCION"
NO_RECONOCIDO: Final = "NO_RECONOCIDO"


@dataclass(frozen=True)
class Hueco:
    """A bed-day of the network. Numbers are SQL over ``c`` (beds, 1 to 3) and ``k``, its capacity.

    Capacity of an ordinary bed is 5 or more, so ``c + 2`` beds always fit.
    """

    caso: str
    filas: int
    """Bed-days at scale 1."""
    codigos: str = ""
    estado: str = LIQUIDADO
    pagadas: str = "0"
    """Beds recognised; only of ``c``, because totals are drawn before capacities."""
    columnas: Mapping[str, str] = field(default_factory=dict)
    """Submitted text, as SQL over the right one."""
    camas: str = "c"
    disponibles: str = "c"
    ocupadas: str = "k - c"
    copias: int = 1
    """Times that the row is in the file; the second copy has ``c_otra`` beds."""
    c_otra: str = "c"
    sin_reporte: bool = False
    historia: tuple[str, ...] = ()
    """States of what was decided before on that bed-day, one of them per row."""


@dataclass(frozen=True)
class Tramo:
    """Days of the month (both included) that come out differently."""

    desde: int
    hasta: int
    codigos: str
    estado: str
    pagadas: int = 0


@dataclass(frozen=True)
class Especial:
    """A sede with one kind of bed. What is not said is in order and paid in full."""

    caso: str
    sedes: int
    """At scale 1."""
    tramos: tuple[Tramo, ...]
    camas: int = 1
    """Certified, and free in the daily report, every day."""
    capacidad: tuple[int | None, int | None, int | None] = (1, 1, 1)
    """In each corte; ``None``: no row."""
    grupo: str = "CAMAS"
    meses: tuple[str, ...] = tuple(f"2020-{mes:02d}" for mes in range(6, 13))
    dias: tuple[int, int] = (11, 20)
    sede_abre: int | None = None
    sede_cierra: int | None = None
    """Day of the month from which it is open, or closed."""
    sede_en_firme: bool = True
    prestador: str = ""
    """Of what the sede hangs: ``otra_clase``, a code that is no IPS; ``ninguno``, no row at all."""
    con_servicio: bool = True
    servicio_abre: int | None = None
    servicio_cierra: int | None = None
    servicio_en_firme: bool = True
    transitoria: tuple[str, int, int, int, str] | None = None
    """Type, beds, first and last day, state."""


CAMBIO: Final = 16
"""Day of the month on which something changes at an ``Especial``."""
_ANTES: Final = CAMBIO - 1
_RECONOCIDOS: Final = ("LIQUIDADO", "RECONOCIDO", "ORDENADO", "GIRADO", "ESPERA_PRESUPUESTO")
_OTRO_MES: Final = {
    "periodo": "strftime(dia + INTERVAL 1 MONTH * (CASE WHEN month(dia) = 12 THEN -1 ELSE 1 END), "
    "'%Y-%m')"
}
_OTRO_NIT: Final = {"nit": "nit_ajeno"}
_NIT_DESCONOCIDO: Final = {
    "nit": "'98' || lpad((azar_entero(x, 'nit', 10000000))::VARCHAR, 7, '0')"
}
_OTRO_SERVICIO: Final = {
    "servicio": "(['HOSPITALIZACION', 'URGENCIAS', 'CUIDADO BASICO', 'TPR'])"
    "[1 + azar_entero(x, 'servicio', 4)]"
}

_FORMA: Final = (
    ("nit_corto", {"nit": "left(nit, 8)"}),
    ("nit_con_dv", {"nit": "nit || '1'"}),
    ("periodo", {"periodo": "left(periodo, 5) || '13'"}),
    ("codigo_largo", {"codigo_habilitacion": "codigo_habilitacion || '1'"}),
    ("sede_con_letra", {"numero_sede": "'S1'"}),
    ("servicio_vacio", {"servicio": "''"}),
    ("servicio_largo", {"servicio": "'UNIDAD DE CUIDADO INTENSIVO'"}),
    ("poblacion", {"poblacion": "'OBSTETRICA'"}),
    ("fecha_invertida", {"fecha": "strftime(dia, '%d/%m/%Y')"}),
    ("fecha_imposible", {"fecha": "left(periodo, 8) || '-32'"}),
    ("camas_negativas", {"camas": "'-' || camas"}),
    ("camas_con_decimales", {"camas": "camas || '.5'"}),
    ("camas_en_letras", {"camas": "'tres'"}),
    ("camas_vacias", {"camas": "''"}),
    ("dos_columnas", {"nit": "''", "fecha": "''"}),
)
"""ANT-00: one code however many columns fail."""

HUECOS: Final = (
    *(Hueco(f"forma_{n}", 100, "ANT-00", EN_CORRECCION, columnas=c) for n, c in _FORMA),
    # In order, with what the reader mends: a lost zero, a sede of one digit, lower case.
    Hueco(
        "escritura_tolerada",
        400,
        pagadas="c",
        columnas={
            "codigo_habilitacion": "regexp_replace(codigo_habilitacion, '^0', '')",
            "numero_sede": "regexp_replace(numero_sede, '^0', '')",
            "poblacion": "lower(poblacion)",
        },
    ),
    Hueco("nit_desconocido", 300, "ANT-04", EN_CORRECCION, columnas=_NIT_DESCONOCIDO),
    Hueco("sede_desconocida", 300, "ANT-05", NO_RECONOCIDO, columnas={"numero_sede": "'99'"}),
    Hueco(
        "codigo_desconocido",
        200,
        "ANT-05",
        NO_RECONOCIDO,
        columnas={"codigo_habilitacion": "'00' || right(codigo_habilitacion, 8)"},
    ),
    Hueco("sede_de_otro_nit", 300, "ANT-05", NO_RECONOCIDO, columnas=_OTRO_NIT),
    Hueco("servicio_ajeno", 300, "ANT-08", NO_RECONOCIDO, columnas=_OTRO_SERVICIO),
    Hueco("fecha_de_otro_mes", 300, "ANT-11", EN_CORRECCION, columnas=_OTRO_MES),
    Hueco("repetida", 300, "ANT-11", EN_CORRECCION, copias=2),
    Hueco("repetida_con_otras_camas", 200, "ANT-11", EN_CORRECCION, copias=2, c_otra="c - 1"),
    Hueco("repetida_tres_veces", 60, "ANT-11", EN_CORRECCION, copias=3),
    # More than the capacity never fits beside what is occupied: ANT-12 comes with ANT-15, and
    # with ANT-13 unless the report lists beds that REPS has not.
    Hueco("excede_capacidad", 700, "ANT-12;ANT-13;ANT-15", pagadas="c", camas="k + 2"),
    Hueco(
        "excede_capacidad_no_reporte",
        300,
        "ANT-12;ANT-15",
        pagadas="c",
        camas="k + 1",
        disponibles="k + 2",
    ),
    Hueco(
        "excede_sin_camas",
        150,
        "ANT-12;ANT-13;ANT-15",
        NO_RECONOCIDO,
        camas="k + 1",
        disponibles="0",
        ocupadas="k",
    ),
    Hueco(
        "reporte_menor",
        1_500,
        "ANT-13",
        pagadas="c",
        camas="c + 2",
        ocupadas="k - c - 2",
    ),
    Hueco("reporte_en_cero", 250, "ANT-13", NO_RECONOCIDO, disponibles="0"),
    Hueco("sin_reporte", 1_200, "ANT-14", EN_CORRECCION, sin_reporte=True),
    Hueco("no_cabe", 800, "ANT-15", pagadas="c", camas="c + 1", disponibles="c + 1"),
    Hueco("no_cabe_ninguna", 150, "ANT-15", NO_RECONOCIDO, ocupadas="k"),
    Hueco("mas_ocupadas_que_camas", 80, "ANT-15", NO_RECONOCIDO, ocupadas="k + 1"),
    # An empty cell of the report is neither pass nor fail, and is no term of the minimum.
    Hueco("reporte_sin_ocupadas", 200, pagadas="c", ocupadas="NULL"),
    Hueco("reporte_sin_disponibles", 100, pagadas="c", disponibles="NULL"),
    Hueco("ya_reconocida", 500, "ANT-16", NO_RECONOCIDO, historia=_RECONOCIDOS),
    Hueco("historia_que_libera", 200, pagadas="c", historia=(EN_CORRECCION, NO_RECONOCIDO)),
    # Two defects at once: the row meets every rule, whatever else failed.
    Hueco(
        "nit_desconocido_sin_reporte",
        80,
        "ANT-04;ANT-14",
        EN_CORRECCION,
        columnas=_NIT_DESCONOCIDO,
        sin_reporte=True,
    ),
    Hueco(
        "sede_de_otro_nit_sin_reporte",
        60,
        "ANT-05;ANT-14",
        NO_RECONOCIDO,
        columnas=_OTRO_NIT,
        sin_reporte=True,
    ),
    Hueco(
        "periodo_sin_norma_y_fecha_ajena",
        60,
        "ANT-02;ANT-11",
        NO_RECONOCIDO,
        columnas={"periodo": "'2021-05'"},
    ),
    Hueco(
        "servicio_ajeno_y_fecha_ajena",
        60,
        "ANT-08;ANT-11",
        NO_RECONOCIDO,
        columnas=_OTRO_SERVICIO | _OTRO_MES,
    ),
    Hueco(
        "excede_capacidad_y_fecha_ajena",
        40,
        "ANT-11;ANT-12;ANT-13;ANT-15",
        EN_CORRECCION,
        camas="k + 2",
        columnas=_OTRO_MES,
    ),
    Hueco(
        "ya_reconocida_y_reporte_menor",
        100,
        "ANT-13;ANT-16",
        NO_RECONOCIDO,
        camas="c + 2",
        ocupadas="k - c - 2",
        historia=_RECONOCIDOS,
    ),
    Hueco(
        "ya_reconocida_sin_reporte",
        60,
        "ANT-14;ANT-16",
        NO_RECONOCIDO,
        sin_reporte=True,
        historia=_RECONOCIDOS,
    ),
)

MES_CONSTANTE: Final = "mes_constante"
MES_CASI_CONSTANTE: Final = "mes_casi_constante"
MES_EN_CERO: Final = "mes_en_cero"
MESES: Final = {MES_CONSTANTE: 150, MES_CASI_CONSTANTE: 40, MES_EN_CERO: 10}
"""Whole months of one bed, at scale 1: same number every day (ANT-17 in all its rows); the same
but for the last day, which is missing; zero every day. The last two are in order."""
DEL_MES: Final = (
    Hueco(MES_CONSTANTE, 0, "ANT-17", pagadas="c"),
    Hueco(MES_CASI_CONSTANTE, 0, pagadas="c"),
    Hueco(MES_EN_CERO, 0),
    Hueco(
        "mes_constante_reporte_menor",
        0,
        "ANT-13;ANT-17",
        pagadas="c - 1",
        disponibles="c - 1",
    ),
    Hueco("mes_constante_sin_reporte", 0, "ANT-14;ANT-17", EN_CORRECCION, sin_reporte=True),
    Hueco(
        "mes_constante_ya_reconocida",
        0,
        "ANT-16;ANT-17",
        NO_RECONOCIDO,
        historia=_RECONOCIDOS,
    ),
    # A day that is there twice counts once.
    Hueco("mes_constante_repetida", 0, "ANT-11;ANT-17", EN_CORRECCION, copias=2),
)
TODOS: Final = (*HUECOS, *DEL_MES)
DIAS_DEL_MES: Final = {
    10: "mes_constante_reporte_menor",
    12: "mes_constante_sin_reporte",
    14: "mes_constante_ya_reconocida",
    18: "mes_constante_repetida",
}
"""One of each five constant months has these second defects on these days."""
MESES_CON_SEGUNDO: Final = 5

_MES: Final = (1, 31)
_ANT_05: Final = ("ANT-05", NO_RECONOCIDO)
_ANT_06: Final = ("ANT-06", NO_RECONOCIDO)
_ANT_07: Final = ("ANT-07", NO_RECONOCIDO)
_SIN_CAPACIDAD: Final = ("ANT-12", EN_CORRECCION)
_EXCEDE: Final = ("ANT-12;ANT-15", LIQUIDADO)

ESPECIALES: Final = (
    Especial("periodo_antes_de_la_norma", 8, (Tramo(*_MES, "ANT-02", NO_RECONOCIDO),),
             meses=("2020-05",), dias=(22, 31)),
    Especial("periodo_despues_de_la_norma", 8, (Tramo(*_MES, "ANT-02", NO_RECONOCIDO),),
             meses=("2021-05",), dias=(1, 10)),
    Especial("sede_cerrada", 12, (Tramo(CAMBIO, 31, *_ANT_05),), sede_cierra=CAMBIO),
    Especial("sede_por_abrir", 12, (Tramo(1, _ANTES, *_ANT_05),), sede_abre=CAMBIO),
    Especial("sede_no_habilitada", 8, (Tramo(*_MES, *_ANT_05),), sede_en_firme=False),
    Especial("sede_cerrada_sin_servicio", 6,
             (Tramo(1, _ANTES, *_ANT_07), Tramo(CAMBIO, 31, "ANT-05;ANT-07", NO_RECONOCIDO)),
             sede_cierra=CAMBIO, con_servicio=False),
    Especial("prestador_no_es_ips", 12, (Tramo(*_MES, *_ANT_06),), prestador="otra_clase"),
    Especial("prestador_sin_fila", 12, (Tramo(*_MES, "ANT-06", LIQUIDADO, 1),),
             prestador="ninguno"),
    Especial("sin_servicio", 10, (Tramo(*_MES, *_ANT_07),), con_servicio=False),
    Especial("servicio_no_habilitado", 8, (Tramo(*_MES, *_ANT_07),), servicio_en_firme=False),
    Especial("servicio_cerrado", 10, (Tramo(CAMBIO, 31, *_ANT_07),), servicio_cierra=CAMBIO),
    Especial("servicio_por_abrir", 10, (Tramo(1, _ANTES, *_ANT_07),), servicio_abre=CAMBIO),
    Especial("capacidad_desconocida", 12, (Tramo(*_MES, *_SIN_CAPACIDAD),),
             capacidad=(None, None, None)),
    Especial("capacidad_que_no_es_cama", 8, (Tramo(*_MES, *_SIN_CAPACIDAD),), grupo="SALAS"),
    Especial("capacidad_desde_el_corte", 10, (Tramo(1, _ANTES, *_SIN_CAPACIDAD),),
             capacidad=(None, 1, 1), meses=("2020-08",)),
    Especial("capacidad_que_baja", 10, (Tramo(CAMBIO, 31, *_EXCEDE, 1),),
             camas=2, capacidad=(2, 1, 1), meses=("2020-08",)),
    Especial("capacidad_que_sube", 10, (Tramo(1, _ANTES, *_EXCEDE, 1),),
             camas=2, capacidad=(1, 1, 2), meses=("2020-11",)),
    # The bed is only transitory: outside its dates neither service nor capacity is known.
    Especial("solo_autorizacion", 15,
             (Tramo(1, 12, "ANT-07;ANT-12", NO_RECONOCIDO),
              Tramo(19, 31, "ANT-07;ANT-12", NO_RECONOCIDO)),
             capacidad=(None, None, None), con_servicio=False,
             transitoria=("AUTORIZACION", 1, 13, 18, "VIGENTE")),
    Especial("autorizacion_vigente", 15,
             (Tramo(1, 12, *_EXCEDE, 1), Tramo(19, 31, *_EXCEDE, 1)),
             camas=2, transitoria=("AUTORIZACION", 1, 13, 18, "VIGENTE")),
    Especial("autorizacion_suspendida", 8, (Tramo(*_MES, *_EXCEDE, 1),),
             camas=2, transitoria=("AUTORIZACION", 1, 1, 28, "SUSPENDIDA")),
    Especial("autorizacion_revocada", 8, (Tramo(*_MES, *_EXCEDE, 1),),
             camas=2, transitoria=("AUTORIZACION", 1, 1, 28, "REVOCADA")),
    # In September 2020 the authority of Córdoba suspended 85 beds of a clinic (dossier §8).
    Especial("suspension_parcial", 10, (Tramo(13, 18, *_EXCEDE, 1),),
             camas=2, capacidad=(2, 2, 2), transitoria=("SUSPENSION", 1, 13, 18, "VIGENTE")),
    Especial("suspension_total", 10, (Tramo(13, 18, "ANT-12;ANT-15", NO_RECONOCIDO),),
             transitoria=("SUSPENSION", 9, 13, 18, "VIGENTE")),
    Especial("suspension_revocada", 6, (), transitoria=("SUSPENSION", 1, 1, 28, "REVOCADA")),
)  # fmt: skip


def por_caso(valor: Callable[[Hueco], str], otro: str) -> str:
    """``CASE caso …`` with what each hueco says, ``otro`` where it says nothing else."""
    ramas = "".join(f" WHEN {literal(h.caso)} THEN {valor(h)}" for h in TODOS if valor(h) != otro)
    return f"CASE caso{ramas} ELSE {otro} END"
