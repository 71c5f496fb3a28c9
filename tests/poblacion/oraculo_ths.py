"""Oracle of talento humano: §4 and §5 of its dossier in plain DuckDB SQL, over files.

Written from the dossier, apart from the generator and from the product's rules, to prove the
truth of the synthetic country. One view per step; the result has fila, estado, codigos,
valor_centavos.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from shared.normativa import tablas
from shared.poblacion import talento_humano

ENTRADA = [
    "reportante_tipo",
    "reportante_codigo",
    "reportante_nit",
    "reportante_dv",
    "codigo_departamento",
    "tipo_documento",
    "numero_documento",
    "primer_apellido",
    "segundo_apellido",
    "primer_nombre",
    "segundo_nombre",
    "codigo_perfil",
    "actividad",
    "codigo_servicio",
    "tipo_vinculacion",
    "fecha_inicio",
    "fecha_fin",
    "codigo_banco",
    "tipo_producto",
    "numero_producto",
    "correo",
    "celular",
]
REGISTROS = {
    "rethus": "tipo_documento numero_documento profesion fecha_autorizacion",
    "sso": "tipo_documento numero_documento profesion fecha_inicio fecha_fin",
    "bdua": "tipo_documento numero_documento regimen tipo_afiliado estado desde hasta",
    "rnec": (
        "numero_documento cod_error estado_cedula primer_apellido segundo_apellido "
        "primer_nombre segundo_nombre"
    ),
    "bdex": "tipo_documento numero_documento desde hasta",
    "rethus_sanciones": "tipo_documento numero_documento desde hasta",
    "historia": "tipo_documento numero_documento estado codigos",
}
FECHAS = {"fecha_autorizacion", "fecha_inicio", "fecha_fin", "desde", "hasta"}
OBLIGATORIOS = {"rethus", "sso", "bdua", "rnec"}
BANCOS = [
    "1001", "1002", "1006", "1014", "1007", "1009", "1012", "1013", "1019", "1023", "1032", "1040",
    "1051", "1052", "1059", "1061", "1062", "1507", "1551", "1801",
]  # fmt: skip
"""Registers §17.1."""
COBRADO = [
    "LIQUIDADO",
    "ESPERA_PRESUPUESTO",
    "RECONOCIDO",
    "ESPERA_CUENTA",
    "ORDENADO",
    "PAGADO",
    "RECHAZADO",
    "PENDIENTE_REPROGRAMACION",
]
"""States of THS-15."""


def juzgar(con: duckdb.DuckDBPyConnection, carpetas: tuple[Path, ...], entrada: Path) -> None:
    """Table ``oraculo``: fila, estado, codigos, valor_centavos for each row of ``entrada``.

    A register is looked for in the folders in order; one that no folder has is empty.
    """
    _macros(con)
    _cargar(con, carpetas, entrada)
    con.execute(FORMA)
    con.execute(PERSONA)
    con.execute(HALLAZGOS)
    con.execute(RESULTADO)


def _lista(valores: list[str]) -> str:
    return "(" + ", ".join(f"'{valor}'" for valor in valores) + ")"


def _macros(con: duckdb.DuckDBPyConnection) -> None:
    for macro in (
        "fecha(x) AS CASE WHEN regexp_full_match(x, '\\d{4}-\\d{2}-\\d{2}') "
        "THEN try_cast(x AS DATE) END",
        # Registers §12-13: what is stripped depends on the type.
        "documento(tipo, x) AS CASE WHEN tipo IN ('CC', 'TI', 'CE', 'PE') "
        "THEN ltrim(regexp_replace(x, '[ .,]', '', 'g'), '0') ELSE x END",
        # Registers §6: tokens of a name.
        "palabras(x) AS list_filter(string_split(trim(regexp_replace(upper(strip_accents("
        "coalesce(x, ''))), '[^A-Z0-9]+', ' ', 'g')), ' '), lambda p: p <> '' AND "
        "p NOT IN ('DE', 'DEL', 'LA', 'LAS', 'LOS', 'Y'))",
        "campo(x) AS array_to_string(palabras(x), ' ')",
        "pliega(x) AS trim(regexp_replace(upper(strip_accents(x)), '[^A-Z0-9]+', ' ', 'g'))",
        "conjunto(a, b, c, d) AS list_sort(list_distinct(palabras(concat_ws(' ', a, b, c, d))))",
        "solapa(d, h, a, b) AS d <= b AND (h IS NULL OR a <= h)",
        # Registers §14; the weights from the left are those of nine digits.
        "digito(nit) AS (CASE WHEN list_sum(list_transform(range(1, 10), lambda k: "
        "substr(nit, k, 1)::INTEGER * ([41, 37, 29, 23, 19, 17, 13, 7, 3])[k])) % 11 < 2 "
        "THEN list_sum(list_transform(range(1, 10), lambda k: "
        "substr(nit, k, 1)::INTEGER * ([41, 37, 29, 23, 19, 17, 13, 7, 3])[k])) % 11 "
        "ELSE 11 - list_sum(list_transform(range(1, 10), lambda k: "
        "substr(nit, k, 1)::INTEGER * ([41, 37, 29, 23, 19, 17, 13, 7, 3])[k])) % 11 "
        "END)::VARCHAR",
    ):
        con.execute(f"CREATE OR REPLACE MACRO {macro}")


def _cargar(con: duckdb.DuckDBPyConnection, carpetas: tuple[Path, ...], entrada: Path) -> None:
    columnas = ", ".join(f"nullif(trim({c}::VARCHAR), '') AS {c}" for c in ENTRADA)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE entrada AS "
        f"SELECT row_number() OVER () AS fila, {columnas} FROM {_leer(entrada)}"
    )
    for nombre, texto in REGISTROS.items():
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {nombre} AS {_registro(nombre, texto, carpetas)}"
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE catalogo AS "
        f"SELECT codigo_perfil, valor_cop::BIGINT AS valor FROM {_catalogo(carpetas)}"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE alias AS FROM {_leer(talento_humano.ALIAS)}")
    for tabla, columna in (
        ("ths_perfiles_rethus", "codigo_perfil"),
        ("ths_servicios", "codigo_servicio"),
        ("divipola_departamentos", "codigo"),
    ):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {tabla} AS SELECT *, {columna} AS codigo_ "
            f"FROM {_leer(tablas.ruta(tabla))}"
        )


def _leer(archivo: Path) -> str:
    if archivo.suffix == ".parquet":
        return f"read_parquet('{archivo}')"
    return f"read_csv('{archivo}', all_varchar = true, nullstr = '')"


def _buscar(nombre: str, carpetas: tuple[Path, ...]) -> Path | None:
    for carpeta in carpetas:
        for sufijo in (".parquet", ".csv"):
            if (carpeta / f"{nombre}{sufijo}").is_file():
                return carpeta / f"{nombre}{sufijo}"
    return None


def _registro(nombre: str, texto: str, carpetas: tuple[Path, ...]) -> str:
    archivo = _buscar(nombre, carpetas)
    columnas = [
        (c, f"fecha({c}::VARCHAR)" if c in FECHAS else f"{c}::VARCHAR") for c in texto.split()
    ]
    if archivo is not None:
        return f"SELECT {', '.join(f'{e} AS {c}' for c, e in columnas)} FROM {_leer(archivo)}"
    if nombre in OBLIGATORIOS:
        raise FileNotFoundError(nombre)
    tipos = ", ".join(f"NULL::{'DATE' if c in FECHAS else 'VARCHAR'} AS {c}" for c, _ in columnas)
    return f"SELECT {tipos} WHERE false"


def _catalogo(carpetas: tuple[Path, ...]) -> str:
    return _leer(_buscar("ths_perfiles", carpetas) or tablas.ruta("ths_perfiles"))


DOCUMENTOS = """
    CASE tipo_documento
        WHEN 'CC' THEN regexp_full_match(numero, '\\d{3,10}')
        WHEN 'CE' THEN regexp_full_match(numero, '\\d{3,7}')
        WHEN 'PE' THEN regexp_full_match(numero, '\\d{15}')
        WHEN 'PA' THEN regexp_full_match(numero, '[A-Z0-9]{3,16}')
        WHEN 'CD' THEN regexp_full_match(numero, '[A-Z0-9]{3,11}')
        WHEN 'SC' THEN regexp_full_match(numero, '[A-Z0-9]{9,16}')
        ELSE false END
