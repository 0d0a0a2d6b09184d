"""Receivers of transponders on the ground."""
