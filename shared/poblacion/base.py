# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""Rows of the base registers: everyone whom no part took.

Rates without a source are our approximation, chosen so that every known defect of the real
extracts (registers §3, §6, §9) is there and nothing of it reaches a submission.
"""

from __future__ import annotations

from typing import Final

from shared.normativa import tablas
from shared.poblacion.contexto import Contexto
from shared.poblacion.escritura import Filas
from shared.registros.expresiones import literal

MUERTES: Final = ((80, 900), (60, 180), (18, 25), (0, 4))
"""(age from, deaths of 2020 per ten thousand): some 270,000, of DANE's order for that year."""
OLVIDADOS: Final = 30
"""Dead, per thousand, who go on active in BDUA: a known defect."""
FACULTAD: Final = 50
"""Dead, per thousand, with estado 51 and only ``fecha_afectacion``."""
ESTADOS_CEDULA: Final = (
    (5, "22", "CANCELADA POR DOBLE CEDULACION"),
    (3, "23", "CANCELADA POR SUPLANTACION"),
    (2, "24", "CANCELADA POR MENORIA"),
    (3, "88", "EN REPROCESO"),
    (2, "99", "EN EXPEDICION"),
    (30, "12", "VIGENTE CON PERDIDA DE DERECHOS POLITICOS"),
    (2, "14", "VIGENTE CON INTERDICCION"),
    (1000, "1", "VIGENTE"),
)
"""(per ten thousand of the living, estado_cedula, text); who is left has 0, its synonym."""
SIN_NACIMIENTO: Final = 400
"""Cédulas, per thousand, without date of birth."""
CON_PARTICULA: Final = 20
"""Women, per thousand, with the particle DE apart from their surname."""
EDAD_RC_TI: Final = 8
EDAD_TI_CC: Final = 19
"""Everyone younger than this changed document in the last year, and BDUA keeps the old one."""
CAMBIOS: Final = 100
"""Older people, per thousand, whose old document is kept in BDUA too."""
DE_PE: Final = 1
"""Cédulas, per thousand, whose holder came with a PE."""
DOS_FICHAS: Final = 5
"""People of the SISBEN, per thousand, who stay in the ficha of a household they left."""
DOCUMENTO_VIEJO: Final = 10
"""Who is seven in the SISBEN, per thousand, still with the registro civil."""
CON_PROGRAMA: Final = 250
"""Heads of RS, per thousand, in a social programme."""
EXCEPTUADOS: Final = 900_000
"""People of the special regimes; 921,617 in April 2022 (``datos/README.md``)."""
SIN_AFILIAR: Final = 1_500_000
"""Cédulas of people in no other register: with them RNEC has some 36 million."""
PRIMER_EXCEPTUADO: Final = 1_550_000_000
PRIMER_SIN_AFILIAR: Final = 1_552_000_000
PRIMERA_CEDULA_VIEJA: Final = 180_000_000_000_000
"""Numbers no one of ``gente`` has."""

CIUDADES_SISBEN: Final = [
    "11001",
    "05001",
    "76001",
    "08001",
    "13001",
    "68001",
    "54001",
    "73001",
    "66001",
    "50001",
    "52001",
    "23001",
    "17001",
    "47001",
]
"""The fourteen cities of SISBEN III."""
REGIMENES: Final = (
    (400, "RES003"),
    (760, "RES004"),
    (920, "RES001"),
    (940, "RES002"),
    (960, "RES008"),
    (980, "RES007"),
    (1000, "RES011"),
)
"""(per thousand up to here, special regime)."""
PROGRAMAS: Final = ("Familias en Acción", "Ingreso Solidario", "Jóvenes en Acción")
PRODUCTOS: Final = (("1040", "AHORROS"), ("1007", "AHORROS"), ("1507", "DBM"), ("1551", "DBM"))
"""(codigo_banco, tipo_producto) of the products the programmes pay to."""


def preparar(ctx: Contexto) -> None:
    """Macros of the base and table ``nucleo.tomados``, once every part has run."""
    muertes = " ".join(f"WHEN edad >= {desde} THEN {tasa}" for desde, tasa in MUERTES)
    ctx.con.execute(
        f"CREATE OR REPLACE MACRO murio(i, edad) AS "
        f"azar_entero(i, 'muerte', 10000) < CASE {muertes} END"
    )
    ctx.con.execute(
        "CREATE OR REPLACE MACRO fecha_muerte(i) AS "
        "DATE '2020-01-01' + azar_entero(i, 'dia_muerte', 366)::INTEGER"
    )
    tomados = " UNION ALL ".join(f"FROM read_parquet({literal(str(ruta))})" for ruta in ctx.tomados)
    ctx.con.execute(
        "CREATE TABLE nucleo.tomados AS SELECT DISTINCT i::BIGINT AS i "
        f"FROM ({tomados or 'SELECT 0 AS i WHERE false'}) ORDER BY i"
    )