"""
FORMA = f"""
    CREATE OR REPLACE TEMP TABLE forma AS
    WITH leida AS (
        SELECT *, documento(tipo_documento, numero_documento) AS numero,
               fecha(fecha_inicio) AS inicio, fecha(fecha_fin) AS fin
        FROM entrada
    )
    SELECT *, coalesce(
        CASE reportante_tipo
            WHEN 'IPS' THEN regexp_full_match(reportante_codigo, '\\d{{10}}')
            WHEN 'ET' THEN regexp_full_match(reportante_codigo, '\\d{{2}}(\\d{{3}})?')
            WHEN 'INS' THEN reportante_codigo = 'INS' ELSE false END
        AND CASE WHEN regexp_full_match(reportante_nit, '\\d{{9}}')
            THEN reportante_dv = digito(reportante_nit) ELSE false END
        AND CASE WHEN reportante_tipo = 'INS' THEN codigo_departamento IS NULL
            ELSE codigo_departamento IN (SELECT codigo_ FROM divipola_departamentos) END
        AND {DOCUMENTOS}
        AND primer_apellido IS NOT NULL AND length(primer_apellido) <= 60
        AND primer_nombre IS NOT NULL AND length(primer_nombre) <= 60
        AND codigo_perfil IN (SELECT codigo_ FROM ths_perfiles_rethus)
        AND actividad IN ('ATENCION', 'VIGILANCIA_EPIDEMIOLOGICA', 'OTRA')
        AND CASE WHEN codigo_servicio IS NULL THEN actividad <> 'ATENCION'
            ELSE codigo_servicio IN (SELECT codigo_ FROM ths_servicios) END
        AND coalesce(tipo_vinculacion IN
            ('PLANTA', 'PRESTACION_SERVICIOS', 'TEMPORAL', 'OTRO'), true)
        AND inicio IS NOT NULL AND fin IS NOT NULL AND fin >= inicio
        AND coalesce(length(correo) <= 120, true)
        AND coalesce(regexp_full_match(celular, '\\d{{10}}'), true), false) AS pasa,
        greatest(inicio, DATE '2020-04-01') AS w_inicio, least(fin, DATE '2020-07-31') AS w_fin,
        w_inicio <= w_fin AS w
    FROM leida
