# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Health workers of the synthetic country, as their reporters submitted them (Res. 1172/2020).

Each row of the submission is a seat (``talento_humano_sillas``): department of the reporter,
perfil and case. Those of LIQUIDADO add up to the published figures (``talento_humano_mezcla``);
the others are on top. A person of the mechanism's own households sits in each: ``ths_base`` holds
the good row and all that the registers should say of the person, ``ths_fila`` the same with the
changes of the case (``talento_humano_casos``). Registers and submission are read out of it.

Dates are those of a filing on 2020-09-15, as in the acceptance cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.normativa import tablas
from shared.poblacion import talento_humano_registros as registros
from shared.poblacion.contexto import Contexto
from shared.poblacion.talento_humano_casos import (
    COPIAS,
    DOCUMENTO_AJENO,
    ENCIMA,
    LIQUIDADOS,
    Copia,
)
from shared.poblacion.talento_humano_mezcla import Departamento, departamentos
from shared.poblacion.talento_humano_sillas import OK, sillas, tabla_de_casos
from shared.registros.expresiones import digito_verificacion, lista, literal
from shared.tipos import InvarianteRota

MECANISMO: Final = "talento_humano"
EDADES: Final = (22, 68)
"""Completed years of the workers."""
BANCOS: Final = (
    "1007", "1007", "1007", "1051", "1051", "1001", "1013", "1023", "1032", "1052", "1040",
    "1002", "1019", "1062", "1012", "1009", "1006", "1014", "1059", "1061", "1507", "1551", "1801",
)  # fmt: skip
"""Banks of registers §17.1; some more than once, as they have more accounts."""
SERVICIOS: Final = ("110", "110", "107", "109", "108", "106", "105", "129", "129", "1102", "712")
"""Services where patients were cared for or sampled; the larger ones more than once."""
ALIAS: Final = tablas.ruta("ths_perfiles_alias")
"""Professions of ReTHUS that are not words of the list of perfiles (registers §5: data, many to
many). Ours, from how titles are worded."""
VINCULACIONES: Final = ("PLANTA", "PRESTACION_SERVICIOS", "TEMPORAL", "OTRO", "")
NIT_INS: Final = "900200202"
"""Invented, as in the acceptance cases."""
POR_ENTIDAD: Final = 0.06
"""Share of the workers of a department whom its territorial entities reported."""
ENVIOS: Final = (0.15, 0.85)
"""Share of rows in the first delivery, and in the first two of three."""
ESPECIALISTA_DESDE: Final = 32
"""Completed years from which a person sits as specialist."""
SIN_SEGUNDO_NOMBRE: Final = 0.2

ENTREGADAS: Final = (
    "reportante_tipo", "reportante_codigo", "reportante_nit", "reportante_dv",
    "codigo_departamento", "tipo_documento", "numero_documento", "primer_apellido",
    "segundo_apellido", "primer_nombre", "segundo_nombre", "codigo_perfil", "actividad",
    "codigo_servicio", "tipo_vinculacion", "fecha_inicio", "fecha_fin", "codigo_banco",
    "tipo_producto", "numero_producto", "correo", "celular",
)  # fmt: skip
"""Columns of dossier §3.1, in its order."""


def construir(ctx: Contexto) -> dict[str, int]:
    """Submission, truth and registers of talento humano; needs ``gente`` and ``prestadores``.

    Returns rows submitted, people and centavos to recognise, rows of each state, and rows given
    to each register.

    Raises:
        InvarianteRota: the country is too small for the cases, or what was written does not add
            up to the figures asked for.
    """
    lugares = departamentos(ctx.plan)
    tabla_de_casos(ctx)
    sillas(ctx, lugares)
    _reportantes(ctx)
    _personas(ctx)
    _base(ctx)
    _filas(ctx)
    _copias(ctx)
    _numerar(ctx)
    _comprobar(ctx, lugares)
    _publicar(ctx)
    cifras = {**_cifras(ctx), **registros.aportar(ctx)}
    _limpiar(ctx)
    return cifras


# --- who reports and who is reported ----------------------------------------------------------


