"""The whole job once, on simulated drones."""
