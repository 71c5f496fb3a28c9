"""Every case that a mechanism answers for, submitted or not, each in exactly one state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import narwhals as nw

from shared.focalizacion.cruces import FECHA_CORTE, Marco
from shared.focalizacion.model import Mecanismo, Paso, Universo, columnas_de, lecturas_de
from shared.focalizacion.motor import Motor
from shared.focalizacion.reduccion import Acotar
from shared.focalizacion.service import Insumos, dar_pasos
from shared.tipos import InvarianteRota

JUICIO = "juicio"
"""The rows as judged, as a register of ``Universo.pasos``."""


def universo(mecanismo: Mecanismo, insumos: Insumos, juzgadas: Marco, motor: Motor) -> Marco:
    """id_caso, estado, valor_centavos (Int64) of every case, once each, in their order.

    ``juzgadas``: fila, estado, codigos, valor_centavos and the columns of ``Universo.ve``, of every
    row of the file, those that failed FORMA too. Without rows (the service asks of all that was
    decided, with ``historia`` whole) it is empty and has those columns.

    Raises:
        InvarianteRota: the mechanism has no universe.
    """
    definido = mecanismo.esquema.universo
    if definido is None:
        raise InvarianteRota(f"{mecanismo.nombre} no responde por un universo de casos")
    casos = _casos(definido, insumos).with_row_index("fila", order_by=list(definido.claves))
    con_juicio = replace(insumos, registros={**insumos.registros, JUICIO: juzgadas})
    leidas = columnas_de(*(cuando for _, cuando in definido.precedencia), definido.valor_centavos)
    vistos = dar_pasos(
        motor.guardar(casos, "__casos"),
        definido.pasos,
        con_juicio,
        motor,
        quedan=leidas | {definido.identidad},
    )
    estado: nw.Expr = nw.lit(definido.otro)
    for nombre, cuando in reversed(definido.precedencia):
        estado = nw.when(cuando.fill_null(False)).then(nw.lit(nombre)).otherwise(estado)
    return vistos.select(
        nw.col(definido.identidad).alias("id_caso"),
        estado.alias("estado"),
        definido.valor_centavos.cast(nw.Int64).alias("valor_centavos"),
    ).sort("id_caso")


def _casos(definido: Universo, insumos: Insumos) -> Marco:
    registro = insumos.registros[definido.registro]
    if definido.filtro is not None:
        registro = registro.filter(definido.filtro)
    totales = (expr.alias(nombre) for nombre, expr in definido.trae.items())
    return registro.group_by(*definido.claves).agg(*totales).filter(definido.donde)


def leer_a_la_vez(mecanismo: Mecanismo, insumos: Insumos, motor: Motor) -> Insumos:
    """The inputs, with what the rows and the cases both ask of a big register read once for all.

    Reading a register of millions costs the same for few keys as for many. An optimisation and
    nothing else: whatever is asked of other keys is still read apart.
    """
    definido = mecanismo.esquema.universo
    if definido is None:
        return insumos
    de_filas = _por_claves(mecanismo.esquema.pasos, definido.claves)
    de_casos = _por_claves(definido.pasos, definido.claves)
    comunes = de_filas.keys() & de_casos.keys() & insumos.acotables.keys()
    if not comunes:
        return insumos
    filas = insumos.filas.filter(nw.col("forma_ok")).select(*definido.claves)
    casos = _casos(definido, insumos).select(*definido.claves)
    claves = motor.guardar(nw.concat([filas, casos]).drop_nulls().unique(), "__claves")
    leidas = {
        nombre: _Leido(
            insumos.acotables[nombre],
            claves,
            [
                c
                for c in insumos.registros[nombre].collect_schema().names()
                if c in de_filas[nombre] | de_casos[nombre] | {FECHA_CORTE}
            ],
            motor,
        )
        for nombre in sorted(comunes)
    }
    return replace(insumos, acotables={**insumos.acotables, **leidas})


def _por_claves(pasos: Sequence[Paso], claves: Sequence[str]) -> dict[str, frozenset[str]]:
    """Register → columns that steps ask of it by those keys."""
    columnas: dict[str, frozenset[str]] = {}
    for lectura in (lectura for paso in pasos for lectura in lecturas_de(paso)):
        if set(lectura.claves.values()) == set(claves):
            antes = columnas.get(lectura.registro, frozenset())
            columnas[lectura.registro] = antes | lectura.del_registro
    return columnas


class _Leido:
    """An ``Acotar`` that has read some keys already, and reads again only for others."""

    def __init__(self, acotar: Acotar, claves: Marco, columnas: Sequence[str], motor: Motor):
        self._acotar = acotar
        self._claves = claves
        self._columnas = columnas
        self._motor = motor
        self._marco: Marco | None = None

    def __call__(self, claves: Marco, columnas: Sequence[str]) -> Marco:
        pedidas = self._motor.guardar(claves, "__claves")
        if not self._tiene(pedidas, columnas):
            return self._acotar(pedidas, columnas)
        if self._marco is None:
            leido = self._acotar(self._claves, self._columnas).select(*self._columnas)
            self._marco = self._motor.guardar(leido, "__leido")
        return self._marco.join(pedidas, how="semi", on=pedidas.collect_schema().names())

    def _tiene(self, pedidas: Marco, columnas: Sequence[str]) -> bool:
        propias = self._claves.collect_schema().names()
        nombres = pedidas.collect_schema().names()
        if set(nombres) != set(propias) or not set(columnas) <= set(self._columnas):
            return False
        faltan = pedidas.join(self._claves, how="anti", on=propias)
        return not self._motor.filas(faltan.head(1))
