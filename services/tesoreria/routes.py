"""Routes of treasury. Role ``tesoreria`` answers; ``auditor`` reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.tesoreria.errors import OrdenNoExiste, RespuestaDistinta
from services.tesoreria.model import EstadoOrden, OrdenRecibida
from services.tesoreria.schemas import OrdenOut, RespuestaIn
from services.tesoreria.service import get_orden, list_ordenes, responder
from shared.db import UnitOfWork
from shared.seguridad import Rol, Usuario
from shared.tipos import EntradaInvalida, Prohibido, Reloj
from shared.web import Pagina, Paginacion, leer_cursor, paginar, problemas, requiere
from shared.web.entorno import Entorno


@dataclass(frozen=True)
class Dependencias:
    """What the routes use; ``app.py`` builds it. Nothing connects until a route asks."""

    entorno: Entorno

    @property
    def uow(self) -> UnitOfWork:
        return self.entorno.uow

    @property
    def reloj(self) -> Reloj:
        return self.entorno.reloj


def _dependencias(request: Request) -> Dependencias:
    dependencias: Dependencias = request.app.state.dependencias
    return dependencias


Deps = Annotated[Dependencias, Depends(_dependencias)]
Tesorero = Annotated[Usuario, Depends(requiere(Rol.TESORERIA))]
Lector = Annotated[Usuario, Depends(requiere(Rol.TESORERIA, Rol.AUDITOR))]

router = APIRouter(prefix="/v1/ordenes", tags=["Órdenes de giro"])


@router.get("", summary="Órdenes de giro, en orden de llegada", responses=problemas(Prohibido))
async def listar(
    usuario: Lector,
    deps: Deps,
    pagina: Paginacion,
    estado: Annotated[EstadoOrden | None, Query(description="Solo las de este estado")] = None,
) -> Pagina[OrdenOut]:
    cursor = leer_cursor(pagina.cursor, tuple[int])
    ordenes = await list_ordenes(
        uow=deps.uow,
        limite=pagina.limite + 1,
        despues_de=cursor[0] if cursor else 0,
        estado=estado,
    )
    return paginar(
        ordenes, pagina.limite, clave=lambda o: (o.posicion,), vista=partial(_vista, usuario)
    )


@router.get(
    "/{id_giro}", summary="Una orden de giro", responses=problemas(Prohibido, OrdenNoExiste)
)
async def mostrar(id_giro: str, usuario: Lector, deps: Deps) -> OrdenOut:
    return _vista(usuario, await get_orden(id_giro, uow=deps.uow))


@router.post(
    "/{id_giro}/respuestas",
    summary="Informar lo que respondió el banco",
    description="Repetir la respuesta vigente no cambia nada. Un giro APLICADO se puede devolver "
    "dentro de los 15 días siguientes.",
    responses=problemas(Prohibido, OrdenNoExiste, RespuestaDistinta, EntradaInvalida),
)
async def informar(id_giro: str, cuerpo: RespuestaIn, usuario: Tesorero, deps: Deps) -> OrdenOut:
    recibida = await responder(
        id_giro, cuerpo.nueva(), por=usuario.sujeto, uow=deps.uow, reloj=deps.reloj
    )
    return _vista(usuario, recibida)


def _vista(usuario: Usuario, recibida: OrdenRecibida) -> OrdenOut:
    return OrdenOut.de(recibida, ve_cuenta=Rol.TESORERIA in usuario.roles)
