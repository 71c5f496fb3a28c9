"""Registers that a shipped table answers for, and columns that follow from the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from shared.normativa import tablas
from shared.registros import REGISTROS, abrir_carpeta, abrir_cortes, cargar_archivo
from shared.registros.canonico import es_canonico, opciones, orden
from shared.registros.catalogo import esquema_de
from shared.registros.expresiones import ident, literal
from shared.registros.lectura import sha256_de
from shared.registros.model import EsquemaRegistro
from shared.registros.tipado import sql_etapa

DE_TABLA: Final = sorted(e.nombre for e in REGISTROS.values() if e.por_defecto)


def filas(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


# --- shipped tables ---------------------------------------------------------------------------


@pytest.mark.parametrize("registro", DE_TABLA)
def test_sin_corte_responde_la_tabla_de_la_suite(registro: str, tmp_path: Path) -> None:
    with duckdb.connect() as con:
        de_cortes = abrir_cortes(con, {registro: []}, datos=tmp_path)[registro]
        de_carpeta = abrir_carpeta(con, tmp_path, [registro], trabajo=tmp_path / "t")[registro]
        leidas = con.execute(de_cortes.sql).fetchall()
        assert con.execute(de_carpeta.sql).fetchall() == leidas
    tabla = REGISTROS[registro].por_defecto
    assert de_cortes.presente
    assert len(leidas) == de_cortes.filas == len(tablas.leer(tabla))
    assert de_cortes.sha256 == (sha256_de(tablas.ruta(tabla)),)


@pytest.mark.parametrize("registro", DE_TABLA)
def test_toda_la_tabla_de_la_suite_se_puede_leer(registro: str) -> None:
    """As a file would: no cell goes to quarantine, nor is any mended."""
    esquema = esquema_de(registro)
    dadas = tablas.leer(esquema.por_defecto)
    valores = ", ".join(
        f"({n}, {', '.join(map(literal, fila.values()))})" for n, fila in enumerate(dadas)
    )
    columnas = ", ".join(["fila", *(f"c{i}" for i in range(len(dadas[0])))])
    etapa = sql_etapa(
        esquema, f"(VALUES {valores}) AS t({columnas})", esquema.mapear(list(dadas[0])), None
    )
    assert (
        filas(
            f"SELECT _malas, _notas FROM ({etapa}) WHERE _malas IS NOT NULL OR _notas IS NOT NULL"
        )
        == []
    )
    assert filas(f"SELECT count(*) FROM ({etapa})") == [(len(dadas),)]


def test_un_archivo_de_la_carpeta_manda_sobre_la_tabla(tmp_path: Path) -> None:
    (tmp_path / "ths_perfiles.csv").write_text("codigo_perfil,valor_cop\nP01,1000000\n")
    with duckdb.connect() as con:
        fuente = abrir_carpeta(con, tmp_path, [], ["ths_perfiles"], trabajo=tmp_path / "t")
        sql = f"SELECT codigo_perfil, valor_cop FROM ({fuente['ths_perfiles'].sql})"
        assert con.execute(sql).fetchall() == [("P01", 1_000_000)]


# --- derived columns --------------------------------------------------------------------------


def escribir(esquema: EsquemaRegistro, filas_sql: str, ruta: Path, *, sin: tuple[str, ...]) -> None:
    """The canonical Parquet, as a suite that did not know some columns would have written it."""
    firma = ",".join(f"{c.nombre}:{c.tipo.duckdb}" for c in esquema.columnas if c.nombre not in sin)
    como = opciones(esquema).replace(literal(esquema.firma), literal(firma))
    columnas = ", ".join(ident(n) for n in esquema.nombres if n not in sin)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {columnas} FROM ({filas_sql}) ORDER BY {orden(esquema)}) "
            f"TO {literal(str(ruta))} {como}"
        )


RETHUS: Final = """\
tipo_documento,numero_documento,profesion
CC,9900000001,MEDICINA
CC,9900000002,Auxiliar en enfermería
CC,9900000003,enfermero  auxiliar
CC,9900000004,"TÉCNICO LABORAL, EN AUXILIAR DE ENFERMERÍA"
CC,9900000005,GESTIÓN COMUNITARIA DEL RIESGO
CC,9900000006,
CC,9900000007,TERAPEUTA
"""
PERFILES: Final = [
    ("9900000001", ";P07;"),
    ("9900000002", ";A02;"),
    ("9900000003", ";A02;"),
    ("9900000004", ";A02;"),
    ("9900000005", None),
    ("9900000006", None),
    ("9900000007", ";P04;P14;"),
]


def test_la_profesion_da_los_perfiles(tmp_path: Path) -> None:
    """Equal folded text, in the list or among the aliases; many to many (registers §5)."""
    origen = tmp_path / "rethus.csv"
    origen.write_text(RETHUS, encoding="utf-8")
    carga = cargar_archivo("rethus", origen, tmp_path / "salida")
    leidos = f"SELECT numero_documento, perfiles FROM read_parquet('{carga.ruta}') ORDER BY ALL"
    assert filas(leidos) == PERFILES
    assert carga.calidad["comprobaciones"]["profesion_sin_perfil"] == 1


def test_un_parquet_anterior_a_una_columna_derivada_se_lee_con_ella(tmp_path: Path) -> None:
    """Derived columns follow from the others: the extract needs no second load."""
    origen = tmp_path / "fuente.csv"
    origen.write_text(RETHUS, encoding="utf-8")
    carga = cargar_archivo("rethus", origen, tmp_path / "salida")
    esquema = esquema_de("rethus")
    viejo = tmp_path / "cortes" / "rethus.parquet"
    viejo.parent.mkdir()
    escribir(esquema, f"FROM read_parquet('{carga.ruta}')", viejo, sin=("perfiles",))
    assert es_canonico(esquema, viejo)
    with duckdb.connect() as con:
        fuente = abrir_carpeta(con, viejo.parent, ["rethus"], trabajo=tmp_path / "t")["rethus"]
        assert fuente.rutas == (viejo,)
        assert fuente.relacion(con).columns == list(esquema.nombres)
        leidos = f"SELECT numero_documento, perfiles FROM ({fuente.sql}) ORDER BY ALL"
        assert con.execute(leidos).fetchall() == PERFILES


def test_un_parquet_sin_una_columna_leida_no_es_canonico(tmp_path: Path) -> None:
    esquema = esquema_de("rethus")
    viejo = tmp_path / "rethus.parquet"
    vacia = ", ".join(f"NULL::{c.tipo.duckdb} AS {ident(c.nombre)}" for c in esquema.columnas)
    escribir(esquema, f"SELECT {vacia} WHERE false", viejo, sin=("tipo_programa",))
    assert not es_canonico(esquema, viejo)
