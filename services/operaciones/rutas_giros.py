"""``/v1/giros`` and ``/v1/cuentas``: orders, returns, accounts, answers in suspense."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.operaciones.roles import Interno, Reprograma, Tesorero
from services.operaciones.vistas import CuentaVista, GiroVista, SuspensoVista
from shared.giros.model import EstadoGiro
from shared.giros.repository import CuentaRepository, GiroRepository
from shared.giros.schemas import DecidirCuentaIn, ReprogramarIn
from shared.giros.service import reprogramar, verificar_cuenta
from shared.web.entorno import Entorno
from shared.web.paginacion import Pagina, Paginacion, leer_cursor, paginar
from shared.web.rutas.vistas import ReconocimientoVista


def rutas(entorno: Entorno) -> APIRouter:
    """Routes of giros and accounts."""
    router = APIRouter(prefix="/v1", tags=["Giros"])

    @router.get("/giros", summary="Órdenes de giro y lo que respondió el banco")
    async def giros(
        _: Interno, pagina: Paginacion, estado: EstadoGiro | None = None
    ) -> Pagina[GiroVista]:
        despues = leer_cursor(pagina.cursor, tuple[UUID])
        async with entorno.uow.begin() as tx:
            hallados = await GiroRepository(tx).listar(
                estados=() if estado is None else (estado,),
                despues=despues[0] if despues else None,
                limite=pagina.limite + 1,
            )
        return paginar(hallados, pagina.limite, clave=lambda g: (g.id,), vista=GiroVista.de)

    @router.post(
        "/giros/{giro_id}/reprogramar",
        status_code=201,
        summary="Volver a ordenar un giro devuelto, con otra cuenta si hace falta",
    )
    async def volver_a_ordenar(
        giro_id: UUID, cuerpo: ReprogramarIn, usuario: Reprograma
    ) -> list[ReconocimientoVista]:
        reconocimientos = await reprogramar(
            giro_id,
            None if cuerpo.cuenta is None else cuerpo.cuenta.cuenta(),
            usuario=usuario,
            uow=entorno.uow,
            reloj=entorno.reloj,
        )
        return [ReconocimientoVista.de(r) for r in reconocimientos]

    @router.get("/cuentas/por-verificar", summary="Cuentas que nadie ha verificado")
    async def por_verificar(usuario: Interno) -> list[CuentaVista]:
        async with entorno.uow.begin() as tx:
            cuentas = await CuentaRepository(tx).por_verificar()
        return [CuentaVista.de(c, usuario) for c in cuentas]

    @router.post("/cuentas/{cuenta_id}/decision", summary="Aceptar o rechazar una cuenta")
    async def decidir(cuenta_id: UUID, cuerpo: DecidirCuentaIn, usuario: Tesorero) -> CuentaVista:
        async with entorno.uow.begin() as tx:
            cuenta = await verificar_cuenta(
                tx,
                cuenta_id,
                aceptada=cuerpo.aceptada,
                motivo=cuerpo.motivo,
                usuario=usuario,
                reloj=entorno.reloj,
            )
        return CuentaVista.de(cuenta, usuario)

    @router.get("/respuestas/en-suspenso", summary="Respuestas del banco por revisar")
    async def en_suspenso(_: Interno) -> list[SuspensoVista]:
        async with entorno.uow.begin() as tx:
            return [SuspensoVista.de(s) for s in await GiroRepository(tx).en_suspenso()]

    @router.post(
        "/respuestas/en-suspenso/{suspenso_id}/resolver",
        status_code=204,
        summary="Dar por revisada una respuesta en suspenso",
    )
    async def resolver(suspenso_id: UUID, usuario: Tesorero) -> None:
        async with entorno.uow.begin() as tx:
            await GiroRepository(tx).resolver_suspenso(
                suspenso_id, por=usuario.sujeto, ahora=entorno.reloj.ahora()
            )

    return router