def aportar(ctx: Contexto) -> None:
    """Rows of the registers that are not of everyone, and of the people of no one else."""
    _historia(ctx)
    _otros(ctx)
    _programas(ctx)
    zonas = ", ".join(
        f"('{fila['codigo_municipio']}', '{fila['zona']}')"
        for fila in tablas.leer("zonas_upc_2020")
    )
    ctx.aportar("zonas_upc", f"FROM (VALUES {zonas}) AS z(codigo_municipio, zona)")


def _libres(desde: int, hasta: int) -> str:
    """The people of a stretch whom no part took, with their death if they died."""
    return (
        "(SELECT *, murio(i, edad) AS muerto, fecha_muerte(i) AS muerte "
        f"FROM nucleo.gente WHERE i >= {desde} AND i < {hasta} "
        f"AND i NOT IN (SELECT i FROM nucleo.tomados WHERE i >= {desde} AND i < {hasta}))"
    )


_TODOS: Final = (1, 1 << 40)


# --- registers of everyone -------------------------------------------------------------------


def bdua(desde: int, hasta: int) -> str:
    """Everyone active since the affiliation; the dead of 2020 have a second row, AF."""
    return f"""
        WITH vida AS (
            SELECT * REPLACE (
                muerto AND azar_entero(i, 'olvido', 1000) >= {OLVIDADOS} AS muerto
            ) FROM {_libres(desde, hasta)}
        ), filas AS (
            SELECT *, 'AC' AS estado, fecha_afiliacion_eps AS desde,
                   CASE WHEN muerto THEN muerte - 1 END AS hasta
            FROM vida
            UNION ALL
            SELECT *, 'AF', muerte, NULL FROM vida WHERE muerto
        )
        SELECT afl(i) AS afl_id, codigo_eps,
               doc_tipo(cabeza_i, NULL) AS tipo_documento_cabeza,
               doc_numero(cabeza_i, NULL) AS numero_documento_cabeza,
               doc_tipo(i, edad) AS tipo_documento, doc_numero(i, edad) AS numero_documento,
               {_NOMBRES}, fecha_nacimiento, sexo, tipo_afiliado, {_PARENTESCO} AS parentesco,
               CASE WHEN regimen = 'S' THEN {_NIVEL} END AS nivel_sisben,
               codigo_municipio, zona, fecha_afiliacion_eps AS fecha_afiliacion_sgsss,
               fecha_afiliacion_eps, estado, desde AS fecha_estado, afl(cabeza_i) AS afl_id_cabeza,
               regimen, desde, hasta
        FROM filas
    """


def rnec(desde: int, hasta: int) -> str:
    """Cédulas: alive, dead of 2020, and those cancelled or in process for another reason."""
    estados = " ".join(
        f"WHEN suerte < {limite} THEN {{estado: '{codigo}', texto: '{texto}'}}"
        for limite, codigo, texto in _acumulados()
    )
    return f"""
        SELECT doc_numero(i, edad) AS numero_documento, 0 AS cod_error,
               cedula.estado AS estado_cedula, cedula.texto AS descripcion_estado,
               {_NOMBRES},
               CASE WHEN sexo = 'F' AND azar_entero(i, 'particula', 1000) < {CON_PARTICULA}
                    THEN 'DE' END AS particula,
               CASE WHEN azar_entero(i, 'sin_nacimiento', 1000) >= {SIN_NACIMIENTO}
                    THEN fecha_nacimiento END AS fecha_nacimiento,
               (fecha_nacimiento + INTERVAL 18 YEAR)::DATE AS fecha_expedicion,
               CASE WHEN cedula.estado = '21' THEN muerte END AS fecha_defuncion,
               CASE WHEN muerto THEN muerte + azar_entero(i, 'aviso', 30)::INTEGER
                    END AS fecha_afectacion
        FROM (
            SELECT *, azar_entero(i, 'cedula', 10000) AS suerte,
                   CASE WHEN muerto AND azar_entero(i, 'facultad', 1000) < {FACULTAD}
                        THEN {{estado: '51', texto: 'CANCELADA POR MUERTE LEY 1365 DE 2009'}}
                        WHEN muerto THEN {{estado: '21', texto: 'CANCELADA POR MUERTE'}}
                        {estados} ELSE {{estado: '0', texto: 'VIGENTE'}} END AS cedula
            FROM {_libres(desde, hasta)}
        )
        WHERE doc_tipo(i, edad) = 'CC'
    """


