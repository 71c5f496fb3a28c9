# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""What the registers say of the households of the CET: every row they need, defects included."""

from __future__ import annotations

from typing import Final

from shared.poblacion import compensacion_rs_casos as casos
from shared.poblacion.compensacion_rs_casos import ESCENARIOS
from shared.poblacion.compensacion_rs_hogares import columna, de_miembro, lista
from shared.poblacion.contexto import Contexto

SIN_SISBEN: Final = 0.15
"""Households of the subsidiado that no survey visited (listado censal: dossier §9)."""
CON_PROGRAMA: Final = 0.25
"""Leads without product whom a social programme already pays: our approximation."""
NACIMIENTO_FAMILIAR: Final = "'1988-04-17'"
PROGRAMAS: Final = "['Familias en Acción', 'Jóvenes en Acción', 'Ingreso Solidario']"
PARENTESCO: Final = (
    "CASE WHEN m = 1 THEN NULL WHEN edad < 18 THEN 'H' WHEN m = 2 THEN 'C' ELSE 'O' END"
)
"""H hijo, C cónyuge, O otro: the code list is data (registers §3)."""

_NOMBRES: Final = ("primer_apellido", "segundo_apellido", "primer_nombre", "segundo_nombre")
_BDUA: Final = (
    ("afl_id", "afl_id"),
    ("codigo_eps", "codigo_eps"),
    ("tipo_documento_cabeza", "tipo_documento_1"),
    ("numero_documento_cabeza", "numero_documento_1"),
    ("tipo_documento", "tipo_documento"),
    ("numero_documento", "numero_documento"),
    *((nombre, nombre) for nombre in _NOMBRES),
    ("fecha_nacimiento", "fecha_nacimiento"),
    ("sexo", "sexo"),
    ("tipo_afiliado", "tipo_afiliado"),
    ("parentesco", PARENTESCO),
    ("codigo_municipio", "codigo_municipio"),
    ("zona", "zona"),
    ("fecha_afiliacion_sgsss", "fecha_afiliacion_eps"),
    ("fecha_afiliacion_eps", "fecha_afiliacion_eps"),
    ("estado", "'AC'"),
    ("afl_id_cabeza", "afl_id_1"),
    ("regimen", "'S'"),
    ("desde", "fecha_afiliacion_eps"),
    ("hasta", "NULL::DATE"),
)


def construir(ctx: Contexto, mecanismo: str) -> None:
    """Contribute to the common registers and write those only the CET reads."""
    _bdua(ctx)
    _grupo(ctx)
    _rnec(ctx)
    _sisben(ctx)
    _programas(ctx)
    _familiares(ctx, mecanismo)
    _historia(ctx, mecanismo)


def _bdua(ctx: Contexto) -> None:
    """A row each, and a second one where the story of the person needs it."""
    fuera = lista(e.caso for e in ESCENARIOS if e.sin_bdua)
    una = de_miembro(lambda e: dict(e.bdua))
    otra = de_miembro(lambda e: dict(e.bdua_otra))
    ctx.aportar(
        "bdua",
        "SELECT *, desde AS fecha_estado FROM ("
        f"SELECT {', '.join(columna(c, base, una) for c, base in _BDUA)} FROM cet_persona "
        f"WHERE caso NOT IN ({fuera}) UNION ALL "
        f"SELECT {', '.join(columna(c, base, otra) for c, base in _BDUA)} FROM cet_persona "
        f"WHERE {' OR '.join(si for si, _ in otra)})",
    )


def _grupo(ctx: Contexto) -> None:
    """Members under their cabeza, where BDUA says nothing else of them; and the odd rows."""
    cambios = de_miembro(lambda e: dict(e.grupo))
    columnas = (
        ("afl_id_cabeza", "afl_id_1"),
        ("afl_id", "afl_id"),
        ("parentesco", PARENTESCO),
        ("desde", "fecha_afiliacion_eps"),
        ("hasta", "NULL::DATE"),
        ("codigo_eps", "codigo_eps"),
    )
    llanos = lista(
        e.caso for e in ESCENARIOS if not (e.bdua or e.bdua_otra or e.sin_bdua or e.grupo)
    )
    ctx.aportar(
        "bdua_grupo_familiar",
        f"SELECT {', '.join(columna(c, base, cambios) for c, base in columnas)} "
        f"FROM cet_persona WHERE (m > 1 AND caso IN ({llanos})) "
        f"OR {' OR '.join(si for si, _ in cambios)}",
    )


def _rnec(ctx: Contexto) -> None:
    cambios = de_miembro(lambda e: dict(e.rnec))
    columnas = (
        ("numero_documento", "numero_documento"),
        ("cod_error", "0"),
        ("estado_cedula", "azar_entero(i, 'cet_cedula', 2)::VARCHAR"),
        *((nombre, nombre) for nombre in _NOMBRES),
        ("fecha_nacimiento", "fecha_nacimiento"),
        ("fecha_defuncion", "NULL::DATE"),
        ("fecha_afectacion", "NULL::DATE"),
    )
    fuera = lista(e.caso for e in ESCENARIOS if e.sin_rnec)
    ctx.aportar(
        "rnec",
        f"SELECT {', '.join(columna(c, base, cambios) for c, base in columnas)} "
        f"FROM cet_persona WHERE tipo_documento = 'CC' AND caso NOT IN ({fuera})",
    )


