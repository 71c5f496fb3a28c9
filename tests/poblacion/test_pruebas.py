"""The pruebas of the synthetic country: totals, truth and samples."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from shared.poblacion import pruebas, pruebas_hechos, pruebas_muestras, reps
from shared.poblacion.contexto import Contexto
from shared.poblacion.generar import generar, pais
from shared.poblacion.plan import Plan
from shared.poblacion.pruebas_casos import CASAS, CASOS, GLOSADO, LIQUIDADO
from tests.poblacion.conftest import SEMILLA
from tests.poblacion.oraculo_pruebas import COLUMNAS, evaluar

CASOS_DEL_DOSIER = Path(__file__).parents[2] / "dominio" / "casos" / "pruebas"
PROPIOS = ("historia", "montos_r2461")


@dataclass(frozen=True)
class Corrida:
    """What one run wrote."""

    contexto: Contexto
    cifras: dict[str, int]
    registros: dict[str, Path]

    @property
    def entrada(self) -> Path:
        return self.contexto.salida / "pruebas" / "entrada.parquet"

    @property
    def verdad(self) -> Path:
        return self.contexto.salida / "pruebas" / "verdad.parquet"

    def sql(self, sql: str) -> list[tuple[object, ...]]:
        return self.contexto.con.execute(sql).fetchall()


def correr(contexto: Contexto) -> Corrida:
    """Build the part and join its registers, each in one file."""
    reps.construir(contexto)
    cifras = pruebas.construir(contexto)
    registros = {
        nombre: contexto.salida / "pruebas" / "cortes" / f"{nombre}.parquet" for nombre in PROPIOS
    }
    for nombre in COLUMNAS.keys() & contexto.piezas.keys():
        registros[nombre] = contexto.trabajo / f"{nombre}.entero.parquet"
        partes = " UNION ALL BY NAME ".join(f"FROM '{p}'" for p in contexto.piezas[nombre])
        contexto.con.execute(f"COPY ({partes}) TO '{registros[nombre]}' (FORMAT parquet)")
    return Corrida(contexto, cifras, registros)


@pytest.fixture(scope="module")
def corrida(pais_01: Contexto) -> Corrida:
    return correr(pais_01)


def test_el_oraculo_da_lo_que_dicen_los_casos() -> None:
    registros = {
        ruta.stem: ruta
        for ruta in CASOS_DEL_DOSIER.glob("*.csv")
        if ruta.stem not in {"entrada", "esperado", "notas"}
    }
    with (CASOS_DEL_DOSIER / "esperado.csv").open(encoding="utf-8") as archivo:
        esperado = [
            (int(f["fila"]), f["estado"], f["codigos"], int(f["valor"].replace(".", "")))
            for f in csv.DictReader(archivo)
        ]
    hallado = evaluar(CASOS_DEL_DOSIER / "entrada.csv", registros, pruebas.FECHA)
    assert [(n, estado, codigos or "", v) for n, estado, codigos, v in hallado] == esperado


def test_la_verdad_es_la_del_oraculo(corrida: Corrida) -> None:
    hallado = evaluar(corrida.entrada, corrida.registros, pruebas.FECHA)
    verdad = corrida.sql(f"SELECT * FROM '{corrida.verdad}' ORDER BY fila")
    distintas = [
        (escrita, juzgada)
        for escrita, juzgada in zip(verdad, hallado, strict=True)
        if escrita[:4] != (*juzgada[:2], juzgada[2] or "", juzgada[3])
    ]
    assert distintas == []


def test_la_verdad_se_sostiene_con_los_cortes_del_pais(tmp_path: Path) -> None:
    """As written for the product: whole registers, with everyone whom nobody took."""
    carpeta = tmp_path / "pais"
    generar(0.001, 7, carpeta, partes=["pruebas"])
    registros = {
        ruta.stem: ruta
        for lugar in (carpeta / "cortes", carpeta / "pruebas" / "cortes")
        for ruta in lugar.glob("*.parquet")
    }
    hallado = evaluar(carpeta / "pruebas" / "entrada.parquet", registros, pruebas.FECHA)
    ruta = carpeta / "pruebas" / "verdad.parquet"
    with duckdb.connect() as con:
        verdad = con.execute(f"FROM '{ruta}' ORDER BY fila").fetchall()
    assert [v[1:4] for v in verdad] == [(e, c or "", n) for _, e, c, n in hallado]
    assert {v[4] for v in verdad} == {"ok", *(caso.nombre for caso in CASOS)}


def test_a_escala_uno_los_totales_son_los_publicados() -> None:
    plan = Plan(1.0, SEMILLA)
    assert plan.n(pruebas_hechos.PRUEBAS) == 371_529
    assert pruebas_hechos.total(plan) == 52_155_033_888


def test_los_totales_guardan_la_proporcion(corrida: Corrida) -> None:
    plan = corrida.contexto.plan
    ((filas, centavos),) = corrida.sql(
        f"SELECT count(*), sum(valor_centavos)::BIGINT FROM '{corrida.verdad}' "
        f"WHERE estado = '{LIQUIDADO}'"
    )
    assert filas == plan.n(pruebas_hechos.PRUEBAS) == corrida.cifras[LIQUIDADO]
    assert centavos == pruebas_hechos.total(plan) * 100 == corrida.cifras["valor_centavos"]
    assert abs(int(str(centavos)) / 100 - 52_155_033_888 / 100) < 216_994


def test_cada_causal_tiene_al_menos_un_caso() -> None:
    codigos = {c for caso in CASOS for fila in caso.filas for c in fila.codigos.split(";") if c}
    assert codigos == {f"PRU-{n:02}" for n in range(2, 30) if n != 3}
    assert len({caso.nombre for caso in CASOS}) == len(CASOS)


def test_los_estados_son_los_de_la_causal_mas_grave() -> None:
    """The states written by hand follow the precedence of §4."""
    grave = {"PRU-02": 1, "PRU-04": 1, "PRU-24": 1} | dict.fromkeys(
        ("PRU-05", "PRU-07", "PRU-21", "PRU-25", "PRU-28"), 2
    )
    leve = {"PRU-17", "PRU-27"}
    orden = ["NO_ADMITIDO", "GLOSADO_DEFINITIVO", "GLOSADO", "SIN_TARIFA", "ESPERA_MONTO"]

    def puesto(codigo: str) -> int:
        return grave.get(codigo) or {"PRU-09": 4, "PRU-29": 5}.get(codigo, 3)

    for caso in CASOS:
        for fila in caso.filas:
            codigos = [c for c in fila.codigos.split(";") if c and c not in leve]
            esperado = orden[min(map(puesto, codigos)) - 1] if codigos else LIQUIDADO
            if "PRU-11" in codigos and esperado == GLOSADO:
                assert fila.estado in {GLOSADO, "GLOSADO_DEFINITIVO"}, caso.nombre
            else:
                assert fila.estado == esperado, caso.nombre


def test_las_muestras_ajenas_no_son_de_nadie_que_se_radique(corrida: Corrida) -> None:
    otras = corrida.contexto.piezas["sismuestras"][1]
    assert corrida.sql(
        f"SELECT count(*) FROM '{otras}' WHERE numero_documento IN "
        f"(SELECT numero_documento FROM '{corrida.entrada}')"
    ) == [(0,)]
    assert corrida.sql(f"SELECT count(*) FROM '{corrida.registros['sismuestras']}'") == [
        (corrida.contexto.plan.n(pruebas_muestras.MUESTRAS),)
    ]


def test_las_muestras_traen_los_defectos_conocidos(corrida: Corrida) -> None:
    otras = corrida.contexto.piezas["sismuestras"][1]
    ((sin, vueltas, con_sede, con_dv, tarde, dos_veces),) = corrida.sql(
        "SELECT count(*) FILTER (resultado = 'PENDIENTE'), "
        "count(*) FILTER (fecha_resultado < fecha_toma), count(*) FILTER (len(hab_procesa) = 12), "
        "count(*) FILTER (len(nit_procesa) = 10), "
        "count(*) FILTER (fecha_carga > fecha_proceso + 50), "
        f"count(*) - count(DISTINCT id_sismuestras) FROM '{otras}'"
    )
    halladas = (sin, vueltas, con_sede, con_dv, tarde, dos_veces)
    assert min(int(str(n)) for n in halladas) > 0


def test_quien_se_toma_es_quien_se_radica(corrida: Corrida) -> None:
    (tomados,) = corrida.contexto.tomados
    assert corrida.sql(f"SELECT count(*), count(DISTINCT i) FROM '{tomados}'") == [
        (corrida.cifras["personas"], corrida.cifras["personas"])
    ]
    assert corrida.sql(
        f"SELECT count(*) FROM '{tomados}' JOIN gente USING (i) "
        f"WHERE NOT ({corrida.contexto.turnos('pruebas')})"
    ) == [(0,)]


def test_las_ips_especiales_no_chocan_con_las_demas(corrida: Corrida) -> None:
    todas = corrida.registros["reps_prestadores"]
    for columna, propias in (
        ("hab_prestador", [casa.hab for casa in CASAS.values()]),
        ("nit", [casa.nit for casa in CASAS.values()]),
    ):
        lista = ", ".join(f"'{codigo}'" for codigo in propias)
        assert corrida.sql(f"SELECT count(*) FROM '{todas}' WHERE {columna} IN ({lista})") == [
            (len(CASAS),)
        ]


def test_dos_corridas_son_iguales_byte_a_byte(tmp_path: Path) -> None:
    def huella(carpeta: Path) -> dict[str, bytes]:
        with pais(Plan(0.001, 3), carpeta) as contexto:
            reps.construir(contexto)
            pruebas.construir(contexto)
            return {r.name: r.read_bytes() for r in (carpeta / "pruebas").rglob("*.parquet")}

    una, otra = huella(tmp_path / "una"), huella(tmp_path / "otra")
    assert len(una) == 4
    assert una == otra


def test_la_curva_es_la_publicada_y_llega_al_total() -> None:
    dias = pruebas_muestras.curva()
    assert sum(muestras for _, muestras in dias) == pruebas_muestras.MUESTRAS
    assert sum(muestras for _, muestras in pruebas_muestras.publicada()) == 2_022_655
    assert dias[-1][0] == pruebas_muestras.ULTIMO
    assert [dia.toordinal() for dia, _ in dias] == list(
        range(dias[0][0].toordinal(), dias[-1][0].toordinal() + 1)
    )


def test_la_curva_es_la_del_ins(datos_reales: Path) -> None:
    filas = json.loads((datos_reales / "ins_muestras_procesadas_acumuladas.json").read_text())
    diarias = [
        (str(hoy["date"])[:10], int(hoy["accumulate"]) - int(ayer["accumulate"]))
        for ayer, hoy in pairwise(filas)
    ]
    assert [(dia.isoformat(), n) for dia, n in pruebas_muestras.publicada()] == diarias


def test_los_dias_de_las_muestras_siguen_la_curva(corrida: Corrida) -> None:
    otras = corrida.contexto.piezas["sismuestras"][1]
    meses = Counter(
        {
            int(str(mes)): int(str(n))
            for mes, n in corrida.sql(
                f"SELECT month(fecha_toma), count(*) FROM '{otras}' GROUP BY ALL"
            )
        }
    )
    esperados: Counter[int] = Counter()
    for dia, muestras in pruebas_muestras.curva():
        esperados[dia.month] += muestras
    parte = meses.total() / esperados.total()
    for mes in range(5, 13):
        assert meses[mes] == pytest.approx(esperados[mes] * parte, rel=0.1)
