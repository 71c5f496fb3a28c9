"""Files of many blocks: headerless masters, exact row numbers, threshold, resuming after a kill."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.registros import cargar_archivo, esquema_de
from shared.registros.errors import DemasiadosRechazos, FaltanColumnas, FormatoDesconocido
from shared.registros.parcial import candado
from shared.registros.progreso import Fase, Paso

MAESTRO = "EPS044MS0001012020.TXT"
BLOQUE = 8_000
"""Bytes: some forty rows, so that small files have many blocks."""


def linea(numero: int, **campos: str) -> str:
    """A row of the master of 43 positions; ``campos`` by position, ``p11="…"``."""
    celdas = {
        1: str(numero), 2: "EPS044 ", 3: "CC", 4: "1000000001", 5: "CC",
        6: str(1_000_000_000 + numero),
        7: "MUÑOZ", 8: "IBÁÑEZ", 9: "BEGOÑA", 10: "", 11: "25/12/1980", 12: "F", 18: "F",
        24: "5", 25: "1", 26: "U", 27: "01/02/2010", 28: "01/02/2010", 34: "AC", 35: "01/03/2015",
        36: "01/03/2015", 37: "7", 43: "N",
    }  # fmt: skip
    celdas.update({int(p.removeprefix("p")): v for p, v in campos.items()})
    return ",".join(celdas.get(i, "") for i in range(1, 44))


def escribir(carpeta: Path, lineas: list[str], nombre: str = MAESTRO) -> Path:
    ruta = carpeta / nombre
    ruta.write_bytes("".join(f"{x}\r\n" for x in lineas).encode("cp1252"))
    return ruta


def filas(ruta: Path | None, columnas: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {columnas} FROM read_parquet('{ruta}')").fetchall()


def test_maestro_de_43_posiciones_en_muchos_bloques(tmp_path: Path) -> None:
    lineas = [linea(i) for i in range(1, 501)]
    lineas[99] = linea(100, p11="30/02/1990", p5="XX")  # two bad cells
    lineas[200] = linea(201) + ",sobra"
    lineas[300] = linea(301, p6="")
    lineas[400] = ",".join(linea(401).split(",")[1:])
    lineas[410] = linea(411, p7='MU"ÑOZ"', p8='"')
    lineas.insert(450, "")
    lineas.insert(50, ",,,")
    carga = cargar_archivo("bdua", escribir(tmp_path, lineas), tmp_path / "salida", bloque=BLOQUE)
    assert (carga.filas_leidas, carga.filas, carga.rechazadas) == (500, 496, 4)
    assert {f[:2] for f in filas(carga.rechazos)} == {
        (100, "fecha_nacimiento"), (100, "tipo_documento"), (201, None),
        (301, "numero_documento"), (401, None),
    }  # fmt: skip
    primera = "codigo_eps, regimen, primer_apellido, fecha_nacimiento, codigo_municipio, desde"
    assert filas(carga.ruta, primera)[0] == (
        "EPS044", "S", "MUÑOZ", date(1980, 12, 25), "05001", date(2015, 3, 1),
    )  # fmt: skip
    assert filas(carga.ruta, "primer_apellido, segundo_apellido")[406] == ('MU"ÑOZ"', '"')
    documentos = [f[0] for f in filas(carga.ruta, "numero_documento")]
    assert documentos == sorted(documentos)
    assert carga.calidad["codificacion"] == "cp1252"
    assert (carga.calidad["lineas_en_blanco"], carga.calidad["filas_rotas"]) == (2, 2)


@pytest.mark.parametrize(
    ("nombre", "regimen"),
    [("EPS044MC0001012020.TXT", "C"), ("23678-MS0021032024.txt", "S")],
)
def test_el_nombre_dice_el_regimen(tmp_path: Path, nombre: str, regimen: str) -> None:
    ruta = escribir(tmp_path, [linea(1, p2="ZZZ000")], "subido.tmp")
    carga = cargar_archivo("bdua", ruta, tmp_path / "salida", nombre=nombre)
    assert filas(carga.ruta, "regimen") == [(regimen,)]


def test_maestro_de_2020(tmp_path: Path) -> None:
    """The same layout without positions 13 to 17 and 40 to 43, decided by most of the lines."""
    fuera = {*range(13, 18), *range(40, 44)}
    lineas = [
        ",".join(c for i, c in enumerate(linea(n).split(","), start=1) if i not in fuera)
        for n in range(1, 41)
    ]
    lineas.insert(0, "una,linea,rota")
    carga = cargar_archivo("bdua", escribir(tmp_path, lineas), tmp_path / "salida")
    assert (carga.filas, carga.rechazadas) == (40, 1)
    assert filas(carga.ruta, "estado, cruce_bdex_rnec")[0] == ("AC", None)
    assert filas(carga.rechazos)[0][::3] == (1, "la fila tiene 3 columnas y el formato 34")


def test_con_encabezado_tambien(tmp_path: Path) -> None:
    ruta = tmp_path / "bdua.csv"
    ruta.write_text(
        "afl_id,codigo_eps,tipo_documento,numero_documento,fecha_nacimiento,estado,fecha_estado\n"
        "1,EPS044,CC,1000000001,1980-12-25,AC,2015-03-01\n"
    )
    carga = cargar_archivo("bdua", ruta, tmp_path / "salida")
    assert filas(carga.ruta, "numero_documento, desde") == [("1000000001", date(2015, 3, 1))]


def test_un_encabezado_entre_comillas_dice_que_las_celdas_tambien(tmp_path: Path) -> None:
    ruta = tmp_path / "bdua.csv"
    ruta.write_text(
        '"afl_id","codigo_eps","tipo_documento","numero_documento","primer_apellido","estado",'
        '"fecha_nacimiento"\n"1","EPS044","CC","1000000001","DE LA PEÑA, HIJO","AC","1980-12-25"\n'
    )
    carga = cargar_archivo("bdua", ruta, tmp_path / "salida")
    assert filas(carga.ruta, "primer_apellido") == [("DE LA PEÑA, HIJO",)]


def test_ningun_formato_sirve(tmp_path: Path) -> None:
    """The first row of someone's data is not shown as if it were a header."""
    ruta = escribir(tmp_path, ["1,EPS044,CC,1000000001,MUÑOZ"] * 3)
    with pytest.raises(FormatoDesconocido, match=r"5 campos.*maestro_43, 43 campos.*coma") as e:
        cargar_archivo("bdua", ruta, tmp_path / "salida")
    assert "MUÑOZ" not in e.value.detalle
    with pytest.raises(FaltanColumnas) as otro:
        cargar_archivo("reps_sedes", ruta, tmp_path / "salida")
    assert "MUÑOZ" not in otro.value.detalle


