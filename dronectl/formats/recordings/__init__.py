"""Recordings of flights, whatever wrote them, as columns."""
