# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""REPS of the synthetic country: prestadores, sedes, services, capacity and the ICU network.

Shape of the public extracts (dominio, registers §4), size of 2022. Nothing in it exists: NIT are
above those given out, names are invented. Intensive and intermediate beds are laid out here
(``reps_camas``); how many they are each day, their report and their authorisations belong to
``anticipo_uci``, which contributes them.
"""

from __future__ import annotations

from typing import Final

from shared.normativa import tablas
from shared.poblacion import reps_catalogo as cat
from shared.poblacion.contexto import Contexto
from shared.registros.camas import CAMAS
from shared.registros.expresiones import digito_verificacion, lista, literal

_CONSECUTIVO_OTROS: Final = 50_000
"""Last five digits of the codes of other classes, counted per municipality from here.

Those of IPS are unique in the country, so a sede keeps them with the prefix of its municipality.
"""
_CONSECUTIVO_FILIAL: Final = 40_000
"""Of the further codes of a NIT."""
_SEGUNDA_SEDE: Final = 0.14
_CERRADAS: Final = 0.04
_NO_HABILITADAS: Final = 0.01
_DOS_NOMBRES: Final = 0.04
"""Parts of the whole: IPS of the network with beds in a second sede, other sedes closed or not
enabled, beds listed under both of their names. Our approximations."""
_FRECUENCIA: Final = {
    ("UCI", "ADULTO"): 960,
    ("INTERMEDIO", "ADULTO"): 700,
    ("UCI", "NEONATAL"): 280,
    ("INTERMEDIO", "NEONATAL"): 250,
    ("UCI", "PEDIATRICO"): 220,
    ("INTERMEDIO", "PEDIATRICO"): 150,
}
"""Of a thousand sedes of the network, how many have that bed: our approximation."""


def construir(ctx: Contexto) -> dict[str, int]:
    """Table ``prestadores`` and the registers reps_prestadores, sedes, servicios and capacidad.

    Leaves for ``anticipo_uci``: ``reps_codigos`` (every row of prestadores), ``reps_red`` (every
    sede) and ``reps_camas`` (kinds of bed of each sede of the network). Returns rows by register.
    """
    _municipios(ctx)
    _lugares(ctx)
    _prestadores(ctx)
    _codigos(ctx)
    _red(ctx)
    _camas(ctx)
    aportar_prestadores(ctx, "reps_codigos")
    aportar_sedes(ctx, "reps_red")
    _servicios(ctx)
    _capacidades(ctx)
    cifras = {
        "prestadores": _contar(ctx, "reps_codigos"),
        "sedes": _contar(ctx, "reps_red"),
        "servicios": _contar(ctx, "reps_oferta"),
        "capacidades": ctx.plan.n(cat.CAPACIDADES),
        "nit_con_camas": ctx.plan.n(cat.NIT_CON_CAMAS),
        "laboratorios": _contar(ctx, "prestadores WHERE laboratorio"),
    }
    for tabla in ("municipios", "departamentos", "numeradas", "oferta", "otras_capacidades"):
        ctx.con.execute(f"DROP TABLE reps_{tabla}")
    return cifras


def _contar(ctx: Contexto, origen: str) -> int:
    ((n,),) = ctx.con.execute(f"SELECT count(*) FROM {origen}").fetchall()
    return int(n)


# --- prestadores ------------------------------------------------------------------------------


def _municipios(ctx: Contexto) -> None:
    """Municipalities of the affiliates, largest first, to draw them by population."""
    ctx.con.execute("""
        CREATE OR REPLACE TABLE reps_municipios AS
        SELECT codigo_municipio,
               sum(n) OVER (ORDER BY n DESC, codigo_municipio)::BIGINT AS hasta,
               sum(n) OVER ()::BIGINT AS total,
               row_number() OVER (
                   PARTITION BY left(codigo_municipio, 2) ORDER BY n DESC, codigo_municipio
               ) = 1 AS principal
        FROM (SELECT codigo_municipio, count(*) AS n FROM gente GROUP BY ALL)
    """)
    ctx.con.execute("""
        CREATE OR REPLACE TABLE reps_departamentos AS
        SELECT row_number() OVER (ORDER BY codigo_municipio) AS d, codigo_municipio
        FROM reps_municipios WHERE principal
    """)


def _lugares(ctx: Contexto) -> None:
    """Names as the export writes them: five districts stand in the column of departments."""
    departamentos = {d["codigo"]: d["nombre"] for d in tablas.leer("divipola_departamentos")}
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_lugares AS
        SELECT codigo_municipio AS lugar, upper(nombre) AS municipio,
               CASE codigo_municipio {_ramas(cat.DISTRITOS)}
                    ELSE CASE left(codigo_municipio, 2) {_ramas(departamentos)} END
               END AS departamento
        FROM read_csv({literal(str(tablas.ruta("divipola_municipios")))}, all_varchar = true)
    """)


