"""Judge rows of a radicación again, apart from its others, and compare what comes out.

Comparisons are made in DuckDB over files: only what changes comes to Python. What a record is
compared with is what its own evaluation decided: whatever became of it since by an event (it
expired, an account was opened) is not undone because the rules say the same as they said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import duckdb

from shared.db.duck import en_memoria
from shared.focalizacion.model import Efecto, Mecanismo
from shared.giros.model import EstadoReconocimiento, Situacion, situacion
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.model import Radicacion
from shared.registros.expresiones import literal
from shared.reproceso.model import Cambio, Clase

ABIERTA: Final = "ABIERTA"
FIJA: Final = "FIJA"
_ABIERTOS: Final = tuple(
    e.value for e in EstadoReconocimiento if situacion(e, None) is not Situacion.PAGADO
)
_REGISTROS: Final = {
    "fila": "BIGINT",
    "id": "UUID",
    "estado": "VARCHAR",
    "codigos": "VARCHAR",
    "valor_centavos": "BIGINT",
    "numero": "INTEGER",
}
_PAGOS: Final = {
    "fila": "BIGINT",
    "concepto": "VARCHAR",
    "reconocimiento_id": "UUID",
    "tipo_documento": "VARCHAR",
    "numero": "VARCHAR",
    "valor_centavos": "BIGINT",
    "estado": "VARCHAR",
    "espera_por": "VARCHAR",
    "propio": "BOOLEAN",
    "vale_centavos": "BIGINT",
    "hallado_centavos": "BIGINT",
}
_HALLAZGOS: Final = {"fila": "BIGINT", "reconocimiento_id": "UUID", "capital_centavos": "BIGINT"}
_PARTES: Final = """
    CREATE TABLE {nombre} AS
    SELECT fila, string_agg(tipo_documento || ' ' || numero || ' ' || valor, ','
                            ORDER BY tipo_documento, numero) AS texto
    FROM (SELECT fila, tipo_documento, numero, sum(valor_centavos) AS valor
          FROM {tabla} GROUP BY ALL)
    GROUP BY fila
"""
"""One text per row: who is paid, and how much."""


@dataclass(frozen=True)
class Actual:
    """Files of what the current records of a radicación are, in ``carpeta``."""

    carpeta: Path
    evaluaciones: Mapping[int, Path]
    """Folder of each evaluation that decided some of them."""

    @property
    def registros(self) -> Path:
        return self.carpeta / "registros.csv"

    @property
    def pagos(self) -> Path:
        return self.carpeta / "pagos.csv"

    @property
    def hallazgos(self) -> Path:
        return self.carpeta / "hallazgos.csv"


@dataclass(frozen=True)
class Filas:
    """Rows that are judged together, with their records."""

    filas: Sequence[int]
    registros: Sequence[UUID]


@dataclass(frozen=True)
class Pago:
    """What a part of a row that changes is paid now, by a recognition that counts."""

    fila: int
    concepto: str
    reconocimiento_id: UUID
    titular: tuple[str, str]
    valor_centavos: int
    abierto: bool
    vale_centavos: int
    """What its recognition is worth, in all."""
    hallado_centavos: int
    """What of it is already found in excess."""


@contextmanager
def _abrir(actual: Actual, mecanismo: Mecanismo) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables ``actual``, ``pago``, ``hallado`` and ``clase``, and the macro ``razones``."""
    with en_memoria() as conexion:
        for tabla, ruta, tipos in (
            ("actual", actual.registros, _REGISTROS),
            ("pago", actual.pagos, _PAGOS),
            ("hallado", actual.hallazgos, _HALLAZGOS),
        ):
            columnas = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in tipos.items())
            conexion.execute(
                f"CREATE TABLE {tabla} AS SELECT * FROM read_csv({literal(str(ruta))}, "  # noqa: S608
                "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
                f"columns = {{{columnas}}})"
            )
        abiertos = ", ".join(map(literal, _ABIERTOS))
        conexion.execute("ALTER TABLE pago ADD abierto BOOLEAN")
        conexion.execute(f"UPDATE pago SET abierto = estado IN ({abiertos})")  # noqa: S608
        sin_peso = ", ".join(map(literal, sorted(_que_no_deciden(mecanismo))))
        conexion.execute(
            "CREATE MACRO razones(c) AS list_sort(list_filter(string_split(coalesce(c, ''), ';'), "
            f"lambda x: x NOT IN ({sin_peso})))"
        )
        yield conexion