def bdua_grupo_familiar(desde: int, hasta: int) -> str:
    """Who lives with whom: the members of a household other than its head."""
    return f"""
        SELECT afl(cabeza_i) AS afl_id_cabeza, afl(i) AS afl_id, {_PARENTESCO} AS parentesco,
               fecha_afiliacion_eps AS desde, codigo_eps,
               CASE WHEN muerto THEN muerte - 1 END AS hasta
        FROM {_libres(desde, hasta)} WHERE NOT es_cabeza
    """


def sisben(desde: int, hasta: int) -> str:
    """Households of the RS; some people are in two fichas, and some with an old document."""
    ciudades = ", ".join(f"'{codigo}'" for codigo in CIUDADES_SISBEN)
    return f"""
        WITH censados AS (
            SELECT *, hogar::VARCHAR AS ficha FROM {_libres(desde, hasta)} WHERE regimen = 'S'
        ), fichas AS (
            FROM censados
            UNION ALL
            SELECT * REPLACE ('9' || lpad(ficha, 9, '0') AS ficha) FROM censados
            WHERE azar_entero(i, 'dos_fichas', 1000) < {DOS_FICHAS}
        ), areas AS (
            SELECT *, CASE WHEN zona = 'R' THEN '3' WHEN codigo_municipio IN ({ciudades}) THEN '1'
                           ELSE '2' END AS area_corte,
                   azar_entero(hogar, 'puntaje', 10000) AS puntos
            FROM fichas
        )
        SELECT codigo_municipio, ficha, '1' AS hogar, (capa + 1)::VARCHAR AS orden_persona,
               CASE WHEN edad = 7 AND azar_entero(i, 'viejo', 1000) < {DOCUMENTO_VIEJO} THEN 'RC'
                    ELSE doc_tipo(i, edad) END AS tipo_documento,
               doc_numero(i, edad) AS numero_documento, {_NOMBRES}, fecha_nacimiento, sexo,
               {_PARENTESCO} AS parentesco, area_corte,
               CASE WHEN zona = 'U' THEN '1' ELSE (2 + hogar % 2)::VARCHAR END AS zona,
               (puntos * CASE area_corte WHEN '1' THEN 5486 WHEN '2' THEN 5157 ELSE 3780 END
                   // 10000 / 100)::DECIMAL(5, 2) AS puntaje
        FROM areas
    """


BASE: Final[dict[str, Filas]] = {
    "bdua": bdua,
    "bdua_grupo_familiar": bdua_grupo_familiar,
    "rnec": rnec,
    "sisben": sisben,
}
"""Registers written by stretches of people."""

_NOMBRES: Final = (
    "apellido1(i) AS primer_apellido, apellido2(i) AS segundo_apellido, "
    "nombre1(i, sexo) AS primer_nombre, nombre2(i, sexo) AS segundo_nombre"
)
_PARENTESCO: Final = (
    "CASE WHEN es_cabeza THEN NULL WHEN edad < 18 THEN 'H' WHEN capa = 1 THEN 'C' "
    "WHEN edad < 30 THEN 'H' WHEN edad >= 60 THEN 'P' ELSE 'O' END"
)
"""H hijo, C cónyuge, P padre o madre, O otro: the code list is data (registers §3)."""
_NIVEL: Final = "CASE WHEN azar_entero(hogar, 'puntaje', 10000) < 8700 THEN '1' ELSE '2' END"


def _acumulados() -> list[tuple[int, str, str]]:
    suma, lista = 0, []
    for tasa, codigo, texto in ESTADOS_CEDULA:
        suma += tasa
        lista.append((suma, codigo, texto))
    return lista


# --- the others ------------------------------------------------------------------------------


