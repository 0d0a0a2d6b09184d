"""What simulated flights of a plan kept, and what they say of it."""
