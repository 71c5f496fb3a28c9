# ruff: noqa: S608 - the SQL is written by the generator, never from input
"""SISMUESTRAS: the samples of the tests submitted and, around them, those of the country.

The days of the others follow the published curve (``datos`` of this part:
``pruebas_muestras_ins.csv``). INS, «Muestras procesadas de COVID-19», datos.gov.co ``8835-5baf``,
national total of PCR samples to 2020-08-12: daily differences of the accumulated figure, without
the 601 of February. From then to 2020-12-31 we go on, level, with the week of the last four weeks,
up to the 8 million of registers §7 (a design figure).
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from math import isqrt
from pathlib import Path
from typing import Final

from shared.poblacion.contexto import Contexto
from shared.poblacion.plan import BLOQUES
from shared.poblacion.pruebas_hechos import cuenta
from shared.poblacion.pruebas_registros import NOMBRES, cambios, por_fila
from shared.poblacion.pruebas_sql import columnas

MUESTRAS: Final = 8_000_000
"""Samples at scale 1 (registers §7)."""
CORTE: Final = date(2025, 3, 31)
"""One extract, the day before the evaluation. A test of P0 is read with the cut of 2020-11-20, so
its sample was loaded before (dossier §3.2)."""
ULTIMO: Final = date(2020, 12, 31)
SEMANAS: Final = 4
TABLA: Final = Path(__file__).parent / "pruebas_muestras_ins.csv"
DOS: Final = 0.06
"""Part of the people sampled who have a second sample: ours."""
CASILLAS: Final = 1 << 17
"""Equal parts of the curve among which days are drawn: some 60 samples each."""
LIBRES: Final = max(bloque.stop for bloque in BLOQUES.values())
"""First turn whose people no mechanism writes on."""
RAROS: Final = {
    "sin_resultado": 0.01,
    "fechas_cambiadas": 0.002,
    "dia_por_mes": 0.002,
    "tarjeta_por_cedula": 0.001,
    "codigo_con_sede": 0.001,
    "nit_con_dv": 0.001,
    "carga_tardia": 0.03,
}
"""Defects of the other samples (registers §7), as parts of the whole: ours."""
REPETIDAS: Final = 0.001
"""Part of the people sampled whose first sample was sent twice: ours."""


def construir(ctx: Contexto) -> int:
    """Contribute the register; returns its rows: ``MUESTRAS`` at scale 1."""
    _de_las_pruebas(ctx)
    ctx.con.execute(f"CREATE TEMP TABLE pruebas_curva AS {_curva()}")
    propias = _contar(ctx, "pruebas_muestras")
    _de_los_demas(ctx, max(0, ctx.plan.n(MUESTRAS) - propias))
    total = propias + _contar(ctx, "pruebas_otras")
    for tabla in ("muestras", "curva", "otras"):
        ctx.con.execute(f"DROP TABLE pruebas_{tabla}")
    return total


def _contar(ctx: Contexto, tabla: str) -> int:
    return cuenta(ctx, f"SELECT count(*) FROM {tabla}")


def _de_las_pruebas(ctx: Contexto) -> None:
    """The sample behind each test, as its story says."""
    de = cambios(lambda caso: caso.muestras)
    serologia = "k = 0 AND tipo = 'ANTICUERPOS' AND azar(i, 'pru.serologia') < 0.5"
    usuales = {
        "id_sismuestras": "id_muestra",
        "tipo_documento": "tipo_documento",
        "numero_documento": "numero_documento",
        "codigo_eps": "eps",
        "tipo_prueba": "tipo",
        "fecha_toma": "fecha",
        "fecha_resultado": "proceso",
        "resultado": f"CASE WHEN {serologia} THEN NULL ELSE {_resultado()} END",
        "resultado_igm": "NULL::VARCHAR",
        "resultado_igg": f"CASE WHEN {serologia} THEN {_resultado()} END",
        "hab_procesa": "hab_procesa",
        "nit_procesa": "nit_procesa",
        "fecha_carga": "proceso + 1",
    }
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_muestras AS
        SELECT {columnas(de, usuales)}, {NOMBRES}, fecha_nacimiento, sexo,
               codigo_municipio AS codigo_municipio_residencia,
               municipio AS codigo_municipio_toma, {_como("tipo")},
               proceso AS fecha_recepcion, proceso AS fecha_proceso, hab_toma, nit_toma,
               {_motivo()}, DATE '{CORTE}' AS fecha_corte
        FROM ({por_fila(ctx, lambda caso: caso.muestras, 1)})
        """
    )
    ctx.aportar("sismuestras", "SELECT * FROM pruebas_muestras")


