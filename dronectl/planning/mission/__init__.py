"""Sorties as waypoints and mission items, and the fence that is carried on board."""
