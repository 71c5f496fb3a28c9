"""The spreadsheet of proposals: one line per cell that would change, to tick and send back.

Only the column ``aceptar`` may be written in. The lock is a help, not a guard: what comes back is
compared line by line with what was proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from shared.correccion.model import COLUMNAS
from shared.db.duck import en_memoria
from shared.radicacion.descargas import neutralizar
from shared.radicacion.lectura import leer
from shared.radicacion.lectura.hoja import HOJA_DATOS
from shared.radicacion.lectura.model import letra
from shared.tipos.campos import Campo, Tipo

ACEPTAR: Final = "aceptar"
RADICACION: Final = "radicacion"
NO_SE_CORRIGE: Final = "NO SE CORRIGE"
"""In place of a box to tick: the row is in a state that does not let it be corrected."""
VACIO: Final = "(vacío)"
"""A cell with nothing in it, for people to see that nothing is meant."""
_ANCHOS: Final = {
    "linea": 8,
    "fila": 8,
    "columna": 20,
    "valor_reportado": 24,
    "valor_propuesto": 24,
    "similitud": 10,
    "evidencia": 80,
    "registro": 26,
    "corte": 14,
    "certeza": 10,
    "estado": 18,
    ACEPTAR: 12,
}
_MARCA: Final = PatternFill("solid", fgColor="FFFFF2CC")
_NOTAS: Final = (
    "Cada línea de la hoja «Datos» propone cambiar una celda de lo que usted radicó.",
    "fila es la fila de su archivo, sin contar el encabezado. columna es la celda que cambiaría.",
    f"{VACIO} quiere decir una celda sin nada escrito.",
    "evidencia dice qué coincide con el registro; registro y corte, de dónde sale el valor.",
    "Son propuestas: nadie ha comprobado que sean de la misma persona. Compruébelo con el "
    "documento a la vista antes de aceptar.",
    "Escriba SI en la columna aceptar de las que sean correctas. Deje las demás vacías o con NO.",
    "Cuando una evidencia dice «Va junto con», acepte también las otras líneas de esa fila.",
    "No cambie nada más: una línea alterada no se aplica.",
    f"{NO_SE_CORRIGE}: esa fila está en un estado que no admite corrección.",
    "Suba este mismo archivo para corregir. Sin eso no cambia nada. Solo se vuelven a radicar "
    "las filas con alguna línea aceptada; las demás quedan como están.",
)

CAMPOS: Final = (
    Campo("linea", Tipo.ENTERO),
    Campo("fila_radicada", Tipo.ENTERO, alias=("fila",)),
    Campo("columna", Tipo.TEXTO),
    Campo("valor_reportado", Tipo.TEXTO, personal=True),
    Campo("valor_propuesto", Tipo.TEXTO, personal=True),
    Campo(ACEPTAR, Tipo.TEXTO, obligatorio=False),
    Campo(RADICACION, Tipo.TEXTO, obligatorio=False),
)
"""What is read back; the other columns are only to look at."""


def escribir_hoja(
    ruta: Path,
    titulo: str,
    propuestas: Iterable[Mapping[str, Any]],
    corregibles: frozenset[str],
    radicacion: str = "",
) -> None:
    """Write the XLSX. ``radicacion`` says of which submission they are, when it comes back."""
    libro = Workbook(write_only=True)
    datos = libro.create_sheet(HOJA_DATOS)
    encabezado = (*COLUMNAS, ACEPTAR, RADICACION)
    for i, columna in enumerate(encabezado):
        datos.column_dimensions[letra(i)].width = _ANCHOS.get(columna, 38)
    datos.column_dimensions[letra(len(encabezado) - 1)].hidden = True
    datos.freeze_panes = "A2"
    datos.protection.sheet = True
    for permiso in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(datos.protection, permiso, False)
    datos.append([_con_estilo(datos, c, font=Font(bold=True)) for c in encabezado])
    escritas = 0
    for propuesta in propuestas:
        datos.append(_fila(datos, propuesta, corregibles, radicacion))
        escritas += 1
    if escritas:
        datos.data_validations.append(_validacion(letra(len(COLUMNAS)), escritas + 1))
    _instrucciones(libro.create_sheet("Instrucciones"), titulo)
    libro.save(ruta)


def _fila(
    datos: Any, propuesta: Mapping[str, Any], corregibles: frozenset[str], radicacion: str
) -> list[Any]:
    valores = [como_se_muestra(propuesta[c], c) for c in COLUMNAS]
    if propuesta["estado"] in corregibles:
        abierta = Protection(locked=False)
        casilla = _con_estilo(datos, None, protection=abierta, fill=_MARCA)
    else:
        casilla = NO_SE_CORRIGE
    return [*valores, casilla, radicacion]


def como_se_muestra(valor: Any, columna: str) -> Any:
    """A datum as its cell holds it: harmless, and never an empty value without a word."""
    if columna in {"valor_reportado", "valor_propuesto"} and not valor:
        return VACIO
    return neutralizar(valor) if isinstance(valor, str) else valor


def _con_estilo(datos: Any, valor: Any, **estilos: Any) -> Any:
    celda = WriteOnlyCell(datos, valor)
    for nombre, estilo in estilos.items():
        setattr(celda, nombre, estilo)
    return celda


def _validacion(columna: str, hasta: int) -> Any:
    validacion = DataValidation(type="list", formula1='"SI,NO"', allow_blank=True)
    validacion.errorTitle = ACEPTAR
    validacion.error = "Escriba SI para aceptar la propuesta, o NO."
    validacion.showErrorMessage = True
    validacion.add(f"{columna}2:{columna}{hasta}")
    return validacion


def _instrucciones(pagina: Any, titulo: str) -> None:
    pagina.column_dimensions["A"].width = 120
    pagina.append([_con_estilo(pagina, neutralizar(titulo), font=Font(bold=True, size=14))])
    for nota in _NOTAS:
        pagina.append([_con_estilo(pagina, nota, alignment=Alignment(wrap_text=True))])


def leer_hoja(ruta: Path, nombre: str, trabajo: Path) -> Iterator[dict[str, Any]]:
    """Lines of an uploaded sheet, in order: ``CAMPOS`` and ``legible``, false where one of them
    could not be read.

    Raises:
        EntradaInvalida: it is not a spreadsheet, or not this one.
    """
    lectura = leer(ruta, nombre, CAMPOS, trabajo)
    columnas = [c.nombre for c in CAMPOS]
    with en_memoria() as conexion:
        resultado = conexion.execute(
            f"SELECT {', '.join(columnas)}, forma_ok FROM read_parquet(?) ORDER BY fila",  # noqa: S608
            [str(lectura.filas)],
        )
        while trozo := resultado.fetchmany(10_000):
            for fila in trozo:
                yield dict(zip((*columnas, "legible"), fila, strict=True))
