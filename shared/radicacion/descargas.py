"""Tables for people to download, as CSV or XLSX, with nothing in them that a spreadsheet runs.

A text cell that starts like a formula gets an apostrophe before it; true numbers stay as they
are. Rows stream: neither format keeps the table in memory.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Celda = str | int | Decimal | date | datetime | bool | None

_PELIGROSO: Final = re.compile(r"[\s\x00\ufeff]*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n]")
_NUMERO: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_PROHIBIDOS_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TROZO: Final = 64 * 1024
_FILAS_HOJA: Final = 1_048_576
_LARGO_CELDA: Final = 32_767
"""Characters that one XLSX cell holds."""


def neutralizar(texto: str) -> str:
    """The text with an apostrophe before it if a spreadsheet could take it for a formula."""
    if _PELIGROSO.match(texto) and not _NUMERO.fullmatch(texto):
        return f"'{texto}"
    return texto


def csv_en_trozos(encabezado: Sequence[str], filas: Iterable[Sequence[Celda]]) -> Iterator[bytes]:
    """The table as CSV: comma, CRLF, UTF-8 with its mark so that spreadsheets show accents."""
    memoria = io.StringIO(newline="")
    escritor = csv.writer(memoria)
    memoria.write("\ufeff")
    escritor.writerow([neutralizar(c) for c in encabezado])
    for fila in filas:
        escritor.writerow([_para_csv(celda) for celda in fila])
        if memoria.tell() >= _TROZO:
            yield _vaciar(memoria)
    yield _vaciar(memoria)


def escribir_xlsx(
    ruta: Path,
    encabezado: Sequence[str],
    filas: Iterable[Sequence[Celda]],
    *,
    hoja: str = "Datos",
) -> None:
    """Write the table to ``ruta``; past the rows of a sheet it goes on in the next one."""
    escribir_hojas(ruta, {hoja: (encabezado, filas)})


def escribir_hojas(
    ruta: Path, hojas: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Celda]]]]
) -> None:
    """Several tables, each in the sheet of its name."""
    libro = Workbook(write_only=True)
    for hoja, (encabezado, filas) in hojas.items():
        _agregar(libro, hoja, encabezado, filas)
    libro.save(ruta)


def _agregar(
    libro: Workbook, hoja: str, encabezado: Sequence[str], filas: Iterable[Sequence[Celda]]
) -> None:
    actual = None
    escritas = 0
    for fila in filas:
        if actual is None or escritas == _FILAS_HOJA:
            actual = _hoja_nueva(libro, hoja, encabezado)
            escritas = 1
        actual.append([_para_xlsx(celda) for celda in fila])
        escritas += 1
    if actual is None:
        _hoja_nueva(libro, hoja, encabezado)


def _vaciar(memoria: io.StringIO) -> bytes:
    datos = memoria.getvalue().encode("utf-8", "replace")
    memoria.seek(0)
    memoria.truncate()
    return datos


def _para_csv(celda: Celda) -> str | int | Decimal:
    if isinstance(celda, bool):
        return "SI" if celda else "NO"
    if celda is None:
        return ""
    if isinstance(celda, int | Decimal):
        return celda
    # The csv module quotes a lone CR but NUL would end the text for some readers.
    return neutralizar((celda if isinstance(celda, str) else celda.isoformat()).replace("\x00", ""))


def _para_xlsx(celda: Celda) -> str | int | Decimal | date | None:
    if isinstance(celda, bool):
        return "SI" if celda else "NO"
    if isinstance(celda, datetime):
        return celda.isoformat(" ")  # the format has no time zones
    if isinstance(celda, str):
        return neutralizar(_PROHIBIDOS_XML.sub("", celda))[:_LARGO_CELDA]
    return celda


def _hoja_nueva(libro: Workbook, nombre: str, encabezado: Sequence[str]):  # type: ignore[no-untyped-def]  # openpyxl has no types
    pagina = libro.create_sheet(nombre)
    pagina.freeze_panes = "A2"
    celdas = []
    for texto in encabezado:
        celda = WriteOnlyCell(pagina, _para_xlsx(texto))
        celda.font = Font(bold=True)
        celdas.append(celda)
    pagina.append(celdas)
    return pagina
