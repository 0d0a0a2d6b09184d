"""Flights searched: what a flight costs, and how flights get fewer and shorter."""