def _sorteo(origen: str, parte: float = 1.0) -> str:
    """``origen`` (with ``azar_m`` in [0, 1)) plus a municipality drawn by its population.

    ``parte``: only the largest municipalities that hold that part of the country.
    """
    return f"""
        SELECT o.*, m.codigo_municipio
        FROM (
            SELECT *, floor(azar_m * {parte} * (SELECT max(total) FROM reps_municipios)) AS _x
            FROM ({origen})
        ) AS o ASOF JOIN reps_municipios AS m ON o._x < m.hasta
    """


def _prestadores(ctx: Contexto) -> None:
    """One IPS per NIT, in order: the ICU network, one per department, laboratories, the rest."""
    camas = ctx.plan.n(cat.NIT_CON_CAMAS)
    departamentos = _contar(ctx, "reps_departamentos")
    publicos = camas + departamentos
    laboratorios = max(ctx.plan.n(cat.LABORATORIOS), cat.LABORATORIOS_MINIMOS)
    propios = publicos + departamentos
    total = max(ctx.plan.n(cat.PRESTADORES_IPS), cat.IPS_MINIMAS)
    base = f"""
        SELECT p, p <= {camas} AS tiene_camas,
               p > {publicos} AND p <= {propios} AS laboratorio_salud_publica,
               p > {publicos} AND p <= {propios + laboratorios} AS laboratorio,
               CASE WHEN p > {camas} AND p <= {propios}
                    THEN (p - {camas} - 1) % {departamentos} + 1 END AS d,
               azar(p, 'reps-municipio') AS azar_m
        FROM (SELECT unnest(range(1, {total} + 1)) AS p)
    """
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE prestadores AS
        WITH ubicados AS (
            {_sorteo(f"SELECT * FROM ({base}) WHERE tiene_camas", 0.8)}
            UNION ALL BY NAME {_sorteo(f"SELECT * FROM ({base}) WHERE NOT tiene_camas")}
        )
        SELECT p,
               coalesce(s.codigo_municipio, u.codigo_municipio) AS codigo_municipio,
               coalesce(s.codigo_municipio, u.codigo_municipio)
                   || lpad(p::VARCHAR, 5, '0') AS hab_prestador,
               ({cat.NIT_BASE} + {cat.NIT_PASO} * p)::VARCHAR AS nit,
               {digito_verificacion("nit")} AS dv,
               {_nombre("p")} AS nombre,
               {literal(cat.CLASES[cat.IPS])} AS clase,
               laboratorio, laboratorio_salud_publica, tiene_camas,
               {_publico()} AS publico,
               DATE '2003-01-01' + azar_entero(p, 'reps-apertura', 6000)::INTEGER
                   AS fecha_radicacion
        FROM ubicados AS u LEFT JOIN reps_departamentos AS s USING (d)
        ORDER BY p
    """)


def _publico() -> str:
    return (
        "laboratorio_salud_publica OR azar(p, 'reps-publico') < "
        "CASE WHEN tiene_camas THEN 0.3 ELSE 0.12 END"
    )


def _nombre(numero: str) -> str:
    """An invented name of an IPS: what it is, a place and its number."""
    lugar = f"[{lista(cat.LUGARES)}][1 + azar_entero({numero}, 'reps-nombre', {len(cat.LUGARES)})]"
    return f"""
        CASE WHEN laboratorio_salud_publica THEN 'LABORATORIO DE SALUD PUBLICA '
             WHEN laboratorio THEN 'LABORATORIO CLINICO '
             WHEN {_publico()} THEN 'E.S.E. HOSPITAL '
             WHEN tiene_camas THEN 'CLINICA '
             ELSE 'IPS ' END
        || {lugar} || ' ' || {numero}
        || CASE WHEN {_publico()} THEN '' ELSE ' S.A.S.' END
    """


def _codigos(ctx: Contexto) -> None:
    """Every row of reps_prestadores: those of ``prestadores``, further codes and other classes."""
    ctx.con.execute("""
        CREATE OR REPLACE TABLE reps_codigos AS
        SELECT p AS k, hab_prestador, nit, dv, nombre, codigo_municipio, '1' AS codigo_clase,
               publico, true AS juridica, laboratorio_salud_publica, fecha_radicacion,
               p, tiene_camas, false AS filial
        FROM prestadores
    """)
    _filiales(ctx)
    for i, (clase, cuantos) in enumerate(cat.OTRAS_CLASES.items(), start=1):
        _de_otra_clase(ctx, clase, ctx.plan.n(cuantos), i)


def _filiales(ctx: Contexto) -> None:
    """A few NIT have a second code, with its own prefix; of some of them it also has beds."""
    con_camas = min(ctx.plan.n(cat.OTROS_CODIGOS_CON_CAMAS), ctx.plan.n(cat.NIT_CON_CAMAS))
    sin_camas = ctx.plan.n(cat.OTROS_CODIGOS) - con_camas
    duenos = f"""
        SELECT *, azar(p, 'reps-filial') AS azar_m FROM prestadores
        WHERE NOT laboratorio QUALIFY row_number() OVER (
            PARTITION BY tiene_camas ORDER BY azar(p, 'reps-tiene-filial'), p
        ) <= CASE WHEN tiene_camas THEN {con_camas} ELSE {sin_camas} END
    """
    ctx.con.execute(f"""
        INSERT INTO reps_codigos BY NAME
        SELECT {_CONSECUTIVO_FILIAL} + p AS k,
               f.codigo_municipio || ({_CONSECUTIVO_FILIAL}
                   + row_number() OVER (ORDER BY p))::VARCHAR AS hab_prestador,
               nit, dv, nombre, f.codigo_municipio, '1' AS codigo_clase, publico,
               true AS juridica, false AS laboratorio_salud_publica, fecha_radicacion,
               p, tiene_camas, true AS filial
        FROM ({_sorteo(f"SELECT * EXCLUDE (codigo_municipio) FROM ({duenos})", 0.8)}) AS f
    """)


def _de_otra_clase(ctx: Contexto, clase: str, cuantos: int, serie: int) -> None:
    """Professionals, by their cédula; ambulances and other companies, by their NIT."""
    persona = clase == cat.INDEPENDIENTE
    base = f"""
        SELECT i, {serie} * 1000000 + i AS k, azar({serie} * 1000000 + i, 'reps-otro') AS azar_m
        FROM (SELECT unnest(range(1, {cuantos} + 1)) AS i)
    """
    numero = (
        f"({cat.CEDULA_BASE} + {cat.CEDULA_PASO} * i)"
        if persona
        else f"({cat.NIT_BASE} + {cat.NIT_PASO} * ({serie} * 10000 + i) + 1)"
    )
    nombre = (
        "nombre1(k, 'F') || ' ' || apellido1(k) || ' ' || apellido2(k)"
        if persona
        else f"{literal('TRASLADOS' if clase == cat.TRANSPORTE else 'COMPAÑIA')} || ' ' "
        f"|| [{lista(cat.LUGARES)}][1 + azar_entero(k, 'reps-nombre', {len(cat.LUGARES)})] "
        "|| ' ' || i"
    )
    ctx.con.execute(f"""
        INSERT INTO reps_codigos BY NAME
        SELECT k, codigo_municipio || ({_CONSECUTIVO_OTROS} + {serie - 1} * 15000 + row_number()
                   OVER (PARTITION BY codigo_municipio ORDER BY k))::VARCHAR AS hab_prestador,
               {numero}::VARCHAR AS nit, {digito_verificacion(f"lpad({numero}::VARCHAR, 9, '0')")}
                   AS dv,
               {nombre} AS nombre, codigo_municipio, {literal(clase)} AS codigo_clase,
               false AS publico, {"false" if persona else "true"} AS juridica,
               false AS laboratorio_salud_publica,
               DATE '2007-01-01' + azar_entero(k, 'reps-apertura', 5000)::INTEGER
                   AS fecha_radicacion,
               NULL AS p, false AS tiene_camas, false AS filial
        FROM ({_sorteo(base)})
    """)


def aportar_prestadores(ctx: Contexto, tabla: str) -> None:
    """Rows of reps_prestadores for a table with the columns of ``reps_codigos``."""
    ctx.aportar(
        "reps_prestadores",
        f"""
        SELECT {_lugar("codigo_municipio")}, hab_prestador, nombre AS nombre_prestador, nit, dv,
               nombre AS razon_social, {_clase("codigo_clase")}, {_naturaleza()},
               CASE WHEN juridica THEN 'JURIDICO' ELSE 'NATURAL' END AS clase_persona,
               true AS habilitado, fecha_radicacion,
               make_date(2021 + azar_entero(k, 'reps-vence', 4), 12, 31) AS fecha_vencimiento,
               laboratorio_salud_publica,
               nombre1(k, 'F') || ' ' || apellido1(k) AS gerente,
               nombre1(k + 1, 'M') || ' ' || apellido2(k) AS rep_legal,
               DATE '{cat.CORTE}' AS fecha_corte
        FROM {tabla}
        """,
    )


def _lugar(municipio: str) -> str:
    """Names of the place whose code is in ``municipio``."""
    lugar = f"FROM reps_lugares AS l WHERE l.lugar = {municipio}"
    return f"(SELECT departamento {lugar}) AS departamento, (SELECT municipio {lugar}) AS municipio"


def _ramas(valores: dict[str, str]) -> str:
    return " ".join(f"WHEN {literal(c)} THEN {literal(v)}" for c, v in valores.items())


def _clase(codigo: str) -> str:
    nombre = f"CASE {codigo} {_ramas(cat.CLASES)} END"
    return f"{codigo} AS codigo_clase_prestador, {nombre} AS clase_prestador"


def _naturaleza() -> str:
    return (
        "CASE WHEN publico THEN 'Pública' ELSE 'Privada' END AS naturaleza_juridica, "
        "publico AS ese, CASE WHEN publico THEN 1 + azar_entero(k, 'reps-nivel', 3) END AS nivel, "
        "CASE WHEN publico THEN 'MUNICIPAL' END AS caracter"
    )


# --- sedes and beds ---------------------------------------------------------------------------


def _red(ctx: Contexto) -> None:
    """Every sede: two per IPS on average, some in another municipality under its own prefix."""
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_numeradas AS
        SELECT *, k * 100 + numero AS s,
               tiene_camas AND (numero = 1 OR numero = 2 AND segunda) AS de_camas
        FROM (
            SELECT *, unnest(range(1, sedes + 1)) AS numero FROM (
                SELECT *, azar(k, 'reps-segunda') < {_SEGUNDA_SEDE} AS segunda,
                       CASE WHEN p IS NULL OR filial THEN 1
                            WHEN publico THEN 2 + azar_entero(k, 'reps-sedes', 11)
                            ELSE 1 + floor(3 * pow(azar(k, 'reps-sedes'), 3))::BIGINT
                       END + CASE WHEN tiene_camas AND NOT filial THEN 1 ELSE 0 END AS sedes
                FROM reps_codigos
            )
        )
    """)
    mudadas = """
        SELECT s, azar(s, 'reps-otra-sede') AS azar_m FROM reps_numeradas
        WHERE numero > 1 AND azar(s, 'reps-se-muda') < 0.3
    """
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_red AS
        SELECT * EXCLUDE (suerte),
               codigo_municipio || right(hab_prestador, 5) AS codigo_habilitacion,
               lpad(numero::VARCHAR, 2, '0') AS numero_sede,
               codigo_habilitacion || numero_sede AS hab_sede,
               least(DATE '2020-11-30', fecha_radicacion
                   + (numero - 1)::INTEGER * azar_entero(s, 'reps-abre', 150)::INTEGER)
                   AS fecha_apertura,
               CASE WHEN suerte < {_CERRADAS} THEN {_cierre("fecha_apertura", "s")} END
                   AS fecha_cierre,
               coalesce(suerte >= {_CERRADAS} + {_NO_HABILITADAS}, true) OR suerte < {_CERRADAS}
                   AS habilitado
        FROM (
            SELECT n.* EXCLUDE (codigo_municipio),
                   coalesce(m.codigo_municipio, n.codigo_municipio) AS codigo_municipio,
                   CASE WHEN numero > 1 AND NOT de_camas THEN azar(n.s, 'reps-suerte') END
                       AS suerte
            FROM reps_numeradas AS n LEFT JOIN ({_sorteo(mudadas)}) AS m ON m.s = n.s
        )
    """)


def _cierre(apertura: str, clave: str) -> str:
    """A closing date after the opening one and before the corte."""
    dias = f"azar_entero({clave}, 'reps-cierre', 2500)::INTEGER"
    return f"least(DATE '2020-12-15', {apertura} + 10 + {dias})"


def aportar_sedes(ctx: Contexto, tabla: str) -> None:
    """Rows of reps_sedes for a table with the columns of ``reps_red``."""
    ctx.aportar(
        "reps_sedes",
        f"""
        SELECT {_lugar("codigo_municipio")}, hab_prestador, nombre AS nombre_prestador,
               codigo_habilitacion, numero_sede, hab_sede,
               nombre || ' - SEDE ' || numero AS nombre, nit, dv,
               {_clase("codigo_clase")}, {_naturaleza()},
               CASE WHEN juridica THEN 'JURIDICO' ELSE 'NATURAL' END AS clase_persona,
               CASE WHEN azar(s, 'reps-zona') < 0.8 THEN 'URBANA' ELSE 'RURAL' END AS tipo_zona,
               numero = 1 AS sede_principal, habilitado, fecha_apertura, fecha_cierre,
               DATE '{cat.CORTE}' AS fecha_corte
        FROM {tabla}
        """,
    )


def _camas(ctx: Contexto) -> None:
    """Kinds of bed of the network. The first NIT has both services, so any scale has them."""
    tipos = ", ".join(
        f"({t}, '{c.servicio}', '{c.poblacion}', '{c.codigo_servicio}', [{lista(c.todos)}], "
        f"{_FRECUENCIA[c.servicio, c.poblacion]})"
        for t, c in enumerate(CAMAS)
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_camas AS
        SELECT row_number() OVER (ORDER BY p, hab_sede, t) AS b, p, s, nit, hab_prestador,
               hab_sede, codigo_habilitacion, numero_sede, servicio, poblacion, codigo_servicio,
               CASE WHEN azar(x, 'reps-dos-nombres') < {_DOS_NOMBRES} THEN todos[:2]
                    ELSE [todos[1 + azar_entero(x, 'reps-nombre-cama', len(todos))]]
               END AS nombres,
               CASE WHEN t IN (0, 3) THEN 2 + floor(20 * pow(azar(x, 'reps-tamano'), 2.5))
                    ELSE 1 + floor(6 * pow(azar(x, 'reps-tamano'), 2)) END::BIGINT AS peso
        FROM (
            SELECT r.*, t.*, r.s * 10 + t.t AS x FROM reps_red AS r
            CROSS JOIN (VALUES {tipos})
                AS t (t, servicio, poblacion, codigo_servicio, todos, por_mil)
            WHERE de_camas
        )
        WHERE azar_entero(x, 'reps-tiene-cama', 1000) < por_mil
           OR poblacion = 'ADULTO' AND (p = 1 AND numero = 1 OR servicio = 'UCI' AND NOT segunda)
    """)


