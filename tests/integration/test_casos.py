"""The acceptance cases of ``dominio/casos``: every mechanism, equal row by row."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest

from shared.focalizacion import Efecto, Etapa, Mecanismo
from shared.radicacion.evaluacion import Evaluacion, evaluar_archivo
from shared.tipos import a_decimal
from tests.support.casos import RAIZ, mecanismos

CASOS: Final = RAIZ / "dominio" / "casos"
_RENGLON: Final = re.compile(r"(?m)^\|(\w+)\|(\d{4}-\d{2}-\d{2})\|(\d+)\|(\d+\.\d{2})\|", re.ASCII)


@dataclass(frozen=True)
class CasoDeAceptacion:
    """A line of the table of ``dominio/casos/README.md``; ``valor`` in pesos, as written."""

    nombre: str
    fecha: date
    filas: int
    valor: str

    @property
    def carpeta(self) -> Path:
        return CASOS / self.nombre

    @property
    def mecanismo(self) -> Mecanismo:
        return next(m for m in mecanismos() if m.nombre == self.nombre)


PUBLICADOS: Final = [
    CasoDeAceptacion(nombre, date.fromisoformat(fecha), int(filas), valor)
    for nombre, fecha, filas, valor in _RENGLON.findall(
        (CASOS / "README.md").read_text(encoding="utf-8")
    )
]
CONSTRUIDOS: Final = [c for c in PUBLICADOS if c.nombre in {m.nombre for m in mecanismos()}]


def leer_csv(ruta: Path) -> list[dict[str, str]]:
    with ruta.open(encoding="utf-8", newline="") as archivo:
        return list(csv.DictReader(archivo))


@pytest.fixture(scope="module", params=CONSTRUIDOS, ids=lambda c: c.nombre)
def evaluado(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CasoDeAceptacion, Evaluacion]:
    caso: CasoDeAceptacion = request.param
    return caso, evaluar_archivo(
        caso.mecanismo,
        caso.carpeta / "entrada.csv",
        caso.carpeta,
        tmp_path_factory.mktemp(caso.nombre),
        fecha=caso.fecha,
    )


def test_todo_mecanismo_tiene_su_caso() -> None:
    assert len(PUBLICADOS) == 5
    assert {m.nombre for m in mecanismos()} <= {c.nombre for c in PUBLICADOS}


def test_el_caso_sale_igual_fila_por_fila(
    evaluado: tuple[CasoDeAceptacion, Evaluacion],
) -> None:
    caso, evaluacion = evaluado
    dados = [
        {
            "fila": str(r["fila"]),
            "estado": r["estado"],
            "codigos": r["codigos"],
            "valor": a_decimal(r["valor_centavos"]),
        }
        for r in pq.read_table(evaluacion.registros).to_pylist()
    ]
    assert dados == leer_csv(caso.carpeta / "esperado.csv")
    resumen = evaluacion.resumen
    assert (resumen.total, a_decimal(resumen.valor_centavos)) == (caso.filas, caso.valor)
    assert resumen.reglas_no_aplicadas == []
    assert sum(resumen.por_estado.values()) == caso.filas
    if evaluacion.pagos is not None:
        pagos = pq.read_table(evaluacion.pagos, columns=["valor_centavos"])
        assert sum(pagos["valor_centavos"].to_pylist()) == resumen.valor_centavos


def test_el_universo_sale_igual_caso_por_caso(
    evaluado: tuple[CasoDeAceptacion, Evaluacion],
) -> None:
    caso, evaluacion = evaluado
    esperado = caso.carpeta / "esperado_universo.csv"
    assert esperado.exists() == (caso.mecanismo.esquema.universo is not None)
    if esperado.exists():
        dados = [
            {
                "id_caso": c["id_caso"],
                "estado": c["estado"],
                "valor": a_decimal(c["valor_centavos"]),
            }
            for c in pq.read_table(evaluacion.registros.with_name("universo.parquet")).to_pylist()
        ]
        assert dados == leer_csv(esperado)


def test_cada_hallazgo_dice_que_paso(evaluado: tuple[CasoDeAceptacion, Evaluacion]) -> None:
    """Every code of a row has its finding, and no template is left unfilled."""
    caso, evaluacion = evaluado
    hallazgos = pq.read_table(evaluacion.hallazgos).to_pylist()
    dichos = {(str(h["fila"]), h["codigo"]) for h in hallazgos}
    esperados = {
        (fila["fila"], codigo)
        for fila in leer_csv(caso.carpeta / "esperado.csv")
        for codigo in fila["codigos"].split(";")
        if codigo
    }
    assert dichos == esperados
    assert all(h["mensaje"] and not re.search(r"[{}]", h["mensaje"]) for h in hallazgos)
    assert {h["efecto"] for h in hallazgos} <= set(Efecto)


@pytest.mark.parametrize("caso", CONSTRUIDOS, ids=lambda c: c.nombre)
def test_cada_regla_falla_alguna_vez(caso: CasoDeAceptacion) -> None:
    """So says the README of every code that ``evaluar`` judges, and of no other."""
    vistos = {
        codigo
        for fila in leer_csv(caso.carpeta / "esperado.csv")
        for codigo in fila["codigos"].split(";")
        if codigo
    }
    juzgados = {r.codigo for r in caso.mecanismo.reglas if r.etapa in {Etapa.FORMA, Etapa.FOC}}
    assert vistos == juzgados
