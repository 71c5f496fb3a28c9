"""``mecanismos radicar``: send a file to the REST API and show what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida, ServicioNoDisponible

if TYPE_CHECKING:
    import httpx

_ESPERA_S = 30


def agregar(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("radicar")
    def radicar(
        mecanismo: Annotated[str, typer.Argument(help="Nombre, por ejemplo anticipo_uci")],
        archivo: Annotated[
            Path | None, typer.Argument(exists=True, dir_okay=False, help="No se da con --pais")
        ] = None,
        entidad: Annotated[
            str | None, typer.Option(help="NIT, o código de la EPS; no se da con --pais")
        ] = None,
        rol: Annotated[
            str | None,
            typer.Option(help="En desarrollo, como quién: ips, laboratorio, territorial, ins…"),
        ] = None,
        solicitud: Annotated[
            Path | None,
            typer.Option(
                exists=True,
                dir_okay=False,
                help="JSON con los datos de la solicitud; por defecto, ARCHIVO con otra extensión",
            ),
        ] = None,
        certificacion: Annotated[
            Path | None, typer.Option(exists=True, dir_okay=False, help="PDF firmado")
        ] = None,
        anexo: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NOMBRE=RUTA",
                help="Segundo archivo de la radicación, por ejemplo familiares=familiares.csv",
            ),
        ] = None,
        pais: Annotated[
            bool,
            typer.Option("--pais", help="Radicar a todo el país, con lo que dicen los registros"),
        ] = False,
        periodo: Annotated[str | None, typer.Option(help="Con --pais: el mes, AAAA-MM")] = None,
        simular: Annotated[bool, typer.Option("--simular", help="Probar sin radicar")] = False,
        api: Annotated[
            str, typer.Option(envvar="MECANISMOS_API", help="Dirección de la API")
        ] = "http://127.0.0.1:8000",
        clave: Annotated[str | None, typer.Option(help="Idempotency-Key")] = None,
        en_json: Annotated[bool, typer.Option("--json", help="Respuesta en JSON")] = False,
    ) -> None:
        """Radica ARCHIVO por la API o, con --pais, a todo el país en un periodo.

        El token sale de MECANISMOS_TOKEN; en desarrollo se emite uno.
        """
        raiz = f"{api}/{mecanismo.replace('_', '-')}/v1/radicaciones"
        if pais:
            _exigir_solo(pais=periodo, archivo=archivo, entidad=entidad, anexo=anexo)
            respuesta = _enviar(
                f"{raiz}/pais", token_de_operador(), parametros={"periodo": periodo or ""}
            )
        elif archivo is None or entidad is None:
            raise EntradaInvalida("Dé el ARCHIVO y la --entidad que lo radica, o use --pais.")
        else:
            respuesta = _enviar_archivo(
                raiz,
                token_de(mecanismo, entidad, rol),
                {"archivo": archivo, "certificacion": certificacion} | _anexos(anexo or ()),
                solicitud or _junto_a(archivo),
                simular=simular,
                clave=clave,
            )
        if en_json:
            salida.en_json(respuesta)
        else:
            _mostrar(respuesta)


def _junto_a(archivo: Path) -> Path:
    """``camas.csv`` is sent with the envelope in ``camas.json``."""
    sobre = archivo.with_suffix(".json")
    if not sobre.is_file():
        raise EntradaInvalida(
            f"Falta {sobre.name} con los datos de la solicitud (nit, dv, periodo, firmante, "
            "cuenta). Póngalo junto al archivo, o dé otro con --solicitud."
        )
    return sobre


def token_de(mecanismo: str, entidad: str, rol: str | None = None) -> str:
    """The token of the environment; without it, one of development for that entity."""
    if token := os.environ.get("MECANISMOS_TOKEN"):
        return token
    from shared.cli.identidad import token_de_desarrollo
    from shared.focalizacion.descubrir import mecanismo as buscar

    rol = rol or _rol_de(entidad, buscar(mecanismo).roles_radican)
    return token_de_desarrollo(f"consola-{entidad}", [rol], entidad, timedelta(hours=1))


def _rol_de(entidad: str, roles: Sequence[str]) -> str:
    """The first role of the mechanism that an entity so identified may have.

    Raises:
        EntradaInvalida: none: the mechanism is submitted with the other kind of identifier.
    """
    from shared.radicacion.radicante import radicante_de
    from shared.seguridad import Rol

    es_eps = radicante_de(entidad)["eps"] is not None
    for rol in roles:
        if (rol == Rol.EPS) == es_eps:
            return rol
    con_que = "su NIT, 9 dígitos" if es_eps else "el código de la EPS"
    raise EntradaInvalida(f"Quien radica aquí se identifica con {con_que}; «{entidad}» no lo es.")


def token_de_operador() -> str:
    """The token of the environment; without it, one of development for an operador."""
    if token := os.environ.get("MECANISMOS_TOKEN"):
        return token
    from shared.cli.identidad import token_de_desarrollo

    return token_de_desarrollo("consola-operador", ["operador"], None, timedelta(hours=1))


def _exigir_solo(*, pais: str | None, **otros: object) -> None:
    """``--pais`` goes with a period and with nothing that an entity submits."""
    sobran = [nombre for nombre, valor in otros.items() if valor]
    if pais is None or sobran:
        raise EntradaInvalida(
            "Con --pais dé solo --periodo AAAA-MM: los candidatos salen de los registros."
        )


def _anexos(dados: Sequence[str]) -> dict[str, Path]:
    """``familiares=ruta.csv`` as name and path.

    Raises:
        EntradaInvalida: it is written otherwise, or there is no such file.
    """
    anexos = {}
    for dado in dados:
        nombre, _, ruta = dado.partition("=")
        if not nombre or not Path(ruta).is_file():
            raise EntradaInvalida(
                f"No se puede leer el anexo «{dado}». Escriba --anexo NOMBRE=RUTA, por ejemplo "
                "familiares=familiares.csv."
            )
        anexos[nombre] = Path(ruta)
    return anexos


def _enviar_archivo(
    direccion: str,
    token: str,
    archivos: Mapping[str, Path | None],
    solicitud: Path,
    *,
    simular: bool,
    clave: str | None,
) -> dict[str, Any]:
    with ExitStack() as pila:
        abiertos = {
            campo: (ruta.name, pila.enter_context(ruta.open("rb")))
            for campo, ruta in archivos.items()
            if ruta is not None
        }
        return _enviar(
            direccion,
            token,
            parametros={"simular": "true"} if simular else {},
            clave=clave,
            data={"solicitud": solicitud.read_text(encoding="utf-8")},
            files=abiertos,
        )


def _enviar(
    direccion: str,
    token: str,
    *,
    parametros: Mapping[str, str],
    clave: str | None = None,
    **cuerpo: Any,
) -> dict[str, Any]:
    import httpx

    encabezados = {"Authorization": f"Bearer {token}", "Prefer": f"wait={_ESPERA_S}"}
    if clave:
        encabezados["Idempotency-Key"] = clave
    try:
        respuesta = httpx.post(
            direccion, params=parametros, headers=encabezados, timeout=_ESPERA_S + 60, **cuerpo
        )
    except (httpx.TransportError, httpx.InvalidURL) as causa:
        raise ServicioNoDisponible(
            f"La API no responde en {direccion}: {causa}. Revise la dirección (--api o "
            "MECANISMOS_API) y repita con la misma --clave: no se radica dos veces."
        ) from causa
    cuerpo = _leer(respuesta)
    if respuesta.is_success:
        return cuerpo
    salida.errores.print(f"[bold red]{cuerpo.get('title')}[/]. {cuerpo.get('detail')}")
    for error in cuerpo.get("errores", []):
        salida.errores.print(f"  {error.get('donde')}: {error.get('mensaje')}")
    if respuesta.status_code >= 500:
        sys.exit(salida.Codigo.INFRAESTRUCTURA)
    if respuesta.status_code in {413, 422}:
        sys.exit(salida.Codigo.ENTRADA)
    sys.exit(salida.Codigo.NEGADO)


def _leer(respuesta: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer.

    Raises:
        ServicioNoDisponible: it is something else: whoever answered is not our API.
    """
    try:
        cuerpo = respuesta.json()
    except ValueError as error:
        raise ServicioNoDisponible(
            f"{respuesta.url} respondió {respuesta.status_code} y no es JSON. "
            "Revise la dirección de la API (--api o MECANISMOS_API)."
        ) from error
    return cuerpo if isinstance(cuerpo, dict) else {}


def _mostrar(respuesta: dict[str, Any]) -> None:
    if mensaje := respuesta.get("mensaje"):
        salida.consola.print(mensaje)
    if radicado := respuesta.get("radicado"):
        salida.consola.print(f"Radicado {radicado}: {respuesta['estado']}")
    resumen = respuesta.get("resumen")
    if not resumen:
        return
    salida.tabla("Registros por estado", ("Estado", "#Registros"), resumen["por_estado"].items())
    salida.tabla("Por causal", ("Regla", "#Registros"), resumen["por_causal"].items())
    salida.consola.print(f"Valor: {resumen['valor']} {resumen['moneda']}")
    for hallazgo in respuesta.get("hallazgos", [])[:20]:
        de_que = f" de {hallazgo['archivo']}" if hallazgo.get("archivo") else ""
        salida.consola.print(f"  Fila {hallazgo['fila']}{de_que}: {hallazgo['mensaje']}")
