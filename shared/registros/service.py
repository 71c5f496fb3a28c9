"""Use cases of the cortes."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from string import hexdigits
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import UnitOfWork
from shared.db.duck import en_memoria
from shared.registros import store
from shared.registros.cargador import cargar_archivo
from shared.registros.carpeta import abrir_cortes, huerfanos, sql_parquet
from shared.registros.catalogo import esquema_de
from shared.registros.errors import CorteEnConflicto
from shared.registros.lectura import BLOQUE, Inspeccion, inspeccionar
from shared.registros.model import Carga, Corte, EstadoCorte
from shared.registros.parcial import borrar_si_se_niega, candado, nombre_de
from shared.registros.progreso import Avance, CargaInterrumpida, Paso, en_silencio
from shared.registros.repository import CorteRepository
from shared.tipos import EntradaInvalida, InvarianteRota, NoEncontrado, Reloj

T = TypeVar("T")

MARGEN_BARRIDO: Final = timedelta(hours=6)
"""A load that takes longer than this between file and commit would be swept; none does."""
MARGEN_PARCIAL: Final = timedelta(days=2)
"""How long an interrupted load waits for someone to start it again."""
HUELLA_MINIMA: Final = 6
ESPERA: Final = 0.2
"""Seconds between looks at a source that another load holds."""


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
    reemplaza: bool = False,
    avance: Avance = en_silencio,
    bloque: int = BLOQUE,
) -> CorteCargado:
    """Load a file as a corte of its register; the same file twice is one corte.

    ``nombre`` is how its owner called the file, if ``ruta`` does not say. ``reemplaza``: it takes
    the place of the cortes in force of its register, in the transaction that puts it in force;
    otherwise they go on together. ``bloque``: bytes of the source typed at a time.

    Two loads of one file wait for each other. Files are on disk, flushed, before the transaction
    that names them; a crash before it leaves finished blocks, which the next load of the same
    file takes up, and files that ``barrer_huerfanos`` removes.

    Raises:
        EntradaInvalida: whatever ``cargar_archivo`` refuses.
        CorteEnConflicto: the file is a corte of another date, or was withdrawn.
    """
    esquema = esquema_de(registro)
    inspeccion = await _en_hilo(avance, lambda a: inspeccionar(ruta, a))
    carpeta = store.carpeta_temporal(datos) / nombre_de(esquema.nombre, inspeccion.sha256)
    async with _a_solas(carpeta):
        async with uow.begin() as tx:
            existente = await _existente(
                CorteRepository(tx), esquema.nombre, inspeccion.sha256, fecha_corte
            )
            if existente is not None:
                # It may have died between its transaction and this.
                shutil.rmtree(carpeta, ignore_errors=True)
                return existente
            relacionados = await cortes_vigentes(tx, [r.registro for r in esquema.referencias])
        orden = _Orden(
            registro=esquema.nombre,
            ruta=ruta,
            nombre=nombre or ruta.name,
            fecha_corte=fecha_corte,
            inspeccion=inspeccion,
            reemplaza=reemplaza,
            bloque=bloque,
        )
        carga = await _en_hilo(
            avance, lambda a: _cargar_y_guardar(orden, datos, carpeta, relacionados, a)
        )
        cargado = await _anotar(carga, orden, usuario=usuario, uow=uow, reloj=reloj, estado=estado)
        await asyncio.to_thread(shutil.rmtree, carpeta, ignore_errors=True)
    return cargado


@dataclass(frozen=True)
class _Orden:
    """What to load, and how."""

    registro: str
    ruta: Path
    nombre: str
    fecha_corte: date
    inspeccion: Inspeccion
    reemplaza: bool
    bloque: int


@asynccontextmanager
async def _a_solas(carpeta: Path) -> AsyncIterator[None]:
    """Wait until no other load works on the source of that folder, and hold it."""
    while True:
        with candado(carpeta) as tomado:
            if tomado:
                yield
                return
        await asyncio.sleep(ESPERA)


async def _en_hilo(avance: Avance, trabajo: Callable[[Avance], T]) -> T:
    """Run in a thread work that tells how far it is; when cancelled, wait until it has stopped.

    The folder of a load is not let go while someone still writes in it.
    """
    parar = threading.Event()

    def avanzar(paso: Paso, /) -> None:
        if parar.is_set():
            raise CargaInterrumpida
        avance(paso)

    tarea = asyncio.ensure_future(asyncio.to_thread(trabajo, avanzar))
    try:
        return await asyncio.shield(tarea)
    except asyncio.CancelledError:
        parar.set()
        await asyncio.wait([tarea])
        tarea.exception()
        raise


async def _anotar(
    carga: Carga,
    orden: _Orden,
    *,
    usuario: str,
    uow: UnitOfWork,
    reloj: Reloj,
    estado: EstadoCorte,
) -> CorteCargado:
    """The transaction in which the corte begins to exist, and those that it brings with it."""

    def como_corte(parte: Carga) -> Corte:
        return _corte(
            parte,
            archivo=orden.nombre,
            fecha_corte=orden.fecha_corte,
            estado=estado,
            usuario=usuario,
            ahora=reloj.ahora(),
        )

    nuevo = como_corte(carga)
    derivados = [replace(como_corte(d), derivado_de=nuevo.id) for d in carga.derivadas]
    async with uow.begin() as tx:
        repositorio = CorteRepository(tx)
        if not await repositorio.insertar(nuevo):
            # Another machine loaded the same file meanwhile: its corte is the one.
            existente = await _existente(
                repositorio, nuevo.registro, nuevo.sha256_fuente, orden.fecha_corte
            )
            if existente is None:
                raise InvarianteRota("el corte existe y no se encuentra")
            return existente
        guardados = [d for d in derivados if await repositorio.insertar(d)]
        if orden.reemplaza:
            await _reemplazar(repositorio, nuevo)
    avisos = [*carga.avisos, *(aviso for d in carga.derivadas for aviso in d.avisos)]
    return CorteCargado(nuevo, True, tuple(guardados), tuple(avisos))


async def _reemplazar(repositorio: CorteRepository, nuevo: Corte) -> None:
    """The other cortes in force of the register give way; rows taken from another one do not."""
    for otro in await repositorio.vigentes([nuevo.registro]):
        if otro.id != nuevo.id and otro.derivado_de is None:
            await repositorio.cambiar_estado(
                otro.id,
                EstadoCorte.REEMPLAZADO,
                motivo=f"reemplazado por el corte {nuevo.id}",
                por=nuevo.cargado_por,
                en=nuevo.created_at,
            )


async def cortes_vigentes(tx: AsyncConnection, registros: Sequence[str]) -> dict[str, list[Corte]]:
    """Cortes in force of each register; several dated ones may be so together."""
    resultado: dict[str, list[Corte]] = {registro: [] for registro in registros}
    for corte in await CorteRepository(tx).vigentes(registros):
        resultado[corte.registro].append(corte)
    return resultado


async def listar(tx: AsyncConnection, registro: str | None = None) -> list[Corte]:
    """All the cortes, of one register or of all."""
    return await CorteRepository(tx).listar(esquema_de(registro).nombre if registro else None)


async def buscar(tx: AsyncConnection, referencia: str) -> tuple[Corte, list[Corte]]:
    """A corte by its id or the beginning of the digest of its file, and those it brought.

    Raises:
        NoEncontrado: no such corte.
        EntradaInvalida: too short a beginning, or one that several cortes share.
    """
    repositorio = CorteRepository(tx)
    try:
        hallado = await repositorio.get(UUID(referencia))
        hallados = [hallado] if hallado else []
    except ValueError:
        if len(referencia) < HUELLA_MINIMA or not set(referencia.lower()) <= set(hexdigits):
            raise EntradaInvalida(
                f"«{referencia}» no es un corte: escriba su identificador o al menos "
                f"{HUELLA_MINIMA} caracteres de su huella, como los muestra «corte listar»."
            ) from None
        hallados = await repositorio.por_huella(referencia.lower())
    if not hallados:
        raise NoEncontrado(f"No existe el corte «{referencia}». Mírelos con «corte listar».")
    if len(hallados) > 1:
        cuales = ", ".join(f"{c.registro} {c.fecha_corte} ({c.id})" for c in hallados)
        raise EntradaInvalida(f"La huella «{referencia}» es de varios cortes: {cuales}.")
    return hallados[0], await repositorio.derivados_de(hallados[0].id)


def informe_de(corte: Corte, derivados: Sequence[Corte] = ()) -> dict[str, Any]:
    """The report of quality of a corte: what its ``.calidad.json`` says, and its orphans."""
    return {
        "registro": corte.registro,
        "fecha_corte": corte.fecha_corte.isoformat(),
        "archivo": corte.archivo,
        "estado": str(corte.estado),
        "sha256_fuente": corte.sha256_fuente,
        "sha256": corte.sha256,
        "filas_leidas": corte.filas + corte.filas_rechazadas,
        "filas": corte.filas,
        "filas_rechazadas": corte.filas_rechazadas,
        "avisos": corte.calidad.get("avisos", []),
        "calidad": corte.calidad,
        "derivadas": {d.registro: d.filas for d in derivados},
    }


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
    *,
    datos: Path,
    uow: UnitOfWork,
    reloj: Reloj,
    margen: timedelta = MARGEN_BARRIDO,
    margen_parcial: timedelta = MARGEN_PARCIAL,
) -> list[Path]:
    """Delete what crashes left: files without a corte, loads nobody took up; gives what it was."""
    ahora = reloj.ahora()
    async with uow.begin() as tx:
        nombrados = [datos / c.ruta for c in await CorteRepository(tx).listar()]
    sueltos = await asyncio.to_thread(store.barrer, datos, nombrados, antes_de=ahora - margen)
    return sueltos + await asyncio.to_thread(
        store.barrer_parciales, datos, antes_de=ahora - margen_parcial
    )


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
    orden: _Orden,
    datos: Path,
    carpeta: Path,
    relacionados: dict[str, list[Corte]],
    avance: Avance,
) -> Carga:
    salida = carpeta / "salida"
    shutil.rmtree(salida, ignore_errors=True)  # what a killed sort had spilled
    with borrar_si_se_niega(carpeta):
        carga = cargar_archivo(
            orden.registro,
            orden.ruta,
            salida,
            fecha_corte=orden.fecha_corte,
            nombre=orden.nombre,
            inspeccion=orden.inspeccion,
            parcial=carpeta / "bloques",
            avance=avance,
            bloque=orden.bloque,
        )
        carga = store.guardar(carga, datos, orden.fecha_corte)
    return replace(
        carga,
        calidad={**carga.calidad, "huerfanos": _huerfanos(carga, relacionados, datos)},
    )


def _huerfanos(carga: Carga, relacionados: dict[str, list[Corte]], datos: Path) -> dict[str, int]:
    """Keys of the load absent from the registers it refers to, the ones it brings included."""
    with en_memoria() as con:
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
