"""MAVLink parameters: one, all, packed, and what would change."""
