"""What was reported, where that is, and what became of it: told by people, kept in the workspace."""
