"""Frozen values with units in their names. No I/O, no heavy imports."""
