"""Missions, fences and rally points onto the fleet: all or none, with what was on board kept first."""
