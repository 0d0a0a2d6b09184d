"""From a report to a drone above it: who is there first lawfully, sent, and what it left given back."""
