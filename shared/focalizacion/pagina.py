"""The rule catalogue as a page for people, in Markdown, from the mechanism that is run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from shared.focalizacion.catalogo import TablaDeCasos
from shared.focalizacion.model import (
    DEL_REGISTRO,
    Beneficiario,
    Efecto,
    Etapa,
    Linea,
    Mecanismo,
    Opcion,
    Regla,
    Vencimiento,
    Ventanas,
    columnas_de,
    en_profundidad,
    lecturas_de,
)
from shared.normativa import Fuente
from shared.registros.catalogo import REGISTROS
from shared.registros.pagina.registro import CERTEZAS
from shared.registros.pagina.texto import VACIO, ancla, codigo, lista, tabla

ETAPAS: Final[Mapping[Etapa, str]] = {
    Etapa.RAD: "al radicar",
    Etapa.FORMA: "al leer cada fila",
    Etapa.FOC: "al cruzar cada fila con los registros",
    Etapa.PRE: "al comprometer el presupuesto",
    Etapa.GIRO: "al girar",
    Etapa.LEG: "al legalizar",
    Etapa.NINGUNA: "a las propias reglas, no a las filas",
}
EFECTOS: Final[Mapping[Efecto, str]] = {
    Efecto.RECHAZO: "sin derecho, o la fila no se admite; definitivo para esta versión",
    Efecto.GLOSA_DEFINITIVA: "objeción que ya no se puede responder",
    Efecto.GLOSA: "objeción que la entidad puede responder",
    Efecto.CORRECCION: "la entidad debe arreglar un dato; nada se decide sobre el derecho",
    Efecto.DESVIO: "sale del trámite común y sigue otro",
    Efecto.RETENCION: "en orden; espera un hecho y sigue sin que nadie la vuelva a radicar",
    Efecto.AJUSTE: "continúa por menos: camas, días o pesos",
    Efecto.AVISO: "advertencia; no cambia el estado ni el valor",
}
VENTANAS: Final[Mapping[Ventanas, str]] = {
    Ventanas.MENSUAL: "los diez primeros días hábiles del mes siguiente",
    Ventanas.SEMANAL: "las EPS, los tres primeros días hábiles de cada semana; los demás, "
    "cualquier día",
    Ventanas.FIJA: "una sola para todo el mecanismo",
}
_RADICAN: Final = {
    "ips": "IPS",
    "eps": "EPS",
    "laboratorio": "laboratorios",
    "territorial": "entidades territoriales",
    "ins": "INS",
}
_GENERADA: Final = "Página generada de las reglas y de los casos que las prueban; no se edita."
_AVISO: Final = (
    "Las reglas y fuentes marcadas **DISENO** son decisiones de diseño de este sistema, por "
    "confirmar con el regulador: nunca son ley."
)
_SIN_DATO: Final = (
    "Un dato que falta no es cumplir ni incumplir: el veredicto es *no evaluable*. Donde una "
    "regla no aplica, la fila no se juzga con ella (*no juzga*). En los casos, «—» es un dato que "
    "falta. Lo que va entre llaves en un mensaje es el valor de la fila."
)
_COMPARACION: Final = re.compile(r"col\((\w+)\)\.__(eq|ne|lt|le|gt|ge)__\(([^()]+)\)")
_SIGNOS: Final = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}


def titulo_de(mecanismo: Mecanismo) -> str:
    """The title of its page."""
    return f"Reglas: {mecanismo.titulo}"


def en_markdown(mecanismo: Mecanismo, casos: Sequence[TablaDeCasos] = ()) -> str:
    """The page in Spanish: how to read it, an index, each rule with the cases that prove it, and
    what becomes of a row.
    """
    partes = [
        f"# {titulo_de(mecanismo)}",
        _GENERADA,
        _AVISO,
        _ficha(mecanismo),
        "## Cómo se lee",
        _SIN_DATO,
        _palabras("Certeza", {str(c): t for c, t in CERTEZAS.items()}),
        _palabras("Efecto", {str(e): t for e, t in EFECTOS.items() if e in _usados(mecanismo)}),
        "## Índice de reglas",
        _indice(mecanismo),
        "## Reglas, una por una",
        *_reglas(mecanismo, casos),
    ]
    for titulo, contenido in (
        ("Estados", _estados(mecanismo)),
        ("Parámetros", _parametros(mecanismo)),
        ("A quién se paga", _pagos(mecanismo)),
        ("Registros que se leen", _registros(mecanismo)),
    ):
        if contenido:
            partes += [f"## {titulo}", contenido]
    return "\n\n".join(partes) + "\n"


def _ficha(mecanismo: Mecanismo) -> str:
    ventana = VENTANAS[mecanismo.ventanas]
    if mecanismo.ventana_fija is not None:
        desde, hasta = mecanismo.ventana_fija
        ventana = f"{ventana}, del {desde.isoformat()} al {hasta.isoformat()}"
    return lista(
        [
            f"Nombre: {codigo(mecanismo.nombre)}; sus códigos empiezan por {mecanismo.prefijo}.",
            f"Radican: {', '.join(_RADICAN.get(r, r) for r in mecanismo.roles_radican)}.",
            f"Ventana, si un acto no fija otra: {ventana}.",
            f"El hecho de una fila es su {codigo(mecanismo.esquema.fecha_hecho)}: con ese día se "
            "compara la vigencia de las reglas.",
            f"El derecho que se paga una sola vez: {_nombres(mecanismo.esquema.clave)}.",
        ]
    )


def _usados(mecanismo: Mecanismo) -> set[Efecto | None]:
    return {e for r in mecanismo.reglas for e in (r.si_incumple, r.si_no_evaluable)}


def _palabras(titulo: str, explicadas: Mapping[str, str]) -> str:
    return tabla((titulo, "Qué quiere decir"), [(f"**{p}**", que) for p, que in explicadas.items()])


def _nombres(nombres: Iterable[str]) -> str:
    return ", ".join(map(codigo, nombres))


# --- rules ----------------------------------------------------------------------------------------


def _encabezado(regla: Regla) -> str:
    return f"{regla.codigo} · {regla.titulo}"


def _indice(mecanismo: Mecanismo) -> str:
    vistas: Counter[str] = Counter()
    filas = []
    for regla in mecanismo.reglas:
        destino = ancla(_encabezado(regla))
        if repetida := vistas[destino]:
            destino = f"{destino}-{repetida}"
        vistas[ancla(_encabezado(regla))] += 1
        filas.append(
            (
                f"[{regla.codigo}](#{destino})",
                regla.titulo,
                str(regla.etapa),
                str(regla.si_incumple),
                VACIO if regla.si_no_evaluable is None else str(regla.si_no_evaluable),
                str(regla.certeza),
            )
        )
    return tabla(
        ("Código", "Qué es lo correcto", "Etapa", "Si incumple", "Si falta el dato", "Certeza"),
        filas,
    )


def _reglas(mecanismo: Mecanismo, casos: Sequence[TablaDeCasos]) -> Iterator[str]:
    vistas: Counter[str] = Counter()
    for regla in mecanismo.reglas:
        vistas[regla.codigo] += 1
        yield f"### {_encabezado(regla)}"
        yield lista(_datos(regla))
        for propia in casos:
            if (propia.codigo, propia.entrada) == (regla.codigo, vistas[regla.codigo]):
                yield from _casos(propia)


def _datos(regla: Regla) -> Iterator[str]:
    yield f"Se aplica {ETAPAS[regla.etapa]} ({regla.etapa}). {_efecto(regla)}"
    if regla.fase > 1:
        yield "Mira lo que dejaron las reglas anteriores, en esta fila y en las demás del archivo."
    yield f"Fuente: {_fuente(regla.fuente)}"
    yield f"Certeza: **{regla.certeza}**, {CERTEZAS[regla.certeza]}."
    yield f"Rige: {_vigencia(regla)}."
    if regla.columnas:
        yield f"Lee: {_nombres(sorted(regla.columnas))}."
    if regla.requiere:
        yield f"Sin {_nombres(regla.requiere)} no se aplica."
    for rotulo, texto in (
        ("Mensaje", regla.mensaje),
        ("Mensaje si falta el dato", regla.mensaje_no_evaluable),
        ("Qué hacer", regla.accion),
    ):
        if texto:
            yield f"{rotulo}: {texto}"


def _efecto(regla: Regla) -> str:
    efecto = f"Si incumple: **{regla.si_incumple}**."
    if regla.cumple is None:
        return efecto
    sin_dato = regla.si_no_evaluable
    return f"{efecto} Si falta el dato: {'sin efecto' if sin_dato is None else f'**{sin_dato}**'}."


def _fuente(fuente: Fuente) -> str:
    emisor = f" ({fuente.emisor})" if fuente.emisor else ""
    nota = f" {fuente.nota}" if fuente.nota else ""
    return f"{fuente}{emisor}, certeza {fuente.certeza}.{nota}"


def _vigencia(regla: Regla) -> str:
    if regla.desde is None and regla.hasta is None:
        return "para toda fecha del hecho"
    partes = []
    if regla.desde is not None:
        partes.append(f"desde {regla.desde.isoformat()}")
    if regla.hasta is not None:
        partes.append(f"hasta {regla.hasta.isoformat()}")
    return f"para hechos {' '.join(partes)}"


def _casos(propia: TablaDeCasos) -> Iterator[str]:
    fijas = ", ".join(f"{codigo(columna)} = {valor}" for columna, valor in propia.fijas.items())
    yield f"Casos, con {fijas}:" if fijas else "Casos:"
    yield tabla(propia.encabezado, propia.filas)


# --- what becomes of a row ------------------------------------------------------------------------


def _estados(mecanismo: Mecanismo) -> str:
    estados = mecanismo.estados
    valen = {**dict.fromkeys(estados.valorados, "lo liquidado")}
    filas = [
        (VACIO, f"una celda que no se puede leer ({mecanismo.regla_de_forma.codigo})"),
        *((str(i), _linea(mecanismo, x)) for i, x in enumerate(estados.precedencia, 1)),
        (str(len(estados.precedencia) + 1), "nada de lo anterior"),
    ]
    destinos = [estados.forma, *(x.estado for x in estados.precedencia), estados.otro]
    partes = [
        "La fila queda en el estado de la primera línea que le corresponde.",
        tabla(
            ("Orden", "Si la fila tiene", "Queda en", "Vale"),
            [
                (orden, que, f"**{estado}**", valen.get(estado, "cero"))
                for (orden, que), estado in zip(filas, destinos, strict=True)
            ],
        ),
        lista(
            f"{que}: {', '.join(sorted(cuales))}."
            for que, cuales in (
                ("La entidad puede corregir o responder", estados.corregibles),
                ("Esperan un hecho, y siguen sin radicar de nuevo", estados.retenidos),
                ("El mismo derecho se puede volver a pedir", estados.liberan),
            )
            if cuales
        ),
        "Después, cada estado puede pasar a:",
        tabla(
            ("De", "A"),
            [(de, ", ".join(sorted(a))) for de, a in estados.transiciones.items()],
        ),
    ]
    if estados.vencen:
        partes.append(lista(_vence(estado, v) for estado, v in estados.vencen.items()))
    if estados.publicados:
        nombres = [
            f"{interno} no se muestra: se muestra el estado del registro"
            if n == DEL_REGISTRO
            else f"{interno} se llama {n}"
            for interno, n in estados.publicados.items()
        ]
        partes.append(f"En este mecanismo, {'; '.join(nombres)}.")
    return "\n\n".join(partes)


def _vence(estado: str, vence: Vencimiento) -> str:
    con = f", con {vence.codigo}" if vence.codigo else ""
    return (
        f"{estado} sin respuesta vence {vence.plazo} después de comunicarse, último día incluido, "
        f"y queda en {vence.a}{con}. Fuente: {_fuente(vence.fuente)} Certeza: **{vence.certeza}**."
    )


def _linea(mecanismo: Mecanismo, linea: Linea) -> str:
    partes = [f"**{efecto}**: {', '.join(c)}" for efecto, c in _fallas(mecanismo, linea).items()]
    if linea.cuando is None:
        return "; ".join(partes)
    hallada = _COMPARACION.fullmatch(repr(linea.cuando))
    if hallada:
        columna, signo, valor = hallada.groups()
        condicion = f"{codigo(columna)} {_SIGNOS[signo]} {valor}"
    else:
        condicion = f"según {_nombres(sorted(columnas_de(linea.cuando)))}"
    return f"{'; '.join(partes)}, y {condicion}" if partes else condicion


def _fallas(mecanismo: Mecanismo, linea: Linea) -> dict[Efecto, list[str]]:
    """Codes that can put a row on a line of the precedence, by effect."""
    fallas: dict[Efecto, list[str]] = {}
    for regla in mecanismo.reglas:
        propio = regla.codigo in linea.codigos if linea.codigos else True
        if regla.cumple is None or not propio or regla.codigo in linea.excepto:
            continue
        for efecto in (regla.si_incumple, regla.si_no_evaluable):
            if efecto in linea.efectos and regla.codigo not in fallas.setdefault(efecto, []):
                fallas[efecto].append(regla.codigo)
    return fallas


def _parametros(mecanismo: Mecanismo) -> str:
    if not mecanismo.parametros:
        return ""
    aviso = "Los cambia un acto; sin él vale el primer valor."
    opciones = tabla(
        ("Parámetro", "Valores", "Qué decide", "Fuente"),
        [
            (codigo(o.nombre), _que_admite(o), o.descripcion, _fuente(o.fuente))
            for o in mecanismo.parametros
        ],
    )
    return f"{aviso}\n\n{opciones}"


def _que_admite(opcion: Opcion) -> str:
    if opcion.rango is None:
        return ", ".join(map(codigo, opcion.valores))
    return f"{codigo(opcion.valores[0])}; admite {opcion.admitidos}"


def _pagos(mecanismo: Mecanismo) -> str:
    beneficiarios = mecanismo.liquidacion.beneficiarios
    if not beneficiarios:
        return "A la entidad que radica: un reconocimiento por solicitud, entero."
    return tabla(
        ("Parte del valor", "A quién", "Sale de", "Cuenta"),
        [(b.concepto, _a_quien(b), _de_donde(b), _cuenta(b)) for b in beneficiarios],
    )


def _a_quien(beneficiario: Beneficiario) -> str:
    return f"quien diga {_nombres(sorted(columnas_de(beneficiario.numero)))}"


def _de_donde(beneficiario: Beneficiario) -> str:
    return _nombres(sorted(columnas_de(beneficiario.valor_centavos)))


def _cuenta(beneficiario: Beneficiario) -> str:
    return "la registrada y verificada" if beneficiario.cuenta is None else "la que trae la fila"


# --- registers ------------------------------------------------------------------------------------


def _registros(mecanismo: Mecanismo) -> str:
    obligatorios = mecanismo.esquema.obligatorios
    return tabla(
        ("Registro", "Qué es", "Obligatorio", "Columnas", "Sin él no se aplican"),
        [
            (
                codigo(registro),
                REGISTROS[registro].titulo if registro in REGISTROS else "lo ya decidido aquí",
                "sí" if registro in obligatorios else "no",
                _nombres(_columnas_leidas(mecanismo, registro)),
                VACIO
                if registro in obligatorios
                else ", ".join(r.codigo for r in mecanismo.reglas if registro in r.requiere),
            )
            for registro in mecanismo.esquema.registros
        ],
    )


def _columnas_leidas(mecanismo: Mecanismo, registro: str) -> list[str]:
    """Columns of a register that the steps read, in the order of its declaration."""
    leidas: set[str] = set()
    pasos = (*mecanismo.esquema.pasos, *chain(*mecanismo.esquema.fases.values()))
    for _, paso in en_profundidad(pasos):
        lecturas = lecturas_de(paso)
        leidas = leidas.union(*(x.del_registro for x in lecturas if x.registro == registro))
    if registro not in REGISTROS:
        return sorted(leidas)
    return [c.nombre for c in REGISTROS[registro].columnas if c.nombre in leidas]
