"""Names of invented people, from ``datos/nombres.csv``: common ones in Colombia, far apart.

All have four letters or more and no two of one list are one edit apart, so a slip of the finger
never turns a name into another of its list (registers §6 compares with Levenshtein).
"""

from __future__ import annotations

from typing import Final

import duckdb

from shared.poblacion import datos

APELLIDO: Final = "APELLIDO"
MUJER: Final = "F"
HOMBRE: Final = "M"


def lista(nombre: str) -> list[str]:
    """The names of ``APELLIDO``, ``MUJER`` or ``HOMBRE``, in their order."""
    return [fila["texto"] for fila in datos.leer("nombres") if fila["lista"] == nombre]


def instalar(con: duckdb.DuckDBPyConnection) -> None:
    """Macros ``apellido1(i)``, ``apellido2(i)``, ``nombre1(i, sexo)``, ``nombre2(i, sexo)``."""
    for macro in ("apellido1", "apellido2"):
        con.execute(f"CREATE MACRO {macro}(i) AS {_uno(APELLIDO, macro)}")
    for macro in ("nombre1", "nombre2"):
        con.execute(
            f"CREATE MACRO {macro}(i, sexo) AS CASE WHEN sexo = '{MUJER}' "
            f"THEN {_uno(MUJER, macro)} ELSE {_uno(HOMBRE, macro)} END"
        )


def _uno(nombre: str, sal: str) -> str:
    textos = lista(nombre)
    literales = ", ".join(f"'{texto}'" for texto in textos)
    return f"([{literales}])[1 + azar_entero(i, '{sal}', {len(textos)})]"