def _que_no_deciden(mecanismo: Mecanismo) -> set[str]:
    """Codes that say nothing of why a record is as it is: those that only warn, and what the
    operator of the accounts answers."""
    deciden = {r.codigo for r in mecanismo.reglas if r.si_incumple is not Efecto.AVISO}
    avisan = {r.codigo for r in mecanismo.reglas} - deciden
    return avisan | {"", mecanismo.pago.enrola or ""}


def clasificar(actual: Actual, mecanismo: Mecanismo, *, todo: bool) -> dict[str, Filas]:
    """Rows that are open and rows that are at the bank or paid; with ``todo``, all are open.

    Left out are those that something else than their solicitud pays: another procedure decided
    them.
    """
    with _abrir(actual, mecanismo) as conexion:
        halladas = conexion.execute(
            """
            SELECT CASE WHEN $todo OR p.abierto IS NOT FALSE THEN 'ABIERTA' ELSE 'FIJA' END,
                   list(a.fila ORDER BY a.fila), list(a.id ORDER BY a.fila)
            FROM actual a
            LEFT JOIN (SELECT fila, bool_and(abierto) AS abierto, bool_and(propio) AS propio
                       FROM pago GROUP BY fila) p USING (fila)
            WHERE p.propio IS NOT FALSE GROUP BY 1
            """,
            {"todo": todo},
        ).fetchall()
    return {clase: Filas(filas, registros) for clase, filas, registros in halladas}


def comparar(
    actual: Actual, evaluacion: Evaluacion, radicacion: Radicacion, mecanismo: Mecanismo
) -> list[Cambio]:
    """Open records that come out otherwise, in row order."""
    with _abrir(actual, mecanismo) as conexion:
        _juzgadas(conexion, actual, evaluacion, radicacion)
        filas = conexion.execute(
            f"""
            SELECT a.fila, a.id, a.estado, j.estado, a.codigos, j.codigos, a.valor_centavos,
                   j.valor_centavos, sha256(CAST(a.id AS VARCHAR) || coalesce(n.texto, ''))
            FROM actual a JOIN juzgado j USING (fila) JOIN antes b USING (fila)
            LEFT JOIN nuevas n USING (fila) LEFT JOIN viejas v USING (fila)
            WHERE ({_distinto("b", mecanismo)} OR {_OTRAS_PARTES})
              AND ({_distinto("a", mecanismo)} OR {_OTRAS_PARTES})
              AND NOT {_vencido(mecanismo)}
            ORDER BY a.fila
            """  # noqa: S608 - fixed texts, and states of a mechanism of ours
        ).fetchall()
    return [
        Cambio(Clase.CAMBIO, fila, id_, de, a, _lista(de_c), _lista(a_c), de_v, a_v, partes)
        for fila, id_, de, a, de_c, a_c, de_v, a_v, partes in filas
    ]


_OTRAS_PARTES: Final = (
    "(a.valor_centavos > 0 AND j.valor_centavos > 0 AND n.texto IS DISTINCT FROM v.texto)"
)


def _distinto(de: str, mecanismo: Mecanismo) -> str:
    """Whether what is judged differs from ``de``. Where the answers of an operator tell the valued
    states apart, they are one: the rules do not decide between them."""

    def estado(tabla: str) -> str:
        if mecanismo.pago.enrola is None:
            return f"{tabla}.estado"
        valorados = ", ".join(map(literal, sorted(mecanismo.estados.valorados)))
        return f"CASE WHEN {tabla}.estado IN ({valorados}) THEN '' ELSE {tabla}.estado END"

    return (
        f"({estado('j')}, j.valor_centavos, razones(j.codigos)) IS DISTINCT FROM "
        f"({estado(de)}, {de}.valor_centavos, razones({de}.codigos))"
    )


def _vencido(mecanismo: Mecanismo) -> str:
    """It expired in the state in which the rules still leave it: so it stays."""
    casos = [
        f"(j.estado = {literal(e)} AND b.estado = {literal(e)} AND a.estado = {literal(v.a)})"
        for e, v in mecanismo.estados.vencen.items()
    ]
    return f"({' OR '.join(casos)})" if casos else "false"