def _reportantes(ctx: Contexto) -> None:
    """Table ``ths_reportantes``: IPS of each department, its territorial entities, and the INS.

    ``k`` counts from 0 the IPS of a department, and apart the rest; ``llegada`` orders files.
    """
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_reportantes AS
        WITH entidades AS (
            SELECT dep AS departamento, 'ET' AS tipo, unnest([dep, dep || '001']) AS codigo,
                   '9002' || rpad(codigo, 5, '0') AS nit
            FROM (SELECT codigo AS dep
                  FROM read_csv('{tablas.ruta("divipola_departamentos")}', all_varchar = true))
            UNION ALL SELECT '', 'INS', 'INS', '{NIT_INS}'
            UNION ALL SELECT left(codigo_municipio, 2), 'IPS', hab_prestador, nit FROM prestadores
        )
        SELECT departamento, tipo, codigo, nit, {digito_verificacion("nit")} AS dv,
               row_number() OVER (ORDER BY azar(nit::BIGINT, 'ths-llegada'), codigo) AS llegada,
               row_number() OVER (
                   PARTITION BY departamento, tipo = 'IPS'
                   ORDER BY azar(nit::BIGINT, 'ths-tamano'), codigo
               ) - 1 AS k
        FROM entidades
        """
    )


def _con_reportante(origen: str, s: str, sal: str) -> str:
    """``origen`` (with ``departamento``) plus ``tipo_r, codigo_r, nit_r, dv_r, llegada``.

    The first IPS of a department report more workers than the last ones.
    """
    return f"""
        SELECT o.* EXCLUDE (por_ips, puesto), r.tipo AS tipo_r, r.codigo AS codigo_r,
               r.nit AS nit_r, r.dv AS dv_r, r.llegada
        FROM (
            SELECT f.*, coalesce(ips, 0) > 0 AND azar({s}, '{sal}') >= {POR_ENTIDAD} AS por_ips,
                   CASE WHEN por_ips THEN floor(ips * pow(azar({s}, '{sal}-ips'), 2))::BIGINT
                        WHEN departamento = '' THEN 0
                        ELSE azar_entero({s}, '{sal}-et', 2) END AS puesto
            FROM ({origen}) AS f LEFT JOIN (
                SELECT departamento, count(*) AS ips FROM ths_reportantes
                WHERE tipo = 'IPS' GROUP BY departamento
            ) USING (departamento)
        ) AS o JOIN ths_reportantes AS r
          ON r.departamento = o.departamento AND (r.tipo = 'IPS') = o.por_ips AND r.k = o.puesto
    """


def _personas(ctx: Contexto) -> None:
    """Table ``ths_sentadas``: each seat with its person (``i``), of its department if there is one.

    Raises:
        InvarianteRota: fewer people than seats.
    """
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_gente AS
        SELECT i, left(codigo_municipio, 2) AS departamento,
               doc_tipo(i, edad) <> 'CC' AS extranjero,
               edad < {ESPECIALISTA_DESDE} OR azar(i, 'ths-mayor') > 0.1 AS despues,
               tipo_afiliado <> 'C' AS familiar
        FROM gente WHERE {ctx.turnos(MECANISMO)} AND regimen = 'C'
          AND edad BETWEEN {EDADES[0]} AND {EDADES[1]}
        """
    )
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_sentadas AS
        WITH cerca AS ({_emparejar("ths_sillas", "ths_gente", "extranjero, departamento")}),
        sobran AS (FROM ths_gente WHERE i NOT IN (SELECT i FROM cerca)),
        faltan AS (FROM ths_sillas WHERE s NOT IN (SELECT s FROM cerca))
        FROM cerca UNION ALL {_emparejar("faltan", "sobran", "extranjero")}
        """
    )
    ((sillas_, sentadas),) = ctx.con.execute(
        "SELECT (SELECT count(*) FROM ths_sillas), (SELECT count(*) FROM ths_sentadas)"
    ).fetchall()
    if sillas_ != sentadas:
        raise InvarianteRota(f"talento humano: {sillas_} puestos y gente para {sentadas}")
    ctx.tomar("SELECT i FROM ths_sentadas")


def _emparejar(sillas_: str, gente: str, grupo: str) -> str:
    """s and i paired by lot inside each group; heads of household before their families."""
    return f"""
        (SELECT s, i FROM (
            SELECT s, {grupo}, row_number() OVER (
                PARTITION BY {grupo} ORDER BY grupo <> 4, azar(s, 'ths-silla'), s) AS turno
            FROM {sillas_}
        ) JOIN (
            SELECT i, {grupo}, row_number() OVER (
                PARTITION BY {grupo} ORDER BY despues, familiar, azar(i, 'ths-silla'), i) AS turno
            FROM {gente}
        ) USING ({grupo}, turno))
    """


# --- the good row and the row of the case -----------------------------------------------------


def _base(ctx: Contexto) -> None:
    """Table ``ths_base``: seat, person, reporter, and a good row with good registers behind it."""
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_base AS
        WITH puesto AS (
            SELECT s, i, departamento, codigo_perfil, caso, extranjero, grupo
            FROM ths_sillas JOIN ths_sentadas USING (s)
        ), con_reportante AS ({_con_reportante("FROM puesto", "s", "ths-reportante")}),
        con_persona AS (
            SELECT r.*, g.edad, g.sexo, g.fecha_nacimiento, g.codigo_municipio, g.zona,
                   g.codigo_eps, g.fecha_afiliacion_eps, t.profesion,
                   coalesce(a.textos[1 + azar_entero(r.s, 'ths-alias', len(a.textos))],
                            t.profesion) AS profesion_alias,
                   {_documento()}, apellido1(r.i) AS pa, apellido2(r.i) AS sa,
                   nombre1(r.i, g.sexo) AS pn,
                   CASE WHEN azar(r.i, 'ths-segundo-nombre') >= {SIN_SEGUNDO_NOMBRE}
                        THEN nombre2(r.i, g.sexo) END AS sn
            FROM con_reportante AS r JOIN gente AS g ON g.i = r.i
            JOIN ({_profesiones()}) AS t ON t.codigo = r.codigo_perfil
            LEFT JOIN ({_alias()}) AS a ON a.codigo = r.codigo_perfil
        )
        SELECT s, i, caso, row_number() OVER (PARTITION BY caso ORDER BY s) - 1 AS vez,
               0 AS copia, grupo, llegada, sexo, fecha_nacimiento, codigo_municipio, zona,
               codigo_eps, fecha_afiliacion_eps, profesion, profesion_alias, tipo, numero,
               pa, sa, pn, sn, {_buena_entrega()}, {_buenos_registros()}
        FROM con_persona
        """
    )


