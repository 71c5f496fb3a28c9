"""Submitted tests and the registers of pruebas, built with only the fields that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import duckdb
import narwhals as nw
import pyarrow as pa

from services.pruebas import norma
from services.pruebas.mecanismo import MECANISMO
from shared.focalizacion import Cruce
from shared.focalizacion.cruces import Marco, aplicar
from shared.focalizacion.motor import MotorDuckDB, cortes_de
from shared.focalizacion.service import Insumos, juzgar
from shared.normativa import tablas
from shared.registros import REGISTROS
from shared.registros.model import ENTERO, FECHA, TEXTO, ColumnaRegistro
from shared.tipos.campos import Tipo
from tests.rules.pasos import necesarios

Fila = dict[str, Any]
Registros = Mapping[str, Sequence[Fila]]

DIA: Final = date(2020, 10, 5)
RADICADA: Final = date(2025, 4, 1)
CORTE: Final = date(2020, 2, 29)
IPS: Final[Fila] = {"hab_prestador": "1100100501", "nit": "900300101"}
LAB: Final[Fila] = {"hab_prestador": "1100100502", "nit": "900300202"}
DOCUMENTO: Final[Fila] = {"tipo_documento": "CC", "numero_documento": "1000000001"}
ANTERIOR: Final[Fila] = {"tipo_documento": "TI", "numero_documento": "99000000001"}
"""Another document of the same person."""

_ARROW: Final = {"BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}
_DE_CAMPO: Final = {
    Tipo.ENTERO: pa.int64(),
    Tipo.FECHA: pa.date32(),
    Tipo.BOOLEANO: pa.bool_(),
}
FILAS: Final = pa.schema(
    [
        ("fila", pa.int64()),
        *((c.nombre, _DE_CAMPO.get(c.tipo, pa.string())) for c in MECANISMO.esquema.campos),
        ("forma_ok", pa.bool_()),
        ("fecha_radicacion", pa.date32()),
    ]
)
FORMA: Final = pa.schema([("fila", pa.int64()), ("columna", pa.string()), ("mensaje", pa.string())])
_DE_LA_DECISION: Final = (
    ColumnaRegistro("estado", TEXTO),
    ColumnaRegistro("codigos", TEXTO),
    ColumnaRegistro("fecha_comunicacion", FECHA),
    ColumnaRegistro("valor", ENTERO),
)


def _columnas(registro: str) -> tuple[ColumnaRegistro, ...]:
    if registro == "historia":
        return (*MECANISMO.esquema.historia, *_DE_LA_DECISION)
    return REGISTROS[registro].columnas


ESQUEMAS: Final = {
    registro: pa.schema(
        [(c.nombre, _ARROW.get(c.tipo.duckdb, pa.string())) for c in _columnas(registro)]
    )
    for registro in MECANISMO.esquema.registros
}
TARIFAS: Final[list[Fila]] = [
    {
        "tipo_prueba": f["tipo_prueba"],
        "cups": f["cups"],
        "desde": date.fromisoformat(f["vigente_desde"]),
        "hasta": date.fromisoformat(f["vigente_hasta"]) if f["vigente_hasta"] else None,
        "componente": f["componente"],
        "valor_cop": int(f["valor_cop"]) if f["valor_cop"] else None,
    }
    for f in tablas.leer("pruebas_tarifas")
]
"""As shipped."""


def fila(**cambios: Any) -> Fila:
    """A molecular test in Bogotá, taken by an IPS and processed by a laboratory."""
    dia = cambios.get("fecha_toma", DIA)
    return {
        **DOCUMENTO,
        "codigo_eps": "EPS010",
        "codigo_municipio_toma": "11001",
        "fecha_toma": dia,
        "fecha_proceso": dia,
        "cups": "908856",
        "tipo_prueba": "MOLECULAR",
        "hab_toma": IPS["hab_prestador"],
        "nit_toma": IPS["nit"],
        "hab_procesa": LAB["hab_prestador"],
        "nit_procesa": LAB["nit"],
        "factura_toma": "FT1",
        "factura_procesa": "FP1",
        "fecha_factura": dia,
        "valor_toma": 60_000,
        "valor_procesa": 140_000,
        "valor_total": cambios.get("valor_toma", 60_000) + cambios.get("valor_procesa", 140_000),
        "diferencial": False,
        "beneficiario_giro": "IPS",
        "forma_ok": True,
        "fecha_radicacion": RADICADA,
    } | cambios


def afiliacion(**cambios: Any) -> Fila:
    """A row of BDUA."""
    return {
        **DOCUMENTO,
        "afl_id": "7001",
        "codigo_eps": "EPS010",
        "regimen": "C",
        "estado": "AC",
        "desde": date(2018, 1, 1),
    } | cambios


def anterior(**cambios: Any) -> Fila:
    """A row of the history of documents."""
    return {"afl_id": "7001", **ANTERIOR} | cambios


def muestra(**cambios: Any) -> Fila:
    return {
        **DOCUMENTO,
        "id_sismuestras": "M1",
        "tipo_prueba": "MOLECULAR",
        "fecha_toma": DIA,
        "resultado": "NEGATIVO",
        "nit_procesa": LAB["nit"],
        "codigo_eps": "EPS010",
    } | cambios


def prestador(de: Fila = IPS, /, **cambios: Any) -> Fila:
    propio = {"habilitado": True, "razon_social": "IPS EJEMPLO", "fecha_corte": CORTE}
    return de | propio | cambios


def avalado(de: Fila = LAB, /, **cambios: Any) -> Fila:
    return de | {"codigo_municipio": "11001", "desde": date(2020, 3, 1)} | cambios


def decidida(estado: str = "GIRADO", /, **cambios: Any) -> Fila:
    """The same test in ``historia``."""
    return {
        **DOCUMENTO,
        "tipo_prueba": "MOLECULAR",
        "fecha_toma": DIA,
        "codigo_eps": "EPS010",
        "estado": estado,
    } | cambios


EN_ORDEN: Final[dict[str, Sequence[Fila]]] = {
    "bdua": [afiliacion()],
    "sismuestras": [muestra()],
    "reps_prestadores": [prestador(), prestador(LAB, razon_social="LABORATORIO EJEMPLO")],
    "laboratorios_avalados": [avalado()],
    "pruebas_tarifas": TARIFAS,
}
"""What makes ``fila()`` LIQUIDADO."""


@contextmanager
def motor() -> Iterator[MotorDuckDB]:
    with duckdb.connect(":memory:") as conexion:
        yield MotorDuckDB(conexion)


def marco(en: MotorDuckDB, esquema: pa.Schema, filas: Sequence[Fila]) -> Marco:
    """Rows as a frame of the engine; what a row does not bring is null."""
    completas = [{nombre: f.get(nombre) for nombre in esquema.names} for f in filas]
    tabla = pa.Table.from_pylist(completas, schema=esquema)
    return nw.from_native(en.conexion.from_arrow(tabla))


def _con_base(fila: Fila) -> Fila:
    """As the loader derives it."""
    codigo = fila.get("codigo_eps", "")
    return {"codigo_base": norma.CODIGO_BASE.get(codigo, codigo)} | fila


def insumos(
    en: MotorDuckDB, filas: Sequence[Fila], registros: Registros, **parametros: str
) -> Insumos:
    """What the evaluation reads; optional registers that are not given are absent."""
    numeradas = [{"fila": i} | f for i, f in enumerate(filas, 1)]
    return Insumos(
        filas=marco(en, FILAS, numeradas),
        forma=marco(en, FORMA, []),
        registros={
            n: marco(en, e, [_con_base(f) for f in registros.get(n, ())])
            for n, e in ESQUEMAS.items()
        },
        ausentes=frozenset(MECANISMO.esquema.opcionales) - frozenset(registros),
        parametros=parametros,
    )


def derivar(filas: Sequence[Fila], *columnas: str, **registros: Sequence[Fila]) -> list[Fila]:
    """The rows, in their order, after the steps that ``columnas`` need.

    A register that is not given is as in ``EN_ORDEN``.
    """
    pasos = necesarios((*MECANISMO.esquema.pasos, *MECANISMO.liquidacion.pasos), columnas)
    with motor() as en:
        dados = insumos(en, filas, EN_ORDEN | registros)
        leidos = {p.registro for p in pasos if isinstance(p, Cruce) and p.por_corte}
        cortes = {nombre: cortes_de(en, dados.registros[nombre]) for nombre in leidos}
        # An option of the mechanism: every row sees it.
        tolerancia = nw.lit(norma.TOLERANCIA_DIAS, dtype=nw.Int64).alias("tolerancia_dias")
        con_opciones = dados.filas.with_columns(tolerancia)
        derivadas = aplicar(con_opciones, pasos, dados.registros, cortes, guardar=en.guardar)
        return en.filas(derivadas.select("fila", *columnas).sort("fila"))


def una(columna: str, radicada: Fila | None = None, /, **registros: Sequence[Fila]) -> Any:
    """One column of one row."""
    return derivar([radicada or fila()], columna, **registros)[0][columna]


def evaluar(
    filas: Sequence[Fila], politica_exceso: str = "GLOSA", /, **registros: Sequence[Fila]
) -> list[Fila]:
    """Outcome of each row, in order: estado, codigos, valor_centavos and what is kept of it."""
    with motor() as en:
        dados = insumos(en, filas, EN_ORDEN | registros, politica_exceso=politica_exceso)
        return en.filas(juzgar(MECANISMO, dados, en).registros)


def pagos(
    filas: Sequence[Fila], politica_exceso: str = "GLOSA", /, **registros: Sequence[Fila]
) -> dict[tuple[int, str], tuple[str, str, int]]:
    """Who is paid each part of each row: number, name and pesos."""
    with motor() as en:
        dados = insumos(en, filas, EN_ORDEN | registros, politica_exceso=politica_exceso)
        juicio = juzgar(MECANISMO, dados, en)
        hechos = [] if juicio.pagos is None else en.filas(juicio.pagos)
        return {
            (p["fila"], p["concepto"]): (p["numero"], p["nombre"], p["valor_centavos"] // 100)
            for p in hechos
        }
