"""Cortes are immutable, dated and content-addressed; a file loaded twice is one corte.

Guarantee: at every moment each row of ``corte`` names files that are whole on disk, and no file
without a row outlives the sweep.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
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
    buscar,
    cambiar_estado,
    cargar_corte,
    cortes_vigentes,
    informe_de,
    listar,
)
from shared.registros.errors import CorteEnConflicto, DemasiadosRechazos, RegistroEquivocado
from shared.registros.parcial import candado
from shared.registros.progreso import Fase, Paso
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


async def test_uno_nuevo_toma_el_lugar_de_los_vigentes(cortes: Cortes, tmp_path: Path) -> None:
    """What was cancelled since is not read from the old extract; what it was used for stays."""
    encabezado = "tipo_documento,numero_documento,sancion,desde\n"
    marzo, abril = tmp_path / "marzo.csv", tmp_path / "abril.csv"
    marzo.write_text(f"{encabezado}CC,10203040,SUSPENSION,2020-01-01\n")
    abril.write_text(f"{encabezado}CC,10203041,SUSPENSION,2020-02-01\n")
    viejo = await cortes.cargar("rethus_sanciones", marzo, date(2020, 3, 31))
    nuevo = await cortes.cargar("rethus_sanciones", abril, date(2020, 4, 30), reemplaza=True)
    async with cortes.uow.begin() as tx:
        estados = {c.id: (c.estado, c.motivo) for c in await listar(tx, "rethus_sanciones")}
    assert estados == {
        viejo.corte.id: (EstadoCorte.REEMPLAZADO, f"reemplazado por el corte {nuevo.corte.id}"),
        nuevo.corte.id: (EstadoCorte.VIGENTE, None),
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


def _sedes(ruta: Path, filas: int, *, malas: bool = False) -> Path:
    habilitado = "QUIZA" if malas else "SI"
    lineas = (f"0500100101,05001{i:07d},900100101,{habilitado}" for i in range(filas))
    ruta.write_text("\n".join(["hab_prestador,hab_sede,nit,habilitado", *lineas, ""]))
    return ruta


async def test_demasiados_rechazos_deja_el_vigente(cortes: Cortes, tmp_path: Path) -> None:
    """Guarantee: a file that is refused changes nothing of what is in force, nor leaves files."""
    await cortes.cargar("reps_sedes", _sedes(tmp_path / "buenas.csv", 1_500))
    antes = (await cortes.vigentes(), await cortes.filas())
    with pytest.raises(DemasiadosRechazos, match=r"1500 de 1500 filas.*habilitado: debe ser SI"):
        await cortes.cargar(
            "reps_sedes", _sedes(tmp_path / "malas.csv", 1_500, malas=True), date(2023, 1, 31)
        )
    assert (await cortes.vigentes(), await cortes.filas()) == antes
    assert list((cortes.datos / "temporal").iterdir()) == []
    assert len(list((cortes.datos / "cortes").rglob("*.parquet"))) == 2


MUERE = """
import os, signal, sys
from datetime import date
from pathlib import Path
from shared.registros import cargar_archivo
from shared.registros.parcial import nombre_de
from shared.registros.lectura import sha256_de
origen, datos = Path(sys.argv[1]), Path(sys.argv[2])
carpeta = datos / "temporal" / nombre_de("reps_sedes", sha256_de(origen))
vistos = 0
def morir(paso):
    global vistos
    vistos += paso.fase == "LEER"
    if vistos > 5:
        os.kill(os.getpid(), signal.SIGKILL)
cargar_archivo("reps_sedes", origen, carpeta / "salida", fecha_corte=date(2022, 11, 5),
               parcial=carpeta / "bloques", bloque=20_000, avance=morir)
