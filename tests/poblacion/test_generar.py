"""The country as files: whole or not at all, canonical, and true with every part in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from services.anticipo_uci.mecanismo import MECANISMO
from shared.normativa import tablas
from shared.poblacion import base, pruebas
from shared.poblacion.generar import (
    LECTURAS,
    CarpetaOcupada,
    EscalaInvalida,
    ParteDesconocida,
    Resumen,
    generar,
)
from shared.radicacion.evaluacion import evaluar_archivo
from shared.registros.canonico import FILAS_POR_GRUPO, orden
from shared.registros.cargador import cargar_archivo
from shared.registros.carpeta import abrir_carpeta
from shared.registros.catalogo import esquema_de
from tests.poblacion import oraculo_activos, oraculo_pruebas, oraculo_ths
from tests.poblacion.conftest import SEMILLA
from tests.poblacion.oraculo_cet import Oraculo

Generado = tuple[Path, Resumen]
DIA_ANTICIPO = date(2021, 2, 10)


def _leer(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def _corte(carpeta: Path, registro: str) -> Path:
    return carpeta / "cortes" / f"{registro}.parquet"


# --- files -----------------------------------------------------------------------------------


def test_two_runs_with_one_seed_are_equal_byte_by_byte(tmp_path: Path) -> None:
    uno, otro = (
        generar(0.002, SEMILLA, tmp_path / nombre, formato_bdua=True) for nombre in ("uno", "otro")
    )
    assert uno == otro
    assert _huellas(tmp_path / "uno") == _huellas(tmp_path / "otro")


def _huellas(carpeta: Path) -> dict[str, str]:
    return {
        str(ruta.relative_to(carpeta)): hashlib.sha256(ruta.read_bytes()).hexdigest()
        for ruta in carpeta.rglob("*")
        if ruta.is_file()
    }


def test_the_summary_names_every_file_once(generado: Generado) -> None:
    carpeta, resumen = generado
    assert json.loads((carpeta / "resumen.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(resumen.datos())
    )
    distintos = {ruta.stat().st_ino for ruta in carpeta.rglob("*") if ruta.is_file()}
    assert len(resumen.archivos) == len(distintos) - 1  # resumen.json
    for archivo in resumen.archivos:
        ruta = carpeta / archivo.ruta
        assert hashlib.sha256(ruta.read_bytes()).hexdigest() == archivo.sha256
        assert pq.read_metadata(ruta).num_rows == archivo.filas
    assert sorted(p.name for p in carpeta.iterdir()) == sorted(
        [*LECTURAS, "cortes", "resumen.json", "verdad.parquet"]
    )


def test_the_truth_of_all_is_the_truth_of_each(generado: Generado) -> None:
    carpeta, _ = generado
    for parte in LECTURAS:
        entregadas = pq.read_metadata(carpeta / parte / "entrada.parquet").num_rows
        todas = f"(FROM '{carpeta / 'verdad.parquet'}' WHERE mecanismo = '{parte}')"
        suya = f"'{carpeta / parte / 'verdad.parquet'}'"
        assert _leer(
            f"SELECT count(*), min(fila), max(fila), (SELECT count(*) FROM "
            f"(SELECT * EXCLUDE (mecanismo) FROM {todas} EXCEPT FROM {suya})) FROM {todas}"
        ) == [(entregadas, 1, entregadas, 0)]


@pytest.mark.parametrize("parte", LECTURAS)
def test_each_mechanism_finds_its_registers_as_the_loader_writes_them(
    generado: Generado, parte: str, tmp_path: Path
) -> None:
    carpeta = generado[0] / parte / "cortes"
    with duckdb.connect() as con:
        fuentes = abrir_carpeta(con, carpeta, LECTURAS[parte], trabajo=tmp_path)
        for registro, fuente in fuentes.items():
            assert fuente.rutas == (carpeta / f"{registro}.parquet",)
            assert con.execute(f"SELECT count(*) > 0 FROM ({fuente.sql})").fetchall() == [(True,)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("registro", dict.fromkeys(r for rs in LECTURAS.values() for r in rs))
def test_every_register_is_in_its_canonical_order(generado: Generado, registro: str) -> None:
    ruta, esquema = _corte(generado[0], registro), esquema_de(registro)
    clave = orden(esquema)
    assert _leer(
        f"SELECT count(*) FROM (SELECT row({clave}) < lag(row({clave})) "
        f"OVER (ORDER BY file_row_number) AS mal "
        f"FROM read_parquet('{ruta}', file_row_number = true)) WHERE mal"
    ) == [(0,)]
    pie = pq.read_metadata(ruta)
    grupos = [pie.row_group(g).num_rows for g in range(pie.num_row_groups)]
    assert set(grupos[:-1]) <= {FILAS_POR_GRUPO}
    if esquema.unica:
        llaves = ", ".join(esquema.clave)
        assert _leer(f"SELECT count(*) = count(DISTINCT ({llaves})) FROM '{ruta}'") == [(True,)]
    vacias = " OR ".join(f"{c.nombre} IS NULL" for c in esquema.leidas if c.obligatoria)
    if vacias:
        assert _leer(f"SELECT count(*) FROM '{ruta}' WHERE {vacias}") == [(0,)]


def test_failing_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fallar(paso: str, _hechos: int, _total: int) -> None:
        if paso == "registro bdua":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generar(0.001, SEMILLA, tmp_path / "pais", partes=["pruebas"], avance=fallar)
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_mechanism_needs(tmp_path: Path) -> None:
    pasos: list[tuple[str, int, int]] = []
    resumen = generar(
        0.002,
        SEMILLA,
        tmp_path / "pais",
        partes=["anticipo-uci"],
        avance=lambda *paso: pasos.append(paso),
    )
    assert set(resumen.cifras) == {"reps", "anticipo_uci"}
    assert {p.stem for p in (tmp_path / "pais" / "cortes").iterdir()} == set(
        LECTURAS["anticipo_uci"]
    )
    assert [hechos for _, hechos, _ in pasos] == list(range(len(pasos)))
    assert {total for *_, total in pasos} == {len(pasos)}


@pytest.mark.parametrize(
    ("error", "pedido"),
    [
        (EscalaInvalida, {"escala": 0.0001}),
        (EscalaInvalida, {"escala": 3.0}),
        (EscalaInvalida, {"escala": float("nan")}),
        (ParteDesconocida, {"partes": ["pruebas", "otra"]}),
    ],
)
def test_what_cannot_be_built_is_refused(
    tmp_path: Path, error: type[Exception], pedido: dict[str, Any]
) -> None:
    with pytest.raises(error):
        generar(**{"escala": 0.002, "semilla": 1, "salida": tmp_path / "pais", **pedido})
    assert list(tmp_path.iterdir()) == []


def test_a_country_is_not_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "pais").mkdir()
    with pytest.raises(CarpetaOcupada):
        generar(0.002, 1, tmp_path / "pais")


@pytest.fixture(scope="module")
def maestros(tmp_path_factory: pytest.TempPathFactory) -> Path:
    carpeta = tmp_path_factory.mktemp("maestros") / "pais"
    generar(0.002, SEMILLA, carpeta, partes=["pruebas"], formato_bdua=True)
    return carpeta


def _sin_cargar(carpeta: Path, eps: str, regimen: str, tmp_path: Path) -> int:
    """Rows of the register, still open, that loading the master of the EPS does not give back."""
    (maestro,) = (carpeta / "bdua").glob(f"{eps}M{regimen}00????????.TXT")
    carga = cargar_archivo("bdua", maestro, tmp_path)
    assert carga.rechazadas == 0
    columnas = "tipo_documento, numero_documento, primer_apellido, regimen, estado, desde"
    ((faltan,),) = _leer(
        f"SELECT count(*) FROM ((SELECT {columnas} FROM '{_corte(carpeta, 'bdua')}' "
        f"WHERE codigo_eps = '{eps}' AND regimen = '{regimen}' AND hasta IS NULL) "
        f"EXCEPT (SELECT {columnas} FROM '{carga.ruta}'))"
    )
    return int(faltan)


@pytest.mark.parametrize(("eps", "regimen"), [("EPSS41", "S"), ("EPS037", "C")])
def test_the_masters_of_bdua_load_as_the_register(
    maestros: Path, eps: str, regimen: str, tmp_path: Path
) -> None:
    assert _sin_cargar(maestros, eps, regimen, tmp_path) == 0


# --- base registers --------------------------------------------------------------------------


def test_the_known_defects_are_in_the_base(generado: Generado) -> None:
    carpeta, _ = generado
    bdua, rnec = _corte(carpeta, "bdua"), _corte(carpeta, "rnec")
    ((muertos, activos),) = _leer(
        f"""
        SELECT count(*), count(*) FILTER (b.estado = 'AC' AND b.hasta IS NULL)
        FROM '{rnec}' r JOIN '{bdua}' b
            ON b.numero_documento = r.numero_documento AND b.tipo_documento = 'CC'
        WHERE r.clase = 'FALLECIDO' AND b.hasta IS NULL
        """
    )
    assert muertos > 2_000
    assert 0.01 < activos / muertos < 0.08
    clases = dict(_leer(f"SELECT clase, count(*) FROM '{rnec}' GROUP BY ALL"))
    assert set(clases) >= {"VIGENTE", "FALLECIDO", "CANCELADA", "PENDIENTE"}
    ((dobles,),) = _leer(
        "SELECT count(*) FROM (SELECT numero_documento FROM "
        f"'{_corte(carpeta, 'sisben')}' GROUP BY ALL HAVING count(*) > 1)"
    )
    assert dobles > 500
    tipos = dict(
        _leer(
            "SELECT tipo_documento, count(*) FROM "
            f"'{_corte(carpeta, 'bdua_historia_identificacion')}' GROUP BY ALL"
        )
    )
    assert min(tipos["RC"], tipos["TI"], tipos["PE"]) > 100


def test_registers_have_the_size_of_the_country(generado: Generado) -> None:
    """In thousands at 0.01: 48 million affiliates, 36 of cédulas, 24 of the RS."""
    _, resumen = generado
    filas = {Path(a.ruta).stem: a.filas or 0 for a in resumen.archivos}
    assert resumen.personas == 480_000
    assert 480_000 < filas["bdua"] < 500_000
    assert 350_000 < filas["rnec"] < 370_000
    assert 235_000 < filas["sisben"] < 255_000
    assert filas["bdex"] >= base.EXCEPTUADOS // 100


def test_who_was_taken_is_in_no_base_register(generado: Generado) -> None:
    """Nobody has two rows open on one day in BDUA but those a part gave on purpose."""
    carpeta, _ = generado
    ((personas, solapadas),) = _leer(
        f"""
        SELECT count(*), count(*) FILTER (abiertas > 1)
        FROM (SELECT afl_id, count(*) FILTER (hasta IS NULL) AS abiertas
              FROM '{_corte(carpeta, "bdua")}' GROUP BY afl_id)
        """
    )
    assert personas > 475_000
    assert solapadas < 200


# --- the truth, with every part in the same registers ----------------------------------------


def _distintas(carpeta: Path, parte: str, juzgadas: list[Any]) -> list[Any]:
    verdad = _leer(
        f"SELECT fila, estado, codigos, valor_centavos, caso "
        f"FROM '{carpeta / parte / 'verdad.parquet'}' ORDER BY fila"
    )
    pares = (
        (suya, (fila, estado, codigos or "", valor))
        for suya, (fila, estado, codigos, valor) in zip(verdad, juzgadas, strict=True)
    )
    return [(suya, dada) for suya, dada in pares if suya[:4] != dada][:20]


def _anticipo(carpeta: Path, tmp_path: Path) -> list[Any]:
    evaluacion = evaluar_archivo(
        MECANISMO,
        carpeta / "anticipo_uci" / "entrada.parquet",
        carpeta / "anticipo_uci" / "cortes",
        tmp_path,
        fecha=DIA_ANTICIPO,
    )
    return _leer(
        f"SELECT fila, estado, codigos, valor_centavos FROM '{evaluacion.registros}' ORDER BY fila"
    )


def _talento_humano(carpeta: Path, _: Path) -> list[Any]:
    propia = carpeta / "talento_humano"
    with duckdb.connect() as con:
        oraculo_ths.juzgar(con, (propia / "cortes",), propia / "entrada.parquet")
        return con.execute(
            "SELECT fila, estado, codigos, valor_centavos FROM oraculo ORDER BY fila"
        ).fetchall()


def _pruebas(carpeta: Path, _: Path) -> list[Any]:
    propia = carpeta / "pruebas"
    registros = {ruta.stem: ruta for ruta in (propia / "cortes").iterdir()}
    return oraculo_pruebas.evaluar(propia / "entrada.parquet", registros, pruebas.FECHA)


def _compensacion_rs(carpeta: Path, _: Path) -> list[Any]:
    propia = carpeta / "compensacion_rs"
    oraculo = Oraculo(propia / "entrada.parquet", propia / "cortes")
    universo = _leer(
        "SELECT id_caso, estado, valor_centavos "
        f"FROM '{propia / 'verdad_universo.parquet'}' ORDER BY id_caso"
    )
    # The oracle does not know the bucket of the residue, which the dossier does not explain.
    sabidos = {caso for caso, estado, _ in universo if estado != "SIN_CLASIFICAR"}
    assert [c for c in oraculo.universo() if c[0] in sabidos] == [
        c for c in universo if c[0] in sabidos
    ]
    return oraculo.filas()


def _activos_emergencia(carpeta: Path, _: Path) -> list[Any]:
    propia = carpeta / "activos_emergencia"
    fuentes = {ruta.stem: f"'{ruta}'" for ruta in (propia / "cortes").iterdir()}
    fuentes["entrada"] = (
        "(SELECT file_row_number + 1 AS fila, * FROM "
        f"read_parquet('{propia / 'entrada.parquet'}', file_row_number = true))"
    )
    with duckdb.connect() as con:
        municipios = f"read_csv('{tablas.ruta('divipola_municipios')}', all_varchar = true)"
        oraculo_activos.tablas(
            con, str(tablas.ruta("eps_2020")), str(tablas.ruta("upc_2020")), municipios
        )
        oraculo_activos.juzgar(con, fuentes)
        return con.execute(
            "SELECT fila, estado, codigos, valor_centavos FROM resultado ORDER BY fila"
        ).fetchall()


JUECES: dict[str, Callable[[Path, Path], list[Any]]] = {
    "anticipo_uci": _anticipo,
    "talento_humano": _talento_humano,
    "pruebas": _pruebas,
    "compensacion_rs": _compensacion_rs,
    "activos_emergencia": _activos_emergencia,
}


@pytest.mark.parametrize("parte", LECTURAS)
def test_the_truth_holds_over_the_registers_of_all(
    generado: Generado, parte: str, tmp_path: Path
) -> None:
    """The rules of anticipo, and the oracle of each other part, over the files written."""
    carpeta, _ = generado
    assert _distintas(carpeta, parte, JUECES[parte](carpeta, tmp_path)) == []


def test_every_part_has_a_judge() -> None:
    assert set(JUECES) == set(LECTURAS)
