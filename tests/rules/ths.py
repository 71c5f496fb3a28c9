"""Submitted rows and registers of talento humano, built with only the fields that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import pyarrow as pa

from services.talento_humano.mecanismo import MECANISMO
from shared.focalizacion.cruces import aplicar
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos, juzgar
from shared.registros.catalogo import esquema_de
from shared.tipos.campos import Tipo
from tests.rules.pasos import necesarios
from tests.rules.reps import FORMA, marco, motor

Fila = dict[str, Any]
Registros = Mapping[str, Sequence[Fila]]

DOCUMENTO: Final = {"tipo_documento": "CC", "numero_documento": "9900000001"}
NOMBRES: Final = {"primer_apellido": "PRUEBA", "segundo_apellido": "UNO", "primer_nombre": "ANA"}
INICIO, FIN = date(2020, 4, 1), date(2020, 6, 30)

_T, _I, _D, _B = pa.string(), pa.int64(), pa.date32(), pa.bool_()
_ARROW: Final = {"VARCHAR": _T, "BIGINT": _I, "DATE": _D, "BOOLEAN": _B}
FILAS: Final = pa.schema(
    [
        ("fila", _I),
        *((c.nombre, _D if c.tipo is Tipo.FECHA else _T) for c in MECANISMO.esquema.campos),
        *((opcion.nombre, _T) for opcion in MECANISMO.parametros),
        ("forma_ok", _B),
    ]
)
REGISTROS: Final = {
    nombre: pa.schema([(c.nombre, _ARROW[c.tipo.duckdb]) for c in esquema_de(nombre).columnas])
    for nombre in MECANISMO.esquema.registros
    if nombre != "historia"
} | {
    "historia": pa.schema(
        [("tipo_documento", _T), ("numero_documento", _T), ("estado", _T), ("codigos", _T)]
    )
}


def fila(**cambios: Any) -> Fila:
    """A worker with a good report."""
    return {
        "reportante_tipo": "IPS",
        "reportante_codigo": "0500100101",
        "reportante_nit": "900100101",
        "reportante_dv": "1",
        "codigo_departamento": "05",
        **DOCUMENTO,
        **NOMBRES,
        "codigo_perfil": "A02",
        "actividad": "ATENCION",
        "codigo_servicio": "110",
        "fecha_inicio": INICIO,
        "fecha_fin": FIN,
        "codigo_banco": "1007",
        "tipo_producto": "AHORROS",
        "numero_producto": "12345678901",
        "forma_ok": True,
    } | cambios


def rnec(**cambios: Any) -> Fila:
    return {"numero_documento": "9900000001", "clase": "VIGENTE", **NOMBRES} | cambios


def titulo(perfiles: str | None = ";A02;", **cambios: Any) -> Fila:
    return DOCUMENTO | {"perfiles": perfiles, "fecha_autorizacion": date(2015, 1, 15)} | cambios


def servicio_social(perfiles: str | None = ";P07;", **cambios: Any) -> Fila:
    propio = {"perfiles": perfiles, "fecha_inicio": INICIO, "fecha_fin": FIN}
    return DOCUMENTO | propio | cambios


def afiliacion(**cambios: Any) -> Fila:
    propia = {"regimen": "C", "tipo_afiliado": "C", "estado": "AC", "desde": date(2018, 1, 1)}
    return DOCUMENTO | propia | cambios


def intervalo(desde: date | None, hasta: date | None = None, **cambios: Any) -> Fila:
    """A row of BDEX or of sanctions."""
    return DOCUMENTO | {"desde": desde, "hasta": hasta} | cambios


def historia(estado: str, codigos: str | None = None, **cambios: Any) -> Fila:
    return DOCUMENTO | {"estado": estado, "codigos": codigos} | cambios


def valor(codigo_perfil: str, valor_cop: int | None, completo: bool | None = None) -> Fila:
    return {
        "codigo_perfil": codigo_perfil,
        "valor_cop": valor_cop,
        "catalogo_completo": completo,
    }


VALORES: Final = {"A02": 1_097_254, "P03": 1_755_606, "P07": 2_066_857, "M02": 3_950_114}
"""Of those that were published (dossier §5)."""
EN_ORDEN: Final[dict[str, Sequence[Fila]]] = {
    "rnec": [rnec()],
    "rethus": [titulo()],
    "sso": [],
    "bdua": [afiliacion()],
    "bdex": [],
    "rethus_sanciones": [],
    "historia": [],
    "ths_perfiles": [valor(perfil, pesos) for perfil, pesos in VALORES.items()],
}
"""What the registers say of the person of ``fila`` when nothing is wrong."""


def juntas(*casos: tuple[Fila, Registros]) -> tuple[list[Fila], dict[str, list[Fila]]]:
    """The rows of several cases and all their registers, each case with a document of its own.

    One evaluation then judges them all. A register that a case does not bring is in order.
    """
    filas: list[Fila] = []
    registros: dict[str, list[Fila]] = {n: [] for n in EN_ORDEN}
    registros["ths_perfiles"] = list(EN_ORDEN["ths_perfiles"])
    for n, (propia, dados) in enumerate(casos, 1):
        numero = {"numero_documento": f"98{n:08}"}
        filas.append(propia | numero)
        for registro in registros.keys() - {"ths_perfiles"}:
            for dicha in dados.get(registro, EN_ORDEN[registro]):
                suya = dicha["numero_documento"] == DOCUMENTO["numero_documento"]
                registros[registro].append(dicha | numero if suya else dicha)
    return filas, registros


def insumos(
    en: MotorDuckDB, filas: Sequence[Fila], registros: Registros, parametros: Mapping[str, str]
) -> Insumos:
    """What the evaluation reads; optional registers that are not given are absent."""
    numeradas = [{"fila": i} | f for i, f in enumerate(filas, 1)]
    propias = pa.schema(
        [c for c in FILAS if c.name not in {o.nombre for o in MECANISMO.parametros}]
    )
    return Insumos(
        filas=marco(en, propias, numeradas),
        forma=marco(en, FORMA, []),
        registros={n: marco(en, e, registros.get(n, ())) for n, e in REGISTROS.items()},
        ausentes=frozenset(MECANISMO.esquema.opcionales) - frozenset(registros),
        parametros=parametros,
    )


def derivar(filas: Sequence[Fila], *columnas: str, **registros: Sequence[Fila]) -> list[Fila]:
    """The rows, in their order, after the steps of the schema that ``columnas`` need."""
    pasos = necesarios(MECANISMO.esquema.pasos, columnas)
    with motor() as en:
        numeradas = [{"fila": i, "catalogo_completo": "NO"} | f for i, f in enumerate(filas, 1)]
        frames = {n: marco(en, e, registros.get(n, ())) for n, e in REGISTROS.items()}
        derivadas = aplicar(marco(en, FILAS, numeradas), pasos, frames, {})
        return en.filas(derivadas.select("fila", *columnas).sort("fila"))


def evaluar(*filas: Fila, **registros: Sequence[Fila]) -> list[Fila]:
    """Outcome of each row, in order, with the registers of ``EN_ORDEN`` unless told otherwise."""
    return evaluar_con({}, *filas, **registros)


def evaluar_con(
    parametros: Mapping[str, str], *filas: Fila, **registros: Sequence[Fila]
) -> list[Fila]:
    """The same, with the options of the mechanism."""
    with motor() as en:
        dados = insumos(en, filas, EN_ORDEN | registros, parametros)
        return en.filas(juzgar(MECANISMO, dados, en).registros)


def pagos(*filas: Fila, **registros: Sequence[Fila]) -> list[Fila]:
    """Whom the rows pay."""
    with motor() as en:
        juicio = juzgar(MECANISMO, insumos(en, filas, EN_ORDEN | registros, {}), en)
        assert juicio.pagos is not None
        return en.filas(juicio.pagos)


def hallazgos(*filas: Fila, **registros: Sequence[Fila]) -> list[Fila]:
    """What the rows are told."""
    with motor() as en:
        juicio = juzgar(MECANISMO, insumos(en, filas, EN_ORDEN | registros, {}), en)
        return en.filas(juicio.hallazgos)
