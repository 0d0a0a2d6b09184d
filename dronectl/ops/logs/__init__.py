"""DataFlash logs off the aircraft."""