"""
# One row per submitted row that passed FORMA, with what each register answers about the person.
PERSONA = f"""
    CREATE OR REPLACE TEMP TABLE persona AS
    WITH f AS (SELECT * FROM forma WHERE pasa),
    r AS (
        SELECT numero_documento AS numero, primer_apellido AS pa, segundo_apellido AS sa,
               primer_nombre AS pn, segundo_nombre AS sn,
               CASE WHEN estado_cedula IN ('0', '1', '12', '14') THEN 'VIGENTE'
                    WHEN estado_cedula IN ('21', '51') THEN 'FALLECIDO'
                    WHEN try_cast(estado_cedula AS INTEGER) BETWEEN 22 AND 28
                      OR try_cast(estado_cedula AS INTEGER) BETWEEN 52 AND 56 THEN 'CANCELADA'
                    ELSE 'PENDIENTE' END AS clase
        FROM rnec WHERE coalesce(cod_error, '0') = '0'
    ),
    por_cedula AS (
        SELECT fila, clase,
               CASE WHEN conjunto(primer_apellido, segundo_apellido, primer_nombre,
                                  segundo_nombre) = conjunto(pa, sa, pn, sn) THEN 'IGUAL'
                    WHEN campo(primer_apellido) = campo(pa)
                     AND levenshtein(campo(segundo_apellido), campo(sa)) <= 1
                     AND levenshtein(campo(primer_nombre), campo(pn)) <= 1
                     AND levenshtein(campo(segundo_nombre), campo(sn)) <= 1 THEN 'PARECIDO'
                    ELSE 'DISTINTO' END AS nombres
        FROM f JOIN r USING (numero) WHERE tipo_documento = 'CC'
    ),
    titulos AS (
        SELECT fila, count(*) AS titulos, count(t.fecha_autorizacion) AS con_fecha,
               bool_or(t.fecha_autorizacion <= fin) AS autorizado
        FROM f JOIN rethus t ON t.tipo_documento = f.tipo_documento AND t.numero_documento = numero
        GROUP BY fila
    ),
    servicio AS (
        SELECT DISTINCT fila FROM f JOIN sso s ON s.tipo_documento = f.tipo_documento
          AND s.numero_documento = numero AND solapa(s.fecha_inicio, s.fecha_fin, inicio, fin)
    ),
    sancion AS (
        SELECT DISTINCT fila FROM f JOIN rethus_sanciones s ON s.tipo_documento = f.tipo_documento
          AND s.numero_documento = numero AND solapa(s.desde, s.hasta, inicio, fin)
    ),
    profesiones AS (
        SELECT fila, t.profesion FROM f JOIN rethus t
          ON t.tipo_documento = f.tipo_documento AND t.numero_documento = numero
        UNION ALL
        SELECT fila, s.profesion FROM f JOIN sso s ON s.tipo_documento = f.tipo_documento
          AND s.numero_documento = numero AND solapa(s.fecha_inicio, s.fecha_fin, inicio, fin)
    ),
    lista AS (
        SELECT DISTINCT codigo_perfil AS codigo, pliega(profesion) AS texto
        FROM (SELECT codigo_perfil, profesion FROM ths_perfiles_rethus UNION ALL FROM alias)
    ),
    perfiles AS (
        SELECT p.fila, bool_or(l.codigo = f.codigo_perfil) AS suyo
        FROM profesiones p JOIN lista l ON l.texto = pliega(p.profesion)
        JOIN f USING (fila) GROUP BY p.fila
    ),
    afiliacion AS (
        SELECT fila, bool_or(b.regimen = 'C' AND b.tipo_afiliado = 'C'
                             AND b.estado IN ('AC', 'PL', 'AE')) AS cotiza
        FROM f JOIN bdua b ON b.tipo_documento = f.tipo_documento AND b.numero_documento = numero
          AND solapa(b.desde, b.hasta, w_inicio, w_fin)
        WHERE w GROUP BY fila
    ),
    excepcion AS (
        SELECT DISTINCT fila FROM f JOIN bdex b ON b.tipo_documento = f.tipo_documento
          AND b.numero_documento = numero AND solapa(b.desde, b.hasta, w_inicio, w_fin) WHERE w
    ),
    antes AS (
        SELECT fila, bool_or(list_contains(string_split(coalesce(h.codigos, ''), ';'), 'THS-07'))
                   AS sin_titulo, bool_or(h.estado IN {_lista(COBRADO)}) AS cobrado
        FROM f JOIN historia h
          ON h.tipo_documento = f.tipo_documento AND h.numero_documento = numero
        GROUP BY fila
    )
    SELECT f.*, clase, nombres, coalesce(titulos, 0) AS titulos,
           coalesce(con_fecha, 0) AS con_fecha,
           coalesce(autorizado, false) AS autorizado, servicio.fila IS NOT NULL AS en_sso,
           sancion.fila IS NOT NULL AS sancionado, perfiles.fila IS NOT NULL AS perfil_conocido,
           coalesce(suyo, false) AS perfil_suyo, afiliacion.fila IS NOT NULL AS en_bdua,
           coalesce(cotiza, false) AS cotiza, excepcion.fila IS NOT NULL AS en_bdex,
           coalesce(sin_titulo, false) AS reincide, coalesce(cobrado, false) AS cobrado, valor
    FROM f LEFT JOIN por_cedula USING (fila) LEFT JOIN titulos USING (fila)
    LEFT JOIN servicio ON servicio.fila = f.fila LEFT JOIN sancion ON sancion.fila = f.fila
    LEFT JOIN perfiles ON perfiles.fila = f.fila LEFT JOIN afiliacion ON afiliacion.fila = f.fila
    LEFT JOIN excepcion ON excepcion.fila = f.fila LEFT JOIN antes ON antes.fila = f.fila
    LEFT JOIN catalogo ON catalogo.codigo_perfil = f.codigo_perfil
