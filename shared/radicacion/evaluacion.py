"""One evaluation: from files to decided files. The command line and the worker share this path."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import narwhals as nw

from shared.focalizacion.candidatos import candidatos
from shared.focalizacion.cruces import Marco
from shared.focalizacion.huella import huella, versiones
from shared.focalizacion.model import Mecanismo, Regla, Veredicto, mensaje_completo
from shared.focalizacion.motor import Motor, MotorDuckDB
from shared.focalizacion.reduccion import Acotar
from shared.focalizacion.service import Insumos, Juicio, juzgar, valores_de
from shared.focalizacion.universo import leer_a_la_vez, universo
from shared.radicacion.historia import registros_de
from shared.radicacion.lectura import Limites, leer
from shared.radicacion.sobre import sobre_de_reps
from shared.registros import FuenteRegistro, abrir_carpeta
from shared.registros.busqueda import MAXIMO_DIRECTO, MAXIMO_LITERALES, acotar, acotar_a, buscar
from shared.registros.pie import pie_de
from shared.tipos import EntradaInvalida

FILAS_DE_UN_REGISTRO_GRANDE: Final = 200_000
"""Below it, reading the register whole costs less than finding out what to read of it."""
CANDIDATOS: Final = "candidatos.parquet"
"""In the folder of the submission, what was made instead of one."""
LIMITES_DEL_PAIS: Final = Limites(filas=20_000_000)
"""Nobody sends it: the whole country may be larger than what one entity may submit."""
VECES_MAS_GRANDE: Final = 4
"""A register this many times the submission is read only for the keys in it."""


@dataclass(frozen=True)
class Resumen:
    """Totals of an evaluation, as ``resumen.json`` shows them. Amounts in centavos."""

    mecanismo: str
    total: int
    por_estado: dict[str, int]
    por_causal: dict[str, int]
    valor_centavos: int
    reglas_no_aplicadas: list[dict[str, Any]]
    fecha: str
    huella: str
    versiones: dict[str, str]
    registros: dict[str, Any] = field(default_factory=dict)
    parametros: dict[str, str] = field(default_factory=dict)
    avisos: list[dict[str, str]] = field(default_factory=list)
    """About the submission as a whole: code and message."""


@dataclass(frozen=True)
class Evaluacion:
    """Where the outcome is, and its totals."""

    registros: Path
    hallazgos: Path
    resumen: Resumen
    pagos: Path | None = None
    """Whom each valued row is paid to; none where the entity that submits is."""
    cupos: Path | None = None
    """What each valued row takes of what all share; none where they share nothing."""


def evaluar_archivo(
    mecanismo: Mecanismo,
    archivo: Path,
    cortes: Path,
    salida: Path,
    *,
    fecha: date,
    parametros: Mapping[str, str] = MappingProxyType({}),
) -> Evaluacion:
    """``mecanismos evaluar``: a submitted file against a folder of registers, without a server.

    Writes ``registros.parquet``, ``hallazgos.parquet`` and ``resumen.json`` in ``salida``,
    ``pagos.parquet`` if the rows say who is paid, ``cupos.parquet`` if they share a quantity, and
    ``universo.parquet`` if the mechanism answers for cases that nobody submitted.

    Raises:
        EntradaInvalida: the file or a register cannot be read, or an obligatory one is absent.
    """
    entrada = salida / "entrada"
    esquema = mecanismo.esquema
    obligatorios, opcionales = registros_de(mecanismo)
    with tempfile.TemporaryDirectory() as temporal, ThreadPoolExecutor(1) as aparte:
        trabajo = Path(temporal)
        # One thread types the submission while the other reads the registers for their digests.
        leido = aparte.submit(
            leer,
            archivo,
            archivo.name,
            esquema.campos,
            entrada,
            condiciones=esquema.condiciones,
            disposiciones=esquema.disposiciones,
            sobre=sobre_de_reps(cortes),
            limites=LIMITES_DEL_PAIS,
        )
        with MotorDuckDB.abrir(trabajo) as motor:
            try:
                fuentes = abrir_carpeta(
                    motor.conexion, cortes, obligatorios, opcionales, trabajo=trabajo
                )
            finally:
                leido.result()  # what is wrong with the submission is told first
            return evaluar(
                mecanismo,
                entrada,
                fuentes,
                salida,
                motor,
                fecha=fecha,
                parametros=parametros,
                con_universo=True,
            )


def evaluar_periodo(
    mecanismo: Mecanismo,
    periodo: str,
    cortes: Path,
    salida: Path,
    *,
    fecha: date,
    parametros: Mapping[str, str] = MappingProxyType({}),
) -> Evaluacion:
    """``mecanismos evaluar --periodo``: what nobody submits, made from the registers themselves.

    Writes what ``evaluar_archivo`` does, and ``entrada/candidatos.parquet``: the rows as they
    would have been submitted.

    Raises:
        EntradaInvalida: the mechanism has no candidates, the period is not a month or has none, or
            a register cannot be read or is absent.
    """
    if mecanismo.esquema.candidatos is None:
        raise EntradaInvalida(f"{mecanismo.titulo}: dé el ARCHIVO con lo que radica la entidad.")
    entrada = salida / "entrada"
    entrada.mkdir(parents=True, exist_ok=True)
    hechos = entrada / CANDIDATOS
    esquema = mecanismo.esquema
    obligatorios, opcionales = registros_de(mecanismo)
    with tempfile.TemporaryDirectory() as temporal:
        trabajo = Path(temporal)
        with MotorDuckDB.abrir(trabajo) as motor:
            fuentes = abrir_carpeta(
                motor.conexion, cortes, obligatorios, opcionales, trabajo=trabajo
            )
            escribir_candidatos(mecanismo, fuentes, periodo, motor, hechos)
        leer(
            hechos,
            hechos.name,
            esquema.campos,
            entrada,
            condiciones=esquema.condiciones,
            limites=LIMITES_DEL_PAIS,
        )
        with MotorDuckDB.abrir(trabajo) as motor:
            return evaluar(
                mecanismo, entrada, fuentes, salida, motor, fecha=fecha, parametros=parametros
            )


def escribir_candidatos(
    mecanismo: Mecanismo,
    fuentes: Mapping[str, FuenteRegistro],
    periodo: str,
    motor: MotorDuckDB,
    ruta: Path,
) -> None:
    """The candidates of a month as a Parquet file, as an entity would have sent it."""
    hallados = candidatos(
        mecanismo,
        {n: nw.from_native(motor.conexion.sql(f.sql)) for n, f in fuentes.items()},
        periodo,
        motor,
        acotables={
            n: acotador(f, motor)
            for n, f in fuentes.items()
            if f.filas >= FILAS_DE_UN_REGISTRO_GRANDE
        },
    )
    motor.escribir(hallados, ruta)


def insumos(
    entrada: Path,
    fuentes: Mapping[str, FuenteRegistro],
    motor: MotorDuckDB,
    *,
    fecha: date,
    parametros: Mapping[str, str] = MappingProxyType({}),
    radicante: Mapping[str, str | None] | None = None,
    acotables: Mapping[str, Acotar] = MappingProxyType({}),
) -> Insumos:
    """What ``juzgar`` reads, from the folder where ``leer`` left its files.

    ``acotables``: registers that are never there whole, and how to read what is asked of them.

    Rules see the day of the radicación as ``fecha_radicacion``.
    """
    filas = entrada / "filas.parquet"
    grande = max(FILAS_DE_UN_REGISTRO_GRANDE, VECES_MAS_GRANDE * pie_de(filas).filas)
    return Insumos(
        filas=motor.leer_parquet(filas).with_columns(nw.lit(fecha).alias("fecha_radicacion")),
        forma=motor.leer_parquet(entrada / "forma.parquet"),
        registros={
            nombre: nw.from_native(motor.conexion.sql(f.sql)) for nombre, f in fuentes.items()
        },
        ausentes=frozenset(nombre for nombre, f in fuentes.items() if not f.presente),
        acotables={n: acotador(f, motor) for n, f in fuentes.items() if f.filas >= grande}
        | dict(acotables),
        parametros=parametros,
        radicante=radicante,
    )


def acotador(fuente: FuenteRegistro, motor: MotorDuckDB) -> Acotar:
    """How the rules read only some keys of a register: the fewer they are, the more directly."""

    def acotado(claves: Marco, columnas: Sequence[str]) -> Marco:
        tabla = motor.guardar(claves, "__claves").to_native()
        nombres = tabla.columns
        if len(tabla) > MAXIMO_LITERALES:
            return nw.from_native(motor.conexion.sql(acotar_a(fuente, tabla.alias, nombres).sql))
        filas = tabla.fetchall()
        valores = {c: {fila[i] for fila in filas} for i, c in enumerate(nombres)}
        if len(filas) > MAXIMO_DIRECTO:
            return nw.from_native(motor.conexion.sql(acotar(fuente, valores).sql))
        hallada = buscar(motor.conexion, fuente, valores, columnas)
        return nw.from_native(motor.conexion.from_arrow(hallada))

    return acotado


def evaluar(
    mecanismo: Mecanismo,
    entrada: Path,
    fuentes: Mapping[str, FuenteRegistro],
    salida: Path,
    motor: MotorDuckDB,
    *,
    fecha: date,
    devueltas: tuple[Regla, ...] = (),
    avisos: Sequence[dict[str, str]] = (),
    parametros: Mapping[str, str] = MappingProxyType({}),
    radicante: Mapping[str, str | None] | None = None,
    acotables: Mapping[str, Acotar] = MappingProxyType({}),
    con_universo: bool = False,
) -> Evaluacion:
    """Judge and write.

    ``devueltas`` are rules of RAD that return the whole submission; ``avisos``, those that only
    warn about it. ``con_universo``: the cases that nobody submitted are classified too, if the
    mechanism answers for them; what is decided is then all there is (``historia`` whole).
    """
    dados = insumos(
        entrada,
        fuentes,
        motor,
        fecha=fecha,
        parametros=parametros,
        radicante=radicante,
        acotables=acotables,
    )
    if con_universo:
        dados = leer_a_la_vez(mecanismo, dados, motor)
    juicio = juzgar(mecanismo, dados, motor)
    for regla in devueltas:
        juicio = devolver(mecanismo, juicio, regla)
    salida.mkdir(parents=True, exist_ok=True)
    registros, hallazgos = salida / "registros.parquet", salida / "hallazgos.parquet"
    motor.escribir(juicio.registros, registros)
    motor.escribir(juicio.hallazgos, hallazgos)
    pagos = _escribir_si_hay(motor, juicio.pagos, salida / "pagos.parquet")
    cupos = _escribir_si_hay(motor, juicio.cupos, salida / "cupos.parquet")
    if con_universo and juicio.vistas is not None:
        casos = universo(mecanismo, dados, juicio.vistas, motor)
        motor.escribir(casos, salida / "universo.parquet")
    resumen = replace(
        resumir(mecanismo, registros, juicio.no_aplicadas, fuentes, motor, fecha=fecha),
        avisos=list(avisos),
        parametros=valores_de(mecanismo, parametros),
    )
    texto = json.dumps(asdict(resumen), ensure_ascii=False, indent=2)
    (salida / "resumen.json").write_text(texto + "\n", encoding="utf-8")
    return Evaluacion(registros, hallazgos, resumen, pagos, cupos)


def _escribir_si_hay(motor: Motor, marco: Marco | None, ruta: Path) -> Path | None:
    if marco is None:
        return None
    motor.escribir(marco, ruta)
    return ruta


def devolver(mecanismo: Mecanismo, juicio: Juicio, regla: Regla) -> Juicio:
    """A rule of RAD failed for the whole submission: what would be paid goes back to mend.

    Its code joins the others in ascending order, with one finding per row that it returns.
    """
    valorada = nw.col("estado").is_in(sorted(mecanismo.estados.valorados))
    registros = juicio.registros.with_columns(
        nw.when(valorada)
        .then(_con_codigo(mecanismo, regla))
        .otherwise(nw.col("codigos"))
        .alias("codigos"),
        nw.when(valorada)
        .then(nw.lit(mecanismo.estados.forma))
        .otherwise(nw.col("estado"))
        .alias("estado"),
        nw.lit(0, dtype=nw.Int64).alias("valor_centavos"),
    )
    nuevos = juicio.registros.filter(valorada).select(
        "fila",
        nw.lit(regla.codigo).alias("codigo"),
        nw.lit(str(Veredicto.INCUMPLE)).alias("veredicto"),
        nw.lit(str(regla.si_incumple)).alias("efecto"),
        nw.lit(regla.columna).alias("columna"),
        nw.lit(mensaje_completo(regla, Veredicto.INCUMPLE)).alias("mensaje"),
    )
    hallazgos = nw.concat([juicio.hallazgos, nuevos]).sort("fila", "codigo")
    return Juicio(registros, hallazgos, juicio.no_aplicadas)


def _con_codigo(mecanismo: Mecanismo, regla: Regla) -> nw.Expr:
    """The row's codes with one more, in order: each possible code keeps its place."""
    posibles = sorted({r.codigo for r in mecanismo.reglas})
    marcados = nw.concat_str([nw.lit(";"), nw.col("codigos"), nw.lit(";")])
    return nw.concat_str(
        [
            nw.lit(codigo)
            if codigo == regla.codigo
            else nw.when(marcados.str.contains(f";{codigo};", literal=True)).then(nw.lit(codigo))
            for codigo in posibles
        ],
        separator=";",
        ignore_nulls=True,
    )


