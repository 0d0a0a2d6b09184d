"""Recordings: written while flying, sent again, catalogued, and exported on many processors."""
