# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Activos por emergencia: households in arrears, unprotected or bereaved, month by month.

Totals (dossier §9): 1.571.968 people and 580.128 million pesos in 2020, to the million. How the
months spread among people is ours (design): each household claims a run of months, and as many
households as needed claim one month more until the total is reached. The other ways in which a
person-month can go are in ``activos_emergencia_casos``.
"""

from __future__ import annotations

from typing import Any, Final

from shared.normativa import tablas
from shared.poblacion.activos_emergencia_casos import CASOS, Caso, Cedula, Fila, Tramo
from shared.poblacion.contexto import Contexto

MECANISMO: Final = "activos_emergencia"
PERSONAS: Final = 1_571_968
TOTAL_CENTAVOS: Final = 580_128_000_000_00
MARGEN_CENTAVOS: Final = 499_999_99
"""Above the total and still the same million, truncated or rounded."""
CORTE: Final = "2022-08-31"
ENTRADA: Final = (
    "codigo_eps, tipo_documento, numero_documento, periodo, sujeto, fecha_inicio, fecha_fin, "
    "novedad_reportada"
)

BASE_DIA_RC: Final = 247_942
"""Centavos of a day of UPC-C in zona normal (Res. 3513/2019; dossier §5.2)."""
PRIMAS: Final = {"NORMAL": 0, "ESPECIAL": 1_000, "CIUDADES": 986, "ALEJADA": 3_790}
"""Ten-thousandths over the base (dossier §5.2)."""
ESPECIAL: Final = "05045"
"""The list of especiales was not obtained (dossier §10): one municipality stands for them."""

MESES: Final = 4
"""Months after the first one that a household may claim; the last of them only if needed."""


def construir(ctx: Contexto) -> dict[str, int]:
    """Contribute the rows of this mechanism.

    Returns:
        personas and valor_centavos of the LIQUIDADO rows, filas, and rows by state.
    """
    _tarifa(ctx)
    _hogares(ctx)
    _casos(ctx)
    _corrientes(ctx)
    _ajustar(ctx)
    _entregar(ctx)
    _registros(ctx)
    cifras = _cifras(ctx)
    for tabla in ("tarifa", "hogar", "especial", "fila_especial", "persona", "mes", "fila"):
        ctx.con.execute(f"DROP TABLE act_{tabla}")
    return cifras


def _tarifa(ctx: Contexto) -> None:
    """``act_tarifa(sexo, edad, zona, centavos)``: the day of UPC, rounded twice (§5.1)."""
    ctx.con.execute(
        "CREATE TABLE act_tarifa (sexo VARCHAR, edad INTEGER, zona VARCHAR, centavos BIGINT)"
    )
    grupos = [f for f in tablas.leer("upc_2020") if f["regimen"] == "CONTRIBUTIVO"]
    filas = []
    for zona, prima in PRIMAS.items():
        dia_zona = (BASE_DIA_RC * (10_000 + prima) + 5_000) // 10_000
        for grupo in grupos:
            entero, decimales = grupo["ponderador"].split(".")
            dia = (dia_zona * int(entero + decimales.ljust(4, "0")) + 5_000) // 10_000
            edades = range(int(grupo["edad_min"]), min(int(grupo["edad_max"]), 120) + 1)
            sexos = "MF" if grupo["sexo"] == "A" else grupo["sexo"]
            filas += [(sexo, edad, zona, dia) for edad in edades for sexo in sexos]
    ctx.con.executemany("INSERT INTO act_tarifa VALUES (?, ?, ?, ?)", filas)
    zonas = {f["codigo_municipio"]: f["zona"] for f in tablas.leer("zonas_upc_2020")}
    zonas[ESPECIAL] = "ESPECIAL"
    ramas = " ".join(f"WHEN '{codigo}' THEN '{zona}'" for codigo, zona in zonas.items())
    ctx.con.execute(
        f"CREATE OR REPLACE MACRO act_zona(municipio) AS CASE municipio {ramas} ELSE 'NORMAL' END"
    )
    ctx.aportar("zonas_upc", f"SELECT '{ESPECIAL}' AS codigo_municipio, 'ESPECIAL' AS zona")


def _hogares(ctx: Contexto) -> None:
    """``act_hogar``: households of RC of our turns in the order in which they are used.

    ``aptos`` numbers those with a cédula as head and a minor: the cases are made of them.
    """
    ctx.con.execute(
        f"""
        CREATE TABLE act_hogar AS
        WITH junto AS (
            SELECT hogar, cabeza_i, any_value(codigo_eps) AS eps, count(*) AS miembros,
                   arg_max(i, (fecha_nacimiento, i)) AS menor_i, min(edad) AS menor_edad
            FROM gente WHERE {ctx.turnos(MECANISMO)} AND regimen = 'C' GROUP BY hogar, cabeza_i
        ), ordenado AS (
            SELECT *, row_number() OVER (ORDER BY azar(hogar, 'act'), hogar) AS orden,
                   menor_edad < 18 AND doc_tipo(cabeza_i, 0) = 'CC' AS apto
            FROM junto
        )
        SELECT *, CASE WHEN apto THEN
            row_number() OVER (PARTITION BY apto ORDER BY orden) END AS aptos
        FROM ordenado
        """
    )


# --- the cases ------------------------------------------------------------------------------------


def _casos(ctx: Contexto) -> None:
    """``act_especial``: a household per case; ``act_fila_especial``: its rows and their truth."""
    desde, ramas = 1, []
    for c, caso in enumerate(CASOS):
        n = ctx.plan.n(caso.n)
        ramas.append(f"WHEN aptos < {desde + n} THEN {c}")
        desde += n
    ctx.con.execute(
        f"""
        CREATE TABLE act_especial AS
        SELECT CASE {" ".join(ramas)} END AS caso, h.hogar, h.orden, h.eps, h.cabeza_i,
               CASE WHEN e.codigo_base = 'EPS010' THEN 'EPS002' ELSE 'EPS010' END AS otra_eps,
               {_de("c", "c")}, {_de("b", "b")}
        FROM act_hogar h JOIN eps e ON e.codigo_eps = h.eps
        JOIN gente c ON c.i = h.cabeza_i JOIN gente b ON b.i = h.menor_i
        WHERE h.aptos < {desde}
        """
    )
    partes = [
        _fila_especial(c, caso, sec, fila)
        for c, caso in enumerate(CASOS)
        for sec, fila in enumerate(caso.filas)
    ]
    ctx.con.execute(f"CREATE TABLE act_fila_especial AS {' UNION ALL '.join(partes)}")


def _de(prefijo: str, alias: str) -> str:
    columnas = ["i", "fecha_nacimiento", "sexo", "codigo_municipio", "fecha_afiliacion_eps"]
    return ", ".join(f"{alias}.{c} AS {prefijo}_{c}" for c in columnas)


def _persona_del_caso(caso: Caso) -> dict[str, str]:
    """SQL of what BDUA says of the person whose rows a case submits."""
    q = caso.quien
    return {
        "i": f"{q}_i",
        "nacimiento": f"DATE '{caso.nacimiento}'" if caso.nacimiento else f"{q}_fecha_nacimiento",
        "sexo": f"{q}_sexo" if caso.sexo == "propio" else f"nullif('{caso.sexo}', '')",
        "municipio": f"'{caso.municipio}'" if caso.municipio else f"{q}_codigo_municipio",
        "afiliacion": f"DATE '{caso.afiliacion}'"
        if caso.afiliacion
        else f"{q}_fecha_afiliacion_eps",
    }


def _fila_especial(c: int, caso: Caso, sec: int, fila: Fila) -> str:
    p = _persona_del_caso(caso)
    periodo = fila.periodo or fila.inicio[:7]
    valor = "0"
    if fila.dias:
        valor = (
            f"{fila.dias} * (SELECT t.centavos FROM act_tarifa t WHERE t.sexo = {p['sexo']} "
            f"AND t.zona = act_zona({p['municipio']}) AND t.edad = greatest(0, "
            f"date_sub('year', {p['nacimiento']}, DATE '{periodo}-01')))"
        )
    return (
        f"SELECT orden, {sec} AS sec, {p['i']} AS i, {fila.eps} AS codigo_eps, "
        f"{fila.tipo or 'tipo'} AS tipo_documento, {fila.numero or 'numero'} AS numero_documento, "
        f"'{periodo}' AS periodo, '{fila.sujeto}' AS sujeto, '{fila.inicio}' AS fecha_inicio, "
        f"'{fila.fin}' AS fecha_fin, '{fila.novedad}' AS novedad_reportada, "
        f"'{fila.estado}' AS estado, '{fila.codigos}' AS codigos, "
        f"CAST({valor} AS BIGINT) AS valor_centavos, '{caso.nombre}' AS caso "
        f"FROM (SELECT *, doc_tipo({p['i']}, 0) AS tipo, doc_numero({p['i']}, 0) AS numero "
        f"FROM act_especial WHERE caso = {c})"
    )


# --- the rest of the country ----------------------------------------------------------------------


def _corrientes(ctx: Contexto) -> None:
    """``act_persona``: who is paid without a story; ``act_mes``: the months each may claim."""
    en_casos = _uno(
        ctx, "SELECT count(DISTINCT i) FROM act_fila_especial WHERE estado = 'LIQUIDADO'"
    )
    ctx.con.execute(
        f"""
        CREATE TABLE act_persona AS
        WITH tema AS (
            SELECT h.*, CASE
                WHEN azar(hogar, 'act-tema') < 0.72 OR (suerte < 0.10 AND miembros = 1) THEN 'I'
                WHEN suerte < 0.10 THEN 'III' ELSE 'II' END AS sujeto
            FROM (SELECT *, azar(hogar, 'act-tema') - 0.72 AS suerte FROM act_hogar) h
            WHERE orden NOT IN (SELECT orden FROM act_especial)
        ), fechado AS (
            SELECT *, DATE '2020-04-12' + azar_entero(hogar, 'act-antes', 20)::INTEGER AS antes,
                   (15 + azar_entero(hogar, 'act-dura', 80))::INTEGER AS dura
            FROM tema
        ), contado AS (
            SELECT g.i, g.cabeza_i = g.i AS es_cabeza, f.hogar, f.orden, f.sujeto, f.eps,
                   g.sexo, g.fecha_nacimiento, g.codigo_municipio, f.antes, f.antes + f.dura AS ae,
                   row_number() OVER (ORDER BY f.orden, g.cabeza_i <> g.i, g.i) AS turno_p
            FROM fechado f JOIN gente g USING (hogar)
            WHERE f.sujeto <> 'III' OR g.cabeza_i <> g.i
        )
        SELECT *, azar(hogar, 'act-vuelve') < 0.5 AS vuelve FROM contado
        WHERE turno_p <= {ctx.plan.n(PERSONAS) - en_casos}
        """
    )
    ctx.con.execute(
        f"""
        CREATE TABLE act_mes AS
        WITH mes AS (
            SELECT *, unnest(range(month(ae), least(12, month(ae) + {MESES}) + 1))::INTEGER AS m,
                   least(12, month(ae) + {MESES})::INTEGER AS ultimo
            FROM act_persona
        ), dia AS (
            SELECT i, orden, m, ultimo = m AS extra, sujeto,
                   CASE WHEN m = month(ae) THEN 31 - least(day(ae), 30) ELSE 30 END AS dias,
                   greatest(ae, make_date(2020, m, 1)) AS inicio,
                   last_day(make_date(2020, m, 1)) AS fin,
                   greatest(0, date_sub('year', fecha_nacimiento, make_date(2020, m, 1)))::INTEGER
                       AS edad, sexo, act_zona(codigo_municipio) AS zona
            FROM mes
        )
        SELECT i, orden, m, extra, sujeto, inicio, fin, dias * centavos AS valor_centavos
        FROM dia JOIN act_tarifa USING (sexo, edad, zona)
        """
    )


def _ajustar(ctx: Contexto) -> None:
    """``act_fila``: the months claimed, so that the total is the published one.

    Households claim their last month in order while the total is not passed; then one more,
    further on, whose month is just what is missing.
    """
    falta = (
        ctx.plan.n(TOTAL_CENTAVOS)
        - _uno(ctx, "SELECT coalesce(sum(valor_centavos), 0)::BIGINT FROM act_fila_especial")
        - _uno(ctx, "SELECT sum(valor_centavos)::BIGINT FROM act_mes WHERE NOT extra")
    )
    ctx.con.execute(
        f"""
        CREATE TABLE act_fila AS
        WITH uno AS (
            SELECT orden, sum(valor_centavos)::BIGINT AS v FROM act_mes WHERE extra GROUP BY orden
        ), acumulado AS (
            SELECT orden, v, (sum(v) OVER (ORDER BY orden))::BIGINT AS suma FROM uno
        ), hasta AS (
            SELECT coalesce(max(orden), 0) AS orden, coalesce(max(suma), 0) AS suma
            FROM acumulado WHERE suma <= {falta + MARGEN_CENTAVOS}
        ), ultimo AS (
            SELECT min(a.orden) AS orden FROM acumulado a, hasta h
            WHERE h.suma < {falta} AND a.orden > h.orden
              AND h.suma + a.v BETWEEN {falta} AND {falta + MARGEN_CENTAVOS}
        )
        SELECT m.* FROM act_mes m, hasta h, ultimo u
        WHERE NOT m.extra OR m.orden <= h.orden OR m.orden = u.orden
        """
    )


def _entregar(ctx: Contexto) -> None:
    """The submission and its truth, cases among the rest in the order of the households."""
    ctx.con.execute(
        """
        CREATE TABLE act_orden AS
        SELECT row_number() OVER (ORDER BY orden, i, m, sec) AS fila, * FROM (
            SELECT orden, i, m, 0 AS sec, NULL AS especial FROM act_fila
            UNION ALL
            SELECT orden, i, 0, sec, orden FROM act_fila_especial)
        """
    )
    corriente = (
        "FROM act_orden o JOIN act_fila f ON f.i = o.i AND f.m = o.m "
        "JOIN act_persona p ON p.i = o.i WHERE o.especial IS NULL"
    )
    especial = "FROM act_orden o JOIN act_fila_especial e ON e.orden = o.especial AND e.sec = o.sec"
    ctx.entrada(
        MECANISMO,
        f"SELECT o.fila, p.eps AS codigo_eps, doc_tipo(o.i, 0) AS tipo_documento, "
        f"doc_numero(o.i, 0) AS numero_documento, strftime(f.inicio, '%Y-%m') AS periodo, "
        f"f.sujeto, f.inicio::VARCHAR AS fecha_inicio, f.fin::VARCHAR AS fecha_fin, "
        f"'SI' AS novedad_reportada {corriente} "
        f"UNION ALL SELECT o.fila, {ENTRADA} {especial}",
    )
    ctx.verdad(
        MECANISMO,
        f"SELECT o.fila, 'LIQUIDADO' AS estado, '' AS codigos, f.valor_centavos, 'ok' AS caso "
        f"{corriente} UNION ALL SELECT o.fila, e.estado, e.codigos, e.valor_centavos, e.caso "
        f"{especial}",
    )
    ctx.con.execute("DROP TABLE act_orden")


# --- what the registers say -----------------------------------------------------------------------


def _registros(ctx: Contexto) -> None:
    _descritos(ctx)
    ctx.aportar("bdua", _juntar(_BDUA, _bdua_de_los_casos()))
    ctx.aportar("bdua_afiliacion", _juntar(*_AFILIACION, *_afiliacion_de_los_casos()))
    ctx.aportar("compensados", _juntar(_COMPENSADOS, *_compensados_de_los_casos()))
    ctx.aportar("rnec", _juntar(_RNEC, _rnec_de_los_casos()))
    ctx.aportar("bdex", _juntar(*_bdex_de_los_casos()))
    ctx.propio(
        MECANISMO,
        "historia",
        _juntar(*_historia_de_los_casos()),
        "numero_documento, tipo_documento, periodo, estado",
    )
    for tabla in ("descrito", "identidad"):
        ctx.con.execute(f"DROP TABLE act_{tabla}")


def _juntar(*partes: str) -> str:
    return " UNION ALL BY NAME ".join(f"({parte})" for parte in partes)


def _descritos(ctx: Contexto) -> None:
    """``act_descrito``: everyone of the plain households, the dead heads too.

    ``act_identidad``: names and documents of all, looked up once.
    """
    ctx.con.execute(
        """
        CREATE TABLE act_descrito AS
        WITH fin AS (SELECT orden, max(fin) AS fin FROM act_fila GROUP BY orden)
        SELECT p.*, f.fin FROM act_persona p JOIN fin f USING (orden)
        UNION ALL BY NAME
        SELECT g.i, true AS es_cabeza, h.hogar, h.orden, 'MUERTO' AS sujeto, h.eps, g.sexo,
               g.fecha_nacimiento, g.codigo_municipio, h.ae
        FROM (SELECT DISTINCT hogar, orden, eps, ae FROM act_persona WHERE sujeto = 'III') h
        JOIN gente g ON g.hogar = h.hogar AND g.cabeza_i = g.i
        """
    )
    suyos = (
        "SELECT i FROM act_descrito UNION ALL SELECT c_i FROM act_especial UNION ALL "
        "SELECT b_i FROM act_especial WHERE caso IN "
        f"({', '.join(str(c) for c, caso in enumerate(CASOS) if caso.quien == 'b')})"
    )
    ctx.tomar(suyos)
    ctx.con.execute(
        f"CREATE TABLE act_identidad AS SELECT i, {_IDENTIDAD}, fecha_afiliacion_eps "
        f"FROM persona WHERE {ctx.turnos(MECANISMO)} AND i IN ({suyos})"
    )


_IDENTIDAD: Final = (
    "afl_id, tipo_documento, numero_documento, primer_apellido, segundo_apellido, "
    "primer_nombre, segundo_nombre, afl_id_cabeza, tipo_documento_cabeza, "
    "numero_documento_cabeza, zona"
)
_FECHA_CORTE: Final = f"DATE '{CORTE}' AS fecha_corte"

_BDUA: Final = f"""
    SELECT n.* EXCLUDE (i), d.eps AS codigo_eps, 'C' AS regimen,
           CASE WHEN d.es_cabeza THEN 'C' ELSE 'B' END AS tipo_afiliado,
           CASE d.sujeto WHEN 'MUERTO' THEN 'AF' ELSE 'AE' END AS estado,
           CASE d.sujeto WHEN 'MUERTO' THEN d.ae - 1 ELSE d.ae END AS desde,
           CASE WHEN d.vuelve THEN d.fin END AS hasta,
           d.fecha_nacimiento, d.sexo, d.codigo_municipio, {_FECHA_CORTE}
    FROM act_descrito d JOIN act_identidad n USING (i)