def _historia(ctx: Contexto) -> None:
    """Documents people had before: registro civil, tarjeta de identidad, PE."""
    ctx.aportar(
        "bdua_historia_identificacion",
        f"""
        WITH libres AS (
            SELECT *, doc_tipo(i, edad) AS tipo, doc_numero(i, edad) AS numero,
                   azar_entero(i, 'cambio', 1000) AS suerte
            FROM {_libres(*_TODOS)}
        )
        SELECT afl(i) AS afl_id, 'RC' AS tipo_documento, numero AS numero_documento,
               fecha_nacimiento AS desde,
               (fecha_nacimiento + INTERVAL 7 YEAR)::DATE - 1 AS hasta, codigo_eps
        FROM libres WHERE tipo = 'TI' AND (edad < {EDAD_RC_TI} OR suerte < {CAMBIOS})
        UNION ALL
        SELECT afl(i), 'TI', numero, (fecha_nacimiento + INTERVAL 7 YEAR)::DATE,
               (fecha_nacimiento + INTERVAL 18 YEAR)::DATE - 1, codigo_eps
        FROM libres
        WHERE tipo = 'CC' AND edad < 36 AND (edad < {EDAD_TI_CC} OR suerte < {CAMBIOS})
        UNION ALL
        SELECT afl(i), 'PE', ({PRIMERA_CEDULA_VIEJA} + i)::VARCHAR, DATE '2017-08-01',
               DATE '2019-06-30', codigo_eps
        FROM libres WHERE tipo = 'CC' AND azar_entero(i, 'de_pe', 1000) < {DE_PE}
        """,
    )


def _otros(ctx: Contexto) -> None:
    """People of the special regimes, and cédulas of people in no other register."""
    n, sin_afiliar = ctx.plan.n(EXCEPTUADOS), ctx.plan.n(SIN_AFILIAR)
    regimenes = " ".join(f"WHEN suerte < {hasta} THEN '{codigo}'" for hasta, codigo in REGIMENES)
    ctx.aportar(
        "bdex",
        f"""
        SELECT CASE {regimenes} END AS codigo_regimen,
               CASE WHEN x % 4 = 0 THEN 'TI' ELSE 'CC' END AS tipo_documento,
               ({PRIMER_EXCEPTUADO} + x)::VARCHAR AS numero_documento,
               CASE WHEN x % 4 = 1 THEN 'C' ELSE 'B' END AS tipo_afiliado,
               DATE '2010-01-01' + azar_entero(x, 'bdex_desde', 3000)::INTEGER AS desde
        FROM (SELECT x, azar_entero(x, 'bdex', 1000) AS suerte FROM range({n}) r(x))
        """,
    )
    ctx.aportar(
        "rnec",
        f"""
        SELECT numero::VARCHAR AS numero_documento, 0 AS cod_error, '0' AS estado_cedula,
               'VIGENTE' AS descripcion_estado,
               apellido1(numero) AS primer_apellido, apellido2(numero) AS segundo_apellido,
               nombre1(numero, sexo) AS primer_nombre, nombre2(numero, sexo) AS segundo_nombre
        FROM (
            SELECT numero, CASE WHEN azar(numero, 'sexo') < 0.5 THEN 'F' ELSE 'M' END AS sexo
            FROM (
                SELECT {PRIMER_EXCEPTUADO} + x AS numero FROM range({n}) r(x) WHERE x % 4 > 0
                UNION ALL
                SELECT {PRIMER_SIN_AFILIAR} + x FROM range({sin_afiliar}) r(x)
            )
        )
        """,
    )


def _programas(ctx: Contexto) -> None:
    """A bank product known by a social programme, of some heads of the RS."""
    programas = ", ".join(f"'{nombre}'" for nombre in PROGRAMAS)
    productos = ", ".join(f"{{banco: '{b}', tipo: '{t}'}}" for b, t in PRODUCTOS)
    ctx.aportar(
        "programas",
        f"""
        SELECT ([{programas}])[1 + azar_entero(i, 'programa', {len(PROGRAMAS)})] AS programa,
               doc_tipo(i, edad) AS tipo_documento, doc_numero(i, edad) AS numero_documento,
               concat_ws(' ', nombre1(i, sexo), nombre2(i, sexo), apellido1(i), apellido2(i))
                   AS nombre,
               producto.banco AS codigo_banco, producto.tipo AS tipo_producto,
               (3000000000 + i)::VARCHAR AS numero_producto, 'PAGADO' AS estado_ultimo_giro,
               DATE '2020-04-01' + azar_entero(i, 'ultimo_giro', 270)::INTEGER
                   AS fecha_ultimo_giro
        FROM (
            SELECT *, ([{productos}])[1 + azar_entero(i, 'producto', {len(PRODUCTOS)})] AS producto
            FROM {_libres(*_TODOS)}
            WHERE es_cabeza AND regimen = 'S' AND NOT muerto
              AND azar_entero(i, 'en_programa', 1000) < {CON_PROGRAMA}
        )
        """,
    )
