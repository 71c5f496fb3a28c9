"""REPS of the synthetic country: sizes, codes, and what the loader says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from shared.poblacion import reps, reps_catalogo
from shared.poblacion.contexto import Contexto
from shared.registros import cargar_archivo
from shared.tipos import Nit


@pytest.fixture(scope="module")
def hecho(pais_01: Contexto) -> tuple[Contexto, dict[str, int]]:
    return pais_01, reps.construir(pais_01)


def _filas(ctx: Contexto, sql: str) -> list[tuple[Any, ...]]:
    return ctx.con.execute(sql).fetchall()


def test_los_tamanos_son_los_de_la_escala(hecho: tuple[Contexto, dict[str, int]]) -> None:
    ctx, cifras = hecho
    plan = ctx.plan
    otros = sum(plan.n(n) for n in reps_catalogo.OTRAS_CLASES.values())
    filiales = plan.n(reps_catalogo.OTROS_CODIGOS)
    assert cifras["prestadores"] == reps_catalogo.IPS_MINIMAS + filiales + otros
    assert cifras["capacidades"] == plan.n(41_427) == 414
    assert cifras["nit_con_camas"] == plan.n(374)
    assert cifras["sedes"] > cifras["prestadores"]
    assert cifras["servicios"] > 3 * cifras["sedes"]


def test_los_prestadores_son_ips_con_su_nit_y_su_codigo(
    hecho: tuple[Contexto, dict[str, int]],
) -> None:
    ctx, _ = hecho
    filas = _filas(ctx, "SELECT nit, dv, hab_prestador, codigo_municipio, clase FROM prestadores")
    assert all(Nit(nit).dv == dv for nit, dv, *_ in filas)
    assert all(len(hab) == 10 and hab[:5] == mun for _, _, hab, mun, _ in filas)
    assert {clase for *_, clase in filas} == {reps_catalogo.CLASES[reps_catalogo.IPS]}
    assert len({f[0] for f in filas}) == len({f[2] for f in filas}) == len(filas)
    (fuera,) = _filas(
        ctx, "SELECT count(*) FROM prestadores WHERE fecha_radicacion >= '2020-01-01'"
    )
    assert fuera == (0,)


def test_cada_departamento_tiene_ips_y_laboratorio_publico(
    hecho: tuple[Contexto, dict[str, int]],
) -> None:
    ctx, cifras = hecho
    de_ips, publicos = "left(codigo_municipio, 2)", "laboratorio_salud_publica"
    ((departamentos, con_publico, laboratorios),) = _filas(
        ctx,
        f"SELECT count(DISTINCT {de_ips}) FILTER (NOT laboratorio), "
        f"count(DISTINCT {de_ips}) FILTER ({publicos}), count(*) FILTER (laboratorio) "
        "FROM prestadores",
    )
    assert departamentos == con_publico == 33
    assert laboratorios == cifras["laboratorios"] == 33 + reps_catalogo.LABORATORIOS_MINIMOS


def test_la_forma_de_los_codigos(hecho: tuple[Contexto, dict[str, int]]) -> None:
    """Unique sedes; some in another municipality keep only the end of the prestador's code."""
    ctx, _ = hecho
    ((sedes, distintas, ajenas, finales, cerradas),) = _filas(
        ctx,
        "SELECT count(*), count(DISTINCT hab_sede), "
        "count(*) FILTER (left(hab_sede, 5) <> left(hab_prestador, 5)), "
        "count(*) FILTER (substr(hab_sede, 6, 5) = right(hab_prestador, 5)), "
        "count(*) FILTER (fecha_cierre IS NOT NULL AND habilitado) FROM reps_red",
    )
    assert sedes == distintas == finales
    assert ajenas > 0
    assert cerradas > 0
    ((varios,),) = _filas(
        ctx,
        "SELECT count(*) FROM (SELECT nit FROM reps_codigos GROUP BY nit HAVING count(*) > 1)",
    )
    assert varios == ctx.plan.n(reps_catalogo.OTROS_CODIGOS)


def test_el_lugar_va_por_su_nombre_y_cinco_distritos_como_departamento(
    hecho: tuple[Contexto, dict[str, int]],
) -> None:
    ctx, _ = hecho
    piezas = [str(p) for p in ctx.piezas["reps_prestadores"]]
    filas = _filas(
        ctx,
        "SELECT DISTINCT left(hab_prestador, 5), departamento, municipio "
        f"FROM read_parquet({piezas})",
    )
    lugares = {codigo: (departamento, municipio) for codigo, departamento, municipio in filas}
    assert len(lugares) == len(filas)
    assert lugares["05001"] == ("ANTIOQUIA", "MEDELLÍN")
    assert lugares["76001"][0] == "Cali"
    assert all(departamento and municipio for departamento, municipio in lugares.values())


def test_las_camas_cuelgan_de_sedes_abiertas(hecho: tuple[Contexto, dict[str, int]]) -> None:
    ctx, cifras = hecho
    ((nit, malas),) = _filas(
        ctx,
        "SELECT count(DISTINCT c.nit), count(*) FILTER (NOT habilitado OR fecha_cierre IS NOT NULL "
        "OR fecha_apertura >= DATE '2020-01-01') "
        "FROM reps_camas AS c JOIN reps_red USING (s)",
    )
    assert (nit, malas) == (cifras["nit_con_camas"], 0)
    servicios = _filas(ctx, "SELECT DISTINCT servicio FROM reps_camas WHERE p = 1 ORDER BY 1")
    assert servicios == [("INTERMEDIO",), ("UCI",)]


@pytest.mark.parametrize(
    "registro", ["reps_prestadores", "reps_sedes", "reps_servicios", "reps_capacidad"]
)
def test_el_cargador_lo_recibe_entero(
    hecho: tuple[Contexto, dict[str, int]], tmp_path: Path, registro: str
) -> None:
    ctx, _ = hecho
    archivo = tmp_path / f"{registro}.parquet"
    piezas = [str(p) for p in ctx.piezas[registro]]
    with duckdb.connect() as con:
        con.execute(
            f"COPY (FROM read_parquet({piezas}, union_by_name = true)) TO '{archivo}' "
            "(FORMAT parquet)"
        )
    carga = cargar_archivo(registro, archivo, tmp_path / "salida")
    assert carga.rechazadas == 0
    assert carga.filas > 0
