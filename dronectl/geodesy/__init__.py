"""The one local frame, the one distance, and the geoid. (The simulator has a flat map of its own, on purpose.)"""
