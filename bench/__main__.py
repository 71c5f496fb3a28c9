"""Every measurement, one table after another: ``python -m bench``."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path


def main() -> int:
    """Run the ``main`` of each module beside this one, by name. Exit code: the worst of theirs."""
    peor = 0
    for nombre in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if nombre.startswith("_"):
            continue
        print(f"\n== {nombre} ==\n", flush=True)
        peor = max(peor, int(import_module(f"bench.{nombre}").main()))
    return peor


if __name__ == "__main__":
    raise SystemExit(main())