def _documento() -> str:
    """The person's document; among foreigners who head no household, of every type there is."""
    clase = "CASE WHEN r.extranjero AND NOT g.es_cabeza THEN azar_entero(r.s, 'ths-tipo', 5) END"
    return f"""
        CASE {clase} WHEN 0 THEN 'CE' WHEN 1 THEN 'PA' WHEN 2 THEN 'CD' WHEN 3 THEN 'SC'
             ELSE doc_tipo(r.i, g.edad) END AS tipo,
        CASE {clase} WHEN 0 THEN (9000000 + r.s)::VARCHAR
             WHEN 1 THEN 'AV' || lpad(r.s::VARCHAR, 6, '0')
             WHEN 2 THEN (2000000 + r.s)::VARCHAR WHEN 3 THEN (151000000 + r.s)::VARCHAR
             ELSE doc_numero(r.i, g.edad) END AS numero
    """


def _profesiones() -> str:
    """One profession of ReTHUS for each perfil."""
    return (
        "SELECT codigo_perfil AS codigo, min(upper(profesion)) AS profesion "
        f"FROM read_csv('{tablas.ruta('ths_perfiles_rethus')}', all_varchar = true) GROUP BY ALL"
    )


def _alias() -> str:
    """Other forms in which ReTHUS writes the profession of a perfil: gender, older names."""
    return (
        "SELECT codigo_perfil AS codigo, list(profesion ORDER BY profesion) AS textos "
        f"FROM read_csv('{ALIAS}', all_varchar = true) GROUP BY ALL"
    )


