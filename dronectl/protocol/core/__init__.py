"""What every protocol machine shares: its shape, when to ask again, how long to wait."""
