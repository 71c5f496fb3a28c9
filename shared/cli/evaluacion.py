"""``mecanismos evaluar``: judge a file against a folder of registers, without any server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import salida
from shared.tipos import formato_pesos

if TYPE_CHECKING:
    from shared.focalizacion.model import Mecanismo


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("evaluar")
    def evaluar(
        mecanismo: Annotated[str, typer.Argument(help="Nombre, por ejemplo anticipo_uci")],
        cortes: Annotated[
            Path,
            typer.Option(
                exists=True, file_okay=False, help="Carpeta con <registro>.csv, .txt o .parquet"
            ),
        ],
        destino: Annotated[
            Path, typer.Option("--salida", file_okay=False, help="Carpeta de resultados")
        ],
        archivo: Annotated[
            Path | None, typer.Argument(exists=True, dir_okay=False, help="Lo radicado")
        ] = None,
        periodo: Annotated[
            str | None,
            typer.Option(
                help="AAAA-MM, en vez de ARCHIVO: los candidatos del mes salen de los registros"
            ),
        ] = None,
        fecha: Annotated[
            datetime | None,
            typer.Option(formats=["%Y-%m-%d"], help="Fecha de radicación; hoy si no se da"),
        ] = None,
        motor: Annotated[str, typer.Option(help="Motor de evaluación")] = "duckdb",
        entidad: Annotated[
            str | None,
            typer.Option(
                help="Además escribe <entidad><DDMMAAAA>.VAL y .NEG, o .ERR, como la BDUA"
            ),
        ] = None,
        parametro: Annotated[
            list[str] | None,
            typer.Option(help="nombre=valor, por ejemplo politica_exceso=RECORTE; se repite"),
        ] = None,
        en_json: Annotated[bool, typer.Option("--json", help="Resumen en JSON")] = False,
    ) -> None:
        """Evalúa ARCHIVO, o los candidatos de un mes, y deja los resultados en la salida."""
        dados = _parametros(parametro or [])
        que = _que_se_evalua(archivo, periodo)
        _evaluar(mecanismo, que, cortes, destino, fecha, motor, entidad, dados, en_json)


def _que_se_evalua(archivo: Path | None, periodo: str | None) -> Path | str:
    """The file or the month.

    Raises:
        typer.BadParameter: both, or neither.
    """
    if archivo is not None and periodo is None:
        return archivo
    if periodo is not None and archivo is None:
        return periodo
    raise typer.BadParameter("Dé ARCHIVO o --periodo AAAA-MM, uno de los dos.")


def _evaluar(
    nombre: str,
    que: Path | str,
    cortes: Path,
    destino: Path,
    fecha: datetime | None,
    motor: str,
    entidad: str | None,
    parametros: dict[str, str],
    en_json: bool,
) -> None:
    from shared.focalizacion.descubrir import mecanismo
    from shared.radicacion.evaluacion import CANDIDATOS, evaluar_archivo, evaluar_periodo
    from shared.tipos import RelojSistema

    if motor != "duckdb":
        raise typer.BadParameter("Por ahora solo hay motor duckdb.", param_hint="--motor")
    dia: date = RelojSistema().hoy() if fecha is None else fecha.date()
    elegido = mecanismo(nombre)
    nombrado = que if isinstance(que, str) else que.name
    with salida.errores.status(f"Evaluando {nombrado}…"), _responder_err(entidad, dia, destino):
        if isinstance(que, str):
            evaluacion = evaluar_periodo(
                elegido, que, cortes, destino, fecha=dia, parametros=parametros
            )
            archivo = destino / "entrada" / CANDIDATOS
        else:
            evaluacion = evaluar_archivo(
                elegido, que, cortes, destino, fecha=dia, parametros=parametros
            )
            archivo = que
        if entidad is not None:
            _responder(elegido, archivo, destino, entidad, dia)
    if en_json:
        salida.en_json(json.loads((destino / "resumen.json").read_text(encoding="utf-8")))
        return
    resumen = evaluacion.resumen
    salida.tabla("Registros por estado", ("Estado", "#Registros"), resumen.por_estado.items())
    salida.tabla("Registros por causal", ("Regla", "#Registros"), resumen.por_causal.items())
    salida.consola.print(f"Valor: {formato_pesos(resumen.valor_centavos)}")
    for regla in resumen.reglas_no_aplicadas:
        salida.consola.print(f"No se aplicó {regla['codigo']}: falta {', '.join(regla['falta'])}.")
    salida.consola.print(f"Resultados en {destino}")


def _parametros(textos: list[str]) -> dict[str, str]:
    """``nombre=valor`` as they were written.

    Raises:
        typer.BadParameter: one of them has no ``=``.
    """
    partidos = [texto.partition("=") for texto in textos]
    if any(not igual for _, igual, _ in partidos):
        raise typer.BadParameter("Se escribe nombre=valor.", param_hint="--parametro")
    return {nombre.strip(): valor.strip() for nombre, _, valor in partidos}


@contextmanager
def _responder_err(entidad: str | None, dia: date, destino: Path) -> Iterator[None]:
    """A file refused as a whole leaves its ``.ERR``; the refusal goes on."""
    from shared.radicacion import respuestas
    from shared.tipos import Rechazo

    try:
        yield
    except Rechazo as rechazo:
        if entidad is not None:
            destino.mkdir(parents=True, exist_ok=True)
            nombre = respuestas.nombre(entidad, dia, "err")
            (destino / nombre).write_bytes(respuestas.errores(rechazo))
        raise


def _responder(elegido: Mecanismo, archivo: Path, destino: Path, entidad: str, dia: date) -> None:
    from shared.radicacion import respuestas

    decidido = respuestas.Decidido(elegido, archivo, destino)
    for cual in respuestas.Respuesta:
        with (destino / respuestas.nombre(entidad, dia, cual)).open("wb") as salida_bdua:
            salida_bdua.writelines(respuestas.respuesta(decidido, cual, destino))
