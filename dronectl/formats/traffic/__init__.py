"""What receivers of transponders say."""