def _buena_entrega() -> str:
    """Columns of the submission; dates are dates until the file is written."""
    return f"""
        tipo_r AS reportante_tipo, codigo_r AS reportante_codigo, nit_r AS reportante_nit,
        dv_r AS reportante_dv, nullif(departamento, '') AS codigo_departamento,
        tipo AS tipo_documento, numero AS numero_documento, pa AS primer_apellido,
        sa AS segundo_apellido, pn AS primer_nombre, sn AS segundo_nombre, codigo_perfil,
        CASE WHEN tipo_r = 'IPS' AND azar(s, 'ths-actividad') < 0.92 THEN 'ATENCION'
             ELSE 'VIGILANCIA_EPIDEMIOLOGICA' END AS actividad,
        CASE WHEN actividad = 'ATENCION' THEN {_uno_de(SERVICIOS, "servicio")} END
            AS codigo_servicio,
        nullif({_uno_de(VINCULACIONES, "vinculacion")}, '') AS tipo_vinculacion,
        CASE WHEN azar(s, 'ths-periodo') < 0.6 THEN DATE '2020-04-01'
             ELSE DATE '2020-03-15' + azar_entero(s, 'ths-inicio', 122)::INTEGER END
            AS fecha_inicio,
        CASE WHEN azar(s, 'ths-periodo') < 0.6 THEN DATE '2020-07-31'
             ELSE least(greatest(fecha_inicio, DATE '2020-04-01') + 14
                 + azar_entero(s, 'ths-dias', 100)::INTEGER, DATE '2020-09-10') END AS fecha_fin,
        NULL::VARCHAR AS fecha_inicio_texto,
        {_uno_de(BANCOS, "banco")} AS codigo_banco,
        CASE WHEN azar(s, 'ths-producto') < 0.88 THEN 'AHORROS' ELSE 'CORRIENTE' END
            AS tipo_producto,
        lpad((i * 7919 % 99999999977)::VARCHAR, 11, '0') AS numero_producto,
        CASE WHEN azar(s, 'ths-correo') < 0.4 THEN 'ths' || i || '@ejemplo.co' END AS correo,
        '3' || lpad(azar_entero(i, 'ths-celular', 1000000000)::VARCHAR, 9, '0') AS celular,
        CASE WHEN azar(s, 'ths-envio') < {ENVIOS[0]} THEN 0
             WHEN azar(s, 'ths-envio') < {ENVIOS[1]} THEN 1 ELSE 2 END AS envio
    """


def _uno_de(valores: Sequence[str], sal: str) -> str:
    return f"([{lista(list(valores))}])[1 + azar_entero(s, 'ths-{sal}', {len(valores)})]"


def _buenos_registros() -> str:
    """What ReTHUS, SSO, BDUA, RNEC, BDEX and the history say when nothing is wrong.

    A first column that is null means that the register has no such row.
    """
    return f"""
        CASE WHEN tipo = 'CC' THEN numero END AS rnec_numero, 0 AS rnec_error,
        CASE WHEN azar(i, 'ths-cedula') < 0.01 THEN '12'
             WHEN azar(i, 'ths-cedula') < 0.012 THEN '14'
             WHEN azar(i, 'ths-cedula') < 0.5 THEN '1' ELSE '0' END AS rnec_estado,
        pa AS rnec_primer_apellido, sa AS rnec_segundo_apellido, NULL::VARCHAR AS rnec_particula,
        NULL::DATE AS rnec_defuncion, NULL::DATE AS rnec_afectacion,
        fecha_afiliacion_eps AS bdua_desde, NULL::DATE AS bdua_hasta, codigo_eps AS bdua_eps,
        'C' AS bdua_regimen, 'C' AS bdua_tipo, 'AC' AS bdua_estado,
        NULL::DATE AS bdua2_desde, 'C' AS bdua2_tipo, 'AC' AS bdua2_estado,
        {registros.EPS_SUBSIDIADA} AS eps_subsidiada,
        NULL::DATE AS bdex_desde, NULL::DATE AS bdex_hasta,
        codigo_perfil AS perfil_titulo, profesion AS titulo_profesion, tipo AS titulo_tipo,
        numero AS titulo_numero,
        {_grado("CASE WHEN grupo = 4 THEN 27 ELSE 20 END")} AS titulo_fecha,
        CASE WHEN grupo = 4 THEN 'MEDICINA' END AS otra_profesion, {_grado("19")} AS otra_fecha,
        NULL::VARCHAR AS antiguo_tipo, NULL::VARCHAR AS antiguo_numero,
        NULL::VARCHAR AS sso_profesion, NULL::DATE AS sso_inicio, NULL::DATE AS sso_fin,
        NULL::DATE AS sancion_desde, NULL::DATE AS sancion_hasta,
        NULL::VARCHAR AS historia_estado, NULL::VARCHAR AS historia_codigos
    """


