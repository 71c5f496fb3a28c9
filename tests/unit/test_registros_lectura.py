"""Any text becomes numbered, split lines; what cannot be split is set apart with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.registros import lectura
from shared.registros.errors import ArchivoIlegible
from shared.registros.lectura import SEPARADOR, TextoPreparado, preparar


def _preparar(tmp_path: Path, contenido: bytes, delimitador: str = ",") -> TextoPreparado:
    origen = tmp_path / "origen.csv"
    origen.write_bytes(contenido)
    trabajo = tmp_path / "trabajo"
    trabajo.mkdir()
    return preparar(origen, trabajo, lambda _: delimitador)


def _filas(texto: TextoPreparado) -> list[list[str]]:
    return [f.split(SEPARADOR) for f in texto.ruta.read_text("utf-8").splitlines()]


def _rotas(texto: TextoPreparado) -> list[list[str]]:
    return [f.split(SEPARADOR) for f in texto.rotas.read_text("utf-8").splitlines()]


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
    texto = _preparar(tmp_path, contenido)
    assert texto.inspeccion.codificacion == codificacion
    assert texto.encabezado == ["a", "b"]
    assert texto.filas == 1


@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimitador", [",", ";", "|", "\t"])
def test_fines_de_linea_y_separador_final(tmp_path: Path, fin: str, delimitador: str) -> None:
    lineas = ["a,b,", "1,2,", "3,", "", ",,", "5,6"]
    contenido = fin.join(lineas).replace(",", delimitador).encode()
    texto = _preparar(tmp_path, contenido, delimitador)
    assert _filas(texto) == [["1", "1", "2"], ["2", "3", ""], ["3", "5", "6"]]
    assert (texto.filas, texto.filas_rotas, texto.en_blanco) == (3, 0, 2)


def test_cr_suelto_en_un_archivo_lf_es_un_blanco(tmp_path: Path) -> None:
    assert _filas(_preparar(tmp_path, b"a,b\nx\ry,2\n")) == [["1", "x y", "2"]]


def test_fila_rota_no_detiene_y_conserva_su_numero(tmp_path: Path) -> None:
    texto = _preparar(tmp_path, b"a;b\n1;2\nx;y;z;\n3;4\n5\n", ";")
    assert _filas(texto) == [["1", "1", "2"], ["3", "3", "4"]]
    assert _rotas(texto) == [
        ["2", "x;y;z;", "la fila tiene 3 columnas y el encabezado 2"],
        ["4", "5", "la fila tiene 1 columnas y el encabezado 2"],
    ]


def test_comillas(tmp_path: Path) -> None:
    contenido = (
        'a,b\n"uno, dos",1\n"dice ""hola""",2\n"con\nsalto",3\nsuelta "media,4\n"abre,5\nz,6\n'
    )
    assert _filas(_preparar(tmp_path, contenido.encode())) == [
        ["1", "uno, dos", "1"],
        ["2", 'dice "hola"', "2"],
        ["3", "con salto", "3"],
        ["4", 'suelta "media', "4"],
        ["5", '"abre', "5"],
        ["6", "z", "6"],
    ]


def test_una_comilla_perdida_rompe_una_sola_fila(tmp_path: Path) -> None:
    """A quote that never closes must not swallow the rows behind it."""
    filas = "\n".join(f"x{i},{i}" for i in range(100))
    texto = _preparar(tmp_path, f'a,b\n"abre,1,2\n{filas}\n"cierra"z,3,4\n'.encode())
    assert (texto.filas, texto.filas_rotas) == (102, 2)
    assert [r[0] for r in _rotas(texto)] == ["1", "102"]


def test_bytes_nulos_y_blancos_duros(tmp_path: Path) -> None:
    texto = _preparar(tmp_path, "a,b\nx\0y\x1f,z\u00a0w\tv\n".encode())
    assert _filas(texto) == [["1", "xy", "z w v"]]
    assert texto.inspeccion.nulos == 1


def test_bloques_pequenos_dan_lo_mismo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contenido = ("a;b\r\n" + "".join(f"ñandú {i};{i}\r\n" for i in range(50))).encode("cp1252")
    entero = _filas(_preparar(tmp_path, contenido, ";"))
    monkeypatch.setattr(lectura, "BLOQUE", 37)
    otro = tmp_path / "otro"
    otro.mkdir()
    assert _filas(_preparar(otro, contenido, ";")) == entero
    assert len(entero) == 50


def test_linea_sin_fin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lectura, "BLOQUE", 64)
    with pytest.raises(ArchivoIlegible, match="línea de más de"):
        _preparar(tmp_path, b"a,b\n" + b"x" * 1000)


def test_linea_larga_va_a_cuarentena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lectura, "LINEA_MAXIMA", 100)
    texto = _preparar(tmp_path, b"a,b\n1,2\n" + b"x" * 1000 + b",3\n")
    assert (texto.filas, texto.filas_rotas) == (2, 1)
    assert len(_rotas(texto)[0][1]) == lectura.TEXTO_ROTO


@pytest.mark.parametrize(("contenido", "dice"), [(b"", "vacío"), (b"\n \n", "encabezado")])
def test_vacios(tmp_path: Path, contenido: bytes, dice: str) -> None:
    with pytest.raises(ArchivoIlegible, match=dice):
        _preparar(tmp_path, contenido)
