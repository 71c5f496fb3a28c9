"""``/v1/registros``: one record and why it came out as it did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from shared.focalizacion.model import Mecanismo
from shared.radicacion.consultas import explicacion
from shared.radicacion.repository import Filtro, RegistroRepository
from shared.radicacion.repository.liberacion import LiberacionRepository
from shared.seguridad import alcance
from shared.tipos import NoEncontrado, a_decimal
from shared.web.dependencias import UsuarioActual
from shared.web.entorno import Entorno
from shared.web.rutas.vistas import CambioVista


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the records of one mechanism."""
    router = APIRouter(prefix="/v1", tags=["Registros"])

    @router.get("/registros/{registro_id}/explicacion", summary="Cada regla con lo que vio")
    async def explicar(registro_id: UUID, usuario: UsuarioActual) -> dict[str, Any]:
        explicado = await explicacion(
            registro_id, entorno.contexto(mecanismo), entidad=alcance(usuario)
        )
        return {
            **{k: v for k, v in explicado.items() if k != "valor_centavos"},
            "valor": a_decimal(explicado["valor_centavos"]),
            "moneda": "COP",
        }

    @router.get("/registros/{registro_id}/cambios", summary="Lo que cambió sin que nadie radicara")
    async def cambios(registro_id: UUID, usuario: UsuarioActual) -> list[CambioVista]:
        filtro = Filtro(alcance(usuario), mecanismo.nombre)
        async with entorno.uow.begin() as tx:
            if await RegistroRepository(tx).registro(filtro, registro_id) is None:
                raise NoEncontrado("No hay un registro suyo con ese identificador.")
            hallados = await LiberacionRepository(tx).cambios(registro_id)
        return [CambioVista.de_fila(dict(c)) for c in hallados]

    @router.get("/resumen", summary="Registros vigentes por estado y por causal")
    async def resumen(usuario: UsuarioActual) -> dict[str, Any]:
        filtro = Filtro(alcance(usuario), mecanismo.nombre, publicados=mecanismo.estados.publicados)
        async with entorno.uow.begin() as tx:
            repositorio = RegistroRepository(tx)
            totales = await repositorio.totales(filtro)
            causales = await repositorio.causales(filtro)
        return {
            "mecanismo": mecanismo.nombre,
            "por_estado": [
                {
                    "estado": t["estado"],
                    "registros": t["registros"],
                    "valor": a_decimal(t["valor_centavos"]),
                    "moneda": "COP",
                }
                for t in totales
            ],
            "por_causal": causales,
        }

    return router
