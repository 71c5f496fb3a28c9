"""What would have been under a hypothesis: over what is stored, or over a file. It decides
nothing and keeps nothing."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

from shared.db.duck import en_memoria
from shared.focalizacion.hipotesis import Hipotesis
from shared.focalizacion.model import Mecanismo
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo
from shared.radicacion.liberacion import Vigor, en_vigor
from shared.radicacion.repository import RegistroRepository
from shared.radicacion.service import Contexto
from shared.registros import Corte, EstadoCorte, cargar_archivo
from shared.reproceso.model import Alcance, Cambio, Clase, Totales
from shared.reproceso.pasos import Orden
from shared.reproceso.recorrido import Avanzar, Recorrido, borrar_todas, deshecho, recorrer
from shared.reproceso.repository import ReprocesoRepository

_NADIE = uuid4()


async def simular(
    hipotesis: Hipotesis, alcance: Alcance, ctx: Contexto, *, avanzar: Avanzar
) -> Totales:
    """From what every current record is, paid ones too, to what it would have been: judged in the
    order of submission in a transaction that is undone. Nobody else writes records of the
    mechanism meanwhile.

    Raises:
        EntradaInvalida: the hypothesis is not of this mechanism, or a table cannot be read.
    """
    supuesto = replace(ctx, mecanismo=hipotesis.aplicar(ctx.mecanismo))
    recorrido = Recorrido()
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as carpeta:
        tablas = await asyncio.to_thread(_cortes, hipotesis.tablas, Path(carpeta), ctx)
        try:
            async with ctx.uow.begin() as tx:
                await RegistroRepository(tx).turno(ctx.mecanismo.nombre, exclusivo=True)
                async with deshecho(tx):
                    vigor = _supuesto(await en_vigor(tx, supuesto), hipotesis, tablas)
                    radicaciones = await ReprocesoRepository(tx).por_juzgar(
                        ctx.mecanismo.nombre, alcance, None
                    )
                    orden = Orden(vigor, "simulación", "simulación", todo=True)
                    await recorrer(
                        tx, radicaciones, orden, supuesto, recorrido=recorrido, avanzar=avanzar
                    )
        finally:
            await asyncio.to_thread(borrar_todas, recorrido.carpetas)
    return recorrido.totales


def _supuesto(vigor: Vigor, hipotesis: Hipotesis, tablas: Mapping[str, Sequence[Corte]]) -> Vigor:
    return replace(
        vigor,
        cortes={**vigor.cortes, **tablas},
        parametros={**vigor.parametros, **hipotesis.parametros},
    )


class _CorteSupuesto(Corte):
    """An extract that is nowhere but in its file."""

    @property
    def ruta(self) -> Path:
        return Path(self.archivo)


def _cortes(tablas: Mapping[str, Path], carpeta: Path, ctx: Contexto) -> dict[str, list[Corte]]:
    """Files as cortes of today, normalised in ``carpeta``."""
    cortes: dict[str, list[Corte]] = {}
    for registro, archivo in tablas.items():
        hoy = ctx.reloj.hoy()
        carga = cargar_archivo(registro, archivo, carpeta / registro, fecha_corte=hoy)
        cortes[registro] = [
            _CorteSupuesto(
                id=uuid4(),
                registro=registro,
                fecha_corte=hoy,
                archivo=str(carga.ruta),
                sha256_fuente=carga.sha256_fuente,
                sha256=carga.sha256,
                filas=carga.filas,
                filas_rechazadas=carga.rechazadas,
                calidad=carga.calidad,
                estado=EstadoCorte.VIGENTE,
                motivo=None,
                derivado_de=None,
                cargado_por="simulación",
                created_at=ctx.reloj.ahora(),
            )
        ]
    return cortes


def simular_archivo(
    hipotesis: Hipotesis,
    mecanismo: Mecanismo,
    archivo: Path,
    cortes: Path,
    *,
    fecha: date,
    parametros: Mapping[str, str] = MappingProxyType({}),
) -> Totales:
    """The same of a file against a folder of registers, without a server: judged as it is and as
    it is supposed.

    Raises:
        EntradaInvalida: as ``simular``, or the file or a register cannot be read.
    """
    supuesto = hipotesis.aplicar(mecanismo)
    with tempfile.TemporaryDirectory() as temporal:
        carpeta = Path(temporal)
        supuestos = _carpeta_supuesta(cortes, hipotesis.tablas, carpeta / "cortes")
        dados = {**parametros, **hipotesis.parametros}
        antes = evaluar_archivo(
            mecanismo, archivo, cortes, carpeta / "antes", fecha=fecha, parametros=parametros
        )
        despues = evaluar_archivo(
            supuesto, archivo, supuestos, carpeta / "despues", fecha=fecha, parametros=dados
        )
        return _comparar(antes, despues)


def _carpeta_supuesta(cortes: Path, tablas: Mapping[str, Path], destino: Path) -> Path:
    """The folder of registers with the files supposed in the place of theirs."""
    if not tablas:
        return cortes
    destino.mkdir()
    for ruta in cortes.iterdir():
        if ruta.name.split(".")[0].casefold() not in tablas:
            (destino / ruta.name).symlink_to(ruta.resolve())
    for registro, ruta in tablas.items():
        (destino / f"{registro}{''.join(ruta.suffixes)}").symlink_to(ruta.resolve())
    return destino


def _comparar(antes: Evaluacion, despues: Evaluacion) -> Totales:
    with en_memoria() as conexion:
        filas = conexion.execute(
            "SELECT a.fila, a.estado, d.estado, a.codigos, d.codigos, a.valor_centavos, "
            "d.valor_centavos FROM read_parquet(?) a JOIN read_parquet(?) d USING (fila) "
            "WHERE (a.estado, a.codigos, a.valor_centavos) IS DISTINCT FROM "
            "(d.estado, d.codigos, d.valor_centavos) ORDER BY a.fila",
            [str(antes.registros), str(despues.registros)],
        ).fetchall()
    totales = Totales(radicaciones=1, con_cambios=int(bool(filas)))
    totales.sumar(
        Cambio(
            Clase.CAMBIO,
            fila,
            _NADIE,
            de,
            a,
            tuple((de_c or "").split(";")),
            tuple((a_c or "").split(";")),
            de_v,
            a_v,
            "",
        )
        for fila, de, a, de_c, a_c, de_v, a_v in filas
    )
    return totales
