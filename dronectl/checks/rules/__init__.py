"""The rules, one a file: what each asks, why, from which source, and what mends it."""
