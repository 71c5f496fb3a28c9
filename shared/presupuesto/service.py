"""Use cases of the ledger: the only door to money.

They run inside the caller's transaction and post last, because posting locks the hot accounts.
Releasing what waits for aforo or recaudo belongs to ``shared.giros``, one layer above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.presupuesto.errors import (
    ClaveReutilizada,
    LineaInexistente,
    ReferenciaRepetida,
    SaldoInsuficiente,
)
from shared.presupuesto.model import (
    Acto,
    ActoRegistrado,
    CuadreCuenta,
    Linea,
    Movimiento,
    Resumen,
    clave_reutilizada,
    simular,
)
from shared.presupuesto.repository import LibroRepository
from shared.tipos import NoEncontrado, Rechazo, Reloj


async def crear_linea(
    tx: AsyncConnection, mecanismo: str, vigencia: int, *, fuente: str = "POR_CONFIRMAR"
) -> Linea:
    """The line of a mechanism in a vigencia, created with its accounts if it was not there."""
    await LibroRepository(tx).add_linea(mecanismo, vigencia, fuente)
    return await obtener_linea(tx, mecanismo, vigencia)


async def obtener_linea(tx: AsyncConnection, mecanismo: str, vigencia: int) -> Linea:
    """The line of a mechanism in a vigencia.

    Raises:
        LineaInexistente: nobody created it.
    """
    lineas = await LibroRepository(tx).lineas(de=(mecanismo, vigencia))
    if not lineas:
        raise LineaInexistente(
            f"No hay línea presupuestal de {mecanismo} para {vigencia}. Créela con su primer acto "
            "de aforo."
        )
    return lineas[0]


async def bloquear_linea(tx: AsyncConnection, linea_id: int) -> Linea:
    """Lock a line until the end of the transaction: whoever orders its queues goes one by one.

    Raises:
        LineaInexistente: no line with that id.
    """
    libro = LibroRepository(tx)
    await libro.bloquear_lineas([linea_id])
    lineas = await libro.lineas(ids=[linea_id])
    if not lineas:
        raise LineaInexistente(f"No hay línea presupuestal con id {linea_id}.")
    return lineas[0]


async def registrar(tx: AsyncConnection, movimientos: Sequence[Movimiento]) -> int:
    """Post any number of movements, in order, in one statement. Call it last.

    A key already booked with the same content is skipped quietly. Returns how many were new.

    Raises:
        SaldoInsuficiente: an internal account would go below zero at some point of the list.
        ClaveReutilizada: a key names another content.
        After either the transaction must be rolled back (or to a savepoint before the call).
    """
    if not movimientos:
        return 0
    libro = LibroRepository(tx)
    nuevos = await libro.add_movimientos(movimientos)
    if nuevos < len(movimientos):
        guardados = await libro.movimientos([m.clave for m in movimientos])
        for movimiento in movimientos:
            if guardados[movimiento.clave].contenido != movimiento.contenido:
                raise clave_reutilizada(movimiento.clave)
    return nuevos


async def registrar_grupos(
    tx: AsyncConnection, grupos: Sequence[Sequence[Movimiento]]
) -> list[Rechazo | None]:
    """Post many independent groups together; a refused group spares the others.

    Each group enters whole or not at all, as if they had come one after another in this order.
    Position ``i`` of the answer is the refusal of group ``i``, or ``None``. It is what an
    ``Agrupador`` of postings runs.
    """
    try:
        async with tx.begin_nested():
            await registrar(tx, [m for grupo in grupos for m in grupo])
    except (SaldoInsuficiente, ClaveReutilizada):
        return await _registrar_los_que_caben(tx, grupos)
    return [None] * len(grupos)


async def _registrar_los_que_caben(
    tx: AsyncConnection, grupos: Sequence[Sequence[Movimiento]]
) -> list[Rechazo | None]:
    libro = LibroRepository(tx)
    todos = [m for grupo in grupos for m in grupo]
    cuentas = await libro.bloquear_cuentas(
        [cuenta for m in todos for cuenta in (m.debito_id, m.credito_id)]
    )
    existentes = await libro.movimientos([m.clave for m in todos])
    respuestas = simular(cuentas, existentes, grupos)
    caben = [m for g, r in zip(grupos, respuestas, strict=True) if r is None for m in g]
    await registrar(tx, caben)
    return respuestas


async def reversar(
    tx: AsyncConnection, claves: Sequence[str], *, referencia: str, por: str, reloj: Reloj
) -> list[Movimiento]:
    """Undo booked movements with new ones, last first (PRE-11, invariant 7). Repeats are quiet.

    Raises:
        NoEncontrado: a key names nothing.
        SaldoInsuficiente: the money already went on to another account.
    """
    hechos = await LibroRepository(tx).movimientos(claves)
    if faltan := [clave for clave in claves if clave not in hechos]:
        raise NoEncontrado(f"No hay movimientos con estas claves: {', '.join(faltan)}.")
    ahora = reloj.ahora()
    inversos = [
        m.inverso(referencia=referencia, event_at=ahora, por=por)
        for m in reversed(list(hechos.values()))
    ]
    await registrar(tx, inversos)
    return inversos


async def registrar_acto(
    tx: AsyncConnection, linea: Linea, acto: Acto, *, por: str, reloj: Reloj
) -> ActoRegistrado:
    """Book an act and its movement.

    Raises:
        ReferenciaRepetida: the number is taken in the line (PRE-09, PRE-10).
        ClaveReutilizada: ``acto.clave`` names another act.
        SaldoInsuficiente: a reduction of aforo, or an embargo, over what is available.
    """
    libro = LibroRepository(tx)
    ahora = reloj.ahora()
    acto_id = await libro.add_acto(linea.id, acto, event_at=ahora, por=por)
    if acto_id is None:
        return await _acto_repetido(libro, linea, acto)
    await registrar(tx, [acto.movimiento(linea, acto_id, event_at=ahora, por=por)])
    return ActoRegistrado(acto_id, linea.id, acto)


async def _acto_repetido(libro: LibroRepository, linea: Linea, acto: Acto) -> ActoRegistrado:
    previo = await libro.acto_con_clave(acto.clave) if acto.clave else None
    if previo is None:
        raise ReferenciaRepetida(
            f"«{acto.numero}» ya está registrado en {linea}. Revise el número; si es otro "
            "documento, escriba el suyo.",
            numero=acto.numero,
        )
    if (previo.linea_id, previo.acto) != (linea.id, acto):
        raise ClaveReutilizada(
            f"La clave «{acto.clave}» ya nombra otro acto. Use una clave nueva.", clave=acto.clave
        )
    return ActoRegistrado(previo.id, linea.id, acto, repetido=True)


async def resumen(tx: AsyncConnection, linea: Linea) -> Resumen:
    """A line as it stands."""
    return (await resumenes(tx, [linea]))[0]


async def resumenes(tx: AsyncConnection, lineas: Iterable[Linea] | None = None) -> list[Resumen]:
    """The given lines, or all, as they stand in one snapshot."""
    libro = LibroRepository(tx)
    elegidas = await libro.lineas() if lineas is None else list(lineas)
    saldos = await libro.saldos(elegidas)
    return [Resumen(linea, saldos[linea.id]) for linea in elegidas]


async def cuadre(tx: AsyncConnection) -> list[CuadreCuenta]:
    """Recompute every balance from the movements, in the order posted (invariants 3 and 5).

    The ledger is right when ``all(c.cuadra for c in cuadre)``.
    """
    return await LibroRepository(tx).cuadre()


async def descuadres(tx: AsyncConnection) -> list[CuadreCuenta]:
    """The accounts that do not tie. Empty unless somebody broke the database from outside."""
    return [cuenta for cuenta in await cuadre(tx) if not cuenta.cuadra]


__all__ = [
    "bloquear_linea",
    "crear_linea",
    "cuadre",
    "descuadres",
    "obtener_linea",
    "registrar",
    "registrar_acto",
    "registrar_grupos",
    "resumen",
    "resumenes",
    "reversar",
]
