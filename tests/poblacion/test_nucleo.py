"""The people: their structure is DANE's, and documents, households and names hold together."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.normativa import tablas
from shared.poblacion import datos, estructura, nombres, personas
from shared.poblacion.contexto import Contexto
from shared.poblacion.estructura import ADULTO, CAPAS
from shared.poblacion.plan import PERSONAS, TURNOS, Plan
from tests.poblacion.conftest import SEMILLA

CENSO = 50_407_647
"""People of the projection for 2020 (DANE)."""


def _una(ctx: Contexto, sql: str) -> tuple[Any, ...]:
    (fila,) = ctx.con.execute(sql).fetchall()
    return fila


def _censo(edad_desde: int, edad_hasta: int) -> dict[str, int]:
    """People of each municipality with those ages."""
    suma: dict[str, int] = {}
    for fila in datos.leer("dane_2020_municipio"):
        edades = [int(n) for n in fila["personas"].split()]
        codigo = fila["codigo_municipio"]
        suma[codigo] = suma.get(codigo, 0) + sum(edades[edad_desde:edad_hasta])
    return suma


def test_the_table_is_the_official_projection() -> None:
    assert sum(_censo(0, 86).values()) == CENSO


def test_at_scale_one_nobody_is_far_from_the_official_figure() -> None:
    with duckdb.connect() as con:
        con.execute("ATTACH ':memory:' AS nucleo")
        personas.instalar_azar(con, SEMILLA)
        estructura.instalar(con, Plan(1.0, SEMILLA))
        assert con.execute("SELECT sum(n) FROM nucleo.celdas").fetchall() == [(PERSONAS,)]
        contadas = {
            (codigo, sexo, edad): n
            for codigo, sexo, edad, n in con.execute(
                "SELECT codigo_municipio, sexo, edad, sum(n)::BIGINT "
                "FROM nucleo.celdas JOIN nucleo.municipios USING (m) GROUP BY ALL"
            ).fetchall()
        }
    lejos = max(
        abs(contadas.get((fila["codigo_municipio"], fila["sexo"], edad), 0) - parte)
        for fila in datos.leer("dane_2020_municipio")
        for edad, parte in enumerate(int(n) * PERSONAS / CENSO for n in fila["personas"].split())
    )
    assert lejos < 1.5


def test_a_small_country_keeps_the_structure(pais_01: Contexto) -> None:
    filas = pais_01.con.execute(
        "SELECT codigo_municipio, count(*), count(*) FILTER (edad >= 18) FROM gente GROUP BY ALL"
    ).fetchall()
    hay = {codigo: (n, adultos) for codigo, n, adultos in filas}
    for que, censo in enumerate((_censo(0, 86), _censo(ADULTO, 86))):
        for codigo, n in censo.items():
            parte = n * pais_01.plan.personas / CENSO
            assert abs(hay.get(codigo, (0, 0))[que] - parte) < 2, codigo
    por_edad = dict(
        pais_01.con.execute(
            "SELECT least(edad, 85) // 5, count(*) FROM gente GROUP BY ALL"
        ).fetchall()
    )
    for grupo, n in por_edad.items():
        fin = 86 if grupo == 17 else 5 * grupo + 5
        parte = sum(_censo(5 * grupo, fin).values()) * pais_01.plan.personas / CENSO
        assert abs(n / parte - 1) < 0.01, grupo


def test_every_department_has_its_share_of_each_regimen(pais_01: Contexto) -> None:
    publicado = {
        fila["codigo_departamento"]: int(fila["contributivo"])
        / (int(fila["contributivo"]) + int(fila["subsidiado"]))
        for fila in datos.leer("afiliados_2022_departamento")
    }
    for departamento, n, contributivo in pais_01.con.execute(
        "SELECT left(codigo_municipio, 2), count(*), count(*) FILTER (regimen = 'C') "
        "FROM gente GROUP BY ALL"
    ).fetchall():
        # Four typical deviations: households, of some three people, draw their régimen.
        parte = publicado[departamento]
        assert abs(contributivo / n - parte) < 4 * (3.4 * parte * (1 - parte) / n) ** 0.5


def test_documents_are_one_per_person_and_right_for_the_age(pais_01: Contexto) -> None:
    total = pais_01.plan.personas
    assert _una(
        pais_01,
        "SELECT count(*), count(DISTINCT numero_documento), count(DISTINCT afl_id), min(i), max(i) "
        "FROM persona",
    ) == (total, total, total, 1, total)
    formas = {
        "RC": ("edad < 7", "10[0-7][0-9]{7}"),
        "TI": ("edad BETWEEN 7 AND 17", "10[0-7][0-9]{7}"),
        "PE": ("edad >= 18", "[0-9]{15}"),
        "CC": (
            "edad >= 18",
            "10[0-7][0-9]{7}|[2-9][0-9]{7}",
        ),
    }
    for tipo, (edad, forma) in formas.items():
        assert _una(
            pais_01,
            f"SELECT count(*) > 0, bool_and({edad}), "
            f"bool_and(regexp_full_match(numero_documento, '{forma}')) "
            f"FROM persona WHERE tipo_documento = '{tipo}'",
        ) == (True, True, True)
    assert _una(
        pais_01,
        "SELECT bool_and((length(numero_documento) = 8) = (fecha_nacimiento < '1984-01-01')) "
        "FROM persona WHERE tipo_documento = 'CC'",
    ) == (True,)
    ((adultos, con_pe),) = pais_01.con.execute(
        "SELECT count(*), count(*) FILTER (tipo_documento = 'PE') FROM persona WHERE edad >= 18"
    ).fetchall()
    assert con_pe == adultos * estructura.PE_POR_MIL // 1_000


def test_numbers_sort_as_people_do(pais_01: Contexto) -> None:
    """So that a register by document is written without sorting the country."""
    for texto in ("numero_documento", "afl_id"):
        assert _una(
            pais_01,
            f"SELECT count(*) FROM (SELECT {texto} <= lag({texto}) OVER (ORDER BY i) AS mal "
            "FROM persona) WHERE mal",
        ) == (0,)


def test_ages_and_dates_agree(pais_01: Contexto) -> None:
    assert _una(
        pais_01,
        f"""
        SELECT bool_and(edad = date_diff('year', fecha_nacimiento, DATE '{personas.DIA}')
                   - (strftime(fecha_nacimiento, '%m%d') > '0601')::INTEGER),
               bool_and(fecha_afiliacion_eps >= fecha_nacimiento),
               max(fecha_afiliacion_eps) < DATE '2020-01-01', max(edad)
        FROM gente
        """,
    ) == (True, True, True, 100)


def test_a_household_has_one_head_and_one_of_everything(pais_01: Contexto) -> None:
    assert (
        _una(
            pais_01,
            """
        SELECT bool_and(cabezas = 1), bool_and(lugares = 1), bool_and(regimenes = 1),
               bool_and(eps = 1), bool_and(turnos = 1), bool_and(guias = 1), bool_and(adulta)
        FROM (
            SELECT count(*) FILTER (es_cabeza) AS cabezas,
                   count(DISTINCT codigo_municipio || zona) AS lugares,
                   count(DISTINCT regimen) AS regimenes, count(DISTINCT codigo_eps) AS eps,
                   count(DISTINCT turno) AS turnos, count(DISTINCT cabeza_i) AS guias,
                   bool_or(es_cabeza AND edad >= 18 AND cabeza_i = i) AS adulta
            FROM gente GROUP BY hogar
        )
        """,
        )
        == (True,) * 7
    )
    ((n, hogares, turnos),) = pais_01.con.execute(
        "SELECT count(*), count(DISTINCT hogar), count(DISTINCT turno) FROM gente"
    ).fetchall()
    assert 3.0 < n / hogares < 3.2
    assert turnos == TURNOS
    tamanos = dict(
        pais_01.con.execute(
            "SELECT n, count(*) / sum(count(*)) OVER () FROM "
            "(SELECT count(*) AS n FROM gente GROUP BY hogar) GROUP BY n"
        ).fetchall()
    )
    assert set(range(1, len(CAPAS))) <= set(tamanos)
    assert all(0.1 < tamanos[n] < 0.4 for n in (1, 2, 3))


def test_the_kind_of_affiliate_is_the_regimen_s(pais_01: Contexto) -> None:
    assert set(
        pais_01.con.execute(
            "SELECT DISTINCT regimen, es_cabeza, tipo_afiliado FROM gente"
        ).fetchall()
    ) == {("C", True, "C"), ("C", False, "B"), ("S", True, "F"), ("S", False, "O")}


def test_every_eps_operated_and_their_shares_add_up(pais_01: Contexto) -> None:
    publicadas = {fila["codigo"]: fila for fila in tablas.leer("eps_2020")}
    cuotas = {"C": 0.0, "S": 0.0}
    for codigo, regimen, base, nit, cuota in pais_01.con.execute("FROM eps").fetchall():
        publicada = publicadas[codigo]
        assert (publicada["regimen"][0], publicada["codigo_base"], publicada["nit"]) == (
            regimen,
            base,
            nit,
        )
        assert nit
        cuotas[regimen] += cuota
    assert cuotas == pytest.approx({"C": 1.0, "S": 1.0})
    assert _una(
        pais_01,
        "SELECT count(*) FROM gente ANTI JOIN eps USING (codigo_eps, regimen)",
    ) == (0,)


@pytest.mark.parametrize("lista", [nombres.APELLIDO, nombres.MUJER, nombres.HOMBRE])
def test_no_slip_turns_a_name_into_another(lista: str) -> None:
    textos = [texto.replace("Ñ", "N") for texto in nombres.lista(lista)]
    assert min(map(len, textos)) >= 4
    with duckdb.connect() as con:
        cerca = con.execute(
            "SELECT a, b FROM (SELECT unnest($1) AS a), (SELECT unnest($1) AS b) "
            "WHERE a < b AND levenshtein(a, b) < 2",
            [textos],
        ).fetchall()
    assert cerca == []
    assert len(set(textos)) == len(textos)


def test_two_salts_of_one_person_are_independent(pais_002: Contexto) -> None:
    """Four quarters by four quarters: each of the sixteen holds a sixteenth."""
    filas = pais_002.con.execute(
        "SELECT azar_entero(i, 'a', 4), azar_entero(i, 'b', 4), count(*) FROM gente GROUP BY ALL"
    ).fetchall()
    parte = pais_002.plan.personas / 16
    assert len(filas) == 16
    assert all(abs(n / parte - 1) < 0.08 for *_, n in filas)
    assert _una(pais_002, "SELECT min(azar(i, 'a')) >= 0, max(azar(i, 'a')) < 1 FROM gente") == (
        True,
        True,
    )


def test_another_seed_gives_another_country_of_the_same_size(
    pais_002: Contexto, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from shared.poblacion.generar import pais

    with pais(Plan(0.002, SEMILLA + 1), tmp_path_factory.mktemp("otro")) as otro:
        sql = "SELECT count(*), bit_xor(hash(gente)) FROM gente"
        (uno, otra) = (_una(pais_002, sql), _una(otro, sql))
    assert uno[0] == otra[0]
    assert uno[1] != otra[1]


def test_it_imports_no_service_and_no_rules() -> None:
    """The import contract says it of the code; this, of what is loaded to build a country."""
    modulos = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, shared.poblacion.generar as g, importlib as i\n"
            "[i.import_module(f'shared.poblacion.{p}') for p in ('reps', *g.LECTURAS)]\n"
            "print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not [
        m
        for m, prohibido in itertools.product(
            modulos, ("services", "shared.focalizacion", "narwhals")
        )
        if m == prohibido or m.startswith(f"{prohibido}.")
    ]


@given(n=st.integers(1, 5_000), sal=st.integers(0, 10_000))
def test_a_permutation_gives_each_number_once_and_can_be_undone(n: int, sal: int) -> None:
    permutada = estructura.permutacion(n, sal)
    imagenes = [(permutada.paso * x + permutada.corrimiento) % permutada.n for x in range(n)]
    assert sorted(imagenes) == list(range(n))
    vueltas = [
        (permutada.inversa * ((y - permutada.corrimiento) % permutada.n)) % permutada.n
        for y in imagenes
    ]
    assert vueltas == list(range(n))


@given(personas=st.integers(1, 20_000), parte=st.integers(1, 100))
def test_the_layers_of_a_municipality_hold_all_its_people(personas: int, parte: int) -> None:
    adultos = max(1, personas * parte // 100)
    cortes = estructura.Municipio("00000", personas, adultos, personas).cortes
    assert cortes == sorted(cortes)
    assert 1 <= cortes[0] <= adultos
    assert cortes[-1] == personas