"""
# Effects of every rule but THS-15, which looks at what the other ones say of earlier rows.
_SIN_15 = f"""
    SELECT fila, unnest([
        CASE WHEN tipo_documento <> 'CC' OR clase = 'PENDIENTE' THEN ('THS-04', 'AVISO')
             WHEN clase IS NULL OR clase = 'CANCELADA' THEN ('THS-04', 'CORRECCION') END,
        CASE nombres WHEN 'DISTINTO' THEN ('THS-05', 'CORRECCION')
                     WHEN 'PARECIDO' THEN ('THS-05', 'AVISO') END,
        CASE WHEN clase = 'FALLECIDO' THEN ('THS-06', 'DESVIO') END,
        CASE WHEN titulos = 0 AND NOT en_sso THEN
             ('THS-07', CASE WHEN reincide THEN 'RECHAZO' ELSE 'CORRECCION' END) END,
        CASE WHEN titulos = 0 THEN NULL
             WHEN sancionado THEN ('THS-08', 'RECHAZO')
             WHEN autorizado OR en_sso THEN NULL
             WHEN con_fecha = 0 THEN ('THS-08', 'AVISO')
             ELSE ('THS-08', 'RECHAZO') END,
        CASE WHEN (titulos = 0 AND NOT en_sso) OR perfil_suyo THEN NULL
             WHEN perfil_conocido THEN ('THS-09', 'CORRECCION')
             ELSE ('THS-09', 'AVISO') END,
        CASE WHEN valor IS NULL THEN ('THS-10', 'RETENCION') END,
        CASE WHEN NOT w OR en_bdex OR cotiza THEN NULL
             WHEN en_bdua THEN ('THS-11', 'RECHAZO') ELSE ('THS-11', 'CORRECCION') END,
        CASE WHEN w AND en_bdex THEN ('THS-12', 'DESVIO') END,
        CASE WHEN NOT w THEN ('THS-13', 'RECHAZO') END,
        CASE WHEN actividad = 'OTRA' THEN ('THS-14', 'RECHAZO') END,
        CASE WHEN coalesce(codigo_banco, tipo_producto, numero_producto) IS NOT NULL
              AND NOT coalesce(codigo_banco IN {_lista(BANCOS)}
                AND tipo_producto IN ('AHORROS', 'CORRIENTE')
                AND regexp_full_match(numero_producto, '\\d{{4,17}}'), false)
             THEN ('THS-16', 'CORRECCION') END
    ]) AS h
    FROM persona
