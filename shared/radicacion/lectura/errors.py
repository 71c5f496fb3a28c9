"""Why a submitted file as a whole is refused. Row and cell problems are data, not exceptions."""

from __future__ import annotations

from shared.tipos import DemasiadoGrande, EntradaInvalida


class ArchivoVacio(EntradaInvalida):
    """Nothing but blanks, or no bytes at all."""

    codigo = "archivo.vacio"
    titulo = "El archivo está vacío"


class SinFilas(EntradaInvalida):
    """A header and nothing below it."""

    codigo = "archivo.sin_filas"
    titulo = "El archivo no trae filas"


class SinHoja(EntradaInvalida):
    """The workbook has no sheet of that name."""

    codigo = "archivo.sin_hoja"
    titulo = "Falta una hoja del libro"


class SinEncabezado(EntradaInvalida):
    """The first row holds data instead of column names."""

    codigo = "archivo.sin_encabezado"
    titulo = "Falta la fila de encabezado"


class SeparadorDesconocido(EntradaInvalida):
    """Columns are separated by something other than the four we read."""

    codigo = "archivo.separador_desconocido"
    titulo = "No se reconoce el separador de columnas"


class FaltaColumna(EntradaInvalida):
    """Required columns are absent; ``faltan``, ``sobran`` and ``sugerencias`` say which."""

    codigo = "archivo.falta_columna"
    titulo = "Faltan columnas obligatorias"


class ColumnaRepetida(EntradaInvalida):
    """Two header cells name the same column."""

    codigo = "archivo.columna_repetida"
    titulo = "Hay columnas repetidas"


class TipoColumna(EntradaInvalida):
    """A Parquet column holds something that is not a cell: a list, a structure, bytes."""

    codigo = "archivo.tipo_columna"
    titulo = "Una columna no trae valores simples"


class ComprimidoDanado(EntradaInvalida):
    """The gzip or zip is truncated or corrupt."""

    codigo = "archivo.comprimido_danado"
    titulo = "El archivo comprimido está dañado"


class ComprimidoAnidado(EntradaInvalida):
    """A compressed file inside another."""

    codigo = "archivo.comprimido_anidado"
    titulo = "Hay un comprimido dentro de otro"


class ComprimidoVarios(EntradaInvalida):
    """The zip holds none or several files."""

    codigo = "archivo.comprimido_varios"
    titulo = "El comprimido debe traer un solo archivo"


class ArchivoCifrado(EntradaInvalida):
    """Protected with a password."""

    codigo = "archivo.cifrado"
    titulo = "El archivo tiene contraseña"


class TipoDesconocido(EntradaInvalida):
    """Neither text, XLSX nor Parquet."""

    codigo = "archivo.tipo_desconocido"
    titulo = "No se admite este tipo de archivo"


class ArchivoIlegible(EntradaInvalida):
    """It says what it is and cannot be read as that."""

    codigo = "archivo.ilegible"
    titulo = "El archivo no se puede leer"


class CeldasCombinadas(EntradaInvalida):
    """More merged ranges than make sense to list one by one."""

    codigo = "archivo.celdas_combinadas"
    titulo = "La hoja tiene demasiadas celdas combinadas"


class ControlInvalido(EntradaInvalida):
    """The control line of a layout that has one is absent, wrong, or of another file."""

    codigo = "archivo.control_invalido"
    titulo = "La línea de control no está bien"


class TotalNoCoincide(EntradaInvalida):
    """The control line tells another number of records than the file brings."""

    codigo = "archivo.total_no_coincide"
    titulo = "El total de la línea de control no coincide"


class ArchivoDemasiadoGrande(DemasiadoGrande):
    """Over the limit of bytes, decompressed bytes, cells or columns."""


class LineaDemasiadoLarga(DemasiadoGrande):
    """A text line over the limit: usually a file without line ends."""

    codigo = "archivo.linea_larga"
    titulo = "El archivo tiene una línea demasiado larga"


class DemasiadasFilas(DemasiadoGrande):
    """More rows than one submission may bring."""

    codigo = "archivo.demasiadas_filas"
    titulo = "El archivo tiene demasiadas filas"
