"""Reading a national register: one person, a hundred, a million and a half."""

from bench.consulta.medir import main

__all__ = ["main"]