def _resultado() -> str:
    return (
        "CASE WHEN azar(i, 'pru.resultado') < 0.18 THEN 'POSITIVO' "
        "WHEN azar(i, 'pru.resultado') < 0.99 THEN 'NEGATIVO' ELSE 'INDETERMINADO' END"
    )


def _como(tipo: str) -> str:
    return (
        f"CASE {tipo} WHEN 'MOLECULAR' THEN 'RT-PCR' WHEN 'ANTIGENO' THEN 'INMUNOCROMATOGRAFIA' "
        f"ELSE 'ELISA' END AS tecnica, "
        f"CASE {tipo} WHEN 'ANTICUERPOS' THEN 'SANGRE' ELSE 'HISOPADO' END AS tipo_muestra"
    )


def _motivo() -> str:
    return (
        "['SINTOMATICO', 'CONTACTO', 'BUSQUEDA_ACTIVA', 'CONTROL']"
        "[1 + azar_entero(i, 'pru.motivo', 4)] AS motivo"
    )


@cache
def publicada() -> tuple[tuple[date, int], ...]:
    """Samples of each day, as published: 2020-03-05 to 2020-08-12."""
    with TABLA.open(encoding="utf-8", newline="") as archivo:
        return tuple(
            (date.fromisoformat(fila["fecha"]), int(fila["muestras"]))
            for fila in csv.DictReader(archivo)
        )


