"""``python -m tests.registros``: write the pages of ``docs/registros`` again."""

from __future__ import annotations

from tests.registros.paginas import paginas

if __name__ == "__main__":
    for ruta, texto in paginas().items():
        ruta.parent.mkdir(parents=True, exist_ok=True)
        ruta.write_text(texto, encoding="utf-8")
