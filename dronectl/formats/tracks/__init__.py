"""Tracks for other programs: CSV, GeoJSON, GPX, Parquet; how they look, and how few points do."""
