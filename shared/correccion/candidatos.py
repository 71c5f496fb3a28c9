# ruff: noqa: S608 - the SQL is built from the declarations of ``model``, never from input
"""People of the registers who may be the one of a row, and which of them it is.

All in DuckDB, set-based. A register of 48 million is read once per batch of rows: for each wrong
row its number and those one slip away (a digit changed, lost, added, or two that changed places:
some 200) are joined with it, and the register's names are weighed so that those written in
another order weigh the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from shared.correccion.model import NOMBRES, Evaluada, Padron
from shared.focalizacion.nombres import PARTICULAS
from shared.registros import FuenteRegistro
from shared.registros.busqueda import MAXIMO_LITERALES, acotar
from shared.registros.consultas import consultar
from shared.registros.expresiones import ident, lista, literal

FILAS_POR_TANDA: Final = 25_000
"""Rows looked for at a time: with all of them in doubt, five million neighbours and 1.5 GB."""
LARGO_MINIMO: Final = 5
"""Shorter numbers have no neighbours: too many people are one slip away."""
MARGEN: Final = 0.05
"""How much more alike the best candidate has to be than any other person."""
OTRO_TIPO: Final = 0.95
"""Likeness of a document with the same number and another type."""

IGUALES: Final = "IGUALES"
"""The same words, in any order and column."""
LETRAS: Final = "LETRAS"
"""The same words but for one letter in some, or for a blank between two."""
INCOMPLETOS: Final = "INCOMPLETOS"
"""One word more or less."""
UNO: Final = "UNO"
"""One word is another."""
OTROS: Final = "OTROS"

_MACROS: Final = (
    f"""
    CREATE OR REPLACE TEMP MACRO partes(x) AS list_filter(
        string_split(regexp_replace(strip_accents(upper(x)), '[^A-Z0-9]+', ' ', 'g'), ' '),
        lambda t: t <> '' AND NOT list_contains([{lista(PARTICULAS)}], t))
    """,
    """
    CREATE OR REPLACE TEMP MACRO peso(x) AS coalesce(list_sum(
        list_transform(partes(x), lambda t: (hash(t) >> 8)::BIGINT)), 0)::BIGINT
    """,
    """
    CREATE OR REPLACE TEMP MACRO palabras(a, b, c, d) AS
        list_sort(list_distinct(coalesce(partes(concat_ws(' ', a, b, c, d)), [])))
    """,
    """
    CREATE OR REPLACE TEMP MACRO parecido(a, b) AS coalesce(list_avg(list_transform(a, lambda x:
        list_max(list_transform(b, lambda y: jaro_winkler_similarity(x, y))))), 0)
    """,
    f"""
    CREATE OR REPLACE TEMP MACRO clase_de(comunes, sobran, faltan) AS CASE
        WHEN len(sobran) + len(faltan) = 0 THEN '{IGUALES}'
        WHEN comunes >= 2 AND len(sobran) + len(faltan) = 1 THEN '{INCOMPLETOS}'
        WHEN len(sobran) = len(faltan) AND comunes >= len(sobran)
            AND list_bool_and(list_transform(sobran, lambda s: list_min(
                list_transform(faltan, lambda f: damerau_levenshtein(s, f))) <= 1)) THEN '{LETRAS}'
        WHEN comunes >= 1 AND len(sobran) = 1 AND len(faltan) = 2
            AND sobran[1] IN (faltan[1] || faltan[2], faltan[2] || faltan[1]) THEN '{LETRAS}'
        WHEN comunes >= 1 AND len(faltan) = 1 AND len(sobran) = 2
            AND faltan[1] IN (sobran[1] || sobran[2], sobran[2] || sobran[1]) THEN '{LETRAS}'
        WHEN comunes >= 2 AND len(sobran) = 1 AND len(faltan) = 1 THEN '{UNO}'
        ELSE '{OTROS}' END
    """,
)
_NOMBRES: Final = ", ".join(NOMBRES)
_SUYAS: Final = "palabras(h.primer_apellido, h.segundo_apellido, h.primer_nombre, h.segundo_nombre)"
_HALLADO: Final = (
    "fila BIGINT, orden INTEGER, persona VARCHAR, tipo_documento VARCHAR, "
    "numero_documento VARCHAR, primer_apellido VARCHAR, segundo_apellido VARCHAR, "
    "primer_nombre VARCHAR, segundo_nombre VARCHAR, nacimiento DATE, fecha_corte DATE"
)
_VECINOS: Final = f"""
    WITH lugares AS (
        SELECT fila, numero_documento AS n, unnest(range(1, length(n) + 2)) AS i
        FROM correccion_dudosas WHERE length(n) >= {LARGO_MINIMO}
    ), con_digito AS (
        FROM lugares, (SELECT unnest(range(10))::VARCHAR AS d)
    )
    SELECT fila, numero_documento FROM correccion_hallados SEMI JOIN correccion_dudosas USING (fila)
    UNION SELECT fila, left(n, i - 1) || substr(n, i + 1) FROM lugares WHERE i <= length(n)
    UNION SELECT fila, left(n, i - 1) || substr(n, i + 1, 1) || substr(n, i, 1) || substr(n, i + 2)
          FROM lugares WHERE i < length(n)
    UNION SELECT fila, left(n, i - 1) || d || substr(n, i + 1) FROM con_digito WHERE i <= length(n)
    UNION SELECT fila, left(n, i - 1) || d || substr(n, i) FROM con_digito
