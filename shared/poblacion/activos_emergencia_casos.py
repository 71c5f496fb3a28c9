"""Every way in which a person-month of activos por emergencia can go, one case each.

A case is a household of its own: what the registers say of its head (``C``) and, where it
matters, of its youngest member (``B``, under 18), the rows submitted and what must come of each.
Counts are ours (design), on top of or inside the control totals. Dossier: activos §3–§5, §8.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

LIQUIDADO: Final = "LIQUIDADO"
NO_ELEGIBLE: Final = "NO_ELEGIBLE"
GLOSADO: Final = "GLOSADO"
CORRECCION: Final = "EN_CORRECCION_EPS"
SIN_TARIFA: Final = "SIN_TARIFA"

RARO: Final = 200
COMUN: Final = 1_500
"""Households of a case at scale 1."""


@dataclass(frozen=True)
class Tramo:
    """One interval of BDUA. ``eps`` is a column of the household."""

    estado: str
    desde: str
    hasta: str = ""
    regimen: str = "C"
    tipo: str = ""
    """tipo_afiliado; empty means that of the person."""
    eps: str = "eps"
    afl: bool = False
    """Of another person key under the same document."""


@dataclass(frozen=True)
class Cedula:
    """What RNEC answers of a cédula."""

    estado: str = "0"
    defuncion: str = ""
    afectacion: str = ""
    cod_error: str = "0"


@dataclass(frozen=True)
class Fila:
    """A submitted row and its truth; ``dias`` are those recognised."""

    estado: str
    codigos: str = ""
    dias: int = 0
    inicio: str = "2020-07-01"
    fin: str = "2020-07-31"
    periodo: str = ""
    """Empty: the month of ``inicio``."""
    sujeto: str = "I"
    eps: str = "eps"
    tipo: str = ""
    numero: str = ""
    """SQL; empty means the document of the person."""
    novedad: str = "SI"


ACTIVO: Final = Tramo("AC", "afiliacion", "2020-04-30")
MORA: Final = Tramo("SM", "2020-05-01", "2020-06-30")
EMERGENCIA: Final = Tramo("AE", "2020-07-01")
SUSPENDIDO: Final = (EMERGENCIA, MORA, ACTIVO)
"""A month paid as subject I: in arrears from May, AE from July. The first one is the row of
``bdua``; the others go to ``bdua_afiliacion``."""

PROTEGIDO: Final = (
    EMERGENCIA,
    Tramo("PL", "2020-06-01", "2020-06-30"),
    Tramo("AC", "afiliacion", "2020-05-31"),
)
MUERTO: Final = (Tramo("AF", "2020-06-20"), Tramo("AC", "afiliacion", "2020-06-19"))


@dataclass(frozen=True)
class Caso:
    """A household, the rows about one of its people, and the truth."""

    nombre: str
    filas: tuple[Fila, ...]
    n: int = RARO
    quien: str = "c"
    """``c`` the head, ``b`` the youngest member."""
    propios: tuple[Tramo, ...] = SUSPENDIDO
    cabeza: tuple[Tramo, ...] = SUSPENDIDO
    """Of the head when the rows are about the youngest."""
    compensados: tuple[tuple[str, int, str, str], ...] = ()
    """(periodo, días, concepto, observación) of the reference affiliate."""
    cedula: Cedula | None = field(default_factory=Cedula)
    """Of the head; ``None``: RNEC does not have it."""
    bdex: tuple[str, str] | None = None
    historia: tuple[tuple[str, int, str], ...] = ()
    """(periodo, días, estado) already decided, in the same EPS."""
    nacimiento: str = ""
    sexo: str = "propio"
    municipio: str = ""
    afiliacion: str = ""
    """fecha_afiliacion_eps, when it matters."""


def _c(nombre: str, *filas: Fila, **datos: Any) -> Caso:
    return Caso(nombre, filas, **datos)


BIEN: Final = Fila(LIQUIDADO, dias=30)
II_BIEN: Final = Fila(LIQUIDADO, dias=30, sujeto="II")
COTIZACION: Final = "Pago con cotización"

FORMA: Final = (
    _c("fecha_fuera_del_periodo", Fila(CORRECCION, "ACT-00", periodo="2020-08"), n=COMUN),
    _c("fin_antes_de_inicio", Fila(CORRECCION, "ACT-00", inicio="2020-07-20", fin="2020-07-10")),
    _c("mes_inexistente", Fila(CORRECCION, "ACT-00", periodo="2020-13")),
    _c("sujeto_inexistente", Fila(CORRECCION, "ACT-00", sujeto="IV")),
    _c("sin_fecha_fin", Fila(CORRECCION, "ACT-00", fin="", periodo="2020-07")),
    _c("novedad_vacia", Fila(CORRECCION, "ACT-00", novedad="")),
    _c("documento_con_letras", Fila(CORRECCION, "ACT-00", numero="'12A' || left(numero, 5)")),
    _c("dia_mes_ano", Fila(CORRECCION, "ACT-00", inicio="01/07/2020", periodo="2020-07")),
)

IDENTIDAD: Final = (
    _c(
        "no_esta_en_bdua",
        Fila(CORRECCION, "ACT-01", numero="(1540000000 + orden)::VARCHAR"),
        n=COMUN,
    ),
    _c(
        "tipo_equivocado",
        Fila(CORRECCION, "ACT-01", tipo="'RC'", numero="(1545000000 + orden)::VARCHAR"),
    ),
    _c(
        "documento_de_dos_personas",
        Fila(CORRECCION, "ACT-01"),
        propios=(*SUSPENDIDO, Tramo("AC", "2019-01-01", afl=True)),
    ),
)

REGIMEN: Final = (
    _c(
        "subsidiado_todo_el_mes",
        Fila(NO_ELEGIBLE, "ACT-02;ACT-03;ACT-04;ACT-10"),
        n=COMUN,
        propios=(Tramo("AC", "afiliacion", regimen="S", tipo="F"),),
    ),
    _c(
        "no_suspendido_en_el_mes",
        Fila(NO_ELEGIBLE, "ACT-03"),
        n=COMUN,
        propios=(Tramo("AC", "2020-07-01"), MORA, ACTIVO),
    ),
    _c(
        "suspendido_por_documentos",
        Fila(NO_ELEGIBLE, "ACT-03"),
        propios=(Tramo("SD", "2020-07-01"), MORA, ACTIVO),
    ),
    _c("sujeto_iii_cotizante", Fila(NO_ELEGIBLE, "ACT-03;ACT-06", sujeto="III")),
    _c("en_mora_sin_emergencia", BIEN, propios=(Tramo("SM", "2020-05-01"), ACTIVO)),
)

MORA_PREVIA: Final = (
    _c(
        "mora_antes_del_decreto",
        Fila(NO_ELEGIBLE, "ACT-04"),
        n=COMUN,
        propios=(
            EMERGENCIA,
            Tramo("SM", "2020-04-11", "2020-06-30"),
            Tramo("AC", "afiliacion", "2020-04-10"),
        ),
    ),
    _c(
        "mora_desde_el_decreto",
        BIEN,
        propios=(
            EMERGENCIA,
            Tramo("SM", "2020-04-12", "2020-06-30"),
            Tramo("AC", "afiliacion", "2020-04-11"),
        ),
    ),
    _c(
        "cotizo_antes_de_la_mora",
        Fila(NO_ELEGIBLE, "ACT-04"),
        n=COMUN,
        compensados=(("2020-04", 30, "COTIZACION", COTIZACION),),
    ),
    _c(
        "cotizo_dos_meses_antes",
        Fila(NO_ELEGIBLE, "ACT-04"),
        compensados=(("2020-03", 12, "COTIZACION", COTIZACION),),
    ),
    _c("cotizo_tres_meses_antes", BIEN, compensados=(("2020-02", 30, "COTIZACION", COTIZACION),)),
    _c("cotizo_cero_dias", BIEN, compensados=(("2020-04", 0, "COTIZACION", COTIZACION),)),
    _c("sin_estado_anterior", Fila(LIQUIDADO, "ACT-04", 30), propios=(EMERGENCIA,)),
)

PROTECCION: Final = (
    _c("proteccion_agotada", II_BIEN, n=COMUN, propios=PROTEGIDO),
    _c(
        "proteccion_hasta_el_10",
        Fila(LIQUIDADO, "ACT-05", 20, sujeto="II"),
        n=COMUN,
        propios=(Tramo("AE", "2020-07-11"), Tramo("PL", "2020-06-11", "2020-07-10"), ACTIVO),
    ),
    _c(
        "proteccion_todo_el_mes",
        Fila(NO_ELEGIBLE, "ACT-05", sujeto="II"),
        propios=(Tramo("AE", "2020-07-20"), Tramo("PL", "2020-05-01", "2020-07-31"), ACTIVO),
    ),
    _c(
        "proteccion_sin_fin",
        Fila(NO_ELEGIBLE, "ACT-05", sujeto="II"),
        propios=(Tramo("AE", "2020-07-01"), Tramo("PL", "2020-06-01"), ACTIVO),
    ),
    _c(
        "debio_tener_proteccion",
        Fila(LIQUIDADO, "ACT-05", 30, sujeto="II"),
        afiliacion="2019-07-01",
        propios=(EMERGENCIA, Tramo("AC", "2019-07-01", "2020-06-30")),
    ),
    _c(
        "sin_doce_meses",
        II_BIEN,
        afiliacion="2019-07-02",
        propios=(EMERGENCIA, Tramo("AC", "2019-07-02", "2020-06-30")),
    ),
)

SOBREVIVIENTES: Final = (
    _c(
        "huerfano",
        Fila(LIQUIDADO, dias=30, sujeto="III"),
        quien="b",
        cabeza=MUERTO,
        cedula=Cedula("21", "2020-06-20"),
        n=COMUN,
    ),
    _c("cabeza_viva", Fila(NO_ELEGIBLE, "ACT-06", sujeto="III"), quien="b", n=COMUN),
    _c(
        "cabeza_muere_despues",
        Fila(NO_ELEGIBLE, "ACT-06", sujeto="III"),
        quien="b",
        cabeza=(Tramo("AF", "2020-08-05"), Tramo("AE", "2020-07-01", "2020-08-04"), MORA, ACTIVO),
        cedula=Cedula("21", "2020-08-05"),
    ),
    _c(
        "muerta_solo_en_rnec",
        Fila(LIQUIDADO, dias=30, sujeto="III"),
        quien="b",
        cedula=Cedula("51", afectacion="2020-07-31"),
    ),
)

EMERGENCIA_LEGAL: Final = (
    _c(
        "abril_desde_el_12",
        Fila(LIQUIDADO, "ACT-07", 19, "2020-04-01", "2020-04-30", sujeto="II"),
        n=COMUN,
        propios=(
            Tramo("AE", "2020-04-01"),
            Tramo("PL", "2020-01-01", "2020-03-31"),
            Tramo("AC", "afiliacion", "2019-12-31"),
        ),
    ),
    _c(
        "abril_justo",
        Fila(LIQUIDADO, "", 19, "2020-04-12", "2020-04-30", sujeto="II"),
        propios=(
            Tramo("AE", "2020-04-01"),
            Tramo("PL", "2020-01-01", "2020-03-31"),
            Tramo("AC", "afiliacion", "2019-12-31"),
        ),
    ),
    _c(
        "marzo",
        Fila(NO_ELEGIBLE, "ACT-07", 0, "2020-03-01", "2020-03-31", sujeto="II"),
        propios=(
            Tramo("AE", "2020-03-01"),
            Tramo("PL", "2020-01-01", "2020-02-29"),
            Tramo("AC", "afiliacion", "2019-12-31"),
        ),
    ),
    _c("ultimo_mes", Fila(SIN_TARIFA, "ACT-17", 0, "2022-06-01", "2022-06-30")),
    _c(
        "despues_de_la_emergencia",
        Fila(NO_ELEGIBLE, "ACT-07;ACT-17", 0, "2022-07-01", "2022-07-31"),
    ),
)

COTIZADOS: Final = (
    _c(
        "tres_dias_cotizados",
        Fila(LIQUIDADO, "ACT-08", 27),
        n=COMUN,
        compensados=(
            ("2020-07", 3, "COTIZACION", COTIZACION),
            ("2020-07", 27, "AE", "Estado Emeregencia"),
        ),
    ),
    _c(
        "cotizo_el_mes",
        Fila(NO_ELEGIBLE, "ACT-08"),
        compensados=(("2020-07", 30, "COTIZACION", COTIZACION),),
    ),
    _c(
        "dos_cotizaciones",
        Fila(LIQUIDADO, "ACT-08", 15),
        compensados=(
            ("2020-07", 10, "COTIZACION", COTIZACION),
            ("2020-07", 5, "COTIZACION", COTIZACION),
        ),
    ),
    _c(
        "cabe_justo",
        Fila(LIQUIDADO, "", 10, "2020-07-01", "2020-07-10"),
        compensados=(("2020-07", 20, "COTIZACION", COTIZACION),),
    ),
    _c(
        "no_cabe",
        Fila(LIQUIDADO, "ACT-08", 10, "2020-07-01", "2020-07-15"),
        compensados=(("2020-07", 20, "COTIZACION", COTIZACION),),
    ),
    _c("solo_dias_de_emergencia", BIEN, compensados=(("2020-07", 30, "AE", "Estado Emeregencia"),)),
)

OTRA_AFILIACION: Final = (
    _c(
        "activo_en_otra_eps",
        Fila(GLOSADO, "ACT-09"),
        n=COMUN,
        propios=(*SUSPENDIDO, Tramo("AC", "2020-07-15", eps="otra_eps")),
    ),
    _c(
        "activo_en_otra_antes",
        BIEN,
        propios=(*SUSPENDIDO, Tramo("AC", "2020-02-01", "2020-06-30", eps="otra_eps")),
    ),
    _c(
        "subsidiado_desde_el_16",
        Fila(LIQUIDADO, "ACT-10", 15),
        n=COMUN,
        propios=(*SUSPENDIDO, Tramo("AC", "2020-07-16", regimen="S", tipo="F")),
    ),
    _c(
        "subsidiado_desde_el_31",
        Fila(LIQUIDADO, "ACT-10", 30),
        propios=(*SUSPENDIDO, Tramo("AC", "2020-07-31", regimen="S", tipo="F")),
    ),
    _c(
        "subsidiado_desde_el_1",
        Fila(NO_ELEGIBLE, "ACT-10"),
        propios=(*SUSPENDIDO, Tramo("AC", "2020-07-01", regimen="S", tipo="F")),
    ),
    _c("exceptuado", Fila(NO_ELEGIBLE, "ACT-11"), n=COMUN, bdex=("2020-07-10", "")),
    _c("exceptuado_antes", BIEN, bdex=("2015-01-01", "2020-06-30")),
)

MUERTE: Final = (
    _c("muere_el_10", Fila(LIQUIDADO, "ACT-12", 10), n=COMUN, cedula=Cedula("21", "2020-07-10")),
    _c("muere_el_ultimo_dia", BIEN, cedula=Cedula("21", "2020-07-31")),
    _c("muerta_antes", Fila(NO_ELEGIBLE, "ACT-12"), cedula=Cedula("21", "2020-06-15")),
    _c(
        "muere_sin_defuncion",
        Fila(LIQUIDADO, "ACT-12", 5),
        cedula=Cedula("51", afectacion="2020-07-05"),
    ),
    _c("muerte_sin_fecha", BIEN, cedula=Cedula("51")),
    _c("cedula_cancelada", Fila(GLOSADO, "ACT-12"), n=COMUN, cedula=Cedula("24")),
    _c("cedula_en_expedicion", BIEN, cedula=Cedula("99")),
    _c("consulta_con_error", BIEN, cedula=Cedula("24", cod_error="1")),
    _c("sin_cedula_en_rnec", BIEN, cedula=None),
    _c(
        "menor_muere_el_10",
        Fila(LIQUIDADO, "ACT-12", 10),
        quien="b",
        propios=(Tramo("AE", "2020-07-01", "2020-07-09"), Tramo("AF", "2020-07-10"), MORA, ACTIVO),
    ),
)

NOVEDADES: Final = (
    _c("eps_inexistente", Fila(CORRECCION, "ACT-13", eps="'EPS999'"), n=COMUN),
    _c("eps_de_otra", Fila(CORRECCION, "ACT-13", eps="otra_eps")),
    _c("eps_de_excepcion", Fila(CORRECCION, "ACT-13", eps="'RES008'")),
    _c("novedad_sin_reportar", Fila(CORRECCION, "ACT-13", novedad="NO"), n=COMUN),
    _c(
        "cabeza_sigue_en_mora",
        Fila(GLOSADO, "ACT-14"),
        n=COMUN,
        quien="b",
        cabeza=(Tramo("SM", "2020-05-01"), ACTIVO),
    ),
    _c(
        "glosa_y_correccion",
        Fila(GLOSADO, "ACT-13;ACT-14", novedad="NO"),
        quien="b",
        cabeza=(Tramo("SM", "2020-05-01"), ACTIVO),
    ),
    _c("familia_de_protegido", II_BIEN, quien="b", cabeza=PROTEGIDO),
    _c(
        "adicional",
        Fila(NO_ELEGIBLE, "ACT-15"),
        n=COMUN,
        quien="b",
        propios=(
            Tramo("AE", "2020-07-01", tipo="A"),
            Tramo("SM", "2020-05-01", "2020-06-30", tipo="A"),
        ),
    ),
    _c(
        "rechazo_y_correccion",
        Fila(NO_ELEGIBLE, "ACT-11;ACT-13", novedad="NO"),
        bdex=("2020-01-01", ""),
    ),
)

DATOS: Final = (
    _c("municipio_inexistente", Fila(CORRECCION, "ACT-17"), municipio="99999"),
    _c("sin_sexo", Fila(CORRECCION, "ACT-17"), sexo=""),
    _c("nace_despues", Fila(CORRECCION, "ACT-17"), quien="b", nacimiento="2020-07-02"),
    _c(
        "recien_nacido",
        Fila(LIQUIDADO, "", 26, "2020-07-05", "2020-07-31"),
        quien="b",
        nacimiento="2020-07-05",
    ),
    _c("upc_2021", Fila(SIN_TARIFA, "ACT-17", 0, "2021-02-01", "2021-02-28"), n=COMUN),
    _c("cumple_18_el_2", BIEN, quien="b", nacimiento="2002-07-02", sexo="F"),
    _c("cumple_19_el_1", BIEN, quien="b", nacimiento="2001-07-01", sexo="F"),
    _c("mayor_de_75", BIEN, nacimiento="1945-07-01"),
    _c("un_dia_31", Fila(LIQUIDADO, "", 1, "2020-07-31", "2020-07-31")),
    _c("hasta_el_30_de_31", Fila(LIQUIDADO, "", 30, "2020-07-01", "2020-07-30")),
    _c("hasta_el_29", Fila(LIQUIDADO, "", 29, "2020-07-01", "2020-07-29")),
)

_EN_DOS_EPS: Final = (
    Tramo("AE", "2020-07-01", "2020-07-20"),
    Tramo("AE", "2020-07-12", eps="otra_eps"),
    MORA,
    ACTIVO,
)
TREINTA: Final = (
    _c(
        "traslado",
        Fila(LIQUIDADO, "", 20, "2020-07-01", "2020-07-20"),
        Fila(LIQUIDADO, "ACT-16", 10, "2020-07-12", "2020-07-31", eps="otra_eps"),
        n=COMUN,
        propios=_EN_DOS_EPS,
    ),
    _c("repetida", BIEN, Fila(NO_ELEGIBLE, "ACT-16"), n=COMUN),
    _c("primera_por_corregir", Fila(CORRECCION, "ACT-13", novedad="NO"), BIEN),
    _c(
        "mes_ya_pagado", Fila(NO_ELEGIBLE, "ACT-16"), n=COMUN, historia=(("2020-07", 30, "GIRADO"),)
    ),
    _c("diez_ya_pagados", Fila(LIQUIDADO, "ACT-16", 20), historia=(("2020-07", 10, "RECONOCIDO"),)),
    _c("pago_reversado", BIEN, historia=(("2020-07", 30, "REVERSADO"),)),
    _c("pago_de_otro_mes", BIEN, historia=(("2020-06", 30, "GIRADO"),)),
    _c(
        "cotizado_y_pagado",
        Fila(LIQUIDADO, "ACT-08;ACT-16", 15),
        compensados=(("2020-07", 5, "COTIZACION", COTIZACION),),
        historia=(("2020-07", 10, "LIQUIDADO"),),
    ),
    _c(
        "recortada_y_pagada",
        Fila(LIQUIDADO, "ACT-12;ACT-16", 6),
        cedula=Cedula("21", "2020-07-16"),
        historia=(("2020-07", 24, "GIRADO"),),
    ),
)

_MUERE_EL_20: Final = Cedula("21", "2020-06-20")
_FAMILIA_AE: Final = (
    Tramo("AE", "2020-06-01"),
    Tramo("SM", "2020-05-01", "2020-05-31"),
    Tramo("AC", "afiliacion", "2020-04-30"),
)
_CABEZA_QUE_MUERE: Final = (
    Tramo("AF", "2020-06-20"),
    Tramo("AE", "2020-06-01", "2020-06-19"),
    *_FAMILIA_AE[1:],
)
_JUNIO: Final = Fila(LIQUIDADO, "", 30, "2020-06-01", "2020-06-30")
EJEMPLOS: Final = (
    _c(
        "ejemplo_1",
        _JUNIO,
        n=1,
        propios=_FAMILIA_AE,
        nacimiento="1986-02-02",
        sexo="F",
        municipio="11001",
    ),
    _c(
        "ejemplo_2",
        replace(_JUNIO, dias=17, inicio="2020-06-14"),
        n=1,
        quien="b",
        propios=_FAMILIA_AE,
        cabeza=_FAMILIA_AE,
        nacimiento="2017-03-03",
        sexo="F",
        municipio="05045",
    ),
    _c(
        "ejemplo_3_cotizante",
        replace(_JUNIO, dias=20, fin="2020-06-20"),
        n=1,
        propios=_CABEZA_QUE_MUERE,
        cedula=_MUERE_EL_20,
        nacimiento="1968-01-15",
        municipio="88001",
    ),
    *(
        _c(
            f"ejemplo_3_{nombre}",
            replace(_JUNIO, sujeto="III"),
            n=1,
            quien="b",
            propios=_FAMILIA_AE,
            cabeza=_CABEZA_QUE_MUERE,
            cedula=_MUERE_EL_20,
            nacimiento=nacimiento,
            sexo="M",
            municipio="88001",
        )
        for nombre, nacimiento in (("conyuge", "1973-01-10"), ("hijo", "2004-01-10"))
    ),
)
"""The three worked examples of §5.5; the family of the third, each in a household of its own."""

CASOS: Final = (
    *EJEMPLOS,
    *FORMA,
    *IDENTIDAD,
    *REGIMEN,
    *MORA_PREVIA,
    *PROTECCION,
    *SOBREVIVIENTES,
    *EMERGENCIA_LEGAL,
    *COTIZADOS,
    *OTRA_AFILIACION,
    *MUERTE,
    *NOVEDADES,
    *DATOS,
    *TREINTA,
)
