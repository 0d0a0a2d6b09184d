"""Shapes on the ground from and to map files."""
