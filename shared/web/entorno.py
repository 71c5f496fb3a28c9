"""What a service is built with: settings, database, clock, files, who vouches for callers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import Ajustes, UnitOfWork, crear_engine
from shared.focalizacion.model import Mecanismo
from shared.radicacion.archivos import Almacen
from shared.radicacion.service import Contexto
from shared.seguridad import Usuario, Verificador, crear_verificador
from shared.tipos import Reloj


@dataclass(frozen=True)
class Entorno:
    """Built once per application from the environment; nothing connects until it is used."""

    ajustes: Ajustes = field(default_factory=Ajustes)

    @cached_property
    def engine(self) -> AsyncEngine:
        if self.ajustes.database_url is None:
            raise RuntimeError("Falta DATABASE_URL: la dirección de la base de datos del servicio.")
        return crear_engine(self.ajustes.database_url)

    @property
    def uow(self) -> UnitOfWork:
        return UnitOfWork(self.engine)

    @cached_property
    def reloj(self) -> Reloj:
        return self.ajustes.reloj()

    @property
    def almacen(self) -> Almacen:
        return Almacen(self.ajustes.datos)

    def contexto(self, mecanismo: Mecanismo) -> Contexto:
        """What the use cases of one mechanism are given."""
        return Contexto(mecanismo, self.uow, self.reloj, self.almacen)

    @property
    def verificador(self) -> Verificador:
        """Who vouches for callers; its configuration is checked when the service starts."""
        return _VerificadorDiferido(self)

    @cached_property
    def verificador_configurado(self) -> Verificador:
        return crear_verificador(self.ajustes)

    async def base_de_datos(self) -> None:
        """Health check: a connection can be had and answers."""
        async with self.uow.begin() as tx:
            await tx.exec_driver_sql("SELECT 1")

    @asynccontextmanager
    async def vida_util(self, app: FastAPI) -> AsyncIterator[None]:
        """Lifespan: fail at start without settings, and close the connections at the end."""
        engine = self.engine
        _ = self.verificador_configurado
        try:
            yield
        finally:
            await engine.dispose()


@dataclass(frozen=True)
class _VerificadorDiferido:
    """Lets an application be built (documentation, tests of its routes) without any key."""

    entorno: Entorno

    async def verificar(self, token: str) -> Usuario:
        return await self.entorno.verificador_configurado.verificar(token)
