"""``python -m bench.registros``."""

from __future__ import annotations

from bench.registros import main

if __name__ == "__main__":
    raise SystemExit(main())
