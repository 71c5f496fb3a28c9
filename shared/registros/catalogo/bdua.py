"""BDUA: master, affiliation states and the two histories. Source: registers §3.

Positions of the headerless files are data: ``shared/registros/datos/bdua_posiciones.csv``.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from shared.normativa import Certeza, Fuente, tablas
from shared.registros.catalogo.columnas import (
    CLAVE_DOCUMENTO,
    corte,
    documento,
    eps,
    informativas,
    nacimiento,
    nombres,
    sexo,
    vigencia,
)
from shared.registros.catalogo.comprobaciones import (
    DOCUMENTO_MAL_FORMADO,
    EPS_DESCONOCIDA,
    INTERVALO_AL_REVES,
    NOMBRE_DANADO,
)
from shared.registros.expresiones import es_una_de, literal
from shared.registros.model import (
    CODIGO,
    FECHA_DMA,
    LISTA,
    TEXTO,
    ColumnaRegistro,
    Comprobacion,
    EsquemaRegistro,
    FormatoPosicional,
    Intervalos,
    Referencia,
    Repeticion,
    T,
)

POSICIONES: Final = Path(__file__).parents[1] / "datos" / "bdua_posiciones.csv"

BDUA_NORMA: Final = Fuente(
    "Resolución 4622 de 2016",
    "anexo técnico",
    emisor="MinSalud",
    certeza=Certeza.PRENSA,
    nota=(
        "el anexo no se pudo leer; las columnas son las de programas públicos que procesan los "
        "archivos de la ADRES"
    ),
)

_ARCHIVO_MAESTRO: Final = r"^[A-Z0-9]{5,6}-?(?P<regimen>MS|MC)00[0-9]{8}(\.[A-Z]+)?$"
"""``<ENT6>MS00<DDMMAAAA>.TXT``; an older sample is ``23678-MS0021032024.TXT``."""
_REGIMEN_DEL_NOMBRE: Final = (("regimen", "MS", "regimen=S"), ("regimen", "MC", "regimen=C"))

REGIMEN: Final = LISTA("C", "S", alias=(("Contributivo", "C"), ("Subsidiado", "S")))
TIPO_AFILIADO: Final = LISTA("C", "B", "A", "F", "O")
ESTADO: Final = LISTA(
    "AC", "AE", "AF", "PL", "RE", "SD", "SM", alias=(("SU", "SM"), ("DE", "RE"), ("PR", "PL"))
)
"""SU suspendido, DE desafiliado and PR are legacy names (design choice of registers §3)."""
ZONA: Final = LISTA("U", "R", alias=(("1", "U"), ("2", "R")))
_POR_PALABRA: Final = {"CONTRIBUTIVO": "C", "SUBSIDIADO": "S"}


@cache
def _posiciones() -> dict[str, list[dict[str, str]]]:
    """Positions of each version of the layouts, first to last."""
    versiones: dict[str, list[dict[str, str]]] = {}
    with POSICIONES.open(encoding="utf-8", newline="") as archivo:
        for fila in csv.DictReader(archivo):
            versiones.setdefault(fila["version"], []).append(fila)
    return versiones


def _columna(version: str, nombre: str) -> tuple[str, ...]:
    return tuple(fila[nombre] for fila in _posiciones()[version])


def _maestro(version: str, nota: str, certeza: Certeza) -> FormatoPosicional:
    return FormatoPosicional(
        nombre=f"bdua_{version}",
        delimitador=",",
        posiciones=_columna(version, "canonica"),
        originales=_columna(version, "original"),
        archivo=_ARCHIVO_MAESTRO,
        por_nombre=_REGIMEN_DEL_NOMBRE,
        nota=nota,
        certeza=certeza,
    )


def _historia(version: str) -> FormatoPosicional:
    return FormatoPosicional(
        nombre=f"bdua_{version}",
        delimitador=",",
        posiciones=_columna(version, "canonica"),
        originales=_columna(version, "original"),
        nota="archivo de un ZIP de la ADRES; uno llegó en UTF-8",
        certeza=Certeza.PRENSA,
    )


def _regimen_de_la_eps() -> str:
    """C or S by the EPS table: the prefix of the code does not tell (registers §3, §16)."""
    por_regimen: dict[str, list[str]] = {}
    for fila in tablas.leer("eps_2020"):
        letra = _POR_PALABRA.get(fila["regimen"])
        if letra is not None:
            por_regimen.setdefault(letra, []).append(fila["codigo"])
    ramas = " ".join(
        f"WHEN {es_una_de('codigo_eps', codigos)} THEN {literal(letra)}"
        for letra, codigos in por_regimen.items()
    )
    return f"CASE {ramas} END"


def _afl_id(nombre: str, *otros: str, obligatoria: bool, descripcion: str) -> ColumnaRegistro:
    return ColumnaRegistro(nombre, T(15), otros, descripcion, obligatoria=obligatoria)


_AFL_ID: Final = _afl_id(
    "afl_id", obligatoria=True, descripcion="Número de la persona en BDUA; no cambia"
)
_REGIMEN: Final = ColumnaRegistro(
    "regimen",
    REGIMEN,
    descripcion="C o S, por el nombre del archivo (MC, MS) o por la tabla de EPS",
    si_falta=_regimen_de_la_eps(),
    necesita=("codigo_eps",),
)
_TIPO_AFILIADO: Final = ColumnaRegistro(
    "tipo_afiliado",
    TIPO_AFILIADO,
    ("tps_afl_id",),
    "C cotizante, B beneficiario, A adicional, F cabeza de familia, O otro miembro",
)
_ESTADO: Final = ColumnaRegistro(
    "estado",
    ESTADO,
    ("tps_est_afl_id",),
    "AC activo, AE activo por emergencia, AF fallecido, PL protección laboral, RE retirado, "
    "SD suspendido por documentos, SM suspendido por mora",
    obligatoria=True,
    admite_vacia=True,
)
SIN_DESDE: Final = Comprobacion(
    "sin_desde", "desde IS NULL", "sin fecha de inicio: no estará vigente ningún día"
)
SIN_ESTADO: Final = Comprobacion("sin_estado", "estado IS NULL", "sin estado de afiliación")
_DEL_NACIMIENTO: Final = (
    "afl_pais_nacimiento",
    "afl_municipio_nacimiento",
    "afl_nacionalidad",
    "afl_sexo_identificacion",
    "afl_discapacidad",
)


def _del_lugar() -> tuple[ColumnaRegistro, ...]:
    return (
        ColumnaRegistro(
            "codigo_departamento",
            CODIGO(2, completa_ceros=True),
            ("dpr_id",),
            "Departamento, código DIVIPOLA",
            informativa=True,
            si_falta="left(codigo_municipio, 2)",
        ),
        ColumnaRegistro(
            "codigo_municipio_corto",
            CODIGO(3, completa_ceros=True, ceros=2),
            ("mnc_id", "mns_id"),
            "Municipio dentro del departamento",
            informativa=True,
            si_falta="right(codigo_municipio, 3)",
        ),
        ColumnaRegistro(
            "codigo_municipio",
            CODIGO(5, completa_ceros=True),
            descripcion="Departamento (2) y municipio (3) juntos",
            informativa=True,
            si_falta="codigo_departamento || codigo_municipio_corto",
        ),
        ColumnaRegistro("zona", ZONA, ("zns_id",), "U urbana, R rural", informativa=True),
    )


def _del_contrato() -> tuple[ColumnaRegistro, ...]:
    return (
        ColumnaRegistro("numero_contrato", TEXTO, informativa=True),
        ColumnaRegistro("fecha_inicio_contrato", FECHA_DMA, informativa=True),
        ColumnaRegistro(
            "grupo_poblacional_contrato", T(2), ("cnt_afl_tps_grp_pbl_id",), informativa=True
        ),
        ColumnaRegistro(
            "pertenencia_etnica_contrato", T(2), ("cnt_afl_tps_prt_etn_id",), informativa=True
        ),
        ColumnaRegistro("modalidad_subsidio", T(2), ("tps_mdl_sbs_id",), informativa=True),
    )


def _de_la_gestion() -> tuple[ColumnaRegistro, ...]:
    return (
        ColumnaRegistro("portabilidad", TEXTO, informativa=True),
        ColumnaRegistro(
            "hab_ips_primaria",
            CODIGO(12, completa_ceros=True),
            ("cod_ips_p",),
            "IPS primaria, código de la sede",
            informativa=True,
        ),
        ColumnaRegistro("metodologia_grupo_poblacional", TEXTO, ("mtdlg_g_p",), informativa=True),
        ColumnaRegistro("subgrupo_sisben_iv", TEXTO, ("sub_sisben_iv",), informativa=True),
        ColumnaRegistro("marca_sisben", TEXTO, ("marcasisbeniv_marcasisbeniii",), informativa=True),
        ColumnaRegistro(
            "cruce_bdex_rnec",
            TEXTO,
            descripcion="Marca de la ADRES; se guarda y ninguna regla la lee",
            informativa=True,
        ),
    )


BDUA: Final = EsquemaRegistro(
    nombre="bdua",
    titulo="BDUA: maestro de afiliados",
    dueno="ADRES",
    fuente=BDUA_NORMA,
    certeza=Certeza.PRENSA,
    cadencia="Hoy es diario; en 2020, cualquier fecha de corte. Unos 48 millones de afiliados",
    clave=CLAVE_DOCUMENTO,
    orden=("desde", "afl_id"),
    comillas=False,
    formatos=(
        _maestro("maestro_43", "posiciones del maestro actual", Certeza.PRENSA),
        _maestro(
            "maestro_34",
            "diseño de 2020: el actual sin las posiciones 13 a 17 ni 40 a 43",
            Certeza.DISENO,
        ),
    ),
    intervalos=Intervalos(
        sujeto=("afl_id",),
        hecho=(
            "codigo_eps",
            "regimen",
            "tipo_afiliado",
            "estado",
            # The person who heads, not the document: a new one opens no interval.
            "afl_id_cabeza",
        ),
    ),
    columnas=(
        _AFL_ID,
        eps(obligatoria=True, admite_vacia=True, descripcion="EPS que lo tiene afiliado"),
        *documento(
            sufijo="_cabeza",
            tipo=("tps_idn_id_cf",),
            numero=("hst_idn_numero_identificacion_cf",),
            de="del cotizante o cabeza de familia",
            obligatoria=False,
        ),
        *documento(
            tipo=("tps_idn_id",),
            numero=("hst_idn_numero_identificacion", "hst_idn_numero"),
            de="del afiliado",
        ),
        *nombres("afl_"),
        nacimiento(fecha=FECHA_DMA, otros=("afl_fecha_nacimiento",), informativa=False),
        sexo("tps_gnr_id"),
        *informativas(TEXTO, *_DEL_NACIMIENTO),
        _TIPO_AFILIADO,
        ColumnaRegistro("parentesco", T(2), ("tps_prn_id",), "Código de la ADRES, tal cual"),
        ColumnaRegistro("grupo_poblacional", T(2), ("tps_grp_pbl_id",), "Código de la ADRES"),
        ColumnaRegistro("nivel_sisben", TEXTO, ("tps_nvl_ssb_id",), informativa=True),
        ColumnaRegistro("ficha_sisben", TEXTO, ("numerofichasisben",), informativa=True),
        ColumnaRegistro("condicion_beneficiario", T(2), ("tps_cnd_bnf_id",), informativa=True),
        *_del_lugar(),
        ColumnaRegistro(
            "fecha_afiliacion_sgsss",
            FECHA_DMA,
            ("afl_fecha_afiliacion_sgsss",),
            "Primera afiliación al sistema",
            informativa=True,
        ),
        ColumnaRegistro(
            "fecha_afiliacion_eps", FECHA_DMA, ("afc_fecha_inicio",), "Afiliación a esta EPS"
        ),
        *_del_contrato(),
        _ESTADO,
        ColumnaRegistro(
            "fecha_estado", FECHA_DMA, ("cnd_afl_fecha_inicio",), "Desde cuándo tiene ese estado"
        ),
        ColumnaRegistro(
            "fecha_estado_2",
            FECHA_DMA,
            ("cnd_afl_fecha_inicio_1", "cnd_afl_fecha_inicio_2"),
            "Segunda columna con el mismo título en el maestro; se guarda y no se usa",
            informativa=True,
        ),
        _afl_id(
            "afl_id_cabeza",
            "grp_fml_cotizante_id",
            obligatoria=False,
            descripcion="Número del cotizante o cabeza: la llave del núcleo",
        ),
        *_de_la_gestion(),
        _REGIMEN,
        ColumnaRegistro(
            "desde",
            FECHA_DMA,
            descripcion="Primer día del intervalo: fecha del estado, o de la afiliación a la EPS",
            si_falta="coalesce(fecha_estado, fecha_afiliacion_eps)",
            necesita=("fecha_estado", "fecha_afiliacion_eps"),
        ),
        ColumnaRegistro(
            "hasta",
            FECHA_DMA,
            descripcion="Último día; vacía en un maestro, donde el intervalo sigue abierto",
        ),
        corte(),
    ),
    comprobaciones=(
        *DOCUMENTO_MAL_FORMADO,
        NOMBRE_DANADO,
        EPS_DESCONOCIDA,
        SIN_DESDE,
        Comprobacion("sin_regimen", "regimen IS NULL", "no se sabe de qué régimen es"),
        SIN_ESTADO,
        INTERVALO_AL_REVES,
        Comprobacion(
            "nace_despues",
            "fecha_nacimiento > coalesce(fecha_estado, fecha_afiliacion_eps, desde)",
            "la fecha de nacimiento es posterior a la del estado o la afiliación",
        ),
    ),
    repeticiones=(
        Repeticion(
            "afl_id_repetido",
            ("afl_id",),
            "un mismo AFL_ID tiene más de una fila abierta",
            donde="hasta IS NULL",
        ),
    ),
    defectos=(
        "AFL_ID repetido",
        "una persona con varios documentos",
        "departamento y municipio sin sus ceros",
        "fechas imposibles: la fila va a cuarentena",
        "la Ñ dañada por la codificación",
        "código de la EPS con blancos: «EPS044 »",
        "fallecido en la copia de la ADRES y activo en la de la EPS",
        "el título CND_AFL_FECHA_INICIO está dos veces: se lee por posición",
        "estados antiguos SU, DE y PR: se leen como SM, RE y PL con aviso",
    ),
    leen=(
        ("talento_humano", "THS-11"),
        ("compensacion_rs", "CET-03, 04, 05, 10, 11, 12"),
        ("pruebas", "PRU-10 a 13"),
        ("activos_emergencia", "ACT-01 a 06, 09, 10, 12 a 15, 17"),
    ),
)

BDUA_AFILIACION: Final = EsquemaRegistro(
    nombre="bdua_afiliacion",
    titulo="BDUA: historia de los estados de afiliación",
    dueno="ADRES",
    fuente=BDUA_NORMA,
    certeza=Certeza.DISENO,
    cadencia="Se arma con maestros sucesivos; filas iguales cuentan una vez",
    clave=("afl_id",),
    orden=("desde",),
    comillas=False,
    intervalos=Intervalos(
        sujeto=("afl_id",), hecho=("codigo_eps", "regimen", "tipo_afiliado", "estado")
    ),
    columnas=(
        _AFL_ID,
        eps(obligatoria=True, admite_vacia=True),
        _REGIMEN,
        _TIPO_AFILIADO,
        _ESTADO,
        *vigencia(fecha=FECHA_DMA),
        corte(),
    ),
    comprobaciones=(SIN_DESDE, SIN_ESTADO, INTERVALO_AL_REVES),
    referencias=(Referencia("afl_id", "bdua", "afl_id"),),
    defectos=("intervalos repetidos en maestros sucesivos",),
    leen=(("activos_emergencia", "ACT-01 a 06, 09, 10, 12 a 15"),),
)

BDUA_HISTORIA_IDENTIFICACION: Final = EsquemaRegistro(
    nombre="bdua_historia_identificacion",
    titulo="BDUA: documentos que tuvo cada persona",
    dueno="ADRES",
    fuente=BDUA_NORMA,
    certeza=Certeza.PRENSA,
    cadencia="Con el maestro, en un ZIP: HISTORICO_IDENTIFICACION",
    clave=CLAVE_DOCUMENTO,
    orden=("desde", "afl_id"),
    comillas=False,
    formatos=(_historia("historico_identificacion_6"),),
    columnas=(
        _AFL_ID,
        *documento(
            tipo=("tps_idn_id",),
            numero=("hst_idn_numero", "hst_idn_numero_identificacion"),
            de="de la persona en esos días",
        ),
        *vigencia(desde=("fecha_inicio",), hasta=("fecha_fin",), fecha=FECHA_DMA),
        eps(descripcion="EPS que reportó el documento"),
        corte(),
    ),
    comprobaciones=(*DOCUMENTO_MAL_FORMADO, INTERVALO_AL_REVES),
    referencias=(Referencia("afl_id", "bdua", "afl_id"),),
    defectos=("sin comillas y a veces en UTF-8",),
    leen=(("pruebas", "PRU-10: documento anterior"),),
)

BDUA_GRUPO_FAMILIAR: Final = EsquemaRegistro(
    nombre="bdua_grupo_familiar",
    titulo="BDUA: historia del grupo familiar",
    dueno="ADRES",
    fuente=BDUA_NORMA,
    certeza=Certeza.PRENSA,
    cadencia="Con el maestro, en un ZIP: HISTORIA_GRUPO_FAMILIAR",
    clave=("afl_id",),
    orden=("desde", "afl_id_cabeza"),
    comillas=False,
    formatos=(_historia("historia_grupo_familiar_6"),),
    columnas=(
        _afl_id(
            "afl_id_cabeza",
            "grp_fml_cotizante_id",
            obligatoria=True,
            descripcion="Número del cotizante o cabeza",
        ),
        _afl_id(
            "afl_id", "grp_fml_afiliado_id", obligatoria=True, descripcion="Número del miembro"
        ),
        ColumnaRegistro("parentesco", T(2), ("tps_prn_id",), "Código de la ADRES, tal cual"),
        *vigencia(desde=("fecha_inicio",), hasta=("fecha_fin",), fecha=FECHA_DMA),
        eps(),
        corte(),
    ),
    comprobaciones=(INTERVALO_AL_REVES,),
    referencias=(Referencia("afl_id", "bdua", "afl_id"),),
    defectos=("sin comillas y a veces en UTF-8",),
    leen=(("compensacion_rs", "CET-10: núcleo"),),
)

REGISTROS_BDUA: Final = (
    BDUA,
    BDUA_AFILIACION,
    BDUA_HISTORIA_IDENTIFICACION,
    BDUA_GRUPO_FAMILIAR,
)
