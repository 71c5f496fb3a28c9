"""``python -m bench.poblacion``."""

from __future__ import annotations

import sys

from bench.poblacion import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
