"""Ways that other programs plan: for other aircraft, for walkers, for maps."""
