"""``python -m bench.compensacion_rs``."""

from __future__ import annotations

import sys

from bench.compensacion_rs import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