def _grado(edad: str) -> str:
    """A day about that many years after birth, always before the emergency."""
    dias = "azar_entero(i, 'ths-grado', 1000)::INTEGER"
    return f"least(fecha_nacimiento + ({edad}) * 365 + {dias}, DATE '2020-02-28')"


def _filas(ctx: Contexto) -> None:
    """Table ``ths_fila``: the columns of ``ths_base``, changed as the case of each row says."""
    ramas: dict[str, list[str]] = {}
    for caso in (*LIQUIDADOS, *ENCIMA):
        for columna, valor in caso.cambios.items():
            ramas.setdefault(columna, []).append(f"WHEN {literal(caso.nombre)} THEN {valor}")
    ctx.con.execute(f"CREATE OR REPLACE TEMP TABLE ths_fila AS {_con_cambios('ths_base', ramas)}")


def _con_cambios(origen: str, ramas: dict[str, list[str]]) -> str:
    """Expressions read the row before any change: their order does not matter."""
    cambiadas = ", ".join(
        f"CASE caso {' '.join(casos)} ELSE {columna} END AS {columna}"
        for columna, casos in ramas.items()
    )
    return f"SELECT * REPLACE ({cambiadas}) FROM {origen}"


def _copias(ctx: Contexto) -> None:
    """Adds to ``ths_fila`` the further rows about people whose own row wins."""
    desde: dict[str, int] = {}
    primeros: dict[str, int] = {}
    partes = []
    for k, copia in enumerate(COPIAS, start=1):
        n = ctx.plan.n(copia.n)
        inicio = primeros[copia.repite] if copia.repite else desde.get(copia.de, 0)
        primeros[copia.nombre] = inicio
        desde[copia.de] = max(desde.get(copia.de, 0), inicio + n)
        partes.append(_copia(copia, k, inicio, inicio + n))
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_ganan AS
        SELECT *, row_number() OVER (PARTITION BY caso ORDER BY azar(s, 'ths-gana'), s) AS orden
        FROM ths_fila WHERE caso IN ({lista(sorted({c.de for c in COPIAS}))}) AND envio <= 1
        """
    )
    ctx.con.execute(f"INSERT INTO ths_fila BY NAME {' UNION ALL BY NAME '.join(partes)}")


def _copia(copia: Copia, k: int, desde: int, hasta: int) -> str:
    """Rows of one kind: of another reporter, anywhere, unless they come in the same file."""
    cambios = {"caso": literal(copia.nombre), "copia": str(k), "envio": copia.envio}
    cambios |= copia.cambios
    origen = f"FROM ths_ganan WHERE caso = '{copia.de}' AND orden > {desde} AND orden <= {hasta}"
    if copia.envio != "envio":
        origen = _con_reportante(
            f"""
            SELECT g.* EXCLUDE (llegada), p.departamento
            FROM ({origen}) AS g JOIN ths_pagadas AS p
              ON p.s = 1 + azar_entero(g.s * 100 + {k}, 'ths-copia', (
                  SELECT count(*) FROM ths_pagadas WHERE departamento <> ''))
            """,
            f"s * 100 + {k}",
            "ths-copia",
        )
        cambios |= {
            "reportante_tipo": "tipo_r", "reportante_codigo": "codigo_r", "reportante_nit": "nit_r",
            "reportante_dv": "dv_r", "codigo_departamento": "departamento",
        }  # fmt: skip
    columnas = ", ".join(f"{valor} AS {columna}" for columna, valor in cambios.items())
    sobran = "orden, tipo_r, codigo_r, nit_r, dv_r, departamento"
    if copia.envio == "envio":
        sobran = "orden"
    return f"(SELECT * EXCLUDE ({sobran}) REPLACE ({columnas}) FROM ({origen}))"


# --- what comes out ---------------------------------------------------------------------------


def _numerar(ctx: Contexto) -> None:
    """Table ``ths_numerada``: ``ths_fila`` with its place in the file and what must come out.

    Deliveries follow each other; inside one, the files of the reporters as they arrived.
    """
    ctx.con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ths_numerada AS
        SELECT f.*, row_number() OVER (ORDER BY envio, llegada, s, copia) AS fila, estado, codigos,
               CASE WHEN estado = 'LIQUIDADO' THEN 100 * valor ELSE 0 END::BIGINT AS valor_centavos
        FROM ths_fila AS f JOIN ths_casos USING (caso)
        LEFT JOIN ({registros.CATALOGO}) USING (codigo_perfil)
        """
    )


