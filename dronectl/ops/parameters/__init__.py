"""Parameters of the vehicles: read, set, compared, and taken back."""
