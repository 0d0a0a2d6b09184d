"""The copter itself: body, battery, position, stores, parameters, firmware."""