def _sisben(ctx: Contexto) -> None:
    """Whole households, as the survey found them."""
    cambios = de_miembro(lambda e: dict(e.sisben_cambios))
    columnas = (
        ("codigo_municipio", "codigo_municipio"),
        ("ficha", "'C' || lpad(nucleo::VARCHAR, 8, '0')"),
        ("hogar", "'001'"),
        ("orden_persona", "lpad((k % 2 * 20 + m)::VARCHAR, 3, '0')"),
        ("tipo_documento", "tipo_documento"),
        ("numero_documento", "numero_documento"),
        *((nombre, nombre) for nombre in _NOMBRES),
        ("fecha_nacimiento", "fecha_nacimiento"),
        ("sexo", "sexo"),
        ("parentesco", PARENTESCO),
        ("zona", "CASE zona WHEN 'U' THEN '1' ELSE '3' END"),
        ("area_corte", "CASE zona WHEN 'U' THEN '2' ELSE '3' END"),
        ("puntaje", "round(azar(nucleo, 'cet_puntaje') * 32, 2)::DECIMAL(5, 2)"),
    )
    siempre = lista(e.caso for e in ESCENARIOS if e.sisben == "si")
    nunca = lista(e.caso for e in ESCENARIOS if e.sisben == "no")
    ctx.aportar(
        "sisben",
        f"SELECT {', '.join(columna(c, base, cambios) for c, base in columnas)} "
        f"FROM cet_persona WHERE caso IN ({siempre}) OR (caso NOT IN ({nunca}) "
        f"AND azar(nucleo, 'cet_sisben') >= {SIN_SISBEN})",
    )


def _programas(ctx: Contexto) -> None:
    """Accounts that could be suggested: they grant and deny nothing (registers §10)."""
    producto = ", ".join(f"{expresion} AS {c}" for c, expresion in casos.PRODUCTO.items())
    ctx.aportar(
        "programas",
        f"""
        SELECT {PROGRAMAS}[1 + azar_entero(i, 'cet_programa', 3)] AS programa, tipo_documento,
               numero_documento, concat_ws(' ', {", ".join(_NOMBRES)}) AS nombre, {producto},
               'APLICADO' AS estado_ultimo_giro, DATE '2020-11-30' AS fecha_ultimo_giro
        FROM cet_persona WHERE m = 1 AND azar(i, 'cet_con_programa') < {CON_PROGRAMA}
        """,
    )


def _familiares(ctx: Contexto, mecanismo: str) -> None:
    """The second file of the upload (dossier §3.2)."""
    cambios = [(f"caso = '{e.caso}'", e.familiar) for e in ESCENARIOS if e.familiar]
    quienes = " OR ".join(si for si, _ in cambios)
    columnas = (
        ("codigo_eps", "codigo_eps"),
        ("id_nucleo", "'N' || nucleo"),
        ("tipo_documento", "'CC'"),
        ("numero_documento", "documento_familiar"),
        ("primer_apellido", "primer_apellido"),
        ("segundo_apellido", "segundo_apellido"),
        ("primer_nombre", "nombre1(-i, 'F')"),
        ("segundo_nombre", "NULL"),
        ("fecha_nacimiento", NACIMIENTO_FAMILIAR),
        ("sexo", "'F'"),
        ("parentesco", "'OTRO'"),
        ("vivo", "'SI'"),
    )
    ctx.propio(
        mecanismo,
        "familiares",
        f"SELECT {', '.join(columna(c, base, cambios) for c, base in columnas)} "
        f"FROM cet_persona WHERE m = 1 AND ({quienes})",
        "codigo_eps, id_nucleo, tipo_documento, numero_documento",
    )


def _historia(ctx: Contexto, mecanismo: str) -> None:
    """``cet_historia``: cases decided before, and everybody of the paid núcleos."""
    pagadas = lista(e.caso for e in ESCENARIOS if e.clase.startswith("pagado"))
    mudados = " OR ".join(
        f"(caso = '{e.caso}' AND m = {e.miembro})" for e in ESCENARIOS if e.miembro
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cet_historia AS
        SELECT tipo_documento, numero_documento,
               'BDUA:' || tipo_documento_1 || ':' || numero_documento_1 AS clave_nucleo,
               'CASO' AS rol, codigo_eps, historia AS estado,
               nullif(historia_codigos, '') AS codigos
        FROM cet_persona JOIN cet_papel USING (caso, m) WHERE historia <> ''
        UNION ALL
        SELECT tipo_documento, numero_documento,
               'BDUA:' || tipo_documento_1 || ':' || numero_documento_1, 'MIEMBRO', codigo_eps,
               '{casos.PAGADO}', NULL
        FROM cet_persona p WHERE caso IN ({pagadas}) AND NOT EXISTS (
            FROM cet_papel q WHERE q.caso = p.caso AND q.m = p.m AND historia <> '')
        UNION ALL
        SELECT tipo_documento, numero_documento, clave_pagada, 'MIEMBRO', codigo_eps,
               '{casos.PAGADO}', NULL
        FROM cet_persona WHERE {mudados}
        """
    )
    ctx.propio(mecanismo, "historia", "FROM cet_historia", "tipo_documento, numero_documento")
