"""The whole country: what nobody submits and the registers themselves say (``Esquema.candidatos``).

An operador asks for a period; the candidates are made from the cortes that were in force then, by
the job that evaluates them, and kept as any file received. They go the way of every submission,
under the entity ``PAIS``, and each EPS reads the rows that are its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from shared.db.cola import encolar
from shared.focalizacion.candidatos import registros_de_candidatos
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.archivos import asegurar, guardar_crudo
from shared.radicacion.evaluacion import LIMITES_DEL_PAIS, escribir_candidatos
from shared.radicacion.lectura import Lectura, leer
from shared.radicacion.lectura.errors import SinFilas
from shared.radicacion.model import NuevaRadicacion, Radicacion, Recibido
from shared.radicacion.radicante import codigos_de_la_misma_eps
from shared.radicacion.repository import RadicacionRepository
from shared.radicacion.service import (
    TRABAJO_EVALUAR,
    Contexto,
    describir_lectura,
    obtener,
)
from shared.registros import Corte, abrir_cortes, cortes_vigentes
from shared.registros.errors import FaltanRegistros
from shared.registros.repository import CorteRepository
from shared.seguridad import PAIS, Rol, Usuario, alcance
from shared.tipos import EntradaInvalida, InvarianteRota, NoEncontrado, Periodo


async def radicar_pais(
    periodo: Periodo, usuario: Usuario, ctx: Contexto
) -> tuple[Radicacion, bool]:
    """Queue the candidates of a period. Returns the radicación and whether it is new: the same
    period and the same cortes are the same candidates.

    Raises:
        EntradaInvalida: the mechanism has no candidates, or the period has not ended.
        FaltanRegistros: a register that the candidates come from has no corte in force.
    """
    if ctx.mecanismo.esquema.candidatos is None:
        raise EntradaInvalida(
            f"{ctx.mecanismo.titulo}: lo radican las entidades, no hay otro modo."
        )
    if periodo.ultimo_dia >= ctx.reloj.hoy():
        raise EntradaInvalida(
            f"El periodo {periodo} no ha terminado. Radique desde el día siguiente a su último día."
        )
    pedido = await _pedido(periodo, ctx)
    documento = json.dumps(pedido, sort_keys=True).encode()
    clave = hashlib.sha256(documento).hexdigest()
    if (previa := await _de_la_clave(clave, ctx)) is not None:
        return previa, False
    archivo = await asyncio.to_thread(_guardar_pedido, documento, periodo, ctx)
    nueva = _nueva(pedido, clave, archivo, usuario, ctx)
    try:
        await _guardar(nueva, ctx)
    except IntegrityError:
        # Asked for twice at once, and we came second.
        previa = await _de_la_clave(clave, ctx)
        if previa is None:
            raise
        return previa, False
    return await obtener(nueva.id, ctx), True


async def _pedido(periodo: Periodo, ctx: Contexto) -> dict[str, Any]:
    registros = sorted(registros_de_candidatos(ctx.mecanismo))
    async with ctx.uow.begin() as tx:
        cortes = await cortes_vigentes(tx, registros)
    faltan = [r for r in registros if not cortes[r] and r in ctx.mecanismo.esquema.obligatorios]
    if faltan:
        raise FaltanRegistros(
            f"No hay corte vigente de: {', '.join(faltan)}. Cárguelo con "
            "«mecanismos corte cargar».",
            faltan=faltan,
        )
    return {
        "periodo": str(periodo),
        "cortes": {r: sorted(str(c.id) for c in propios) for r, propios in cortes.items()},
    }


async def _de_la_clave(clave: str, ctx: Contexto) -> Radicacion | None:
    async with ctx.uow.begin() as tx:
        return await RadicacionRepository(tx).por_clave(ctx.mecanismo.nombre, PAIS, clave)


def _guardar_pedido(documento: bytes, periodo: Periodo, ctx: Contexto) -> Recibido:
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as temporal:
        ruta = Path(temporal) / "pedido.json"
        ruta.write_bytes(documento)
        return guardar_crudo(ruta, f"pais-{periodo}.json", ctx.almacen)


def _nueva(
    pedido: Mapping[str, Any], clave: str, archivo: Recibido, usuario: Usuario, ctx: Contexto
) -> NuevaRadicacion:
    nueva_id = uuid4()
    return NuevaRadicacion(
        id=nueva_id,
        mecanismo=ctx.mecanismo.nombre,
        entidad=PAIS,
        nit=PAIS,
        periodo=pedido["periodo"],
        solicitud_id=nueva_id,
        version=1,
        anterior_id=None,
        clave_idempotencia=clave,
        cuerpo_sha256=clave,
        archivo=archivo,
        certificacion=None,
        solicitud=pedido,
        lectura={},
        total=0,
        fecha_radicacion=ctx.reloj.ahora(),
        creado_por=usuario.sujeto,
    )


async def _guardar(nueva: NuevaRadicacion, ctx: Contexto) -> None:
    async with ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        await repositorio.insertar(nueva)
        await _anotar(repositorio, nueva.archivo, nueva.id, nueva.creado_por, ctx)
        await encolar(tx, TRABAJO_EVALUAR, [str(nueva.id)])


async def _anotar(
    repositorio: RadicacionRepository,
    archivo: Recibido,
    radicacion_id: UUID,
    por: str,
    ctx: Contexto,
) -> None:
    await repositorio.registrar_recepcion(
        archivo,
        mecanismo=ctx.mecanismo.nombre,
        entidad=PAIS,
        resultado="RADICADA",
        detalle="",
        por=por,
        en=ctx.reloj.ahora(),
        radicacion_id=radicacion_id,
    )


# The job ----------------------------------------------------------------------------------------


async def completar_pais(radicacion_id: UUID, intento: int, ctx: Contexto) -> None:
    """Make the candidates of a submission of the country, once; of any other, nothing.

    Safe to run again, and twice at once: the same cortes give the same files, each put in its
    place whole before the transaction that names it.

    Raises:
        EntradaInvalida: there are no candidates.
    """
    async with ctx.uow.begin() as tx:
        radicacion = await RadicacionRepository(tx).por_id(radicacion_id)
        if radicacion is None or radicacion.entidad != PAIS or radicacion.lectura:
            return
        cortes = await _cortes(CorteRepository(tx), radicacion.solicitud["cortes"])
        await RadicacionRepository(tx).progresar(radicacion_id, intento, "Buscando candidatos")
    hechos = await asyncio.to_thread(_hacer, radicacion, cortes, ctx)
    async with ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        if await repositorio.completar(radicacion_id, hechos.archivo, hechos.lectura, hechos.total):
            await _anotar(repositorio, hechos.archivo, radicacion_id, radicacion.creado_por, ctx)
            await repositorio.progresar(
                radicacion_id, intento, f"Evaluando {hechos.total} candidatos"
            )


async def _cortes(
    repositorio: CorteRepository, citados: Mapping[str, Sequence[str]]
) -> dict[str, list[Corte]]:
    """Those that were in force when it was asked for, whatever happened to them since."""
    cortes: dict[str, list[Corte]] = {}
    for registro, ids in citados.items():
        cortes[registro] = []
        for id_ in ids:
            corte = await repositorio.get(UUID(id_))
            if corte is None:
                raise InvarianteRota(f"falta el corte {id_} de una radicación del país")
            cortes[registro].append(corte)
    return cortes


@dataclass(frozen=True)
class _Hechos:
    archivo: Recibido
    lectura: Mapping[str, Any]
    total: int


def _hacer(radicacion: Radicacion, cortes: Mapping[str, Sequence[Corte]], ctx: Contexto) -> _Hechos:
    nombre = f"candidatos-{radicacion.periodo}.parquet"
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as temporal:
        ruta, filas = Path(temporal) / nombre, Path(temporal) / "filas"
        _escribir(radicacion, cortes, ruta, ctx)
        lectura = _leer(ruta, nombre, filas, str(radicacion.periodo), ctx)
        archivo = guardar_crudo(ruta, nombre, ctx.almacen)
        destino = ctx.almacen.radicacion(radicacion.id)
        destino.mkdir(parents=True, exist_ok=True)
        for hecho in filas.iterdir():
            hecho.replace(destino / hecho.name)
    asegurar(destino)
    return _Hechos(archivo, describir_lectura(lectura), lectura.total)


def _escribir(
    radicacion: Radicacion, cortes: Mapping[str, Sequence[Corte]], ruta: Path, ctx: Contexto
) -> None:
    with MotorDuckDB.abrir(ctx.almacen.temporal) as motor:
        fuentes = abrir_cortes(motor.conexion, cortes, datos=ctx.almacen.datos)
        escribir_candidatos(ctx.mecanismo, fuentes, str(radicacion.periodo), motor, ruta)


def _leer(ruta: Path, nombre: str, destino: Path, periodo: str, ctx: Contexto) -> Lectura:
    """As any other file: a register may hold what FORMA does not admit."""
    esquema = ctx.mecanismo.esquema
    try:
        return leer(
            ruta,
            nombre,
            esquema.campos,
            destino,
            condiciones=esquema.condiciones,
            limites=LIMITES_DEL_PAIS,
        )
    except SinFilas as error:
        raise EntradaInvalida(
            f"Los registros no tienen candidatos del periodo {periodo}. Revise el periodo, o "
            "cargue el corte que los traiga y radique de nuevo."
        ) from error


# Who reads --------------------------------------------------------------------------------------


async def obtener_para_leer(
    radicacion_id: UUID, usuario: Usuario, ctx: Contexto
) -> tuple[Radicacion, list[str] | None]:
    """A submission whose rows the caller may read, and of which EPS they are, by its codes: all
    of them (``None``) in a submission of their own or for the back office.

    Raises:
        NoEncontrado: no such submission, or nothing of the caller's in it.
    """
    entidad = alcance(usuario)
    radicacion = await obtener(radicacion_id, ctx)
    if entidad in {None, radicacion.entidad}:
        return radicacion, None
    if entidad is not None and radicacion.entidad == PAIS and Rol.EPS in usuario.roles:
        return radicacion, codigos_de_la_misma_eps(entidad)
    raise NoEncontrado("No hay una radicación suya con ese identificador.")
