"""Several extracts as one history, and the state of each day, against the definition in Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.normativa import Certeza, Fuente
from shared.registros import Corte, EstadoCorte, FuenteRegistro
from shared.registros.busqueda import acotar, estado_en
from shared.registros.carpeta import abrir_cortes
from shared.registros.intervalos import Extracto, Historia
from shared.registros.model import FECHA, TEXTO, ColumnaRegistro, EsquemaRegistro, Intervalos
from shared.tipos import InvarianteRota

AFILIACION: Final = EsquemaRegistro(
    nombre="afiliacion",
    titulo="Afiliación inventada",
    dueno="Nadie",
    fuente=Fuente("Decisión de diseño", certeza=Certeza.DISENO),
    certeza=Certeza.DISENO,
    clave=("documento",),
    intervalos=Intervalos(sujeto=("persona",), hecho=("eps", "estado")),
    columnas=(
        ColumnaRegistro("persona", TEXTO),
        ColumnaRegistro("documento", TEXTO),
        ColumnaRegistro("eps", TEXTO),
        ColumnaRegistro("estado", TEXTO),
        ColumnaRegistro("nombre", TEXTO),
        ColumnaRegistro("desde", FECHA),
        ColumnaRegistro("hasta", FECHA),
    ),
)
ENERO: Final = date(2020, 1, 1)


def dia(n: int) -> date:
    """Day ``n`` of 2020, from 1."""
    return ENERO + timedelta(n - 1)


@dataclass(frozen=True)
class Fila:
    eps: str
    desde: int | None
    hasta: int | None = None
    estado: str = "AC"
    persona: str = "1"
    documento: str = "100"
    nombre: str = "ANA"

    def sql(self) -> str:
        fechas = ("NULL" if n is None else f"DATE '{dia(n)}'" for n in (self.desde, self.hasta))
        textos = (self.persona, self.documento, self.eps, self.estado, self.nombre)
        return f"({', '.join([*(repr(t) for t in textos), *fechas])})"


Maestros = list[tuple[int, list[Fila]]]
"""(date of the extract as month of 2020, its rows); several may have one date."""


def extracto(mes: int, filas: list[Fila]) -> Extracto:
    nombres = ", ".join(AFILIACION.nombres)
    tipos = ", ".join(
        f"CAST({c.nombre} AS {c.tipo.duckdb}) AS {c.nombre}" for c in AFILIACION.columnas
    )
    datos = ", ".join(f.sql() for f in filas)
    return Extracto(
        f"SELECT {tipos}, row_number() OVER () - 1 AS _numero FROM (VALUES {datos}) t({nombres})",
        date(2020, mes, 28),
    )


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as conexion:
        yield conexion


def historia(*maestros: tuple[int, list[Fila]]) -> Historia:
    return Historia(AFILIACION, tuple(extracto(mes, filas) for mes, filas in maestros))


def leer(
    con: duckdb.DuckDBPyConnection, contada: Historia, columnas: str = "eps, estado, desde, hasta"
) -> list[tuple[Any, ...]]:
    return con.sql(contada.sql()).select(columnas).order("ALL").fetchall()


def test_un_maestro_posterior_cierra_la_vispera(con: duckdb.DuckDBPyConnection) -> None:
    contada = historia((6, [Fila("A", 1)]), (9, [Fila("B", 200)]))
    assert leer(con, contada) == [
        ("A", "AC", dia(1), dia(199)),
        ("B", "AC", dia(200), None),
    ]


def test_filas_iguales_cuentan_una_vez_con_los_datos_del_ultimo(
    con: duckdb.DuckDBPyConnection,
) -> None:
    contada = historia(
        (9, [Fila("A", 1, nombre="ANA MARIA"), Fila("A", 1, nombre="ANA MARIA")]),
        (6, [Fila("A", 1)]),
    )
    assert leer(con, contada, "eps, nombre, desde, hasta") == [("A", "ANA MARIA", dia(1), None)]


def test_varios_archivos_de_una_fecha_dejan_ver_la_doble_afiliacion(
    con: duckdb.DuckDBPyConnection,
) -> None:
    contada = historia((6, [Fila("A", 1)]), (6, [Fila("B", 50)]), (6, [Fila("A", 1)]))
    assert leer(con, contada) == [("A", "AC", dia(1), None), ("B", "AC", dia(50), None)]


def test_quien_falta_en_el_siguiente_sigue_igual(con: duckdb.DuckDBPyConnection) -> None:
    dos = [Fila("A", 1), Fila("B", 50)]
    otra = [Fila("C", 10, persona="2", documento="200")]
    assert leer(con, historia((6, dos), (9, otra)), "eps, hasta") == [
        ("A", None), ("B", None), ("C", None)
    ]  # fmt: skip
    # The file of the other EPS did not come: its row is not contradicted by the one that did.
    assert leer(con, historia((6, dos), (9, [Fila("A", 1)])), "eps, hasta") == [
        ("A", None), ("B", None)
    ]  # fmt: skip


def test_una_novedad_cierra_solo_lo_que_no_se_repite(con: duckdb.DuckDBPyConnection) -> None:
    contada = historia((6, [Fila("A", 1), Fila("B", 50)]), (9, [Fila("A", 1), Fila("C", 200)]))
    assert leer(con, contada, "eps, hasta") == [("A", None), ("B", dia(199)), ("C", None)]


def test_lo_errado_se_va_y_lo_que_vuelve_se_queda(con: duckdb.DuckDBPyConnection) -> None:
    # The later extract says that the change was earlier than the first one knew.
    assert leer(con, historia((6, [Fila("A", 100)]), (9, [Fila("B", 100)]))) == [
        ("B", "AC", dia(100), None)
    ]
    # A mistake of one month, corrected the next.
    contada = historia((6, [Fila("A", 1)]), (7, [Fila("B", 150)]), (8, [Fila("A", 1)]))
    assert leer(con, contada) == [("A", "AC", dia(1), None)]


def test_intervalos_cerrados_y_huecos(con: duckdb.DuckDBPyConnection) -> None:
    contada = historia(
        (6, [Fila("A", 1, 60, "SM"), Fila("A", 100)]),
        (9, [Fila("A", 1, 60, "SM"), Fila("A", 100, 210), Fila("A", 220, None, "RE")]),
    )
    assert leer(con, contada) == [
        ("A", "AC", dia(100), dia(210)),
        ("A", "RE", dia(220), None),
        ("A", "SM", dia(1), dia(60)),
    ]
    # What ended before the new one begins is left alone; what goes past it is cut.
    contada = historia((6, [Fila("A", 1, 60), Fila("B", 61, 150)]), (9, [Fila("C", 100)]))
    assert leer(con, contada, "eps, desde, hasta") == [
        ("A", dia(1), dia(60)), ("B", dia(61), dia(99)), ("C", dia(100), None)
    ]  # fmt: skip


def test_tres_maestros_encadenados(con: duckdb.DuckDBPyConnection) -> None:
    contada = historia(
        (3, [Fila("A", 1)]), (6, [Fila("A", 80, estado="SM")]), (9, [Fila("A", 130)])
    )
    assert leer(con, contada, "estado, desde, hasta") == [
        ("AC", dia(1), dia(79)), ("AC", dia(130), None), ("SM", dia(80), dia(129))
    ]  # fmt: skip


def test_sin_desde_no_cierra_ni_rige(con: duckdb.DuckDBPyConnection) -> None:
    contada = historia((6, [Fila("A", 1)]), (9, [Fila("B", None)]))
    assert leer(con, contada, "eps, hasta") == [("A", None), ("B", None)]
    fuente = FuenteRegistro("afiliacion", True, contada.sql())
    assert [f[2] for f in estado_en(con, fuente, dia(300)).fetchall()] == ["A"]


def test_dos_documentos_de_una_persona_se_conservan(con: duckdb.DuckDBPyConnection) -> None:
    dos = [Fila("A", 1, documento="TI"), Fila("A", 1, documento="CC")]
    assert leer(con, historia((6, dos), (9, dos)), "documento") == [("CC",), ("TI",)]
    # Once a later extract gives one that no earlier one gave, it takes the place of the others.
    assert leer(con, historia((6, dos), (9, [Fila("A", 1, documento="CE")])), "documento") == [
        ("CE",)
    ]


def test_un_registro_sin_intervalos_no_hace_historia() -> None:
    suelto = EsquemaRegistro(
        nombre="suelto", titulo="", dueno="", fuente=AFILIACION.fuente, certeza=Certeza.DISENO,
        clave=("documento",), columnas=AFILIACION.columnas,
    )  # fmt: skip
    with pytest.raises(InvarianteRota):
        Historia(suelto, (extracto(6, [Fila("A", 1)]),)).sql()


# --- properties --------------------------------------------------------------------------------

NUMEROS: Final = st.integers(1, 8)
FILAS: Final = st.builds(
    Fila,
    eps=st.sampled_from("AB"),
    desde=st.one_of(st.none(), NUMEROS),
    hasta=st.one_of(st.none(), st.none(), NUMEROS),
    estado=st.sampled_from(["AC", "SM"]),
    persona=st.sampled_from("12"),
    documento=st.sampled_from(["100", "200"]),
)
MAESTROS: Final = st.lists(
    st.tuples(st.integers(1, 4), st.lists(FILAS, min_size=1, max_size=4)), min_size=1, max_size=4
)
DIAS: Final = st.integers(0, 9)
UNA_CONEXION: Final = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

Estado = set[tuple[str, str, str, str]]
"""persona, documento, eps, estado of the rows in force."""


def identidad(fila: Fila) -> tuple[Any, ...]:
    return (fila.persona, fila.documento, fila.eps, fila.estado, fila.desde, fila.hasta)


def estado_ingenuo(maestros: Maestros, n: int) -> Estado:
    """Day by day, row against row: nobody would run this on a country."""
    dichas: dict[tuple[Any, ...], set[int]] = {}
    for mes, filas in maestros:
        for fila in filas:
            dichas.setdefault(identidad(fila), set()).add(mes)

    def rige(fila: tuple[Any, ...]) -> bool:
        desde, hasta = fila[4], fila[5]
        return desde is not None and desde <= n and (hasta is None or n <= hasta)

    def contradicha(fila: tuple[Any, ...]) -> bool:
        """Another of the person, given later and never together, has begun by that day."""
        return any(
            otra[0] == fila[0]
            and max(meses) > max(dichas[fila])
            and not meses & dichas[fila]
            and otra[4] is not None
            and otra[4] <= n
            and (otra[5] is None or otra[5] >= fila[4])
            and (fila[5] is None or fila[5] >= otra[4])
            for otra, meses in dichas.items()
        )

    return {f[:4] for f in dichas if rige(f) and not contradicha(f)}


def estado_sql(con: duckdb.DuckDBPyConnection, fuente: FuenteRegistro, n: int) -> Estado:
    return set(estado_en(con, fuente, dia(n)).select("persona, documento, eps, estado").fetchall())


@UNA_CONEXION
@given(maestros=MAESTROS, n=DIAS)
def test_el_estado_de_un_dia(con: duckdb.DuckDBPyConnection, maestros: Maestros, n: int) -> None:
    fuente = FuenteRegistro("afiliacion", True, historia(*maestros).sql())
    assert estado_sql(con, fuente, n) == estado_ingenuo(maestros, n)


@UNA_CONEXION
@given(maestros=MAESTROS, n=DIAS)
def test_dos_filas_de_un_dia_las_dijo_juntas_algun_maestro(
    con: duckdb.DuckDBPyConnection, maestros: Maestros, n: int
) -> None:
    juntas = set()
    for mes in {m for m, _ in maestros}:
        filas = {identidad(f)[:4] for m, propias in maestros if m == mes for f in propias}
        juntas |= {(a, b) for a in filas for b in filas if a[0] == b[0]}
    vistas = estado_sql(con, FuenteRegistro("afiliacion", True, historia(*maestros).sql()), n)
    assert {(a, b) for a in vistas for b in vistas if a[0] == b[0]} <= juntas


@UNA_CONEXION
@given(maestros=MAESTROS, buscado=st.sampled_from(["100", "200", "300"]))
def test_acotar_da_las_mismas_filas(
    con: duckdb.DuckDBPyConnection, maestros: Maestros, buscado: str
) -> None:
    contada = historia(*maestros)
    fuente = FuenteRegistro("afiliacion", True, contada.sql(), historia=contada)
    acotada = acotar(fuente, {"documento": {buscado, None}})
    esperadas = con.sql(fuente.sql).filter(f"documento = '{buscado}'").order("ALL").fetchall()
    assert con.sql(acotada.sql).order("ALL").fetchall() == esperadas


@UNA_CONEXION
@given(maestros=MAESTROS, siguiente=st.lists(FILAS, min_size=1, max_size=3), n=DIAS)
def test_consolidar_y_seguir_es_lo_mismo(
    con: duckdb.DuckDBPyConnection, maestros: Maestros, siguiente: list[Fila], n: int
) -> None:
    ultimo = Extracto(
        f"SELECT *, row_number() OVER () - 1 AS _numero FROM ({historia(*maestros).sql()})",
        max(date(2020, mes, 28) for mes, _ in maestros),
    )
    nuevo = extracto(12, siguiente)
    por_partes = Historia(AFILIACION, (nuevo, ultimo)).sql()
    de_una_vez = historia((12, siguiente), *maestros).sql()
    assert estado_sql(con, FuenteRegistro("afiliacion", True, por_partes), n) == estado_sql(
        con, FuenteRegistro("afiliacion", True, de_una_vez), n
    )


# --- cortes ------------------------------------------------------------------------------------


def test_los_cortes_vigentes_hacen_una_historia(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    cortes = []
    for mes, filas in ((6, [Fila("A", 1)]), (9, [Fila("B", 200)])):
        corte = Corte(
            id=uuid4(), registro="bdua_inventada", fecha_corte=date(2020, mes, 28),
            archivo=f"{mes}.txt", sha256_fuente=f"fuente{mes}", sha256=f"{mes}", filas=1,
            filas_rechazadas=0, calidad={}, estado=EstadoCorte.VIGENTE, motivo=None,
            derivado_de=None, cargado_por="prueba", created_at=datetime(2020, 10, 1, tzinfo=UTC),
        )  # fmt: skip
        destino = tmp_path / corte.ruta
        destino.parent.mkdir(parents=True)
        con.execute(
            f"COPY (SELECT * EXCLUDE (_numero) FROM ({extracto(mes, filas).sql})) TO '{destino}'"
        )
        cortes.append(corte)
    fuente = abrir_cortes(con, {"bdua_inventada": cortes}, datos=tmp_path)["bdua_inventada"]
    assert fuente.filas == 2
    assert fuente.sha256 == ("fuente9", "fuente6")
    assert estado_sql(con, fuente, 199) == {("1", "100", "A", "AC")}
    assert estado_sql(con, fuente, 200) == {("1", "100", "B", "AC")}


@pytest.fixture(autouse=True)
def catalogo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented register, for whoever asks the catalogue by name."""
    from shared.registros import catalogo as modulo

    monkeypatch.setitem(modulo.REGISTROS, "bdua_inventada", AFILIACION)