def test_el_umbral_detiene_pronto(tmp_path: Path) -> None:
    lineas = [linea(i) for i in range(1, 3_001)]
    lineas[1_500:] = [linea(i, p34="ZZ" if i % 10 == 0 else "AC") for i in range(1_501, 3_001)]
    ruta = escribir(tmp_path, lineas)
    parcial = tmp_path / "parcial"
    pasos: list[Paso] = []
    with pytest.raises(DemasiadosRechazos) as e:
        cargar_archivo(
            "bdua", ruta, tmp_path / "salida", parcial=parcial, bloque=250_000, avance=pasos.append
        )
    dicho = e.value.detalle
    assert "En el bloque 2 (filas" in dicho
    assert "estado: debe ser uno de" in dicho
    assert "fila 1630: estado" in dicho
    assert "no cambió nada" in dicho
    assert "1000001630" not in dicho
    assert not list((tmp_path / "salida").iterdir())
    holgado = replace(esquema_de("bdua"), umbral=0.2)
    carga = cargar_archivo(holgado, ruta, tmp_path / "salida", bloque=250_000)
    assert (carga.filas, carga.rechazadas) == (2_850, 150)


def test_bloques_cortos_no_se_prueban_contra_el_umbral(tmp_path: Path) -> None:
    lineas = [linea(i, p34="ZZ" if i > 100 else "AC") for i in range(1, 201)]
    carga = cargar_archivo("bdua", escribir(tmp_path, lineas), tmp_path / "salida")
    assert (carga.filas, carga.rechazadas) == (100, 100)


