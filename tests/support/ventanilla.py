"""Intake of the mechanisms with several kinds of submitters, on one database.

Applications are spoken to through ``httpx.ASGITransport``; what is accepted stays in the queue.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import text

from services.operaciones.app import crear_app as crear_operaciones
from services.pruebas.mecanismo import MECANISMO as PRUEBAS
from services.talento_humano.mecanismo import MECANISMO as TALENTO_HUMANO
from shared.embebido.postgres import PostgresEmbebido
from shared.registros import cargar_corte
from shared.seguridad import Rol, Usuario, emitir_token
from shared.tipos import BOGOTA, Nit
from shared.web.mecanismo import crear_app
from shared.web.unir import unir
from tests.support.anticipo import EntornoFijo, a_csv, suite_vacia

LUNES: Final = datetime(2020, 10, 5, 9, tzinfo=BOGOTA)
"""First business day of a week: the window of the EPS is open."""
EN_VENTANA: Final = datetime(2020, 9, 1, 9, tzinfo=BOGOTA)
"""Inside the only window of talento humano."""
NIT_TOMA: Final = "900300101"
NIT_PROCESA: Final = "900300202"
NIT_IPS: Final = "900100101"
HAB_IPS: Final = "0500100101"
EPS: Final = "EPS010"
NIT_EPS: Final = "800088702"

_numeros = count(1)


def prueba(**cambios: Any) -> dict[str, Any]:
    """A test as it is submitted: the example of each column."""
    return _ejemplo(PRUEBAS.esquema.campos) | cambios


def reporte(**cambios: Any) -> dict[str, Any]:
    """A worker as an IPS reports them."""
    fila = _ejemplo(TALENTO_HUMANO.esquema.campos) | {
        "reportante_codigo": HAB_IPS,
        "reportante_nit": NIT_IPS,
    }
    fila |= cambios
    return fila | {"reportante_dv": Nit(fila["reportante_nit"]).dv}


def _ejemplo(campos: Iterable[Any]) -> dict[str, Any]:
    return {c.nombre: c.ejemplo for c in campos}


def sobre(nit: str, **cambios: str) -> dict[str, Any]:
    """The envelope that a mechanism with payees of its own asks for: who submits."""
    return {"nit": nit, "dv": Nit(nit).dv} | cambios


@dataclass(frozen=True)
class Ventanilla:
    """The applications on one database and one folder, with a clock that the test moves."""

    entorno: EntornoFijo

    @cached_property
    def transporte(self) -> httpx.ASGITransport:
        apps = {
            "pruebas": crear_app(PRUEBAS, self.entorno),
            "talento-humano": crear_app(TALENTO_HUMANO, self.entorno),
            "operaciones": crear_operaciones(self.entorno),
        }
        return httpx.ASGITransport(app=unir(apps))

    def en(self, instante: datetime) -> None:
        self.entorno.fijo.instante = instante

    def cliente(self, rol: Rol, entidad: str | None = None) -> httpx.AsyncClient:
        usuario = Usuario(f"{rol}-{entidad}", frozenset({rol}), entidad)
        token = emitir_token(self.entorno.ajustes, usuario)
        return httpx.AsyncClient(
            transport=self.transporte,
            base_url="http://mecanismos",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def radicar(
        self,
        ruta: str,
        rol: Rol,
        entidad: str,
        *filas: Mapping[str, Any],
        solicitud: Mapping[str, Any],
    ) -> httpx.Response:
        """Submit rows as a CSV, each time with another key."""
        return await self.cliente(rol, entidad).post(
            f"/{ruta}/v1/radicaciones",
            data={"solicitud": json.dumps(solicitud)},
            files={"archivo": ("filas.csv", a_csv(filas, list(filas[0])))},
            headers={"Idempotency-Key": f"clave-{next(_numeros)}"},
        )

    async def cargar(self, registro: str, filas: list[dict[str, Any]], fecha: date) -> None:
        """A corte with those rows."""
        ruta = self.entorno.ajustes.datos / f"{registro}-{next(_numeros)}.csv"
        ruta.write_bytes(a_csv(filas, list(filas[0])))
        await cargar_corte(
            registro,
            ruta,
            fecha,
            usuario="operadora",
            datos=self.entorno.ajustes.datos,
            uow=self.entorno.uow,
            reloj=self.entorno.reloj,
        )

    async def consultar(self, sql: str, **parametros: Any) -> list[dict[str, Any]]:
        async with self.entorno.uow.begin() as tx:
            return [dict(f) for f in (await tx.execute(text(sql), parametros)).mappings()]


def prestador(codigo: str, nit: str) -> dict[str, Any]:
    """A prestador as REPS has it."""
    return {
        "hab_prestador": codigo,
        "nit": nit,
        "dv": Nit(nit).dv,
        "razon_social": f"Prestador {codigo}",
        "clase_prestador": "Instituciones Prestadoras de Servicios de Salud - IPS",
        "habilitado": "SI",
    }


@asynccontextmanager
async def ventanilla(
    postgres: PostgresEmbebido, plantilla: str, datos: Path
) -> AsyncIterator[Ventanilla]:
    """One with REPS loaded: a single IPS."""
    async with suite_vacia(postgres, plantilla, datos) as suite:
        nueva = Ventanilla(suite.entorno)
        await nueva.cargar("reps_prestadores", [prestador(HAB_IPS, NIT_IPS)], date(2020, 7, 1))
        yield nueva
