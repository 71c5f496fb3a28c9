"""``mecanismos antiguedad``: what may be billed and nobody reported, from a folder of registers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shared.cli import salida


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("antiguedad")
    def antiguedad(
        cortes: Annotated[
            Path,
            typer.Option(
                exists=True, file_okay=False, help="Carpeta con <registro>.csv, .txt o .parquet"
            ),
        ],
        mecanismo: Annotated[str, typer.Argument(help="Nombre del mecanismo")] = "pruebas",
        fecha: Annotated[
            datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Día del informe; hoy")
        ] = None,
        destino: Annotated[
            Path | None, typer.Option("--salida", dir_okay=False, help="Archivo CSV del detalle")
        ] = None,
        en_json: Annotated[bool, typer.Option("--json", help="Todo en JSON")] = False,
    ) -> None:
        """Mide lo que está en SISMUESTRAS, se puede facturar y nadie ha reportado."""
        _antiguedad(mecanismo, cortes, fecha, destino, en_json=en_json)


def _antiguedad(
    nombre: str, cortes: Path, fecha: datetime | None, destino: Path | None, *, en_json: bool
) -> None:
    import tempfile

    from shared.focalizacion.descubrir import mecanismo
    from shared.radicacion.descargas import csv_en_trozos
    from shared.tipos import EntradaInvalida, RelojSistema
    from shared.tramites import antiguedad
    from shared.tramites.schemas import AntiguedadOut

    elegido = mecanismo(nombre)
    if not antiguedad.se_mide_en(elegido):
        raise EntradaInvalida(f"«{nombre}» no lee SISMUESTRAS: no hay qué medir.")
    dia = RelojSistema().hoy() if fecha is None else fecha.date()
    with (
        tempfile.TemporaryDirectory() as temporal,
        salida.errores.status("Midiendo la antigüedad…"),
    ):
        renglones = antiguedad.medir_carpeta(elegido, cortes, dia, Path(temporal))
    if destino is not None:
        with destino.open("wb") as archivo:
            archivo.writelines(csv_en_trozos(antiguedad.COLUMNAS, (r.fila for r in renglones)))
    informe = AntiguedadOut.de(renglones, dia)
    if en_json:
        salida.en_json(informe.model_dump(mode="json"))
        return
    salida.tabla(
        f"Pruebas por reportar a {dia.isoformat()}",
        ("Días", "#Pruebas", "#Valor estimado"),
        ((t.dias, t.pruebas, t.valor_estimado) for t in informe.tramos),
    )
    salida.consola.print(
        f"Total: {informe.pruebas} pruebas, {informe.valor_estimado} {informe.moneda}"
    )
