"""Rally points: which of them each drone carries, so that failsafe returns are free."""
