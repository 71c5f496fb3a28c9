"""``python -m bench.consulta``."""

from __future__ import annotations

from bench.consulta import main

if __name__ == "__main__":
    raise SystemExit(main())
