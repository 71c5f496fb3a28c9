"""The job: evaluate a submission and commit its outcome, whatever dies meanwhile.

The evaluation is files until its last transaction. That one checks that the attempt is still the
current one, so that of two workers with the same job only one commits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeGuard
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.duck import en_memoria
from shared.eventos.model import Evento
from shared.eventos.service import publicar
from shared.eventos.temas import RECHAZOS
from shared.focalizacion.model import DEL_REGISTRO, Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.giros.errors import OtraSituacion
from shared.giros.model import EstadoReconocimiento
from shared.radicacion.anexos import avisos_de_anexos, fuentes_de_anexos
from shared.radicacion.archivos import asegurar, borrar
from shared.radicacion.cambios import Cambios, anular, cambios_de, siguen_igual
from shared.radicacion.cupos import tomar_cupos
from shared.radicacion.evaluacion import Evaluacion, evaluar
from shared.radicacion.firma import avisos_de_firma, reglas_de_radicacion
from shared.radicacion.historia import (
    HISTORIA,
    HistoriaLeida,
    Leer,
    columnas_de_partes,
    datos_sql,
    guardadas,
    registros_leidos,
)
from shared.radicacion.model import INTENTOS_MAXIMOS, EstadoRadicacion, Radicacion
from shared.radicacion.pago import preparar_pago
from shared.radicacion.pais import completar_pais
from shared.radicacion.parametros import parametros_en
from shared.radicacion.radicante import radicante_de
from shared.radicacion.repository import (
    CUPO_LLENO,
    INDICE_DERECHO,
    INDICE_SUBSANA,
    NO_ADMITIDO,
    Consulta,
    HistoriaRepository,
    RadicacionRepository,
    RegistroDecidido,
    RegistroRepository,
    Respuesta,
)
from shared.radicacion.schemas import RECHAZADOS, RegistrosRechazados
from shared.radicacion.service import SUBSANA, Contexto
from shared.registros import Corte, FuenteRegistro, abrir_cortes, cortes_vigentes
from shared.registros.errors import FaltanRegistros
from shared.tipos import InvarianteRota, Rechazo

_ESPERA: Final = EstadoReconocimiento.ESPERA_PRESUPUESTO.value
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preparada:
    """An attempt with what it will be judged with."""

    radicacion: Radicacion
    intento: int
    cortes: Mapping[str, Sequence[Corte]]
    parametros: Mapping[str, str]
    respuestas: Sequence[Respuesta] = ()
    """Records that the submission says that its rows answer."""
    cambios: Cambios = field(default_factory=Cambios)
    """What its indicators do to others, those that they answer or withdraw among ``respuestas``."""


class AlguienLoTiene(Exception):
    """Another submission committed first one of these rights, or what they share."""


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
        await completar_pais(radicacion_id, intento, ctx)
        await _intentar(radicacion_id, intento, ctx)
    except Rechazo as rechazo:
        if rechazo.reintentable:
            raise
        await _fallar(radicacion_id, intento, rechazo.detalle, ctx)


async def _intentar(radicacion_id: UUID, intento: int, ctx: Contexto) -> None:
    """Judge beside others; if one of them takes a right meanwhile, once more and alone.

    Two evaluations at the most, whatever the others do: during the second one nobody else writes
    records of the mechanism, so what it read is still so when it commits.
    """
    carpeta = ctx.almacen.evaluacion(radicacion_id, intento)
    async with ctx.uow.begin() as tx:
        await HistoriaRepository(tx).congelar()
        preparada = await preparar(tx, radicacion_id, intento, ctx)
        evaluacion = await _evaluar(tx, preparada, carpeta, ctx)
    await _progreso(preparada, "Guardando el resultado", ctx)
    try:
        await _confirmar(preparada, evaluacion, carpeta, ctx)
    except AlguienLoTiene:
        await _intentar_a_solas(radicacion_id, intento, ctx)


async def _intentar_a_solas(radicacion_id: UUID, intento: int, ctx: Contexto) -> None:
    # One connection for all of it: a pool full of those that wait could not give a second one.
    carpeta = ctx.almacen.evaluacion(radicacion_id, intento)
    async with ctx.uow.begin() as tx:
        await RegistroRepository(tx).turno(ctx.mecanismo.nombre, exclusivo=True)
        preparada = await preparar(tx, radicacion_id, intento, ctx)
        evaluacion = await _evaluar(tx, preparada, carpeta, ctx)
        await _guardar(tx, preparada, evaluacion, carpeta, ctx, a_solas=True)


async def _progreso(preparada: Preparada, texto: str, ctx: Contexto) -> None:
    async with ctx.uow.begin() as tx:
        await RadicacionRepository(tx).progresar(preparada.radicacion.id, preparada.intento, texto)


async def preparar(
    tx: AsyncConnection, radicacion_id: UUID, intento: int, ctx: Contexto
) -> Preparada:
    """The submission, what it answers, the cortes and the options in force."""
    radicacion = await RadicacionRepository(tx).por_id(radicacion_id)
    if radicacion is None:
        raise InvarianteRota(f"no existe la radicación {radicacion_id}")
    entrada = ctx.almacen.radicacion(radicacion_id)
    dichas = await asyncio.to_thread(_respuestas_dichas, entrada, ctx.mecanismo)
    estados = ctx.mecanismo.estados
    respondidos = await HistoriaRepository(tx).respondidos(
        # Where others wait for what becomes of a payment, it is made once and to nobody else.
        radicacion_id,
        dichas,
        estados.corregibles,
        pagados=not estados.resuelven,
    )
    cambios = await cambios_de(tx, radicacion, entrada, ctx.almacen, ctx.mecanismo)
    return Preparada(
        radicacion,
        intento,
        await vigentes_de(tx, ctx.mecanismo),
        await parametros_en(tx, ctx.mecanismo, ctx.reloj.hoy()),
        _sin_repetir([*(Respuesta(*r) for r in respondidos), *cambios.respuestas]),
        cambios,
    )


def _sin_repetir(respuestas: Sequence[Respuesta]) -> list[Respuesta]:
    """A record is answered once: by what is said first."""
    return list({r.registro_id: r for r in reversed(respuestas)}.values())[::-1]


def _respuestas_dichas(entrada: Path, mecanismo: Mecanismo) -> list[tuple[int, UUID, int]]:
    """Row, radicación and row that it answers, where whoever submits says it.

    A row that FORMA keeps from being a record answers none: what it names stays as it is.
    """
    if not (entrada / SUBSANA).is_file():
        return []
    with en_memoria() as conexion:
        return conexion.execute(
            "SELECT s.fila, CAST(s.radicacion_id AS UUID), s.fila_subsana "
            "FROM read_parquet(?) s SEMI JOIN "
            "(SELECT fila FROM read_parquet(?) WHERE forma_ok OR ?) USING (fila) ORDER BY s.fila",
            [
                str(entrada / SUBSANA),
                str(entrada / "filas.parquet"),
                mecanismo.estados.forma != NO_ADMITIDO,
            ],
        ).fetchall()


async def vigentes_de(tx: AsyncConnection, mecanismo: Mecanismo) -> dict[str, list[Corte]]:
    """Cortes in force of each register the mechanism reads; an annex comes with its submission."""
    return await cortes_vigentes(tx, registros_con_cortes(mecanismo))


def registros_con_cortes(mecanismo: Mecanismo) -> list[str]:
    """Registers of the mechanism that are loaded as cortes."""
    esquema = mecanismo.esquema
    return [r for r in esquema.registros if r != HISTORIA and r not in esquema.anexos]


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
    ctx: Contexto,
    motor: MotorDuckDB,
    cortes: Mapping[str, Sequence[Corte]],
    historia: FuenteRegistro,
    entrada: Path,
) -> dict[str, FuenteRegistro]:
    """Every register of the mechanism, absent ones typed and empty; the annexes, from the folder
    of the rows.

    Raises:
        FaltanRegistros: an obligatory register has no corte in force.
    """
    fuentes = abrir_cortes(motor.conexion, cortes, datos=ctx.almacen.datos)
    fuentes |= fuentes_de_anexos(motor.conexion, ctx.mecanismo, entrada)
    faltan = [r for r in ctx.mecanismo.esquema.obligatorios if not fuentes[r].presente]
    if faltan:
        raise FaltanRegistros(
            f"No hay corte vigente de: {', '.join(faltan)}. Cárguelo con "
            "«mecanismos corte cargar».",
            faltan=faltan,
        )
    if HISTORIA in ctx.mecanismo.esquema.registros:
        fuentes[HISTORIA] = historia
    return fuentes


def lector(tx: AsyncConnection, consulta: Consulta) -> Leer:
    """How the thread of an evaluation reads records through the transaction of its loop."""
    bucle = asyncio.get_running_loop()
    repositorio = HistoriaRepository(tx)

    def leer(valores: Mapping[str, Sequence[str]], destino: Path) -> None:
        pedido = repositorio.volcar(consulta, valores, destino)
        asyncio.run_coroutine_threadsafe(pedido, bucle).result()

    return leer


def consulta_de(
    mecanismo: Mecanismo, radicacion: Radicacion | None, respuestas: Sequence[Respuesta] = ()
) -> Consulta:
    """Whose records count as history of a submission.

    A correction speaks for the whole solicitud, which is left out; where rows are corrected one
    by one, only those that it answers are.
    """
    por_filas = bool(mecanismo.liquidacion.beneficiarios)
    publicados = mecanismo.estados.publicados
    if _ESPERA in publicados:
        # Under another name rules would not know who holds the right while there is no budget.
        publicados = {**publicados, _ESPERA: DEL_REGISTRO}
    if mecanismo.esquema.cupos:
        # Money that came back frees nothing while the record holds its part: rules that took it
        # for free would ask for what the database refuses.
        libres = (
            e for e in EstadoReconocimiento if publicados.get(e, e) in mecanismo.estados.liberan
        )
        publicados = {**publicados, **dict.fromkeys(libres, DEL_REGISTRO)}
    return Consulta(
        mecanismo.nombre,
        [c.nombre for c in guardadas(mecanismo)],
        columnas_de_partes(mecanismo),
        publicados,
        solicitud_id=None if por_filas or radicacion is None else radicacion.solicitud_id,
        respondidos=[r.registro_id for r in respuestas],
    )


async def _evaluar(
    tx: AsyncConnection, preparada: Preparada, carpeta: Path, ctx: Contexto
) -> Evaluacion:
    radicacion = preparada.radicacion
    leer = lector(tx, consulta_de(ctx.mecanismo, radicacion, preparada.respuestas))

    def trabajo() -> Evaluacion:
        borrar(carpeta)
        carpeta.mkdir(parents=True)
        entrada = ctx.almacen.radicacion(radicacion.id)
        evaluacion = juzgar_en(preparada, entrada, carpeta, leer, ctx)
        asegurar(carpeta)
        return evaluacion

    return await asyncio.to_thread(trabajo)


def juzgar_en(
    preparada: Preparada, entrada: Path, carpeta: Path, leer: Leer, ctx: Contexto
) -> Evaluacion:
    """Evaluate typed rows with what was prepared, writing in ``carpeta``; the history that the
    rules asked for is kept there too."""
    with MotorDuckDB.abrir(ctx.almacen.temporal) as motor:
        historia = HistoriaLeida(ctx.mecanismo, motor, leer, carpeta)
        fuentes = abrir_fuentes(ctx, motor, preparada.cortes, historia.fuente, entrada)
        evaluacion = evaluar(
            ctx.mecanismo,
            entrada,
            fuentes,
            carpeta,
            motor,
            fecha=preparada.radicacion.fecha,
            devueltas=reglas_de_radicacion(preparada.radicacion, ctx),
            avisos=[
                *avisos_de_firma(preparada.radicacion, fuentes, motor, ctx),
                *preparada.cambios.avisos,
                *avisos_de_anexos(ctx.mecanismo, entrada),
            ],
            parametros=preparada.parametros,
            radicante=radicante_de(preparada.radicacion.entidad),
            acotables={HISTORIA: historia},
        )
        historia.guardar(carpeta / "historia.parquet")
    return evaluacion


async def _confirmar(
    preparada: Preparada, evaluacion: Evaluacion, carpeta: Path, ctx: Contexto
) -> None:
    """Records, evaluation, recognition, postings and events: one transaction.

    Raises:
        AlguienLoTiene: another submission holds one of the rights or what is left of a quantity
            that all share, or we waited for it too long, or each waited for something of the other
            and the database chose us; evaluate again.
    """
    with viendo_carreras():
        async with ctx.uow.begin() as tx:
            await _guardar(tx, preparada, evaluacion, carpeta, ctx)


@contextmanager
def viendo_carreras() -> Iterator[None]:
    """What the database refuses because of what others have, or wait for, as ``AlguienLoTiene``."""
    try:
        yield
    except asyncpg.PostgresError as error:  # the copy of the records speaks to the driver
        if _es_carrera(error):
            raise AlguienLoTiene from error
        raise
    except DBAPIError as error:
        if error.orig is not None and _es_carrera(error.orig.__cause__):
            raise AlguienLoTiene from error
        raise


def _es_carrera(error: BaseException | None) -> bool:
    if isinstance(error, asyncpg.UniqueViolationError | asyncpg.CheckViolationError):
        return error.constraint_name in {INDICE_DERECHO, INDICE_SUBSANA, CUPO_LLENO}
    return isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.LockNotAvailableError)


async def _guardar(
    tx: AsyncConnection,
    preparada: Preparada,
    evaluacion: Evaluacion,
    carpeta: Path,
    ctx: Contexto,
    *,
    a_solas: bool = False,
) -> None:
    repositorio, registros = RadicacionRepository(tx), RegistroRepository(tx)
    await registros.turno(ctx.mecanismo.nombre)
    radicacion = await repositorio.bloquear(preparada.radicacion.id)
    if not _es_el_actual(radicacion, preparada.intento):
        return  # another worker took it up: its outcome is the one that counts
    # Two versions of one solicitud at once would each leave its payees worth what the other undoes.
    await repositorio.bloquear(radicacion.solicitud_id)
    ahora = ctx.reloj.ahora()
    resumen = asdict(evaluacion.resumen)
    pago = await preparar_pago(tx, radicacion, evaluacion, ctx)
    await _registrar(tx, preparada, evaluacion, ctx)
    if not await siguen_igual(tx, preparada.cambios, preparada.respuestas, radicacion.solicitud_id):
        raise AlguienLoTiene
    if not a_solas and ctx.mecanismo.liquidacion.beneficiarios:
        await _exigir_todo_leido(tx, radicacion, carpeta, ctx.mecanismo)
    await anotar_evaluacion(tx, preparada, evaluacion, carpeta, ctx)
    await repositorio.terminar(radicacion.id, EstadoRadicacion.PROCESADA, en=ahora, resumen=resumen)
    await publicar_rechazos(tx, radicacion, resumen, ctx)
    # Last, because they lock the line and post to the ledger.
    await anular(tx, preparada.cambios, ctx.reloj)
    try:
        await pago.registrar(tx)
    except OtraSituacion as otra:  # what it answers went to the bank meanwhile
        raise AlguienLoTiene from otra


async def anotar_evaluacion(
    tx: AsyncConnection, preparada: Preparada, evaluacion: Evaluacion, carpeta: Path, ctx: Contexto
) -> UUID:
    """Keep with what the records were decided, enough to judge them again."""
    resumen = evaluacion.resumen
    return await RadicacionRepository(tx).registrar_evaluacion(
        preparada.radicacion.id,
        {
            "huella": resumen.huella,
            "versiones": resumen.versiones,
            "cortes": citar(preparada.cortes),
            "ausentes": [r for r in ctx.mecanismo.esquema.registros if r not in resumen.registros],
            "parametros": dict(preparada.parametros),
            "fecha": preparada.radicacion.fecha,
            "carpeta": str(carpeta.relative_to(ctx.almacen.datos)),
            "en": ctx.reloj.ahora(),
        },
    )


async def _registrar(
    tx: AsyncConnection, preparada: Preparada, evaluacion: Evaluacion, ctx: Contexto
) -> None:
    """The records of the submission, in the place of those that it answers.

    Raises:
        AlguienLoTiene: one of those was answered meanwhile.
    """
    radicacion, mecanismo = preparada.radicacion, ctx.mecanismo
    por_filas = bool(mecanismo.liquidacion.beneficiarios)
    registros = RegistroRepository(tx)
    if not por_filas:
        await registros.retirar_solicitud(radicacion.solicitud_id)
    elif not await registros.retirar([r.registro_id for r in preparada.respuestas]):
        raise AlguienLoTiene
    await registros.insertar(
        radicacion,
        decidir(evaluacion, mecanismo),
        version=1 if por_filas else radicacion.version,
        en=ctx.reloj.ahora(),
    )
    if por_filas:
        await registros.responder(radicacion.id, preparada.respuestas)
        await registros.responder_por_caso(radicacion.id, mecanismo.estados.corregibles)
    # After what they answer gave back its own.
    await tomar_cupos(tx, radicacion, evaluacion, mecanismo)
    await registros.enlazar_ganadores(radicacion.id, ganadores(evaluacion))


async def _exigir_todo_leido(
    tx: AsyncConnection, radicacion: Radicacion, carpeta: Path, mecanismo: Mecanismo
) -> None:
    """What the submission answers, and what it would, is what its rules saw: two corrections of
    one glosa at once do not both answer it, and no unique index would tell. Where a right is not
    of one case alone, nor would it tell that two entities deliver the same case.

    Raises:
        AlguienLoTiene: a record appeared after they looked.
    """
    leidos = await asyncio.to_thread(registros_leidos, carpeta / "historia.parquet")
    registros, con_caso = RegistroRepository(tx), bool(mecanismo.esquema.caso)
    if await registros.hay_otros(radicacion.id, leidos, de_cualquiera=con_caso):
        raise AlguienLoTiene


def decidir(evaluacion: Evaluacion, mecanismo: Mecanismo) -> Iterator[RegistroDecidido]:
    """Records as they will be stored, streamed in row order."""
    libera = mecanismo.estados.liberan
    with en_memoria() as conexion:
        resultado = conexion.execute(
            "SELECT fila, clave, caso, estado, codigos, valor_centavos, "  # noqa: S608 - our columns
            f"{datos_sql(mecanismo)} FROM read_parquet(?) ORDER BY fila",
            [str(evaluacion.registros)],
        )
        while trozo := resultado.fetchmany(10_000):
            for fila, clave, caso, estado, codigos, valor, datos in trozo:
                lista = tuple(codigos.split(";")) if codigos else ()
                yield RegistroDecidido(
                    fila, clave, caso, estado, lista, valor, estado in libera, datos
                )


def ganadores(evaluacion: Evaluacion) -> dict[int, int]:
    """Row → row of the same submission that holds its right."""
    with en_memoria() as conexion:
        filas = conexion.execute(
            "SELECT fila, gana FROM read_parquet(?) WHERE gana IS NOT NULL ORDER BY fila",
            [str(evaluacion.registros)],
        ).fetchall()
    return dict(filas)


async def publicar_rechazos(
    tx: AsyncConnection, radicacion: Radicacion, resumen: Mapping[str, Any], ctx: Contexto
) -> None:
    """Tell how many records of a submission do not pass, if any."""
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