def resumir(
    mecanismo: Mecanismo,
    registros: Path,
    no_aplicadas: tuple[Regla, ...],
    fuentes: Mapping[str, FuenteRegistro],
    motor: Motor,
    *,
    fecha: date,
) -> Resumen:
    """Totals by state and by code, with what identifies the evaluation."""
    decididos = motor.leer_parquet(registros)
    por_estado = motor.filas(
        decididos.group_by("estado")
        .agg(
            nw.len().cast(nw.Int64).alias("n"),
            nw.col("valor_centavos").sum().cast(nw.Int64).alias("valor"),
        )
        .sort("estado")
    )
    por_causal = motor.filas(
        decididos.filter(nw.col("codigos") != "")
        .select(nw.col("codigos").str.split(";").alias("codigo"))
        .explode("codigo")
        .group_by("codigo")
        .agg(nw.len().cast(nw.Int64).alias("n"))
        .sort("codigo")
    )
    return Resumen(
        mecanismo=mecanismo.nombre,
        total=sum(f["n"] for f in por_estado),
        por_estado={f["estado"]: f["n"] for f in por_estado},
        por_causal={f["codigo"]: f["n"] for f in por_causal},
        valor_centavos=sum(f["valor"] for f in por_estado),
        reglas_no_aplicadas=[
            {"codigo": r.codigo, "titulo": r.titulo, "falta": list(r.requiere)}
            for r in no_aplicadas
        ],
        fecha=fecha.isoformat(),
        huella=huella(mecanismo),
        versiones=versiones(),
        registros={n: list(f.sha256) for n, f in fuentes.items() if f.presente},
    )
