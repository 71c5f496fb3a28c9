"""Any text becomes numbered, split rows; what cannot be split is set apart with its number."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.registros import lectura, partido
from shared.registros.errors import ArchivoIlegible
from shared.registros.lectura import Lector, inspeccionar, pasar_a_utf8
from shared.registros.partido import Partidor, Rota


@dataclass
class Leido:
    """A whole file, block after block."""

    codificacion: str
    encabezado: list[str]
    filas: list[list[str | None]] = field(default_factory=list)
    rotas: list[Rota] = field(default_factory=list)
    en_blanco: int = 0
    leidas: int = 0
    bloques: int = 0


def leer(
    carpeta: Path,
    contenido: bytes,
    delimitador: str = ",",
    *,
    bloque: int = lectura.BLOQUE,
    comillas: bool = True,
) -> Leido:
    """As the loader does: header, then blocks that begin where the one before ended."""
    ruta = carpeta / "origen.csv"
    ruta.write_bytes(contenido)
    inspeccion = inspeccionar(ruta)
    if inspeccion.codificacion == "utf-16":
        pasar_a_utf8(ruta, carpeta / "utf8.csv")
        ruta = carpeta / "utf8.csv"
    lector = Lector(ruta, inspeccion, bloque=bloque)
    [(inicio, titulo)] = lector.primeras(1)
    encabezado = [t for t in lectura.partir_encabezado(titulo, delimitador) if t]
    columnas = len(encabezado)
    partidor = Partidor(delimitador, columnas, tuple(range(columnas)), comillas=comillas)
    leido = Leido(inspeccion.codificacion, encabezado)
    bloques = 1
    while inicio < lector.bytes:
        tramo = lector.tramo(inicio, bloques)
        parte = partidor.partir(
            lector.limpio(tramo.crudo, delimitador), leido.leidas + 1, ultimo=tramo.ultimo
        )
        fin = lector.sin_ultimas(tramo, parte.sobrantes) if parte.sobrantes else tramo.fin
        if fin == inicio:
            bloques *= 2
            continue
        inicio, bloques = fin, 1
        leido.filas += [list(f.values()) for f in parte.tabla.to_pylist()]
        leido.rotas += parte.rotas
        leido.en_blanco += parte.en_blanco
        leido.leidas += parte.filas
        leido.bloques += 1
    leido.filas.sort(key=lambda f: int(f[0] or 0))
    return leido


def _vacias(filas: list[list[str | None]]) -> list[list[str]]:
    """With "" for the missing: the fast way gives null, the other one leaves it to DuckDB."""
    return [["" if celda is None else str(celda) for celda in fila] for fila in filas]


@pytest.mark.parametrize(
    ("contenido", "codificacion"),
    [
        ("a,b\nñ,1\n".encode(), "utf-8"),
        ("a,b\nñ,1\n".encode("utf-8-sig"), "utf-8"),
        ("a,b\nñ,1\n".encode("cp1252"), "cp1252"),
        ("a,b\nñ,1\n".encode("utf-16"), "utf-16"),
        ("a,b\n1,ñ".encode()[:-1], "cp1252"),  # a file cut in the middle of a character
    ],
)
def test_codificaciones(tmp_path: Path, contenido: bytes, codificacion: str) -> None:
    leido = leer(tmp_path, contenido)
    assert leido.codificacion == codificacion
    assert leido.encabezado == ["a", "b"]
    assert leido.leidas == 1


@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimitador", [",", ";", "|", "\t"])
def test_fines_de_linea_y_separador_final(tmp_path: Path, fin: str, delimitador: str) -> None:
    lineas = ["a,b,", "1,2,", "3,", "", ",,", "5,6"]
    leido = leer(tmp_path, fin.join(lineas).replace(",", delimitador).encode(), delimitador)
    assert _vacias(leido.filas) == [["1", "1", "2"], ["2", "3", ""], ["3", "5", "6"]]
    assert (leido.leidas, leido.rotas, leido.en_blanco) == (3, [], 2)


def test_separador_final_en_todas(tmp_path: Path) -> None:
    """Where all lines end in a separator, it ends the last column if the width says so."""
    con_cola = leer(tmp_path, b"a;b;\n1;2;\n3;4;\n5;\n6;7;;\n", ";")
    assert _vacias(con_cola.filas) == [["1", "1", "2"], ["2", "3", "4"], ["3", "5", ""]]
    assert con_cola.rotas == [Rota(4, "6;7;;", "la fila tiene 3 columnas y el encabezado 2")]
    ultima_vacia = leer(tmp_path, b"a;b\n1;\n2;\n", ";")
    assert _vacias(ultima_vacia.filas) == [["1", "1", ""], ["2", "2", ""]]


def test_cr_suelto_en_un_archivo_lf_es_un_blanco(tmp_path: Path) -> None:
    assert leer(tmp_path, b"a,b\nx\ry,2\r\nz,3\r").filas == [[1, "x y", "2"], [2, "z", "3"]]


def test_fila_rota_no_detiene_y_conserva_su_numero(tmp_path: Path) -> None:
    leido = leer(tmp_path, b"a;b\n1;2\nx;y;z;\n3;4\n5\n", ";")
    assert leido.filas == [[1, "1", "2"], [3, "3", "4"]]
    assert leido.rotas == [
        Rota(2, "x;y;z;", "la fila tiene 3 columnas y el encabezado 2"),
        Rota(4, "5", "la fila tiene 1 columnas y el encabezado 2"),
    ]


COMILLAS = b'a,b\n"uno, dos",1\n"dice ""hola""",2\n"con\nsalto",3\nsuelta "media,4\n"abre,5\nz,6\n'