def test_los_bloques_no_cambian_el_resultado(tmp_path: Path) -> None:
    dados = random.Random(7)  # noqa: S311 - data of a test
    lineas = []
    for i in range(1, 800):
        raro = dados.random()
        if raro < 0.01:
            lineas.append(linea(i, p11="31/02/2000"))
        elif raro < 0.02:
            lineas.append(linea(i).removesuffix(",N"))
        else:
            lineas.append(linea(dados.randint(1, 10**6), p7=dados.choice(["PEÑA", '"', "  A  B "])))
    ruta = escribir(tmp_path, lineas)
    entero = cargar_archivo("bdua", ruta, tmp_path / "a")
    por_partes = cargar_archivo("bdua", ruta, tmp_path / "b", bloque=BLOQUE)
    assert filas(entero.ruta) == filas(por_partes.ruta)
    assert filas(entero.rechazos) == filas(por_partes.rechazos)
    assert entero.calidad == por_partes.calidad


def test_el_avance_llega_al_final(tmp_path: Path) -> None:
    ruta = escribir(tmp_path, [linea(i) for i in range(1, 301)])
    pasos: list[Paso] = []
    cargar_archivo("bdua", ruta, tmp_path / "salida", bloque=BLOQUE, avance=pasos.append)
    largo = ruta.stat().st_size
    for fase in Fase:
        suyos = [p for p in pasos if p.fase is fase]
        assert suyos[-1].bytes == suyos[-1].total_bytes == largo
        assert [p.bytes for p in suyos] == sorted(p.bytes for p in suyos)
    assert next(p.filas for p in reversed(pasos) if p.fase is Fase.LEER) == 300


MATADO = """
import sys, time
from pathlib import Path
from shared.registros import cargar_archivo
vistos = 0
def frenar(paso):
    global vistos
    vistos += paso.fase == "LEER"
    if vistos > 6:
        print("a medias", flush=True)
        time.sleep(60)
cargar_archivo("bdua", Path(sys.argv[1]), Path(sys.argv[2]), parcial=Path(sys.argv[3]),
               bloque=int(sys.argv[4]), avance=frenar)
"""


def matar_a_medias(ruta: Path, carpeta: Path) -> list[Path]:
    """Kill -9 a load that has some blocks done; gives the Parquets it leaves."""
    parcial = carpeta / "parcial"
    orden = [sys.executable, "-c", MATADO, ruta, carpeta / "muerta", parcial, BLOQUE]
    with subprocess.Popen([*map(str, orden)], stdout=subprocess.PIPE, text=True) as hijo:
        assert hijo.stdout is not None
        assert hijo.stdout.readline() == "a medias\n"
        hijo.send_signal(signal.SIGKILL)
    return sorted(parcial.glob("bloque-*.parquet"))


