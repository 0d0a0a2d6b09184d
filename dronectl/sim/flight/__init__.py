"""What the copter does: modes, missions, returns, failsafes."""
