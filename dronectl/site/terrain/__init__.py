"""Elevation files of a site."""
