"""Refusals of the registers: each says which file, what is wrong and what to do."""

from __future__ import annotations

from shared.tipos import Conflicto, EntradaInvalida


class RegistroDesconocido(EntradaInvalida):
    """No such register in the catalogue."""

    codigo = "registros.registro_desconocido"
    titulo = "No existe ese registro"


class ArchivoIlegible(EntradaInvalida):
    """The file is missing, empty, of another format, or its lines never end."""

    codigo = "registros.archivo_ilegible"
    titulo = "El archivo del registro no se puede leer"


class FaltanColumnas(EntradaInvalida):
    """The header lacks columns without which the register means nothing."""

    codigo = "registros.faltan_columnas"
    titulo = "Al archivo le faltan columnas obligatorias"


class FormatoDesconocido(EntradaInvalida):
    """A headerless file that has none of the layouts of its register."""

    codigo = "registros.formato_desconocido"
    titulo = "El archivo no tiene ninguno de los formatos del registro"


class RegistroEquivocado(EntradaInvalida):
    """The header is the one of another register."""

    codigo = "registros.registro_equivocado"
    titulo = "El archivo parece de otro registro"


class NingunaFilaSirve(EntradaInvalida):
    """Every row went to quarantine."""

    codigo = "registros.ninguna_fila_sirve"
    titulo = "Ninguna fila del archivo se pudo leer"


class DemasiadosRechazos(EntradaInvalida):
    """One block of the file has more bad rows than its register admits."""

    codigo = "registros.demasiados_rechazos"
    titulo = "Demasiadas filas del archivo no se pueden leer"


class FaltanRegistros(EntradaInvalida):
    """The folder lacks obligatory registers; all of them are named at once."""

    codigo = "registros.faltan_registros"
    titulo = "Faltan registros obligatorios"


class CorteEnConflicto(Conflicto):
    """The same file is already a corte, with another date or withdrawn."""

    codigo = "registros.corte_en_conflicto"
    titulo = "El archivo ya está cargado de otra forma"
