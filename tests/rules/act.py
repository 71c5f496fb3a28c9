"""Submitted rows and registers of activos por emergencia, with only the fields that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from services.activos_emergencia.mecanismo import MECANISMO
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos, Juicio, juzgar
from shared.normativa import tablas
from shared.registros.catalogo import esquema_de
from shared.tipos.campos import Tipo
from tests.rules.reps import FORMA, marco, motor

Fila = dict[str, Any]
Registros = Mapping[str, Sequence[Fila]]

_T, _I, _D, _B = pa.string(), pa.int64(), pa.date32(), pa.bool_()
_ARROW: Final = {"VARCHAR": _T, "BIGINT": _I, "DATE": _D, "BOOLEAN": _B}
_DE_CAMPO: Final = {Tipo.FECHA: _D, Tipo.BOOLEANO: _B}
FILAS: Final = pa.schema(
    [
        ("fila", _I),
        *((c.nombre, _DE_CAMPO.get(c.tipo, _T)) for c in MECANISMO.esquema.campos),
        ("forma_ok", _B),
    ]
)
REGISTROS: Final = {
    nombre: pa.schema([(c.nombre, _ARROW[c.tipo.duckdb]) for c in esquema_de(nombre).columnas])
    for nombre in MECANISMO.esquema.registros
    if nombre != "historia"
} | {
    "historia": pa.schema(
        [(c.nombre, _ARROW[c.tipo.duckdb]) for c in MECANISMO.esquema.historia] + [("estado", _T)]
    )
}
ENTEROS: Final = {
    "anio",
    "base_dia_centavos",
    "prima_diezmilesimas",
    "ponderador_diezmilesimas",
}
UPC: Final[list[Fila]] = [
    {c: int(v) if c in ENTEROS else v for c, v in f.items()} for f in tablas.leer("upc")
]
ZONAS: Final[list[Fila]] = [
    {"codigo_municipio": f["codigo_municipio"], "zona": f["zona"]}
    for f in tablas.leer("zonas_upc_2020")
] + [{"codigo_municipio": "05045", "zona": "ESPECIAL"}]
MEDELLIN, APARTADO, ABEJORRAL, SAN_ANDRES = "05001", "05045", "05002", "88001"
"""Of each zone: ciudades, especial (as the acceptance case has it), normal, alejada."""


def dia(mes: int, dia_: int, anio: int = 2020) -> date:
    return date(anio, mes, dia_)


def numero(n: int) -> str:
    """Document of the person ``n``."""
    return f"98{n:08}"


def fila(n: int = 1, **cambios: Any) -> Fila:
    """July of a suspended person."""
    return {
        "codigo_eps": "EPS010",
        "tipo_documento": "CC",
        "numero_documento": numero(n),
        "periodo": "2020-07",
        "sujeto": "I",
        "fecha_inicio": dia(7, 1),
        "fecha_fin": dia(7, 31),
        "novedad_reportada": True,
        "forma_ok": True,
    } | cambios


def maestro(n: int = 1, **cambios: Any) -> Fila:
    """A row of ``bdua``: a woman of 34 of a normal zone, cotizante, AE since July."""
    return {
        "afl_id": str(n),
        "tipo_documento": "CC",
        "numero_documento": numero(n),
        "codigo_eps": "EPS010",
        "regimen": "C",
        "tipo_afiliado": "C",
        "estado": "AE",
        "desde": dia(7, 1),
        "fecha_afiliacion_eps": dia(1, 1, 2010),
        "afl_id_cabeza": str(n),
        "fecha_nacimiento": dia(2, 2, 1986),
        "sexo": "F",
        "codigo_municipio": ABEJORRAL,
    } | cambios


def tramo(n: int, estado: str, desde: date, hasta: date | None = None, **cambios: Any) -> Fila:
    """A row of ``bdua_afiliacion``."""
    return {
        "afl_id": str(n),
        "codigo_eps": "EPS010",
        "regimen": "C",
        "tipo_afiliado": "C",
        "estado": estado,
        "desde": desde,
        "hasta": hasta,
    } | cambios


def mora(n: int = 1, desde: date = dia(5, 1), hasta: date = dia(6, 30), **cambios: Any) -> Fila:
    return tramo(n, "SM", desde, hasta, **cambios)


def compensado(n: int, periodo: str, dias: int, concepto: str = "COTIZACION") -> Fila:
    return {
        "tipo_documento": "CC",
        "numero_documento": numero(n),
        "periodo": periodo,
        "dias": dias,
        "concepto": concepto,
    }


def cedula(n: int = 1, clase: str = "VIGENTE", muerte: date | None = None) -> Fila:
    return {"numero_documento": numero(n), "clase": clase, "fecha_muerte": muerte}


def decidido(n: int, dias: int, estado: str = "GIRADO", periodo: str = "2020-07") -> Fila:
    propia = {"tipo_documento": "CC", "numero_documento": numero(n), "codigo_eps": "EPS010"}
    return propia | {"periodo": periodo, "dias": dias, "estado": estado}


def _insumos(
    en: MotorDuckDB, filas: Sequence[Fila], registros: Registros, parametros: Mapping[str, str]
) -> Insumos:
    todos = {"upc": UPC, "zonas_upc": ZONAS} | dict(registros)
    return Insumos(
        filas=marco(en, FILAS, [{"fila": i} | f for i, f in enumerate(filas, 1)]),
        forma=marco(en, FORMA, []),
        registros={n: marco(en, e, todos.get(n, ())) for n, e in REGISTROS.items()},
        ausentes=frozenset(MECANISMO.esquema.opcionales) - frozenset(todos),
        parametros=parametros,
    )


def evaluar(
    filas: Sequence[Fila],
    parametros: Mapping[str, str] = MappingProxyType({}),
    **registros: Sequence[Fila],
) -> list[Fila]:
    """Outcome of each row, in order."""
    return _de(filas, parametros, registros, lambda juicio: juicio.registros)


def hallazgos(filas: Sequence[Fila], **registros: Sequence[Fila]) -> list[Fila]:
    """What the rows are told."""
    return _de(filas, {}, registros, lambda juicio: juicio.hallazgos)


def pagos(filas: Sequence[Fila], **registros: Sequence[Fila]) -> list[Fila]:
    """Whom the rows pay."""
    return _de(filas, {}, registros, lambda juicio: juicio.pagos)


def _de(
    filas: Sequence[Fila], parametros: Mapping[str, str], registros: Registros, salida: Any
) -> list[Fila]:
    with motor() as en:
        juicio: Juicio = juzgar(MECANISMO, _insumos(en, filas, registros, parametros), en)
        return en.filas(salida(juicio))
