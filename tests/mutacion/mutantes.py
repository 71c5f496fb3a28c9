"""Small faults put one at a time into the legal reading of a mechanism, in its syntax tree.

Each is what a hurried hand could write: a rule turned round, a term forgotten, a limit off by
one, a line of precedence lost. Texts that people read, legal sources and the columns that an
entity submits are left alone: other tests hold them.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import CodeType
from typing import Final

MODULOS: Final = ("reglas", "liquidacion", "estados", "norma")
CON_ESQUEMA: Final = (*MODULOS, "esquema")

_AJENAS: Final = frozenset({"Fuente", "Campo", "ColumnaRegistro", "Opcion"})
"""Calls that say nothing of how a row is judged."""
_SIN_EFECTO: Final = frozenset(
    {"codigo", "titulo", "mensaje", "mensaje_no_evaluable", "accion", "columna", "fuente"}
    | {"certeza", "descripcion", "nota", "etapa", "nombre", "historia"}
    # Of the life of the record after the evaluation: the tests of the service hold them.
    | {"transiciones", "publicados", "liberan", "corregibles", "retenidos", "cuenta"}
)
"""Arguments whose value does not change what comes out of a row."""
_QUITABLES: Final = {
    "Regla": ("aplica", "desde", "hasta", "si_no_evaluable", "requiere", "fase"),
    "Linea": ("codigos", "excepto", "cuando"),
    "Cruce": ("filtro", "condicion", "por_corte"),
    "Vigente": ("hasta",),
}
_NEGABLES: Final = {"Regla": ("cumple", "aplica"), "Linea": ("cuando",), "Condicion": ("cumple",)}
_EFECTOS: Final = (
    *("RECHAZO", "GLOSA_DEFINITIVA", "GLOSA", "CORRECCION"),
    *("DESVIO", "RETENCION", "AJUSTE", "AVISO"),
)
_COMPARACIONES: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_OPERACIONES: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_OTRO_METODO: Final = {
    **{"min": "max", "max": "min", "min_horizontal": "max_horizontal"},
    **{"max_horizontal": "min_horizontal", "any_horizontal": "all_horizontal"},
    **{"all_horizontal": "any_horizontal", "any": "all", "all": "any"},
    **{"first": "last", "last": "first", "cum_sum": "cum_max"},
}
_SOBRANTES: Final = ("fill_null", "otherwise", "offset_by", "to_uppercase", "abs", "round", "floor")
"""Methods whose call may be forgotten."""
_NEGADOS: Final = ("is_null", "is_in", "starts_with", "contains", "is_between")
_PLAZO: Final = re.compile(r"(-?)(\d+)([a-z]+)", re.ASCII)
_PERIODO: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)

Camino = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutante:
    """One fault: where it is, what was done, and the compiled module that has it."""

    modulo: str
    archivo: Path
    linea: int
    donde: str
    que: str
    codigo: CodeType

    @property
    def nombre(self) -> str:
        """How it is told apart from the others while its line moves."""
        return f"{self.modulo} · {self.donde} · {self.que}"


@dataclass(frozen=True)
class _Falla:
    """``nuevo`` takes the place of the node at ``camino``; without it the node goes away."""

    camino: Camino
    linea: int
    donde: str
    que: str
    nuevo: ast.AST | None


def mutantes(archivo: Path, modulo: str) -> Iterator[Mutante]:
    """Every mutant of a module, from the first line to the last; ``modulo`` is its dotted name."""
    arbol = ast.parse(archivo.read_text(encoding="utf-8"))
    vistas: dict[str, int] = {}
    for falla in sorted(_de(arbol, (), ""), key=lambda f: f.linea):
        clave = f"{falla.donde} · {falla.que}"
        vistas[clave] = vistas.get(clave, 0) + 1
        que = falla.que if vistas[clave] == 1 else f"{falla.que} ({vistas[clave]})"
        codigo = compile(_con(arbol, falla), str(archivo), "exec")
        nombre = modulo.rpartition(".")[2]
        yield Mutante(nombre, archivo, falla.linea, falla.donde, que, codigo)


def _con(arbol: ast.Module, falla: _Falla) -> ast.Module:
    mutado = copy.deepcopy(arbol)
    *hasta, (campo, i) = falla.camino
    padre: ast.AST = mutado
    for nombre, j in hasta:
        hijo = getattr(padre, nombre)
        padre = hijo if j is None else hijo[j]
    if i is None:
        setattr(padre, campo, falla.nuevo)
    elif falla.nuevo is None:
        del getattr(padre, campo)[i]
        if isinstance(padre, ast.Dict):
            del padre.values[i]
    else:
        getattr(padre, campo)[i] = falla.nuevo
    return ast.fix_missing_locations(mutado)


def _de(nodo: ast.AST, camino: Camino, donde: str) -> Iterator[_Falla]:
    """Faults of a node and of what hangs from it."""
    if _intocable(nodo):
        return
    donde = _lugar(nodo) or donde
    for que, nuevo in _cambios(nodo):
        yield _Falla(camino, getattr(nodo, "lineno", 0), donde, que, nuevo)
    yield from _perdidas(nodo, camino, donde)
    if _llamada(nodo) == "date":
        return  # its parts have been moved together
    for campo, valor in ast.iter_fields(nodo):
        if isinstance(valor, list):
            for i, hijo in enumerate(valor):
                if isinstance(hijo, ast.AST):
                    yield from _de(hijo, (*camino, (campo, i)), donde)
        elif isinstance(valor, ast.AST) and campo not in {"annotation", "returns", "ctx"}:
            yield from _de(valor, (*camino, (campo, None)), donde)


def _intocable(nodo: ast.AST) -> bool:
    match nodo:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Constant()):
            return True  # a docstring
        case ast.keyword(arg=str(nombre)) if nombre in _SIN_EFECTO:
            return True
        case ast.Assign(targets=[ast.Name(id=nombre)]) if nombre.startswith("__"):
            return True
        case ast.Call():
            return _llamada(nodo) in _AJENAS or _es_de_otra_etapa(nodo)
    return False


def _es_de_otra_etapa(nodo: ast.Call) -> bool:
    """A rule without an expression: the code of its stage applies it, and its tests hold it."""
    dados = {k.arg for k in nodo.keywords}
    return _llamada(nodo) == "Regla" and "codigo" in dados and "cumple" not in dados


def _llamada(nodo: ast.AST) -> str:
    match nodo:
        case ast.Call(func=ast.Name(id=nombre)) | ast.Call(func=ast.Attribute(attr=nombre)):
            return nombre
    return ""


def _lugar(nodo: ast.AST) -> str:
    """What the reader knows a piece of the module by."""
    match nodo:
        case ast.FunctionDef(name=nombre) | ast.Assign(targets=[ast.Name(id=nombre)]):
            return nombre
        case ast.Call(func=ast.Name(id="Regla"), keywords=dados):
            return next((str(k.value.value) for k in dados if _es_codigo(k)), "")  # type: ignore[attr-defined]
        case ast.Call(
            func=ast.Name(id="Linea" | "Columna" | "Cruce" | "Beneficiario" | "Condicion"),
            args=[ast.Constant(value=str(nombre)), *_],
        ):
            return nombre
    return ""


def _es_codigo(dado: ast.keyword) -> bool:
    return dado.arg == "codigo" and isinstance(dado.value, ast.Constant)


# --- what takes the place of a node ---------------------------------------------------------------


def _cambios(nodo: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match nodo:
        case ast.BinOp():
            yield from _de_operacion(nodo)
        case ast.Compare(ops=[op]) if type(op) in _COMPARACIONES:
            for otra in _COMPARACIONES[type(op)]:
                nuevo = ast.Compare(nodo.left, [otra()], nodo.comparators)
                yield f"{_corto(nodo)} → {_corto(nuevo)}", nuevo
        case ast.UnaryOp(op=ast.Invert() | ast.Not()):
            yield f"sin negar {_corto(nodo.operand)}", nodo.operand
        case ast.IfExp():
            nuevo_si = ast.IfExp(nodo.test, nodo.orelse, nodo.body)
            yield f"{_corto(nodo)} → al revés", nuevo_si
        case ast.Constant():
            yield from _de_constante(nodo)
        case ast.keyword(arg=str(arg), value=valor) if arg.startswith("si_"):
            yield from _de_efecto(nodo, valor)
        case ast.Call():
            yield from _de_llamada(nodo)


def _de_operacion(nodo: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(nodo.op, ast.BitAnd | ast.BitOr):
        yield f"sin el término {_corto(nodo.right)}", nodo.left
        yield f"sin el término {_corto(nodo.left)}", nodo.right
    otra = _OPERACIONES.get(type(nodo.op))
    if otra is not None:
        nuevo = ast.BinOp(nodo.left, otra(), nodo.right)
        yield f"{_corto(nodo)} → {_corto(nuevo)}", nuevo


def _de_constante(nodo: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    for nuevo in _vecinos(nodo.value):
        yield f"{nodo.value!r} → {nuevo!r}", ast.Constant(nuevo)


def _vecinos(valor: object) -> Iterator[int | str]:
    """The nearest values to a constant; none of a text that is not a term or a month."""
    if isinstance(valor, bool):
        yield not valor
    elif isinstance(valor, int):
        yield from (valor - 1, valor + 1)
    elif isinstance(valor, str) and (plazo := _PLAZO.fullmatch(valor)):
        signo, cuantos, unidad = plazo.groups()
        yield from (f"{signo}{int(cuantos) + d}{unidad}" for d in (-1, 1))
    elif isinstance(valor, str) and (mes := _PERIODO.fullmatch(valor)):
        cuenta = int(mes[1]) * 12 + int(mes[2]) - 1
        for otro in (cuenta - 1, cuenta + 1):
            yield f"{otro // 12:04d}-{otro % 12 + 1:02d}"


def _de_efecto(nodo: ast.keyword, valor: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(valor, ast.Attribute) or valor.attr not in _EFECTOS:
        return
    i = _EFECTOS.index(valor.attr)
    vecino = _EFECTOS[i + 1] if i + 1 < len(_EFECTOS) else _EFECTOS[i - 1]
    lejano = _EFECTOS[-1] if valor.attr != _EFECTOS[-1] else _EFECTOS[0]
    for otro in dict.fromkeys((vecino, lejano)):
        nuevo = ast.keyword(nodo.arg, ast.Attribute(valor.value, otro, ast.Load()))
        yield f"{nodo.arg}: {valor.attr} → {otro}", nuevo


def _de_llamada(nodo: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    nombre = _llamada(nodo)
    for arg in _NEGABLES.get(nombre, ()):
        i = next((i for i, k in enumerate(nodo.keywords) if k.arg == arg), None)
        if i is not None:
            invertido = copy.copy(nodo)
            invertido.keywords = list(nodo.keywords)
            invertido.keywords[i] = ast.keyword(arg, _negado(nodo.keywords[i].value))
            yield f"{arg} al revés", invertido
    if nombre == "date" and (dia := _dia(nodo)) is not None:
        movidas = [d for d in (-1, 1) if dia not in {date.min, date.max}]
        for movida in (date.fromordinal(dia.toordinal() + d) for d in movidas):
            partes = [ast.Constant(p) for p in (movida.year, movida.month, movida.day)]
            yield f"{dia} → {movida}", ast.Call(nodo.func, list(partes), [])
    if isinstance(nodo.func, ast.Attribute):
        yield from _de_metodo(nodo, nodo.func)


def _de_metodo(nodo: ast.Call, func: ast.Attribute) -> Iterator[tuple[str, ast.AST]]:
    if func.attr in _OTRO_METODO:
        otro = ast.Attribute(func.value, _OTRO_METODO[func.attr], ast.Load())
        yield f"{func.attr} → {_OTRO_METODO[func.attr]}", ast.Call(otro, nodo.args, nodo.keywords)
    if func.attr in _SOBRANTES:
        receptor = func.value
        while isinstance(receptor, ast.Attribute) and receptor.attr in {"str", "dt"}:
            receptor = receptor.value
        yield f"sin {func.attr}({_corto(*nodo.args)})", receptor
    if func.attr in _NEGADOS:
        yield f"{_corto(nodo)} al revés", _negado(nodo)
    if func.attr == "when" and len(nodo.args) == 1:
        yield f"when({_corto(*nodo.args)}) al revés", ast.Call(func, [_negado(nodo.args[0])], [])


def _negado(nodo: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Invert(), nodo)


def _dia(nodo: ast.Call) -> date | None:
    partes = [a.value for a in nodo.args if isinstance(a, ast.Constant)]
    if len(partes) != 3 or not all(isinstance(p, int) for p in partes):
        return None
    return date(*(p for p in partes if isinstance(p, int)))


# --- what goes away -------------------------------------------------------------------------------


def _perdidas(nodo: ast.AST, camino: Camino, donde: str) -> Iterator[_Falla]:
    linea = getattr(nodo, "lineno", 0)
    if isinstance(nodo, ast.Call):
        for i, dado in enumerate(nodo.keywords):
            if dado.arg in _QUITABLES.get(_llamada(nodo), ()):
                lugar = (*camino, ("keywords", i))
                yield _Falla(lugar, dado.value.lineno, donde, f"sin {dado.arg}", None)
    if isinstance(nodo, ast.Tuple | ast.List | ast.Set) and len(nodo.elts) > 1:
        for i, elemento in enumerate(nodo.elts):
            if _se_puede_perder(elemento):
                que = f"sin {_lugar(elemento) or _corto(elemento)}"
                yield _Falla((*camino, ("elts", i)), elemento.lineno, donde, que, None)
        yield from _cambiadas_de_orden(nodo, camino, donde)
    if isinstance(nodo, ast.Dict) and len(nodo.keys) > 1:
        for i, clave in enumerate(nodo.keys):
            if isinstance(clave, ast.Constant | ast.Tuple):
                yield _Falla((*camino, ("keys", i)), linea, donde, f"sin {_corto(clave)}", None)


def _se_puede_perder(elemento: ast.expr) -> bool:
    if isinstance(elemento, ast.Call):
        return _llamada(elemento) in {"Regla", "Linea", "Condicion", "Beneficiario"} and (
            not _es_de_otra_etapa(elemento)
        )
    return isinstance(elemento, ast.Constant | ast.Attribute)


def _cambiadas_de_orden(
    nodo: ast.Tuple | ast.List | ast.Set, camino: Camino, donde: str
) -> Iterator[_Falla]:
    for i, (a, b) in enumerate(zip(nodo.elts, nodo.elts[1:], strict=False)):
        if _llamada(a) == _llamada(b) == "Linea":
            elementos: Sequence[ast.expr] = [*nodo.elts[:i], b, a, *nodo.elts[i + 2 :]]
            nuevo = ast.Tuple(list(elementos), ast.Load())
            yield _Falla(camino, b.lineno, donde, f"{_lugar(b)} antes de {_lugar(a)}", nuevo)


def _corto(*nodos: ast.AST) -> str:
    texto = ", ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(n))) for n in nodos)
    texto = " ".join(texto.split())
    return texto if len(texto) <= 70 else f"{texto[:67]}…"
