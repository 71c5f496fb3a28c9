"""``/v1/enrolamientos``: what is missing so that each person of an EPS is paid, and who acts.

A mechanism has it if it enrols whom it pays. To register an account of the payee, the EPS uses
``/v1/reconocimientos/{id}/cuenta``.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from shared.enrolamiento.model import EstadoEnrolamiento
from shared.enrolamiento.repository import EnrolamientoRepository
from shared.enrolamiento.schemas import EnrolamientoOut
from shared.enrolamiento.service.manual import obtener
from shared.focalizacion.model import Mecanismo
from shared.seguridad import alcance
from shared.web.dependencias import UsuarioActual
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar


def rutas(mecanismo: Mecanismo, entorno: Entorno) -> APIRouter:
    """Routes of the enrolment of one mechanism, inside the caller's scope; none if it has none."""
    router = APIRouter(prefix="/v1/enrolamientos", tags=["Enrolamiento"])
    if mecanismo.pago.enrola is None:
        return router

    @router.get("", summary="Qué falta para pagar a cada receptor, y quién actúa")
    async def listar(
        usuario: UsuarioActual, pagina: Paginacion, estado: EstadoEnrolamiento | None = None
    ) -> Pagina[EnrolamientoOut]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            repositorio = EnrolamientoRepository(tx)
            hallados = await repositorio.listar(
                mecanismo=mecanismo.nombre,
                entidad=alcance(usuario),
                estado=estado,
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
            registros = await repositorio.registros_de([e.id for e in hallados])
        return paginar(
            hallados,
            pagina.limite,
            clave=lambda e: (e.id,),
            vista=lambda e: EnrolamientoOut.de(e, registros.get(e.id, ())),
        )

    @router.get("/{enrolamiento_id}", summary="Uno")
    async def ver(enrolamiento_id: UUID, usuario: UsuarioActual) -> EnrolamientoOut:
        async with entorno.uow.begin() as tx:
            e = await obtener(tx, enrolamiento_id, usuario=usuario, mecanismo=mecanismo.nombre)
            registros = await EnrolamientoRepository(tx).registros_de([e.id])
        return EnrolamientoOut.de(e, registros.get(e.id, ()))

    return router