@pytest.mark.parametrize("bloque", [lectura.BLOQUE, 30, 20])
def test_comillas(tmp_path: Path, bloque: int) -> None:
    """A quoted field that crosses the end of a block begins the next one."""
    assert leer(tmp_path, COMILLAS, bloque=bloque).filas == [
        [1, "uno, dos", "1"],
        [2, 'dice "hola"', "2"],
        [3, "con salto", "3"],
        [4, 'suelta "media', "4"],
        [5, '"abre', "5"],
        [6, "z", "6"],
    ]


def test_sin_comillas_una_comilla_es_un_caracter(tmp_path: Path) -> None:
    leido = leer(tmp_path, COMILLAS, comillas=False)
    assert leido.filas == [
        [2, '"dice "hola"', "2"],
        [4, 'salto"', "3"],
        [5, 'suelta "media', "4"],
        [6, '"abre', "5"],
        [7, "z", "6"],
    ]
    assert [r.fila for r in leido.rotas] == [1, 3]


@pytest.mark.parametrize("bloque", [lectura.BLOQUE, 40])
def test_una_comilla_perdida_rompe_una_sola_fila(tmp_path: Path, bloque: int) -> None:
    """A quote that never closes must not swallow the rows behind it."""
    filas = "\n".join(f"x{i},{i}" for i in range(100))
    contenido = f'a,b\n"abre,1,2\n{filas}\n"cierra"z,3,4\n'.encode()
    leido = leer(tmp_path, contenido, bloque=bloque)
    assert (leido.leidas, [r.fila for r in leido.rotas]) == (102, [1, 102])


def test_nulos_blancos_duros_y_faltantes(tmp_path: Path) -> None:
    contenido = "a,b,c\n x\0y\x1f ,z\u00a0w\t\tv,N/a\n"
    for codificacion in ("utf-8", "cp1252"):
        leido = leer(tmp_path, contenido.encode(codificacion))
        assert leido.filas == [[1, "xy", "z w v", None]]
        assert inspeccionar(tmp_path / "origen.csv").nulos == 1


def test_bloques_pequenos_dan_lo_mismo(tmp_path: Path) -> None:
    filas = "".join(f"ñandú {i};{i}{';9' if i % 9 == 0 else ''}\r\n" for i in range(200))
    contenido = f"a;b\r\n{filas}".encode("cp1252")
    entero = leer(tmp_path, contenido, ";")
    por_partes = leer(tmp_path, contenido, ";", bloque=37)
    assert por_partes.bloques > 50
    assert (por_partes.filas, por_partes.rotas) == (entero.filas, entero.rotas)
    assert (entero.leidas, len(entero.rotas)) == (200, 23)


def test_linea_sin_fin(tmp_path: Path) -> None:
    with pytest.raises(ArchivoIlegible, match="línea de más de"):
        leer(tmp_path, b"a,b\n" + b"x" * 1000, bloque=64)


def test_linea_larga_va_a_cuarentena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partido, "LINEA_MAXIMA", 100)
    monkeypatch.setattr(partido, "_VENTANA", 50)
    leido = leer(tmp_path, b"a,b\n1,2\n" + b"x" * 1000 + b",3\n4,5\n")
    assert (leido.leidas, len(leido.filas)) == (3, 2)
    assert len(leido.rotas[0].muestra) == lectura.TEXTO_ROTO
    assert leido.rotas[0].motivo == "la fila pasa de 1 MB"


@settings(max_examples=150, deadline=None)
@given(
    lineas=st.lists(st.text(st.sampled_from('ab,;"\r ñ\t\x00'), max_size=12), max_size=40),
    bloque=st.integers(48, 200),
    fin=st.sampled_from(["\n", "\r\n"]),
    codificacion=st.sampled_from(["utf-8", "cp1252"]),
    comillas=st.booleans(),
)
def test_todas_las_lineas_se_cuentan(  # noqa: PLR0917 - hypothesis gives them by name
    tmp_path_factory: pytest.TempPathFactory,
    lineas: list[str],
    bloque: int,
    fin: str,
    codificacion: str,
    comillas: bool,
) -> None:
    """Rows read = rows + broken ones, each with a number of its own, for any blocks."""
    contenido = fin.join(["a,b", *lineas, ""]).encode(codificacion)
    carpeta = tmp_path_factory.mktemp("lineas")
    leido = leer(carpeta, contenido, bloque=bloque, comillas=comillas)
    numeros = sorted([int(f[0] or 0) for f in leido.filas] + [r.fila for r in leido.rotas])
    assert numeros == list(range(1, leido.leidas + 1))
    if not comillas:
        assert leido.leidas + leido.en_blanco == len(lineas)
    entero = leer(carpeta, contenido, comillas=comillas)
    if not comillas:
        assert (leido.filas, leido.rotas) == (entero.filas, entero.rotas)
