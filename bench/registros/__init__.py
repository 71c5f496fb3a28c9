"""Load of a national BDUA master, beside what DuckDB alone does with its UTF-8 copy."""

from bench.registros.medir import main

__all__ = ["main"]
