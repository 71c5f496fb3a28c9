"""``python -m tests.rules``: write the catalogue pages of ``docs/reglas`` again."""

from __future__ import annotations

from tests.rules.paginas import paginas

if __name__ == "__main__":
    for ruta, texto in paginas().items():
        ruta.parent.mkdir(parents=True, exist_ok=True)
        ruta.write_text(texto, encoding="utf-8")
