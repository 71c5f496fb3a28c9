"""Use cases of treasury: receive an order, look at orders, report the bank's answer."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.tesoreria.errors import OrdenDistinta, OrdenNoExiste
from services.tesoreria.model import EstadoOrden, NuevaRespuesta, Orden, OrdenRecibida
from services.tesoreria.repository import OrdenRepository
from shared.db import UnitOfWork
from shared.eventos import Evento, Sobre, publicar
from shared.eventos.temas import RESPUESTAS_GIRO
from shared.giros.schemas import GiroOrdenado, GiroRespondido
from shared.tipos import EntradaInvalida, Reloj, a_decimal, de_decimal

TIPO_ORDENADO = "giro.ordenado.v1"
TIPO_RESPONDIDO = "giro.respondido.v1"


async def recibir(tx: AsyncConnection, sobre: Sobre, datos: GiroOrdenado, *, reloj: Reloj) -> None:
    """Keep an order that arrived. The same one again is ignored (registers §17.2).

    Raises:
        OrdenDistinta: its ``id_giro`` is taken by an order with other content.
        EntradaInvalida: its amount is not a positive decimal.
    """
    orden = _orden(datos)
    ordenes = OrdenRepository(tx)
    nueva = await ordenes.add(
        orden, mecanismo=sobre.mecanismo, sujeto=sobre.subject, recibida_at=reloj.ahora()
    )
    if nueva:
        return
    anterior = await ordenes.get(orden.id_giro)
    if anterior is None or anterior.orden != orden:
        raise OrdenDistinta(
            f"El giro {orden.id_giro} ya llegó con otro contenido; rige el primero. Un reintento "
            "lleva otro id_giro y el anterior en id_giro_origen."
        )


async def get_orden(id_giro: str, *, uow: UnitOfWork) -> OrdenRecibida:
    """One order.

    Raises:
        OrdenNoExiste: none has that ``id_giro``.
    """
    async with uow.begin() as tx:
        return _existente(id_giro, await OrdenRepository(tx).get(id_giro))


async def list_ordenes(
    *, uow: UnitOfWork, limite: int, despues_de: int = 0, estado: EstadoOrden | None = None
) -> list[OrdenRecibida]:
    """Orders in order of arrival, from the one after position ``despues_de``."""
    async with uow.begin() as tx:
        return await OrdenRepository(tx).list(limite=limite, despues_de=despues_de, estado=estado)


async def responder(
    id_giro: str, nueva: NuevaRespuesta, *, por: str, uow: UnitOfWork, reloj: Reloj
) -> OrdenRecibida:
    """Report what the bank said: the row, its history and the event commit together.

    ``por`` is the subject of who reports it. Repeating the current answer changes nothing and
    publishes nothing.

    Raises:
        OrdenNoExiste: none has that ``id_giro``.
        EntradaInvalida: dated before the order or after today.
        RespuestaDistinta: the order has another answer, and this one may not follow it.
    """
    async with uow.begin() as tx:
        ordenes = OrdenRepository(tx)
        recibida = _existente(id_giro, await ordenes.get(id_giro, for_update=True))
        respuesta = recibida.responder(nueva, reloj.hoy())
        if respuesta is None:
            return recibida
        await ordenes.save_respuesta(id_giro, respuesta, por=por, en=reloj.ahora())
        evento = Evento(
            tipo=TIPO_RESPONDIDO,
            tema=RESPUESTAS_GIRO,
            clave=_clave(recibida),
            sujeto=recibida.sujeto,
            mecanismo=recibida.mecanismo,
            datos=GiroRespondido(
                id_giro=id_giro,
                estado=respuesta.resultado,
                codigo=respuesta.codigo,
                fecha=respuesta.fecha,
                valor=a_decimal(recibida.orden.valor_centavos),
                moneda=recibida.orden.moneda,
                referencia_banco=respuesta.referencia_banco,
            ),
        )
        await publicar(tx, [evento], reloj=reloj)
        return _existente(id_giro, await ordenes.get(id_giro))


def _existente(id_giro: str, recibida: OrdenRecibida | None) -> OrdenRecibida:
    if recibida is None:
        raise OrdenNoExiste(f"No ha llegado ninguna orden con id_giro «{id_giro}».")
    return recibida


def _clave(recibida: OrdenRecibida) -> str:
    """Answers of one payee keep their order; a person is not named by a key."""
    orden = recibida.orden
    return recibida.sujeto if orden.beneficiario.es_persona else orden.nit_beneficiario


def _orden(datos: GiroOrdenado) -> Orden:
    valor_centavos = de_decimal(datos.valor)
    if valor_centavos <= 0:
        raise EntradaInvalida("El valor de un giro debe ser mayor que cero.")
    contenido = datos.model_dump()
    del contenido["valor"]
    return Orden(**contenido, valor_centavos=valor_centavos)
