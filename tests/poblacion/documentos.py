"""Formats of the document numbers, retyped from registers §13 for the oracles."""

from __future__ import annotations

from typing import Final

FORMATOS: Final = {
    "CC": r"\d{3,10}",
    "TI": r"\d{10,11}",
    "RC": "[A-Z0-9]{8}|[A-Z0-9]{10,11}",
    "CN": "[A-Z0-9]{8,20}",
    "CE": r"\d{3,7}",
    "PA": "[A-Z0-9]{3,16}",
    "CD": "[A-Z0-9]{3,11}",
    "SC": "[A-Z0-9]{9,16}",
    "PE": r"\d{15}",
    "PT": "[A-Z0-9]{1,20}",
    "AS": r"\d{5}[A-Z]\d{4}",
    "MS": r"\d{5}[A-Z]\d{4}",
}
"""Type → regular expression of the whole number."""