def _juzgadas(
    conexion: duckdb.DuckDBPyConnection,
    actual: Actual,
    evaluacion: Evaluacion,
    radicacion: Radicacion,
) -> None:
    """Tables ``juzgado``, ``antes`` (what decided each row), ``nueva`` (parts), and the texts
    ``nuevas`` and ``viejas``."""
    conexion.execute(
        "CREATE TABLE juzgado AS SELECT fila, estado, codigos, valor_centavos FROM read_parquet(?)",
        [str(evaluacion.registros)],
    )
    conexion.execute(
        "CREATE TABLE antes AS SELECT fila, estado, codigos, valor_centavos FROM "
        "juzgado WHERE false"
    )
    for numero, carpeta in actual.evaluaciones.items():
        conexion.execute(
            "INSERT INTO antes SELECT e.fila, e.estado, e.codigos, e.valor_centavos "
            "FROM read_parquet(?) e JOIN actual a USING (fila) JOIN juzgado USING (fila) "
            "WHERE a.numero = ?",
            [str(carpeta / "registros.parquet"), numero],
        )
    partes_nuevas(conexion, evaluacion, radicacion)
    conexion.execute(_PARTES.format(nombre="nuevas", tabla="nueva"))
    conexion.execute(_PARTES.format(nombre="viejas", tabla="pago"))


def partes_nuevas(
    conexion: duckdb.DuckDBPyConnection, evaluacion: Evaluacion, radicacion: Radicacion
) -> None:
    """Table ``nueva``: whom each part of each valued row is to be paid to."""
    if evaluacion.pagos is not None:
        conexion.execute(
            "CREATE TABLE nueva AS SELECT fila, concepto, tipo_documento, numero, nombre, "
            "valor_centavos, codigo_banco, tipo_producto, numero_producto FROM read_parquet(?)",
            [str(evaluacion.pagos)],
        )
        return
    conexion.execute(
        "CREATE TABLE nueva AS SELECT fila, '' AS concepto, 'NI' AS tipo_documento, "
        "CAST(? AS VARCHAR) AS numero, CAST(? AS VARCHAR) AS nombre, valor_centavos, "
        "CAST(NULL AS VARCHAR) AS codigo_banco, CAST(NULL AS VARCHAR) AS tipo_producto, "
        "CAST(NULL AS VARCHAR) AS numero_producto FROM read_parquet(?) WHERE valor_centavos > 0",
        [
            radicacion.nit,
            radicacion.solicitud.get("razon_social") or radicacion.nit,
            str(evaluacion.registros),
        ],
    )


def comparar_fijas(
    actual: Actual, evaluacion: Evaluacion, radicacion: Radicacion, mecanismo: Mecanismo
) -> list[Cambio]:
    """Records at the bank or paid that would be worth less, or more, in row order."""
    with _abrir(actual, mecanismo) as conexion:
        _juzgadas(conexion, actual, evaluacion, radicacion)
        distintas = conexion.execute(
            "SELECT a.fila, a.id, a.estado, j.estado, a.codigos, j.codigos, a.valor_centavos, "
            "j.valor_centavos, sha256(CAST(a.id AS VARCHAR) || coalesce(n.texto, '')) "
            "FROM actual a JOIN juzgado j USING (fila) "
            "LEFT JOIN nuevas n USING (fila) LEFT JOIN viejas v USING (fila) "
            "WHERE n.texto IS DISTINCT FROM v.texto ORDER BY a.fila"
        ).fetchall()
        filas = [d[0] for d in distintas]
        pagos = pagos_de(conexion, filas)
        debido = _debido(conexion, filas)
        hallado = {
            (fila, r): capital
            for fila, r, capital in conexion.execute(
                "SELECT fila, reconocimiento_id, CAST(capital_centavos AS BIGINT) FROM hallado"
            ).fetchall()
        }
    libre = {p.reconocimiento_id: p.vale_centavos - p.hallado_centavos for p in pagos}
    por_fila: defaultdict[int, list[Pago]] = defaultdict(list)
    for pago in pagos:
        por_fila[pago.fila].append(pago)
    cambios = []
    for fila, id_, de, a, de_c, a_c, de_v, a_v, partes in distintas:
        base = Cambio(Clase.NOTA, fila, id_, de, a, _lista(de_c), _lista(a_c), de_v, a_v, partes)
        cambios += excesos(base, por_fila[fila], debido[fila], hallado, libre)
    return cambios


