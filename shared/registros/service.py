"""Use cases of the cortes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import duckdb
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import UnitOfWork
from shared.registros import store
from shared.registros.cargador import cargar_archivo
from shared.registros.carpeta import abrir_cortes, huerfanos, sql_parquet
from shared.registros.catalogo import esquema_de
from shared.registros.errors import CorteEnConflicto
from shared.registros.lectura import sha256_de
from shared.registros.model import Carga, Corte, EstadoCorte
from shared.registros.repository import CorteRepository
from shared.tipos import EntradaInvalida, InvarianteRota, NoEncontrado, Reloj

MARGEN_BARRIDO: Final = timedelta(hours=6)
"""A load that takes longer than this between file and commit would be swept; none does."""


@dataclass(frozen=True)
class CorteCargado:
    """What loading a file left."""

    corte: Corte
    nuevo: bool
    """``False``: the file was already this corte, and nothing changed."""
    derivados: tuple[Corte, ...] = ()
    """Cortes of other registers that the same file brought."""
    avisos: tuple[str, ...] = ()


async def cargar_corte(
    registro: str,
    ruta: Path,
    fecha_corte: date,
    *,
    usuario: str,
    datos: Path,
    uow: UnitOfWork,
    reloj: Reloj,
    estado: EstadoCorte = EstadoCorte.VIGENTE,
    nombre: str | None = None,
) -> CorteCargado:
    """Load a file as a corte of its register; the same file twice is one corte.

    ``nombre`` is how its owner called the file, if ``ruta`` does not say.

    Files are on disk, flushed, before the transaction that names them; a crash in between
    leaves files that ``barrer_huerfanos`` removes.

    Raises:
        EntradaInvalida: whatever ``cargar_archivo`` refuses.
        CorteEnConflicto: the file is a corte of another date, or was withdrawn.
    """
    esquema = esquema_de(registro)
    sha256 = await asyncio.to_thread(sha256_de, ruta)
    async with uow.begin() as tx:
        existente = await _existente(CorteRepository(tx), esquema.nombre, sha256, fecha_corte)
        if existente is not None:
            return existente
        relacionados = await cortes_vigentes(tx, [r.registro for r in esquema.referencias])
    carga = await asyncio.to_thread(
        _cargar_y_guardar, registro, ruta, fecha_corte, datos, relacionados
    )

    def como_corte(parte: Carga) -> Corte:
        return _corte(
            parte,
            archivo=nombre or ruta.name,
            fecha_corte=fecha_corte,
            estado=estado,
            usuario=usuario,
            ahora=reloj.ahora(),
        )

    nuevo = como_corte(carga)
    derivados = [replace(como_corte(d), derivado_de=nuevo.id) for d in carga.derivadas]
    async with uow.begin() as tx:
        repositorio = CorteRepository(tx)
        if not await repositorio.insertar(nuevo):
            # Another process loaded the same file meanwhile: its corte is the one.
            existente = await _existente(
                repositorio, nuevo.registro, nuevo.sha256_fuente, fecha_corte
            )
            if existente is None:
                raise InvarianteRota("el corte existe y no se encuentra")
            return existente
        guardados = [d for d in derivados if await repositorio.insertar(d)]
    avisos = [*carga.avisos, *(aviso for d in carga.derivadas for aviso in d.avisos)]
    return CorteCargado(nuevo, True, tuple(guardados), tuple(avisos))


async def cortes_vigentes(tx: AsyncConnection, registros: Sequence[str]) -> dict[str, list[Corte]]:
    """Cortes in force of each register; several dated ones may be so together."""
    resultado: dict[str, list[Corte]] = {registro: [] for registro in registros}
    for corte in await CorteRepository(tx).vigentes(registros):
        resultado[corte.registro].append(corte)
    return resultado


async def listar(tx: AsyncConnection, registro: str | None = None) -> list[Corte]:
    """All the cortes, of one register or of all."""
    return await CorteRepository(tx).listar(esquema_de(registro).nombre if registro else None)


async def cambiar_estado(
    corte_id: UUID,
    estado: EstadoCorte,
    *,
    motivo: str | None,
    usuario: str,
    uow: UnitOfWork,
    reloj: Reloj,
) -> Corte:
    """Put a corte in force, or mark it replaced or withdrawn; those it brought follow it.

    Raises:
        NoEncontrado: no such corte.
        EntradaInvalida: replaced or withdrawn without a reason.
        CorteEnConflicto: a withdrawn corte does not come back.
    """
    if estado in {EstadoCorte.REEMPLAZADO, EstadoCorte.RETIRADO} and not (motivo or "").strip():
        raise EntradaInvalida("Escriba el motivo para reemplazar o retirar el corte.")
    async with uow.begin() as tx:
        repositorio = CorteRepository(tx)
        corte = await repositorio.get(corte_id, for_update=True)
        if corte is None:
            raise NoEncontrado("No existe ese corte.")
        if corte.estado is EstadoCorte.RETIRADO:
            raise CorteEnConflicto(
                f"El corte fue retirado ({corte.motivo}) y no vuelve a regir. Cargue otro archivo."
            )
        await repositorio.cambiar_estado(
            corte_id, estado, motivo=motivo, por=usuario, en=reloj.ahora()
        )
    return replace(corte, estado=estado, motivo=motivo)


async def barrer_huerfanos(
    *, datos: Path, uow: UnitOfWork, reloj: Reloj, margen: timedelta = MARGEN_BARRIDO
) -> list[Path]:
    """Delete files that a crash left without a corte; gives what was deleted."""
    limite = reloj.ahora() - margen
    async with uow.begin() as tx:
        nombrados = [datos / c.ruta for c in await CorteRepository(tx).listar()]
    return await asyncio.to_thread(store.barrer, datos, nombrados, antes_de=limite)


async def _existente(
    repositorio: CorteRepository, registro: str, sha256: str, fecha_corte: date
) -> CorteCargado | None:
    corte = await repositorio.por_fuente(registro, sha256)
    if corte is None:
        return None
    if corte.estado is EstadoCorte.RETIRADO:
        raise CorteEnConflicto(
            f"Este archivo ya se cargó y fue retirado ({corte.motivo}). Cargue otro archivo."
        )
    if corte.fecha_corte != fecha_corte:
        raise CorteEnConflicto(
            f"Este archivo ya es el corte {corte.fecha_corte} de {registro}. Retírelo si la "
            f"fecha está mal, o use esa fecha."
        )
    return CorteCargado(corte, False, tuple(await repositorio.derivados_de(corte.id)))


def _cargar_y_guardar(
    registro: str,
    ruta: Path,
    fecha_corte: date,
    datos: Path,
    relacionados: dict[str, list[Corte]],
) -> Carga:
    with tempfile.TemporaryDirectory(dir=store.carpeta_temporal(datos)) as nombre:
        carga = cargar_archivo(registro, ruta, Path(nombre), fecha_corte=fecha_corte)
        carga = store.guardar(carga, datos, fecha_corte)
    return replace(
        carga,
        calidad={**carga.calidad, "huerfanos": _huerfanos(carga, relacionados, datos)},
    )


def _huerfanos(carga: Carga, relacionados: dict[str, list[Corte]], datos: Path) -> dict[str, int]:
    """Keys of the load absent from the registers it refers to, the ones it brings included."""
    with duckdb.connect() as con:
        fuentes = abrir_cortes(con, relacionados, datos=datos)
        otros = {f.registro: f.sql for f in fuentes.values() if f.presente}
        for derivada in carga.derivadas:
            traido = sql_parquet(con, derivada.registro, derivada.ruta)
            ya = otros.get(derivada.registro)
            otros[derivada.registro] = f"({ya}) UNION ALL ({traido})" if ya else traido
        return huerfanos(con, carga.registro, sql_parquet(con, carga.registro, carga.ruta), otros)


def _corte(
    carga: Carga,
    *,
    archivo: str,
    fecha_corte: date,
    estado: EstadoCorte,
    usuario: str,
    ahora: datetime,
) -> Corte:
    calidad: dict[str, Any] = {**carga.calidad, "avisos": list(carga.avisos)}
    return Corte(
        id=uuid4(),
        registro=carga.registro,
        fecha_corte=fecha_corte,
        archivo=archivo,
        sha256_fuente=carga.sha256_fuente,
        sha256=carga.sha256,
        filas=carga.filas,
        filas_rechazadas=carga.rechazadas,
        calidad=calidad,
        estado=estado,
        motivo=None,
        derivado_de=None,
        cargado_por=usuario,
        created_at=ahora,
    )
