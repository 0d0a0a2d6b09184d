"""One sortie in the air: go / no-go, take-off, followed to the landing."""
