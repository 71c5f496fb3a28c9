"""Every situation of the CET that the synthetic country holds, with what must come out of it.

One ``Escenario`` is one kind of household: who in it is ill, what the EPS sent, what the registers
say of them and the truth of each submitted row. Nothing here runs a rule: the state and the codes
stand beside the datum that causes them (dossier ``compensacion_rs`` §4–§9).

Overrides are SQL expressions by column. They see the person (``tipo_documento``,
``numero_documento``, names, ``f`` the day confirmed), the EPS (``codigo_eps``, ``eps_movilidad``
of the other régimen, ``otra_eps``) and the documents around: ``*_1`` of the cabeza, ``*_2`` of
the second of the house, ``*_pagado`` of somebody paid, ``*_ajeno`` of a neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

Cambios = Mapping[str, str]
"""Column → SQL expression."""

PAGADO: Final = "PAGADO"
NUCLEO_PAGADO: Final = "EN_NUCLEO_PAGADO"
ENROLAMIENTO: Final = "EN_ENROLAMIENTO"
NO_PAGO: Final = "NO_PAGO_NUCLEO_ENROLAMIENTO"
VALIDACION: Final = "EN_VALIDACION_BANCARIA"
NUCLEO_VALIDACION: Final = "NUCLEO_VALIDACION_BANCARIA"
GLOSADO: Final = "GLOSADO"
REVISION: Final = "EN_REVISION_ADRES"
CORRECCION: Final = "EN_CORRECCION_EPS"
NUNCA: Final = "NUNCA_ENTREGADO"
NO_ADMITIDO: Final = "NO_ADMITIDO"
SIN_CLASIFICAR: Final = "SIN_CLASIFICAR"

TOTALES: Final = {
    PAGADO: 27_419,
    NUCLEO_PAGADO: 4_239,
    ENROLAMIENTO: 16_401,
    NO_PAGO: 1_721,
    VALIDACION: 8_755,
    NUCLEO_VALIDACION: 1_397,
    GLOSADO: 22_219,
    REVISION: 4_525,
    CORRECCION: 3_098,
    NUNCA: 91_772,
}
"""Cases of each state at scale 1 (ADRES, Informe de gestión 2020; dossier §6): 181,546."""
RESIDUO: Final = 19
"""What the ten states lack to reach the 181,565 published (dossier §6)."""
AISLAMIENTO: Final = 9_700
"""GLOSADO for isolation, of the 22,219 (dossier §6, "≈9.700")."""
PERSONAS_PAGADAS: Final = 70_075
"""People of the 27,419 paid núcleos (dossier §10)."""


@dataclass(frozen=True)
class Papel:
    """What one person of the household does: a case, a row, a place in ``historia``."""

    m: int
    """1 the cabeza, 2 the next of the house."""
    universo: str = ""
    """State of the case; empty when it is not of the universe."""
    fila: str = ""
    """State of the submitted row; empty when there is none."""
    codigos: str = ""
    copia: int = 0
    """Further rows of one person, later in the file."""
    f: str = "f_curva"
    """Day confirmed: expression over ``f_curva``, ``f_previa`` and ``ancla`` of the household."""
    con_caso: bool = True
    """Whether SEGCOVID has the person at all."""
    historia: str = ""
    historia_codigos: str = ""
    entrada: Cambios = field(default_factory=dict)
    segcovid: Cambios = field(default_factory=dict)


@dataclass(frozen=True)
class Escenario:
    """``n`` households of one kind at scale 1; ``n`` 0 takes what its state still lacks."""

    caso: str
    n: int
    papeles: tuple[Papel, ...]
    clase: str = "adultos"
    """Household it needs: adultos (two or more), menor (second one minor), mixto (third one
    minor), solo, ordenados (two CC, the cabeza's sorts first), pagado, pagado2 (two or more)."""
    de_a: int = 1
    """Households come in groups of this many."""
    bdua: Mapping[int, Cambios] = field(default_factory=dict)
    """Changes to the row of a member; 0 is everyone."""
    bdua_otra: Mapping[int, Cambios] = field(default_factory=dict)
    """A second row of the member."""
    sin_bdua: bool = False
    rnec: Mapping[int, Cambios] = field(default_factory=dict)
    sin_rnec: bool = False
    sisben: str = "azar"
    """``si``, ``no`` or ``azar``: whether the household was surveyed."""
    sisben_cambios: Mapping[int, Cambios] = field(default_factory=dict)
    grupo: Mapping[int, Cambios] = field(default_factory=dict)
    """Row of bdua_grupo_familiar of a member."""
    segunda: Cambios = field(default_factory=dict)
    """Another confirmed case of the cabeza in SEGCOVID."""
    familiar: Cambios = field(default_factory=dict)
    """A relative in the second file of the upload."""
    miembro: int = 0
    """This member is in ``historia`` as MIEMBRO of somebody else's paid núcleo."""


# What several defects share -----------------------------------------------------------------

PRODUCTO: Final[Cambios] = {
    "codigo_banco": "['1040', '1007', '1051', '1551'][1 + azar_entero(i, 'cet_banco', 4)]",
    "tipo_producto": "['AHORROS', 'CATS', 'DBM', 'CORRIENTE'][1 + azar_entero(i, 'cet_tipo', 4)]",
    "numero_producto": "(4000000000 + azar_entero(i, 'cet_cuenta', 1000000000))::VARCHAR",
}
RECEPTOR_1: Final = {
    "tipo_documento_receptor": "tipo_documento_1",
    "numero_documento_receptor": "numero_documento_1",
}
RECEPTOR_2: Final = {
    "tipo_documento_receptor": "tipo_documento_2",
    "numero_documento_receptor": "numero_documento_2",
}
RECEPTOR_PROPIO: Final = {
    "tipo_documento_receptor": "tipo_documento",
    "numero_documento_receptor": "numero_documento",
}
RECEPTOR_FAMILIAR: Final = {
    "tipo_documento_receptor": "'CC'",
    "numero_documento_receptor": "documento_familiar",
}
FALLECIDO: Final = {"fallecido": "'SI'", "fecha_defuncion": "(f + 5)::VARCHAR"}
BDUA_VIVO: Final = {"hasta": "f + 4"}
BDUA_AF: Final = {"estado": "'AF'", "desde": "f + 5"}
RNEC_MUERTE: Final = {"estado_cedula": "'21'", "fecha_defuncion": "f + 5"}
MURIO_ANTES: Final = {"estado_cedula": "'21'", "fecha_defuncion": "DATE '2020-05-05'"}
CABEZA_PROPIA: Final = {
    "tipo_documento_cabeza": "tipo_documento",
    "numero_documento_cabeza": "numero_documento",
    "afl_id_cabeza": "afl_id",
    "tipo_afiliado": "'F'",
}
SIN_CABEZA: Final = {
    "tipo_documento_cabeza": "NULL",
    "numero_documento_cabeza": "NULL",
    "afl_id_cabeza": "NULL",
}
CONTRIBUTIVO: Final = {
    "regimen": "'C'",
    "codigo_eps": "eps_movilidad",
    "tipo_afiliado": "CASE WHEN m = 1 THEN 'C' ELSE 'B' END",
}
POR_MOVILIDAD: Final = {"codigo_eps": "eps_movilidad"}
OTRA_EPS: Final = {"codigo_eps": "otra_eps"}
NO_CUMPLE: Final = {"cumple_aislamiento": "'NO'"}
SIN_CONTACTO: Final = {"celular": "NULL", "correo": "NULL", "direccion": "NULL"}
OTRO_APELLIDO: Final = {"primer_apellido": "'QUINTANAR'"}
UNA_LETRA: Final = {"primer_nombre": "primer_nombre || 'S'"}
CONYUGE: Final = {"parentesco": "'CONYUGE'"}


NADA: Final[Cambios] = {}


def _caso(
    estado: str,
    codigos: str = "",
    *,
    m: int = 1,
    f: str = "f_curva",
    historia: str = "",
    historia_codigos: str = "",
    entrada: Cambios = NADA,
    segcovid: Cambios = NADA,
) -> Papel:
    """A case and its only row, both in one state."""
    return Papel(
        m,
        estado,
        estado,
        codigos,
        f=f,
        historia=historia,
        historia_codigos=historia_codigos,
        entrada=entrada,
        segcovid=segcovid,
    )


_lider = partial(_caso, ENROLAMIENTO)
_detras = partial(_caso, NO_PAGO, m=2)
_glosa = partial(_caso, GLOSADO)
_correccion = partial(_caso, CORRECCION)


def _forma(**cambios: str) -> tuple[Papel, ...]:
    """A row that breaks one column; the person has no case, so only CET-00 is at stake."""
    return (Papel(1, fila=CORRECCION, codigos="CET-00", con_caso=False, entrada=cambios),)


def _no_confirmado(**cambios: str) -> tuple[Papel, ...]:
    """A row of somebody whom SEGCOVID has, but not as a confirmed case."""
    return (Papel(1, fila=GLOSADO, codigos="CET-01", segcovid=cambios),)


REPETIDA: Final = Papel(1, fila=NO_ADMITIDO, codigos="CET-09", copia=1)
MINIMO_14: Final = "(f + 12)::VARCHAR"

# Leads without product: #3, and the rest of their núcleo: #4 ----------------------------------

ENROLADOS: Final = (
    Escenario("ok", 0, (_lider(),)),
    Escenario("ok_menor_recibe_cabeza", 1_500, (_lider(m=2),), "menor"),
    Escenario("ok_receptor_cabeza", 800, (_lider(m=2, entrada=RECEPTOR_1),)),
    Escenario(
        "ok_receptor_familiar",
        300,
        (_lider(entrada=RECEPTOR_FAMILIAR),),
        "solo",
        familiar=CONYUGE,
    ),
    Escenario(
        "ok_recibe_conyuge",
        60,
        (_lider(m=2),),
        "menor",
        rnec={1: MURIO_ANTES},
        familiar=CONYUGE,
    ),
    Escenario("ok_recibe_otro_adulto", 60, (_lider(m=3),), "mixto", rnec={1: MURIO_ANTES}),
    Escenario(
        "ok_menor_con_acudiente",
        60,
        (_lider(m=2),),
        "menor",
        bdua={2: CABEZA_PROPIA},
        sisben="no",
        familiar={"parentesco": "'PADRE'"},
    ),
    Escenario(
        "ok_nucleo_sisben",
        149,
        (_lider(f="ancla"), _detras("CET-08", f="ancla + 1")),
        bdua={0: SIN_CABEZA},
        sisben="si",
    ),
    Escenario(
        "ok_nucleo_eps",
        100,
        (
            _lider(f="ancla"),
            _detras("CET-08", f="ancla + 1", entrada=POR_MOVILIDAD),
        ),
        bdua={0: SIN_CABEZA},
        sisben="no",
    ),
    Escenario("ok_movilidad", 250, (_lider(entrada=POR_MOVILIDAD),)),
    Escenario("ok_primer_dia", 200, (_lider(f="DATE '2020-08-11'"),)),
    Escenario("ok_ultimo_dia", 20, (_lider(f="DATE '2022-06-30'"),)),
    Escenario("ok_fin_2020", 60, (_lider(f="DATE '2020-12-31'"),)),
    Escenario("ok_inicio_2021", 60, (_lider(f="DATE '2021-01-01'"),)),
    Escenario(
        "ok_2021", 900, (_lider(f="DATE '2021-01-02' + azar_entero(i, 'cet_2021', 36)::INTEGER"),)
    ),
    Escenario(
        "ok_llega_al_subsidiado",
        150,
        (_lider(),),
        bdua={1: {"desde": "f"}},
        bdua_otra={1: {**CONTRIBUTIVO, "hasta": "f - 1"}},
    ),
    Escenario(
        "ok_pasa_a_contributivo",
        150,
        (_lider(),),
        bdua={1: {"hasta": "f"}},
        bdua_otra={1: {**CONTRIBUTIVO, "desde": "f + 1"}},
    ),
    Escenario(
        "ok_cambia_eps",
        120,
        (_lider(),),
        bdua={1: {"desde": "f"}},
        bdua_otra={1: {"codigo_eps": "otra_eps", "hasta": "f - 1"}},
    ),
    Escenario(
        "ok_cambia_nucleo",
        100,
        (_lider(),),
        bdua={1: {"desde": "f"}},
        bdua_otra={
            1: {
                "tipo_documento_cabeza": "'CC'",
                "numero_documento_cabeza": "documento_familiar",
                "afl_id_cabeza": "NULL",
                "hasta": "f - 1",
            }
        },
    ),
    Escenario(
        "ok_grupo_familiar",
        200,
        (_lider(m=2),),
        bdua={2: SIN_CABEZA},
        grupo={2: {"afl_id_cabeza": "afl_id_1"}},
    ),
    Escenario(
        "ok_grupo_vencido",
        100,
        (_lider(),),
        grupo={1: {"afl_id_cabeza": "afl_id_2", "hasta": "DATE '2020-07-31'"}},
    ),
    Escenario(
        "ok_fallecido",
        150,
        (_lider(entrada={**FALLECIDO, **RECEPTOR_2}),),
        bdua={1: BDUA_VIVO},
        bdua_otra={1: BDUA_AF},
        rnec={1: RNEC_MUERTE},
    ),
    Escenario(
        "ok_fallecido_familiar",
        60,
        (_lider(entrada={**FALLECIDO, **RECEPTOR_FAMILIAR}),),
        "solo",
        bdua={1: BDUA_VIVO},
        bdua_otra={1: BDUA_AF},
        rnec={1: RNEC_MUERTE},
        familiar={"parentesco": "'HIJO'"},
    ),
    Escenario(
        "ok_formato",
        150,
        (
            _lider(
                entrada={
                    "tipo_documento": "lower(tipo_documento)",
                    "numero_documento": (
                        "replace(format('{:,}', numero_documento::BIGINT), ',', '.')"
                    ),
                    "cumple_aislamiento": "'S'",
                    "fallecido": "'N'",
                }
            ),
        ),
    ),
    Escenario(
        "ok_nueve_digitos",
        40,
        (_lider(),),
        "solo",
    ),
    Escenario(
        "ok_nombres",
        300,
        (
            _lider(
                entrada={
                    "primer_apellido": "'de la ' || lower(primer_apellido)",
                    "segundo_apellido": "replace(replace(segundo_apellido, 'O', 'Ó'), 'Ñ', 'N')",
                    "primer_nombre": "coalesce(segundo_nombre, primer_nombre)",
                    "segundo_nombre": (
                        "CASE WHEN segundo_nombre IS NOT NULL THEN primer_nombre END"
                    ),
                }
            ),
        ),
    ),
    Escenario(
        "ok_solo_correo",
        300,
        (_lider(entrada={"celular": "NULL", "correo": "'p' || i || '@correo.example'"}),),
    ),
    Escenario("ok_sin_sisben", 500, (_lider(),), sisben="no"),
    Escenario("ok_segcovid_cumple", 300, (_lider(segcovid={"cumple_aislamiento": "'SI'"}),)),
    Escenario(
        "ok_siete_dias_2022",
        20,
        (_lider(f="DATE '2022-01-07'", entrada={"aislamiento_fin": "(f + 6)::VARCHAR"}),),
    ),
    Escenario("ok_catorce_dias", 200, (_lider(entrada={"aislamiento_fin": "(f + 13)::VARCHAR"}),)),
    Escenario("aviso_trece_dias", 400, (_lider("CET-06", entrada={"aislamiento_fin": MINIMO_14}),)),
    Escenario(
        "aviso_seis_dias_2022",
        20,
        (_lider("CET-06", f="DATE '2022-01-07'", entrada={"aislamiento_fin": "(f + 5)::VARCHAR"}),),
    ),
    Escenario(
        "aviso_antes_de_2022_01_07",
        20,
        (_lider("CET-06", f="DATE '2022-01-06'", entrada={"aislamiento_fin": "(f + 6)::VARCHAR"}),),
    ),
    Escenario("aviso_nombre", 500, (_lider("CET-05", entrada=UNA_LETRA),)),
    Escenario(
        "aviso_cedula_pendiente",
        150,
        (_lider("CET-05"),),
        rnec={1: {"estado_cedula": "['88', '99', '77'][1 + k % 3]"}},
    ),
    Escenario(
        "aviso_sisben_aparte",
        200,
        (_lider("CET-16", m=2),),
        sisben="si",
        sisben_cambios={2: {"ficha": "'A' || nucleo"}},
    ),
    Escenario(
        "aviso_dos_nucleos",
        200,
        (_lider("CET-16"),),
        de_a=2,
        sisben="si",
        sisben_cambios={0: {"codigo_municipio": "'11001'", "ficha": "'D' || ((k - 1) // 2)"}},
    ),
    Escenario("ok_corregida", 300, (_lider(historia=CORRECCION, historia_codigos="CET-13"),)),
    Escenario("ok_subsanada", 300, (_lider(historia=GLOSADO, historia_codigos="CET-03"),)),
    Escenario(
        "ok_no_admitida_antes", 60, (_lider(historia=NO_ADMITIDO, historia_codigos="CET-02"),)
    ),
    Escenario("ok_nunca_antes", 60, (_lider(historia=NUNCA),)),
    Escenario(
        "ok_forma_previa",
        80,
        (
            Papel(
                1,
                ENROLAMIENTO,
                CORRECCION,
                "CET-00",
                entrada={"fecha_confirmacion": "strftime(f, '%d/%m/%Y')"},
            ),
            Papel(1, fila=ENROLAMIENTO, copia=1),
        ),
    ),
    Escenario(
        "ok_reinfeccion",
        200,
        (_lider(),),
        segunda={"fecha_confirmacion": "f_previa"},
    ),
    Escenario(
        "ok_renumerado",
        RESIDUO,
        (_lider(f="ancla"),),
        segunda={"fecha_confirmacion": "ancla + 30"},
    ),
    Escenario("repetida", 500, (_lider(), REPETIDA)),
    Escenario(
        "repetida_otra_eps",
        150,
        (_lider(), Papel(1, fila=NO_ADMITIDO, codigos="CET-09", copia=1, entrada=OTRA_EPS)),
    ),
    Escenario(
        "repetida_tres_veces",
        60,
        (_lider(), REPETIDA, Papel(1, fila=NO_ADMITIDO, codigos="CET-09", copia=2)),
    ),
    Escenario("lider_anterior", 600, (Papel(1, ENROLAMIENTO, historia=ENROLAMIENTO),)),
    Escenario(
        "lider_anterior_repetida",
        80,
        (Papel(1, ENROLAMIENTO, NO_ADMITIDO, "CET-09", historia=ENROLAMIENTO),),
    ),
    Escenario(
        "lider_anterior_fila",
        149,
        (
            Papel(1, ENROLAMIENTO, historia=ENROLAMIENTO, f="ancla"),
            _detras("CET-08", f="ancla + 8"),
        ),
    ),
    Escenario(
        "lider_anterior_nunca",
        149,
        (
            Papel(1, ENROLAMIENTO, historia=ENROLAMIENTO, f="ancla"),
            Papel(2, NO_PAGO, f="ancla + 8"),
        ),
    ),
    Escenario(
        "eleccion_fecha",
        149,
        (Papel(1, NO_PAGO, NO_PAGO, "CET-08", f="ancla + 5"), _lider(m=2, f="ancla")),
    ),
    Escenario(
        "eleccion_entre_tres",
        60,
        (
            Papel(1, NO_PAGO, NO_PAGO, "CET-08", f="ancla + 4"),
            _detras("CET-08", f="ancla + 2"),
            _lider(m=3, f="ancla"),
        ),
        "mixto",
    ),
    Escenario(
        "eleccion_tipo_documento",
        100,
        (_lider(f="ancla"), _detras("CET-08", f="ancla")),
        "menor",
    ),
    Escenario(
        "eleccion_numero_documento",
        60,
        (_lider(f="ancla"), _detras("CET-08", f="ancla")),
        "ordenados",
    ),
    Escenario(
        "eleccion_glosa",
        120,
        (
            Papel(
                1, NO_PAGO, NO_PAGO, "CET-06;CET-08", f="ancla", entrada={**NO_CUMPLE, **PRODUCTO}
            ),
            _lider(m=2, f="ancla + 3"),
        ),
    ),
    Escenario(
        "eleccion_correccion",
        120,
        (
            Papel(1, NO_PAGO, NO_PAGO, "CET-08;CET-13", f="ancla", entrada=SIN_CONTACTO),
            _lider(m=2, f="ancla + 3"),
        ),
    ),
    Escenario(
        "eleccion_contributivo",
        60,
        (Papel(1, NO_PAGO, NO_PAGO, "CET-03;CET-08", f="ancla"), _lider(m=2, f="ancla + 3")),
        bdua={1: CONTRIBUTIVO},
    ),
    Escenario(
        "eleccion_fuera_de_ventana",
        60,
        (
            Papel(1, fila=NO_ADMITIDO, codigos="CET-02;CET-08", f="DATE '2020-08-05'"),
            _lider(m=2, f="ancla"),
        ),
    ),
    Escenario("familiar_nunca_entregado", 0, (_lider(f="ancla"), Papel(2, NO_PAGO, f="ancla + 2"))),
)

# Leads with product: #5, and the rest of their núcleo: #6 -------------------------------------


def _con_producto(
    m: int = 1, codigos: str = "", f: str = "f_curva", entrada: Cambios | None = None
) -> Papel:
    return Papel(m, VALIDACION, VALIDACION, codigos, f=f, entrada={**PRODUCTO, **(entrada or {})})


EN_BANCO: Final = (
    Escenario("ok_producto", 0, (_con_producto(),)),
    Escenario("ok_producto_menor", 400, (_con_producto(2, entrada=RECEPTOR_1),), "menor"),
    Escenario(
        "aviso_doble",
        100,
        (_con_producto(1, "CET-05;CET-06", entrada={**UNA_LETRA, "aislamiento_fin": MINIMO_14}),),
    ),
    Escenario(
        "eleccion_producto",
        400,
        (
            Papel(1, NUCLEO_VALIDACION, NUCLEO_VALIDACION, "CET-08", f="ancla"),
            _con_producto(2, f="ancla + 4", entrada=RECEPTOR_2),
        ),
    ),
    Escenario(
        "eleccion_dos_productos",
        100,
        (
            Papel(
                1, NUCLEO_VALIDACION, NUCLEO_VALIDACION, "CET-08", f="ancla + 2", entrada=PRODUCTO
            ),
            _con_producto(2, f="ancla"),
        ),
    ),
    Escenario("lider_banco_anterior", 300, (Papel(1, VALIDACION, historia=VALIDACION),)),
    Escenario(
        "lider_banco_anterior_fila",
        200,
        (
            Papel(1, VALIDACION, historia=VALIDACION, f="ancla"),
            Papel(2, NUCLEO_VALIDACION, NUCLEO_VALIDACION, "CET-08", f="ancla + 6"),
        ),
    ),
    Escenario(
        "lider_banco_anterior_nunca",
        100,
        (
            Papel(1, VALIDACION, historia=VALIDACION, f="ancla"),
            Papel(2, NUCLEO_VALIDACION, f="ancla + 6"),
        ),
    ),
    Escenario(
        "familiar_nunca_entregado_banco",
        0,
        (_con_producto(f="ancla"), Papel(2, NUCLEO_VALIDACION, f="ancla + 2")),
    ),
)

# Paid núcleos: #1 and #2 ----------------------------------------------------------------------

_COBRO: Final = Papel(1, PAGADO, historia=PAGADO)

PAGADOS: Final = (
    Escenario("pagado", 0, (_COBRO,), "pagado"),
    Escenario(
        "pagado_repetida",
        150,
        (Papel(1, PAGADO, NO_ADMITIDO, "CET-09", historia=PAGADO),),
        "pagado",
    ),
    Escenario("nucleo_pagado_nunca", 0, (_COBRO, Papel(2, NUCLEO_PAGADO)), "pagado2"),
    Escenario(
        "nucleo_pagado",
        1_400,
        (_COBRO, Papel(2, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07")),
        "pagado2",
    ),
    Escenario(
        "nucleo_pagado_aislamiento",
        100,
        (_COBRO, Papel(2, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-06;CET-07", entrada=NO_CUMPLE)),
        "pagado2",
    ),
    Escenario(
        "nucleo_pagado_contacto",
        100,
        (_COBRO, Papel(2, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07;CET-13", entrada=SIN_CONTACTO)),
        "pagado2",
    ),
    Escenario(
        "nucleo_pagado_anterior",
        400,
        (_COBRO, Papel(2, NUCLEO_PAGADO, historia=NUCLEO_PAGADO, historia_codigos="CET-07")),
        "pagado2",
    ),
    Escenario(
        "nucleo_pagado_anterior_repetida",
        100,
        (
            _COBRO,
            Papel(
                2,
                NUCLEO_PAGADO,
                NO_ADMITIDO,
                "CET-09",
                historia=NUCLEO_PAGADO,
                historia_codigos="CET-07",
            ),
        ),
        "pagado2",
    ),
    Escenario(
        "familiar_pagado",
        120,
        (Papel(1, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07"),),
        familiar={
            "tipo_documento": "tipo_documento_pagado",
            "numero_documento": "numero_documento_pagado",
            "fecha_nacimiento": "fecha_nacimiento_pagado::VARCHAR",
            "sexo": "sexo_pagado",
            "parentesco": "'OTRO'",
        },
    ),
    Escenario(
        "documento_pagado", 80, (Papel(1, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07"),), miembro=1
    ),
    Escenario("documento_pagado_nunca", 60, (Papel(1, NUCLEO_PAGADO),), miembro=1),
    Escenario(
        "receptor_pagado",
        60,
        (Papel(1, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07", entrada=RECEPTOR_2),),
        miembro=2,
    ),
    Escenario(
        "receptor_elegido_pagado",
        60,
        (Papel(2, NUCLEO_PAGADO, NUCLEO_PAGADO, "CET-07"),),
        "menor",
        miembro=1,
    ),
)

# Glosas: #7; and rows without case, which are not of the universe ------------------------------

GLOSAS: Final = (
    Escenario("aislamiento_no", 0, (_glosa("CET-06", entrada=NO_CUMPLE),)),
    Escenario("segcovid_no", 2_400, (_glosa("CET-06", segcovid=NO_CUMPLE),)),
    Escenario(
        "aislamiento_ambos_no", 300, (_glosa("CET-06", entrada=NO_CUMPLE, segcovid=NO_CUMPLE),)
    ),
    Escenario(
        "aislamiento_no_y_contacto",
        200,
        (_glosa("CET-06;CET-13", entrada={**NO_CUMPLE, **SIN_CONTACTO}),),
    ),
    Escenario(
        "aislamiento_no_y_nombre",
        150,
        (_glosa("CET-05;CET-06", entrada={**NO_CUMPLE, **OTRO_APELLIDO}),),
    ),
    Escenario(
        "aislamiento_no_y_contributivo",
        150,
        (_glosa("CET-03;CET-06", entrada={**NO_CUMPLE, **POR_MOVILIDAD}),),
        bdua={0: CONTRIBUTIVO},
    ),
    Escenario(
        "aislamiento_no_anterior",
        1_200,
        (Papel(1, GLOSADO, historia=GLOSADO, historia_codigos="CET-06"),),
    ),
    Escenario(
        "aislamiento_no_insiste",
        120,
        (Papel(1, GLOSADO, NO_ADMITIDO, "CET-09", historia=GLOSADO, historia_codigos="CET-06"),),
    ),
    Escenario(
        "aislamiento_no_repetida",
        80,
        (_glosa("CET-06", entrada=NO_CUMPLE), REPETIDA),
    ),
    Escenario(
        "contributivo", 0, (_glosa("CET-03", entrada=POR_MOVILIDAD),), bdua={0: CONTRIBUTIVO}
    ),
    Escenario("retirado", 1_500, (_glosa("CET-03"),), bdua={1: {"estado": "'RE'"}}),
    Escenario(
        "suspendido", 900, (_glosa("CET-03"),), bdua={1: {"estado": "['SM', 'SD'][1 + k % 2]"}}
    ),
    Escenario("afiliado_al_dia_siguiente", 900, (_glosa("CET-03"),), bdua={1: {"desde": "f + 1"}}),
    Escenario(
        "deja_el_subsidiado_la_vispera",
        400,
        (_glosa("CET-03"),),
        bdua={1: {"hasta": "f - 1"}},
        bdua_otra={1: {**CONTRIBUTIVO, "desde": "f"}},
    ),
    Escenario(
        "llega_al_subsidiado_tarde",
        300,
        (_glosa("CET-03"),),
        bdua={1: {"desde": "f + 1"}},
        bdua_otra={1: {**CONTRIBUTIVO, "hasta": "f"}},
    ),
    Escenario(
        "fallecido_antes_de_confirmar",
        149,
        (
            _glosa(
                "CET-03",
                entrada={
                    "fallecido": "'SI'",
                    "fecha_defuncion": "(f - 9)::VARCHAR",
                    **RECEPTOR_2,
                },
            ),
        ),
        bdua={1: {"hasta": "f - 10"}},
        bdua_otra={1: {"estado": "'AF'", "desde": "f - 9"}},
        rnec={1: {"estado_cedula": "'21'", "fecha_defuncion": "f - 9"}},
    ),
    Escenario(
        "contributivo_y_contacto",
        250,
        (_glosa("CET-03;CET-13", entrada={**POR_MOVILIDAD, **SIN_CONTACTO}),),
        bdua={0: CONTRIBUTIVO},
    ),
    Escenario(
        "contributivo_anterior",
        1_300,
        (Papel(1, GLOSADO, historia=GLOSADO, historia_codigos="CET-03"),),
        bdua={0: CONTRIBUTIVO},
    ),
    Escenario(
        "contributivo_insiste",
        150,
        (
            _glosa(
                "CET-03",
                entrada=POR_MOVILIDAD,
                historia=GLOSADO,
                historia_codigos="CET-03",
            ),
        ),
        bdua={0: CONTRIBUTIVO},
    ),
    Escenario("sin_caso", 2_000, (Papel(1, fila=GLOSADO, codigos="CET-01", con_caso=False),)),
    Escenario("sospechoso", 400, _no_confirmado(clasificacion="'SOSPECHOSO'")),
    Escenario("probable", 200, _no_confirmado(clasificacion="'PROBABLE'")),
    Escenario("descartado", 500, _no_confirmado(clasificacion="'DESCARTADO'")),
    Escenario("contacto", 400, _no_confirmado(tipo_registro="'CONTACTO'")),
    Escenario(
        "sin_caso_y_aislamiento",
        100,
        (Papel(1, fila=GLOSADO, codigos="CET-01;CET-06", con_caso=False, entrada=NO_CUMPLE),),
    ),
)

# Under review: #8. Delivered before and still without result, so only historia knows -------------

EN_REVISION: Final = (
    Escenario("en_revision", 0, (Papel(1, REVISION, historia=REVISION),)),
    Escenario(
        "en_revision_repetida",
        300,
        (Papel(1, REVISION, NO_ADMITIDO, "CET-09", historia=REVISION),),
    ),
)

# Corrections: #9 ------------------------------------------------------------------------------

CORRECCIONES: Final = (
    Escenario("contacto_sin_direccion", 0, (_correccion("CET-13", entrada={"direccion": "NULL"}),)),
    Escenario(
        "contacto_municipio", 90, (_correccion("CET-13", entrada={"codigo_municipio": "'05999'"}),)
    ),
    Escenario(
        "contacto_celular",
        90,
        (
            _correccion(
                "CET-13",
                entrada={
                    "celular": "['6012345678', '310555123'][1 + k % 2]",
                    "correo": "NULL",
                },
            ),
        ),
    ),
    Escenario(
        "contacto_correo",
        90,
        (
            _correccion(
                "CET-13",
                entrada={
                    "celular": "NULL",
                    "correo": "['@correo.example', 'a@b@correo.example', 'sin arroba'][1 + k % 3]",
                },
            ),
        ),
    ),
    Escenario(
        "otro_tipo_documento",
        140,
        (_correccion("CET-01", segcovid={"tipo_documento": "'TI'"}),),
    ),
    Escenario("otra_eps", 140, (_correccion("CET-04", entrada=OTRA_EPS),)),
    Escenario(
        "eps_anterior",
        90,
        (_correccion("CET-04", entrada=OTRA_EPS),),
        bdua={1: {"desde": "f"}},
        bdua_otra={1: {"codigo_eps": "otra_eps", "hasta": "f - 1"}},
    ),
    Escenario("otro_nombre", 140, (_correccion("CET-05", entrada=OTRO_APELLIDO),)),
    Escenario(
        "dos_letras",
        90,
        (_correccion("CET-05", entrada={"primer_nombre": "primer_nombre || 'XS'"}),),
    ),
    Escenario("fuera_de_bdua", 140, (_correccion("CET-05"),), "solo", sin_bdua=True, sisben="no"),
    Escenario(
        "cedula_cancelada",
        120,
        (_correccion("CET-05"),),
        rnec={1: {"estado_cedula": "['22', '23', '28', '52', '56'][1 + k % 5]"}},
    ),
    Escenario("sin_rnec", 120, (_correccion("CET-05"),), sin_rnec=True),
    Escenario("rnec_con_error", 60, (_correccion("CET-05"),), rnec={1: {"cod_error": "1"}}),
    Escenario(
        "dos_cabezas",
        140,
        (_correccion("CET-10"),),
        bdua_otra={
            1: {
                "tipo_documento_cabeza": "'CC'",
                "numero_documento_cabeza": "documento_familiar",
                "afl_id_cabeza": "NULL",
                "tipo_afiliado": "'O'",
            }
        },
    ),
    Escenario(
        "cabeza_y_grupo",
        80,
        (_correccion("CET-10"),),
        grupo={1: {"afl_id_cabeza": "afl_id_2"}},
    ),
    Escenario("receptor_menor", 100, (_correccion("CET-11", entrada=RECEPTOR_2),), "menor"),
    Escenario(
        "receptor_ajeno",
        100,
        (
            _correccion(
                "CET-11",
                entrada={
                    "tipo_documento_receptor": "tipo_documento_ajeno",
                    "numero_documento_receptor": "numero_documento_ajeno",
                },
            ),
        ),
    ),
    Escenario(
        "receptor_muerto",
        60,
        (_correccion("CET-11", entrada=RECEPTOR_2),),
        "ordenados",
        rnec={2: {"estado_cedula": "'21'", "fecha_defuncion": "DATE '2020-12-31'"}},
    ),
    Escenario(
        "receptor_muerto_en_bdua",
        60,
        (_correccion("CET-11", f="ancla", entrada=RECEPTOR_2),),
        bdua={2: {"hasta": "DATE '2020-12-30'"}},
        bdua_otra={2: {"estado": "'AF'", "desde": "DATE '2020-12-31'"}},
    ),
    Escenario(
        "receptor_no_vivo",
        60,
        (_correccion("CET-11", entrada=RECEPTOR_FAMILIAR),),
        "solo",
        familiar={**CONYUGE, "vivo": "'NO'"},
    ),
    Escenario(
        "menor_solo",
        120,
        (_correccion("CET-11", m=2),),
        "menor",
        bdua={2: CABEZA_PROPIA},
        sisben="no",
    ),
    Escenario(
        "fallecido_sin_receptor",
        120,
        (_correccion("CET-12", entrada=FALLECIDO),),
        bdua={1: BDUA_VIVO},
        bdua_otra={1: BDUA_AF},
        rnec={1: RNEC_MUERTE},
    ),
    Escenario(
        "fallecido_recibe_el_mismo",
        60,
        (_correccion("CET-11;CET-12", entrada={**FALLECIDO, **RECEPTOR_PROPIO}),),
        bdua={1: BDUA_VIVO},
        bdua_otra={1: BDUA_AF},
        rnec={1: RNEC_MUERTE},
    ),
    Escenario(
        "fallecido_solo",
        60,
        (_correccion("CET-11;CET-12", entrada=FALLECIDO),),
        "solo",
        bdua={1: BDUA_VIVO},
        bdua_otra={1: BDUA_AF},
        rnec={1: RNEC_MUERTE},
    ),
    Escenario(
        "muerte_solo_en_rnec",
        80,
        (_correccion("CET-12"),),
        rnec={1: {"estado_cedula": "'51'", "fecha_afectacion": "f + 20"}},
    ),
    Escenario(
        "muerte_solo_en_bdua",
        60,
        (_correccion("CET-12"),),
        bdua={1: {"hasta": "f + 19"}},
        bdua_otra={1: {"estado": "'AF'", "desde": "f + 20"}},
    ),
    Escenario(
        "nombre_y_contacto",
        100,
        (_correccion("CET-05;CET-13", entrada={**OTRO_APELLIDO, **SIN_CONTACTO}),),
    ),
    Escenario(
        "eps_y_contacto",
        60,
        (_correccion("CET-04;CET-13", entrada={**OTRA_EPS, **SIN_CONTACTO}),),
    ),
    Escenario(
        "forma_con_caso",
        100,
        (_correccion("CET-00", entrada={"tipo_documento_receptor": "'CC'"}),),
    ),
    Escenario(
        "correccion_anterior",
        140,
        (Papel(1, CORRECCION, historia=CORRECCION, historia_codigos="CET-13"),),
    ),
)

# Rows outside the universe --------------------------------------------------------------------

FUERA: Final = (
    Escenario(
        "diez_de_agosto",
        400,
        (Papel(1, fila=NO_ADMITIDO, codigos="CET-02", f="DATE '2020-08-10'"),),
    ),
    Escenario(
        "antes_de_la_ventana", 600, (Papel(1, fila=NO_ADMITIDO, codigos="CET-02", f="f_previa"),)
    ),
    Escenario(
        "despues_de_la_ventana",
        20,
        (Papel(1, fila=NO_ADMITIDO, codigos="CET-02", f="DATE '2022-07-01'"),),
    ),
    Escenario(
        "antes_y_contributivo",
        80,
        (
            Papel(
                1,
                fila=NO_ADMITIDO,
                codigos="CET-02;CET-03",
                f="f_previa",
                entrada=POR_MOVILIDAD,
            ),
        ),
        bdua={0: CONTRIBUTIVO},
    ),
    Escenario("forma_sin_documento", 40, _forma(numero_documento="NULL"), "solo"),
    Escenario("forma_tipo_documento", 40, _forma(tipo_documento="'XX'"), "solo"),
    Escenario("forma_cedula_con_letras", 40, _forma(numero_documento="'A1530B'"), "solo"),
    Escenario(
        "forma_pe_corto",
        40,
        _forma(tipo_documento="'PE'", numero_documento="documento_familiar"),
        "solo",
    ),
    Escenario(
        "forma_pt_antes_de_2021",
        40,
        _forma(tipo_documento="'PT'", fecha_confirmacion="'2020-10-05'"),
        "solo",
    ),
    Escenario("forma_sin_nombre", 40, _forma(primer_nombre="NULL"), "solo"),
    Escenario("forma_sin_apellido", 40, _forma(primer_apellido="NULL"), "solo"),
    Escenario("forma_fecha_dia_primero", 40, _forma(fecha_confirmacion="'05/10/2020'"), "solo"),
    Escenario("forma_sin_fecha", 40, _forma(fecha_confirmacion="NULL"), "solo"),
    Escenario("forma_nacimiento", 40, _forma(fecha_nacimiento="'1985-02-30'"), "solo"),
    Escenario(
        "forma_aislamiento_al_reves",
        40,
        _forma(aislamiento_fin="(aislamiento_inicio::DATE - 1)::VARCHAR"),
        "solo",
    ),
    Escenario("forma_sin_certificar", 40, _forma(cumple_aislamiento="NULL"), "solo"),
    Escenario("forma_certifica_otra_cosa", 40, _forma(cumple_aislamiento="'PARCIAL'"), "solo"),
    Escenario("forma_fallecido_sin_fecha", 40, _forma(fallecido="'SI'"), "solo"),
    Escenario("forma_sin_nucleo", 40, _forma(id_nucleo="NULL"), "solo"),
    Escenario("forma_producto_a_medias", 40, _forma(codigo_banco="'1040'"), "solo"),
    Escenario(
        "forma_tipo_producto", 40, _forma(**{**PRODUCTO, "tipo_producto": "'EFECTIVO'"}), "solo"
    ),
    Escenario("forma_banco", 40, _forma(**{**PRODUCTO, "codigo_banco": "'40'"}), "solo"),
    Escenario("forma_eps", 40, _forma(codigo_eps="'EPS999'"), "solo"),
    Escenario("forma_consecutivo", 40, _forma(consecutivo="'A' || consecutivo"), "solo"),
)

ESCENARIOS: Final = (
    *ENROLADOS,
    *EN_BANCO,
    *PAGADOS,
    *GLOSAS,
    *EN_REVISION,
    *CORRECCIONES,
    *FUERA,
)