"""
"""Numbers of the people found by names, and those one slip away from the one written: a digit
lost, two that changed places, another digit, one more."""


class Buscador:
    """Looks the open rows up in the registers. Tables ``correccion_…`` of the connection are its.

    ``correccion_elegidos`` keeps, of each row that has one, the candidate that is proposed.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        fuentes: Mapping[str, FuenteRegistro],
        padrones: Sequence[Padron],
    ) -> None:
        self.con = con
        self.padrones = padrones
        self._fuentes = fuentes
        self._con_claves: dict[str, str] = {}
        for macro in _MACROS:
            con.execute(macro)

    def abrir(self, evaluada: Evaluada) -> int:
        """Table ``correccion_abiertas``: well-formed rows that failed one of the rules; how
        many."""
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE correccion_abiertas AS
            SELECT fila::BIGINT AS fila, estado, tipo_documento, numero_documento, {_NOMBRES},
                   palabras({_NOMBRES}) AS palabras,
                   peso(concat_ws(' ', {_NOMBRES})) AS peso,
                   row_number() OVER (ORDER BY fila) - 1 AS lugar
            FROM read_parquet({literal(str(evaluada.filas))}) JOIN (
                SELECT fila, estado FROM read_parquet({literal(str(evaluada.registros))})
                WHERE list_has_any(string_split(codigos, ';'), [{lista(sorted(evaluada.codigos))}])
            ) USING (fila)
            WHERE forma_ok AND tipo_documento IS NOT NULL AND numero_documento IS NOT NULL
            """
        )
        self.con.execute("DROP TABLE IF EXISTS correccion_elegidos")
        return len(self.con.table("correccion_abiertas"))

    def elegir(self) -> None:
        """Table ``correccion_elegidos``: the candidates of all the open rows."""
        n = len(self.con.table("correccion_abiertas"))
        for desde in range(0, max(n, 1), FILAS_POR_TANDA):
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE correccion_tanda AS FROM correccion_abiertas "
                f"WHERE lugar >= {desde} AND lugar < {desde + FILAS_POR_TANDA}"
            )
            self._buscar()
            self._comparar()
            crear = "INSERT INTO" if desde else "CREATE TEMP TABLE"
            como = "" if desde else " AS"
            self.con.execute(f"{crear} correccion_elegidos{como} {_elegidos(self.padrones)}")

    def _buscar(self) -> None:
        """Table ``correccion_hallados``: whom each register has by number or by names.

        First the numbers as they were written. Only for the rows whose document no register
        proves are others looked for.
        """
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE correccion_hallados ({_HALLADO})")
        self._claves("SELECT fila, numero_documento FROM correccion_tanda")
        self._por_numeros()
        dudosas, con_nacimiento = self._dudosas(), self._nacimientos()
        if not dudosas:
            return
        for orden, padron in enumerate(self.padrones):
            if not padron.universal:
                self._por_nombres(orden, padron, "correccion_dudosas", "peso")
            elif con_nacimiento and padron.nacimiento and padron.nombres_de is None:
                self._por_nombres(orden, padron, "correccion_nacimientos", "peso, nacimiento")
        self._claves(_VECINOS)
        self._por_numeros()

    def _dudosas(self) -> int:
        """Table ``correccion_dudosas``: rows whose document nobody proves to be theirs; how
        many."""
        acreditan = _ordenes(self.padrones, [p.acredita for p in self.padrones])
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE correccion_dudosas AS
            FROM correccion_tanda ANTI JOIN (
                SELECT fila, list_filter(escritas, lambda x: NOT list_contains(suyas, x)) AS sobran,
                       list_filter(suyas, lambda x: NOT list_contains(escritas, x)) AS faltan
                FROM (
                    SELECT fila, t.palabras AS escritas, {_SUYAS} AS suyas
                    FROM correccion_hallados AS h JOIN correccion_tanda AS t
                      USING (fila, tipo_documento, numero_documento)
                    WHERE h.orden IN ({acreditan})
                )
                WHERE clase_de(len(list_intersect(escritas, suyas)), sobran, faltan)
                      IN ('{IGUALES}', '{LETRAS}', '{INCOMPLETOS}')
            ) USING (fila)
            """
        )
        return len(self.con.table("correccion_dudosas"))

    def _de(self, registro: str) -> str:
        """The whole of a register, with the columns that all of them give."""
        padron = next(p for p in self.padrones if p.registro == registro)
        return _sql_padron(padron, self._fuentes[registro].sql)

    def _claves(self, sql: str) -> None:
        """Table ``correccion_claves``: numbers to look for, of each row."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE correccion_claves AS {sql}")
        self._acotar()

    def _por_numeros(self) -> None:
        for orden, padron in enumerate(self.padrones):
            self._por_numero(orden, padron)

    def _acotar(self) -> None:
        """For the few rows of a small submission, only the row groups with some of the numbers."""
        numeros = consultar(
            self.con,
            f"SELECT DISTINCT numero_documento FROM correccion_claves LIMIT {MAXIMO_LITERALES + 1}",
        )
        pocos = len(numeros) <= MAXIMO_LITERALES
        valores = {"numero_documento": [n for (n,) in numeros]}
        self._con_claves = {
            p.registro: acotar(self._fuentes[p.registro], valores).sql
            if pocos
            else self._fuentes[p.registro].sql
            for p in self.padrones
        }

    def _por_numero(self, orden: int, padron: Padron) -> None:
        """People with one of the numbers; those of another number, if two names are theirs."""
        comunes = " + ".join(
            f"coalesce(list_contains(t.palabras, strip_accents(upper(p.{c}))), false)::INTEGER"
            for c in NOMBRES
        )
        self.con.execute(
            f"""
            INSERT INTO correccion_hallados
            SELECT DISTINCT t.fila, {orden}, p.* FROM ({self._con_numero(padron)}) AS p
            JOIN correccion_claves AS k USING (numero_documento)
            JOIN correccion_tanda AS t ON t.fila = k.fila
            WHERE (p.tipo_documento, p.numero_documento) = (t.tipo_documento, t.numero_documento)
               OR {comunes} >= 2
            """
        )

    def _con_numero(self, padron: Padron) -> str:
        """The register; one whose names are in another, with only the numbers looked for."""
        propios = self._con_claves[padron.registro]
        if padron.nombres_de is None:
            return _sql_padron(padron, propios)
        persona = ident(padron.persona or "")
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE correccion_anteriores AS
            SELECT DISTINCT {persona} AS persona, tipo_documento, numero_documento, fecha_corte
            FROM ({propios})
            SEMI JOIN correccion_claves USING (numero_documento)
            """
        )
        return f"""
            SELECT DISTINCT persona, a.tipo_documento, a.numero_documento, {_NOMBRES}, nacimiento,
                   a.fecha_corte
            FROM correccion_anteriores AS a JOIN ({self._de(padron.nombres_de)}) USING (persona)
        """

    def _por_nombres(self, orden: int, padron: Padron, buscadas: str, claves: str) -> None:
        """People with the names of the row, in any order.

        The distinct texts are weighed, and each row of the register adds up the weights of its
        own: far cheaper than to take the names of millions of rows to pieces.
        """
        origen = entero = self._de(padron.registro)
        if "nacimiento" in claves:
            origen = f"SELECT * FROM ({entero}) SEMI JOIN {buscadas} USING (nacimiento)"
        textos = " UNION ".join(f"SELECT DISTINCT {c} AS t FROM ({entero})" for c in NOMBRES)
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE correccion_pesos AS "
            f"SELECT t, peso(t) AS w FROM ({textos}) WHERE t IS NOT NULL"
        )
        uniones = " ".join(
            f"LEFT JOIN correccion_pesos AS p{i} ON p{i}.t = r.{c}" for i, c in enumerate(NOMBRES)
        )
        suma = " + ".join(f"coalesce(p{i}.w, 0)" for i in range(len(NOMBRES)))
        self.con.execute(
            f"""
            INSERT INTO correccion_hallados
            SELECT DISTINCT b.fila, {orden}, p.* EXCLUDE (peso) FROM (
                SELECT r.*, {suma} AS peso FROM ({origen}) AS r {uniones}
            ) AS p JOIN {buscadas} AS b USING ({claves})
            WHERE len(b.palabras) >= 3
            """
        )

    def _nacimientos(self) -> int:
        """Table ``correccion_nacimientos``: rows whose day of birth some register knows; how many.

        It is that of who has the document with those very names, where the document proves
        nothing of itself.
        """
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE correccion_nacimientos AS
            SELECT fila, any_value(t.palabras) AS palabras, any_value(t.peso) AS peso,
                   min(h.nacimiento) AS nacimiento
            FROM correccion_dudosas AS t JOIN correccion_hallados AS h
              USING (fila, tipo_documento, numero_documento)
            WHERE h.nacimiento IS NOT NULL AND t.palabras = {_SUYAS}
            GROUP BY fila HAVING count(DISTINCT h.nacimiento) = 1
            """
        )
        return len(self.con.table("correccion_nacimientos"))

    def _comparar(self) -> None:
        """Table ``correccion_comparados``: each candidate with how it differs from its row."""
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE correccion_comparados AS
            WITH juntos AS (
                SELECT h.*, t.palabras AS escritas, t.tipo_documento AS tipo_escrito,
                       t.numero_documento AS numero_escrito, n.nacimiento AS nacio,
                       {_SUYAS} AS suyas
                FROM (SELECT DISTINCT * FROM correccion_hallados) AS h
                JOIN correccion_tanda AS t USING (fila)
                LEFT JOIN correccion_nacimientos AS n USING (fila)
                WHERE len(suyas) > 0
            ), contados AS (
                SELECT *, len(list_intersect(escritas, suyas)) AS comunes,
                       list_filter(escritas, lambda x: NOT list_contains(suyas, x)) AS sobran,
                       list_filter(suyas, lambda x: NOT list_contains(escritas, x)) AS faltan,
                       tipo_documento = tipo_escrito AS mismo_tipo,
                       damerau_levenshtein(numero_documento, numero_escrito) AS distancia
                FROM juntos
            )
            SELECT * EXCLUDE (escritas, suyas),
                   clase_de(comunes, sobran, faltan) AS clase,
                   nacimiento = nacio AS misma_fecha,
                   CASE WHEN distancia > 1 THEN 0
                        ELSE 1 - distancia / greatest(length(numero_documento),
                                                      length(numero_escrito)) END
                   * CASE WHEN mismo_tipo THEN 1 ELSE {OTRO_TIPO} END AS del_documento,
                   (parecido(escritas, suyas) + parecido(suyas, escritas)) / 2 AS de_los_nombres
            FROM contados
            """
        )


