"""Ledger posting: 256 concurrent callers grouped, against one transaction each on 16 connections.

Both sides post the same movements with the same statement on the same durable PostgreSQL, in
turns within one run. The side without grouping keeps its connections open and does nothing but
begin, post, commit. Run with ``python -m bench.libro``.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import UnitOfWork, crear_engine
from shared.db.agrupador import Agrupador
from shared.db.migrar import migrar
from shared.embebido.postgres import PostgresEmbebido
from shared.presupuesto import Linea, Movimiento, TipoCuenta
from shared.presupuesto import service as libro
from shared.tipos import Rechazo

LLAMADORES = 256
CONEXIONES = 16
VUELTAS = 3
SEGUNDOS_POR_VUELTA = 4.0
META_RAZON = 20.0

_AHORA = datetime(2020, 9, 1, 15, 0, tzinfo=UTC)
_claves = count(1)


def _movimiento(linea: Linea) -> Movimiento:
    """A posting from outside the line: it never lacks balance, so both sides do equal work."""
    return Movimiento(
        clave=f"bench:{next(_claves)}",
        debito_id=linea.cuenta(TipoCuenta.RECAUDO),
        credito_id=linea.cuenta(TipoCuenta.CAJA),
        valor_centavos=100,
        concepto="BENCH",
        referencia="medida",
        event_at=_AHORA,
        por="bench",
    )


async def _registrar(
    tx: AsyncConnection, pedidos: Sequence[Movimiento]
) -> Sequence[Movimiento | Rechazo]:
    respuestas = await libro.registrar_grupos(tx, [[pedido] for pedido in pedidos])
    return [r or p for p, r in zip(pedidos, respuestas, strict=True)]


async def _durante(tarea: Callable[[], Awaitable[object]], cuantos: int, segundos: float) -> float:
    """Operations per second of ``cuantos`` callers that repeat ``tarea``."""
    fin = time.perf_counter() + segundos

    async def llamador() -> int:
        hechas = 0
        while time.perf_counter() < fin:
            await tarea()
            hechas += 1
        return hechas

    gc.collect()
    inicio = time.perf_counter()
    hechas = await asyncio.gather(*(llamador() for _ in range(cuantos)))
    return sum(hechas) / (time.perf_counter() - inicio)


async def _agrupado(engine: AsyncEngine, linea: Linea, segundos: float) -> float:
    agrupador: Agrupador[Movimiento, Movimiento] = Agrupador(_registrar, uow=UnitOfWork(engine))
    return await _durante(lambda: agrupador.pedir(_movimiento(linea)), LLAMADORES, segundos)


async def _uno_a_uno(engine: AsyncEngine, linea: Linea, segundos: float) -> float:
    libres: asyncio.Queue[AsyncConnection] = asyncio.Queue()
    conexiones = [await engine.connect() for _ in range(CONEXIONES)]
    for conexion in conexiones:
        libres.put_nowait(conexion)

    async def registrar() -> None:
        conexion = await libres.get()
        try:
            async with conexion.begin():
                await libro.registrar(conexion, [_movimiento(linea)])
        finally:
            libres.put_nowait(conexion)

    try:
        return await _durante(registrar, LLAMADORES, segundos)
    finally:
        for conexion in conexiones:
            await conexion.close()


async def _medir(servidor: PostgresEmbebido) -> list[dict[str, Any]]:
    await migrar(servidor.dsn_duenio)
    engine = crear_engine(servidor.dsn_servicio, conexiones=CONEXIONES)
    async with UnitOfWork(engine).begin() as tx:
        linea = await libro.crear_linea(tx, "bench", 2020)
    medidas: dict[str, list[float]] = {"agrupado": [], "uno_a_uno": []}
    memoria: dict[str, int] = {}
    lados = {"uno_a_uno": _uno_a_uno, "agrupado": _agrupado}
    for lado in lados.values():  # warm: connections, prepared statements, plans
        await lado(engine, linea, 0.5)
    for _ in range(VUELTAS):
        for nombre, lado in lados.items():
            _olvidar_pico()
            medidas[nombre].append(await lado(engine, linea, SEGUNDOS_POR_VUELTA))
            memoria[nombre] = max(memoria.get(nombre, 0), _pico_kib())
    async with UnitOfWork(engine).begin() as tx:
        if await libro.descuadres(tx):
            raise RuntimeError("el libro no cuadra después de la medida")
    await engine.dispose()
    return [
        {
            "medida": "libro",
            "lado": nombre,
            "asientos_por_segundo": round(median(medidas[nombre])),
            "memoria_pico_kib": memoria[nombre],
        }
        for nombre in lados
    ]


def _olvidar_pico() -> None:
    """Start counting peak memory from here, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _pico_kib() -> int:
    """Peak memory of this process since ``_olvidar_pico``, in KiB."""
    with suppress(OSError):
        for linea in Path("/proc/self/status").read_text().splitlines():
            if linea.startswith("VmHWM:"):
                return int(linea.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def medir() -> list[dict[str, Any]]:
    """Both rates (postings per second), their ratio and peak memory, on a cluster of its own."""
    base = "/var/tmp" if os.geteuid() == 0 else None  # noqa: S108 - others must pass through it
    with tempfile.TemporaryDirectory(prefix="bench-libro-", dir=base) as carpeta:
        Path(carpeta).chmod(0o711)
        servidor = PostgresEmbebido(Path(carpeta), durable=True)
        servidor.arrancar()
        try:
            filas = asyncio.run(_medir(servidor))
        finally:
            servidor.destruir()
    tasas = {fila["lado"]: fila["asientos_por_segundo"] for fila in filas}
    razon = tasas["agrupado"] / tasas["uno_a_uno"]
    for fila in filas:
        fila["razon"] = round(razon, 1)
        fila["meta_razon"] = META_RAZON
    return filas


def main() -> int:
    """Print the comparison. Exit code 0 when the ratio meets the goal, 1 otherwise."""
    filas = medir()
    for fila in filas:
        print(
            f"{fila['lado']:<10} {fila['asientos_por_segundo']:>9,} asientos/s   "
            f"memoria pico {fila['memoria_pico_kib'] / 1024:.0f} MiB"
        )
    razon = filas[0]["razon"]
    print(f"razón      {razon:.1f}× (meta: {META_RAZON:.0f}×)")
    return 0 if razon >= META_RAZON else 1


if __name__ == "__main__":
    raise SystemExit(main())