def test_sigue_despues_de_un_kill(tmp_path: Path) -> None:
    lineas = [linea(i) for i in range(1, 601)]
    for mala in (3, 250, 599):
        lineas[mala] = linea(mala + 1, p34="ZZ")
    ruta = escribir(tmp_path, lineas)
    entera = cargar_archivo("bdua", ruta, tmp_path / "entera", bloque=BLOQUE)
    hechos = matar_a_medias(ruta, tmp_path)
    assert len(hechos) >= 5
    assert not list((tmp_path / "muerta").glob("*.parquet"))
    antes = {r: r.stat().st_mtime_ns for r in hechos[:5]}
    seguida = cargar_archivo(
        "bdua", ruta, tmp_path / "seguida", parcial=tmp_path / "parcial", bloque=BLOQUE
    )
    assert {r: r.stat().st_mtime_ns for r in hechos[:5]} == antes  # not done again
    assert filas(seguida.ruta) == filas(entera.ruta)
    assert filas(seguida.rechazos) == filas(entera.rechazos)
    assert seguida.calidad == entera.calidad


def test_lo_hecho_de_otra_forma_se_rehace(tmp_path: Path) -> None:
    """Blocks of another declaration, date or size are not mixed with these."""
    ruta = escribir(tmp_path, [linea(i) for i in range(1, 301)])
    hechos = matar_a_medias(ruta, tmp_path)
    antes = {r: r.stat().st_mtime_ns for r in hechos}
    carga = cargar_archivo(
        "bdua",
        ruta,
        tmp_path / "seguida",
        parcial=tmp_path / "parcial",
        bloque=BLOQUE,
        fecha_corte=date(2020, 1, 1),
    )
    assert all(r.stat().st_mtime_ns != antes[r] for r in hechos)
    assert filas(carga.ruta, "DISTINCT fecha_corte") == [(date(2020, 1, 1),)]


def test_una_nota_a_medias_no_cuenta(tmp_path: Path) -> None:
    """What a power cut can leave: a block whose note is not whole is done again."""
    ruta = escribir(tmp_path, [linea(i) for i in range(1, 301)])
    matar_a_medias(ruta, tmp_path)
    nota = tmp_path / "parcial" / "bloque-000002.json"
    nota.write_text(nota.read_text()[:20])
    carga = cargar_archivo(
        "bdua", ruta, tmp_path / "seguida", parcial=tmp_path / "parcial", bloque=BLOQUE
    )
    assert (carga.filas_leidas, carga.filas) == (300, 300)


def test_el_candado_muere_con_su_proceso(tmp_path: Path) -> None:
    carpeta = tmp_path / "carga"
    orden = (
        "import sys, time; from pathlib import Path; from shared.registros.parcial import candado\n"
        "with candado(Path(sys.argv[1])) as tomado:\n print(tomado, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", orden, str(carpeta)], stdout=subprocess.PIPE, text=True
    ) as hijo:
        assert hijo.stdout is not None
        assert hijo.stdout.readline() == "True\n"
        with candado(carpeta) as tomado:
            assert not tomado
        hijo.kill()
    limite = time.monotonic() + 5
    while time.monotonic() < limite:
        with candado(carpeta) as tomado:
            if tomado:
                break
    assert tomado
    assert not list(tmp_path.iterdir())


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(
            st.just(linea(5)),
            st.builds(lambda t: linea(6, p7=t), st.text('A"ñ ,', max_size=5)),
            st.text(st.characters(codec="cp1252"), max_size=60),
        ),
        max_size=30,
    )
)
def test_lineas_que_entran_son_filas_mas_rechazos(tmp_path: Path, lineas: list[str]) -> None:
    """Whatever comes after them, rows of a master are all told, and good ones survive."""
    buenas = [linea(i) for i in range(1, 41)]
    ruta = escribir(tmp_path, [*buenas, *lineas])
    carga = cargar_archivo("bdua", ruta, tmp_path / "salida", bloque=BLOQUE)
    cuerpo = "\n".join(lineas).replace("\r\n", "\n").replace("\r", " ")
    en_el_archivo = len(buenas) + (len(cuerpo.split("\n")) if lineas else 0)
    assert carga.filas_leidas == carga.filas + carga.rechazadas
    assert carga.filas_leidas + carga.calidad["lineas_en_blanco"] == en_el_archivo
    assert carga.filas >= len(buenas)
