"""What was flown: tracks as columns, photographs, how far off the plan."""
