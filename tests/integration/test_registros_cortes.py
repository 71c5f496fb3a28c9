"""Cortes are immutable, dated and content-addressed; a file loaded twice is one corte.

Guarantee: at every moment each row of ``corte`` names files that are whole on disk, and no file
without a row outlives the sweep.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.db import UnitOfWork
from shared.registros import (
    CorteCargado,
    EstadoCorte,
    abrir_cortes,
    barrer_huerfanos,
    cambiar_estado,
    cargar_corte,
    cortes_vigentes,
    listar,
)
from shared.registros.errors import CorteEnConflicto, RegistroEquivocado
from shared.tipos import EntradaInvalida, NoEncontrado, RelojFijo

MUESTRA = Path("dominio/muestra")
CORTE = date(2022, 11, 5)
REGISTROS = ("reps_prestadores", "reps_sedes", "reps_capacidad")


@pytest.fixture
def reloj() -> RelojFijo:
    return RelojFijo(datetime(2021, 3, 10, 15, 0, tzinfo=UTC))


class Cortes:
    """The use cases with their collaborators in place."""

    def __init__(self, uow: UnitOfWork, datos: Path, reloj: RelojFijo) -> None:
        self.uow = uow
        self.datos = datos
        self.reloj = reloj

    async def cargar(
        self, registro: str, ruta: Path, fecha_corte: date = CORTE, **mas: Any
    ) -> CorteCargado:
        return await cargar_corte(
            registro,
            ruta,
            fecha_corte,
            usuario="operador",
            datos=self.datos,
            uow=self.uow,
            reloj=self.reloj,
            **mas,
        )

    async def cambiar(self, cargado: CorteCargado, estado: EstadoCorte, motivo: str | None) -> None:
        await cambiar_estado(
            cargado.corte.id,
            estado,
            motivo=motivo,
            usuario="operador",
            uow=self.uow,
            reloj=self.reloj,
        )

    async def vigentes(self) -> dict[str, int]:
        async with self.uow.begin() as tx:
            return {r: len(c) for r, c in (await cortes_vigentes(tx, REGISTROS)).items()}

    async def filas(self) -> dict[str, int]:
        async with self.uow.begin() as tx:
            vigentes = await cortes_vigentes(tx, REGISTROS)
        with duckdb.connect() as con:
            fuentes = abrir_cortes(con, vigentes, datos=self.datos)
            return {r: len(f.relacion(con).fetchall()) for r, f in fuentes.items()}


@pytest.fixture
def cortes(uow: UnitOfWork, tmp_path: Path, reloj: RelojFijo) -> Cortes:
    return Cortes(uow, tmp_path / "datos", reloj)


async def test_cargar_dos_veces_es_un_corte(cortes: Cortes) -> None:
    primero = await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    segundo = await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    assert primero.nuevo
    assert not segundo.nuevo
    assert segundo.corte.id == primero.corte.id
    assert {d.registro for d in segundo.derivados} == {"reps_prestadores", "reps_sedes"}
    corte = primero.corte
    assert corte.estado is EstadoCorte.VIGENTE
    assert (corte.filas, corte.filas_rechazadas) == (17, 0)
    assert corte.calidad["huerfanos"] == {
        "hab_prestador sin reps_prestadores": 0,
        "hab_sede sin reps_sedes": 0,
    }
    ruta = cortes.datos / corte.ruta
    assert ruta.is_file()
    assert ruta.with_suffix(".rechazos.parquet").is_file()
    assert ruta.with_suffix(".calidad.json").is_file()
    assert list((cortes.datos / "temporal").iterdir()) == []
    with pytest.raises(CorteEnConflicto, match="ya es el corte 2022-11-05"):
        await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv", date(2023, 1, 31))


async def test_dos_procesos_a_la_vez(cortes: Cortes) -> None:
    sedes = MUESTRA / "reps_sedes.csv"
    dos = await asyncio.gather(*(cortes.cargar("reps_sedes", sedes) for _ in range(2)))
    assert sorted(c.nuevo for c in dos) == [False, True]
    assert len({c.corte.id for c in dos}) == 1


async def test_varios_vigentes_y_lo_derivado_no_duplica(cortes: Cortes) -> None:
    await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    solo = await cortes.filas()
    assert solo == {"reps_prestadores": 5, "reps_sedes": 5, "reps_capacidad": 17}
    prestadores = await cortes.cargar("reps_prestadores", MUESTRA / "reps_prestadores.txt")
    sedes = await cortes.cargar("reps_sedes", MUESTRA / "reps_sedes.csv")
    assert prestadores.corte.filas_rechazadas == 1
    assert sedes.corte.calidad["huerfanos"] == {"hab_prestador sin reps_prestadores": 0}
    assert await cortes.vigentes() == {
        "reps_prestadores": 2,
        "reps_sedes": 2,
        "reps_capacidad": 1,
    }
    assert await cortes.filas() == {
        "reps_prestadores": 6,
        "reps_sedes": 6,
        "reps_capacidad": 17,
    }


async def test_huerfanos_contra_lo_vigente(cortes: Cortes, tmp_path: Path) -> None:
    await cortes.cargar("reps_sedes", MUESTRA / "reps_sedes.csv")
    transitorias = tmp_path / "t.csv"
    transitorias.write_text(
        "hab_sede,servicio,poblacion,tipo\n990010009901,UCI,ADULTO,AUTORIZACION\n"
        "910010001901,UCI,ADULTO,AUTORIZACION\n"
    )
    cargado = await cortes.cargar("reps_transitorias", transitorias)
    assert cargado.corte.calidad["huerfanos"] == {"hab_sede sin reps_sedes": 1}


async def test_estados(cortes: Cortes) -> None:
    capacidad = await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    with pytest.raises(EntradaInvalida, match="motivo"):
        await cortes.cambiar(capacidad, EstadoCorte.RETIRADO, " ")
    await cortes.cambiar(capacidad, EstadoCorte.REEMPLAZADO, "llegó otro")
    assert set((await cortes.vigentes()).values()) == {0}  # what it brought follows it
    await cortes.cambiar(capacidad, EstadoCorte.VIGENTE, None)
    assert set((await cortes.vigentes()).values()) == {1}
    await cortes.cambiar(capacidad, EstadoCorte.RETIRADO, "archivo equivocado")
    with pytest.raises(CorteEnConflicto, match="archivo equivocado"):
        await cortes.cambiar(capacidad, EstadoCorte.VIGENTE, None)
    with pytest.raises(CorteEnConflicto, match="fue retirado"):
        await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    with pytest.raises(NoEncontrado):
        await cambiar_estado(
            uuid4(),
            EstadoCorte.VIGENTE,
            motivo=None,
            usuario="operador",
            uow=cortes.uow,
            reloj=cortes.reloj,
        )
    assert (cortes.datos / capacidad.corte.ruta).is_file()  # evaluations still point to it


async def test_un_rechazo_no_deja_nada(cortes: Cortes) -> None:
    with pytest.raises(RegistroEquivocado):
        await cortes.cargar("reps_sedes", MUESTRA / "reps_capacidad.csv")
    async with cortes.uow.begin() as tx:
        assert await listar(tx) == []
    assert not (cortes.datos / "cortes").exists()
    assert list((cortes.datos / "temporal").iterdir()) == []


async def test_barrer_huerfanos(cortes: Cortes, reloj: RelojFijo) -> None:
    cargado = await cortes.cargar("reps_sedes", MUESTRA / "reps_sedes.csv")
    carpeta = (cortes.datos / cargado.corte.ruta).parent
    viejo, reciente = carpeta / f"{'a' * 64}.parquet", carpeta / f"{'b' * 64}.rechazos.parquet"
    ahora = reloj.ahora().timestamp()
    for ruta, edad in ((viejo, timedelta(days=1)), (reciente, timedelta(minutes=1))):
        ruta.write_bytes(b"PAR1")
        os.utime(ruta, (ahora - edad.total_seconds(),) * 2)
    borrados = await barrer_huerfanos(datos=cortes.datos, uow=cortes.uow, reloj=reloj)
    assert borrados == [viejo]
    assert reciente.is_file()
    assert len(list(carpeta.iterdir())) == 4


async def test_lo_que_nombra_un_corte_no_se_cambia(cortes: Cortes) -> None:
    """The service role may change the state of a corte, never what it names, nor delete it."""
    await cortes.cargar("reps_sedes", MUESTRA / "reps_sedes.csv")
    for orden in ("UPDATE corte SET sha256 = 'x'", "DELETE FROM corte"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with cortes.uow.begin() as tx:
                await tx.execute(text(orden))
