"""Refusals of treasury."""

from __future__ import annotations

from shared.tipos import Conflicto, NoEncontrado


class OrdenNoExiste(NoEncontrado):
    """No order with that ``id_giro`` has arrived."""

    codigo = "tesoreria.orden_no_existe"
    titulo = "La orden de giro no existe"


class OrdenDistinta(Conflicto):
    """An ``id_giro`` came again with other content; the first one stands."""

    codigo = "tesoreria.orden_distinta"
    titulo = "La orden de giro ya llegó con otro contenido"


class RespuestaDistinta(Conflicto):
    """The order already has another answer, and the new one may not follow it."""

    codigo = "tesoreria.respuesta_distinta"
    titulo = "La orden de giro ya tiene otra respuesta"
