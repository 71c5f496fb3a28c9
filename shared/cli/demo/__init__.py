"""``mecanismos demo``: from nothing to a finished story, on the real processes."""

from shared.cli.demo.historia import contar

__all__ = ["contar"]
