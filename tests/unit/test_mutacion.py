"""The mutants themselves: which faults are put, and that they compile where they should."""

from __future__ import annotations

from pathlib import Path

from tests.mutacion.mutantes import mutantes

REGLAS = '''
"""Dos reglas."""

REGLAS = (
    Regla(codigo="X-01", titulo="Otra etapa", si_incumple=Efecto.RECHAZO),
    Regla(
        codigo="X-02",
        titulo="El día es de la norma",
        aplica=col("a"),
        cumple=(col("b") <= date(2020, 3, 17)) & ~col("c"),
        si_incumple=Efecto.GLOSA,
        mensaje="No es igual a 3.",
    ),
)
'''
ESTADOS = """
ESTADOS = Estados(
    precedencia=(Linea("UNO", codigos=("X-01", "X-02")), Linea("DOS", cuando=col("n") == 0)),
    transiciones={"UNO": frozenset({"DOS"}), "DOS": frozenset()},
)
"""


def nombres(texto: str, carpeta: Path) -> list[str]:
    archivo = carpeta / "reglas.py"
    archivo.write_text(texto, encoding="utf-8")
    return [f"{m.donde} · {m.que}" for m in mutantes(archivo, "services.x.reglas")]


def test_las_faltas_de_una_regla(tmp_path: Path) -> None:
    """None in what people read, nor in a rule that another stage applies."""
    entero = "(col('b') <= date(2020, 3, 17)) & ~col('c')"
    assert sorted(nombres(REGLAS, tmp_path)) == sorted(
        [
            "REGLAS · sin X-02",
            "X-02 · cumple al revés",
            "X-02 · aplica al revés",
            "X-02 · sin aplica",
            "X-02 · sin el término ~col('c')",
            "X-02 · sin el término col('b') <= date(2020, 3, 17)",
            f"X-02 · {entero} → {entero.replace('&', '|')}",
            "X-02 · col('b') <= date(2020, 3, 17) → col('b') < date(2020, 3, 17)",
            "X-02 · col('b') <= date(2020, 3, 17) → col('b') > date(2020, 3, 17)",
            "X-02 · 2020-03-17 → 2020-03-16",
            "X-02 · 2020-03-17 → 2020-03-18",
            "X-02 · sin negar col('c')",
            "X-02 · si_incumple: GLOSA → CORRECCION",
            "X-02 · si_incumple: GLOSA → AVISO",
        ]
    )


def test_las_faltas_de_la_precedencia(tmp_path: Path) -> None:
    assert set(nombres(ESTADOS, tmp_path)) == {
        "ESTADOS · sin UNO",
        "ESTADOS · sin DOS",
        "ESTADOS · DOS antes de UNO",
        "UNO · sin codigos",
        "UNO · sin 'X-01'",
        "UNO · sin 'X-02'",
        "DOS · sin cuando",
        "DOS · cuando al revés",
        "DOS · col('n') == 0 → col('n') != 0",
        "DOS · 0 → -1",
        "DOS · 0 → 1",
    }
