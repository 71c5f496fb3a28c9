"""One mechanism on a real database, without HTTP: submit, evaluate as a worker does, look.

Registers and submissions are minimal: the builders of each mechanism give a row that is paid, and
a test changes what it is about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from shared.embebido.postgres import PostgresEmbebido
from shared.focalizacion.model import Mecanismo
from shared.giros.service import adicionar_aforo_y_liberar, recaudar_y_liberar
from shared.presupuesto import service as libro
from shared.radicacion.model import Recibido
from shared.radicacion.repository import Filtro, RegistroRepository
from shared.radicacion.schemas import SolicitudIn
from shared.radicacion.service import Contexto, OrdenRadicar, Subsana, radicar
from shared.radicacion.trabajo import procesar
from shared.registros import cargar_corte
from shared.seguridad import Rol, Usuario
from shared.tipos import Nit
from tests.support.anticipo import EntornoFijo, a_csv, suite_vacia

_numeros = count(1)

Fila = dict[str, Any]


@dataclass(frozen=True)
class Mesa:
    """A mechanism, its database and its folder, with a clock that the test moves."""

    mecanismo: Mecanismo
    entorno: EntornoFijo

    @property
    def ctx(self) -> Contexto:
        return self.entorno.contexto(self.mecanismo)

    def en(self, instante: datetime) -> None:
        """Move the clock."""
        self.entorno.fijo.instante = instante

    async def cargar(self, registro: str, filas: Sequence[Mapping[str, Any]], fecha: date) -> None:
        """A corte with those rows."""
        ruta = self.entorno.ajustes.datos / f"{registro}-{next(_numeros)}.csv"
        columnas = list(dict.fromkeys(c for f in filas for c in f))
        ruta.write_bytes(a_csv(filas, columnas))
        await cargar_corte(
            registro,
            ruta,
            fecha,
            usuario="operadora",
            datos=self.entorno.ajustes.datos,
            uow=self.entorno.uow,
            reloj=self.entorno.reloj,
        )

    async def presupuestar(self, aforo_centavos: int) -> None:
        """The line of the year of the clock, with room."""
        hoy = self.entorno.reloj.hoy()
        async with self.entorno.uow.begin() as tx:
            await libro.crear_linea(tx, self.mecanismo.nombre, hoy.year)
            await adicionar_aforo_y_liberar(
                tx,
                await libro.obtener_linea(tx, self.mecanismo.nombre, hoy.year),
                numero=f"Acto {next(_numeros)}",
                fecha=hoy,
                valor_centavos=aforo_centavos,
                por="ordenadora",
                reloj=self.entorno.reloj,
            )

    async def recaudar(self, centavos: int) -> None:
        """Cash for that line."""
        hoy = self.entorno.reloj.hoy()
        async with self.entorno.uow.begin() as tx:
            await recaudar_y_liberar(
                tx,
                await libro.obtener_linea(tx, self.mecanismo.nombre, hoy.year),
                referencia_banco=f"BR-{next(_numeros)}",
                fecha=hoy,
                valor_centavos=centavos,
                por="ordenadora",
                reloj=self.entorno.reloj,
            )

    async def radicar(
        self,
        rol: Rol,
        entidad: str,
        *filas: Fila,
        nit: str | None = None,
        corrige: UUID | None = None,
        subsana: Sequence[Subsana] = (),
        anexos: Mapping[str, Sequence[Fila]] = MappingProxyType({}),
    ) -> UUID:
        """Accept a submission; each call is another one, also with equal rows."""
        propio = nit or entidad
        documento = json.dumps([filas, dict(anexos), next(_numeros)], default=str).encode()
        orden = OrdenRadicar(
            Usuario(f"{rol}-{entidad}", frozenset({rol}), entidad),
            SolicitudIn(nit=propio, dv=Nit(propio).dv),
            Recibido(hashlib.sha256(documento).hexdigest(), "filas.json", len(documento)),
            filas=filas,
            filas_de_anexos=anexos,
            corrige=corrige,
            subsana=subsana,
        )
        radicacion, _ = await radicar(orden, self.ctx)
        return radicacion.id

    async def procesar(self, radicacion_id: UUID) -> None:
        """What a worker does with the job."""
        await procesar(radicacion_id, self.ctx)

    async def resolver(self, *argumentos: Any, **opciones: Any) -> list[Fila]:
        """Submit and evaluate: the records, in row order."""
        radicacion_id = await self.radicar(*argumentos, **opciones)
        await self.procesar(radicacion_id)
        return await self.registros(radicacion_id)

    async def registros(self, radicacion_id: UUID) -> list[Fila]:
        """Records of a submission as they are now, with the states as they are published."""
        filtro = Filtro(None, self.mecanismo.nombre, publicados=self.mecanismo.estados.publicados)
        async with self.entorno.uow.begin() as tx:
            filas = await RegistroRepository(tx).registros(filtro, radicacion_id, None, 1000)
        return [dict(f) | {"radicacion_id": radicacion_id} for f in filas]

    async def consultar(self, sql: str, **parametros: Any) -> list[Fila]:
        """Rows of a query as the service role."""
        async with self.entorno.uow.begin() as tx:
            return [dict(f) for f in (await tx.execute(text(sql), parametros)).mappings()]


@asynccontextmanager
async def mesa_vacia(
    mecanismo: Mecanismo,
    postgres: PostgresEmbebido,
    plantilla: str,
    datos: Path,
    ahora: datetime,
) -> AsyncIterator[Mesa]:
    """A mechanism on a new database, with the clock at ``ahora``."""
    async with suite_vacia(postgres, plantilla, datos) as suite:
        mesa = Mesa(mecanismo, suite.entorno)
        mesa.en(ahora)
        yield mesa


def ejemplo(mecanismo: Mecanismo) -> Fila:
    """A row with the example of each column."""
    return {c.nombre: c.ejemplo for c in mecanismo.esquema.campos}


def resumidos(registros: Sequence[Fila], *campos: str) -> list[tuple[Any, ...]]:
    """Some fields of each record."""
    return [tuple(r[c] for c in campos) for r in registros]


FECHA_CORTE: Final = date(2020, 1, 1)
"""Of the registers of these tests: before every fact."""
