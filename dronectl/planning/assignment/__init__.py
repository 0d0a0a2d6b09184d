"""Who flies what: participants, and work shared out over drones and sorties."""
