"""Submitted rows and REPS registers of the anticipo, built with only the fields that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import duckdb
import narwhals as nw
import pyarrow as pa

from services.anticipo_uci.mecanismo import MECANISMO
from shared.focalizacion import Cruce
from shared.focalizacion.cruces import Marco, aplicar
from shared.focalizacion.motor import MotorDuckDB, cortes_de
from shared.focalizacion.service import Insumos, juzgar
from tests.rules.pasos import necesarios

Fila = dict[str, Any]
Registros = Mapping[str, Sequence[Fila]]

NIT: Final = "900100101"
HABILITACION: Final = "0500100101"
SEDE: Final = HABILITACION + "01"
CORTE: Final = date(2021, 1, 31)
DIA: Final = date(2021, 2, 10)

_T, _I, _D, _B = pa.string(), pa.int64(), pa.date32(), pa.bool_()
FORMA: Final = pa.schema([("fila", _I), ("columna", _T), ("mensaje", _T)])
FILAS: Final = pa.schema(
    [
        ("fila", _I),
        ("nit", _T),
        ("periodo", _T),
        ("codigo_habilitacion", _T),
        ("numero_sede", _T),
        ("servicio", _T),
        ("poblacion", _T),
        ("fecha", _D),
        ("camas_disponibles", _I),
        ("forma_ok", _B),
    ]
)
REGISTROS: Final = {
    "reps_prestadores": pa.schema(
        [("hab_prestador", _T), ("nit", _T), ("es_ips", _B), ("fecha_corte", _D)]
    ),
    "reps_sedes": pa.schema(
        [
            ("hab_sede", _T),
            ("hab_prestador", _T),
            ("nit", _T),
            ("habilitado", _B),
            ("fecha_apertura", _D),
            ("fecha_cierre", _D),
            ("fecha_corte", _D),
        ]
    ),
    "reps_capacidad": pa.schema(
        [
            ("hab_sede", _T),
            ("servicio", _T),
            ("poblacion", _T),
            ("cantidad", _I),
            ("fecha_corte", _D),
        ]
    ),
    "reps_servicios": pa.schema(
        [
            ("hab_sede", _T),
            ("codigo_servicio", _T),
            ("habilitado", _B),
            ("fecha_apertura", _D),
            ("fecha_cierre", _D),
            ("fecha_corte", _D),
        ]
    ),
    "reps_ocupacion_diaria": pa.schema(
        [
            ("hab_sede", _T),
            ("fecha", _D),
            ("servicio", _T),
            ("poblacion", _T),
            ("ocupadas_no_covid", _I),
            ("ocupadas_sospechoso", _I),
            ("ocupadas_confirmado", _I),
            ("camas_disponibles", _I),
        ]
    ),
    "reps_transitorias": pa.schema(
        [
            ("hab_sede", _T),
            ("servicio", _T),
            ("poblacion", _T),
            ("tipo", _T),
            ("camas", _I),
            ("fecha_inicio", _D),
            ("fecha_fin", _D),
            ("estado", _T),
        ]
    ),
    "historia": pa.schema(
        [
            ("codigo_habilitacion", _T),
            ("numero_sede", _T),
            ("servicio", _T),
            ("poblacion", _T),
            ("fecha", _D),
            ("estado", _T),
        ]
    ),
}
CAMA: Final[Fila] = {"hab_sede": SEDE, "servicio": "UCI", "poblacion": "ADULTO"}


def fila(**cambios: Any) -> Fila:
    """A submitted row of one adult ICU bed class on one day."""
    dia = cambios.get("fecha", DIA)
    return {
        "nit": NIT,
        "periodo": dia.strftime("%Y-%m"),
        "codigo_habilitacion": HABILITACION,
        "numero_sede": "01",
        "servicio": "UCI",
        "poblacion": "ADULTO",
        "fecha": dia,
        "camas_disponibles": 8,
        "forma_ok": True,
    } | cambios


def prestador(**cambios: Any) -> Fila:
    return {"hab_prestador": HABILITACION, "nit": NIT, "es_ips": True} | _corte() | cambios


def sede(**cambios: Any) -> Fila:
    propia = {"hab_sede": SEDE, "hab_prestador": HABILITACION, "nit": NIT, "habilitado": True}
    return propia | _corte() | cambios


def capacidad(cantidad: int | None, **cambios: Any) -> Fila:
    return CAMA | {"cantidad": cantidad} | _corte() | cambios


def servicio(**cambios: Any) -> Fila:
    propio = {"hab_sede": SEDE, "codigo_servicio": "110", "habilitado": True}
    return propio | _corte() | cambios


def reporte(disponibles: int | None, ocupadas: int | None = 0, **cambios: Any) -> Fila:
    """Daily report; ``ocupadas`` all in one of its three columns."""
    return (
        CAMA
        | {
            "fecha": DIA,
            "ocupadas_no_covid": 0,
            "ocupadas_sospechoso": 0,
            "ocupadas_confirmado": ocupadas,
            "camas_disponibles": disponibles,
        }
        | cambios
    )


def transitoria(tipo: str, camas: int, **cambios: Any) -> Fila:
    propia = {"tipo": tipo, "camas": camas, "fecha_inicio": DIA, "estado": "VIGENTE"}
    return CAMA | propia | cambios


def historia(estado: str, **cambios: Any) -> Fila:
    propia = {"codigo_habilitacion": HABILITACION, "numero_sede": "01", "fecha": DIA}
    return {"servicio": "UCI", "poblacion": "ADULTO", "estado": estado} | propia | cambios


def _corte() -> Fila:
    return {"fecha_corte": CORTE}


@contextmanager
def motor() -> Iterator[MotorDuckDB]:
    with duckdb.connect(":memory:") as conexion:
        yield MotorDuckDB(conexion)


def marco(en: MotorDuckDB, esquema: pa.Schema, filas: Sequence[Fila]) -> Marco:
    """Rows as a frame of the engine; what a row does not bring is null."""
    completas = [{nombre: f.get(nombre) for nombre in esquema.names} for f in filas]
    tabla = pa.Table.from_pylist(completas, schema=esquema)
    return nw.from_native(en.conexion.from_arrow(tabla))


def insumos(en: MotorDuckDB, filas: Sequence[Fila], registros: Registros) -> Insumos:
    """What the evaluation reads; optional registers that are not given are absent."""
    numeradas = [{"fila": i} | f for i, f in enumerate(filas, 1)]
    return Insumos(
        filas=marco(en, FILAS, numeradas),
        forma=marco(en, FORMA, []),
        registros={n: marco(en, e, registros.get(n, ())) for n, e in REGISTROS.items()},
        ausentes=frozenset(MECANISMO.esquema.opcionales) - frozenset(registros),
    )


def derivar(
    filas: Sequence[Fila], *columnas: str, **registros: Sequence[Fila]
) -> list[dict[str, Any]]:
    """The rows, in their order, after the steps of the schema that ``columnas`` need."""
    pasos = necesarios(MECANISMO.esquema.pasos, columnas)
    with motor() as en:
        dados = insumos(en, filas, registros)
        leidos = {p.registro for p in pasos if isinstance(p, Cruce)}
        cortes = {nombre: cortes_de(en, dados.registros[nombre]) for nombre in leidos}
        derivadas = aplicar(dados.filas, pasos, dados.registros, cortes)
        return en.filas(derivadas.select("fila", *columnas).sort("fila"))


def evaluar(filas: Sequence[Fila], **registros: Sequence[Fila]) -> list[Fila]:
    """Outcome of each row, in order: estado, codigos, valor_centavos."""
    with motor() as en:
        juicio = juzgar(MECANISMO, insumos(en, filas, registros), en)
        return en.filas(juicio.registros.select("fila", "estado", "codigos", "valor_centavos"))
