"""Pure functions on model values: patterns, routing, allocation, energy, separation."""
