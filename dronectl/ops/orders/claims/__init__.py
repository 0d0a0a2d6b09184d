"""Ways that were proved for orders which are being given; see ``claims.py``."""
