"""``dronectl track``."""