def curva(total: int = MUESTRAS) -> list[tuple[date, int]]:
    """Samples of each day of 2020 up to ``total``: the published ones, then the same week over."""
    conocida = list(publicada())
    semana = [0] * 7
    for dia, muestras in conocida[-7 * SEMANAS :]:
        semana[dia.weekday()] += muestras
    desde = conocida[-1][0] + timedelta(days=1)
    dias = [desde + timedelta(days=n) for n in range((ULTIMO - desde).days + 1)]
    peso = sum(semana[dia.weekday()] for dia in dias)
    falta = total - sum(muestras for _, muestras in conocida)
    corrida = 0
    for dia in dias:
        antes, corrida = corrida, corrida + semana[dia.weekday()]
        conocida.append((dia, falta * corrida // peso - falta * antes // peso))
    return conocida


def _curva() -> str:
    """``casilla`` → ``fecha``: each day has boxes in proportion to its samples."""
    filas, corrida = [], 0
    dias = curva()
    total = sum(muestras for _, muestras in dias)
    for dia, muestras in dias:
        antes, corrida = corrida, corrida + muestras
        filas.append((dia, CASILLAS * antes // total, CASILLAS * corrida // total))
    lista = ", ".join(f"(DATE '{dia}', {desde}, {hasta})" for dia, desde, hasta in filas)
    return (
        "SELECT fecha, unnest(range(desde, hasta)) AS casilla "
        f"FROM (VALUES {lista}) v(fecha, desde, hasta)"
    )


def _de_los_demas(ctx: Contexto, cuantas: int) -> None:
    """Exactly ``cuantas`` samples of people whom no mechanism writes on.

    People are drawn a little over the count and the last of them, by number, left out: that
    needs no sort of the country. ``vez`` is 0, 1 for a second sample, 2 for the first sent again.
    """
    libres = f"turno >= {LIBRES}"
    personas = _contar(ctx, f"gente WHERE {libres}")
    holgura = 6 * isqrt(cuantas) + 50
    parte = (cuantas + holgura) / (personas * (1 + DOS + REPETIDAS))
    ctx.con.execute(
        f"""
        CREATE TEMP TABLE pruebas_otras AS
        SELECT i, unnest(
                   CASE WHEN azar(i, 'pru.dos') < {DOS} THEN [0, 1]
                        WHEN azar(i, 'pru.dos') < {DOS + REPETIDAS} THEN [0, 2] ELSE [0] END
               ) AS vez, edad, sexo, fecha_nacimiento, codigo_eps, codigo_municipio
        FROM gente WHERE {libres} AND azar(i, 'pru.muestreado') < {parte!r}
        """
    )
    sobran = _contar(ctx, "pruebas_otras") - cuantas
    ctx.con.execute(
        "DELETE FROM pruebas_otras WHERE (i, vez) IN (SELECT (i, vez) FROM pruebas_otras "
        f"ORDER BY i DESC, vez DESC LIMIT {sobran})"
    )
    ctx.aportar("sismuestras", _otras(_contar(ctx, "prestadores WHERE laboratorio")))


def _raro(nombre: str) -> str:
    return f"azar(x, 'pru.{nombre}') < {RAROS[nombre]}"


def _otras(laboratorios: int) -> str:
    """One row per sample; ``x`` numbers it, ``i`` is the person."""
    return f"""
        SELECT 'I' || x AS id_sismuestras,
               CASE WHEN {_raro("tarjeta_por_cedula")} AND tipo_documento = 'CC' THEN 'TI'
                    ELSE tipo_documento END AS tipo_documento, numero_documento, {NOMBRES},
               fecha_nacimiento, sexo, codigo_eps,
               codigo_municipio AS codigo_municipio_residencia,
               codigo_municipio AS codigo_municipio_toma, tipo AS tipo_prueba, {_como("tipo")},
               CASE WHEN {_raro("fechas_cambiadas")} THEN fecha + 4
                    WHEN {_raro("dia_por_mes")} AND day(fecha) <= 12
                    THEN make_date(2020, day(fecha), month(fecha)) ELSE fecha END AS fecha_toma,
               fecha + 1 AS fecha_recepcion, fecha + 2 AS fecha_proceso,
               CASE WHEN {_raro("fechas_cambiadas")} THEN fecha ELSE fecha + 4 END
                   AS fecha_resultado,
               CASE WHEN {_raro("sin_resultado")} THEN 'PENDIENTE' ELSE {_resultado()} END
                   AS resultado,
               hab AS hab_toma, nit AS nit_toma,
               CASE WHEN {_raro("codigo_con_sede")} THEN hab || '01' ELSE hab END AS hab_procesa,
               CASE WHEN {_raro("nit_con_dv")} THEN nit || dv ELSE nit END AS nit_procesa,
               nombre AS nombre_laboratorio, {_motivo()},
               fecha + CASE WHEN {_raro("carga_tardia")} THEN 60 ELSE 5 END + vez AS fecha_carga,
               DATE '{CORTE}' AS fecha_corte
        FROM (
            SELECT o.*, i * 2 + vez % 2 AS x, fecha, p.*,
                   doc_tipo(i, edad) AS tipo_documento, doc_numero(i, edad) AS numero_documento,
                   CASE WHEN azar(i * 2 + vez % 2, 'pru.otro_tipo') < 0.8 THEN 'MOLECULAR'
                        ELSE 'ANTIGENO' END AS tipo
            FROM pruebas_otras o
            JOIN pruebas_curva ON casilla = azar_entero(i * 2 + vez % 2, 'pru.casilla', {CASILLAS})
            JOIN (SELECT row_number() OVER (ORDER BY p) - 1 AS n, hab_prestador AS hab, nit, dv,
                         nombre FROM prestadores WHERE laboratorio) p
                ON p.n = azar_entero(i, 'pru.lab', {laboratorios})
        )
    """
