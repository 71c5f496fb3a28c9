"""Talento humano at national scale: the engine and a query by hand, and the published totals."""

from bench.talento_humano.medir import main

__all__ = ["main"]
