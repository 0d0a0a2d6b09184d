"""Text that files are made of: JSON with places, XML, numbers with fixed decimals."""
