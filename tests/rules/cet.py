"""Submitted cases of the CET and their registers, built with only the fields that matter.

People are small numbers. Several situations are judged in one evaluation: what identifies somebody
takes the number of the situation, so that none sees another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pyarrow as pa

from services.compensacion_rs.mecanismo import MECANISMO
from shared.focalizacion.motor import MotorDuckDB
from shared.focalizacion.service import Insumos, juzgar
from shared.focalizacion.universo import universo
from shared.registros.catalogo import esquema_de
from shared.tipos.campos import Tipo
from tests.rules.muestras import FORMA, marco, motor

Fila = dict[str, Any]
Salida = tuple[str, str, int]
"""State, codes and pesos of a row."""

F: Final = date(2020, 10, 5)
_T, _I, _D, _B = pa.string(), pa.int64(), pa.date32(), pa.bool_()
_DE_CAMPO: Final = {Tipo.FECHA: _D, Tipo.ENTERO: _I, Tipo.BOOLEANO: _B}
_DE_DUCKDB: Final = {"BIGINT": _I, "DATE": _D, "BOOLEAN": _B}
FILAS: Final = pa.schema(
    [
        ("fila", _I),
        *((c.nombre, _DE_CAMPO.get(c.tipo, _T)) for c in MECANISMO.esquema.campos),
        ("forma_ok", _B),
        ("fecha_radicacion", _D),
    ]
)
REGISTROS: Final = {
    nombre: pa.schema(
        [(c.nombre, _DE_DUCKDB.get(c.tipo.duckdb, _T)) for c in esquema_de(nombre).columnas]
    )
    for nombre in MECANISMO.esquema.registros
    if nombre != "historia"
} | {
    "historia": pa.schema(
        [(c.nombre, _T) for c in MECANISMO.esquema.historia] + [("estado", _T), ("codigos", _T)]
    )
}
_PROPIAS: Final = ("numero_documento", "afl_id", "id_nucleo", "ficha", "id_caso")


@dataclass(frozen=True)
class Situacion:
    """Rows submitted, and what the registers say where it is not the usual of their people."""

    filas: Sequence[Fila]
    registros: Mapping[str, Sequence[Fila]] = field(default_factory=dict)


@dataclass(frozen=True)
class Resultado:
    """What came of the rows of one situation, numbered from 1 as it has them."""

    filas: list[Salida]
    gana: list[int | None]
    claves: list[str | None]
    recibe: dict[int, tuple[str, str]]
    """Row → number and name of whom it pays."""
    miembros: dict[int, list[str]]
    """Row → numbers of the people who are paid once with it."""
    universo: dict[str, tuple[str, int]]


def quien(n: int, tipo: str = "CC", sufijo: str = "") -> Fila:
    return {f"tipo_documento{sufijo}": tipo, f"numero_documento{sufijo}": str(n)}


def fila(n: int = 1, /, **cambios: Any) -> Fila:
    """A case in order, without product."""
    return {
        "codigo_eps": "ESS062",
        "id_cargue": "C1",
        "consecutivo": n,
        **quien(n),
        "primer_apellido": "PRUEBA",
        "primer_nombre": f"PERSONA {n}",
        "fecha_nacimiento": date(1985, 5, 5),
        "fecha_confirmacion": F,
        "aislamiento_inicio": date(2020, 10, 5),
        "aislamiento_fin": date(2020, 10, 18),
        "cumple_aislamiento": True,
        "fallecido": False,
        "id_nucleo": f"N{n}",
        "celular": "3009999999",
        "direccion": "CALLE 1 2 3",
        "codigo_municipio": "05001",
        "forma_ok": True,
    } | cambios


PRODUCTO: Final[Fila] = {
    "codigo_banco": "1040",
    "tipo_producto": "AHORROS",
    "numero_producto": "4000000001",
}


def recibe(n: int, tipo: str = "CC") -> Fila:
    return quien(n, tipo, "_receptor")


def bdua(n: int = 1, cabeza: int | None = -1, /, **cambios: Any) -> Fila:
    """A row of BDUA; head of its own family unless told otherwise."""
    quien_es = n if cabeza == -1 else cabeza
    de_la_cabeza: Fila = {}
    if quien_es is not None:
        de_la_cabeza = quien(quien_es, sufijo="_cabeza") | {"afl_id_cabeza": str(quien_es)}
    return {
        "afl_id": str(n),
        **quien(n),
        "primer_apellido": "PRUEBA",
        "primer_nombre": f"PERSONA {n}",
        "fecha_nacimiento": date(1985, 5, 5),
        "codigo_eps": "ESS062",
        "regimen": "S",
        "estado": "AC",
        "desde": date(2015, 1, 1),
        **de_la_cabeza,
    } | cambios


def grupo(n: int, cabeza: int, **cambios: Any) -> Fila:
    return {
        "afl_id": str(n),
        "afl_id_cabeza": str(cabeza),
        "desde": date(2015, 1, 1),
    } | cambios


def rnec(n: int = 1, clase: str | None = "VIGENTE") -> Fila:
    return {"numero_documento": str(n), "clase": clase}


def caso(n: int = 1, dia: date | None = F, **cambios: Any) -> Fila:
    """A confirmed case in SEGCOVID."""
    return {
        "id_caso": f"C{n}",
        "tipo_registro": "CASO",
        **quien(n),
        "clasificacion": "CONFIRMADO",
        "fecha_confirmacion": dia,
    } | cambios


def vive(n: int, ficha: str = "F1", **cambios: Any) -> Fila:
    """A row of SISBEN."""
    return {"codigo_municipio": "05001", "ficha": ficha, "hogar": "1", **quien(n)} | cambios


def familiar(n: int, de: int = 1, **cambios: Any) -> Fila:
    return {
        "codigo_eps": "ESS062",
        "id_nucleo": f"N{de}",
        **quien(n),
        "primer_apellido": "PRUEBA",
        "primer_nombre": f"FAMILIAR {n}",
        "fecha_nacimiento": date(1985, 5, 5),
        "parentesco": "OTRO",
        "vivo": True,
    } | cambios


def historia(n: int, estado: str, clave: str | None = None, **cambios: Any) -> Fila:
    return {
        **quien(n),
        "clave_nucleo": clave or f"BDUA:CC:{n}",
        "rol": "CASO",
        "codigo_eps": "ESS062",
        "estado": estado,
    } | cambios


def _usual(filas: Sequence[Fila]) -> dict[str, list[Fila]]:
    """What the registers say of the people of the rows when nothing is wrong."""
    numeros = dict.fromkeys(int(f["numero_documento"]) for f in filas)
    return {
        "segcovid": [caso(n) for n in numeros],
        "bdua": [bdua(n) for n in numeros],
        "rnec": [rnec(n) for n in numeros],
    }


def _propia(fila: Fila, i: int) -> Fila:
    def cambiada(columna: str, valor: Any) -> Any:
        if valor is None:
            return None
        if columna.startswith(_PROPIAS):
            return f"{valor}·{i}"
        if columna == "clave_nucleo" and not valor.startswith("SISBEN"):
            return f"{valor}·{i}"
        return valor

    return {c: cambiada(c, v) for c, v in fila.items()}


def _sin(texto: str | None) -> str | None:
    return None if texto is None else texto.partition("·")[0]


def insumos(
    en: MotorDuckDB,
    filas: Sequence[Fila],
    registros: Mapping[str, Sequence[Fila]],
    parametros: Mapping[str, str],
    ausentes: Sequence[str],
) -> Insumos:
    return Insumos(
        filas=marco(en, FILAS, filas),
        forma=marco(en, FORMA, []),
        registros={n: marco(en, e, registros.get(n, ())) for n, e in REGISTROS.items()},
        ausentes=frozenset(ausentes),
        parametros=parametros,
    )


def juzgadas(
    situaciones: Mapping[str, Situacion],
    parametros: Mapping[str, str] | None = None,
    *,
    ausentes: Sequence[str] = (),
) -> dict[str, Resultado]:
    """All the situations in one evaluation, each by its name."""
    filas: list[Fila] = []
    registros: dict[str, list[Fila]] = {n: [] for n in REGISTROS}
    primera: dict[str, int] = {}
    for i, (nombre, situacion) in enumerate(situaciones.items()):
        primera[nombre] = len(filas)
        filas += [
            _propia(f, i) | {"fila": len(filas) + n} for n, f in enumerate(situacion.filas, 1)
        ]
        for registro, dichas in {**_usual(situacion.filas), **situacion.registros}.items():
            if registro not in ausentes:
                registros[registro] += [_propia(f, i) for f in dichas]
    with motor() as en:
        dados = insumos(en, filas, registros, parametros or {}, ausentes)
        juicio = juzgar(MECANISMO, dados, en)
        assert juicio.pagos is not None
        assert juicio.cupos is not None
        assert juicio.vistas is not None
        salidas = en.filas(juicio.registros)
        pagos = en.filas(juicio.pagos)
        cupos = en.filas(juicio.cupos)
        casos = en.filas(universo(MECANISMO, dados, juicio.vistas, en))
    resultados = {}
    for i, (nombre, situacion) in enumerate(situaciones.items()):
        antes = primera[nombre]
        suyas = salidas[antes : antes + len(situacion.filas)]
        propias = {f["fila"]: f["fila"] - antes for f in suyas}
        resultados[nombre] = Resultado(
            filas=[(s["estado"], s["codigos"], s["valor_centavos"] // 100) for s in suyas],
            gana=[None if s["gana"] is None else s["gana"] - antes for s in suyas],
            claves=[_sin(s["clave"]) for s in suyas],
            recibe={
                propias[p["fila"]]: (_sin(p["numero"]) or "", p["nombre"])
                for p in pagos
                if p["fila"] in propias
            },
            miembros={
                n: sorted(_sin(c["numero_documento"]) or "" for c in cupos if c["fila"] == completa)
                for completa, n in propias.items()
                if any(c["fila"] == completa for c in cupos)
            },
            universo={
                _sin(c["id_caso"]) or "": (c["estado"], c["valor_centavos"] // 100)
                for c in casos
                if c["id_caso"].endswith(f"·{i}")
            },
        )
    return resultados


def salidas(
    situaciones: Mapping[str, Situacion], parametros: Mapping[str, str] | None = None
) -> dict[str, list[Salida]]:
    """State, codes and pesos of the rows of each situation."""
    return {n: r.filas for n, r in juzgadas(situaciones, parametros).items()}
