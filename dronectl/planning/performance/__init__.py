"""How long a flight takes and what it draws."""
