# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Registers of talento humano: what they say of each worker, and the rest of ReTHUS.

Rows of the workers come from the row that sits in the person's own seat (``copia = 0``); copies
are about somebody already written. ReTHUS reaches its size (registers §5) with titles of adults
of the mechanism's households whom nobody reported.
"""

from __future__ import annotations

from typing import Final

from shared.normativa import tablas
from shared.poblacion.contexto import Contexto
from shared.poblacion.talento_humano_mezcla import SINTETICO
from shared.registros.expresiones import lista, literal

TITULOS: Final = 1_000_000
"""Rows of ReTHUS at scale 1 (registers §5)."""
SEGUNDO_TITULO: Final = 0.06
"""Part of the titles of others that are a second one of the same person, of any perfil."""
COMUNES: Final = (
    ("A02", 0.42), ("P07", 0.54), ("P03", 0.62), ("P09", 0.66), ("P04", 0.70), ("P01", 0.73),
)  # fmt: skip
"""Perfil of the titles of others, and the share reached with it; the rest is any perfil."""
NO_SON_TITULOS: Final = ("na", "ni")
DE_SERVICIO_SOCIAL: Final = ("P01", "P03", "P07", "P09")
"""Perfiles with social service: bacteriology, nursing, medicine and dentistry."""
CON_SSO: Final = 0.08
"""Part of the others who did social service, where their profession has it."""
SANCIONADOS: Final = 0.0008
"""Part of the others who were sanctioned."""
EPS_SUBSIDIADA: Final = "'ESS024'"
COLEGIO: Final = "COLEGIO PROFESIONAL DE EJEMPLO"

CATALOGO: Final = (
    "SELECT codigo_perfil, valor_cop::BIGINT AS valor "
    f"FROM read_csv('{tablas.ruta('ths_perfiles')}', all_varchar = true) "
    f"UNION ALL SELECT '{SINTETICO[0]}', {SINTETICO[1]}"
)
"""Whole pesos of each perfil with value: the published ones and the synthetic one."""

_NOMBRES: Final = (
    "pa AS primer_apellido, sa AS segundo_apellido, pn AS primer_nombre, sn AS segundo_nombre"
)
_PROPIAS: Final = "FROM ths_fila WHERE copia = 0"


def aportar(ctx: Contexto) -> dict[str, int]:
    """Every register of the mechanism; returns the rows given to ReTHUS, SSO and ``historia``."""
    _bdua(ctx)
    _rnec(ctx)
    _bdex(ctx)
    _titulos(ctx)
    _otros(ctx)
    ctx.aportar("rethus", f"FROM ths_titulos UNION ALL BY NAME ({_titulos_de_otros()})")
    ctx.aportar("sso", f"{_sso()} UNION ALL BY NAME {_sso_de_otros()}")
    ctx.aportar("rethus_sanciones", f"{_sanciones()} UNION ALL BY NAME {_sanciones_de_otros()}")
    _documentos_antiguos(ctx)
    _historia(ctx)
    _catalogo(ctx)
    return {
        nombre: _contar(ctx, origen)
        for nombre, origen in (
            ("rethus", f"(FROM ths_titulos UNION ALL BY NAME ({_titulos_de_otros()}))"),
            ("sso", f"({_sso()} UNION ALL BY NAME {_sso_de_otros()})"),
            ("historia", f"({_PROPIAS} AND historia_estado IS NOT NULL)"),
        )
    }


def _contar(ctx: Contexto, origen: str) -> int:
    ((n,),) = ctx.con.execute(f"SELECT count(*) FROM {origen}").fetchall()
    return int(n)


def _bdua(ctx: Contexto) -> None:
    """One row, or two where the affiliation changed. Each worker is its own cabeza."""
    comunes = f"""
        afl(i) AS afl_id, tipo AS tipo_documento, numero AS numero_documento,
        tipo AS tipo_documento_cabeza, numero AS numero_documento_cabeza,
        afl(i) AS afl_id_cabeza, {_NOMBRES}, fecha_nacimiento, sexo, codigo_municipio, zona,
        fecha_afiliacion_eps AS fecha_afiliacion_sgsss, fecha_afiliacion_eps,
        bdua_eps AS codigo_eps
    """
    ctx.aportar(
        "bdua",
        f"""
        SELECT {comunes}, bdua_regimen AS regimen, bdua_tipo AS tipo_afiliado,
               bdua_estado AS estado, bdua_desde AS fecha_estado, bdua_desde AS desde,
               bdua_hasta AS hasta
        {_PROPIAS} AND bdua_desde IS NOT NULL
        UNION ALL
        SELECT {comunes}, bdua_regimen, bdua2_tipo, bdua2_estado, bdua2_desde, bdua2_desde,
               NULL::DATE
        {_PROPIAS} AND bdua2_desde IS NOT NULL
        """,
    )


def _rnec(ctx: Contexto) -> None:
    """Row of the cédula; the birth date is often missing there."""
    ctx.aportar(
        "rnec",
        f"""
        SELECT rnec_numero AS numero_documento, rnec_error AS cod_error,
               rnec_estado AS estado_cedula, rnec_primer_apellido AS primer_apellido,
               rnec_particula AS particula, rnec_segundo_apellido AS segundo_apellido,
               pn AS primer_nombre, sn AS segundo_nombre,
               CASE WHEN azar(i, 'ths-rnec') < 0.3 THEN fecha_nacimiento END AS fecha_nacimiento,
               rnec_defuncion AS fecha_defuncion, rnec_afectacion AS fecha_afectacion
        {_PROPIAS} AND rnec_numero IS NOT NULL
        """,
    )


def _bdex(ctx: Contexto) -> None:
    ctx.aportar(
        "bdex",
        f"""
        SELECT 'RES0' || lpad((1 + azar_entero(i, 'ths-res', 14))::VARCHAR, 2, '0')
                   AS codigo_regimen,
               tipo AS tipo_documento, numero AS numero_documento, 'C' AS tipo_afiliado,
               bdex_desde AS desde, bdex_hasta AS hasta
        {_PROPIAS} AND bdex_desde IS NOT NULL
        """,
    )


# --- ReTHUS -----------------------------------------------------------------------------------


def _titulos(ctx: Contexto) -> None:
    """Table ``ths_titulos``: titles of the workers: theirs, a second one, and old registrations."""
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_titulos AS
        SELECT tipo_documento, numero_documento, {_NOMBRES}, titulo AS profesion,
               fecha_autorizacion, {_informativas()}
        FROM (
            SELECT *, unnest([titulo_tipo, tipo, antiguo_tipo]) AS tipo_documento,
                   unnest([titulo_numero, numero, antiguo_numero]) AS numero_documento,
                   unnest([titulo_profesion, otra_profesion,
                           CASE WHEN antiguo_numero IS NOT NULL THEN profesion END]) AS titulo,
                   unnest([titulo_fecha, otra_fecha, titulo_fecha]) AS fecha_autorizacion,
                   unnest([perfil_titulo, 'P', perfil_titulo]) AS codigo
            FROM (SELECT * EXCLUDE (tipo_documento, numero_documento) {_PROPIAS})
        ) WHERE titulo IS NOT NULL
        """
    )


