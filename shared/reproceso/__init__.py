"""Reprocessing: judge again what is open with what is in force, show it, and apply it."""
