"""The rules of the CET (dossier ``compensacion_rs`` §4–§7) in plain SQL, written from the dossier.

An independent second reading, to prove the truth of ``shared.poblacion.compensacion_rs``; the
product has its own rules. It takes files, never the tables of the generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from shared.normativa import tablas
from tests.poblacion.documentos import FORMATOS

DESDE: Final = "DATE '2020-08-10'"
HASTA: Final = "DATE '2022-06-30'"
SIETE_DIAS: Final = "DATE '2022-01-07'"

_DOC: Final = "tipo_documento numero_documento "
_NOMBRES: Final = "primer_apellido segundo_apellido primer_nombre segundo_nombre "
COLUMNAS: Final = {
    "entrada": "codigo_eps id_cargue consecutivo "
    + _DOC
    + _NOMBRES
    + "fecha_nacimiento fecha_confirmacion id_muestra aislamiento_inicio aislamiento_fin "
    "cumple_aislamiento fallecido fecha_defuncion id_nucleo tipo_documento_receptor "
    "numero_documento_receptor celular correo direccion codigo_municipio codigo_banco "
    "tipo_producto numero_producto",
    "familiares": "codigo_eps id_nucleo " + _DOC + "fecha_nacimiento parentesco vivo",
    "segcovid": "id_caso tipo_registro "
    + _DOC
    + "clasificacion fecha_confirmacion cumple_aislamiento",
    "bdua": "afl_id "
    + _DOC
    + _NOMBRES
    + "fecha_nacimiento codigo_eps regimen estado desde hasta tipo_documento_cabeza "
    "numero_documento_cabeza",
    "bdua_grupo_familiar": "afl_id_cabeza afl_id desde hasta",
    "sisben": "codigo_municipio ficha hogar " + _DOC,
    "rnec": "numero_documento cod_error estado_cedula",
    "historia": _DOC + "clave_nucleo rol estado codigos",
}
PRECEDENCIA: Final = (
    "PAGADO",
    "EN_NUCLEO_PAGADO",
    "EN_ENROLAMIENTO",
    "NO_PAGO_NUCLEO_ENROLAMIENTO",
    "EN_VALIDACION_BANCARIA",
    "NUCLEO_VALIDACION_BANCARIA",
    "GLOSADO",
    "EN_REVISION_ADRES",
    "EN_CORRECCION_EPS",
    "NUNCA_ENTREGADO",
)

_MACROS: Final = r"""
CREATE MACRO fecha(t) AS
    CASE WHEN regexp_full_match(t, '\d{4}-\d{2}-\d{2}( 00:00:00)?') THEN TRY_CAST(t AS DATE) END;
CREATE MACRO si_no(t) AS CASE WHEN upper(t) IN ('SI', 'S', '1', 'TRUE') THEN 'SI'
    WHEN upper(t) IN ('NO', 'N', '0', 'FALSE') THEN 'NO' END;
CREATE MACRO numero(tipo, n) AS CASE WHEN upper(tipo) IN ('CC', 'TI', 'CE', 'PE')
    THEN ltrim(regexp_replace(n, '[., ]', '', 'g'), '0') ELSE upper(n) END;
CREATE MACRO plegado(t) AS trim(regexp_replace(regexp_replace(
    regexp_replace(upper(strip_accents(coalesce(t, ''))), '[^A-Z0-9]+', ' ', 'g'),
    '\b(DE|DEL|LA|LAS|LOS|Y)\b', ' ', 'g'), ' +', ' ', 'g'));
CREATE MACRO fichas(a, b, c, d) AS list_sort(list_distinct(list_filter(
    string_split(concat_ws(' ', plegado(a), plegado(b), plegado(c), plegado(d)), ' '),
    lambda x: x <> '')));
CREATE MACRO vigente(desde, hasta, d) AS desde <= d AND (hasta IS NULL OR d <= hasta);
CREATE MACRO adulto(nacimiento, d) AS
    coalesce(date_diff('year', nacimiento, d)
        - (strftime(nacimiento, '%m%d') > strftime(d, '%m%d'))::INTEGER >= 18, false);
