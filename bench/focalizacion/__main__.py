"""``python -m bench.focalizacion``."""

from __future__ import annotations

from bench.focalizacion import main

if __name__ == "__main__":
    raise SystemExit(main())
