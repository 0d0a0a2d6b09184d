"""Rules a plan is held against, one per file; shares no code with the planner."""
