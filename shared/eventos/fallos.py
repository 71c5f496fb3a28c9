"""Outages: which errors pass by themselves, how long to wait, and one line in the log for each."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError

from shared.seguridad import FiltroDatosPersonales
from shared.tipos import Rechazo

registro = logging.getLogger("mecanismos.eventos")
# The text of a database error shows the parameters of its statement: accounts, names.
registro.addFilter(FiltroDatosPersonales())

_CLASES_TRANSITORIAS: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""SQLSTATE classes: connection, serialization and deadlock, resources, locks, operator
intervention (shutdown, statement timeout), system."""


def es_transitorio(error: BaseException) -> bool:
    """Will the same work pass later, when database or network are back?"""
    # The last one is what a connection cut in the middle of a command says afterwards.
    if isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    if isinstance(error, Rechazo):
        return error.reintentable
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    sqlstate = getattr(getattr(error, "orig", error), "sqlstate", None)
    return isinstance(sqlstate, str) and sqlstate[:2] in _CLASES_TRANSITORIAS


async def esperar(parar: asyncio.Event, segundos: float) -> None:
    """Sleep, or wake at once when the process is asked to stop."""
    try:
        async with asyncio.timeout(segundos):
            await parar.wait()
    except TimeoutError:
        pass


@dataclass
class Averia:
    """Tracks the outage of one thing: warns at its start, tells its end, spaces the retries."""

    que: str
    minimo_s: float = 0.2
    maximo_s: float = 5.0
    _pausa_s: float = 0.0

    async def esperar(self, error: BaseException, parar: asyncio.Event) -> None:
        """Note a failure and wait before the next try: 0.2 s, doubling up to 5 s."""
        if not self._pausa_s:
            causa = str(getattr(error, "orig", None) or error).partition("\n")[0]
            registro.warning("%s falla; se reintenta hasta que vuelva: %s", self.que, causa)
        self._pausa_s = min(self.maximo_s, self._pausa_s * 2 or self.minimo_s)
        await esperar(parar, self._pausa_s)

    def superada(self) -> None:
        """Note a success."""
        if self._pausa_s:
            registro.info("%s responde de nuevo", self.que)
        self._pausa_s = 0.0


@contextmanager
def detener_con_senales(parar: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly stop while the block runs."""
    ciclo = asyncio.get_running_loop()
    senales = (signal.SIGTERM, signal.SIGINT)
    for senal in senales:
        ciclo.add_signal_handler(senal, parar.set)
    try:
        yield
    finally:
        for senal in senales:
            ciclo.remove_signal_handler(senal)