def _informativas() -> str:
    """Columns that no rule reads; ``codigo`` is the perfil of the title."""
    return f"""
        CASE left(codigo, 1) WHEN 'A' THEN 'AUX' WHEN 'P' THEN 'UNV'
             WHEN 'T' THEN CASE WHEN codigo LIKE 'TC%' THEN 'TEC' ELSE 'TCL' END
             ELSE 'ESP' END AS tipo_programa,
        CASE WHEN azar(i, 'ths-origen') < 0.03 THEN 'EXTRANJERO' ELSE 'LOCAL' END
            AS origen_titulo,
        'ACTO ' || azar_entero(i, 'ths-acto', 90000) AS acto_administrativo,
        '{COLEGIO}' AS entidad_reportadora
    """


def _perfiles() -> str:
    """Professions of ReTHUS that are titles, with one perfil of each."""
    return (
        "SELECT upper(profesion) AS profesion, min(codigo_perfil) AS codigo "
        f"FROM read_csv('{tablas.ruta('ths_perfiles_rethus')}', all_varchar = true) "
        f"WHERE codigo_perfil NOT IN ({lista(NO_SON_TITULOS)}) GROUP BY ALL"
    )


def _otros(ctx: Contexto) -> None:
    """Table ``ths_otros``: titles that fill ReTHUS, of adults whom nobody reported."""
    faltan = max(ctx.plan.n(TITULOS) - _contar(ctx, "ths_titulos"), 0)
    segundos = int(faltan * SEGUNDO_TITULO)
    comunes = " ".join(f"WHEN suerte < {hasta} THEN {literal(p)}" for p, hasta in COMUNES)
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_otros AS
        WITH perfiles AS (
            SELECT *, row_number() OVER (ORDER BY codigo, profesion) - 1 AS k
            FROM ({_perfiles()})
        ), adultos AS (
            SELECT i, edad, sexo, fecha_nacimiento, codigo_municipio,
                   row_number() OVER (ORDER BY azar(i, 'ths-otro'), i) AS orden
            FROM gente WHERE {ctx.turnos("talento_humano")} AND edad >= 22
              AND i NOT IN (SELECT i FROM ths_sentadas)
            QUALIFY orden <= {faltan - segundos}
        ), titulos AS (
            SELECT *, i * 2 + t AS n, azar(n, 'ths-comun') AS suerte,
                   CASE WHEN t = 0 THEN CASE {comunes} END END AS comun,
                   azar_entero(n, 'ths-titulo', (SELECT count(*) FROM perfiles)) AS k
            FROM (FROM adultos, (SELECT unnest([0, 1]) AS t))
            WHERE t = 0 OR orden <= {segundos}
        )
        SELECT i, edad, sexo, codigo_municipio, t, p.codigo, p.profesion,
               least(fecha_nacimiento + 7700 + azar_entero(n, 'ths-grado', 1500)::INTEGER,
                     DATE '2020-02-28') AS fecha_autorizacion
        FROM titulos JOIN perfiles AS p ON CASE WHEN comun IS NULL THEN p.k = titulos.k
            ELSE p.codigo = comun END
        """
    )


def _titulos_de_otros() -> str:
    return f"""
        SELECT {_OTRO}, apellido1(i) AS primer_apellido, apellido2(i) AS segundo_apellido,
               nombre1(i, sexo) AS primer_nombre, nombre2(i, sexo) AS segundo_nombre,
               profesion, fecha_autorizacion, {_informativas()}
        FROM ths_otros
    """


_OTRO: Final = "doc_tipo(i, edad) AS tipo_documento, doc_numero(i, edad) AS numero_documento"


# --- social service, sanctions, old documents -------------------------------------------------


def _sso() -> str:
    return f"""
        SELECT tipo AS tipo_documento, numero AS numero_documento, {_plaza("codigo_municipio")},
               sso_inicio AS fecha_inicio, sso_fin AS fecha_fin, sso_profesion AS profesion
        {_PROPIAS} AND sso_profesion IS NOT NULL
    """


def _plaza(municipio: str) -> str:
    """Columns of the place of service, which no rule reads."""
    return f"""
        'PLAZA' AS tipo_prestacion, 'IPS' AS tipo_lugar, {municipio} || '0000101' AS lugar,
        'RURAL' AS modalidad, '{COLEGIO}' AS entidad_reportadora
    """


def _sso_de_otros() -> str:
    """A year of service that ended before the title."""
    return f"""
        SELECT {_OTRO}, {_plaza("codigo_municipio")},
               fecha_autorizacion - 500 AS fecha_inicio, fecha_autorizacion - 136 AS fecha_fin,
               profesion
        FROM ths_otros WHERE t = 0 AND codigo IN ({lista(DE_SERVICIO_SOCIAL)})
          AND azar(i, 'ths-sso') < {CON_SSO}
    """


def _sanciones() -> str:
    return f"""
        SELECT tipo AS tipo_documento, numero AS numero_documento, profesion,
               'SUSPENSION' AS sancion, sancion_desde AS desde, sancion_hasta AS hasta
        {_PROPIAS} AND sancion_desde IS NOT NULL
    """


def _sanciones_de_otros() -> str:
    return f"""
        SELECT {_OTRO}, profesion, 'SUSPENSION' AS sancion,
               DATE '2017-01-01' + azar_entero(i, 'ths-sancion', 1300)::INTEGER AS desde,
               desde + 180 AS hasta
        FROM ths_otros WHERE t = 0 AND azar(i, 'ths-sancionado') < {SANCIONADOS}
    """


def _documentos_antiguos(ctx: Contexto) -> None:
    """Identity history of who is also in ReTHUS under an old document."""
    ctx.aportar(
        "bdua_historia_identificacion",
        f"""
        SELECT afl(i) AS afl_id, antiguo_tipo AS tipo_documento,
               antiguo_numero AS numero_documento,
               fecha_nacimiento + 2600 AS desde, fecha_nacimiento + 6700 AS hasta, codigo_eps
        {_PROPIAS} AND antiguo_numero IS NOT NULL
        """,
    )


def _historia(ctx: Contexto) -> None:
    ctx.propio(
        "talento_humano",
        "historia",
        f"""
        SELECT tipo AS tipo_documento, numero AS numero_documento, historia_estado AS estado,
               historia_codigos AS codigos
        {_PROPIAS} AND historia_estado IS NOT NULL
        """,
        "numero_documento",
    )


def _catalogo(ctx: Contexto) -> None:
    """At scale 1, the catalogue with the synthetic amount that closes the published rows."""
    if not ctx.plan.exacta:
        return
    ctx.propio(
        "talento_humano",
        "ths_perfiles",
        f"SELECT codigo_perfil, valor::VARCHAR AS valor_cop FROM ({CATALOGO})",
        "codigo_perfil",
    )