"""


async def test_un_corte_sigue_donde_iba_al_morir(cortes: Cortes, tmp_path: Path) -> None:
    """A load killed half-way shows nothing; the next one takes its blocks and leaves no trace."""
    origen = _sedes(tmp_path / "sedes.csv", 5_000)
    muerto = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", MUERE, str(origen), str(cortes.datos)], check=False
    )
    assert muerto.returncode == -signal.SIGKILL
    assert (await cortes.filas())["reps_sedes"] == 0
    (carpeta,) = (cortes.datos / "temporal").iterdir()
    assert len(list((carpeta / "bloques").glob("bloque-*.json"))) >= 4
    leidos: list[Paso] = []
    cargado = await cortes.cargar("reps_sedes", origen, avance=leidos.append, bloque=20_000)
    assert next(p for p in leidos if p.fase is Fase.LEER).filas > 1_000  # not from the beginning
    assert (cargado.corte.filas, cargado.corte.filas_rechazadas) == (5_000, 0)
    assert (await cortes.filas())["reps_sedes"] == 5_000
    assert list((cortes.datos / "temporal").iterdir()) == []


async def test_cancelar_detiene_y_deja_seguir(cortes: Cortes, tmp_path: Path) -> None:
    """A cancelled load stops at once, lets its source go and leaves its blocks for the next."""
    origen = _sedes(tmp_path / "sedes.csv", 5_000)
    a_medias = asyncio.Event()
    ciclo = asyncio.get_running_loop()

    def avisar(paso: Paso, /) -> None:
        if paso.fase is Fase.LEER and paso.filas > 1_000:
            ciclo.call_soon_threadsafe(a_medias.set)
            time.sleep(0.05)

    tarea = asyncio.create_task(cortes.cargar("reps_sedes", origen, avance=avisar, bloque=10_000))
    await a_medias.wait()
    tarea.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tarea
    (carpeta,) = (cortes.datos / "temporal").iterdir()  # and no lock
    assert 0 < len(list((carpeta / "bloques").glob("bloque-*.json"))) < 18
    assert (await cortes.filas())["reps_sedes"] == 0
    cargado = await cortes.cargar("reps_sedes", origen, bloque=10_000)
    assert cargado.corte.filas == 5_000


async def test_barrer_cargas_abandonadas(cortes: Cortes, reloj: RelojFijo) -> None:
    """Loads that nobody holds and nobody took up in two days go; the others stay."""
    temporal = cortes.datos / "temporal"
    ahora = reloj.ahora().timestamp()
    for nombre, dias in (("carga-a", 3), ("carga-b", 1), ("carga-c", 3)):
        nota = temporal / nombre / "bloques" / "carga.json"
        nota.parent.mkdir(parents=True)
        nota.write_text("{}")
        for ruta in (nota, nota.parent, nota.parent.parent):
            os.utime(ruta, (ahora - dias * 86_400,) * 2)
    with candado(temporal / "carga-c") as tomado:
        assert tomado
        borrados = await barrer_huerfanos(datos=cortes.datos, uow=cortes.uow, reloj=reloj)
    assert borrados == [temporal / "carga-a"]
    assert sorted(r.name for r in temporal.iterdir()) == ["carga-b", "carga-c"]


async def test_buscar_un_corte(cortes: Cortes) -> None:
    cargado = await cortes.cargar("reps_capacidad", MUESTRA / "reps_capacidad.csv")
    corte = cargado.corte
    async with cortes.uow.begin() as tx:
        for referencia in (str(corte.id), corte.sha256_fuente[:12].upper()):
            hallado, derivados = await buscar(tx, referencia)
            assert hallado.id == corte.id
            assert {d.registro for d in derivados} == {"reps_prestadores", "reps_sedes"}
        for referencia, error in (
            ("abc", EntradaInvalida),
            ("reps_sedes", EntradaInvalida),
            ("0" * 12, NoEncontrado),
            (str(uuid4()), NoEncontrado),
        ):
            with pytest.raises(error):
                await buscar(tx, referencia)
    informe = informe_de(corte, derivados)
    assert informe["filas_leidas"] == 17
    assert informe["derivadas"] == {"reps_prestadores": 5, "reps_sedes": 5}
    assert informe["calidad"]["huerfanos"]["hab_sede sin reps_sedes"] == 0


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
