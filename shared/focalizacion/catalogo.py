"""The rule catalogue: every rule of a mechanism as data and as a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.focalizacion.explicacion import fuente_legible
from shared.focalizacion.model import Etapa, Mecanismo, Regla
from shared.normativa import Certeza, Fuente

ETAPAS: Final[Mapping[Etapa, str]] = {
    Etapa.RAD: "al radicar",
    Etapa.FORMA: "al leer cada fila",
    Etapa.FOC: "al cruzar cada fila con los registros",
    Etapa.PRE: "al comprometer el presupuesto",
    Etapa.GIRO: "al girar",
    Etapa.LEG: "al legalizar",
}
CERTEZAS: Final[Mapping[Certeza, str]] = {
    Certeza.NORMA: "leída en la norma o en el informe de la ADRES",
    Certeza.PRENSA: "tomada de una fuente secundaria",
    Certeza.DISENO: "decisión de diseño, por confirmar con el regulador",
}
_AVISO: Final = (
    "Las reglas y fuentes marcadas **DISENO** son decisiones de diseño de este sistema, por "
    "confirmar con el regulador: nunca son ley."
)
_VACIO: Final = "—"


@dataclass(frozen=True)
class TablaDeCasos:
    """Cases that prove one rule: ``encabezado`` and ``filas`` as written, one case per row.

    ``entrada`` tells apart the entries that share a code, from 1. ``fijas`` are columns with the
    same value in every case.
    """

    codigo: str
    encabezado: tuple[str, ...]
    filas: tuple[tuple[str, ...], ...]
    entrada: int = 1
    fijas: Mapping[str, str] = field(default_factory=dict)


def catalogo(mecanismo: Mecanismo) -> list[dict[str, Any]]:
    """Every rule in its order, ready for JSON.

    ``efectos`` holds ``incumple`` and ``no_evaluable`` (null: no effect); ``vigencia`` the days
    ``desde`` and ``hasta`` in ISO form (null: open); ``requiere`` the optional registers without
    which the rule is not applied.
    """
    return [_en_datos(regla) for regla in mecanismo.reglas]


def _en_datos(regla: Regla) -> dict[str, Any]:
    sin_dato = regla.si_no_evaluable
    return {
        "codigo": regla.codigo,
        "titulo": regla.titulo,
        "etapa": str(regla.etapa),
        "efectos": {
            "incumple": str(regla.si_incumple),
            "no_evaluable": None if sin_dato is None else str(sin_dato),
        },
        "mensaje": regla.mensaje,
        "mensaje_no_evaluable": regla.mensaje_no_evaluable,
        "accion": regla.accion,
        "fuente": fuente_legible(regla.fuente),
        "certeza": str(regla.certeza),
        "vigencia": {
            "desde": None if regla.desde is None else regla.desde.isoformat(),
            "hasta": None if regla.hasta is None else regla.hasta.isoformat(),
        },
        "columna": regla.columna,
        "columnas": sorted(regla.columnas),
        "requiere": list(regla.requiere),
    }


def en_markdown(mecanismo: Mecanismo, casos: Sequence[TablaDeCasos] = ()) -> str:
    """The catalogue page in Spanish: an index, then each rule with the cases that prove it."""
    partes = [
        f"# Reglas: {mecanismo.titulo}",
        "Página generada de las reglas y de los casos que las prueban; no se edita a mano.",
        _AVISO,
        _tabla(
            ("Certeza", "Qué quiere decir"),
            [(f"**{certeza}**", explicada) for certeza, explicada in CERTEZAS.items()],
        ),
        "Un dato que falta no es cumplir ni incumplir: el veredicto es *no evaluable*. Donde una "
        "regla no aplica, la fila no se juzga con ella.",
        "## Índice",
        _indice(mecanismo),
    ]
    vistas: dict[str, int] = {}
    for regla in mecanismo.reglas:
        vistas[regla.codigo] = entrada = vistas.get(regla.codigo, 0) + 1
        partes += _seccion(regla, entrada, casos)
    return "\n\n".join(partes) + "\n"


def _indice(mecanismo: Mecanismo) -> str:
    return _tabla(
        ("Código", "Qué es lo correcto", "Etapa", "Si incumple", "Si falta el dato", "Certeza"),
        [
            (
                r.codigo,
                r.titulo,
                str(r.etapa),
                str(r.si_incumple),
                _VACIO if r.si_no_evaluable is None else str(r.si_no_evaluable),
                str(r.certeza),
            )
            for r in mecanismo.reglas
        ],
    )


def _seccion(regla: Regla, entrada: int, casos: Sequence[TablaDeCasos]) -> list[str]:
    partes = [f"## {regla.codigo} · {regla.titulo}", "\n".join(f"- {d}" for d in _datos(regla))]
    for tabla in casos:
        if (tabla.codigo, tabla.entrada) == (regla.codigo, entrada):
            partes += _casos(tabla)
    return partes


def _datos(regla: Regla) -> list[str]:
    sin_dato = regla.si_no_evaluable
    efecto = f"Si incumple: **{regla.si_incumple}**."
    if regla.etapa is Etapa.FOC:
        efecto += f" Si falta el dato: {'sin efecto' if sin_dato is None else f'**{sin_dato}**'}."
    datos = [
        f"Se aplica {ETAPAS[regla.etapa]} ({regla.etapa}). {efecto}",
        f"Fuente: {_fuente(regla.fuente)}",
        f"Certeza: **{regla.certeza}**, {CERTEZAS[regla.certeza]}.",
        f"Rige: {_vigencia(regla)}.",
    ]
    if regla.columnas:
        datos.append(f"Lee: {', '.join(f'`{c}`' for c in sorted(regla.columnas))}.")
    if regla.requiere:
        datos.append(f"Sin {', '.join(f'`{r}`' for r in regla.requiere)} no se aplica.")
    for rotulo, texto in (
        ("Mensaje", regla.mensaje),
        ("Mensaje si falta el dato", regla.mensaje_no_evaluable),
        ("Qué hacer", regla.accion),
    ):
        if texto:
            datos.append(f"{rotulo}: {texto}")
    return datos


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


def _casos(tabla: TablaDeCasos) -> list[str]:
    fijas = ", ".join(f"`{columna}` = {valor}" for columna, valor in tabla.fijas.items())
    intro = f"Casos, con {fijas}:" if fijas else "Casos:"
    return [intro, _tabla(tabla.encabezado, tabla.filas)]


def _tabla(encabezado: Sequence[str], filas: Sequence[Sequence[str]]) -> str:
    return "\n".join(_renglon(celdas) for celdas in (encabezado, ["---"] * len(encabezado), *filas))


def _renglon(celdas: Sequence[str]) -> str:
    return f"| {' | '.join(celda.replace('|', chr(92) + '|') for celda in celdas)} |"
