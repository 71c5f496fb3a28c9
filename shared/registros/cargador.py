# ruff: noqa: S608 - the SQL is built from the declarations of the catalogue, never from input
"""Normalise one file into the canonical Parquet of its register, with quarantine and quality.

Order of registers §12: decode, split, trim, missing, types, sentinels. Cells are typed in one
vectorised DuckDB pass over text; a second one sorts the good rows by key.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from shared.registros.catalogo import REGISTROS, esquema_de
from shared.registros.errors import (
    ArchivoIlegible,
    FaltanColumnas,
    NingunaFilaSirve,
    RegistroEquivocado,
)
from shared.registros.expresiones import compacto, es_sentinela, ident, literal, presente, valor
from shared.registros.lectura import (
    DELIMITADORES,
    LINEA_MAXIMA,
    NOMBRES_DELIMITADOR,
    SEPARADOR,
    TEXTO_ROTO,
    TextoPreparado,
    partir_encabezado,
    preparar,
    sha256_de,
)
from shared.registros.model import (
    Carga,
    Clase,
    ColumnaRegistro,
    Derivacion,
    EsquemaRegistro,
    plegar,
)
from shared.tipos import InvarianteRota

FILAS_POR_GRUPO: Final = 61_440
"""Rows per Parquet row group: one DuckDB vector batch, small enough for single look-ups."""
MEMORIA: Final = "2GB"
VENTAJA: Final = 3
"""Columns more that another register must recognise before a file is taken for it."""
EJEMPLOS: Final = 3
MARCA_REGISTRO: Final = "mecanismos_registro"
MARCA_FIRMA: Final = "mecanismos_firma"

_OTROS_FORMATOS: Final = {
    b"PK\x03\x04": "un libro de Excel o un ZIP",
    b"\x1f\x8b": "un comprimido GZIP",
    b"\xd0\xcf\x11\xe0": "un libro de Excel antiguo",
    b"%PDF": "un PDF",
}


@dataclass(frozen=True)
class _Entrada:
    """A source ready for DuckDB: a relation of ``fila`` and positional text columns."""

    relacion: str
    encabezado: list[str]
    sha256: str
    filas: int
    texto: TextoPreparado | None


@dataclass(frozen=True)
class _Trabajo:
    """One load in progress."""

    con: duckdb.DuckDBPyConnection
    esquema: EsquemaRegistro
    fecha_corte: date | None
    carpeta: Path

    @property
    def etapa(self) -> Path:
        return self.carpeta / "etapa.parquet"


def cargar_archivo(
    registro: str | EsquemaRegistro,
    ruta: Path,
    destino: Path,
    *,
    fecha_corte: date | None = None,
) -> Carga:
    """Normalise ``ruta`` into ``destino``; bad rows go to quarantine without stopping.

    Writes ``<registro>.parquet``, ``<registro>.rechazos.parquet`` and ``<registro>.calidad.json``,
    and a Parquet for each register that the layout also brings (``Carga.derivadas``).
    ``fecha_corte`` fills the rows that bring none.

    Raises:
        RegistroDesconocido: no such register.
        ArchivoIlegible: missing or empty file, or not CSV, TXT or Parquet.
        FaltanColumnas, RegistroEquivocado: the header is not the one of the register.
        NingunaFilaSirve: every row went to quarantine.
        InvarianteRota: rows read are not rows kept plus rows rejected.
    """
    esquema = esquema_de(registro)
    destino.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destino, prefix=".carga-") as nombre, _duckdb(
        Path(nombre)
    ) as con:
        trabajo = _Trabajo(con, esquema, fecha_corte, Path(nombre))
        entrada = _abrir(trabajo, ruta)
        mapa = _columnas(esquema, entrada.encabezado, ruta)
        _tipar(trabajo, entrada, mapa)
        return _publicar(trabajo, entrada, mapa, destino)


@contextmanager
def _duckdb(temporal: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(
        config={
            "memory_limit": MEMORIA,
            "temp_directory": str(temporal / "duckdb"),
            # Rows carry their number, so their order need not be kept in memory.
            "preserve_insertion_order": False,
        }
    )
    try:
        yield con
    finally:
        con.close()


# --- source ----------------------------------------------------------------------------------


def _abrir(trabajo: _Trabajo, ruta: Path) -> _Entrada:
    if not ruta.is_file():
        raise ArchivoIlegible(f"No existe el archivo {ruta.name}. Revise el nombre y la carpeta.")
    with ruta.open("rb") as archivo:
        inicio = archivo.read(512)
    if inicio.startswith(b"PAR1"):
        return _abrir_parquet(trabajo.con, ruta)
    for marca, nombre in _OTROS_FORMATOS.items():
        if inicio.startswith(marca):
            raise ArchivoIlegible(f"{ruta.name} es {nombre}. Envíe un CSV, TXT o Parquet.")
    if inicio.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table")):
        raise ArchivoIlegible(
            f"{ruta.name} es una tabla HTML, como la opción «.xls» del portal REPS. "
            "Descargue la opción CSV o TXT."
        )
    return _abrir_texto(trabajo, ruta)


def _abrir_parquet(con: duckdb.DuckDBPyConnection, ruta: Path) -> _Entrada:
    origen = f"read_parquet({literal(str(ruta))}, file_row_number = true)"
    try:
        nombres = [f[0] for f in con.execute(f"DESCRIBE SELECT * FROM {origen}").fetchall()]
        (filas,) = _una(con, f"SELECT count(*) FROM {origen}")
    except duckdb.Error as error:
        raise ArchivoIlegible(f"{ruta.name} está dañado: no se lee como Parquet.") from error
    nombres.remove("file_row_number")
    columnas = ", ".join(
        f"CAST({ident(nombre)} AS VARCHAR) AS c{i}" for i, nombre in enumerate(nombres)
    )
    relacion = f"(SELECT file_row_number + 1 AS fila, {columnas} FROM {origen})"
    return _Entrada(relacion, nombres, sha256_de(ruta), int(filas), None)


def _abrir_texto(trabajo: _Trabajo, ruta: Path) -> _Entrada:
    def elegir(linea: str) -> str:
        def puntos(delimitador: str) -> tuple[int, int]:
            titulos = partir_encabezado(linea, delimitador)
            return len(trabajo.esquema.mapear(titulos)), len(titulos)

        return max(DELIMITADORES, key=puntos)

    texto = preparar(ruta, trabajo.carpeta, elegir)
    columnas = {"fila": "BIGINT"} | {f"c{i}": "VARCHAR" for i in range(len(texto.encabezado))}
    relacion = _leer_lineas(texto.ruta, columnas)
    return _Entrada(relacion, texto.encabezado, texto.inspeccion.sha256, texto.filas, texto)


def _leer_lineas(ruta: Path, columnas: dict[str, str]) -> str:
    tipos = ", ".join(f"{nombre}: {literal(tipo)}" for nombre, tipo in columnas.items())
    return (
        f"read_csv({literal(str(ruta))}, delim = {literal(SEPARADOR)}, quote = '', escape = '', "
        f"header = false, auto_detect = false, new_line = '\\n', "
        f"max_line_size = {2 * LINEA_MAXIMA}, columns = {{{tipos}}})"
    )


def _columnas(esquema: EsquemaRegistro, encabezado: list[str], ruta: Path) -> dict[str, int]:
    """Positions of the canonical columns in the file.

    Raises:
        RegistroEquivocado: another register recognises clearly more of the header.
        FaltanColumnas: obligatory columns absent; all are named with what they are called.
    """
    mapa = esquema.mapear(encabezado)
    faltan = esquema.faltantes(mapa)
    parecido = _mas_parecido(esquema, encabezado)
    if parecido is not None and (faltan or len(parecido.mapear(encabezado)) >= len(mapa) + VENTAJA):
        raise RegistroEquivocado(
            f"{ruta.name} parece de «{parecido.nombre}» ({parecido.titulo}) y se pidió cargarlo "
            f"como «{esquema.nombre}». Indique el registro correcto.",
            registro=esquema.nombre,
            parece=parecido.nombre,
        )
    if faltan:
        detalle = "; ".join(_como_se_llama(c) for c in faltan)
        raise FaltanColumnas(
            f"A {ruta.name} le faltan columnas de «{esquema.nombre}»: {detalle}. "
            f"El encabezado leído es: {', '.join(encabezado)[:300]}.",
            registro=esquema.nombre,
            columnas=[c.nombre for c in faltan],
        )
    return mapa


def _mas_parecido(esquema: EsquemaRegistro, encabezado: list[str]) -> EsquemaRegistro | None:
    propias = len(esquema.mapear(encabezado))
    candidatos = []
    for otro in REGISTROS.values():
        mapa = otro.mapear(encabezado)
        if otro.nombre != esquema.nombre and not otro.faltantes(mapa) and len(mapa) > propias:
            candidatos.append((len(mapa), otro.nombre))
    return REGISTROS[max(candidatos)[1]] if candidatos else None


def _como_se_llama(columna: ColumnaRegistro) -> str:
    otros = [*columna.originales]
    if columna.necesita:
        otros.append(" + ".join(columna.necesita))
    return f"{columna.nombre} (también {', '.join(otros)})" if otros else columna.nombre


# --- typing ----------------------------------------------------------------------------------


def _tipar(trabajo: _Trabajo, entrada: _Entrada, mapa: dict[str, int]) -> None:
    """One pass: clean text, typed cells, composed and derived columns, bad cells, counters."""
    esquema = trabajo.esquema
    presentes = [c for c in esquema.leidas if c.nombre in mapa]
    trabajo.con.execute(
        f"""
        COPY (
            WITH compacta AS (
                SELECT fila, {_por_columna(presentes, lambda c: compacto(f"c{mapa[c.nombre]}"), "t")}
                FROM {entrada.relacion}
            ), limpia AS (
                SELECT fila, {_por_columna(presentes, lambda c: presente(_t(c)), "t")} FROM compacta
            ), tipada AS (
                SELECT *, {_por_columna(presentes, lambda c: valor(_t(c), c.tipo), "v")} FROM limpia
            ), valida AS (
                SELECT *, {_por_columna(esquema.leidas, lambda c: _valida(c, mapa), "")} FROM tipada
            ), completa AS (
                SELECT * REPLACE ({_completadas(trabajo)}) FROM valida
            ), derivada AS (
                SELECT *{_con_coma(_por_columna(esquema.derivadas, lambda c: c.derivada or "", ""))}
                FROM completa
            )
            SELECT fila, {", ".join(map(ident, esquema.nombres))},
                   {_malas(esquema, mapa)} AS _malas{_con_coma(_contadores(presentes))}
            FROM derivada
        ) TO {literal(str(trabajo.etapa))} (FORMAT parquet)
        """
    )


def _t(columna: ColumnaRegistro) -> str:
    return ident("t_" + columna.nombre)


def _v(columna: ColumnaRegistro) -> str:
    return ident("v_" + columna.nombre)


def _por_columna(columnas: Any, expresion: Any, prefijo: str) -> str:
    raya = "_" if prefijo else ""
    return ", ".join(f"{expresion(c)} AS {ident(prefijo + raya + c.nombre)}" for c in columnas)


def _con_coma(texto: str) -> str:
    return f", {texto}" if texto else ""


def _valida(columna: ColumnaRegistro, mapa: dict[str, int]) -> str:
    """The typed value without sentinels; a typed null for an absent column."""
    if columna.nombre not in mapa:
        return f"CAST(NULL AS {columna.tipo.duckdb})"
    if columna.tipo.clase is Clase.FECHA:
        return f"CASE WHEN NOT {es_sentinela(_t(columna), _v(columna))} THEN {_v(columna)} END"
    return _v(columna)


def _completadas(trabajo: _Trabajo) -> str:
    """Composed columns, and the date of the corte where the row brings none."""
    reemplazos = [
        f"coalesce({ident(c.nombre)}, {c.si_falta}) AS {ident(c.nombre)}"
        for c in trabajo.esquema.leidas
        if c.si_falta
    ]
    if trabajo.fecha_corte is not None and "fecha_corte" in trabajo.esquema.nombres:
        dia = f"DATE {literal(trabajo.fecha_corte.isoformat())}"
        reemplazos.append(f"coalesce(fecha_corte, {dia}) AS fecha_corte")
    return ", ".join(reemplazos) or "fila AS fila"


def _ilegible(columna: ColumnaRegistro) -> str:
    malo = f"{_t(columna)} IS NOT NULL AND {_v(columna)} IS NULL"
    if columna.tipo.clase is Clase.FECHA:
        malo += f" AND NOT {es_sentinela(_t(columna), _v(columna))}"
    return f"({malo})"


def _malas(esquema: EsquemaRegistro, mapa: dict[str, int]) -> str:
    """List of the bad cells that send the row to quarantine; null when there are none."""
    casos = []
    for columna in esquema.leidas:
        nombre = literal(columna.nombre)
        if columna.nombre in mapa and not columna.informativa:
            casos.append(
                (_ilegible(columna), f"left({_t(columna)}, {TEXTO_ROTO})", columna.tipo.motivo)
            )
        if columna.obligatoria:
            # A cell that is there and cannot be read already has its own reason.
            ausente = f"({ident(columna.nombre)} IS NULL"
            if columna.nombre in mapa:
                ausente += f" AND {_t(columna)} IS NULL"
            casos.append((ausente + ")", "NULL", "falta el valor"))
        casos = [(*c[:3], nombre) if len(c) == 3 else c for c in casos]
    if not casos:
        return "NULL"
    condicion = " OR ".join(c[0] for c in casos)
    elementos = ", ".join(
        f"CASE WHEN {malo} THEN {{'columna': {nombre}, 'valor': {texto}, "
        f"'motivo': {literal(motivo)}}} END"
        for malo, texto, motivo, nombre in casos
    )
    return f"CASE WHEN {condicion} THEN list_filter([{elementos}], lambda x: x IS NOT NULL) END"


def _contadores(presentes: list[ColumnaRegistro]) -> str:
    """Flags that the quality report adds up: lost zeros, sentinels, unreadable informative."""
    banderas = []
    for c in presentes:
        if c.tipo.completa_ceros:
            banderas.append(
                f"({_v(c)} IS NOT NULL AND left({_t(c)}, 1) <> '0' AND left({_v(c)}, 1) = '0') "
                f"AS {ident('_cero_' + c.nombre)}"
            )
        if c.tipo.clase is Clase.FECHA:
            banderas.append(
                f"{es_sentinela(_t(c), _v(c))} AS {ident('_sentinela_' + c.nombre)}"
            )
        if c.informativa:
            banderas.append(f"{_ilegible(c)} AS {ident('_ilegible_' + c.nombre)}")
    return ", ".join(banderas)


# --- result ----------------------------------------------------------------------------------


def _publicar(
    trabajo: _Trabajo, entrada: _Entrada, mapa: dict[str, int], destino: Path
) -> Carga:
    con, esquema = trabajo.con, trabajo.esquema
    ruta = destino / f"{esquema.nombre}.parquet"
    rechazos = destino / f"{esquema.nombre}.rechazos.parquet"
    con.execute(
        "CREATE TABLE rechazo (fila BIGINT, columna VARCHAR, valor VARCHAR, motivo VARCHAR)"
    )
    _rechazar(trabajo, entrada)
    escribir(
        con,
        esquema,
        f"SELECT {_nombres(esquema)}, fila FROM {_etapa(trabajo)} "
        "WHERE fila NOT IN (SELECT fila FROM rechazo)",
        ruta,
    )
    con.execute(
        f"COPY (SELECT * FROM rechazo ORDER BY fila, columna, motivo) "
        f"TO {literal(str(rechazos))} (FORMAT parquet, COMPRESSION zstd)"
    )
    (filas,) = _una(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
    (rechazadas,) = _una(con, "SELECT count(DISTINCT fila) FROM rechazo")
    if filas + rechazadas != entrada.filas:
        raise InvarianteRota(
            f"{esquema.nombre}: {entrada.filas} filas leídas, {filas} guardadas y "
            f"{rechazadas} rechazadas"
        )
    _exigir_alguna(con, filas, rechazadas)
    calidad = _calidad(trabajo, entrada, mapa, ruta)
    carga = Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=rechazos,
        sha256_fuente=entrada.sha256,
        sha256=sha256_de(ruta),
        filas_leidas=entrada.filas,
        filas=filas,
        rechazadas=rechazadas,
        avisos=_avisos(esquema, calidad),
        calidad=calidad,
        derivadas=tuple(
            _derivar(trabajo, d, entrada.sha256, destino)
            for d in esquema.deriva
            if set(d.encabezados) <= {plegar(t) for t in entrada.encabezado}
        ),
    )
    escribir_calidad(carga, destino)
    return carga


def _etapa(trabajo: _Trabajo) -> str:
    return f"read_parquet({literal(str(trabajo.etapa))})"


def _nombres(esquema: EsquemaRegistro) -> str:
    return ", ".join(map(ident, esquema.nombres))


def _una(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    fila = con.execute(sql).fetchone()
    if fila is None:
        raise InvarianteRota("la consulta no devolvió filas")
    return tuple(fila)


def _rechazar(trabajo: _Trabajo, entrada: _Entrada) -> None:
    """Quarantine: broken lines, bad cells, repeats of a unique key (the first row stays)."""
    con, esquema = trabajo.con, trabajo.esquema
    if entrada.texto is not None and entrada.texto.filas_rotas:
        rotas = _leer_lineas(
            entrada.texto.rotas, {"fila": "BIGINT", "valor": "VARCHAR", "motivo": "VARCHAR"}
        )
        con.execute(f"INSERT INTO rechazo SELECT fila, NULL, valor, motivo FROM {rotas}")
    con.execute(
        f"INSERT INTO rechazo SELECT fila, m.columna, m.valor, m.motivo "
        f"FROM (SELECT fila, unnest(_malas) AS m FROM {_etapa(trabajo)} WHERE _malas IS NOT NULL)"
    )
    if esquema.unica:
        clave = ", ".join(map(ident, esquema.clave))
        ventana = f"PARTITION BY {clave} ORDER BY fila"
        con.execute(
            f"INSERT INTO rechazo SELECT fila, {literal(' + '.join(esquema.clave))}, "
            f"left(concat_ws(' ', {clave}), {TEXTO_ROTO}), "
            f"'repite la clave de la fila ' || primera FROM ("
            f"SELECT *, first_value(fila) OVER ({ventana}) AS primera FROM {_etapa(trabajo)} "
            f"WHERE _malas IS NULL QUALIFY row_number() OVER ({ventana}) > 1)"
        )


def _exigir_alguna(con: duckdb.DuckDBPyConnection, filas: int, rechazadas: int) -> None:
    if filas or not rechazadas:
        return
    ejemplos = con.execute(
        f"SELECT fila, columna, valor, motivo FROM rechazo ORDER BY ALL LIMIT {EJEMPLOS}"
    ).fetchall()
    detalle = "; ".join(
        f"fila {fila}: {columna or ''} «{valor_malo or ''}» {motivo}".replace("  ", " ")
        for fila, columna, valor_malo, motivo in ejemplos
    )
    raise NingunaFilaSirve(
        f"Las {rechazadas} filas tienen errores. Las primeras: {detalle}.",
        rechazadas=rechazadas,
    )


def escribir(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, sql: str, ruta: Path
) -> None:
    """Write the canonical Parquet: ``sql`` gives the columns and ``fila``, which breaks ties."""
    orden = ", ".join(
        ident(n) for n in dict.fromkeys((*esquema.clave, *esquema.orden, "fila"))
    )
    con.execute(
        f"COPY (SELECT {_nombres(esquema)} FROM ({sql}) ORDER BY {orden}) "
        f"TO {literal(str(ruta))} (FORMAT parquet, COMPRESSION zstd, "
        f"ROW_GROUP_SIZE {FILAS_POR_GRUPO}, KV_METADATA {{{MARCA_REGISTRO}: "
        f"{literal(esquema.nombre)}, {MARCA_FIRMA}: {literal(esquema.firma)}}})"
    )


def _derivar(
    trabajo: _Trabajo, derivacion: Derivacion, sha256_fuente: str, destino: Path
) -> Carga:
    """Rows of another register that this file brings: one per key, the first one seen."""
    con, esquema = trabajo.con, esquema_de(derivacion.registro)
    lecturas = {
        **{a: ident(de) for a, de in derivacion.columnas.items()},
        **derivacion.constantes,
    }
    leidas = ", ".join(
        f"CAST({lecturas.get(c.nombre, 'NULL')} AS {c.tipo.duckdb}) AS {ident(c.nombre)}"
        for c in esquema.leidas
    )
    clave = ", ".join(map(ident, esquema.clave))
    obligatorias = " AND ".join(
        f"{ident(c.nombre)} IS NOT NULL" for c in esquema.leidas if c.obligatoria
    )
    derivadas = _con_coma(_por_columna(esquema.derivadas, lambda c: c.derivada or "", ""))
    ruta = destino / f"{trabajo.esquema.nombre}.{esquema.nombre}.parquet"
    escribir(
        con,
        esquema,
        f"SELECT *{derivadas} FROM (SELECT {leidas}, fila FROM {_etapa(trabajo)} "
        f"WHERE fila NOT IN (SELECT fila FROM rechazo)) WHERE {obligatorias} "
        f"QUALIFY row_number() OVER (PARTITION BY {clave} ORDER BY fila) = 1",
        ruta,
    )
    (filas,) = _una(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
    calidad = {
        "derivado_de": trabajo.esquema.nombre,
        "certeza": str(derivacion.certeza),
        "nota": derivacion.nota,
        "nulos": _nulos(con, esquema, ruta),
        "comprobaciones": _comprobaciones(con, esquema, ruta),
    }
    return Carga(
        registro=esquema.nombre,
        ruta=ruta,
        rechazos=None,
        sha256_fuente=sha256_fuente,
        sha256=sha256_de(ruta),
        filas_leidas=filas,
        filas=filas,
        rechazadas=0,
        avisos=(f"{filas} filas tomadas de {trabajo.esquema.nombre}: {derivacion.nota}.",),
        calidad=calidad,
    )


# --- quality ---------------------------------------------------------------------------------


def _calidad(
    trabajo: _Trabajo, entrada: _Entrada, mapa: dict[str, int], ruta: Path
) -> dict[str, Any]:
    con, esquema, texto = trabajo.con, trabajo.esquema, entrada.texto
    usadas = set(mapa.values())
    clave = ", ".join(map(ident, esquema.nombres))
    (distintas,) = _una(
        con, f"SELECT count(*) FROM (SELECT DISTINCT {clave} FROM read_parquet({literal(str(ruta))}))"
    )
    (filas,) = _una(con, f"SELECT count(*) FROM read_parquet({literal(str(ruta))})")
    return {
        "formato": "texto" if texto else "parquet",
        "codificacion": texto.inspeccion.codificacion if texto else None,
        "delimitador": NOMBRES_DELIMITADOR[texto.delimitador] if texto else None,
        "fin_de_linea": ("CR" if texto.inspeccion.fin_cr else "LF o CRLF") if texto else None,
        "bytes_nulos": texto.inspeccion.nulos if texto else 0,
        "lineas_en_blanco": texto.en_blanco if texto else 0,
        "filas_rotas": texto.filas_rotas if texto else 0,
        "columnas_ausentes": [c.nombre for c in esquema.leidas if c.nombre not in mapa],
        "columnas_no_usadas": [
            titulo for i, titulo in enumerate(entrada.encabezado) if i not in usadas
        ],
        "rechazos_por_motivo": _rechazos_por_motivo(con),
        "nulos": _nulos(con, esquema, ruta),
        "filas_iguales": filas - distintas,
        **_banderas(trabajo),
        "comprobaciones": _comprobaciones(con, esquema, ruta),
    }


def _rechazos_por_motivo(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    filas = con.execute(
        "SELECT concat_ws(': ', columna, regexp_replace(motivo, '[0-9]+$', 'N')) AS causa, "
        "count(*) FROM rechazo GROUP BY causa ORDER BY causa"
    ).fetchall()
    return {causa: int(n) for causa, n in filas}


def _nulos(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path
) -> dict[str, int]:
    cuentas = ", ".join(f"count(*) - count({ident(n)})" for n in esquema.nombres)
    valores = _una(con, f"SELECT {cuentas} FROM read_parquet({literal(str(ruta))})")
    return {n: int(v) for n, v in zip(esquema.nombres, valores, strict=True) if v}


def _banderas(trabajo: _Trabajo) -> dict[str, dict[str, int]]:
    """Sums of the flags left by ``_contadores``, by kind and column."""
    nombres = [
        f[0]
        for f in trabajo.con.execute(f"DESCRIBE SELECT * FROM {_etapa(trabajo)}").fetchall()
        if f[0].startswith(("_cero_", "_sentinela_", "_ilegible_"))
    ]
    resultado: dict[str, dict[str, int]] = {"cero": {}, "sentinela": {}, "ilegible": {}}
    if nombres:
        sumas = ", ".join(f"count(*) FILTER (WHERE {ident(n)})" for n in nombres)
        for nombre, suma in zip(
            nombres, _una(trabajo.con, f"SELECT {sumas} FROM {_etapa(trabajo)}"), strict=True
        ):
            _, tipo, columna = nombre.split("_", 2)
            if suma:
                resultado[tipo][columna] = int(suma)
    return {
        "ceros_repuestos": resultado["cero"],
        "sentinelas": resultado["sentinela"],
        "informativas_ilegibles": resultado["ilegible"],
    }


def _comprobaciones(
    con: duckdb.DuckDBPyConnection, esquema: EsquemaRegistro, ruta: Path
) -> dict[str, int]:
    if not esquema.comprobaciones:
        return {}
    cuentas = ", ".join(f"count(*) FILTER (WHERE {c.falla})" for c in esquema.comprobaciones)
    valores = _una(con, f"SELECT {cuentas} FROM read_parquet({literal(str(ruta))})")
    return {c.nombre: int(v) for c, v in zip(esquema.comprobaciones, valores, strict=True)}


def _avisos(esquema: EsquemaRegistro, calidad: dict[str, Any]) -> tuple[str, ...]:
    """What a person should know of the load, in Spanish."""
    avisos = [
        f"A {n} valores de {columna} se les repuso el cero inicial."
        for columna, n in calidad["ceros_repuestos"].items()
    ]
    avisos += [
        f"{n} fechas de {columna} significan «sin fecha» y quedan vacías."
        for columna, n in calidad["sentinelas"].items()
    ]
    avisos += [
        f"{n} valores de {columna} no se pudieron leer y quedan vacíos."
        for columna, n in calidad["informativas_ilegibles"].items()
    ]
    avisos += [
        f"{calidad['comprobaciones'][c.nombre]} filas: {c.mensaje}."
        for c in esquema.comprobaciones
        if calidad["comprobaciones"][c.nombre]
    ]
    if calidad["filas_iguales"]:
        avisos.append(f"{calidad['filas_iguales']} filas son iguales a otra; se conservan.")
    if calidad["bytes_nulos"]:
        avisos.append(f"Se quitaron {calidad['bytes_nulos']} bytes nulos.")
    if calidad["columnas_no_usadas"]:
        avisos.append(f"Columnas que no se usan: {', '.join(calidad['columnas_no_usadas'])}.")
    return tuple(avisos)


def escribir_calidad(carga: Carga, destino: Path) -> Path:
    """``<registro>.calidad.json``: counts, warnings and quality of a load."""
    ruta = destino / f"{carga.registro}.calidad.json"
    ruta.write_text(
        json.dumps(
            {
                "registro": carga.registro,
                "sha256_fuente": carga.sha256_fuente,
                "sha256": carga.sha256,
                "filas_leidas": carga.filas_leidas,
                "filas": carga.filas,
                "filas_rechazadas": carga.rechazadas,
                "avisos": list(carga.avisos),
                "calidad": carga.calidad,
                "derivadas": {d.registro: d.filas for d in carga.derivadas},
            },
            ensure_ascii=False,
            indent=2,
        ),
        encoding="utf-8",
    )
    return ruta


def mover(carga: Carga, ruta: Path, rechazos: Path | None) -> Carga:
    """The same load at another place."""
    return replace(carga, ruta=ruta, rechazos=rechazos)
