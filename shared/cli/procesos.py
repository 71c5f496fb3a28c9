"""Processes of the system: all of them under one supervisor, or each on its own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida

PUERTO = 8000


def agregar(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command("servir")
    def servir(
        puerto: Annotated[int, typer.Option(help="Puerto de la API; 0 toma uno libre")] = PUERTO,
    ) -> None:
        """Arranca todo lo que falte y lo vigila hasta Ctrl-C."""
        from shared.db import Ajustes
        from shared.embebido.servir import servir_en_primer_plano

        servir_en_primer_plano(Ajustes(), puerto=puerto)

    @app.command("migrar")
    def migrar() -> None:
        """Lleva la base de datos a la última versión, como dueño de las tablas."""
        from shared.db import Ajustes
        from shared.db.migrar import migrar_sincrono

        dsn = Ajustes().database_url_duenio
        if not dsn:
            raise EntradaInvalida("Defina MECANISMOS_DATABASE_URL_DUENIO.")
        migrar_sincrono(dsn)
        salida.consola.print("La base de datos está al día.")

    @app.command("aplicacion")
    def aplicacion(
        puerto: Annotated[int, typer.Option(help="Puerto")] = PUERTO,
        direccion: Annotated[str, typer.Option(help="Dirección en la que escucha")] = "127.0.0.1",
        servicio: Annotated[
            str | None, typer.Option(help="Solo este servicio, en la raíz; todos si no se da")
        ] = None,
    ) -> None:
        """Sirve las aplicaciones HTTP."""
        _aplicacion(puerto, direccion, servicio)

    @app.command("trabajador")
    def trabajador() -> None:
        """Evalúa las radicaciones de la cola."""
        from shared.cli.oficios import oficios
        from shared.db import Ajustes
        from shared.focalizacion.descubrir import mecanismos
        from shared.radicacion.trabajador import correr

        asyncio.run(correr(Ajustes(), mecanismos(), oficios=oficios()))

    @app.command("relevo")
    def relevo() -> None:
        """Publica en Kafka los eventos que esperan."""
        from shared.db import Ajustes
        from shared.eventos.relevo import correr

        asyncio.run(correr(Ajustes()))

    @app.command("consumir")
    def consumir(
        que: Annotated[str, typer.Argument(help="giros (tesorería) o respuestas (del banco)")],
    ) -> None:
        """Atiende los eventos de un tema."""
        from shared.cli.consumidores import correr
        from shared.db import Ajustes

        asyncio.run(correr(que, Ajustes()))

    @app.command("token")
    def token(
        rol: Annotated[list[str], typer.Option(help="ips, operador, ordenador, tesoreria…")],
        sujeto: Annotated[str, typer.Option(help="Quién es")] = "desarrollo",
        entidad: Annotated[str | None, typer.Option(help="NIT o código de EPS")] = None,
        horas: Annotated[int, typer.Option(min=1, max=24, help="Cuánto dura")] = 8,
    ) -> None:
        """Emite un token de desarrollo; en producción se niega."""
        from shared.cli.identidad import token_de_desarrollo

        typer.echo(token_de_desarrollo(sujeto, rol, entidad, timedelta(hours=horas)))

    @app.command("demo")
    def demo(
        salir: Annotated[
            bool, typer.Option("--salir", help="Terminar después del resumen")
        ] = False,
        puerto: Annotated[int, typer.Option(help="Puerto de la API; 0 toma uno libre")] = PUERTO,
        datos: Annotated[
            Path | None,
            typer.Option(
                help="Carpeta de la demostración, que empieza vacía; por defecto .datos/demo"
            ),
        ] = None,
    ) -> None:
        """Cuenta una historia completa: de los archivos de una IPS al giro pagado."""
        from shared.cli.demo import contar

        contar(salir=salir, puerto=puerto, datos=datos)


def _aplicacion(puerto: int, direccion: str, servicio: str | None) -> None:
    import uvicorn

    from shared.focalizacion.descubrir import aplicaciones
    from shared.web.unir import unir

    todas = aplicaciones()
    if servicio is not None and servicio not in todas:
        raise EntradaInvalida(f"No existe «{servicio}». Use uno de: {', '.join(todas)}.")
    app = unir(todas) if servicio is None else todas[servicio]
    uvicorn.run(
        app,
        host=direccion,
        port=puerto,
        loop="uvloop",
        access_log=False,  # its log would print queries; ours masks
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