def _comprobar(ctx: Contexto, lugares: Sequence[Departamento]) -> None:
    """What was written against the figures asked for: each department, each case.

    Raises:
        InvarianteRota: they differ.
    """
    escrito = ctx.con.execute(
        "SELECT coalesce(codigo_departamento, ''), count(*), sum(valor_centavos)::BIGINT "
        "FROM ths_numerada WHERE estado = 'LIQUIDADO' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    pedido = sorted((d.codigo, d.beneficiarios, 100 * d.valor) for d in lugares)
    if escrito != pedido:
        raise InvarianteRota("talento humano: los departamentos no suman lo publicado")
    otros = ctx.con.execute(
        f"SELECT caso FROM ths_casos LEFT JOIN (SELECT caso, count(*) AS filas FROM ths_numerada "
        f"GROUP BY caso) USING (caso) WHERE caso <> '{OK}' AND n IS DISTINCT FROM filas"
    ).fetchall()
    if otros:
        raise InvarianteRota(f"talento humano: faltan filas de {', '.join(c for (c,) in otros)}")


def _publicar(ctx: Contexto) -> None:
    columnas = ", ".join(
        {
            "fecha_inicio": "coalesce(fecha_inicio_texto, fecha_inicio::VARCHAR) AS fecha_inicio",
            "fecha_fin": "fecha_fin::VARCHAR AS fecha_fin",
        }.get(columna, columna)
        for columna in ENTREGADAS
    )
    ctx.entrada(MECANISMO, f"SELECT fila, {columnas} FROM ths_numerada")
    ctx.verdad(MECANISMO, "FROM ths_numerada")
    _identidades(ctx)


def _identidades(ctx: Contexto) -> None:
    """``identidad.parquet``, beside ``verdad``: who it was, where the row says it wrong.

    Rows with THS-04 or THS-05 whose document or names are not those of the registers, with the
    right ones: what a proposal of correction should find. It is no register.
    """
    ruta = ctx.salida / MECANISMO / "identidad.parquet"
    ctx.con.execute(
        f"""
        COPY (
            SELECT fila, tipo AS tipo_documento, numero AS numero_documento, pa AS primer_apellido,
                   sa AS segundo_apellido, pn AS primer_nombre, sn AS segundo_nombre
            FROM ths_numerada
            WHERE regexp_matches(codigos, 'THS-0[45]') AND caso <> '{DOCUMENTO_AJENO}'
              AND (tipo_documento, numero_documento, primer_apellido, segundo_apellido,
                   primer_nombre, segundo_nombre) IS DISTINCT FROM (tipo, numero, pa, sa, pn, sn)
            ORDER BY fila
        ) TO '{ruta}' (FORMAT parquet, COMPRESSION zstd)
        """
    )


def _cifras(ctx: Contexto) -> dict[str, int]:
    estados = dict(
        ctx.con.execute(
            "SELECT estado, count(*) FROM ths_numerada GROUP BY estado ORDER BY estado"
        ).fetchall()
    )
    ((filas, centavos),) = ctx.con.execute(
        "SELECT count(*), sum(valor_centavos)::BIGINT FROM ths_numerada"
    ).fetchall()
    return {
        "filas": filas,
        "beneficiarios": estados["LIQUIDADO"],
        "valor_centavos": centavos,
        **estados,
    }


def _limpiar(ctx: Contexto) -> None:
    """Gives back the memory of the tables of this part."""
    tablas_propias = ctx.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'ths\\_%' "
        "ESCAPE '\\' ORDER BY table_name"
    ).fetchall()
    for (tabla,) in tablas_propias:
        ctx.con.execute(f"DROP TABLE {tabla}")
