"""The job: evaluate a submission and commit its outcome, whatever dies meanwhile.

The evaluation is files until its last transaction. That one checks that the attempt is still the
current one, so that of two workers with the same job only one commits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeGuard
from uuid import UUID

import asyncpg
import duckdb
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventos.model import Evento
from shared.eventos.service import publicar
from shared.eventos.temas import RECHAZOS
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.radicacion.archivos import asegurar, borrar
from shared.radicacion.evaluacion import Evaluacion, evaluar
from shared.radicacion.firma import avisos_de_firma, reglas_de_radicacion
from shared.radicacion.historia import (
    HISTORIA,
    clave_sql,
    claves_de,
    escribir_historia,
    fuente_historia,
)
from shared.radicacion.model import INTENTOS_MAXIMOS, EstadoRadicacion, Radicacion
from shared.radicacion.pago import Pago
from shared.radicacion.repository import (
    INDICE_DERECHO,
    RadicacionRepository,
    RegistroDecidido,
)
from shared.radicacion.schemas import RECHAZADOS, RegistrosRechazados
from shared.radicacion.service import Contexto
from shared.registros import Corte, FuenteRegistro, abrir_cortes, cortes_vigentes
from shared.registros.errors import FaltanRegistros
from shared.tipos import InvarianteRota, Rechazo

_log = logging.getLogger(__name__)
_CARRERAS: Final = 10
"""Times an evaluation is repeated because another submission took a right meanwhile."""


@dataclass(frozen=True)
class Preparada:
    """An attempt with what it will be judged with."""

    radicacion: Radicacion
    intento: int
    cortes: Mapping[str, Sequence[Corte]]
    historia: Sequence[tuple[str, str]]


class AlguienLoTiene(Exception):
    """Another submission committed one of these rights first."""


async def procesar(radicacion_id: UUID, ctx: Contexto) -> None:
    """Take a radicación from the queue to its outcome. Safe to run again at any point.

    After three attempts that did not end, it is left FALLIDA for an operator.
    """
    async with ctx.uow.begin() as tx:
        intento = await RadicacionRepository(tx).tomar(radicacion_id)
    if intento is None:
        return
    if intento > INTENTOS_MAXIMOS:
        await _fallar(radicacion_id, intento, f"No terminó en {INTENTOS_MAXIMOS} intentos.", ctx)
        return
    try:
        await _intentar(radicacion_id, intento, ctx)
    except Rechazo as rechazo:
        if rechazo.reintentable:
            raise
        await _fallar(radicacion_id, intento, rechazo.detalle, ctx)


async def _intentar(radicacion_id: UUID, intento: int, ctx: Contexto) -> None:
    for _ in range(_CARRERAS):
        preparada = await preparar(radicacion_id, intento, ctx)
        await _progreso(preparada, f"Evaluando {preparada.radicacion.total} filas", ctx)
        carpeta = ctx.almacen.evaluacion(radicacion_id, intento)
        evaluacion = await asyncio.to_thread(_evaluar_en, preparada, carpeta, ctx)
        await _progreso(preparada, "Guardando el resultado", ctx)
        try:
            await _confirmar(preparada, evaluacion, carpeta, ctx)
        except AlguienLoTiene:
            borrar(carpeta)
            continue
        return
    raise InvarianteRota(f"la radicación {radicacion_id} pierde siempre la carrera")


async def _progreso(preparada: Preparada, texto: str, ctx: Contexto) -> None:
    async with ctx.uow.begin() as tx:
        await RadicacionRepository(tx).progresar(preparada.radicacion.id, preparada.intento, texto)


async def preparar(radicacion_id: UUID, intento: int, ctx: Contexto) -> Preparada:
    """The submission, the cortes in force and what was decided before on the same rights."""
    entrada = ctx.almacen.radicacion(radicacion_id)
    claves = await asyncio.to_thread(
        claves_de, entrada / "filas.parquet", ctx.mecanismo.esquema.clave
    )
    async with ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        radicacion = await repositorio.por_id(radicacion_id)
        if radicacion is None:
            raise InvarianteRota(f"no existe la radicación {radicacion_id}")
        historia = await repositorio.historia(ctx.mecanismo.nombre, radicacion.solicitud_id, claves)
        vigentes = await vigentes_de(tx, ctx.mecanismo)
    return Preparada(radicacion, intento, vigentes, historia)


async def vigentes_de(tx: AsyncConnection, mecanismo: Mecanismo) -> dict[str, list[Corte]]:
    """Cortes in force of each register the mechanism reads."""
    return await cortes_vigentes(tx, [r for r in mecanismo.esquema.registros if r != HISTORIA])


def citar(cortes: Mapping[str, Sequence[Corte]]) -> dict[str, list[dict[str, str]]]:
    """What an evaluation keeps of its cortes: enough to open them again, and to prove them."""
    return {
        nombre: [
            {
                "id": str(corte.id),
                "fecha_corte": corte.fecha_corte.isoformat(),
                "sha256": corte.sha256,
                "sha256_fuente": corte.sha256_fuente,
            }
            for corte in propios
        ]
        for nombre, propios in cortes.items()
        if propios
    }


def abrir_fuentes(
    ctx: Contexto, motor: MotorDuckDB, cortes: Mapping[str, Sequence[Corte]], historia: Path
) -> dict[str, FuenteRegistro]:
    """Every register of the mechanism, absent ones typed and empty.

    Raises:
        FaltanRegistros: an obligatory register has no corte in force.
    """
    fuentes = abrir_cortes(motor.conexion, cortes, datos=ctx.almacen.datos)
    faltan = [r for r in ctx.mecanismo.esquema.obligatorios if not fuentes[r].presente]
    if faltan:
        raise FaltanRegistros(
            f"No hay corte vigente de: {', '.join(faltan)}. Cárguelo con "
            "«mecanismos corte cargar».",
            faltan=faltan,
        )
    if HISTORIA in ctx.mecanismo.esquema.registros:
        fuentes[HISTORIA] = fuente_historia(historia)
    return fuentes


def _evaluar_en(preparada: Preparada, carpeta: Path, ctx: Contexto) -> Evaluacion:
    borrar(carpeta)
    carpeta.mkdir(parents=True)
    evaluacion = juzgar_en(preparada, ctx.almacen.radicacion(preparada.radicacion.id), carpeta, ctx)
    asegurar(carpeta)
    return evaluacion


def juzgar_en(preparada: Preparada, entrada: Path, carpeta: Path, ctx: Contexto) -> Evaluacion:
    """Evaluate typed rows with the prepared cortes and history, writing in ``carpeta``."""
    historia = carpeta / "historia.parquet"
    escribir_historia(historia, ctx.mecanismo, preparada.historia)
    with MotorDuckDB.abrir(ctx.almacen.temporal) as motor:
        fuentes = abrir_fuentes(ctx, motor, preparada.cortes, historia)
        return evaluar(
            ctx.mecanismo,
            entrada,
            fuentes,
            carpeta,
            motor,
            fecha=preparada.radicacion.fecha,
            devueltas=reglas_de_radicacion(preparada.radicacion, ctx),
            avisos=avisos_de_firma(preparada.radicacion, fuentes, motor, ctx),
        )


async def _confirmar(
    preparada: Preparada, evaluacion: Evaluacion, carpeta: Path, ctx: Contexto
) -> None:
    """Records, evaluation, recognition, postings and events: one transaction.

    Raises:
        AlguienLoTiene: another submission holds one of the rights, or each waited for a right of
            the other and the database chose us; evaluate again.
    """
    try:
        async with ctx.uow.begin() as tx:
            await _guardar(tx, preparada, evaluacion, carpeta, ctx)
    except asyncpg.DeadlockDetectedError as error:
        raise AlguienLoTiene from error
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != INDICE_DERECHO:
            raise
        raise AlguienLoTiene from error


async def _guardar(
    tx: AsyncConnection, preparada: Preparada, evaluacion: Evaluacion, carpeta: Path, ctx: Contexto
) -> None:
    repositorio = RadicacionRepository(tx)
    radicacion = await repositorio.bloquear(preparada.radicacion.id)
    if not _es_el_actual(radicacion, preparada.intento):
        return  # another worker took it up: its outcome is the one that counts
    ahora = ctx.reloj.ahora()
    await repositorio.retirar_versiones(radicacion.solicitud_id)
    resumen = asdict(evaluacion.resumen)
    pago = await Pago.de(tx, radicacion, resumen, ctx)
    decididos = decidir(
        evaluacion, ctx.almacen.radicacion(radicacion.id), ctx.mecanismo, pago.reconocimiento_id
    )
    await repositorio.insertar_registros(radicacion, decididos)
    await repositorio.registrar_evaluacion(
        radicacion.id,
        {
            "huella": resumen["huella"],
            "versiones": resumen["versiones"],
            "cortes": citar(preparada.cortes),
            "ausentes": [
                r for r in ctx.mecanismo.esquema.registros if r not in resumen["registros"]
            ],
            "fecha": radicacion.fecha,
            "carpeta": str(carpeta.relative_to(ctx.almacen.datos)),
            "en": ahora,
        },
    )
    await repositorio.terminar(radicacion.id, EstadoRadicacion.PROCESADA, en=ahora, resumen=resumen)
    await _publicar_rechazos(tx, radicacion, resumen, ctx)
    # Last, because it locks the line and posts to the ledger.
    await pago.registrar(tx)


def decidir(
    evaluacion: Evaluacion, entrada: Path, mecanismo: Mecanismo, reconocimiento_id: UUID | None
) -> Iterator[RegistroDecidido]:
    """Records as they will be stored, streamed in row order."""
    libera, valorados = mecanismo.estados.liberan, mecanismo.estados.valorados
    with duckdb.connect(":memory:") as conexion:
        resultado = conexion.execute(
            f"SELECT r.fila, CASE WHEN f.forma_ok THEN {clave_sql(mecanismo.esquema.clave)} END, "  # noqa: S608
            "r.estado, r.codigos, r.valor_centavos "
            "FROM read_parquet(?) r JOIN read_parquet(?) f ON f.fila = r.fila ORDER BY r.fila",
            [str(evaluacion.registros), str(entrada / "filas.parquet")],
        )
        while trozo := resultado.fetchmany(10_000):
            for fila, clave, estado, codigos, valor in trozo:
                lista = tuple(codigos.split(";")) if codigos else ()
                pagado_por = reconocimiento_id if estado in valorados else None
                yield RegistroDecidido(
                    fila, clave, estado, lista, valor, estado in libera, pagado_por
                )


async def _publicar_rechazos(
    tx: AsyncConnection, radicacion: Radicacion, resumen: Mapping[str, Any], ctx: Contexto
) -> None:
    valorados = ctx.mecanismo.estados.valorados
    sin_pago = sum(n for estado, n in resumen["por_estado"].items() if estado not in valorados)
    if not sin_pago:
        return
    await publicar(
        tx,
        [
            Evento(
                tipo=RECHAZADOS,
                tema=RECHAZOS,
                clave=radicacion.nit,
                sujeto=str(radicacion.id),
                mecanismo=radicacion.mecanismo,
                datos=RegistrosRechazados(
                    radicacion_id=str(radicacion.id),
                    entidad=radicacion.entidad,
                    total=sin_pago,
                    por_causal=dict(resumen["por_causal"]),
                ),
            )
        ],
        reloj=ctx.reloj,
    )


async def _fallar(radicacion_id: UUID, intento: int, motivo: str, ctx: Contexto) -> None:
    """End it without outcome, unless another attempt took it up: then that one decides."""
    async with ctx.uow.begin() as tx:
        repositorio = RadicacionRepository(tx)
        if not _es_el_actual(await repositorio.bloquear(radicacion_id), intento):
            return
        await repositorio.terminar(
            radicacion_id, EstadoRadicacion.FALLIDA, en=ctx.reloj.ahora(), motivo=motivo
        )
    _log.error("La radicación %s falló: %s", radicacion_id, motivo)


def _es_el_actual(radicacion: Radicacion | None, intento: int) -> TypeGuard[Radicacion]:
    return radicacion is not None and (radicacion.estado, radicacion.intento) == (
        EstadoRadicacion.EN_PROCESO,
        intento,
    )
