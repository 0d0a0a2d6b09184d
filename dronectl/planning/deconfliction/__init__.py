"""Drones apart in space and time: layers, starts, and how near two flights can come."""
