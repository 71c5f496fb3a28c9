"""One vectorised pass that types a batch of text cells and says what is wrong with each.

The SQL is generated from the campos, once per file. Everything a file brings travels as data,
never inside the SQL; only declared names and literals do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from shared.db.duck import en_memoria
from shared.radicacion.esquema import como_se_escribe
from shared.radicacion.lectura.model import DEFECTOS_CELDA, MARCA, letra
from shared.tipos.campos import Campo, Tipo
from shared.tipos.documentos import DOCUMENTOS_NUMERICOS, FORMATOS_DOCUMENTO, PT_DESDE

_TIPOS_ARROW: Final = {
    Tipo.ENTERO: pa.int64(),
    Tipo.FECHA: pa.date32(),
    Tipo.BOOLEANO: pa.bool_(),
}
CENTINELAS: Final = (
    date(1, 1, 1),
    date(1845, 1, 1),
    date(1900, 1, 1),
    date(9999, 12, 31),
)
"""Dates that mean "no date" (registers §, reading of a row): read as empty."""
_ANIOS: Final = (1900, 2100)
_MAYOR_ENTERO: Final = 10**15 - 1
"""The digits a spreadsheet keeps whole; and sums and products of them stay far from 64 bits."""
_ECO: Final = 40
"""Characters of a value that a message repeats."""
_BLANCOS: Final = (
    r"[\s\x{0085}\x{00A0}\x{1680}\x{2000}-\x{200B}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
    r"\x{FEFF}]+"
)
_ILEGIBLE: Final = r"[\x00-\x1F\x7F\x{FFFD}]"
_AUSENCIA: Final = r"(?i)n/?a|#n/[ad]|nulo?|null|none|nan|ninguno|sin dato|s/d|s\.d\.|-+|\.+|\?+"
_DIA_MES: Final = r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}"


@dataclass(frozen=True)
class Juicio:
    """The SQL of one campo over its clean cell."""

    vale: str
    valor: str
    motivos: tuple[tuple[str, str], ...]
    """Condition and SQL text of the message, most telling first; tried only if not ``vale``."""


class Tipador:
    """Types batches on one private in-memory DuckDB connection. Use as a context manager."""

    def __init__(
        self,
        campos: Sequence[Campo],
        columnas: Sequence[int | None],
        *,
        con_letras: bool,
        defectos: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.campos = campos
        self.ceros = [0] * len(campos)
        """Cells per campo that got their lost zero back."""
        self._con = en_memoria(
            memory_limit="768MB",
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            enable_external_access=False,
            python_enable_replacements=False,
        )
        self._juzgar = _sql_juzgar(campos, {**DEFECTOS_CELDA, **defectos})
        self._filas = _sql_filas(campos)
        self._forma = _sql_forma(campos, columnas, con_letras=con_letras)
        self._completables = [i for i, c in enumerate(campos) if c.completa_ceros]

    def __enter__(self) -> Tipador:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def tipar(self, lote: pa.Table) -> tuple[pa.Table, pa.Table]:
        """Typed rows and findings of a batch, both in row order."""
        self._con.register("crudo", lote)
        self._con.execute(self._juzgar)
        self._con.unregister("crudo")
        filas = self._tabla(self._filas)
        forma = self._tabla(self._forma)
        if self._completables:
            sumas = ", ".join(f"count(*) FILTER (WHERE z{i})" for i in self._completables)
            cuentas = self._con.execute(f"SELECT {sumas} FROM juzgado").fetchall()[0]  # noqa: S608
            for i, n in zip(self._completables, cuentas, strict=True):
                self.ceros[i] += n
        return filas.cast(esquema_filas(self.campos)), forma.cast(ESQUEMA_FORMA)

    def _tabla(self, sql: str) -> pa.Table:
        tabla: pa.Table = self._con.sql(sql).to_arrow_table()
        return tabla


ESQUEMA_FORMA: Final = pa.schema(
    [("fila", pa.int64()), ("columna", pa.string()), ("mensaje", pa.string())]
)


def esquema_filas(campos: Sequence[Campo]) -> pa.Schema:
    """Arrow schema of ``filas.parquet``."""
    tipados = [(c.nombre, _TIPOS_ARROW.get(c.tipo, pa.string())) for c in campos]
    return pa.schema([("fila", pa.int64()), *tipados, ("forma_ok", pa.bool_())])


# SQL


def _sql_juzgar(campos: Sequence[Campo], defectos: Mapping[str, str]) -> str:
    limpias = ", ".join(
        f"CASE WHEN regexp_full_match(c{i}, '[!-~]+') THEN c{i} ELSE "
        f"nullif(trim(regexp_replace(c{i}, '{_BLANCOS}', ' ', 'g')), '') END AS x{i}"
        for i in range(len(campos))
    )
    ceros = "".join(
        f", regexp_full_match(x{i}, '\\d{{{c.largo - 1}}}') AS z{i}"
        for i, c in enumerate(campos)
        if c.completa_ceros and c.largo
    )
    # A document is judged with the typed cells of its row: its type and the day of the fact.
    documentos = [i for i, c in enumerate(campos) if c.tipo is Tipo.DOCUMENTO]
    sueltas = [i for i, c in enumerate(campos) if c.tipo is not Tipo.DOCUMENTO]
    crudas = ", ".join(f"x{i}" for i in range(len(campos)))
    return (
        "CREATE OR REPLACE TEMP TABLE juzgado AS "  # noqa: S608 - only declared names
        f"WITH limpio AS (SELECT fila, hoja, defecto, {limpias} FROM crudo), "
        f"tipado AS (SELECT *{_sql_juicios(campos, sueltas, defectos)}{ceros} FROM limpio), "
        f"completo AS (SELECT *{_sql_juicios(campos, documentos, defectos)} FROM tipado) "
        f"SELECT * EXCLUDE ({crudas}) FROM completo"
    )


def _sql_juicios(
    campos: Sequence[Campo], cuales: Sequence[int], defectos: Mapping[str, str]
) -> str:
    """The value ``v`` and the message ``e`` of some campos, to follow others in a ``SELECT``."""
    piezas = []
    for i in cuales:
        juicio = _juicio(campos, i)
        piezas.append(f", CASE WHEN {juicio.vale} THEN {juicio.valor} END AS v{i}")
        piezas.append(f", {_sql_error(campos[i], f'x{i}', juicio, defectos)} AS e{i}")
    return "".join(piezas)


def _sql_error(campo: Campo, x: str, juicio: Juicio, defectos: Mapping[str, str]) -> str:
    marcas = [(f"{x} = {_lit(MARCA + m)}", _lit(t)) for m, t in defectos.items()]
    ilegible = (
        f"regexp_matches({x}, '{_ILEGIBLE}')",
        _lit("tiene caracteres ilegibles. Escriba el valor de nuevo o exporte en UTF-8."),
    )
    casos = " ".join(
        f"WHEN {condicion} THEN {texto}"
        for condicion, texto in [*marcas, ilegible, *juicio.motivos]
    )
    vacia = (
        _lit(f"la celda está vacía y es obligatoria. {como_se_escribe(campo)}")
        if campo.obligatorio
        else "NULL"
    )
    otro = f"{_eco(campo, x)} || {_lit(f'no se admite. {como_se_escribe(campo)}')}"
    return (
        f"CASE WHEN defecto IS NOT NULL THEN NULL WHEN {x} IS NULL THEN {vacia} "
        f"WHEN {juicio.vale} THEN NULL {casos} ELSE {otro} END"
    )


def _sql_filas(campos: Sequence[Campo]) -> str:
    valores = "".join(f'v{i} AS "{c.nombre}", ' for i, c in enumerate(campos))
    limpia = " AND ".join(["defecto IS NULL", *(f"e{i} IS NULL" for i in range(len(campos)))])
    return f"SELECT fila, {valores}{limpia} AS forma_ok FROM juzgado ORDER BY fila"  # noqa: S608


def _sql_forma(campos: Sequence[Campo], columnas: Sequence[int | None], *, con_letras: bool) -> str:
    partes = [
        "SELECT fila, -1 AS orden, NULL::VARCHAR AS columna, "
        "'Fila ' || hoja || ': ' || defecto AS mensaje FROM juzgado WHERE defecto IS NOT NULL"
    ]
    for i, (campo, columna) in enumerate(zip(campos, columnas, strict=True)):
        donde = lugar(campo.nombre, columna, con_letras=con_letras)
        partes.append(
            f"SELECT fila, {i}, {_lit(campo.nombre)}, "  # noqa: S608 - only declared names
            f"'Fila ' || hoja || {_lit(donde)} || e{i} FROM juzgado WHERE e{i} IS NOT NULL"
        )
    union = " UNION ALL ".join(partes)
    return f"SELECT fila, columna, mensaje FROM ({union}) ORDER BY fila, orden"  # noqa: S608


def lugar(nombre: str, columna: int | None, *, con_letras: bool) -> str:
    """What goes between the row and what is wrong with its cell."""
    if con_letras and columna is not None:
        return f", columna {letra(columna)} ({nombre}): "
    return f", columna {nombre}: "


def _lit(texto: str) -> str:
    return "'" + texto.replace("'", "''") + "'"


def _eco(campo: Campo, x: str) -> str:
    """SQL text that starts a message: the value, shortened, unless it is personal."""
    if campo.personal:
        return _lit("el valor ")
    return (
        f"'«' || left({x}, {_ECO}) || CASE WHEN length({x}) > {_ECO} THEN '…' ELSE '' END || '» '"
    )


def _juicio(campos: Sequence[Campo], i: int) -> Juicio:
    campo = campos[i]
    if campo.tipo is Tipo.DOCUMENTO:
        lugares = {c.nombre: f"v{n}" for n, c in enumerate(campos)}
        return _documento(campo, f"x{i}", lugares[campo.segun], lugares.get(campo.fecha))
    return _POR_TIPO[campo.tipo](campo, f"x{i}")


def _texto(campo: Campo, x: str) -> Juicio:
    limpio = f"NOT regexp_matches({x}, '{_ILEGIBLE}')"
    if campo.largo is None:
        return Juicio(limpio, x, ())
    return Juicio(
        f"length({x}) <= {campo.largo} AND {limpio}",
        x,
        (
            (
                f"length({x}) > {campo.largo}",
                f"'tiene ' || length({x}) || ' caracteres y caben {campo.largo}. Acorte el texto.'",
            ),
        ),
    )


def _digitos(campo: Campo, x: str) -> Juicio:
    pide = como_se_escribe(campo)
    largo = campo.largo
    patron = r"\d+" if largo is None else rf"\d{{{largo}}}"
    valor = x
    if campo.completa_ceros and largo:
        patron = rf"\d{{{largo - 1},{largo}}}"
        valor = f"lpad({x}, {largo}, '0')"
    eco = _eco(campo, x)
    return Juicio(
        f"regexp_full_match({x}, '{patron}')",
        valor,
        (
            _ausencia(campo, x),
            (
                f"regexp_full_match({x}, '\\d+')",
                f"{eco} || 'tiene ' || length({x}) || {_lit(f' dígitos. {pide}')}",
            ),
            (
                f"regexp_matches({x}, '\\d[eE][+]?\\d|\\d[.,]\\d+[eE]')",
                f"{eco} || {_lit(f'está en notación científica. Dele formato de texto. {pide}')}",
            ),
        ),
    )


def _entero(campo: Campo, x: str) -> Juicio:
    minimo = campo.minimo or 0
    pide = como_se_escribe(campo)
    eco = _eco(campo, x)
    # TRY_CAST is guarded: alone it would take "1e3" and " 5".
    numero = f"CASE WHEN regexp_full_match({x}, '\\d{{1,30}}') THEN TRY_CAST({x} AS BIGINT) END"
    return Juicio(
        f"coalesce({numero} BETWEEN {minimo} AND {_MAYOR_ENTERO}, false)",
        f"TRY_CAST({x} AS BIGINT)",
        (
            _ausencia(campo, x),
            (
                f"regexp_full_match({x}, '-\\s?\\d[\\d.,]*')",
                f"{eco} || {_lit(f'es negativo. {pide}')}",
            ),
            (
                f"regexp_full_match({x}, '\\d{{1,3}}([.,'' ]\\d{{3}})+')",
                f"{eco} || {_lit(f'lleva separador de miles o decimales. {pide}')}",
            ),
            (
                f"regexp_full_match({x}, '\\d*[.,]\\d+')",
                f"{eco} || {_lit(f'lleva decimales. {pide}')}",
            ),
            (
                f"{numero} < {minimo}",
                f"{eco} || {_lit(f'es menor que {minimo}. {pide}')}",
            ),
            (
                f"regexp_full_match({x}, '\\d+')",
                f"{eco} || {_lit(f'es demasiado grande. {pide}')}",
            ),
        ),
    )


def _fecha(campo: Campo, x: str) -> Juicio:
    pide = como_se_escribe(campo)
    eco = _eco(campo, x)
    forma = f"regexp_full_match({x}, '\\d{{4}}-\\d{{2}}-\\d{{2}}')"
    dia = f"CASE WHEN {forma} THEN TRY_CAST({x} AS DATE) END"
    centinela = f"{x} IN ({', '.join(_lit(d.isoformat()) for d in CENTINELAS)})"
    en_rango = f"(year({dia}) BETWEEN {_ANIOS[0]} AND {_ANIOS[1]} AND NOT {centinela})"
    vale = en_rango if campo.obligatorio else f"({en_rango} OR {centinela})"
    vacia = "" if campo.obligatorio else " Si no hay fecha, deje la celda vacía."
    return Juicio(
        f"coalesce({vale}, false)",
        f"CASE WHEN NOT {centinela} THEN {dia} END",
        (
            _ausencia(campo, x),
            (centinela, f"{eco} || {_lit(f'no es una fecha real. {pide}{vacia}')}"),
            (
                f"{dia} IS NOT NULL",
                f"{eco} || {_lit(f'está fuera de los años {_ANIOS[0]} a {_ANIOS[1]}. {pide}')}",
            ),
            (forma, f"{eco} || {_lit(f'no existe en el calendario. {pide}{vacia}')}"),
            (
                f"regexp_full_match({x}, '{_DIA_MES}')",
                f"{eco} || {_lit(f'no dice cuál es el día y cuál el mes. {pide}')}",
            ),
            (
                f"regexp_full_match({x}, '\\d{{4}}-\\d{{2}}-\\d{{2}}[T ]\\d{{2}}:.*')",
                f"{eco} || {_lit(f'trae también la hora. {pide}')}",
            ),
        ),
    )


def _periodo(campo: Campo, x: str) -> Juicio:
    return Juicio(
        f"regexp_full_match({x}, '(19|20|21)\\d{{2}}-(0[1-9]|1[0-2])')", x, (_ausencia(campo, x),)
    )


def _lista(campo: Campo, x: str) -> Juicio:
    plegado = f"upper(strip_accents({x}))"
    valores = ", ".join(_lit(v) for v in campo.valores)
    return Juicio(f"{plegado} IN ({valores})", plegado, (_ausencia(campo, x),))


def _booleano(campo: Campo, x: str) -> Juicio:
    plegado = f"upper(strip_accents({x}))"
    return Juicio(
        f"{plegado} IN ('SI', 'S', '1', 'NO', 'N', '0')",
        f"{plegado} IN ('SI', 'S', '1')",
        (_ausencia(campo, x),),
    )


def _documento(campo: Campo, x: str, tipo: str, dia: str | None) -> Juicio:
    """The number of a row whose type could not be read is not judged: that is said there."""
    es_numerico = f"{tipo} IN ({', '.join(_lit(t) for t in DOCUMENTOS_NUMERICOS)})"
    # Nearly every number is plain already, and is then left alone.
    numero = (
        f"CASE WHEN regexp_full_match({x}, '[1-9][0-9]*') THEN {x} "
        f"WHEN {es_numerico} THEN ltrim(translate({x}, '., ', ''), '0') ELSE upper({x}) END"
    )
    formas = "".join(
        f" WHEN {_lit(t)} THEN regexp_full_match({numero}, {_lit(f.patron)})"
        for t, f in FORMATOS_DOCUMENTO.items()
    )
    textos = "".join(
        f" WHEN {_lit(t)} THEN {_lit(f'{t} ({f.nombre}): {f.se_escribe}')}"
        for t, f in FORMATOS_DOCUMENTO.items()
    )
    no_es = (
        f"'el valor no tiene la forma de ' || CASE {tipo}{textos} END || "
        f"{_lit(f'. Corrija el número, o {campo.segun} si es de otro tipo.')}"
    )
    vale = f"CASE {tipo}{formas} ELSE NOT regexp_matches({x}, '{_ILEGIBLE}') END"
    motivos = [_ausencia(campo, x)]
    if dia is not None:
        temprano = f"coalesce({tipo} = 'PT' AND {dia} < DATE '{PT_DESDE}', false)"
        vale = f"{vale} AND NOT {temprano}"
        motivos.append((temprano, _lit(_pt_temprano(campo))))
    return Juicio(vale, numero, (*motivos, ("true", no_es)))


def _pt_temprano(campo: Campo) -> str:
    return (
        f"un PT no existía antes de {PT_DESDE} y {campo.fecha} es anterior. Escriba el documento "
        f"que la persona tenía ese día, o corrija {campo.fecha}."
    )


def _ausencia(campo: Campo, x: str) -> tuple[str, str]:
    """Words people write for "no datum": the empty cell says it, where one may be empty."""
    pide = "Es obligatorio." if campo.obligatorio else "Si no hay dato, deje la celda vacía."
    texto = f"{_eco(campo, x)} || {_lit(f'no es un dato. {pide} {como_se_escribe(campo)}')}"
    return f"regexp_full_match({x}, '{_AUSENCIA}')", texto


_POR_TIPO: Final = {
    Tipo.TEXTO: _texto,
    Tipo.DIGITOS: _digitos,
    Tipo.ENTERO: _entero,
    Tipo.FECHA: _fecha,
    Tipo.PERIODO: _periodo,
    Tipo.LISTA: _lista,
    Tipo.BOOLEANO: _booleano,
}
