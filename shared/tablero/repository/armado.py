# ruff: noqa: S608 - the SQL is made of names of our schemas and of constants, never of input
"""SQL that puts a run together in DuckDB: records, what is not judged yet, cases, corrections.

Tables of the connection: ``decidido`` (records and parts, as ``CorridaRepository.volcar`` wrote
them), ``juicio`` and ``historia`` (what the universe looks at), ``universo`` (identity and state
of each case), ``caso`` and ``devolucion`` (the files of the run).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import duckdb

from shared.registros.expresiones import ident, literal
from shared.registros.model import ColumnaRegistro
from shared.tablero.model import DEVUELTO, EN_REVISION, NO_ADMITIDO, bases
from shared.tablero.repository.corridas import CAMPOS_REGISTRO

PERSONA: Final = ("tipo_documento", "numero_documento")
"""A case is of a person: their document identifies it in the register and in the records."""


@dataclass(frozen=True)
class EnCurso:
    """A submission that waits for its outcome, and its typed rows."""

    radicacion_id: UUID
    entidad: str
    radicado_el: date
    filas: Path


def leer_decidido(
    con: duckdb.DuckDBPyConnection, csv: Path, guardadas: Sequence[ColumnaRegistro]
) -> None:
    """Table ``decidido``, from the stream of PostgreSQL."""
    tipos = CAMPOS_REGISTRO | {c.nombre: c.tipo.duckdb for c in guardadas}
    columnas = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in tipos.items())
    con.execute(
        f"CREATE TABLE decidido AS SELECT * FROM read_csv({literal(str(csv))}, "
        f"auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{columnas}}})"
    )


def completar_forma(
    con: duckdb.DuckDBPyConnection, carpetas: Mapping[UUID, Path], codigo: str
) -> None:
    """Rows that fail FORMA keep nothing of the person: take their document from what was typed.

    ``carpetas``: the typed rows of each submission that has one.
    """
    con.execute(
        "CREATE TABLE tecleado (radicacion_id UUID, fila BIGINT, tipo_documento VARCHAR, "
        "numero_documento VARCHAR)"
    )
    for radicacion_id, filas in carpetas.items():
        con.execute(
            "INSERT INTO tecleado SELECT ?, p.fila, p.tipo_documento, p.numero_documento "
            "FROM read_parquet(?) p SEMI JOIN (SELECT fila FROM decidido "
            "WHERE radicacion_id = ? AND codigos = ?) d ON d.fila = p.fila",
            [radicacion_id, str(filas), radicacion_id, codigo],
        )
    con.execute(
        "UPDATE decidido SET tipo_documento = t.tipo_documento, "
        "numero_documento = t.numero_documento FROM tecleado t "
        "WHERE decidido.radicacion_id = t.radicacion_id AND decidido.fila = t.fila "
        "AND NOT decidido.parte AND decidido.numero_documento IS NULL"
    )


def radicaciones_con(con: duckdb.DuckDBPyConnection, codigo: str) -> list[UUID]:
    """Submissions with current rows that fail FORMA."""
    filas = con.execute(
        "SELECT DISTINCT radicacion_id FROM decidido WHERE vigente AND codigos = ? ORDER BY 1",
        [codigo],
    ).fetchall()
    return [id_ for (id_,) in filas]


def devoluciones(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``devolucion``: how many records went back to each EPS one day, and when each was
    answered. Those that stopped being current without an answer are nobody's debt."""
    con.execute(
        f"""
        CREATE TABLE devolucion AS
        SELECT coalesce(b.base, v.entidad) AS eps, v.comunicado_el AS devuelto_el,
               n.radicado_el AS respondido_el, count(*) AS veces
        FROM decidido v
        LEFT JOIN (FROM decidido WHERE NOT parte AND subsana_id IS NOT NULL) n
            ON n.subsana_id = v.registro_id
        LEFT JOIN eps b ON b.codigo = v.entidad
        WHERE NOT v.parte AND v.estado = {literal(DEVUELTO)}
          AND (v.vigente OR n.registro_id IS NOT NULL)
        GROUP BY ALL ORDER BY ALL
        """
    )


