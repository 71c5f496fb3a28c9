"""Group commit: calls that wait at the same time become one list and one transaction.

Committing costs a flush to disk and several round trips whatever the size of the work, and all
postings of a line queue on the same rows. So small callers are joined one level up: while one
list is being committed, the next one gathers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import UnitOfWork
from shared.tipos import InvarianteRota, Rechazo

P = TypeVar("P")
R = TypeVar("R")

Procesar: TypeAlias = Callable[[AsyncConnection, Sequence[P]], Awaitable[Sequence[R | Rechazo]]]
"""A use case over a list: the answer to each order in its position, a refusal as a value."""


class Agrupador(Generic[P, R]):
    """Joins concurrent calls of a list use case into one transaction at a time.

    Guarantees: orders are decided in the order of the calls; each caller gets its own result
    after the commit that holds it; a refusal spares its neighbours. A use case that *raises* a
    refusal instead of returning it is tried again by halves until it stands alone, which gives
    the same outcome as one call after another. Any other failure reaches every caller of the
    list, and nothing of that list was committed.

    One instance per event loop and use case. Callers beyond ``maximo`` go in the next list.
    """

    def __init__(self, procesar: Procesar[P, R], *, uow: UnitOfWork, maximo: int = 1024) -> None:
        self._procesar = procesar
        self._uow = uow
        self._maximo = maximo
        self._espera: deque[tuple[P, asyncio.Future[R]]] = deque()
        self._lider: asyncio.Task[None] | None = None

    async def pedir(self, pedido: P) -> R:
        """Join the next list and wait for the commit.

        A caller cancelled before its list starts leaves no trace; later, its order goes on.

        Raises:
            Rechazo: the use case refused this order.
        """
        futuro: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._espera.append((pedido, futuro))
        if self._lider is None:
            # A task of its own: cancelling the caller that happened to come first must not
            # take its neighbours along.
            self._lider = asyncio.create_task(self._liderar())
        return await futuro

    async def _liderar(self) -> None:
        try:
            while self._espera:
                await self._atender(self._siguiente_lista())
        finally:
            self._lider = None

    def _siguiente_lista(self) -> list[tuple[P, asyncio.Future[R]]]:
        lista: list[tuple[P, asyncio.Future[R]]] = []
        while self._espera and len(lista) < self._maximo:
            pedido, futuro = self._espera.popleft()
            if not futuro.done():
                lista.append((pedido, futuro))
        return lista

    async def _atender(self, lista: list[tuple[P, asyncio.Future[R]]]) -> None:
        if not lista:
            return
        try:
            respuestas = await self._decidir([pedido for pedido, _ in lista])
        except BaseException as error:
            for _, futuro in lista:
                _resolver(futuro, error)
            if not isinstance(error, Exception):
                self._abandonar(error)
                raise
        else:
            for (_, futuro), respuesta in zip(lista, respuestas, strict=True):
                _resolver(futuro, respuesta)

    async def _decidir(self, pedidos: Sequence[P]) -> list[R | Rechazo]:
        try:
            async with self._uow.begin() as tx:
                return await self._todos(tx, pedidos)
        except Rechazo:
            # Only now savepoints: when nobody is refused, which is nearly always, the list costs
            # one transaction and nothing else.
            async with self._uow.begin() as tx:
                return await self._por_mitades(tx, pedidos)

    async def _por_mitades(self, tx: AsyncConnection, pedidos: Sequence[P]) -> list[R | Rechazo]:
        try:
            async with tx.begin_nested():
                return await self._todos(tx, pedidos)
        except Rechazo as rechazo:
            if len(pedidos) == 1:
                return [rechazo]
        mitad = len(pedidos) // 2
        primeros = await self._por_mitades(tx, pedidos[:mitad])
        return primeros + await self._por_mitades(tx, pedidos[mitad:])

    async def _todos(self, tx: AsyncConnection, pedidos: Sequence[P]) -> list[R | Rechazo]:
        respuestas = list(await self._procesar(tx, pedidos))
        if len(respuestas) != len(pedidos):
            raise InvarianteRota("un caso de uso por listas no respondió a todos los pedidos")
        return respuestas

    def _abandonar(self, error: BaseException) -> None:
        while self._espera:
            _resolver(self._espera.popleft()[1], error)


def _resolver(futuro: asyncio.Future[R], respuesta: R | BaseException) -> None:
    if futuro.done():  # its caller was cancelled meanwhile
        return
    if isinstance(respuesta, asyncio.CancelledError):
        futuro.cancel()
    elif isinstance(respuesta, BaseException):
        futuro.set_exception(respuesta)
    else:
        futuro.set_result(respuesta)
