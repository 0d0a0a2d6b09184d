"""What an aircraft draws and what its battery holds, by its own flights."""
