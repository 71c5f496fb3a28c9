"""``mecanismos tesoreria``: the orders received, and what the bank said of them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from shared.cli import salida

app = typer.Typer(help="Órdenes de giro y respuestas del banco.", no_args_is_help=True)
_SUJETO = "consola"


@app.command("ordenes")
def ordenes(
    pendientes: Annotated[bool, typer.Option("--pendientes", help="Solo sin respuesta")] = False,
    limite: Annotated[int, typer.Option(min=1, max=500, help="Cuántas")] = 50,
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Lista las órdenes en orden de llegada."""
    halladas = asyncio.run(_ordenes(pendientes=pendientes, limite=limite))
    if en_json:
        salida.en_json(halladas)
        return
    salida.tabla(
        "Órdenes de giro",
        ("Giro", "Mecanismo", "Beneficiario", "#Valor", "Respuesta"),
        (
            (
                o["id_giro"],
                o["mecanismo"],
                o["beneficiario"],
                o["valor"],
                o["respuesta"] or "pendiente",
            )
            for o in halladas
        ),
    )


@app.command("responder")
def responder(
    id_giro: Annotated[str, typer.Argument(help="Identificador del giro")],
    resultado: Annotated[str, typer.Option(help="APLICADO, DEVUELTO o RECHAZADO_FORMATO")],
    codigo: Annotated[str | None, typer.Option(help="R.. si DEVUELTO, D.. si formato")] = None,
    referencia: Annotated[str | None, typer.Option(help="Referencia del banco")] = None,
) -> None:
    """Informa lo que el banco respondió de un giro."""
    asyncio.run(_responder(id_giro, resultado, codigo, referencia))
    salida.consola.print(f"Respuesta registrada: {id_giro} {resultado}.")


async def _ordenes(*, pendientes: bool, limite: int) -> list[dict[str, str | None]]:
    from services.tesoreria.model import EstadoOrden
    from services.tesoreria.service import list_ordenes
    from shared.cli.conexion import conectado
    from shared.tipos import a_decimal

    async with conectado() as (_, uow):
        halladas = await list_ordenes(
            uow=uow, limite=limite, estado=EstadoOrden.RECIBIDA if pendientes else None
        )
    return [
        {
            "id_giro": o.orden.id_giro,
            "mecanismo": o.mecanismo,
            "beneficiario": str(o.orden.beneficiario),
            "valor": a_decimal(o.orden.valor_centavos),
            "respuesta": None if o.respuesta is None else str(o.respuesta.resultado),
        }
        for o in halladas
    ]


async def _responder(
    id_giro: str, resultado: str, codigo: str | None, referencia: str | None
) -> None:
    from services.tesoreria.model import NuevaRespuesta
    from services.tesoreria.service import responder as informar
    from shared.cli.conexion import conectado
    from shared.giros.model import EstadoRespuesta
    from shared.tipos import EntradaInvalida

    if resultado not in set(EstadoRespuesta):
        raise EntradaInvalida(f"«{resultado}» no es una respuesta: {', '.join(EstadoRespuesta)}.")
    nueva = NuevaRespuesta(EstadoRespuesta(resultado), codigo, referencia_banco=referencia)
    async with conectado() as (ajustes, uow):
        await informar(id_giro, nueva, por=_SUJETO, uow=uow, reloj=ajustes.reloj())
