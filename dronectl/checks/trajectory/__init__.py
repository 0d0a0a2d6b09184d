"""What ArduCopter makes of a mission's items: the path, its heights and its times, by formulas of the checks' own."""
