"""A new workspace: the example that ships with the package, at any place, for a fleet of any size it can fly with."""
