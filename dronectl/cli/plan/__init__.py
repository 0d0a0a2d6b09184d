"""``dronectl plan``."""