"""
HALLAZGOS = f"""
    CREATE OR REPLACE TEMP TABLE hallazgos AS
    WITH sin_15 AS (
        SELECT fila, h[1] AS codigo, h[2] AS efecto FROM ({_SIN_15}) WHERE h IS NOT NULL
    ),
    limpias AS (
        SELECT fila, tipo_documento, numero FROM persona
        WHERE fila NOT IN (SELECT fila FROM sin_15 WHERE efecto <> 'AVISO')
    ),
    primera AS (
        SELECT tipo_documento, numero, min(fila) AS gana FROM limpias GROUP BY ALL
    )
    SELECT * FROM sin_15
    UNION ALL
    SELECT fila, 'THS-15', 'RECHAZO' FROM persona LEFT JOIN primera USING (tipo_documento, numero)
    WHERE cobrado OR coalesce(gana < fila, false)
"""
RESULTADO = """
    CREATE OR REPLACE TEMP TABLE oraculo AS
    WITH resumen AS (
        SELECT fila, string_agg(codigo, ';' ORDER BY codigo) AS codigos,
               bool_or(efecto = 'RECHAZO' AND codigo <> 'THS-15') AS rechazo,
               bool_or(codigo = 'THS-15') AS repetida,
               bool_or(efecto = 'CORRECCION') AS correccion,
               bool_or(codigo = 'THS-06') AS fallecido, bool_or(codigo = 'THS-12') AS excepcion,
               bool_or(codigo = 'THS-10') AS sin_valor
        FROM hallazgos GROUP BY fila
    )
    SELECT fila, CASE WHEN NOT forma.pasa THEN 'EN_CORRECCION' WHEN rechazo THEN 'NO_CUMPLE'
                WHEN repetida THEN 'DUPLICADO' WHEN correccion THEN 'EN_CORRECCION'
                WHEN fallecido THEN 'EN_TRAMITE_FALLECIDO'
                WHEN excepcion THEN 'EN_ESPERA_EXCEPCION'
                WHEN sin_valor THEN 'PENDIENTE_CATALOGO' ELSE 'LIQUIDADO' END AS estado,
           CASE WHEN forma.pasa THEN coalesce(codigos, '') ELSE 'THS-03' END AS codigos,
           CASE WHEN estado = 'LIQUIDADO' THEN 100 * persona.valor ELSE 0 END AS valor_centavos
    FROM forma LEFT JOIN resumen USING (fila) LEFT JOIN persona USING (fila)
    ORDER BY fila
"""
