"""Whatever bytes come, the reader answers or refuses; it never breaks."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.radicacion.lectura import Lectura, Limites, leer
from shared.tipos import Rechazo
from shared.tipos.campos import Campo, Tipo

CAMPOS = (
    Campo("a", Tipo.TEXTO),
    Campo("b", Tipo.ENTERO, obligatorio=False),
    Campo("c", Tipo.FECHA, obligatorio=False),
)
CHICOS = Limites(descomprimido=2_000_000, hoja=2_000_000, celdas_hoja=100_000)


def _leer(contenido: bytes) -> tuple[Lectura, list[dict[str, object]]] | None:
    with tempfile.TemporaryDirectory() as carpeta:
        ruta = Path(carpeta) / "x"
        ruta.write_bytes(contenido)
        try:
            lectura = leer(ruta, "x", CAMPOS, Path(carpeta) / "s", limites=CHICOS)
        except Rechazo:
            return None
        filas = pq.read_table(lectura.filas).to_pylist()
        malas = set(pq.read_table(lectura.forma).column("fila").to_pylist())
        assert [f["fila"] for f in filas] == list(range(1, lectura.total + 1))
        assert malas == {f["fila"] for f in filas if not f["forma_ok"]}
        assert len(malas) == lectura.con_error
        return lectura, filas


_TROZOS = st.sampled_from(
    [
        *(b",", b";", b"\t", b"|", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\x1a", b"\xff"),
        *(b"\xc3\xb1", b"\xf1", b"=1", b"2021-02-31", b"-5", b"2.5", b" ", b"x", b"a,b,c\n"),
        b"\xef\xbb\xbf",
    ]
)
_MAGIAS = st.sampled_from([b"", b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe", b"a,b,c\n"])


@settings(max_examples=60, deadline=None)
@given(_MAGIAS, st.binary(max_size=300))
def test_bytes_cualesquiera(magia: bytes, cola: bytes) -> None:
    _leer(magia + cola)


@settings(max_examples=60, deadline=None)
@given(st.lists(_TROZOS, max_size=60))
def test_textos_torcidos(trozos: list[bytes]) -> None:
    _leer(b"a,b,c\n" + b"".join(trozos))


def _xlsx() -> bytes:
    libro = openpyxl.Workbook()
    for fila in (["a", "b", "c"], ["x", 1, "2021-02-01"], ["=1", None, "#N/A"]):
        libro.active.append(fila)
    libro.active.merge_cells("A4:B5")
    memoria = io.BytesIO()
    libro.save(memoria)
    return memoria.getvalue()


def _parquet() -> bytes:
    memoria = io.BytesIO()
    pq.write_table(pa.table({"a": ["x", "y"], "b": [1, 2], "c": ["2021-02-01", None]}), memoria)
    return memoria.getvalue()


_SANOS = [_xlsx(), _parquet(), gzip.compress(b"a,b,c\nx,1,\n" * 20)]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(_SANOS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    st.floats(0, 1),
)
def test_archivos_sanos_con_golpes(
    sano: bytes, golpes: list[tuple[float, int]], hasta: float
) -> None:
    datos = bytearray(sano)
    for lugar, valor in golpes:
        datos[int(lugar * len(datos))] = valor
    _leer(bytes(datos[: max(int(hasta * len(datos) * 1.2), 1)]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]),
)
def test_partes_de_un_libro_con_golpes(golpes: list[tuple[float, int]], parte: str) -> None:
    """Blows inside the XML, where the checksum of the zip does not see them."""
    memoria = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_SANOS[0])) as viejo, zipfile.ZipFile(memoria, "w") as nuevo:
        for nombre in viejo.namelist():
            datos = bytearray(viejo.read(nombre))
            for lugar, valor in golpes if nombre == parte else ():
                datos[int(lugar * len(datos))] = valor
            nuevo.writestr(nombre, bytes(datos))
    _leer(memoria.getvalue())


def _sin_blancos(texto: str) -> str:
    return "".join(texto.replace("\u200b", "").replace("\ufeff", "").split())


_CELDAS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\x1a\r\ufffd", exclude_categories=["Cc"])
    | st.sampled_from('",;\n '),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_CELDAS, min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "|"]))
def test_lo_que_escribe_csv_se_lee_igual(celdas: list[str], separador: str) -> None:
    memoria = io.StringIO()
    escritor = csv.writer(memoria, delimiter=separador, quoting=csv.QUOTE_ALL)
    escritor.writerow(["a", "b", "c"])
    escritor.writerows([celda, n, ""] for n, celda in enumerate(celdas))
    leido = _leer(memoria.getvalue().encode())

    assert leido is not None
    _, filas = leido
    assert [f["b"] for f in filas] == list(range(len(celdas)))
    for celda, fila in zip(celdas, filas, strict=True):
        assert _sin_blancos(str(fila["a"] or "")) == _sin_blancos(celda)
