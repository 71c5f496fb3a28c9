"""``python -m bench.talento_humano``."""

from __future__ import annotations

import sys

from bench.talento_humano.medir import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