def codigos_eps(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``eps``: code and base code."""
    con.execute("CREATE TABLE eps (codigo VARCHAR, base VARCHAR)")
    con.executemany("INSERT INTO eps VALUES (?, ?)", list(bases().items()))


def agregar_en_curso(
    con: duckdb.DuckDBPyConnection,
    en_curso: Iterable[EnCurso],
    corregibles: Iterable[str],
    definitivos: Iterable[str],
) -> None:
    """Cases of submissions without outcome are under review; what those would answer stops
    counting, unless an objection that is final keeps it (a code of ``definitivos``)."""
    for envio in en_curso:
        con.execute(
            "INSERT INTO decidido BY NAME SELECT ? AS radicacion_id, fila, true AS vigente, "
            "false AS parte, ? AS entidad, ? AS radicado_el, "
            f"{literal(EN_REVISION)} AS publicado, '' AS codigos, 0 AS valor_centavos, "
            "tipo_documento, numero_documento FROM read_parquet(?) WHERE forma_ok",
            [envio.radicacion_id, envio.entidad, envio.radicado_el, str(envio.filas)],
        )
    con.execute(
        "UPDATE decidido SET vigente = false WHERE vigente AND registro_id IS NOT NULL "
        "AND publicado = ANY(?) AND NOT list_has_any(string_split(coalesce(codigos, ''), ';'), ?) "
        "AND (tipo_documento, numero_documento) IN (SELECT (tipo_documento, numero_documento) "
        "FROM decidido WHERE registro_id IS NULL)",
        [sorted(corregibles), sorted(definitivos)],
    )


def tabla_juicio(con: duckdb.DuckDBPyConnection, ve: Sequence[str]) -> None:
    """Table ``juicio``: the current records, as if they were the rows of one file."""
    tiene = {nombre for (nombre, *_) in con.execute("DESCRIBE decidido").fetchall()}
    propias = "".join(
        f", {ident(c)}" if c in tiene else f", CAST(NULL AS VARCHAR) AS {ident(c)}" for c in ve
    )
    con.execute(
        "CREATE TABLE juicio AS SELECT row_number() OVER (ORDER BY radicacion_id, fila) AS fila, "
        f"publicado AS estado, coalesce(codigos, '') AS codigos, valor_centavos{propias} "
        "FROM decidido WHERE vigente AND NOT parte"
    )


def tabla_historia(con: duckdb.DuckDBPyConnection, guardadas: Sequence[ColumnaRegistro]) -> None:
    """Table ``historia``: the same records and their parts, as the register has them."""
    propias = "".join(f"{ident(c.nombre)}, " for c in guardadas)
    con.execute(
        f"CREATE TABLE historia AS SELECT {propias}publicado AS estado, codigos, "
        "comunicado_el AS fecha_comunicacion, valor_centavos // 100 AS valor "
        "FROM decidido WHERE vigente AND registro_id IS NOT NULL"
    )


def tabla_casos(con: duckdb.DuckDBPyConnection, registro: str, fecha: str, identidad: str) -> None:
    """Table ``caso``: the cases of ``universo`` with what their register and records say.

    ``registro`` is SQL of the register of the cases; ``fecha`` and ``identidad``, columns of it.
    The amount is that of the record which gives the case its state, null if it is not known. Who
    delivered is asked by number alone, since a record that only differs in the type of document
    lends its state.
    """
    con.execute(
        f"""
        CREATE TABLE caso AS
        WITH registrado AS (
            SELECT {ident(identidad)} AS id_caso, arg_min(
                {{'tipo_documento': tipo_documento, 'numero_documento': numero_documento,
                  'codigo_eps': codigo_eps, 'codigo_municipio': codigo_municipio,
                  'fecha': {ident(fecha)}}},
                ({ident(fecha)}, tipo_documento, numero_documento, codigo_eps)) AS r
            FROM ({registro}) s
            WHERE {ident(identidad)} IN (SELECT id_caso FROM universo)
              AND numero_documento IS NOT NULL AND {ident(fecha)} IS NOT NULL
            GROUP BY 1
        ), entrega AS (
            SELECT numero_documento, min(radicado_el) AS entregado_el
            FROM decidido WHERE NOT parte AND publicado <> {literal(NO_ADMITIDO)}
            GROUP BY 1
        ), valor AS (
            SELECT tipo_documento, numero_documento, publicado,
                   CAST(max(valor_centavos) AS BIGINT) AS valor_centavos
            FROM decidido WHERE vigente AND NOT parte GROUP BY ALL
        )
        SELECT u.id_caso, r.r.tipo_documento AS tipo_documento,
               r.r.numero_documento AS numero_documento, r.r.codigo_eps AS codigo_eps,
               coalesce(b.base, r.r.codigo_eps, '') AS eps,
               r.r.codigo_municipio AS codigo_municipio, r.r.fecha AS fecha, u.estado,
               CASE WHEN v.publicado IS NULL THEN 0 ELSE v.valor_centavos END AS valor_centavos,
               e.numero_documento IS NOT NULL AS con_registro, e.entregado_el
        FROM universo u LEFT JOIN registrado r USING (id_caso)
        LEFT JOIN eps b ON b.codigo = r.r.codigo_eps
        LEFT JOIN entrega e ON e.numero_documento = r.r.numero_documento
        LEFT JOIN valor v ON v.tipo_documento = r.r.tipo_documento
            AND v.numero_documento = r.r.numero_documento AND v.publicado = u.estado
        ORDER BY u.id_caso
        """
    )


def decidido_de_carpeta(
    con: duckdb.DuckDBPyConnection, registros: Path, filas: Path, historia: str
) -> None:
    """Table ``decidido`` of an evaluation without a server: what it judged, and the cases that
    ``historia`` (SQL of the register) had. Nobody knows when each came."""
    con.execute(
        f"""
        CREATE TABLE decidido AS
        SELECT f.tipo_documento, f.numero_documento, r.estado AS publicado, r.valor_centavos,
               CAST(NULL AS DATE) AS radicado_el, true AS vigente, false AS parte
        FROM read_parquet({literal(str(registros))}) r
        JOIN read_parquet({literal(str(filas))}) f USING (fila)
        UNION ALL
        SELECT tipo_documento, numero_documento, estado, CAST(valor AS BIGINT) * 100, NULL, true,
               false
        FROM ({historia}) WHERE rol = 'CASO'
        """
    )


def universo_de_carpeta(con: duckdb.DuckDBPyConnection, universo: Path) -> None:
    """Table ``universo``, from the file that an evaluation wrote."""
    con.execute(
        "CREATE TABLE universo AS SELECT id_caso, estado "
        f"FROM read_parquet({literal(str(universo))})"
    )


def contar(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, tuple[int, int]], int, int]:
    """State → (cases, centavos), distinct identities and distinct persons of ``caso``."""
    por_estado = con.execute(
        "SELECT coalesce(estado, ''), count(*), CAST(sum(valor_centavos) AS BIGINT) "
        "FROM caso GROUP BY 1"
    ).fetchall()
    (distintos, personas) = con.execute(
        "SELECT count(DISTINCT id_caso), count(DISTINCT (tipo_documento, numero_documento)) "
        "FROM caso"
    ).fetchall()[0]
    return {e: (n, valor) for e, n, valor in por_estado}, distintos, personas


def contar_registros(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Published state → current records in it."""
    filas = con.execute(
        "SELECT publicado, count(*) FROM decidido WHERE vigente AND NOT parte GROUP BY 1"
    ).fetchall()
    return dict(filas)


def escribir(con: duckdb.DuckDBPyConnection, tabla: str, ruta: Path) -> None:
    """One of the files of the run. Small groups: a page reads few of them."""
    con.execute(
        f"COPY (FROM {ident(tabla)}) TO {literal(str(ruta))} "
        "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
    )