"""

_TIPO: Final = "'C' AS regimen, CASE WHEN d.es_cabeza THEN 'C' ELSE 'B' END AS tipo_afiliado"
_AFILIACION: Final = (
    f"""
    SELECT n.afl_id, d.eps AS codigo_eps, {_TIPO}, 'AC' AS estado, n.fecha_afiliacion_eps AS desde,
           CASE d.sujeto WHEN 'III' THEN d.ae WHEN 'MUERTO' THEN d.ae - 1 ELSE d.antes END - 1
               AS hasta, {_FECHA_CORTE}
    FROM act_descrito d JOIN act_identidad n USING (i)
    """,
    f"""
    SELECT afl(d.i) AS afl_id, d.eps AS codigo_eps, {_TIPO},
           CASE d.sujeto WHEN 'I' THEN 'SM' ELSE 'PL' END AS estado, d.antes AS desde,
           d.ae - 1 AS hasta, {_FECHA_CORTE}
    FROM act_descrito d WHERE d.sujeto IN ('I', 'II')
    """,
    f"""
    SELECT afl(d.i) AS afl_id, d.eps AS codigo_eps, {_TIPO}, 'AC' AS estado, d.fin + 1 AS desde,
           {_FECHA_CORTE}
    FROM act_descrito d WHERE d.vuelve
    """,
)
"""What came before the row of ``bdua``, and the return of those who came back."""

_COMPENSADOS: Final = f"""
    SELECT doc_tipo(i, 0) AS tipo_documento, doc_numero(i, 0) AS numero_documento,
           eps AS codigo_eps, strftime(antes - INTERVAL 3 MONTH, '%Y-%m') AS periodo,
           30 AS dias, 'COTIZACION' AS concepto, 'Pago con cotización' AS observacion,
           {_FECHA_CORTE}
    FROM act_persona WHERE es_cabeza
