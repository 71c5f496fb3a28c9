"""``mecanismos presupuesto``: the lines, and the acts that change their aforo and their cash."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from shared.cli import salida
from shared.tipos import Centavos, a_decimal, de_decimal, formato_pesos

app = typer.Typer(help="Líneas presupuestales: aforo, recaudo y saldos.", no_args_is_help=True)

Mecanismo = Annotated[str, typer.Argument(help="Nombre, por ejemplo anticipo_uci")]
Vigencia = Annotated[int, typer.Argument(help="Año presupuestal")]
Fecha = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Fecha del acto, AAAA-MM-DD")]


@app.command("lineas")
def lineas(en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False) -> None:
    """Muestra cada línea: aforo, recaudo, reconocido, girado y saldos."""
    hallados = asyncio.run(_lineas())
    columnas = ("aforo", "recaudo", "reconocido", "en_transito", "girado", "disponible", "caja")
    if en_json:
        salida.en_json(
            [{**r, **{c: a_decimal(r[c]) for c in columnas}, "moneda": "COP"} for r in hallados]
        )
        return
    salida.tabla(
        "Líneas presupuestales",
        ("Mecanismo", "Vigencia", *(f"#{c.replace('_', ' ').capitalize()}" for c in columnas)),
        (
            (r["mecanismo"], r["vigencia"], *(formato_pesos(r[c]) for c in columnas))
            for r in hallados
        ),
    )


@app.command("adicionar")
def adicionar(
    mecanismo: Mecanismo,
    vigencia: Vigencia,
    valor: Annotated[str, typer.Option(help="Pesos, por ejemplo 289482000000")],
    acto: Annotated[str, typer.Option(help="Número del acto")],
    fecha: Fecha,
) -> None:
    """Adiciona aforo con un acto, y libera en orden lo que lo esperaba."""
    asyncio.run(_mover("aforo", mecanismo, vigencia, de_decimal(valor), acto, fecha))


@app.command("recaudar")
def recaudar(
    mecanismo: Mecanismo,
    vigencia: Vigencia,
    valor: Annotated[str, typer.Option(help="Pesos")],
    referencia: Annotated[str, typer.Option(help="Referencia del banco, única en la línea")],
    fecha: Fecha,
) -> None:
    """Registra recaudo con su referencia bancaria, y libera en orden los giros que lo esperaban."""
    asyncio.run(_mover("recaudo", mecanismo, vigencia, de_decimal(valor), referencia, fecha))


async def _lineas() -> list[dict[str, Any]]:
    from shared.cli.conexion import conectado
    from shared.presupuesto.service import resumenes

    async with conectado() as (_, uow), uow.begin() as tx:
        return [
            {
                "mecanismo": r.linea.mecanismo,
                "vigencia": r.linea.vigencia,
                "aforo": r.aforo_centavos,
                "recaudo": r.recaudo_centavos,
                "reconocido": r.reconocido_centavos,
                "en_transito": r.en_transito_centavos,
                "girado": r.girado_centavos,
                "disponible": r.disponible_centavos,
                "caja": r.caja_centavos,
            }
            for r in await resumenes(tx)
        ]


async def _mover(
    que: str, mecanismo: str, vigencia: int, valor: Centavos, referencia: str, fecha: datetime
) -> None:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.giros.service import adicionar_aforo_y_liberar, recaudar_y_liberar
    from shared.presupuesto.service import crear_linea

    nombre = buscar(mecanismo).nombre
    async with conectado() as (ajustes, uow):
        reloj = ajustes.reloj()
        async with uow.begin() as tx:
            linea = await crear_linea(tx, nombre, vigencia)
            if que == "aforo":
                await adicionar_aforo_y_liberar(
                    tx,
                    linea,
                    numero=referencia,
                    fecha=fecha.date(),
                    valor_centavos=valor,
                    por="consola",
                    reloj=reloj,
                )
            else:
                await recaudar_y_liberar(
                    tx,
                    linea,
                    referencia_banco=referencia,
                    fecha=fecha.date(),
                    valor_centavos=valor,
                    por="consola",
                    reloj=reloj,
                )
    salida.consola.print(f"Registrado: {que} de {formato_pesos(valor)} en {nombre} {vigencia}.")
