"""Every measurement, one table after another: ``python -m bench``."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Run the ``main`` of each module beside this one, by name."""
    modulos = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]))
    for nombre in modulos:
        if nombre == "__main__":
            continue
        print(f"\n== {nombre} ==\n", flush=True)
        import_module(f"bench.{nombre}").main()


if __name__ == "__main__":
    main()
