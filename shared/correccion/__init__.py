"""Correction that helps: for each mismatch of identity, the probable right value."""
