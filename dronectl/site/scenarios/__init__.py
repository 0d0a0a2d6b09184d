"""``sim/scenarios/``: what goes wrong in exercises."""
