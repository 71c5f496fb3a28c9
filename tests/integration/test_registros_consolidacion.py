"""Several masters in force become one corte that reads the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from shared.db import UnitOfWork
from shared.registros import (
    Corte,
    EstadoCorte,
    abrir_cortes,
    cambiar_estado,
    cargar_corte,
    cortes_vigentes,
    listar,
)
from shared.registros.consolidacion import Consolidado, consolidar
from shared.registros.errors import CorteEnConflicto
from shared.registros.lectura import sha256_de
from shared.tipos import EntradaInvalida, RelojFijo

ENCABEZADO: Final = (
    "afl_id,tipo_documento,numero_documento,codigo_eps,regimen,tipo_afiliado,estado,desde,hasta\n"
)
MAESTROS: Final = {
    ("mc_junio.csv", date(2020, 6, 30)): [
        "1,CC,10000001,EPS010,C,C,AC,2018-01-01,",
        "2,CC,10000002,EPS010,C,C,AC,2018-01-01,",
        "3,CC,10000003,EPS010,C,C,AC,2018-01-01,",
    ],
    ("ms_junio.csv", date(2020, 6, 30)): ["3,CC,10000003,ESS062,S,F,AC,2019-05-01,"],
    ("mc_septiembre.csv", date(2020, 9, 30)): [
        "1,CC,10000001,EPS010,C,C,AC,2018-01-01,",
        "2,CC,10000002,EPS010,C,C,SM,2020-08-01,",
    ],
}


class Cortes:
    """The use cases with their collaborators in place."""

    def __init__(self, uow: UnitOfWork, carpeta: Path) -> None:
        self.carpeta = carpeta
        self.comunes: dict[str, Any] = {
            "usuario": "operador",
            "uow": uow,
            "reloj": RelojFijo(datetime(2021, 3, 10, 15, 0, tzinfo=UTC)),
        }
        self.uow = uow
        self.datos = carpeta / "datos"

    async def cargar(self, nombre: str, fecha: date, filas: list[str]) -> Corte:
        archivo = self.carpeta / nombre
        archivo.write_text(ENCABEZADO + "\n".join(filas) + "\n", encoding="utf-8")
        cargado = await cargar_corte("bdua", archivo, fecha, datos=self.datos, **self.comunes)
        return cargado.corte

    async def cargar_todos(self) -> list[Corte]:
        return [await self.cargar(n, fecha, filas) for (n, fecha), filas in MAESTROS.items()]

    async def consolidar(self, registro: str = "bdua") -> Consolidado:
        return await consolidar(registro, datos=self.datos, **self.comunes)

    async def cambiar(self, corte: Corte, estado: EstadoCorte, motivo: str | None) -> None:
        await cambiar_estado(corte.id, estado, motivo=motivo, **self.comunes)

    async def estados(self) -> list[EstadoCorte]:
        async with self.uow.begin() as tx:
            return [c.estado for c in await listar(tx, "bdua")]

    async def filas(self) -> list[tuple[Any, ...]]:
        async with self.uow.begin() as tx:
            vigentes = await cortes_vigentes(tx, ["bdua"])
        with duckdb.connect() as con:
            fuente = abrir_cortes(con, vigentes, datos=self.datos)["bdua"]
            return fuente.relacion(con).order("ALL").fetchall()


@pytest.fixture
def cortes(uow: UnitOfWork, tmp_path: Path) -> Cortes:
    return Cortes(uow, tmp_path)


async def test_se_lee_lo_mismo_y_dice_de_que_se_hizo(cortes: Cortes) -> None:
    fuentes = await cortes.cargar_todos()
    antes = await cortes.filas()
    assert len(antes) == 5
    consolidado = await cortes.consolidar()
    assert await cortes.filas() == antes
    corte = consolidado.corte
    assert (corte.fecha_corte, corte.filas, corte.filas_rechazadas) == (date(2020, 9, 30), 5, 0)
    assert sha256_de(cortes.datos / corte.ruta) == corte.sha256
    assert {c["sha256"] for c in corte.calidad["consolida"]} == {f.sha256 for f in fuentes}
    assert set(consolidado.reemplazados) == {f.id for f in fuentes}
    assert all((cortes.datos / f.ruta).is_file() for f in fuentes)
    async with cortes.uow.begin() as tx:
        estados = {c.id: (c.estado, c.motivo) for c in await listar(tx, "bdua")}
    assert estados.pop(corte.id) == (EstadoCorte.VIGENTE, None)
    assert set(estados.values()) == {
        (EstadoCorte.REEMPLAZADO, f"consolidado en el corte {corte.id}")
    }


async def test_consolidar_lo_mismo_es_el_mismo_corte(cortes: Cortes) -> None:
    fuentes = await cortes.cargar_todos()
    primero = await cortes.consolidar()
    await cortes.cambiar(primero.corte, EstadoCorte.REEMPLAZADO, "prueba")
    for fuente in fuentes:
        await cortes.cambiar(fuente, EstadoCorte.VIGENTE, None)
    segundo = await cortes.consolidar()
    assert segundo.corte.id == primero.corte.id
    assert len(await cortes.filas()) == 5
    await cortes.cambiar(segundo.corte, EstadoCorte.RETIRADO, "errado")
    for fuente in fuentes:
        await cortes.cambiar(fuente, EstadoCorte.VIGENTE, None)
    with pytest.raises(CorteEnConflicto, match="fue retirado"):
        await cortes.consolidar()


async def test_dos_a_la_vez_dejan_uno(cortes: Cortes) -> None:
    await cortes.cargar_todos()
    resultados = await asyncio.gather(
        cortes.consolidar(), cortes.consolidar(), return_exceptions=True
    )
    assert sum(isinstance(r, Consolidado) for r in resultados) == 1
    assert sum(isinstance(r, CorteEnConflicto) for r in resultados) == 1
    assert (await cortes.estados()).count(EstadoCorte.VIGENTE) == 1


async def test_lo_que_no_se_consolida(cortes: Cortes) -> None:
    with pytest.raises(EntradaInvalida, match="hay 0"):
        await cortes.consolidar()
    await cortes.cargar("uno.csv", date(2020, 6, 30), ["1,CC,10000001,EPS010,C,C,AC,2018-01-01,"])
    with pytest.raises(EntradaInvalida, match="hay 1"):
        await cortes.consolidar()
    with pytest.raises(EntradaInvalida, match="cada uno se lee solo"):
        await cortes.consolidar("reps_sedes")