def _sql_padron(padron: Padron, sql: str) -> str:
    """``SELECT`` of the columns that every register gives, the same of all."""
    tipo = literal(padron.tipo) if padron.tipo else "tipo_documento"
    persona = ident(padron.persona) if padron.persona else "NULL::VARCHAR"
    nacimiento = "fecha_nacimiento" if padron.nacimiento else "NULL::DATE"
    return (
        f"SELECT {persona} AS persona, {tipo} AS tipo_documento, numero_documento, {_NOMBRES}, "
        f"{nacimiento} AS nacimiento, fecha_corte FROM ({sql}) WHERE {padron.donde}"
    )


def _elegidos(padrones: Sequence[Padron]) -> str:
    """``SELECT`` of the candidate of each row that is clearly the one, if any.

    Of the names of the document that was written (``propio``) only the register believed first
    speaks.
    """
    acreditan = _ordenes(padrones, [p.acredita for p in padrones])
    propios_de_pocos = _ordenes(padrones, [not p.universal for p in padrones])
    return f"""
        WITH vistos AS (
            SELECT *, mismo_tipo AND distancia = 0 AS propio,
                   (del_documento + de_los_nombres + coalesce(misma_fecha, false)::INTEGER)
                       / CASE WHEN misma_fecha IS NULL THEN 2 ELSE 3 END AS similitud
            FROM correccion_comparados
        ), de_nombres AS (
            SELECT * FROM vistos WHERE propio AND orden IN ({acreditan})
            QUALIFY row_number() OVER (PARTITION BY fila ORDER BY orden, similitud DESC) = 1
        ), ajenos AS (
            SELECT * FROM vistos SEMI JOIN correccion_dudosas USING (fila)
            WHERE NOT propio AND misma_fecha IS DISTINCT FROM false AND (
                (distancia = 0 AND clase IN ('{IGUALES}', '{LETRAS}'))
                OR (distancia <= 1 AND comunes >= 3 AND clase IN ('{IGUALES}', '{INCOMPLETOS}'))
                OR (distancia <= 1 AND comunes >= 2 AND clase = '{LETRAS}')
                OR (clase = '{IGUALES}' AND comunes >= 3))
        ), documentos AS (
            SELECT fila, tipo_documento, numero_documento, max(persona) AS persona,
                   max(similitud) AS similitud, arg_min(v, (orden, -similitud)) AS v,
                   list_sort(list_distinct(list(orden))) AS ordenes,
                   bool_or(coalesce(misma_fecha, false)) AS misma_fecha
            FROM ajenos AS v GROUP BY fila, tipo_documento, numero_documento
            HAVING min(distancia) <= 1 OR bool_or(coalesce(misma_fecha, false))
                OR (count(DISTINCT orden) >= 2 AND bool_or(orden IN ({propios_de_pocos})))
        ), todos AS (
            SELECT fila, persona, similitud, v, ordenes, misma_fecha, false AS propio
            FROM documentos
            UNION ALL
            SELECT fila, persona, similitud, n, [orden], coalesce(misma_fecha, false), true
            FROM de_nombres AS n WHERE clase IN ('{LETRAS}', '{INCOMPLETOS}', '{UNO}')
        ), ordenados AS (
            SELECT *, row_number() OVER mejor AS puesto, first_value(persona) OVER mejor AS primera
            FROM todos
            WINDOW mejor AS (PARTITION BY fila ORDER BY similitud DESC, len(ordenes) DESC,
                v.orden, v.tipo_documento, v.numero_documento)
        ), rivales AS (
            SELECT fila, max(similitud) AS rival FROM ordenados
            WHERE puesto > 1 AND (persona IS NULL OR persona IS DISTINCT FROM primera)
            GROUP BY fila
        )
        SELECT o.fila, o.propio, o.similitud, o.ordenes, o.misma_fecha,
               v.orden, v.tipo_documento, v.numero_documento, v.primer_apellido,
               v.segundo_apellido, v.primer_nombre, v.segundo_nombre, v.fecha_corte,
               v.clase, v.comunes, v.distancia, v.mismo_tipo
        FROM ordenados AS o LEFT JOIN rivales AS r USING (fila)
        WHERE puesto = 1 AND coalesce(rival, 0) < o.similitud - {MARGEN}
    """


def _ordenes(padrones: Sequence[Padron], marcas: Sequence[bool]) -> str:
    """Places of the registers that are marked, as a list of SQL that is never empty."""
    return ", ".join(str(i) for i, marca in enumerate(marcas[: len(padrones)]) if marca) or "-1"
