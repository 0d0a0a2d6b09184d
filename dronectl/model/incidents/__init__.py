"""What was reported, and what became of it."""