def excesos(
    base: Cambio,
    pagos: Sequence[Pago],
    debido: Mapping[tuple[str, str], int],
    hallado: Mapping[tuple[int, UUID], int],
    libre: dict[UUID, int],
) -> list[Cambio]:
    """What is to be said of a record that does not change: what each titular has too much, taken
    first from what nobody ordered, without what was already found; a note if it would be worth
    more. ``debido`` is what it would be worth to each titular; ``libre``, what of each recognition
    may still be found in excess.
    """
    sobra: dict[tuple[str, str], int] = defaultdict(int)
    for pago in pagos:
        sobra[pago.titular] += pago.valor_centavos
    for titular, valor in debido.items():
        sobra[titular] = sobra.get(titular, 0) - valor
    cambios = []
    for pago in sorted(pagos, key=lambda p: (not p.abierto, p.concepto, p.reconocimiento_id)):
        quita = min(max(sobra[pago.titular], 0), pago.valor_centavos)
        sobra[pago.titular] -= quita
        if not pago.abierto:
            quita = min(
                quita - hallado.get((pago.fila, pago.reconocimiento_id), 0),
                libre[pago.reconocimiento_id],
            )
        if quita > 0:
            libre[pago.reconocimiento_id] -= quita
            cambios.append(_con(base, pago, quita))
    if base.a_valor_centavos > base.de_valor_centavos:
        cambios.append(base)
    return cambios


def _con(base: Cambio, pago: Pago, capital: int) -> Cambio:
    return Cambio(
        Clase.RECORTE if pago.abierto else Clase.HALLAZGO,
        base.fila,
        base.registro_id,
        base.de,
        base.a,
        base.de_codigos,
        base.a_codigos,
        base.de_valor_centavos,
        base.a_valor_centavos,
        base.partes,
        pago.reconocimiento_id,
        capital,
    )


def _debido(
    conexion: duckdb.DuckDBPyConnection, filas: Sequence[int]
) -> defaultdict[int, dict[tuple[str, str], int]]:
    debido: defaultdict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for fila, tipo, numero, valor in conexion.execute(
        "SELECT fila, tipo_documento, numero, CAST(sum(valor_centavos) AS BIGINT) FROM nueva "
        "WHERE list_contains(?::BIGINT[], fila) GROUP BY ALL",
        [filas],
    ).fetchall():
        debido[fila][tipo, numero] = valor
    return debido


def pagos_de(conexion: duckdb.DuckDBPyConnection, filas: Sequence[int]) -> list[Pago]:
    """What pays those rows now, from table ``pago``."""
    halladas = conexion.execute(
        "SELECT fila, concepto, reconocimiento_id, tipo_documento, numero, valor_centavos, "
        "abierto, vale_centavos, hallado_centavos FROM pago "
        "WHERE list_contains(?::BIGINT[], fila) ORDER BY fila, concepto",
        [filas],
    ).fetchall()
    return [Pago(f, c, r, (t, n), v, ab, vale, h) for f, c, r, t, n, v, ab, vale, h in halladas]


@dataclass(frozen=True)
class ParteNueva:
    """What a part of a row that changes is to be paid, and to whom."""

    fila: int
    concepto: str
    titular: tuple[str, str]
    nombre: str
    valor_centavos: int
    cuenta: tuple[str, str, str] | None


def partes_que_cambian(
    actual: Actual,
    evaluacion: Evaluacion | None,
    radicacion: Radicacion,
    mecanismo: Mecanismo,
    *,
    filas: Sequence[int],
    fijas: Sequence[int],
) -> tuple[list[Pago], list[ParteNueva]]:
    """What paid the rows that change, and those that do not, and what is to pay the former."""
    with _abrir(actual, mecanismo) as conexion:
        pagos = pagos_de(conexion, [*filas, *fijas])
        if evaluacion is None:
            return pagos, []
        partes_nuevas(conexion, evaluacion, radicacion)
        nuevas = conexion.execute(
            "SELECT fila, concepto, tipo_documento, numero, coalesce(nombre, numero), "
            "valor_centavos, codigo_banco, tipo_producto, numero_producto FROM nueva "
            "WHERE list_contains(?::BIGINT[], fila) ORDER BY fila, concepto",
            [filas],
        ).fetchall()
    return pagos, [
        ParteNueva(f, c, (t, n), nombre, v, None if None in cuenta else cuenta)
        for f, c, t, n, nombre, v, *resto in nuevas
        for cuenta in [(resto[0], resto[1], resto[2])]
    ]


def _lista(codigos: Any) -> tuple[str, ...]:
    return tuple(codigos.split(";")) if codigos else ()
