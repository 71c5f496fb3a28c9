"""``python -m bench.pruebas``."""

from __future__ import annotations

import sys

from bench.pruebas import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
