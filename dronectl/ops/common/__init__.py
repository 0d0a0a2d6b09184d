"""What use cases share: events, the same on several drones, waiting."""