# --- services and capacity --------------------------------------------------------------------


def _servicios(ctx: Contexto) -> None:
    """What each sede offers. Those of its beds, and of its laboratory, stay open."""
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_oferta AS
        SELECT s, codigo, bool_or(firme) AS firme FROM (
            SELECT r.s, v.codigo, false AS firme
            FROM reps_red AS r CROSS JOIN ({_tabla_servicios()}) AS v
            WHERE p IS NOT NULL AND azar_entero(r.s * 5000 + v.codigo::BIGINT, 'reps-ofrece', 1000)
                < v.por_mil
            UNION ALL SELECT s, codigo_servicio, true FROM reps_camas
            UNION ALL SELECT s, unnest([{lista(cat.DE_TODA_SEDE_CON_CAMAS)}]), true
            FROM reps_red WHERE de_camas
            UNION ALL SELECT s, unnest([{lista(cat.DE_LABORATORIO)}]), true
            FROM reps_red JOIN prestadores USING (p) WHERE laboratorio AND numero = 1
            UNION ALL {_de_las_otras_clases()}
        ) GROUP BY s, codigo
    """)
    aportar_servicios(
        ctx,
        f"""
        SELECT r.*, codigo AS codigo_servicio, s * 5000 + codigo::BIGINT AS x,
               r.fecha_apertura AS abre,
               CASE WHEN NOT firme AND azar(x, 'reps-servicio-cierra') < 0.02
                    THEN {_cierre("abre", "x")} END AS cierra, true AS en_firme
        FROM reps_oferta JOIN reps_red AS r USING (s)
        """,
    )


def _tabla_servicios() -> str:
    filas = ", ".join(
        f"({literal(v.codigo)}, {literal(v.nombre)}, {literal(v.grupo)}, "
        f"{literal(cat.GRUPOS[v.grupo])}, {v.por_mil})"
        for v in cat.SERVICIOS
    )
    return f"SELECT * FROM (VALUES {filas}) AS v (codigo, servicio, grupo, nombre_grupo, por_mil)"


def _de_las_otras_clases() -> str:
    partes = [
        f"SELECT s, ([{lista(codigos)}])[1 + azar_entero(s, 'reps-su-servicio', {len(codigos)})],"
        f" false FROM reps_red WHERE codigo_clase = {literal(clase)}"
        for clase, codigos in cat.DE_OTRA_CLASE.items()
    ]
    return " UNION ALL ".join(partes)


def aportar_servicios(ctx: Contexto, sql: str) -> None:
    """Rows of reps_servicios.

    ``sql`` gives the columns of ``reps_red``, codigo_servicio, abre, cierra, en_firme and ``x``.
    """
    ctx.aportar(
        "reps_servicios",
        f"""
        SELECT {_lugar("codigo_municipio")}, codigo_habilitacion, numero_sede, hab_sede,
               hab_prestador, nombre AS nombre_prestador, nombre || ' - SEDE ' || numero
                   AS nombre_sede, nit, dv, {_clase("codigo_clase")}, {_naturaleza()},
               CASE WHEN juridica THEN 'JURIDICO' ELSE 'NATURAL' END AS clase_persona,
               en_firme AS habilitado, v.grupo AS codigo_grupo_servicio,
               v.nombre_grupo AS grupo_servicio, codigo_servicio, v.servicio AS nombre_servicio,
               v.grupo = '3' AS ambulatorio, v.grupo IN ('1', '2') AS hospitalario,
               v.grupo NOT IN ('1', '2') AS complejidad_baja, v.grupo = '2' AS complejidad_media,
               v.grupo = '1' AS complejidad_alta,
               'DHSS' || lpad((x % 10000000)::VARCHAR, 7, '0') AS numero_distintivo,
               abre AS fecha_apertura, cierra AS fecha_cierre, DATE '{cat.CORTE}' AS fecha_corte
        FROM ({sql}) AS o JOIN ({_tabla_servicios()}) AS v ON v.codigo = o.codigo_servicio
        """,
    )


def _capacidades(ctx: Contexto) -> None:
    """What is no bed of the network, up to the published rows of a corte with the beds in it.

    Each ambulance is a row: equal rows are not copies (registers §4).
    """
    faltan = (
        f"{ctx.plan.n(cat.CAPACIDADES)} - (SELECT coalesce(sum(len(nombres)), 0) FROM reps_camas)"
    )
    tipos = ", ".join(
        f"({i}, {literal(grupo)}, {literal(nombre)})"
        for i, (grupo, nombre) in enumerate(cat.OTRAS_CAPACIDADES, start=1)
    )
    ctx.con.execute(f"""
        CREATE OR REPLACE TABLE reps_otras_capacidades AS
        SELECT *, s * 100 + t * 5 + copia AS x
        FROM reps_red CROSS JOIN (VALUES {tipos}) AS t (t, grupo, nombre_capacidad)
        CROSS JOIN (SELECT unnest(range(5)) AS copia)
        WHERE p IS NOT NULL AND fecha_cierre IS NULL AND habilitado
          AND (copia = 0 OR grupo = 'AMBULANCIAS')
        QUALIFY row_number() OVER (ORDER BY azar(x, 'reps-capacidad') * t, x) <= {faltan}
    """)
    for corte in cat.CORTES_CAPACIDAD:
        aportar_capacidad(
            ctx,
            f"""
            SELECT *, DATE '{corte}' AS corte, CASE WHEN grupo = 'AMBULANCIAS' THEN 1
                ELSE 1 + azar_entero(x, 'reps-cantidad', CASE grupo WHEN 'CAMAS' THEN 40 ELSE 6 END)
            END AS cantidad
            FROM reps_otras_capacidades
            """,
        )


def aportar_capacidad(ctx: Contexto, sql: str) -> None:
    """Rows of reps_capacidad.

    ``sql`` gives the columns of ``reps_red``, grupo, nombre_capacidad, cantidad and corte.
    """
    ctx.aportar(
        "reps_capacidad",
        f"""
        SELECT {_lugar("codigo_municipio")}, hab_prestador, nombre AS nombre_prestador,
               codigo_habilitacion, numero_sede, hab_sede,
               nombre || ' - SEDE ' || numero AS nombre_sede, nit, dv,
               CASE WHEN publico THEN 'Pública' ELSE 'Privada' END AS naturaleza_juridica,
               CASE WHEN publico THEN 1 + azar_entero(k, 'reps-nivel', 3) END AS nivel,
               habilitado, grupo, nombre_capacidad, cantidad, corte AS fecha_corte
        FROM ({sql})
        """,
    )
