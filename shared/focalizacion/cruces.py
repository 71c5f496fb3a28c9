"""Apply the steps of a schema: derived columns, and joins that never multiply rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, Protocol

import narwhals as nw

from shared.focalizacion.expresiones import alguna
from shared.focalizacion.model import (
    Columna,
    Conjunto,
    Cruce,
    Enlace,
    Grupo,
    Lectura,
    Nombres,
    Origen,
    Paso,
    Puente,
    columnas_de,
)
from shared.focalizacion.nombres import comparar

Marco = nw.LazyFrame[Any]
Guardar = Callable[[Marco, str], Marco]
Version = tuple[str | int, ...]
"""The ``Conjunto`` that a join is in, and how many times each of its keys had been written when it
was read."""
_CORTE = "__corte"
_FILA = "__fila"
_HALLADAS = "__halladas"
DE = "de"
"""In a ``Conjunto``, the row that each of the others belongs to."""
FECHA_CORTE = "fecha_corte"


@dataclass(frozen=True)
class Reunidos:
    """The others of each ``Conjunto``, as they were looked at, for whoever asks for them later.

    ``columnas``: name of the ``Conjunto`` → what is asked of its others; the rest are not kept.
    """

    columnas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    marcos: dict[str, Marco] = field(default_factory=dict)


class Reductor(Protocol):
    """Gives one join the rows of its register that it can find, or the whole register.

    ``filas`` have its keys; two joins with equal keys and equal ``version`` ask for the same.
    """

    def __call__(
        self, cruce: Lectura, filas: Marco, registro: Marco, version: Version
    ) -> Marco: ...


def corte_del_dia(cortes: Sequence[date], dia: nw.Expr) -> nw.Expr:
    """The greatest corte not after ``dia``; before the first one, the first (conventions §5)."""
    ordenados = sorted(cortes)
    if not ordenados:
        return nw.lit(None, dtype=nw.Date)
    expresion: nw.Expr = nw.lit(ordenados[0])
    for corte in ordenados[1:]:
        expresion = nw.when(dia >= nw.lit(corte)).then(nw.lit(corte)).otherwise(expresion)
    return expresion


def aplicar(
    filas: Marco,
    pasos: Sequence[Paso],
    registros: Mapping[str, Marco],
    cortes: Mapping[str, Sequence[date]],
    *,
    reductor: Reductor | None = None,
    guardar: Guardar | None = None,
    quedan: Collection[str] | None = None,
    reunidos: Reunidos | None = None,
    ambito: str = "",
) -> Marco:
    """Every step in order. ``cortes`` holds the dates of each register read by corte.

    ``guardar`` computes a partial result once: without it, a step that looks at what earlier
    joins brought repeats them. ``quedan``: the columns wanted at the end, all if not given; the
    others are carried no further than the last step that reads them, whenever rows are computed.
    ``reunidos`` receives the others of a ``Conjunto`` that somebody will look at again.
    """
    marcha = _Marcha(
        filas,
        registros,
        cortes,
        reductor=reductor,
        guardar=guardar,
        reunidos=reunidos,
        ambito=ambito,
    )
    for derivan, seguidos in groupby(enumerate(pasos), key=lambda p: isinstance(p[1], Columna)):
        tanda = list(seguidos)
        marcha.vivas = None if quedan is None else _leidas_desde(pasos[tanda[0][0] :], quedan)
        if derivan:
            marcha.derivar([paso for _, paso in tanda if isinstance(paso, Columna)])
        else:
            for _, paso in tanda:
                marcha.dar(paso)
    marcha.cerrar()
    return marcha.filas


def _leidas_desde(pasos: Sequence[Paso], quedan: Collection[str]) -> set[str]:
    return {"fila", *quedan}.union(*(leidas_de(paso) for paso in pasos))


def leidas_de(paso: Paso) -> frozenset[str]:
    """Columns of the row that a step reads."""
    match paso:
        case Columna():
            return columnas_de(paso.expr)
        case Nombres():
            return frozenset((*paso.fila, *paso.otros))
        case Grupo():
            return columnas_de(*paso.trae.values()).union(paso.claves)
        case Puente():
            return frozenset(paso.propias.values()).union(*(e.claves for e in paso.enlaces))
        case Cruce():
            return frozenset(_leidas_de_la_fila(paso))
        case Conjunto():
            return frozenset(paso.lleva.values()).union(*map(_leidas_del_origen, paso.origenes))


def _leidas_del_origen(origen: Origen) -> Iterable[str]:
    return origen.claves if origen.registro else origen.trae.values()


def con_solo(filas: Marco, columnas: Collection[str] | None) -> Marco:
    """The rows with no more than those columns."""
    if columnas is None:
        return filas
    return filas.select(*(c for c in filas.collect_schema().names() if c in columnas))


def derivar(filas: Marco, columnas: Iterable[Columna]) -> Marco:
    """The rows with those columns. What does not read each other is asked for at once: the cost
    of putting a query together grows with its length times its width."""
    tanda: dict[str, nw.Expr] = {}
    for columna in columnas:
        if columna.nombre in tanda or not tanda.keys().isdisjoint(columnas_de(columna.expr)):
            filas = filas.with_columns(**tanda)
            tanda = {}
        tanda[columna.nombre] = columna.expr
    return filas.with_columns(**tanda) if tanda else filas


class _Marcha:
    """The rows as the steps go.

    ``propias`` are the rows as they were last computed, and ``conocidas`` the columns that are in
    them as they are now: whoever looks twice at the rows goes back there.
    """

    def __init__(
        self,
        filas: Marco,
        registros: Mapping[str, Marco],
        cortes: Mapping[str, Sequence[date]],
        *,
        reductor: Reductor | None,
        guardar: Guardar | None,
        reunidos: Reunidos | None,
        ambito: str,
    ) -> None:
        self.filas = filas
        self._registros = registros
        self._cortes = cortes
        self._reductor = reductor
        self._guardar = guardar
        self._reunidos = Reunidos() if reunidos is None else reunidos
        self._ambito = ambito
        self._propias: Marco | None = None
        self._conocidas: set[str] = set()
        self._puentes: dict[str, Marco] = {}
        self._escritas: Counter[str] = Counter()
        self._por_cerrar: list[Cruce] = []
        self.vivas: Collection[str] | None = None
        """Columns that somebody will still read; all of them if it is not known."""

    def derivar(self, columnas: Sequence[Columna]) -> None:
        self.cerrar()
        self.filas = derivar(self.filas, columnas)
        self._escribir(*(columna.nombre for columna in columnas))

    def cerrar(self) -> None:
        """Say of each join whether it found something: of all those that wait, at once."""
        if self._por_cerrar:
            self.filas = _cerrar(self.filas, self._por_cerrar)
            self._por_cerrar = []

    def dar(self, paso: Paso) -> None:
        if not isinstance(paso, Cruce):
            self.cerrar()
        match paso:
            case Columna():
                self.derivar([paso])
            case Nombres():
                self.filas = comparar(self.filas, paso)
                self._escribir(paso.nombre)
            case Grupo():
                self.filas = agrupar(self.filas, paso, self._base(leidas_de(paso)))
            case Puente():
                self._puentes[paso.nombre] = self._tender(paso)
            case Cruce():
                self._cruzar(paso)
            case Conjunto():
                self._reunir(paso)

    def _escribir(self, *nombres: str) -> None:
        self._conocidas.difference_update(nombres)
        self._escritas.update(nombres)

    def _cruzar(self, cruce: Cruce) -> None:
        registro = self._registros[cruce.registro]
        puente = None if cruce.por is None else self._puentes[cruce.por]
        ajenas = set() if puente is None else set(puente.collect_schema().names())
        base = self._base([c for c in _leidas_de_la_fila(cruce) if c not in ajenas])
        if puente is not None:
            base = _por_el_puente(puente, base, cruce)
        registro = self._reducido(cruce, base, registro)
        cortes = self._cortes.get(cruce.registro, ())
        self.filas = cruzar(self.filas, cruce, registro, cortes, base)
        self._por_cerrar.append(cruce)

    def _reducido(self, cruce: Lectura, base: Marco, registro: Marco) -> Marco:
        if self._reductor is None:
            return registro
        escritas = (self._escritas[clave] for clave in cruce.claves)
        return self._reductor(cruce, base, registro, (self._ambito, *escritas))

    def _reunir(self, conjunto: Conjunto) -> None:
        base = self._base(leidas_de(conjunto))
        otros = self._computar(self._otros(conjunto, base), "__otros")
        pedidas = self._reunidos.columnas.get(conjunto.nombre)
        vistos = aplicar(
            otros,
            conjunto.pasos,
            self._registros,
            self._cortes,
            reductor=self._reductor,
            guardar=self._guardar,
            quedan={DE, *columnas_de(*conjunto.trae.values()), *(pedidas or ())},
            ambito=f"{self._ambito}{conjunto.nombre}/",
        )
        if pedidas is not None:
            vistos = self._computar(vistos, "__vistos")
            self._reunidos.marcos[conjunto.nombre] = vistos
        salidas = {f"{conjunto.nombre}_{salida}": e for salida, e in conjunto.trae.items()}
        totales = vistos.group_by(DE).agg(*(e.alias(nombre) for nombre, e in salidas.items()))
        totales = self._computar(totales, "__conjunto")
        self.filas = self.filas.join(totales, how="left", left_on="fila", right_on=DE)
        self._escribir(*salidas)

    def _computar(self, marco: Marco, nombre: str) -> Marco:
        return marco if self._guardar is None else self._guardar(marco, nombre)

    def _otros(self, conjunto: Conjunto, base: Marco) -> Marco:
        """Rows ``fila`` (a number of its own) × ``de`` × what is known of each of the others."""
        vias = []
        for origen in conjunto.origenes:
            if not origen.registro:
                vias.append(_la_misma_fila(base, origen, conjunto.lleva))
                continue
            registro = self._reducido(origen, base, self._registros[origen.registro])
            vias.append(_por_origen(base, origen, conjunto.lleva, registro))
        tipos = {c: tipo for via in vias for c, tipo in via.collect_schema().items()}
        completas = [
            via.select(
                *(
                    nw.col(c) if c in via.collect_schema() else nw.lit(None, dtype=tipo).alias(c)
                    for c, tipo in tipos.items()
                )
            )
            for via in vias
        ]
        distintos = nw.concat(completas).unique() if len(completas) > 1 else completas[0].unique()
        propias = [c for c in tipos if c not in conjunto.lleva]
        return distintos.with_row_index("fila", order_by=propias)

    def _base(self, columnas: Collection[str]) -> Marco:
        """Rows with those columns, from where it costs least to look at them again."""
        if self._propias is None:
            self._anotar(self.filas)
        elif not self._conocidas.issuperset(columnas):
            self.cerrar()
            if self._guardar is None:
                return self.filas
            self.filas = self._guardar(con_solo(self.filas, self.vivas), "__filas")
            self._anotar(self.filas)
        return self.filas if self._propias is None else self._propias

    def _anotar(self, filas: Marco) -> None:
        self._propias = filas
        self._conocidas = set(filas.collect_schema().names())

    def _tender(self, puente: Puente) -> Marco:
        """Rows ``fila`` × each distinct key of the bridge."""
        columnas = list(puente.propias)
        base = self._base(leidas_de(puente))
        partes = [base.select("fila", *(nw.col(de).alias(a) for a, de in puente.propias.items()))]
        for enlace in puente.enlaces:
            registro = self._reducido(enlace, base, self._registros[enlace.registro])
            partes.append(_por_enlace(base, enlace, registro).select("fila", *columnas))
        tendido = nw.concat(partes).drop_nulls(columnas).unique()
        return tendido if self._guardar is None else self._guardar(tendido, "__puente")


def _la_misma_fila(base: Marco, origen: Origen, lleva: Mapping[str, str]) -> Marco:
    """The row as one of its own others."""
    de_la_fila = (*lleva.items(), *origen.trae.items())
    propias = base.select(
        nw.col("fila").alias(DE), *(nw.col(de).alias(a) for a, de in de_la_fila), *_fijas(origen)
    )
    return _con_alguna(propias, origen)


def _por_origen(base: Marco, origen: Origen, lleva: Mapping[str, str], registro: Marco) -> Marco:
    """Pairs of a row and the register rows that have its keys."""
    leidas = [c for c in registro.collect_schema().names() if c in origen.del_registro]
    pedidas = [nw.col(de).alias(f"__p{i}") for i, de in enumerate(origen.claves)]
    destino = [nw.col(a).alias(f"__r{i}") for i, a in enumerate(origen.claves.values())]
    halladas = base.select(
        nw.col("fila").alias(DE), *(nw.col(de).alias(a) for a, de in lleva.items()), *pedidas
    ).join(
        registro.select(*leidas, *destino),
        how="inner",
        left_on=[f"__p{i}" for i in range(len(pedidas))],
        right_on=[f"__r{i}" for i in range(len(destino))],
    )
    if origen.donde is not None:
        halladas = halladas.filter(origen.donde)
    traidas = [nw.col(de).alias(a) for a, de in origen.trae.items()]
    return _con_alguna(halladas.select(DE, *lleva, *traidas, *_fijas(origen)), origen)


def _fijas(origen: Origen) -> list[nw.Expr]:
    return [
        nw.lit(valor, dtype=nw.Int64 if isinstance(valor, int) else nw.String).alias(nombre)
        for nombre, valor in origen.fija.items()
    ]


def _con_alguna(otros: Marco, origen: Origen) -> Marco:
    return otros.filter(alguna(~nw.col(c).is_null() for c in origen.trae))


def _por_enlace(base: Marco, enlace: Enlace, registro: Marco) -> Marco:
    claves = [nw.col(de).alias(f"__p{i}") for i, de in enumerate(enlace.claves)]
    traidas = [nw.col(de).alias(a) for a, de in enlace.trae.items()]
    destino = [nw.col(a).alias(f"__r{i}") for i, a in enumerate(enlace.claves.values())]
    return base.select("fila", *claves).join(
        registro.select(*traidas, *destino),
        how="inner",
        left_on=[f"__p{i}" for i in range(len(claves))],
        right_on=[f"__r{i}" for i in range(len(claves))],
    )


def _por_el_puente(puente: Marco, base: Marco, cruce: Cruce) -> Marco:
    """Rows once per key of the bridge, with what the join reads of them."""
    llevadas = set(puente.collect_schema().names())
    de_la_fila = [c for c in _leidas_de_la_fila(cruce) if c not in llevadas]
    if not de_la_fila:
        return puente
    return puente.join(base.select("fila", *de_la_fila), how="inner", on="fila")


def _leidas_de_la_fila(cruce: Cruce) -> list[str]:
    """Columns of the row that a join reads, without repeats."""
    dia = () if cruce.dia is None else (cruce.dia,)
    return list(dict.fromkeys((*cruce.claves, *dia, *cruce.con.values())))


def agrupar(filas: Marco, grupo: Grupo, propias: Marco) -> Marco:
    """Totals by key, joined from the left: a window per total would sort the whole rows."""
    claves = list(grupo.claves)
    totales = propias.group_by(*claves).agg(*(e.alias(n) for n, e in grupo.trae.items()))
    return filas.join(totales, how="left", on=claves)


def cruzar(
    filas: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date], base: Marco
) -> Marco:
    """One left join, on a register reduced to one row per key or, if pairs are looked at, per row.

    ``base``: the same rows with the keys, from where it costs less to look at them again. How many
    were found stays beside the rows until ``_cerrar``.
    """
    if cruce.filtro is not None:
        registro = registro.filter(cruce.filtro)
    if _mira_pares(cruce):
        reducido = _reducir_por_fila(base, cruce, registro, cortes)
        return filas.join(reducido, how="left", left_on="fila", right_on=_FILA)
    return _por_clave(filas, cruce, registro, cortes)


def _cerrar(filas: Marco, cruces: Sequence[Cruce]) -> Marco:
    """``<prefijo>_existe`` of each join, in place of how many it found."""
    fuera = {_CORTE, *map(_halladas, cruces)}
    quedan = [c for c in filas.collect_schema().names() if c not in fuera]
    return filas.select(
        *quedan, *(_existe(cruce).alias(f"{cruce.prefijo}_existe") for cruce in cruces)
    )


def _existe(cruce: Cruce) -> nw.Expr:
    existe = nw.col(_halladas(cruce)).fill_null(0) > 0
    if cruce.por is not None:
        return existe
    sin_clave = alguna(nw.col(clave).is_null() for clave in cruce.claves)
    return nw.when(sin_clave).then(nw.lit(None, dtype=nw.Boolean)).otherwise(existe)


def _mira_pares(cruce: Cruce) -> bool:
    """Whether each register row found is looked at beside its row before being reduced."""
    return cruce.condicion is not None or cruce.por is not None or bool(cruce.con or cruce.antes)


def _por_clave(filas: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date]) -> Marco:
    filas, claves = _con_corte(filas, cruce, cortes)
    reducido = registro.group_by(*claves.values()).agg(*_agregados(cruce))
    return filas.join(reducido, how="left", left_on=list(claves), right_on=list(claves.values()))


def _reducir_por_fila(base: Marco, cruce: Cruce, registro: Marco, cortes: Sequence[date]) -> Marco:
    """What the row lends is compared, so the register meets each row before it is reduced."""
    base, claves = _con_corte(base, cruce, cortes)
    prestadas = [nw.col(de).alias(a) for a, de in cruce.con.items()]
    if cruce.dia is not None:
        prestadas.append(nw.col(cruce.dia).alias("dia"))
    pedidas = [nw.col(clave).alias(f"__p{i}") for i, clave in enumerate(claves)]
    halladas = base.select(nw.col("fila").alias(_FILA), *prestadas, *pedidas).join(
        registro,
        how="inner",
        left_on=[f"__p{i}" for i in range(len(claves))],
        right_on=list(claves.values()),
    )
    if cruce.condicion is not None:
        halladas = halladas.filter(cruce.condicion)
    halladas = derivar(halladas, cruce.antes)
    return halladas.group_by(_FILA).agg(*_agregados(cruce))


def _con_corte(filas: Marco, cruce: Cruce, cortes: Sequence[date]) -> tuple[Marco, dict[str, str]]:
    """Rows with the corte in force on their day, if there are several, and the keys to join."""
    claves = dict(cruce.claves)
    if cruce.por_corte and len(cortes) > 1:
        claves[_CORTE] = FECHA_CORTE
        filas = filas.with_columns(corte_del_dia(cortes, nw.col(_dia(cruce))).alias(_CORTE))
    return filas, claves


def _dia(cruce: Cruce) -> str:
    if cruce.dia is None:
        raise ValueError(f"el cruce {cruce.prefijo} necesita el día de la fila")
    return cruce.dia


def _halladas(cruce: Cruce) -> str:
    return f"{cruce.prefijo}{_HALLADAS}"


def _agregados(cruce: Cruce) -> list[nw.Expr]:
    return [
        *(expr.alias(f"{cruce.prefijo}_{salida}") for salida, expr in cruce.trae.items()),
        nw.len().alias(_halladas(cruce)),
    ]
