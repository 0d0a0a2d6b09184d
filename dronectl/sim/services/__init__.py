"""The vehicle's side of MAVLink: each protocol as ArduCopter serves it."""
