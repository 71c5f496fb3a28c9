"""The spreadsheet an entity fills in, made from the declared columns."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from shared.radicacion.descargas import neutralizar
from shared.radicacion.esquema import como_se_escribe
from shared.radicacion.lectura.hoja import HOJA_DATOS
from shared.radicacion.lectura.model import letra
from shared.tipos.campos import Campo, Tipo

_ULTIMA_FILA: Final = 1_048_576
_LISTA_EN_LINEA: Final = 255
"""Characters of a list written inside a validation; longer ones live in a hidden sheet."""
_FORMATOS: Final = {Tipo.ENTERO: "0", Tipo.FECHA: "yyyy-mm-dd"}
"""The others are text, so that leading zeros stay and months do not become dates."""
_TEXTO: Final = "@"
_OBLIGATORIA: Final = PatternFill("solid", fgColor="FFD9E1F2")
_NOTAS: Final = (
    "Escriba los registros en la hoja «Datos», uno por fila, debajo del encabezado.",
    "No cambie los nombres de las columnas. El orden de las columnas puede cambiar.",
    "No combine celdas ni deje fórmulas: pegue solo valores.",
    "Borre las filas de ejemplo antes de enviar el archivo.",
)
_NOTA_ANEXO: Final = "Si tiene con qué, llene también la hoja «{nombre}»; si no, déjela como está."


def plantilla_xlsx(
    campos: Sequence[Campo],
    titulo: str,
    ejemplo_filas: Sequence[Mapping[str, Any]],
    anexos: Mapping[str, Sequence[Campo]] = MappingProxyType({}),
) -> bytes:
    """An XLSX with the sheets «Datos», which the reader reads back, and «Instrucciones»; and one
    per annex, with its name and nothing but its header: a forgotten example would be read.

    ``ejemplo_filas`` map column names to values; dates as ``date`` and integers as ``int``.
    """
    libro = Workbook()
    datos = libro.active
    datos.title = HOJA_DATOS
    for i, campo in enumerate(campos):
        _columna(libro, datos, i, campo, lista=i)
    for n, fila in enumerate(ejemplo_filas, start=2):
        for i, campo in enumerate(campos, start=1):
            celda = datos.cell(n, i, _valor(fila.get(campo.nombre)))
            celda.number_format = _FORMATOS.get(campo.tipo, _TEXTO)
    datos.freeze_panes = "A2"
    listas = len(campos)
    for nombre, propios in anexos.items():
        hoja = libro.create_sheet(nombre)
        for i, campo in enumerate(propios):
            _columna(libro, hoja, i, campo, lista=listas + i)
        hoja.freeze_panes = "A2"
        listas += len(propios)
    _instrucciones(libro.create_sheet("Instrucciones", 1), campos, titulo, anexos)
    memoria = io.BytesIO()
    libro.save(memoria)
    return memoria.getvalue()


def _valor(valor: Any) -> Any:
    if isinstance(valor, bool):
        return "SI" if valor else "NO"
    return neutralizar(valor) if isinstance(valor, str) else valor


def _columna(libro: Any, datos: Any, i: int, campo: Campo, *, lista: int) -> None:
    """``lista`` is the column of the hidden sheet for its values, if they need one."""
    rotulo = datos.cell(1, i + 1, campo.nombre)
    rotulo.font = Font(bold=True)
    if campo.obligatorio:
        rotulo.fill = _OBLIGATORIA
    texto = f"{campo.descripcion}\n{como_se_escribe(campo)}".strip()
    rotulo.comment = Comment(texto, "mecanismos", width=320, height=120)
    dimension = datos.column_dimensions[letra(i)]
    dimension.width = max(len(campo.nombre), len(campo.ejemplo), min(campo.largo or 0, 30)) + 3
    dimension.number_format = _FORMATOS.get(campo.tipo, _TEXTO)
    validacion = _validacion(libro, lista, campo)
    if validacion is not None:
        validacion.errorTitle = campo.nombre
        validacion.error = como_se_escribe(campo)[:255]
        validacion.showErrorMessage = True
        validacion.add(f"{letra(i)}2:{letra(i)}{_ULTIMA_FILA}")
        datos.add_data_validation(validacion)


def _validacion(libro: Any, i: int, campo: Campo) -> Any:
    vacia = not campo.obligatorio
    if campo.tipo in {Tipo.LISTA, Tipo.BOOLEANO}:
        valores = campo.valores or ("SI", "NO")
        return DataValidation(type="list", formula1=_origen(libro, i, valores), allow_blank=vacia)
    if campo.tipo is Tipo.ENTERO:
        return DataValidation(
            type="whole",
            operator="greaterThanOrEqual",
            formula1=str(campo.minimo or 0),
            allow_blank=vacia,
        )
    if campo.tipo is Tipo.FECHA:
        return DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=vacia)
    if campo.largo:
        exacto = campo.tipo is Tipo.DIGITOS
        return DataValidation(
            type="textLength",
            operator="equal" if exacto else "lessThanOrEqual",
            formula1=str(campo.largo),
            allow_blank=vacia,
        )
    return None


def _origen(libro: Any, i: int, valores: Sequence[str]) -> str:
    """The list inside the formula, or a range of the hidden sheet if it does not fit there."""
    en_linea = ",".join(valores)
    if len(en_linea) <= _LISTA_EN_LINEA and not any("," in v or '"' in v for v in valores):
        return f'"{en_linea}"'
    if "Listas" not in libro.sheetnames:
        libro.create_sheet("Listas").sheet_state = "hidden"
    for n, valor in enumerate(valores, start=1):
        libro["Listas"].cell(n, i + 1, valor)
    return f"Listas!${letra(i)}$1:${letra(i)}${len(valores)}"


def _instrucciones(
    pagina: Any, campos: Sequence[Campo], titulo: str, anexos: Mapping[str, Sequence[Campo]]
) -> None:
    pagina.append([neutralizar(titulo)])
    pagina["A1"].font = Font(bold=True, size=14)
    for nota in _NOTAS:
        pagina.append([nota])
    for nombre in anexos:
        pagina.append([_NOTA_ANEXO.format(nombre=nombre)])
    _explicar(pagina, campos)
    for nombre, propios in anexos.items():
        pagina.append([])
        pagina.append([f"Hoja «{nombre}»"])
        pagina.cell(pagina.max_row, 1).font = Font(bold=True)
        _explicar(pagina, propios)
    for columna, ancho in zip("ABCDE", (28, 12, 50, 60, 30), strict=True):
        pagina.column_dimensions[columna].width = ancho


def _explicar(pagina: Any, campos: Sequence[Campo]) -> None:
    pagina.append([])
    pagina.append(["Columna", "Obligatoria", "Qué es", "Cómo se escribe", "También se lee como"])
    for celda in pagina[pagina.max_row]:
        celda.font = Font(bold=True)
    for campo in campos:
        pagina.append(
            [
                campo.nombre,
                "SI" if campo.obligatorio else "NO",
                neutralizar(campo.descripcion),
                como_se_escribe(campo),
                ", ".join(campo.alias),
            ]
        )
        for celda in pagina[pagina.max_row]:
            celda.alignment = Alignment(wrap_text=True, vertical="top")
