"""``mecanismos radicar``: send a file to the REST API and show what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
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
        archivo: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
        entidad: Annotated[str, typer.Option(help="NIT, o código de la EPS")],
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
        simular: Annotated[bool, typer.Option("--simular", help="Probar sin radicar")] = False,
        api: Annotated[
            str, typer.Option(envvar="MECANISMOS_API", help="Dirección de la API")
        ] = "http://127.0.0.1:8000",
        clave: Annotated[str | None, typer.Option(help="Idempotency-Key")] = None,
        en_json: Annotated[bool, typer.Option("--json", help="Respuesta en JSON")] = False,
    ) -> None:
        """Radica ARCHIVO por la API.

        El token sale de MECANISMOS_TOKEN; en desarrollo se emite uno.
        """
        respuesta = _enviar(
            f"{api}/{mecanismo.replace('_', '-')}",
            token_de(mecanismo, entidad, rol),
            archivo,
            solicitud or _junto_a(archivo),
            certificacion,
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


def _enviar(
    raiz: str,
    token: str,
    archivo: Path,
    solicitud: Path,
    certificacion: Path | None,
    *,
    simular: bool,
    clave: str | None,
) -> dict[str, Any]:
    import httpx

    encabezados = {"Authorization": f"Bearer {token}", "Prefer": f"wait={_ESPERA_S}"}
    if clave:
        encabezados["Idempotency-Key"] = clave
    with archivo.open("rb") as contenido:
        archivos: dict[str, Any] = {"archivo": (archivo.name, contenido)}
        if certificacion is not None:
            archivos["certificacion"] = (certificacion.name, certificacion.read_bytes())
        try:
            respuesta = httpx.post(
                f"{raiz}/v1/radicaciones",
                params={"simular": "true"} if simular else {},
                headers=encabezados,
                data={"solicitud": solicitud.read_text(encoding="utf-8")},
                files=archivos,
                timeout=_ESPERA_S + 60,
            )
        except (httpx.TransportError, httpx.InvalidURL) as causa:
            raise ServicioNoDisponible(
                f"La API no responde en {raiz}: {causa}. Revise la dirección (--api o "
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
        salida.consola.print(f"  Fila {hallazgo['fila']}: {hallazgo['mensaje']}")
