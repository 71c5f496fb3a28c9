"""Use cases of the options of a mechanism: policies that an act may change from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.focalizacion.model import Mecanismo, Opcion
from shared.focalizacion.service import valores_de
from shared.radicacion.actos import ActoRepository, Parametro
from shared.radicacion.errors import ParametroYaFijado
from shared.tipos import EntradaInvalida, Reloj


async def parametros_en(tx: AsyncConnection, mecanismo: Mecanismo, dia: date) -> dict[str, str]:
    """The value of every option of the mechanism on a day: that of the last act, or its default."""
    fijados = await ActoRepository(tx).parametros([mecanismo.nombre], dia)
    opciones = {o.nombre for o in mecanismo.parametros}
    return valores_de(mecanismo, {p.nombre: p.valor for p in fijados if p.nombre in opciones})


async def fijar_parametro(
    tx: AsyncConnection,
    mecanismo: Mecanismo,
    nombre: str,
    valor: str,
    *,
    desde: date,
    acto: str,
    por: str,
    reloj: Reloj,
) -> Parametro:
    """Give an option a value from a day on; what was held because of it is judged again.

    The past is not rewritten: ``desde`` is today or later.

    Raises:
        EntradaInvalida: no such option, a value that it does not admit, or a day that has passed.
        ParametroYaFijado: another act already fixed it from that day.
    """
    valores_de(mecanismo, {nombre: valor})
    if next(o for o in mecanismo.parametros if o.nombre == nombre).rango is not None:
        valor = str(int(valor))  # «05» and «5» are one value, and judge the same
    if desde < reloj.hoy():
        raise EntradaInvalida(
            f"El {desde} ya pasó y lo evaluado no cambia hacia atrás. Use {reloj.hoy()} o un día "
            "posterior."
        )
    parametro = Parametro(mecanismo.nombre, nombre, valor, desde, acto)
    if not await ActoRepository(tx).fijar_parametro(parametro, por=por, en=reloj.ahora()):
        raise ParametroYaFijado(
            f"Otro acto ya fijó {nombre} desde el {desde}. Fíjelo desde otro día."
        )
    return parametro


async def listar_parametros(
    tx: AsyncConnection, mecanismos: Sequence[Mecanismo]
) -> list[tuple[Opcion, list[Parametro]]]:
    """Every option of those mechanisms with the acts that changed it, oldest first."""
    fijados = await ActoRepository(tx).parametros([m.nombre for m in mecanismos])
    return [
        (opcion, [p for p in fijados if (p.mecanismo, p.nombre) == (m.nombre, opcion.nombre)])
        for m in mecanismos
        for opcion in m.parametros
    ]
