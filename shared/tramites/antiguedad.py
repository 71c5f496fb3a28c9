# ruff: noqa: S608 - the SQL is made of the catalogue's own and of constants, never of input
"""Ageing of what may be billed and nobody reported (pruebas §6 and §8).

It starts from SISMUESTRAS: a sample with a usable result, of a person who was in a payable regime
on its day, processed by who is not of an entidad territorial. What some current record asks for
is left out. The rest is what is owed to nobody on paper: by NIT of who processed (else of who
took) and EPS of the person, as BDUA says, in buckets of days since the sample. Its value is an
estimate, at the base cap of its day: the sample does not say what was billed.

The join of samples and records is that of PRU-14: any document of the person, same type of test,
three days around. How affiliation, result and buckets are read is a design choice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

import duckdb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.cola import conexion_asyncpg
from shared.focalizacion.model import Mecanismo
from shared.focalizacion.motor import MotorDuckDB
from shared.normativa import tablas
from shared.radicacion.descargas import Celda
from shared.radicacion.historia import HISTORIA, esquema_historia
from shared.radicacion.radicante import radicante_de
from shared.radicacion.service import Contexto
from shared.registros import Corte, FuenteRegistro, abrir_cortes, cortes_vigentes
from shared.registros.carpeta import abrir_carpeta
from shared.registros.errors import FaltanRegistros
from shared.tipos import MONEDA, a_decimal

SISMUESTRAS: Final = "sismuestras"
OBLIGATORIOS: Final = (SISMUESTRAS, "bdua")
OPCIONALES: Final = (
    "bdua_historia_identificacion",
    "bdex",
    "reps_prestadores",
    "pruebas_tarifas",
)
DESDE: Final = date(2020, 3, 17)
"""First day of the mechanism (P0)."""
TOLERANCIA_DIAS: Final = 3
"""Between the day of the sample and that of the record, as PRU-14 asks."""
TRAMOS: Final = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"))
ULTIMO_TRAMO: Final = "181 o más"
NADIE, SOLO_PRESTADOR = "SIN_REPORTAR", "SIN_CARGUE_DE_LA_EPS"
"""Nobody reported it; or only the IPS or laboratory did, its record does not hold the right, and
the EPS did not upload it."""

COLUMNAS: Final = (
    "nit",
    "codigo_eps",
    "situacion",
    "dias",
    "pruebas",
    "valor_estimado",
    "moneda",
    "sin_tarifa",
)


@dataclass(frozen=True)
class Renglon:
    """Tests of one NIT and EPS (base code) in one situation and bucket.

    ``sin_tarifa`` are those of a day without a loaded value: they add nothing to the estimate.
    """

    nit: str
    codigo_eps: str
    situacion: str
    tramo: str
    pruebas: int
    valor_centavos: int
    sin_tarifa: int

    @property
    def fila(self) -> tuple[Celda, ...]:
        """As ``COLUMNAS``."""
        return (
            self.nit,
            self.codigo_eps,
            self.situacion,
            self.tramo,
            self.pruebas,
            a_decimal(self.valor_centavos),
            MONEDA,
            self.sin_tarifa,
        )


def se_mide_en(mecanismo: Mecanismo) -> bool:
    """Whether the mechanism pays what SISMUESTRAS knows."""
    return SISMUESTRAS in mecanismo.esquema.obligatorios


def visibles(renglones: Sequence[Renglon], alcance: str | None) -> list[Renglon]:
    """Those that a caller of that scope may see: of its NIT, or of its EPS."""
    if alcance is None:
        return list(renglones)
    quien = radicante_de(alcance)
    base = _bases().get(quien["eps"] or "", quien["eps"])
    return [r for r in renglones if r.nit == quien["nit"] or r.codigo_eps == base]


class Medidor:
    """Measures from the cortes in force and the current records.

    A national report takes half a minute of a whole machine, so that one is made at a time and
    the last one is given again while nothing it read has changed.
    """

    def __init__(self) -> None:
        self._turno = asyncio.Lock()
        self._ultimo: tuple[Any, list[Renglon]] | None = None

    async def medir(self, ctx: Contexto, fecha: date) -> list[Renglon]:
        """As things stand, counting days to ``fecha``.

        Raises:
            FaltanRegistros: SISMUESTRAS or BDUA have no corte in force.
        """
        async with self._turno:
            async with ctx.uow.begin() as tx:
                cortes = await cortes_vigentes(tx, [*OBLIGATORIOS, *OPCIONALES])
                evaluado = await _ultima_evaluacion(tx, ctx.mecanismo.nombre)
            leidos = tuple(str(c.id) for propios in cortes.values() for c in propios)
            clave = (fecha, evaluado, leidos)
            if self._ultimo is None or self._ultimo[0] != clave:
                self._ultimo = (clave, await _medir(ctx, fecha, cortes))
            return self._ultimo[1]


async def _ultima_evaluacion(tx: AsyncConnection, mecanismo: str) -> Any:
    """Changes whenever some record of the mechanism is decided, or decided again."""
    consulta = text(
        "SELECT max(e.id::text) FROM evaluacion e JOIN radicacion r ON r.id = e.radicacion_id "
        "WHERE r.mecanismo = :mecanismo"
    )
    return await tx.scalar(consulta, {"mecanismo": mecanismo})


async def _medir(
    ctx: Contexto, fecha: date, cortes: Mapping[str, Sequence[Corte]]
) -> list[Renglon]:
    with tempfile.TemporaryDirectory(dir=ctx.almacen.temporal) as temporal:
        reportadas = Path(temporal) / "reportadas.csv"
        async with ctx.uow.begin() as tx:
            await _exportar(tx, ctx.mecanismo.nombre, reportadas)

        def calcular() -> list[Renglon]:
            with MotorDuckDB.abrir(Path(temporal)) as motor:
                fuentes = abrir_cortes(motor.conexion, cortes, datos=ctx.almacen.datos)
                _exigir(fuentes)
                sql = f"SELECT {_COLUMNAS_REPORTADAS} FROM read_csv(?, header = true, types = ?)"
                motor.conexion.execute(
                    f"CREATE TABLE reportada AS {sql}", [str(reportadas), _TIPOS]
                )
                return calcular_en(motor.conexion, fuentes, fecha)

        return await asyncio.to_thread(calcular)


def medir_carpeta(
    mecanismo: Mecanismo, carpeta: Path, fecha: date, temporal: Path
) -> list[Renglon]:
    """The same from a folder of registers, ``historia`` included; who submitted is not known
    there, so every row of it counts as uploaded.

    Raises:
        FaltanRegistros: SISMUESTRAS or BDUA are not in the folder.
    """
    historia = esquema_historia(mecanismo)
    with MotorDuckDB.abrir(temporal) as motor:
        fuentes = abrir_carpeta(
            motor.conexion, carpeta, OBLIGATORIOS, (*OPCIONALES, historia), trabajo=temporal
        )
        libres = ", ".join(f"'{e}'" for e in sorted(mecanismo.estados.liberan))
        leida = fuentes[HISTORIA]
        motor.conexion.execute(
            "CREATE TABLE reportada AS SELECT tipo_documento, numero_documento, tipo_prueba, "
            f"fecha_toma, estado NOT IN ({libres}) AS viva, true AS de_eps "
            f"FROM ({leida.sql}) WHERE estado <> 'NO_ADMITIDO'"
        )
        return calcular_en(motor.conexion, fuentes, fecha)


def _exigir(fuentes: Mapping[str, FuenteRegistro]) -> None:
    faltan = [r for r in OBLIGATORIOS if not fuentes[r].presente]
    if faltan:
        raise FaltanRegistros(
            f"No hay corte vigente de: {', '.join(faltan)}. Cárguelo con "
            "«mecanismos corte cargar».",
            faltan=faltan,
        )


_COLUMNAS_REPORTADAS: Final = (
    "tipo_documento, numero_documento, tipo_prueba, fecha_toma, viva, de_eps"
)
_TIPOS: Final = {
    "tipo_documento": "VARCHAR",
    "numero_documento": "VARCHAR",
    "tipo_prueba": "VARCHAR",
    "fecha_toma": "DATE",
    "viva": "BOOLEAN",
    "de_eps": "BOOLEAN",
}


async def _exportar(tx: AsyncConnection, mecanismo: str, ruta: Path) -> None:
    """Current records that were admitted, with who submitted them. An EPS is known by not being
    a NIT."""
    await tx.execute(text("SET LOCAL statement_timeout = 0"))
    conexion = cast("Any", await conexion_asyncpg(tx))
    await conexion.copy_from_query(
        """
        SELECT g.datos ->> 'tipo_documento' AS tipo_documento,
               g.datos ->> 'numero_documento' AS numero_documento,
               g.datos ->> 'tipo_prueba' AS tipo_prueba, g.datos ->> 'fecha_toma' AS fecha_toma,
               NOT g.libera AS viva, r.entidad !~ '^[0-9]{9}$' AS de_eps
        FROM registro g JOIN radicacion r ON r.id = g.radicacion_id
        WHERE g.mecanismo = $1 AND g.vigente AND g.estado <> 'NO_ADMITIDO'
        """,
        mecanismo,
        output=str(ruta),
        format="csv",
        header=True,
    )


def calcular_en(
    con: duckdb.DuckDBPyConnection, fuentes: Mapping[str, FuenteRegistro], fecha: date
) -> list[Renglon]:
    """The report, from the registers and a table ``reportada`` of the connection."""
    for nombre, fuente in fuentes.items():
        con.execute(f"CREATE VIEW r_{nombre} AS {fuente.sql}")
    for paso in _PASOS:
        con.execute(paso.format(fecha=fecha.isoformat(), desde=DESDE.isoformat()))
    con.execute("CREATE TABLE eps (codigo VARCHAR, base VARCHAR)")
    con.executemany("INSERT INTO eps VALUES (?, ?)", list(_bases().items()))
    filas = con.execute(_RESUMEN.format(fecha=fecha.isoformat())).fetchall()
    return [Renglon(*fila) for fila in filas]


def _bases() -> dict[str, str]:
    """Code of an EPS → its base: one EPS is one, whatever the regime it was reported with."""
    return {f["codigo"]: f["codigo_base"] for f in tablas.leer("eps_2020")}


_UTIL: Final = "('POSITIVO', 'NEGATIVO', 'INDETERMINADO')"

_PASOS: Final = (
    # The same sample sent twice, or by two laboratories, is one test.
    f"""
    CREATE TABLE muestra AS
    SELECT tipo_documento, numero_documento, tipo_prueba, fecha_toma,
           min(coalesce(nit_procesa, nit_toma)) AS nit
    FROM r_sismuestras
    WHERE fecha_toma BETWEEN DATE '{{desde}}' AND DATE '{{fecha}}'
      AND coalesce(nit_procesa, nit_toma) IS NOT NULL
      AND (resultado IN {_UTIL}
           OR (tipo_prueba = 'ANTICUERPOS'
               AND (resultado_igm IN {_UTIL} OR resultado_igg IN {_UTIL})))
      AND coalesce(nit_procesa, '') NOT IN
          (SELECT nit FROM r_reps_prestadores WHERE laboratorio_salud_publica AND nit IS NOT NULL)
    GROUP BY ALL
    """,
    # Every document at stake, with the person it is of.
    """
    CREATE TABLE documento AS
    WITH pedido AS (
        SELECT tipo_documento, numero_documento FROM muestra
        UNION SELECT tipo_documento, numero_documento FROM reportada
    ), de_bdua AS (
        SELECT tipo_documento, numero_documento, min(afl_id) AS afl_id
        FROM r_bdua SEMI JOIN pedido USING (tipo_documento, numero_documento) GROUP BY ALL
    ), de_antes AS (
        SELECT tipo_documento, numero_documento, min(afl_id) AS afl_id
        FROM r_bdua_historia_identificacion
        SEMI JOIN pedido USING (tipo_documento, numero_documento) GROUP BY ALL
    )
    SELECT p.tipo_documento, p.numero_documento, coalesce(b.afl_id, a.afl_id) AS afl_id
    FROM pedido p
    LEFT JOIN de_bdua b USING (tipo_documento, numero_documento)
    LEFT JOIN de_antes a USING (tipo_documento, numero_documento)
    """,
    # Active on the day of the sample in a payable regime, and not in a special one.
    """
    CREATE TABLE facturable AS
    WITH afiliado AS (
        SELECT b.afl_id, b.codigo_eps, b.desde, b.hasta FROM r_bdua b
        SEMI JOIN documento d ON d.afl_id = b.afl_id
        WHERE b.regimen IN ('C', 'S') AND b.estado IN ('AC', 'PL', 'AE')
    ), de_muestra AS (
        SELECT m.*, d.afl_id
        FROM muestra m JOIN documento d USING (tipo_documento, numero_documento)
        WHERE d.afl_id IS NOT NULL
    )
    SELECT m.afl_id, m.tipo_prueba, m.fecha_toma, min(m.nit) AS nit,
           arg_max(a.codigo_eps, a.desde) AS codigo_eps
    FROM de_muestra m JOIN afiliado a ON a.afl_id = m.afl_id
      AND a.desde <= m.fecha_toma AND (a.hasta IS NULL OR m.fecha_toma <= a.hasta)
    WHERE NOT EXISTS (
        SELECT 1 FROM r_bdex x
        WHERE x.tipo_documento = m.tipo_documento AND x.numero_documento = m.numero_documento
          AND x.desde <= m.fecha_toma AND (x.hasta IS NULL OR m.fecha_toma <= x.hasta))
    GROUP BY ALL
    """,
    # A record takes the samples of its person, type and days; what the EPS asked for is not debt.
    f"""
    CREATE TABLE pedida AS
    SELECT f.afl_id, f.tipo_prueba, f.fecha_toma, bool_or(r.viva OR r.de_eps) AS atendida
    FROM reportada r JOIN documento d USING (tipo_documento, numero_documento)
    JOIN facturable f ON f.afl_id = d.afl_id AND f.tipo_prueba = r.tipo_prueba
      AND f.fecha_toma BETWEEN r.fecha_toma - {TOLERANCIA_DIAS} AND r.fecha_toma + {TOLERANCIA_DIAS}
    GROUP BY ALL
    """,
    """
    CREATE TABLE tarifa AS
    SELECT tipo_prueba, desde, hasta, min(valor_cop) AS valor FROM r_pruebas_tarifas
    WHERE componente = 'TOTAL' GROUP BY ALL
    """,
)

_TRAMO: Final = " ".join(f"WHEN dias <= {tope} THEN '{nombre}'" for tope, nombre in TRAMOS)

_RESUMEN: Final = f"""
    WITH pendiente AS (
        SELECT f.nit, coalesce(e.base, f.codigo_eps, '') AS codigo_eps,
               CASE WHEN p.afl_id IS NULL THEN '{NADIE}' ELSE '{SOLO_PRESTADOR}' END AS situacion,
               date_diff('day', f.fecha_toma, DATE '{{fecha}}') AS dias, t.valor
        FROM facturable f
        LEFT JOIN pedida p USING (afl_id, tipo_prueba, fecha_toma)
        LEFT JOIN eps e ON e.codigo = f.codigo_eps
        LEFT JOIN tarifa t ON t.tipo_prueba = f.tipo_prueba AND t.desde <= f.fecha_toma
          AND (t.hasta IS NULL OR f.fecha_toma <= t.hasta)
        WHERE p.afl_id IS NULL OR NOT p.atendida
    )
    SELECT nit, codigo_eps, situacion, CASE {_TRAMO} ELSE '{ULTIMO_TRAMO}' END AS tramo,
           count(*), CAST(coalesce(sum(valor), 0) * 100 AS BIGINT),
           count(*) FILTER (WHERE valor IS NULL)
    FROM pendiente GROUP BY ALL ORDER BY 1, 2, 3, min(dias)
"""