"""
"""The last month paid before the arrears: the two after it are the unpaid ones."""

_RNEC_DE: Final = (
    "n.numero_documento, n.primer_apellido, n.segundo_apellido, n.primer_nombre, n.segundo_nombre"
)
_RNEC: Final = f"""
    SELECT {_RNEC_DE}, 0 AS cod_error,
           CASE d.sujeto WHEN 'MUERTO' THEN '21' ELSE '0' END AS estado_cedula,
           CASE d.sujeto WHEN 'MUERTO' THEN d.ae - 1 END AS fecha_defuncion, {_FECHA_CORTE}
    FROM act_descrito d JOIN act_identidad n USING (i) WHERE n.tipo_documento = 'CC'
"""

_CABEZA: Final = Caso("cabeza", ())


def _tramos(caso: Caso) -> list[tuple[dict[str, str], str, int, Tramo]]:
    """Whose, in which role and in which place is each interval that a case declares."""
    propia = _persona_del_caso(caso)
    tramos = [(propia, caso.quien, n, t) for n, t in enumerate(caso.propios)]
    if caso.quien == "b":
        cabeza = _persona_del_caso(_CABEZA)
        tramos += [(cabeza, "c", n, t) for n, t in enumerate(caso.cabeza)]
    return tramos


def _tramo(tramo: Tramo, persona: dict[str, str], quien: str) -> str:
    desde = persona["afiliacion"] if tramo.desde == "afiliacion" else f"DATE '{tramo.desde}'"
    hasta = f"DATE '{tramo.hasta}'" if tramo.hasta else "NULL::DATE"
    tipo = tramo.tipo or {"c": "C", "b": "B"}[quien]
    return (
        f"s.{tramo.eps} AS codigo_eps, '{tramo.regimen}' AS regimen, '{tipo}' AS tipo_afiliado, "
        f"'{tramo.estado}' AS estado, {desde} AS desde, {hasta} AS hasta"
    )


def _bdua_de_los_casos() -> str:
    """The first interval of each person is the row of ``bdua``; a second person key, another."""
    partes = []
    for c, caso in enumerate(CASOS):
        for persona, quien, n, tramo in _tramos(caso):
            if n == 0 or tramo.afl:
                partes.append(
                    f"SELECT {persona['i']} AS i, '{'9' if tramo.afl else ''}' AS prefijo, "
                    f"{_tramo(tramo, persona, quien)}, "
                    f"{persona['nacimiento']} AS fecha_nacimiento, {persona['sexo']} AS sexo, "
                    f"{persona['municipio']} AS codigo_municipio, "
                    f"{persona['afiliacion']} AS afiliada FROM act_especial s WHERE caso = {c}"
                )
    return (
        "SELECT n.* EXCLUDE (i) REPLACE (t.prefijo || n.afl_id AS afl_id, "
        "t.afiliada AS fecha_afiliacion_eps), t.* EXCLUDE (i, prefijo, afiliada), "
        f"{_FECHA_CORTE} FROM ({' UNION ALL '.join(partes)}) t JOIN act_identidad n USING (i)"
    )


def _afiliacion_de_los_casos() -> list[str]:
    return [
        f"SELECT afl({persona['i']}) AS afl_id, {_tramo(tramo, persona, quien)}, {_FECHA_CORTE} "
        f"FROM act_especial s WHERE caso = {c}"
        for c, caso in enumerate(CASOS)
        for persona, quien, n, tramo in _tramos(caso)
        if n and not tramo.afl
    ]


_DOCUMENTO: Final = (
    "doc_tipo(c_i, 0) AS tipo_documento, doc_numero(c_i, 0) AS numero_documento, eps AS codigo_eps"
)


def _compensados_de_los_casos() -> list[str]:
    return [
        f"SELECT {_DOCUMENTO}, '{periodo}' AS periodo, {dias} AS dias, '{concepto}' AS concepto, "
        f"'{observacion}' AS observacion, {_FECHA_CORTE} FROM act_especial WHERE caso = {c}"
        for c, caso in enumerate(CASOS)
        for periodo, dias, concepto, observacion in caso.compensados
    ]


def _rnec_de_los_casos() -> str:
    partes = [
        f"SELECT c_i AS i, {_respuesta(caso.cedula)} FROM act_especial WHERE caso = {c}"
        for c, caso in enumerate(CASOS)
        if caso.cedula is not None
    ]
    return (
        f"SELECT {_RNEC_DE}, r.* EXCLUDE (i), {_FECHA_CORTE} "
        f"FROM ({' UNION ALL '.join(partes)}) r JOIN act_identidad n USING (i)"
    )


def _respuesta(cedula: Cedula) -> str:
    def dia(texto: str) -> str:
        return f"DATE '{texto}'" if texto else "NULL::DATE"

    return (
        f"{cedula.cod_error} AS cod_error, '{cedula.estado}' AS estado_cedula, "
        f"{dia(cedula.defuncion)} AS fecha_defuncion, {dia(cedula.afectacion)} AS fecha_afectacion"
    )


def _bdex_de_los_casos() -> list[str]:
    return [
        f"SELECT 'RES008' AS codigo_regimen, {_DOCUMENTO.rpartition(',')[0]}, "
        f"'C' AS tipo_afiliado, DATE '{caso.bdex[0]}' AS desde, "
        f"nullif('{caso.bdex[1]}', '')::DATE AS hasta, {_FECHA_CORTE} "
        f"FROM act_especial WHERE caso = {c}"
        for c, caso in enumerate(CASOS)
        if caso.bdex is not None
    ]


def _historia_de_los_casos() -> list[str]:
    return [
        f"SELECT {_DOCUMENTO}, '{periodo}' AS periodo, {dias} AS dias, '{estado}' AS estado "
        f"FROM act_especial WHERE caso = {c}"
        for c, caso in enumerate(CASOS)
        for periodo, dias, estado in caso.historia
    ]


# --- figures --------------------------------------------------------------------------------------


def _uno(ctx: Contexto, sql: str) -> int:
    (valor,) = ctx.con.execute(sql).fetchall()[0]
    return int(valor)


def _cifras(ctx: Contexto) -> dict[str, int]:
    cifras: dict[str, Any] = {
        "personas": _uno(
            ctx,
            "SELECT count(DISTINCT i) FROM (SELECT i FROM act_fila UNION ALL "
            "SELECT i FROM act_fila_especial WHERE estado = 'LIQUIDADO')",
        ),
        "valor_centavos": _uno(
            ctx,
            "SELECT sum(v)::BIGINT FROM (SELECT valor_centavos AS v FROM act_fila UNION ALL "
            "SELECT valor_centavos FROM act_fila_especial)",
        ),
    }
    estados = ctx.con.execute(
        "SELECT estado, count(*) FROM (SELECT 'LIQUIDADO' AS estado FROM act_fila UNION ALL "
        "SELECT estado FROM act_fila_especial) GROUP BY estado ORDER BY estado"
    ).fetchall()
    return cifras | {"filas": sum(n for _, n in estados)} | dict(estados)
