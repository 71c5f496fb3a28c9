"""Focalización of a national batch: the engine, a query by hand and pandas, side by side."""

from bench.focalizacion.medir import main

__all__ = ["main"]
