"""``mecanismos reproceso`` and ``mecanismos simular``: judge again, and what if."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from shared.cli import salida
from shared.tipos import EntradaInvalida, formato_pesos

if TYPE_CHECKING:
    from shared.focalizacion.hipotesis import Hipotesis
    from shared.reproceso.model import Alcance, Reproceso, Totales

app = typer.Typer(
    help="Volver a juzgar lo abierto con lo que rige hoy, viendo antes qué cambia.",
    no_args_is_help=True,
)

Mecanismo = Annotated[str, typer.Argument(help="Nombre, por ejemplo pruebas")]
Identificador = Annotated[UUID, typer.Argument(help="Identificador del reproceso")]
Quien = Annotated[str, typer.Option(help="Quién lo hace: pedir y confirmar son de dos personas")]
Radicaciones = Annotated[
    list[UUID] | None, typer.Option("--radicacion", help="Solo esta radicación; se repite")
]
Periodos = Annotated[list[str] | None, typer.Option("--periodo", help="Solo este; se repite")]
Entidades = Annotated[
    list[str] | None, typer.Option("--entidad", help="Solo lo de esta entidad; se repite")
]


@app.command("pedir")
def pedir(
    mecanismo: Mecanismo,
    motivo: Annotated[str, typer.Option(help="Por qué: qué corte, parámetro o regla cambió")],
    quien: Quien,
    radicacion: Radicaciones = None,
    periodo: Periodos = None,
    entidad: Entidades = None,
) -> None:
    """Pone en cola el cálculo de lo que cambiaría; nada cambia todavía."""
    from shared.reproceso.model import Alcance

    if len(motivo.strip()) < 5:
        raise EntradaInvalida("Diga el motivo, por ejemplo «BDUA corregida de mayo».")
    alcance = Alcance(tuple(radicacion or ()), tuple(periodo or ()), tuple(entidad or ()))
    _mostrar(asyncio.run(_pedir(mecanismo, alcance, motivo, quien)))


@app.command("ver")
def ver(
    reproceso: Identificador,
    en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
) -> None:
    """Muestra el avance y, si ya se calculó, de qué a qué cambia cuánto."""
    _mostrar(asyncio.run(_ver(reproceso)), en_json=en_json)


@app.command("confirmar")
def confirmar(
    reproceso: Identificador,
    acto: Annotated[str, typer.Option(help="Número del acto, o la razón")],
    quien: Quien,
) -> None:
    """Aplica exactamente lo que se mostró; quien lo pidió no lo confirma."""
    if len(acto.strip()) < 3:
        raise EntradaInvalida("Diga el acto que lo ordena, por ejemplo «Resolución 10».")
    _mostrar(asyncio.run(_confirmar(reproceso, acto, quien)))


@app.command("descartar")
def descartar(reproceso: Identificador, quien: Quien) -> None:
    """No lo aplica."""
    _mostrar(asyncio.run(_descartar(reproceso, quien)))


def agregar(raiz: typer.Typer) -> None:
    """Add the group and the command ``simular``."""
    raiz.add_typer(app, name="reproceso")

    @raiz.command("simular")
    def simular(
        mecanismo: Mecanismo,
        archivo: Annotated[
            Path | None,
            typer.Argument(
                exists=True, dir_okay=False, help="Lo radicado; sin él, lo que guarda el servicio"
            ),
        ] = None,
        cortes: Annotated[
            Path | None,
            typer.Option(exists=True, file_okay=False, help="Con ARCHIVO: carpeta de registros"),
        ] = None,
        fecha: Annotated[
            datetime | None,
            typer.Option(formats=["%Y-%m-%d"], help="Con ARCHIVO: fecha de radicación"),
        ] = None,
        parametro: Annotated[
            list[str] | None, typer.Option(help="nombre=valor, por ejemplo tolerancia_dias=5")
        ] = None,
        efecto: Annotated[
            list[str] | None, typer.Option(help="regla=EFECTO, por ejemplo PRU-14=AVISO")
        ] = None,
        sin: Annotated[
            list[str] | None, typer.Option(help="Regla que no se aplica, por ejemplo PRU-14")
        ] = None,
        tabla: Annotated[
            list[str] | None, typer.Option(help="registro=archivo que lo reemplaza")
        ] = None,
        radicacion: Radicaciones = None,
        periodo: Periodos = None,
        entidad: Entidades = None,
        en_json: Annotated[bool, typer.Option("--json", help="Salida en JSON")] = False,
    ) -> None:
        """Muestra qué habría sido con otra regla, parámetro o tabla; no cambia nada."""
        from shared.reproceso.model import Alcance

        supuesta = _hipotesis(parametro or [], efecto or [], sin or [], tabla or [])
        alcance = Alcance(tuple(radicacion or ()), tuple(periodo or ()), tuple(entidad or ()))
        totales = _simular(mecanismo, supuesta, alcance, archivo, cortes, fecha)
        if en_json:
            salida.en_json(totales.a_json())
        else:
            _tabla(totales.a_json())


def _hipotesis(
    parametros: list[str], efectos: list[str], sin: list[str], tablas: list[str]
) -> Hipotesis:
    from shared.focalizacion.hipotesis import Hipotesis
    from shared.focalizacion.model import Efecto

    dichos = _pares(efectos, "--efecto")
    if desconocidos := sorted(set(dichos.values()) - set(Efecto)):
        raise EntradaInvalida(
            f"«{', '.join(desconocidos)}» no es un efecto. Use uno de: {', '.join(Efecto)}."
        )
    rutas = {registro: Path(ruta) for registro, ruta in _pares(tablas, "--tabla").items()}
    if faltan := [str(ruta) for ruta in rutas.values() if not ruta.is_file()]:
        raise EntradaInvalida(f"No existe el archivo {', '.join(faltan)}.")
    return Hipotesis(
        parametros=_pares(parametros, "--parametro"),
        efectos={codigo: Efecto(efecto) for codigo, efecto in dichos.items()},
        sin_reglas=tuple(sin),
        tablas=rutas,
    )


def _pares(textos: list[str], opcion: str) -> dict[str, str]:
    partidos = [texto.partition("=") for texto in textos]
    if any(not igual for _, igual, _ in partidos):
        raise typer.BadParameter("Se escribe nombre=valor.", param_hint=opcion)
    return {nombre.strip(): valor.strip() for nombre, _, valor in partidos}


def _simular(
    mecanismo: str,
    hipotesis: Hipotesis,
    alcance: Alcance,
    archivo: Path | None,
    cortes: Path | None,
    fecha: datetime | None,
) -> Totales:
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.reproceso.simulacion import simular_archivo
    from shared.tipos import RelojSistema

    propio = buscar(mecanismo)
    if (archivo is None) != (cortes is None):
        raise EntradaInvalida("ARCHIVO y --cortes van juntos: sin ellos se usa lo del servicio.")
    with salida.errores.status("Simulando…") as estado:
        if archivo is None or cortes is None:

            async def avanzar(texto: str) -> None:
                estado.update(texto)

            return asyncio.run(_en_el_servicio(mecanismo, hipotesis, alcance, avanzar))
        dia = RelojSistema().hoy() if fecha is None else fecha.date()
        return simular_archivo(hipotesis, propio, archivo, cortes, fecha=dia)


async def _en_el_servicio(
    mecanismo: str, hipotesis: Hipotesis, alcance: Alcance, avanzar: Any
) -> Totales:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.radicacion.archivos import Almacen
    from shared.radicacion.service import Contexto
    from shared.reproceso.simulacion import simular

    async with conectado() as (ajustes, uow):
        ctx = Contexto(buscar(mecanismo), uow, ajustes.reloj(), Almacen(ajustes.datos))
        return await simular(hipotesis, alcance, ctx, avanzar=avanzar)


async def _pedir(mecanismo: str, alcance: Alcance, motivo: str, quien: str) -> Reproceso:
    from shared.cli.conexion import conectado
    from shared.focalizacion.descubrir import mecanismo as buscar
    from shared.reproceso.service import pedir as pedir_reproceso

    propio = buscar(mecanismo)
    async with conectado() as (ajustes, uow):
        return await pedir_reproceso(
            propio, alcance, motivo, usuario=_operador(quien), uow=uow, reloj=ajustes.reloj()
        )


async def _ver(reproceso: UUID) -> Reproceso:
    from shared.cli.conexion import conectado
    from shared.reproceso.service import obtener

    async with conectado() as (_, uow):
        return await obtener(reproceso, uow)


async def _confirmar(reproceso: UUID, acto: str, quien: str) -> Reproceso:
    from shared.cli.conexion import conectado
    from shared.reproceso.service import confirmar as confirmar_reproceso

    async with conectado() as (ajustes, uow):
        return await confirmar_reproceso(
            reproceso, acto, usuario=_operador(quien), uow=uow, reloj=ajustes.reloj()
        )


async def _descartar(reproceso: UUID, quien: str) -> Reproceso:
    from shared.cli.conexion import conectado
    from shared.reproceso.service import descartar as descartar_reproceso

    async with conectado() as (ajustes, uow):
        return await descartar_reproceso(
            reproceso, usuario=_operador(quien), uow=uow, reloj=ajustes.reloj()
        )


def _operador(quien: str) -> Any:
    from shared.seguridad import Rol, Usuario

    if not quien.strip():
        raise EntradaInvalida("Diga quién lo hace, con --quien.")
    return Usuario(quien.strip(), frozenset({Rol.OPERADOR}))


def _mostrar(reproceso: Reproceso, *, en_json: bool = False) -> None:
    from shared.reproceso.schemas import ReprocesoVista

    if en_json:
        salida.en_json(ReprocesoVista.de(reproceso).model_dump(mode="json"))
        return
    salida.consola.print(f"Reproceso {reproceso.id} de {reproceso.mecanismo}: {reproceso.estado}")
    if reproceso.progreso:
        salida.consola.print(reproceso.progreso)
    if reproceso.error:
        salida.consola.print(reproceso.error)
    if reproceso.resumen:
        _tabla(reproceso.resumen)


def _tabla(totales: Any) -> None:
    salida.tabla(
        f"{totales['cambian']} registros cambiarían, de {totales['radicaciones']} radicaciones",
        ("Qué", "De", "A", "#Registros", "#Antes", "#Después"),
        (
            (
                g["clase"],
                g["de"],
                g["a"],
                g["registros"],
                formato_pesos(g["antes_centavos"]),
                formato_pesos(g["despues_centavos"]),
            )
            for g in totales["grupos"]
        ),
    )
    if totales["hallazgos_centavos"]:
        hallado = formato_pesos(totales["hallazgos_centavos"])
        salida.consola.print(f"Girado de más, para abrir como hallazgo: {hallado}")
    if totales["imposibles"]:
        salida.consola.print(
            f"{totales['imposibles']} radicaciones quedan como están: otro registro tiene el "
            "derecho que tomarían."
        )
