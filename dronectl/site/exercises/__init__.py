"""``sim/``: what goes wrong in exercises, and how rehearsals spread what nobody knows."""