"""


class Oraculo:
    """Judges one submission; ``filas`` and ``universo`` give what must come out."""

    def __init__(self, entrada: Path, *carpetas: Path) -> None:
        self.con = duckdb.connect()
        for macro in _MACROS.split(";\n"):
            if macro.strip():
                self.con.execute(macro)
        self._codigos_de_la_suite()
        rutas = _archivos(carpetas)
        self.hay = {nombre: nombre in rutas for nombre in COLUMNAS}
        for nombre in COLUMNAS:
            self._leer(nombre, entrada if nombre == "entrada" else rutas.get(nombre))
        self._entrada()
        self._registros()
        self._casos()
        self._nucleos()
        self._receptores()
        self._reglas()
        self._lideres()
        self._estados()

    def filas(self) -> list[tuple[int, str, str, int]]:
        """(fila, estado, codigos, valor_centavos) of every submitted row."""
        return self.con.execute(
            "SELECT fila, estado, codigos, valor_centavos FROM estados ORDER BY fila"
        ).fetchall()

    def universo(self) -> list[tuple[str, str, int]]:
        """(id_caso, estado, valor_centavos) of every case of the universe."""
        self._universo()
        return self.con.execute(
            "SELECT id_caso, estado, valor_centavos FROM universo ORDER BY id_caso"
        ).fetchall()

    def _codigos_de_la_suite(self) -> None:
        self.con.execute("CREATE TABLE eps (codigo VARCHAR, base VARCHAR)")
        self.con.executemany(
            "INSERT INTO eps VALUES (?, ?)",
            [(f["codigo"], f["codigo_base"]) for f in tablas.leer("eps_2020")],
        )
        self.con.execute("CREATE TABLE divipola (codigo VARCHAR)")
        self.con.executemany(
            "INSERT INTO divipola VALUES (?)",
            [(f["codigo_municipio"],) for f in tablas.leer("divipola_municipios")],
        )
        self.con.execute("CREATE TABLE formatos (tipo VARCHAR, patron VARCHAR)")
        self.con.executemany("INSERT INTO formatos VALUES (?, ?)", list(FORMATOS.items()))

    def _leer(self, nombre: str, ruta: Path | None) -> None:
        """Table ``r_<nombre>``: every column as trimmed text, null when blank or absent."""
        columnas = COLUMNAS[nombre].split()
        if ruta is None:
            nada = ", ".join(f"NULL::VARCHAR AS {c}" for c in columnas)
            self.con.execute(f"CREATE TABLE r_{nombre} AS SELECT {nada} WHERE false")
            return
        origen = (
            f"read_parquet('{ruta}', file_row_number = true)"
            if ruta.suffix == ".parquet"
            else f"(SELECT *, row_number() OVER () - 1 AS file_row_number "
            f"FROM read_csv('{ruta}', all_varchar = true, header = true, quote = ''))"
        )
        propias = {f[0] for f in self.con.execute(f"DESCRIBE FROM {origen}").fetchall()}
        lista = ", ".join(
            f"nullif(trim({c}::VARCHAR), '') AS {c}" if c in propias else f"NULL::VARCHAR AS {c}"
            for c in columnas
        )
        self.con.execute(
            f"CREATE TABLE r_{nombre} AS SELECT file_row_number + 1 AS fila, {lista} FROM {origen}"
        )

    def _entrada(self) -> None:
        """FORMA (CET-00): §3.1, types of ``convenciones`` §1, documents of ``registros`` §13."""
        self.con.execute(
            r"""
            CREATE TABLE e AS
            SELECT fila, upper(codigo_eps) AS codigo_eps, id_cargue, consecutivo,
                   upper(tipo_documento) AS tipo,
                   numero(tipo_documento, numero_documento) AS numero,
                   primer_apellido, segundo_apellido, primer_nombre, segundo_nombre,
                   fecha(fecha_nacimiento) AS nacimiento, fecha_nacimiento,
                   fecha(fecha_confirmacion) AS confirmacion,
                   fecha(aislamiento_inicio) AS inicio, fecha(aislamiento_fin) AS fin,
                   si_no(cumple_aislamiento) AS cumple, si_no(fallecido) AS fallecido,
                   fecha(fecha_defuncion) AS defuncion, fecha_defuncion, id_nucleo,
                   upper(tipo_documento_receptor) AS tipo_r,
                   numero(tipo_documento_receptor, numero_documento_receptor) AS numero_r,
                   celular, correo, direccion, codigo_municipio, codigo_banco,
                   upper(tipo_producto) AS tipo_producto, numero_producto
            FROM r_entrada
            """
        )
        self.con.execute(
            r"""
            CREATE TABLE forma AS
            SELECT fila, NOT coalesce(
                codigo_eps IN (SELECT codigo FROM eps)
                AND length(id_cargue) <= 20 AND regexp_full_match(consecutivo, '\d+')
                AND regexp_full_match(numero, d.patron)
                AND NOT (e.tipo = 'PT' AND confirmacion < DATE '2021-03-01')
                AND length(primer_apellido) <= 60 AND length(primer_nombre) <= 60
                AND (fecha_nacimiento IS NULL OR nacimiento IS NOT NULL)
                AND confirmacion IS NOT NULL AND fin >= inicio
                AND cumple IS NOT NULL AND fallecido IS NOT NULL
                AND (fallecido = 'NO' OR defuncion IS NOT NULL)
                AND (fecha_defuncion IS NULL OR defuncion IS NOT NULL)
                AND length(id_nucleo) <= 20
                AND (tipo_r IS NULL) = (numero_r IS NULL)
                AND (tipo_r IS NULL OR coalesce(regexp_full_match(numero_r, r.patron), false))
                AND coalesce(length(celular), 0) <= 10
                AND coalesce(length(codigo_municipio), 0) <= 5
                AND (codigo_banco IS NULL) = (tipo_producto IS NULL)
                AND (codigo_banco IS NULL) = (numero_producto IS NULL)
                AND (codigo_banco IS NULL OR (regexp_full_match(codigo_banco, '\d{4}')
                    AND tipo_producto IN ('AHORROS', 'CORRIENTE', 'CATS', 'DBM')
                    AND length(numero_producto) <= 20)), false) AS falla
            FROM e LEFT JOIN formatos d ON d.tipo = e.tipo
            LEFT JOIN formatos r ON r.tipo = e.tipo_r
            """
        )

    def _registros(self) -> None:
        """Registers with typed dates and normalised documents, only of people in play."""
        self.con.execute(
            """
            CREATE TABLE familiares AS
            SELECT upper(codigo_eps) AS codigo_eps, id_nucleo, upper(tipo_documento) AS tipo,
                   numero(tipo_documento, numero_documento) AS numero,
                   fecha(fecha_nacimiento) AS nacimiento, parentesco, si_no(vivo) AS vivo
            FROM r_familiares;
            CREATE TABLE segcovid AS
            SELECT id_caso, tipo_documento AS tipo, numero(tipo_documento, numero_documento)
                       AS numero, fecha(fecha_confirmacion) AS f, si_no(cumple_aislamiento)
                       AS cumple
            FROM r_segcovid WHERE tipo_registro = 'CASO' AND clasificacion = 'CONFIRMADO';
            CREATE TABLE bdua AS
            SELECT afl_id, tipo_documento AS tipo, numero(tipo_documento, numero_documento)
                       AS numero, primer_apellido, segundo_apellido, primer_nombre,
                   segundo_nombre, fecha(fecha_nacimiento) AS nacimiento, codigo_eps, regimen,
                   estado, fecha(desde) AS desde, fecha(hasta) AS hasta,
                   tipo_documento_cabeza AS tipo_c,
                   numero(tipo_documento_cabeza, numero_documento_cabeza) AS numero_c
            FROM r_bdua;
            CREATE TABLE grupo AS
            SELECT afl_id_cabeza, afl_id, fecha(desde) AS desde, fecha(hasta) AS hasta
            FROM r_bdua_grupo_familiar;
            CREATE TABLE sisben AS
            SELECT concat_ws(':', 'SISBEN', codigo_municipio, ficha, hogar) AS clave,
                   tipo_documento AS tipo, numero(tipo_documento, numero_documento) AS numero
            FROM r_sisben;
            CREATE TABLE rnec AS
            SELECT numero_documento AS numero, CASE
                       WHEN estado_cedula IN ('21', '51') THEN 'FALLECIDO'
                       WHEN estado_cedula IN ('0', '1', '12', '14') THEN 'VIGENTE'
                       WHEN TRY_CAST(estado_cedula AS INTEGER) BETWEEN 22 AND 28
                         OR TRY_CAST(estado_cedula AS INTEGER) BETWEEN 52 AND 56
                       THEN 'CANCELADA' ELSE 'PENDIENTE' END AS clase
            FROM r_rnec WHERE coalesce(TRY_CAST(cod_error AS INTEGER), 0) = 0;
            CREATE TABLE historia AS
            SELECT tipo_documento AS tipo, numero(tipo_documento, numero_documento) AS numero,
                   clave_nucleo AS clave, rol, estado,
                   coalesce(contains(codigos, 'CET-06'), false) AS con_06
            FROM r_historia;
            """
        )

    def _casos(self) -> None:
        """§4: the case of each person, and which rows are repeated (CET-09)."""
        self.con.execute(
            f"""
            CREATE TABLE casos AS
            SELECT tipo, numero, arg_min(id_caso, orden) AS id_caso, arg_min(f, orden) AS f,
                   arg_min(coalesce(cumple, ''), orden) AS cumple_caso,
                   coalesce(arg_min(f, orden) > {DESDE} AND arg_min(f, orden) <= {HASTA}, false)
                       AS en_universo
            FROM (SELECT *, (NOT coalesce(f > {DESDE} AND f <= {HASTA}, false), f) AS orden
                  FROM segcovid)
            GROUP BY tipo, numero;
            CREATE TABLE buenas AS
            SELECT e.*, coalesce(row_number() OVER (PARTITION BY e.tipo, e.numero
                       ORDER BY e.fila) > 1, false)
                   OR EXISTS (FROM historia h WHERE h.rol = 'CASO' AND h.tipo = e.tipo
                       AND h.numero = e.numero
                       AND NOT (h.estado IN ('EN_CORRECCION_EPS', 'NUNCA_ENTREGADO',
                                             'NO_ADMITIDO')
                                OR (h.estado = 'GLOSADO' AND NOT h.con_06))) AS repetida
            FROM e JOIN forma USING (fila) WHERE NOT falla;
            CREATE TABLE j AS
            SELECT b.*, c.f, c.cumple_caso, c.numero IS NOT NULL AS con_caso,
                   EXISTS (FROM segcovid s WHERE s.numero = b.numero AND s.tipo <> b.tipo)
                       AS otro_tipo,
                   (SELECT base FROM eps WHERE codigo = b.codigo_eps) AS base
            FROM buenas b LEFT JOIN casos c USING (tipo, numero) WHERE NOT repetida;
            """
        )

    def _claves(self, origen: str, destino: str) -> None:
        """``destino(id, cabezas, tipo_c, numero_c, clave)`` of ``origen(id, tipo, numero, f)``.

        §7.2 and §7.4 without the EPS and the alone, which only some callers have.
        """
        self.con.execute(
            f"""
            CREATE TABLE {destino} AS
            WITH filas AS (
                SELECT id, tipo_c, numero_c, false AS del_grupo
                FROM {origen} o JOIN bdua b USING (tipo, numero)
                WHERE vigente(b.desde, b.hasta, o.f) AND numero_c IS NOT NULL
            ), grupos AS (
                SELECT id, c.tipo, c.numero, true
                FROM {origen} o
                JOIN (SELECT DISTINCT tipo, numero, afl_id FROM bdua) b USING (tipo, numero)
                JOIN grupo g ON g.afl_id = b.afl_id AND vigente(g.desde, g.hasta, o.f)
                JOIN (SELECT DISTINCT tipo, numero, afl_id FROM bdua) c
                  ON c.afl_id = g.afl_id_cabeza
            ), cabezas AS (
                SELECT id, count(DISTINCT (tipo_c, numero_c)) AS cabezas,
                       arg_min((tipo_c, numero_c), (NOT del_grupo, tipo_c, numero_c)) AS una
                FROM (FROM filas UNION ALL FROM grupos) GROUP BY id
            ), hogares AS (
                SELECT id, min(s.clave) AS clave
                FROM {origen} o JOIN sisben s USING (tipo, numero) GROUP BY id
            )
            SELECT o.id, coalesce(cabezas, 0) AS cabezas, una[1] AS tipo_c, una[2] AS numero_c,
                   coalesce('BDUA:' || una[1] || ':' || una[2], h.clave) AS clave
            FROM {origen} o LEFT JOIN cabezas USING (id) LEFT JOIN hogares h USING (id)
            """
        )

    def _nucleos(self) -> None:
        self.con.execute(
            "CREATE TABLE pedidos AS SELECT fila AS id, tipo, numero, f FROM j WHERE f IS NOT NULL"
        )
        self._claves("pedidos", "claves")
        self.con.execute(
            """
            CREATE TABLE n AS
            SELECT j.*, coalesce(c.cabezas, 0) AS cabezas, c.tipo_c, c.numero_c,
                   coalesce(c.clave, 'EPS:' || base || ':' || id_nucleo) AS clave
            FROM j LEFT JOIN claves c ON c.id = j.fila
            """
        )

    def _receptores(self) -> None:
        """Candidates to receive (§7.7) with what CET-11 asks of each; the one that stands."""
        self.con.execute(
            """
            CREATE TABLE vecinos AS
            SELECT DISTINCT fila, x.tipo, x.numero, f FROM (
                SELECT n.fila, b.tipo, b.numero, n.f
                FROM n JOIN bdua b ON b.tipo_c = n.tipo_c AND b.numero_c = n.numero_c
                UNION ALL
                SELECT n.fila, b.tipo, b.numero, n.f
                FROM n JOIN bdua c ON c.tipo = n.tipo_c AND c.numero = n.numero_c
                JOIN grupo g ON g.afl_id_cabeza = c.afl_id JOIN bdua b ON b.afl_id = g.afl_id
                UNION ALL
                SELECT n.fila, s.tipo, s.numero, n.f FROM n JOIN sisben s USING (clave)
            ) x
            """
        )
        self.con.execute(
            "CREATE TABLE de_vecinos AS SELECT row_number() OVER (ORDER BY fila, tipo, numero) "
            "AS id, * FROM vecinos WHERE f IS NOT NULL AND (tipo, numero) IN "
            "(SELECT (tipo, numero) FROM bdua)"
        )
        self._claves("de_vecinos", "claves_vecinos")
        self.con.execute(
            """
            CREATE TABLE mismos AS
            SELECT v.fila, v.tipo, v.numero FROM de_vecinos v JOIN claves_vecinos c USING (id)
            JOIN n ON n.fila = v.fila AND n.clave = c.clave;
            CREATE TABLE posibles AS
            SELECT fila, tipo_r AS tipo, numero_r AS numero, 0 AS orden FROM n
                WHERE numero_r IS NOT NULL
            UNION ALL
            SELECT fila, tipo, numero, 1 FROM n WHERE numero_r IS NULL
            UNION ALL
            SELECT fila, tipo_c, numero_c, 2 FROM n WHERE numero_r IS NULL AND numero_c IS NOT NULL
            UNION ALL
            SELECT n.fila, m.tipo, m.numero, CASE WHEN m.parentesco = 'CONYUGE' THEN 3 ELSE 4 END
            FROM n JOIN familiares m USING (codigo_eps, id_nucleo) WHERE numero_r IS NULL
            UNION ALL
            SELECT n.fila, m.tipo, m.numero, 4 FROM n JOIN mismos m USING (fila)
            WHERE numero_r IS NULL;
            CREATE TABLE nacidos AS
            SELECT tipo, numero, min(nacimiento) AS nacimiento, bool_or(estado = 'AF') AS af
            FROM bdua WHERE (tipo, numero) IN (SELECT (tipo, numero) FROM posibles)
            GROUP BY tipo, numero;
            CREATE TABLE evaluados AS
            SELECT p.*, n.f, coalesce(b.nacimiento, m.nacimiento,
                       CASE WHEN p.tipo = n.tipo AND p.numero = n.numero THEN n.nacimiento END)
                       AS nacimiento,
                   p.tipo IN ('CC', 'CE', 'PA', 'CD', 'SC', 'PE')
                   AND ((p.tipo = n.tipo AND p.numero = n.numero)
                        OR coalesce(p.tipo = n.tipo_c AND p.numero = n.numero_c, false)
                        OR m.numero IS NOT NULL
                        OR EXISTS (FROM mismos i WHERE i.fila = p.fila AND i.tipo = p.tipo
                                   AND i.numero = p.numero))
                   AND NOT (n.fallecido = 'SI' AND p.tipo = n.tipo AND p.numero = n.numero)
                   AND NOT (p.tipo = 'CC' AND EXISTS (FROM rnec r WHERE r.numero = p.numero
                                                      AND r.clase = 'FALLECIDO'))
                   AND NOT coalesce(b.af, false) AND coalesce(m.vivo, 'SI') <> 'NO' AS puede
            FROM posibles p JOIN n USING (fila)
            LEFT JOIN nacidos b ON b.tipo = p.tipo AND b.numero = p.numero
            LEFT JOIN familiares m ON m.codigo_eps = n.codigo_eps
                AND m.id_nucleo = n.id_nucleo AND m.tipo = p.tipo AND m.numero = p.numero;
            CREATE TABLE receptores AS
            SELECT fila, arg_min((tipo, numero), (orden, nacimiento, tipo, numero)) AS quien
            FROM evaluados WHERE puede AND adulto(nacimiento, f) GROUP BY fila;
            """
        )

    def _reglas(self) -> None:
        """One column per rule: the effect, or null when it holds or is not judged."""
        self._identidad()
        self._pagados()
        self._sisben()
        self.con.execute(
            rf"""
            CREATE TABLE r AS
            SELECT n.*, i.nombres, i.clase, i.en_bdua, a.regimen_af, a.base_fila, a.cotiza_s,
                   q.quien,
                   CASE WHEN con_caso THEN NULL WHEN otro_tipo THEN 'CORRECCION'
                        ELSE 'GLOSA' END AS c01,
                   CASE WHEN NOT (f > {DESDE} AND f <= {HASTA}) THEN 'RECHAZO' END AS c02,
                   CASE WHEN f IS NOT NULL AND i.en_bdua AND NOT coalesce(a.cotiza_s, false)
                        THEN 'GLOSA' END AS c03,
                   CASE WHEN f IS NOT NULL AND i.en_bdua AND coalesce(a.cotiza_s, false)
                             AND NOT list_contains(a.base_fila, base)
                        THEN 'CORRECCION' END AS c04,
                   CASE WHEN NOT i.en_bdua OR i.nombres = 'DISTINTO'
                             OR i.clase IN ('AUSENTE', 'CANCELADA') THEN 'CORRECCION'
                        WHEN i.nombres = 'PARECIDO' OR i.clase = 'PENDIENTE' THEN 'AVISO'
                   END AS c05,
                   CASE WHEN cumple = 'NO' OR coalesce(cumple_caso, '') = 'NO'
                        THEN 'GLOSA_DEFINITIVA'
                        WHEN fin - inicio + 1 < CASE WHEN f >= {SIETE_DIAS} THEN 7 ELSE 14 END
                        THEN 'AVISO' END AS c06,
                   CASE WHEN f IS NOT NULL AND cabezas <= 1 AND pagado THEN 'DESVIO' END AS c07,
                   f IS NOT NULL AND cabezas <= 1 AND NOT pagado AS juzga_08,
                   CASE WHEN f IS NOT NULL AND cabezas > 1 THEN 'CORRECCION' END AS c10,
                   CASE WHEN f IS NOT NULL AND cabezas <= 1 AND q.quien IS NULL
                        THEN 'CORRECCION' END AS c11,
                   CASE WHEN (fallecido = 'SI' OR i.clase = 'FALLECIDO' OR i.af)
                             AND (numero_r IS NULL OR (tipo_r = n.tipo AND numero_r = n.numero))
                        THEN 'CORRECCION' END AS c12,
                   CASE WHEN NOT coalesce(direccion IS NOT NULL
                             AND codigo_municipio IN (SELECT codigo FROM divipola)
                             AND (coalesce(regexp_full_match(celular, '3\d{{9}}'), false)
                                  OR coalesce(regexp_full_match(correo, '[^@]+@[^@]+'), false)),
                             false) THEN 'CORRECCION' END AS c13,
                   CASE WHEN f IS NOT NULL AND cabezas <= 1 AND ajeno THEN 'AVISO' END AS c16
            FROM n JOIN identidad i USING (fila) JOIN afiliacion a USING (fila)
            JOIN pagados USING (fila) JOIN casas USING (fila)
            LEFT JOIN receptores q USING (fila)
            """
        )

    def _identidad(self) -> None:
        self.con.execute(
            f"""
            CREATE TABLE afiliacion AS
            SELECT n.fila, list(b.regimen) AS regimen_af,
                   bool_or(b.regimen = 'S' AND b.estado = 'AC') AS cotiza_s,
                   list(coalesce(p.base, b.codigo_eps))
                       FILTER (b.regimen = 'S' AND b.estado = 'AC') AS base_fila
            FROM n LEFT JOIN bdua b ON b.tipo = n.tipo AND b.numero = n.numero
                 AND vigente(b.desde, b.hasta, n.f)
            LEFT JOIN eps p ON p.codigo = b.codigo_eps
            GROUP BY n.fila;
            CREATE TABLE identidad AS
            SELECT n.fila, count(b.numero) > 0 AS en_bdua,
                   coalesce(bool_or(b.estado = 'AF'), false) AS af,
                   arg_max(CASE
                       WHEN fichas(n.primer_apellido, n.segundo_apellido, n.primer_nombre,
                                   n.segundo_nombre)
                          = fichas(b.primer_apellido, b.segundo_apellido, b.primer_nombre,
                                   b.segundo_nombre) THEN 'IGUAL'
                       WHEN plegado(n.primer_apellido) = plegado(b.primer_apellido)
                        AND levenshtein(plegado(n.segundo_apellido),
                                        plegado(b.segundo_apellido)) <= 1
                        AND levenshtein(plegado(n.primer_nombre), plegado(b.primer_nombre)) <= 1
                        AND levenshtein(plegado(n.segundo_nombre),
                                        plegado(b.segundo_nombre)) <= 1 THEN 'PARECIDO'
                       ELSE 'DISTINTO' END,
                       (coalesce(vigente(b.desde, b.hasta, n.f), false), b.desde)) AS nombres,
                   CASE WHEN n.tipo IN ('CC', 'TI') AND {self.hay["rnec"]} THEN coalesce(
                        (SELECT min(clase) FROM rnec r WHERE r.numero = n.numero),
                        CASE WHEN n.tipo = 'CC' THEN 'AUSENTE' END) END AS clase
            FROM n LEFT JOIN bdua b USING (tipo, numero)
            GROUP BY n.fila, n.tipo, n.numero
            """
        )

    def _pagados(self) -> None:
        self.con.execute(
            """
            CREATE TABLE pago AS
            SELECT DISTINCT tipo, numero, clave FROM historia
            WHERE estado IN ('PAGADO', 'EN_NUCLEO_PAGADO');
            CREATE TABLE pagados AS
            SELECT n.fila,
                   n.clave IN (SELECT clave FROM pago WHERE clave IS NOT NULL)
                   OR (n.tipo, n.numero) IN (SELECT (tipo, numero) FROM pago)
                   OR coalesce((coalesce(n.tipo_r, q.quien[1]), coalesce(n.numero_r, q.quien[2]))
                       IN (SELECT (tipo, numero) FROM pago), false)
                   OR EXISTS (FROM familiares m JOIN pago p USING (tipo, numero)
                       WHERE m.codigo_eps = n.codigo_eps AND m.id_nucleo = n.id_nucleo) AS pagado
            FROM n LEFT JOIN receptores q USING (fila)
            """
        )

    def _sisben(self) -> None:
        """CET-16: whoever lives with the patient by SISBEN, and their own núcleos on F."""
        self.con.execute(
            """
            CREATE TABLE casa AS
            SELECT n.fila, s.tipo, s.numero, n.f
            FROM n JOIN sisben p USING (tipo, numero) JOIN sisben s ON s.clave = p.clave
            WHERE starts_with(n.clave, 'BDUA:') AND n.f IS NOT NULL;
            CREATE TABLE de_casa AS
            SELECT row_number() OVER (ORDER BY fila, tipo, numero) AS id, * FROM casa;
            """
        )
        self._claves("de_casa", "claves_casa")
        self.con.execute(
            """
            CREATE TABLE casas AS
            SELECT n.fila, coalesce(x.ajeno, false) AS ajeno
            FROM n LEFT JOIN (
                SELECT c.fila, NOT bool_or(c.tipo = n.tipo_c AND c.numero = n.numero_c)
                       OR bool_or(starts_with(k.clave, 'BDUA:') AND k.clave <> n.clave) AS ajeno
                FROM de_casa c JOIN claves_casa k USING (id) JOIN n USING (fila) GROUP BY c.fila
            ) x USING (fila)
            """
        )

    def _lideres(self) -> None:
        """§4: the lead of each núcleo, in historia or elected in the file; CET-08."""
        self.con.execute(
            """
            CREATE TABLE lider_anterior AS
            SELECT clave, min(estado) AS estado FROM historia
            WHERE rol = 'CASO' AND estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA')
            GROUP BY clave;
            CREATE TABLE lider AS
            SELECT clave, arg_min(fila, (codigo_banco IS NULL, f, tipo, numero)) AS fila,
                   CASE WHEN bool_or(codigo_banco IS NOT NULL) THEN 'EN_VALIDACION_BANCARIA'
                        ELSE 'EN_ENROLAMIENTO' END AS estado
            FROM r
            WHERE juzga_08 AND coalesce(c01, c02, c03, c04, c10, c11, c12, c13) IS NULL
              AND coalesce(c05, 'AVISO') = 'AVISO' AND coalesce(c06, 'AVISO') = 'AVISO'
              AND clave NOT IN (SELECT clave FROM lider_anterior)
            GROUP BY clave;
            CREATE TABLE lideres AS
            SELECT clave, fila, estado FROM lider
            UNION ALL SELECT clave, NULL, estado FROM lider_anterior;
            """
        )

    def _estados(self) -> None:
        reglas = ["01", "02", "03", "04", "05", "06", "07", "08", "10", "11", "12", "13", "16"]
        codigos = ", ".join(f"CASE WHEN c{c} IS NOT NULL THEN 'CET-{c}' END" for c in reglas)
        efectos = ", ".join(f"c{c}" for c in reglas)
        self.con.execute(
            f"""
            CREATE TABLE juzgadas AS
            SELECT r.*, l.fila IS NOT NULL AND l.fila = r.fila AS es_lider, l.estado AS del_lider,
                   CASE WHEN juzga_08 AND l.clave IS NOT NULL AND l.fila IS DISTINCT FROM r.fila
                        THEN 'DESVIO' END AS c08
            FROM r LEFT JOIN lideres l USING (clave);
            CREATE TABLE estados AS
            SELECT fila, 'EN_CORRECCION_EPS' AS estado, 'CET-00' AS codigos,
                   0::BIGINT AS valor_centavos FROM forma WHERE falla
            UNION ALL SELECT fila, 'NO_ADMITIDO', 'CET-09', 0 FROM buenas WHERE repetida
            UNION ALL
            SELECT fila, CASE
                WHEN c02 IS NOT NULL THEN 'NO_ADMITIDO'
                WHEN c07 IS NOT NULL THEN 'EN_NUCLEO_PAGADO'
                WHEN es_lider THEN del_lider
                WHEN c08 IS NOT NULL AND del_lider = 'EN_ENROLAMIENTO'
                    THEN 'NO_PAGO_NUCLEO_ENROLAMIENTO'
                WHEN c08 IS NOT NULL THEN 'NUCLEO_VALIDACION_BANCARIA'
                WHEN list_has_any([{efectos}], ['GLOSA', 'GLOSA_DEFINITIVA']) THEN 'GLOSADO'
                ELSE 'EN_CORRECCION_EPS' END,
                concat_ws(';', {codigos}),
                CASE WHEN NOT es_lider THEN 0 ELSE CASE year(f) WHEN 2020 THEN 20482000
                     WHEN 2021 THEN 21198800 ELSE 23333100 END END
            FROM juzgadas
            """
        )

    def _universo(self) -> None:
        """§6: the first line of the precedence table that applies to each case."""
        orden = " ".join(f"WHEN '{estado}' THEN {i}" for i, estado in enumerate(PRECEDENCIA))
        self.con.execute(
            "CREATE TABLE personas AS SELECT row_number() OVER (ORDER BY id_caso) AS id, * "
            "FROM casos WHERE en_universo"
        )
        self._claves("personas", "claves_personas")
        self.con.execute(
            f"""
            CREATE TABLE universo AS
            WITH propias AS (
                SELECT p.id, s.estado, s.valor_centavos
                FROM personas p JOIN e USING (tipo, numero) JOIN estados s USING (fila)
                UNION ALL
                SELECT p.id, s.estado, s.valor_centavos
                FROM personas p JOIN juzgadas g ON g.numero = p.numero AND g.tipo <> p.tipo
                JOIN estados s USING (fila) WHERE g.c01 = 'CORRECCION'
            ), candidatos AS (
                SELECT id, estado, valor_centavos FROM propias WHERE estado <> 'NO_ADMITIDO'
                UNION ALL
                SELECT p.id, h.estado, 0 FROM personas p JOIN historia h USING (tipo, numero)
                WHERE rol = 'CASO' AND NOT EXISTS (FROM propias x WHERE x.id = p.id
                                                   AND x.estado <> 'NO_ADMITIDO')
                UNION ALL
                SELECT p.id, 'EN_NUCLEO_PAGADO', 0
                FROM personas p JOIN claves_personas k USING (id)
                WHERE k.clave IN (SELECT clave FROM pago WHERE clave IS NOT NULL)
                   OR (p.tipo, p.numero) IN (SELECT (tipo, numero) FROM pago)
                UNION ALL
                SELECT k.id, CASE l.estado WHEN 'EN_ENROLAMIENTO'
                       THEN 'NO_PAGO_NUCLEO_ENROLAMIENTO' ELSE 'NUCLEO_VALIDACION_BANCARIA' END, 0
                FROM claves_personas k JOIN lideres l USING (clave)
                WHERE NOT EXISTS (FROM propias x WHERE x.id = k.id
                    AND x.estado IN ('EN_ENROLAMIENTO', 'EN_VALIDACION_BANCARIA'))
                UNION ALL SELECT id, 'NUNCA_ENTREGADO', 0 FROM personas
            )
            SELECT p.id_caso, arg_min(c.estado, CASE c.estado {orden} END) AS estado,
                   max(valor_centavos)::BIGINT AS valor_centavos
            FROM personas p JOIN candidatos c USING (id) GROUP BY p.id_caso
            """
        )


def _archivos(carpetas: Sequence[Path]) -> dict[str, Path]:
    """Registers found in the folders of cortes."""
    return {
        nombre: ruta
        for carpeta in carpetas
        for nombre in COLUMNAS
        for ruta in (carpeta / f"{nombre}.csv", carpeta / f"{nombre}.parquet")
        if nombre != "entrada" and ruta.is_file()
    }
