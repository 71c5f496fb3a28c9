"""What each step of a schema reads and adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.focalizacion import Columna, Conjunto, Grupo, Nombres, Puente
from shared.focalizacion.model import Paso, columnas_de


def entradas(paso: Paso) -> frozenset[str]:
    """Columns of the row that a step reads."""
    if isinstance(paso, Columna):
        return columnas_de(paso.expr)
    if isinstance(paso, Nombres):
        return frozenset((*paso.fila, *paso.otros))
    if isinstance(paso, Grupo):
        return frozenset(paso.claves).union(*map(columnas_de, paso.trae.values()))
    if isinstance(paso, Puente):
        return frozenset(paso.propias.values()).union(*(e.claves for e in paso.enlaces))
    if isinstance(paso, Conjunto):
        return frozenset(paso.lleva.values()).union(
            *(o.claves if o.registro else o.trae.values() for o in paso.origenes)
        )
    demas = [c for c in (paso.dia, paso.por) if c is not None]
    return frozenset(paso.claves).union(paso.con.values(), demas)


def salidas(paso: Paso) -> frozenset[str]:
    """Columns that a step adds to the row."""
    if isinstance(paso, Columna | Nombres):
        return frozenset({paso.nombre})
    if isinstance(paso, Grupo):
        return frozenset(paso.trae)
    if isinstance(paso, Puente):
        return frozenset({paso.nombre})
    if isinstance(paso, Conjunto):
        return frozenset(f"{paso.nombre}_{s}" for s in paso.trae)
    return frozenset({f"{paso.prefijo}_existe", *(f"{paso.prefijo}_{s}" for s in paso.trae)})


def necesarios(pasos: Sequence[Paso], columnas: Iterable[str]) -> list[Paso]:
    """The steps without which ``columnas`` cannot be had, in their order."""
    faltan = set(columnas)
    elegidos: list[Paso] = []
    for paso in reversed(pasos):
        if faltan & salidas(paso):
            elegidos.append(paso)
            faltan |= entradas(paso)
    return elegidos[::-1]
