"""Commands that talk to drones."""
