"""Who ordered what, and what became of it: written as it happens, read back, and held against tampering."""
