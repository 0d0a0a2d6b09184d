"""Flights of a plan on simulated drones: how they are spread, what was flown, what was found."""
