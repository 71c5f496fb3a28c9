"""Judge, decide and value every row of a submission in one pass.

``evaluar`` is the same path for the command line and for the service.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals as nw

from shared.focalizacion.cruces import (
    DE,
    Marco,
    Reunidos,
    aplicar,
    con_solo,
    derivar,
    leidas_de,
)
from shared.focalizacion.expresiones import alguna, texto
from shared.focalizacion.model import (
    Beneficiario,
    Columna,
    Cruce,
    Cupo,
    Efecto,
    Etapa,
    Linea,
    Mecanismo,
    Opcion,
    Paso,
    Regla,
    Veredicto,
    columnas_de,
    en_profundidad,
    mensaje_completo,
)
from shared.focalizacion.motor import Motor, cortes_de
from shared.focalizacion.reduccion import Acotar, Reduccion
from shared.tipos import EntradaInvalida

CUMPLE, INCUMPLE, NO_EVALUABLE = 1, 0, 2
RADICANTE = ("nit", "eps")
"""What is known of whoever submits: rows see it as ``radicante_nit`` and ``radicante_eps``."""
SEPARADOR = "|"
"""Between the columns of a right."""
ESTADO_PREVIO = "estado_previo"
GANA = "gana_fila"
"""Column that a schema may make: the row of this file that holds the right instead."""
_LETRA = {INCUMPLE: "i", NO_EVALUABLE: "n"}
_FALLAS = "__fallas"


@dataclass(frozen=True)
class Insumos:
    """What an evaluation reads.

    ``filas``: typed rows with ``fila`` and ``forma_ok``; ``forma``: findings of form (fila,
    columna, mensaje); ``registros``: one frame per register of the schema, empty if absent;
    ``ausentes``: optional registers that were not given. ``acotables``: registers too big to be
    read whole for these rows, and how to read only what is asked of them. ``parametros``: values
    of the mechanism's options; the default of those left out. ``radicante``: who submits, by
    ``RADICANTE``; without it no rule of RAD is judged.
    """

    filas: Marco
    forma: Marco
    registros: Mapping[str, Marco]
    ausentes: frozenset[str] = frozenset()
    acotables: Mapping[str, Acotar] = field(default_factory=dict)
    parametros: Mapping[str, str] = field(default_factory=dict)
    radicante: Mapping[str, str | None] | None = None


@dataclass(frozen=True)
class Juicio:
    """Outcome of an evaluation: frames still in the engine.

    ``registros``: fila, estado, codigos (joined by ``;``), valor_centavos, clave (the right) and
    caso (what it is about), each null if a part of it is, gana (row of this file that holds the
    right instead), and the columns of ``Esquema.historia``; the last ones are null in a row that
    fails FORMA.
    ``hallazgos``: fila, codigo, veredicto, efecto, columna, mensaje.
    ``pagos``: fila, concepto, tipo_documento, numero, nombre, valor_centavos, codigo_banco,
    tipo_producto, numero_producto; none if the entity that submits is paid. ``cupos``: fila,
    clave, cantidad, maximo and, as text, the columns that each part has in ``historia``; none if
    rows share no quantity. ``vistas``: fila, estado, codigos, valor_centavos and the columns of
    ``Universo.ve`` of every row, for the universe to look at; none where there is no universe.
    """

    registros: Marco
    hallazgos: Marco
    no_aplicadas: tuple[Regla, ...]
    pagos: Marco | None = None
    cupos: Marco | None = None
    vistas: Marco | None = None


def separar(mecanismo: Mecanismo, insumos: Insumos) -> tuple[list[Regla], list[Regla]]:
    """Rules that can be judged row by row, and those that need an absent register."""
    faltan = set(insumos.ausentes)
    reglas = list(mecanismo.reglas_de(Etapa.FOC))
    if insumos.radicante is not None:
        reglas += [r for r in mecanismo.reglas_de(Etapa.RAD) if r.cumple is not None]
    return (
        [r for r in reglas if not faltan.intersection(r.requiere)],
        [r for r in reglas if faltan.intersection(r.requiere)],
    )


def preparar(
    mecanismo: Mecanismo,
    insumos: Insumos,
    motor: Motor,
    quedan: Collection[str] | None = None,
    reunidos: Reunidos | None = None,
) -> Marco:
    """Rows that passed FORMA with every register column and amount next to them.

    ``quedan``: the only columns that will be read; all of them if not given. ``reunidos``
    receives the others of a ``Conjunto`` that somebody will look at again.
    """
    return dar_pasos(
        insumos.filas.filter(nw.col("forma_ok")).select(nw.all(), *_del_sobre(mecanismo, insumos)),
        (*mecanismo.esquema.pasos, *mecanismo.liquidacion.pasos),
        insumos,
        motor,
        quedan=quedan,
        reunidos=reunidos,
    )


def dar_pasos(
    filas: Marco,
    pasos: Sequence[Paso],
    insumos: Insumos,
    motor: Motor,
    *,
    quedan: Collection[str] | None = None,
    reunidos: Reunidos | None = None,
) -> Marco:
    """The rows after those steps, with what the evaluation reads (``aplicar``)."""
    por_corte = {
        p.registro for _, p in en_profundidad(pasos) if isinstance(p, Cruce) and p.por_corte
    }
    cortes = {nombre: cortes_de(motor, insumos.registros[nombre]) for nombre in por_corte}
    return aplicar(
        filas,
        pasos,
        insumos.registros,
        cortes,
        reductor=Reduccion(insumos.acotables, pasos, motor) if insumos.acotables else None,
        guardar=motor.guardar,
        quedan=quedan,
        reunidos=reunidos,
    )


def _por_leer(mecanismo: Mecanismo, reglas: Sequence[Regla]) -> frozenset[str]:
    """Columns of the row that the judgement reads, once the steps are done."""
    esquema, liquidacion = mecanismo.esquema, mecanismo.liquidacion
    expresiones = [
        liquidacion.valor_centavos,
        *(e for b in liquidacion.beneficiarios for e in _partes(b).values()),
        *(linea.cuando for linea in mecanismo.estados.precedencia),
        *(cupo.cantidad for cupo in esquema.cupos),
    ]
    return columnas_de(*expresiones).union(
        ("fila", esquema.fecha_hecho, GANA),
        esquema.clave,
        esquema.caso,
        () if esquema.universo is None else esquema.universo.ve,
        *(cupo.clave for cupo in esquema.cupos if not cupo.de),
        *(leidas_de(paso) for pasos in esquema.fases.values() for paso in pasos),
        (c.nombre for c in esquema.historia),
        (c.nombre for c in liquidacion.pasos),
        *(regla.columnas | regla.columnas_de_mensaje for regla in reglas),
    )


def _del_sobre(mecanismo: Mecanismo, insumos: Insumos) -> list[nw.Expr]:
    """What is the same for every row: the options, and who submits."""
    dados = valores_de(mecanismo, insumos.parametros)
    columnas = [_opcion(opcion, dados[opcion.nombre]) for opcion in mecanismo.parametros]
    if insumos.radicante is not None:
        columnas += [
            nw.lit(insumos.radicante.get(c), dtype=nw.String).alias(f"radicante_{c}")
            for c in RADICANTE
        ]
    return columnas


def _opcion(opcion: Opcion, valor: str) -> nw.Expr:
    escrito = nw.lit(valor) if opcion.rango is None else nw.lit(int(valor), dtype=nw.Int64)
    return escrito.alias(opcion.nombre)


def valores_de(mecanismo: Mecanismo, dados: Mapping[str, str]) -> dict[str, str]:
    """The value of every option: the given one, or its default.

    Raises:
        EntradaInvalida: an option that the mechanism has not, or a value that it does not admit.
    """
    opciones = {o.nombre: o for o in mecanismo.parametros}
    for nombre, valor in dados.items():
        if nombre not in opciones:
            conocidos = ", ".join(opciones) or "ninguno"
            raise EntradaInvalida(
                f"{mecanismo.nombre} no tiene el parámetro «{nombre}»; tiene: {conocidos}."
            )
        if not opciones[nombre].admite(valor):
            admitidos = opciones[nombre].admitidos
            raise EntradaInvalida(f"«{nombre}» admite: {admitidos}. Se dio «{valor}».")
    return {nombre: dados.get(nombre, o.valores[0]) for nombre, o in opciones.items()}


def veredicto(regla: Regla, fecha_hecho: str) -> nw.Expr:
    """1 cumple, 0 incumple, 2 no evaluable, null not judged."""
    cumple = nw.lit(None, dtype=nw.Boolean) if regla.cumple is None else regla.cumple
    decidido = nw.when(cumple).then(nw.lit(CUMPLE, dtype=nw.Int8))
    resultado = (
        nw.when(cumple.is_null())
        .then(nw.lit(NO_EVALUABLE, dtype=nw.Int8))
        .otherwise(decidido.otherwise(nw.lit(INCUMPLE, dtype=nw.Int8)))
    )
    juzga = _rige(regla, fecha_hecho)
    return resultado if juzga is None else nw.when(juzga).then(resultado)


def _rige(regla: Regla, fecha_hecho: str) -> nw.Expr | None:
    condiciones = [] if regla.aplica is None else [regla.aplica]
    if regla.desde is not None:
        condiciones.append(nw.col(fecha_hecho) >= nw.lit(regla.desde))
    if regla.hasta is not None:
        condiciones.append(nw.col(fecha_hecho) <= nw.lit(regla.hasta))
    return reduce(lambda a, b: a & b, condiciones) if condiciones else None


@dataclass(frozen=True)
class _Falla:
    """One way in which a row can fail: a rule, a verdict and the effect it has."""

    ficha: str
    regla: Regla
    veredicto: Veredicto
    efecto: Efecto
    ocurre: nw.Expr


def _fallas(reglas: Sequence[Regla]) -> list[_Falla]:
    fallas = []
    for i, regla in enumerate(reglas):
        columna = nw.col(f"__v{i}")
        fallas.append(
            _Falla(
                f"{i}{_LETRA[INCUMPLE]}",
                regla,
                Veredicto.INCUMPLE,
                regla.si_incumple,
                columna == INCUMPLE,
            )
        )
        if regla.si_no_evaluable is not None:
            fallas.append(
                _Falla(
                    f"{i}{_LETRA[NO_EVALUABLE]}",
                    regla,
                    Veredicto.NO_EVALUABLE,
                    regla.si_no_evaluable,
                    columna == NO_EVALUABLE,
                )
            )
    return fallas


def _lista(condiciones: Mapping[str, nw.Expr]) -> nw.Expr:
    """Texts whose condition is true, joined by ``;``; empty text if none.

    Most rows meet no condition: the text is put together only for the others.
    """
    if not condiciones:
        return nw.lit("")
    unidos = nw.concat_str(
        [nw.when(cond).then(nw.lit(valor)) for valor, cond in condiciones.items()],
        separator=";",
        ignore_nulls=True,
    )
    return nw.when(alguna(condiciones.values())).then(unidos).otherwise(nw.lit(""))


def _codigos(fallas: Sequence[_Falla]) -> nw.Expr:
    por_codigo = {
        codigo: alguna(f.ocurre for f in fallas if f.regla.codigo == codigo)
        for codigo in sorted({f.regla.codigo for f in fallas})
    }
    return _lista(por_codigo)


def _cumple_linea(linea: Linea, fallas: Sequence[_Falla]) -> nw.Expr:
    if not linea.efectos:
        return nw.lit(False) if linea.cuando is None else linea.cuando.fill_null(False)
    condiciones = [
        f.ocurre
        for f in fallas
        if f.efecto in linea.efectos
        and (not linea.codigos or f.regla.codigo in linea.codigos)
        and f.regla.codigo not in linea.excepto
    ]
    hay = alguna(condiciones)
    return hay if linea.cuando is None else hay & linea.cuando.fill_null(False)


def _estado(otro: str, lineas: Sequence[Linea], fallas: Sequence[_Falla]) -> nw.Expr:
    expresion: nw.Expr = nw.lit(otro)
    for linea in reversed(lineas):
        expresion = (
            nw.when(_cumple_linea(linea, fallas)).then(nw.lit(linea.estado)).otherwise(expresion)
        )
    return expresion


def juzgar_filas(
    mecanismo: Mecanismo,
    insumos: Insumos,
    motor: Motor,
    aplicadas: Sequence[Regla],
    reunidos: Reunidos | None = None,
) -> Marco:
    """Rows with their columns and the verdict ``__v<i>`` of each rule of ``aplicadas``.

    Phase by phase: the rules of one see what the earlier ones left of every row of the file.
    ``reunidos`` receives the others of a ``Conjunto`` that somebody will look at again.
    """
    quedan = _por_leer(mecanismo, aplicadas)
    filas = con_solo(preparar(mecanismo, insumos, motor, quedan, reunidos), quedan)
    fallas = _fallas(aplicadas)
    for fase in sorted({regla.fase for regla in aplicadas} | mecanismo.esquema.fases.keys()):
        previas = [f for f in fallas if f.regla.fase < fase]
        if fase > 1:
            filas = _con_lo_previo(filas, mecanismo, previas, motor)
            filas = dar_pasos(filas, mecanismo.esquema.fases.get(fase, ()), insumos, motor)
        filas = derivar(
            filas,
            [
                Columna(f"__v{i}", veredicto(regla, mecanismo.esquema.fecha_hecho))
                for i, regla in enumerate(aplicadas)
                if regla.fase == fase
            ],
        )
    return filas


def _con_lo_previo(
    filas: Marco, mecanismo: Mecanismo, previas: Sequence[_Falla], motor: Motor
) -> Marco:
    """The rows with what the earlier phases left of them."""
    por_efecto = {
        f"codigos_{efecto.lower()}": _entre_separadores([f for f in previas if f.efecto is efecto])
        for efecto in Efecto
    }
    vistas = set(filas.collect_schema().names())
    # A line that asks for what a later phase makes says nothing yet.
    lineas = [
        linea for linea in mecanismo.estados.precedencia if columnas_de(linea.cuando) <= vistas
    ]
    return motor.guardar(
        filas.with_columns(
            _estado(mecanismo.estados.otro, lineas, previas).alias(ESTADO_PREVIO),
            *(codigos.alias(nombre) for nombre, codigos in por_efecto.items()),
        ),
        "__fase",
    )


def _entre_separadores(fallas: Sequence[_Falla]) -> nw.Expr:
    if not fallas:
        return nw.lit("")
    codigos = _codigos(fallas)
    juntos = nw.concat_str([nw.lit(";"), codigos, nw.lit(";")])
    return nw.when(codigos != "").then(juntos).otherwise(nw.lit(""))


def juzgar(mecanismo: Mecanismo, insumos: Insumos, motor: Motor) -> Juicio:
    """Verdicts, state, codes and value of every row, and whom each is paid to.

    The joined frame is computed once and kept; messages are made only for rules that failed.
    """
    aplicadas, no_aplicadas = separar(mecanismo, insumos)
    fallas = _fallas(aplicadas)
    reunidos = Reunidos({c.de: _del_cupo(c) for c in mecanismo.esquema.cupos if c.de})
    juzgadas = juzgar_filas(mecanismo, insumos, motor, aplicadas, reunidos).with_columns(
        _codigos(fallas).alias("codigos"),
        _estado(mecanismo.estados.otro, mecanismo.estados.precedencia, fallas).alias("estado"),
        _lista({f.ficha: f.ocurre for f in fallas}).alias(_FALLAS),
    )
    valorada = nw.col("estado").is_in(sorted(mecanismo.estados.valorados))
    valor = mecanismo.liquidacion.valor_centavos.cast(nw.Int64)
    de_mensaje = sorted({c for f in fallas for c in f.regla.columnas_de_mensaje} - {"fila"})
    fallida = nw.col(_FALLAS) != ""
    vistas = set(juzgadas.collect_schema().names())
    guardadas = motor.guardar(
        juzgadas.select(
            "fila",
            *(nw.when(fallida).then(nw.col(campo)).alias(campo) for campo in de_mensaje),
            "estado",
            "codigos",
            _FALLAS,
            nw.when(valorada)
            .then(valor)
            .otherwise(nw.lit(0, dtype=nw.Int64))
            .alias("valor_centavos"),
            *_guardados(mecanismo, vistas),
            *_de_cupos(mecanismo),
            *(
                nw.when(valorada).then(expresion).alias(f"__b{i}_{campo}")
                for i, beneficiario in enumerate(mecanismo.liquidacion.beneficiarios)
                for campo, expresion in _partes(beneficiario).items()
            ),
        ),
        "__juicio",
    )
    return Juicio(
        registros=_registros(mecanismo, guardadas, insumos.filas),
        hallazgos=_hallazgos(mecanismo, guardadas, fallas, insumos.forma),
        no_aplicadas=tuple(no_aplicadas),
        pagos=_pagos(mecanismo, guardadas),
        cupos=_cupos(mecanismo, guardadas, reunidos.marcos),
        vistas=_vistas(mecanismo, guardadas, insumos.filas),
    )


def _guardados(mecanismo: Mecanismo, vistas: Collection[str]) -> list[nw.Expr]:
    """Columns of the outcome that identify the right and answer for it later."""
    esquema = mecanismo.esquema
    gana = nw.col(GANA) if GANA in vistas else nw.lit(None)
    return [
        _juntas(esquema.clave).alias("__clave"),
        _juntas(esquema.caso or esquema.clave).alias("__caso"),
        gana.cast(nw.Int64).alias("__gana"),
        *(nw.col(c.nombre).alias(f"__h_{c.nombre}") for c in esquema.historia),
        *(
            nw.col(c).alias(f"__u_{c}")
            for c in (() if esquema.universo is None else esquema.universo.ve)
        ),
    ]


def _juntas(columnas: Sequence[str]) -> nw.Expr:
    """A key as one text; null if a part of it is."""
    partes = [nw.col(c).cast(nw.String).str.to_uppercase() for c in columnas]
    return nw.concat_str(partes, separator=SEPARADOR)


def _de_cupos(mecanismo: Mecanismo) -> Sequence[nw.Expr]:
    """Of what quantity a row takes a part, where the row itself says it, and how much.

    A row that waits for another one to be resolved takes nothing yet: it says what it would take.
    """
    cupos, estados = list(enumerate(mecanismo.esquema.cupos)), mecanismo.estados
    esperan = estados.retenidos if estados.resuelven else frozenset()
    toma = nw.col("estado").is_in(sorted(estados.valorados | esperan))
    return [
        nw.when(toma).then(cupo.cantidad.cast(nw.Int64)).alias(f"__q{i}_cantidad")
        for i, cupo in cupos
    ] + [
        nw.when(toma).then(nw.col(c)).alias(f"__q{i}_{c}")
        for i, cupo in cupos
        if not cupo.de
        for c in cupo.clave
    ]


def _del_cupo(cupo: Cupo) -> frozenset[str]:
    """What it reads of the others of a ``Conjunto``."""
    return columnas_de(cupo.donde).union(cupo.clave)


def _cupos(mecanismo: Mecanismo, guardadas: Marco, conjuntos: Mapping[str, Marco]) -> Marco | None:
    cupos = mecanismo.esquema.cupos
    if not cupos:
        return None
    partes = [_partes_de_cupo(i, cupo, guardadas, conjuntos) for i, cupo in enumerate(cupos)]
    return nw.concat(partes, how="diagonal").sort("fila", "clave")


def _partes_de_cupo(i: int, cupo: Cupo, guardadas: Marco, conjuntos: Mapping[str, Marco]) -> Marco:
    toman = guardadas.filter(nw.col(f"__q{i}_cantidad") > 0)
    cantidad = nw.col(f"__q{i}_cantidad").alias("cantidad")
    if cupo.de:
        otros = conjuntos[cupo.de]
        if cupo.donde is not None:
            otros = otros.filter(cupo.donde.fill_null(False))
        claves = otros.select(DE, *cupo.clave).drop_nulls().unique()
        partes = toman.select("fila", cantidad).join(
            claves, how="inner", left_on="fila", right_on=DE
        )
    else:
        claves_propias = (nw.col(f"__q{i}_{c}").alias(c) for c in cupo.clave)
        partes = toman.select("fila", cantidad, *claves_propias).drop_nulls()
    historia = [nw.col(c).cast(nw.String) for c in cupo.clave] + [
        nw.lit(valor).alias(c) for c, valor in cupo.historia.items()
    ]
    return partes.select(
        nw.col("fila").cast(nw.Int64),
        _juntas(cupo.clave).alias("clave"),
        "cantidad",
        nw.lit(cupo.maximo, dtype=nw.Int64).alias("maximo"),
        *(historia if cupo.historia else ()),
    )


def _partes(beneficiario: Beneficiario) -> dict[str, nw.Expr]:
    cuenta = beneficiario.cuenta
    nada = nw.lit(None, dtype=nw.String)
    return {
        "tipo_documento": beneficiario.tipo_documento,
        "numero": beneficiario.numero,
        "nombre": beneficiario.nombre,
        "valor_centavos": beneficiario.valor_centavos.cast(nw.Int64),
        "codigo_banco": nada if cuenta is None else cuenta.codigo_banco,
        "tipo_producto": nada if cuenta is None else cuenta.tipo_producto,
        "numero_producto": nada if cuenta is None else cuenta.numero_producto,
    }


def _pagos(mecanismo: Mecanismo, guardadas: Marco) -> Marco | None:
    """One row per part of a valued row that pays somebody."""
    beneficiarios = mecanismo.liquidacion.beneficiarios
    if not beneficiarios:
        return None
    partes = [
        guardadas.filter(
            (nw.col(f"__b{i}_valor_centavos") > 0) & ~nw.col(f"__b{i}_numero").is_null()
        ).select(
            nw.col("fila").cast(nw.Int64),
            nw.lit(beneficiario.concepto).alias("concepto"),
            *(nw.col(f"__b{i}_{campo}").alias(campo) for campo in _partes(beneficiario)),
        )
        for i, beneficiario in enumerate(beneficiarios)
    ]
    return nw.concat(partes).sort("fila", "concepto")


def _registros(mecanismo: Mecanismo, guardadas: Marco, filas: Marco) -> Marco:
    esquema = guardadas.collect_schema()
    propias = {"clave": "__clave", "caso": "__caso", "gana": "__gana"} | {
        c.nombre: f"__h_{c.nombre}" for c in mecanismo.esquema.historia
    }
    sin_forma = filas.filter(~nw.col("forma_ok")).select(
        nw.col("fila").cast(nw.Int64),
        nw.lit(mecanismo.estados.forma).alias("estado"),
        nw.lit(mecanismo.regla_de_forma.codigo).alias("codigos"),
        nw.lit(0, dtype=nw.Int64).alias("valor_centavos"),
        *(nw.lit(None, dtype=esquema[de]).alias(a) for a, de in propias.items()),
    )
    con_forma = guardadas.select(
        nw.col("fila").cast(nw.Int64),
        "estado",
        "codigos",
        "valor_centavos",
        *(nw.col(de).alias(a) for a, de in propias.items()),
    )
    return nw.concat([con_forma, sin_forma]).sort("fila")


def _vistas(mecanismo: Mecanismo, guardadas: Marco, filas: Marco) -> Marco | None:
    """A row that fails FORMA shows what could be read of it."""
    if mecanismo.esquema.universo is None:
        return None
    ve = mecanismo.esquema.universo.ve
    tipos, leidas = guardadas.collect_schema(), set(filas.collect_schema().names())
    sin_forma = filas.filter(~nw.col("forma_ok")).select(
        nw.col("fila").cast(nw.Int64),
        nw.lit(mecanismo.estados.forma).alias("estado"),
        nw.lit(mecanismo.regla_de_forma.codigo).alias("codigos"),
        nw.lit(0, dtype=nw.Int64).alias("valor_centavos"),
        *(nw.col(c) if c in leidas else nw.lit(None, dtype=tipos[f"__u_{c}"]).alias(c) for c in ve),
    )
    con_forma = guardadas.select(
        nw.col("fila").cast(nw.Int64),
        "estado",
        "codigos",
        "valor_centavos",
        *(nw.col(f"__u_{c}").alias(c) for c in ve),
    )
    return nw.concat([con_forma, sin_forma])


def _hallazgos(
    mecanismo: Mecanismo, guardadas: Marco, fallas: Sequence[_Falla], forma: Marco
) -> Marco:
    columnas = ["fila", "codigo", "veredicto", "efecto", "columna", "mensaje"]
    una_por_falla = (
        guardadas.filter(nw.col(_FALLAS) != "")
        .with_columns(nw.col(_FALLAS).str.split(";"))
        .explode(_FALLAS, empty_as_null=False, keep_nulls=False)
        .select(
            nw.col("fila").cast(nw.Int64),
            _por_ficha(fallas, lambda f: nw.lit(f.regla.codigo)).alias("codigo"),
            _por_ficha(fallas, lambda f: nw.lit(str(f.veredicto))).alias("veredicto"),
            _por_ficha(fallas, lambda f: nw.lit(str(f.efecto))).alias("efecto"),
            _por_ficha(fallas, lambda f: nw.lit(f.regla.columna)).alias("columna"),
            _por_ficha(fallas, lambda f: texto(_con_accion(f))).alias("mensaje"),
        )
    )
    regla = mecanismo.regla_de_forma
    de_forma = forma.select(
        nw.col("fila").cast(nw.Int64),
        nw.lit(regla.codigo).alias("codigo"),
        nw.lit(str(Veredicto.INCUMPLE)).alias("veredicto"),
        nw.lit(str(regla.si_incumple)).alias("efecto"),
        "columna",
        "mensaje",
    )
    return nw.concat([una_por_falla.select(columnas), de_forma.select(columnas)]).sort(
        "fila", "codigo"
    )


def _con_accion(falla: _Falla) -> str:
    """What happened and what to do, as the entity reads it."""
    return mensaje_completo(falla.regla, falla.veredicto)


def _por_ficha(fallas: Sequence[_Falla], de: Any) -> nw.Expr:
    """A column of the finding, chosen by the mark of the failure.

    Failures with the same text share one branch: fewer comparisons per row.
    """
    grupos: dict[str, tuple[nw.Expr, list[str]]] = {}
    for falla in fallas:
        expresion = de(falla)
        grupos.setdefault(repr(expresion), (expresion, []))[1].append(falla.ficha)
    if not grupos:
        return nw.lit("")
    ficha = nw.col(_FALLAS)
    resultado: nw.Expr = nw.lit("")
    for expresion, fichas in grupos.values():
        resultado = nw.when(ficha.is_in(fichas)).then(expresion).otherwise(resultado)
    return resultado
