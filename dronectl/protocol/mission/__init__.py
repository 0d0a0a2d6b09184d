"""The MAVLink mission protocol: items up and down, and what was read back compared."""
